"""Assembly: the numbers of one sample become meshes, lights and a camera.

Deterministic: the same sample gives the same scene, in any order and any process. It draws nothing
of its own; placements get a keyed stream.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from myriorama.scenes.assembly.memory import BuildMemory
from myriorama.scenes.assembly.model import Attribute, ObjectModel, Part
from myriorama.scenes.assembly.motion import velocity_from
from myriorama.scenes.assembly.scene import Instance, Scene, SceneClass
from myriorama.scenes.assets.store import Asset, AssetStore, OpenAsset
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.cameras.rigs import camera_from
from myriorama.scenes.cameras.views import RigView, lens_of_view, mounted, rig_from_view
from myriorama.scenes.conventions import F64, SurfaceKind
from myriorama.scenes.errors import PluginError, Problem, ProjectError
from myriorama.scenes.lights import Background, Light
from myriorama.scenes.materials.spec import MATERIAL_PARAMETERS, material_from_values
from myriorama.scenes.parameters.schema import File, Parameter
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import Item, PlaceContext, Placed, Registry, SetPiece, Values
from myriorama.scenes.sample import GroupSample, MemberSample, NodeSample, SceneSample, sample_to_json

UNLABELLED: Final = "unlabelled"
_UNIT_SCALE_TOLERANCE: Final = 1e-6
_IDENTITY: Final = np.eye(3)
_NO_VIEW: Final[Values] = MappingProxyType({})


class Builder:
    """Builds the scenes of one project, keeping generated objects between samples.

    Parameters
    ----------
    project : Project
    registry : Registry
    store : AssetStore or None
        None: any file parameter that is set is an error.
    memory : BuildMemory or None
        Kept by a program that builds one edited project after another, with one store and the same plugins. Groups
        that stand as they did are then taken over: the same sample gives the same scene. None keeps models alone.
    """

    def __init__(
        self, project: Project, registry: Registry, store: AssetStore | None, memory: BuildMemory | None = None
    ) -> None:
        self._registry = registry
        self._store = store
        self._classes = tuple(
            SceneClass(c.id, c.name, c.supercategory, c.color, c.kind)
            for c in sorted(project.classes, key=lambda c: c.id)
        )
        self._class_by_name = {c.name: c for c in self._classes}
        self._size = (project.output.width, project.output.height)
        self._memory = memory
        self._models = (memory or BuildMemory()).models

    def build(
        self,
        sample: SceneSample,
        *,
        size: tuple[int, int] | None = None,
        poses: Mapping[str, F64] | None = None,
    ) -> Scene:
        """Return the concrete scene of `sample`.

        Parameters
        ----------
        sample : SceneSample
        size : (int, int) or None
            Width and height in pixels; None takes the project's.
        poses : mapping of instance_key to (4, 4) float64, or None
            Poses from a stored ``resolved`` record. Given, no placement runs: an object without a
            pose here was not placed then and is left out now.

        Raises
        ------
        ProjectError
            A class, an attribute or a value cannot be used.
        PluginError
            A plugin broke its contract.
        """
        effects = self._effects(sample)
        rig = self._rig(sample, effects, size or self._size)
        camera = rig[sample.view_number].camera if rig else self._camera(sample, effects, size or self._size)
        background = Background()
        lights: list[Light] = []
        instances: list[Instance] = []
        report: dict[str, Any] = {}
        for node in (*sample.environment, *sample.lights):
            plugin = self._registry.environment(node.type)
            parts = plugin.build(self._open(plugin.parameters, node.values))
            background = parts.background or background
            lights.extend(parts.lights)
            for number, piece in enumerate(parts.pieces):
                instances.append(self._set_piece(node, number, piece, instances))
        groups = (*sample.stage, *sample.objects)
        keys = self._group_keys(sample) if self._memory is not None and poses is None else [""] * len(groups)
        for group, key in zip(groups, keys, strict=True):
            kept = self._memory.recall(group.uid, key) if self._memory is not None and key else None
            placed, told = kept or self._group(sample, group, tuple(instances), poses)
            if self._memory is not None and key:
                self._memory.keep(group.uid, key, placed, told)
            instances.extend(placed)
            report[group.uid] = dict(told)
        resolved = {
            "camera": {
                "world_from_camera": camera.world_from_camera.tolist(),
                "K": camera.K.tolist(),
                "width": camera.width,
                "height": camera.height,
                "exposure_ev": camera.exposure_ev,
                **camera.optics(),
            },
            "instances": [
                {
                    "instance_key": i.instance_key,
                    "group": i.group_uid,
                    "number": i.number,
                    "kind": i.kind,
                    "class_id": i.class_id,
                    "world_from_object": i.world_from_object.tolist(),
                    "attributes": dict(i.attributes),
                    **({"velocity_m_s": list(i.velocity_m_s)} if any(i.velocity_m_s) else {}),
                }
                for i in instances
            ],
        }
        return Scene(
            sample_key=sample.key,
            index=sample.index,
            camera=camera,
            instances=tuple(instances),
            lights=tuple(lights),
            background=background,
            classes=self._classes,
            resolved=MappingProxyType(resolved),
            report=MappingProxyType({"groups": report}),
            effects=effects,
            rig=rig,
            view=sample.view_number,
        )

    def camera(self, sample: SceneSample, size: tuple[int, int] | None = None) -> Camera:
        """Return the camera of `sample` alone, with its optics; `size` as in `build`."""
        effects, size = self._effects(sample), size or self._size
        rig = self._rig(sample, effects, size)
        return rig[sample.view_number].camera if rig else self._camera(sample, effects, size)

    def _rig(
        self, sample: SceneSample, effects: Sequence[tuple[str, Values, str]], size: tuple[int, int]
    ) -> tuple[RigView, ...]:
        """Return every view of the rig; what effects give a camera each of them gets. Empty where there are none."""
        views = []
        for view in sample.views:
            pose = rig_from_view(view.values)
            camera = self._camera(sample, effects, size, view.values)
            views.append(RigView(view.name, mounted(camera, pose), pose))
        return tuple(views)

    def _camera(
        self,
        sample: SceneSample,
        effects: Sequence[tuple[str, Values, str]],
        size: tuple[int, int],
        view: Values = _NO_VIEW,
    ) -> Camera:
        camera = camera_from(sample.rig.type, sample.rig.values, lens_of_view(sample.lens, view), *size)
        for name, values, _ in effects:
            effect = self._registry.effect(name)
            if effect.stage == "optics":
                camera = effect.equip(values, camera)
        return camera

    def _effects(self, sample: SceneSample) -> tuple[tuple[str, Values, str], ...]:
        return tuple(
            (n.type, MappingProxyType(self._open(self._registry.effect(n.type).parameters, n.values)), n.uid)
            for n in sample.effects
        )

    def _group_keys(self, sample: SceneSample) -> list[str]:
        """Return, for each group, the hash of all that its instances come from: its own numbers and what stands."""
        tree = sample_to_json(sample)
        names = ("seed", "attempt", "environment", "lights")
        root = [[asdict(c) for c in self._classes], sample.scene_number, *(tree[name] for name in names)]
        digest = blake2b(json.dumps(root, sort_keys=True).encode(), digest_size=16)
        keys = []
        for group in (*tree["stage"], *tree["objects"]):
            digest.update(json.dumps(group, sort_keys=True).encode())
            keys.append(digest.hexdigest())
        return keys

    def _group(
        self,
        sample: SceneSample,
        group: GroupSample,
        standing: tuple[Instance, ...],
        poses: Mapping[str, F64] | None,
    ) -> tuple[Sequence[Instance], Mapping[str, Any]]:
        generator = self._registry.generator(group.type)
        placement = self._registry.placement(group.placement.type)
        opened = [self._open(generator.parameters, m.values) for m in group.members]
        models = [self._model(group, member, values) for member, values in zip(group.members, opened, strict=True)]
        if poses is None:
            items = [
                Item(member.number, model, self._open(placement.per_object, member.placement))
                for member, model in zip(group.members, models, strict=True)
            ]
            draws = KeyedDraws(sample.seed, sample.scene_number, sample.attempt, group.placement.uid)
            values = self._open(placement.parameters, group.placement.values)
            placed = placement.place(values, items, PlaceContext(standing, draws))
            if len(placed.poses) != len(items):
                raise PluginError(
                    f"placement {group.placement.type!r} returned {len(placed.poses)} poses for {len(items)} objects"
                )
        else:
            placed = Placed(tuple(poses.get(f"{group.uid}/{m.number}") for m in group.members))
        out: list[Instance] = []
        next_surface = _next_surface_id(standing)
        for member, model, values, pose in zip(group.members, models, opened, placed.poses, strict=True):
            if pose is None:
                continue
            _check_pose(pose, f"{group.uid}/{member.number}", f"placement {group.placement.type!r}")
            attributes: dict[str, Attribute] = {**model.attributes, **generator.observe(values, pose)}
            kind, class_id = self._class_of(group, attributes)
            out.append(
                Instance(
                    instance_key=f"{group.uid}/{member.number}",
                    group_uid=group.uid,
                    group_name=group.name or group.uid,
                    number=member.number,
                    model=model,
                    world_from_object=pose,
                    kind=kind,
                    class_id=class_id,
                    first_surface_id=next_surface,
                    attributes=MappingProxyType(attributes),
                    velocity_m_s=velocity_from(member.motion, pose),
                )
            )
            next_surface += len(model.parts)
        told: dict[str, Any] = {
            "name": group.name or group.uid,
            "asked": len(group.members),
            "placed": len(out),
            "rejections": dict(sorted(placed.rejections.items())),
            "notes": [*placed.notes, *_idle_materials(group, models)],
        }
        return out, told

    def _model(self, group: GroupSample, member: MemberSample, values: Values) -> ObjectModel:
        generator = self._registry.generator(group.type)
        key = (group.type, generator.version, json.dumps(member.values, sort_keys=True, default=dict))
        model = self._models.get_or_make(key, lambda: generator.generate(values))
        if not member.materials:
            return model
        parts = tuple(self._with_material(group, member, part) for part in model.parts)
        return replace(model, parts=parts)

    def _with_material(self, group: GroupSample, member: MemberSample, part: Part) -> Part:
        slot = part.slot or part.name
        override = member.materials.get(slot, member.materials.get("*"))
        if override is None:
            return part
        try:
            material = material_from_values(self._open(MATERIAL_PARAMETERS, override), part.material)
        except ValueError as error:
            raise ProjectError(Problem(f"{group.uid}.materials.{slot}", str(error))) from error
        return replace(part, material=material)

    def _class_of(self, group: GroupSample, attributes: Mapping[str, Attribute]) -> tuple[SurfaceKind, int]:
        spec = group.class_spec
        if isinstance(spec, str):
            return self._class_named(spec, group.uid)
        name = spec["attribute"]
        if name not in attributes:
            raise ProjectError(
                Problem(
                    f"{group.uid}.class",
                    f"generator {group.type!r} gives no attribute {name!r}",
                    allowed=", ".join(sorted(attributes)) or "this generator has no attributes",
                )
            )
        word = str(attributes[name])
        return self._class_named(spec.get("map", {}).get(word, word), group.uid)

    def _class_named(self, name: str, uid: str) -> tuple[SurfaceKind, int]:
        if name == UNLABELLED:
            return "unlabelled", 0
        found = self._class_by_name.get(name)
        if found is None:
            raise ProjectError(
                Problem(f"{uid}.class", "no such class", value=name, allowed=", ".join(self._class_by_name))
            )
        return found.kind, found.id

    def _set_piece(self, node: NodeSample, number: int, piece: SetPiece, standing: Sequence[Instance]) -> Instance:
        kind, class_id = self._class_named(node.class_name or UNLABELLED, node.uid)
        _check_pose(piece.world_from_object, f"{node.uid}/{number}", f"environment {node.type!r}")
        return Instance(
            instance_key=f"{node.uid}/{number}",
            group_uid=node.uid,
            group_name=piece.name,
            number=number,
            model=piece.model,
            world_from_object=piece.world_from_object,
            kind=kind,
            class_id=class_id,
            first_surface_id=_next_surface_id(standing),
        )

    def _open(self, parameters: Iterable[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
        """Turn JSON values into what plugins receive: tuples, and open files instead of references."""
        files = {p.name for p in parameters if isinstance(p, File)}
        out: dict[str, Any] = {}
        for name, value in values.items():
            if name in files:
                out[name] = self._open_file(name, value)
            else:
                out[name] = tuple(value) if isinstance(value, list) else value
        return out

    def _open_file(self, name: str, value: Any) -> OpenAsset | None:
        if not value:
            return None
        if self._store is None:
            raise ProjectError(Problem(name, "a file is named, but this scene is built without an asset store"))
        asset: Asset = self._store.resolve(value["file"])
        if asset.sha256 != value["sha256"]:
            raise ProjectError(
                Problem(
                    name,
                    f"the file {value['file']} has changed since the sample was drawn",
                    value=f"sha256 {asset.sha256[:12]}",
                    allowed=f"sha256 {value['sha256'][:12]}; draw the sample again",
                )
            )
        return OpenAsset(asset, self._store)


def _idle_materials(group: GroupSample, models: Sequence[ObjectModel]) -> list[str]:
    """Return a sentence on every slot that the project gives a material and that no object of the group has."""
    slots = {part.slot or part.name for model in models for part in model.parts}
    named = {slot for member in group.members for slot in member.materials} - {"*"}
    if not slots or named <= slots:
        return []
    return [
        f"no part has the material slot {slot!r}; slots: {', '.join(sorted(slots))}" for slot in sorted(named - slots)
    ]


def _next_surface_id(standing: Sequence[Instance]) -> int:
    if not standing:
        return 1
    last = standing[-1]
    return last.first_surface_id + len(last.model.parts)


def _check_pose(pose: F64, instance_key: str, giver: str) -> None:
    """Refuse what is not a rotation with one scale and a translation."""
    if pose.shape == (4, 4) and np.isfinite(pose).all() and pose[3].tolist() == [0.0, 0.0, 0.0, 1.0]:
        linear = pose[:3, :3]
        gram = linear.T @ linear
        scale_squared = float(gram[0, 0] + gram[1, 1] + gram[2, 2]) / 3.0
        off = float(np.abs(gram - scale_squared * _IDENTITY).max())
        if scale_squared > 0 and off <= _UNIT_SCALE_TOLERANCE * scale_squared and np.linalg.det(linear) > 0:
            return
    raise PluginError(f"{giver} gave {instance_key} a pose that is not rotation, scale and shift")
