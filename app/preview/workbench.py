"""Makes thumbnails and facts of samples; it runs in the gallery's processes.

A thumbnail shows the attempt that an export takes, and is only looked at. Every fact comes from a truth pass at export
size; nothing is measured on a thumbnail.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from myriorama.app.judging.recipes import recipe_hash
from myriorama.app.preview.attentive import Attentive, Stop
from myriorama.app.preview.drawn import drawn_values
from myriorama.app.preview.opening import Accepted, Opened, Opener, accepted
from myriorama.app.preview.tiles import ObjectFacts
from myriorama.app.production.effects import with_effects
from myriorama.plugins.annotators import annotate, choose, request_for
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.sources import Grant
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import U8
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.labels.box_3d import scale_of
from myriorama.scenes.labels.contract import check
from myriorama.scenes.labels.record import Annotation, Record
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.project.model import Project
from myriorama.scenes.rendering.frame import Quality, Renderer, RenderRequest
from myriorama.scenes.rendering.pathtraced.probe import find_tracer
from myriorama.scenes.rendering.tracing import Tracing

_SCENES_KEPT: Final = 16
_SHOWN: Final = ("amodal", "attributes", "boxes_3d", "fractions", "keypoints", "visible")
"""Annotators whose labels a thumbnail can show."""
_PICTURE_PASSES: Final = frozenset({"rgb", "linear"})
_COUNTED: Final = ("fractions", "visible")
_BRIGHTNESS_PX: Final = 128
_LUMA: Final = np.array([0.2126, 0.7152, 0.0722])
"""Shares of red, green and blue in the luma of ITU-R BT.709."""
_QUALITY: Final[dict[Quality, Quality]] = {"draft": "draft", "standard": "standard", "high": "standard"}


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """A thumbnail's picture, its labels in its own pixels, and which sample it shows."""

    sample_key: str
    recipe_hash: str
    rgb: U8
    annotations: tuple[Annotation, ...]


class Workbench:
    """Makes thumbnails and facts with one renderer.

    Parameters
    ----------
    registry : PluginRegistry
    renderer : Renderer
    cache_folder : Path or None
        For imported assets; None is the user's.
    """

    def __init__(self, registry: PluginRegistry, renderer: Renderer, cache_folder: Path | None) -> None:
        self._registry = registry
        self._renderer = renderer
        self._opener = Opener(registry, cache_folder)
        self._recent: OrderedDict[tuple[str, int], tuple[Opened, Accepted]] = OrderedDict()

    def close(self) -> None:
        """Free the device, and end the processes that run third-party code."""
        self._renderer.close()
        self._registry.close()

    def use(self, grants: Sequence[Grant]) -> None:
        """Use these third-party plugins from now on."""
        self._opener.use(grants)
        self._recent.clear()

    def open(self, text: str, folder: str, asset_roots: tuple[str, ...]) -> Opened:
        """Return a state of a project; see `Opener.open`."""
        return self._opener.open(text, folder, asset_roots)

    def thumbnail(self, opened: Opened, index: int, size_px: int, stop: Stop, *, traced: bool = False) -> Thumbnail:
        """Return the thumbnail of a sample.

        Parameters
        ----------
        size_px : int
            The longer side.
        traced : bool
            By path tracing, as the project says, instead of by the raster engine.

        Raises
        ------
        SupersededError
            `stop` said so.
        MyrioramaError
            The sample cannot be made, or no attempt at it is accepted.
        """
        renderer = Attentive(self._renderer, stop)
        found = self._accepted(opened, renderer, index)
        scene = resized(found.scene, *thumbnail_size(opened.size, size_px))
        labels = [name for name in _SHOWN if not opened.project.output.labels or name in opened.project.output.labels]
        quality = _QUALITY[opened.project.output.quality]
        base = RenderRequest(amodal=False, linear=bool(scene.effects), quality=quality)
        if traced:
            base = replace(base, engine="pathtraced", tracing=tracing_of(opened.project))
        frame = renderer.render(scene, request_for(choose(self._registry, labels), base))
        frame = with_effects(frame, scene, found.sample, self._registry)
        record = annotate(frame, scene, found.sample, self._registry, labels or ("visible",))
        return Thumbnail(found.sample.key, recipe_hash(found.sample), record.rgb, record.annotations)

    def facts(self, opened: Opened, index: int, stop: Stop) -> dict[str, Any]:
        """Return the facts of a sample as JSON: the fields of `SampleFacts` without the epoch.

        Raises
        ------
        SupersededError
            `stop` said so.
        MyrioramaError
            The sample cannot be made, or no attempt at it is accepted.
        """
        renderer = Attentive(self._renderer, stop)
        found = self._accepted(opened, renderer, index)
        chosen = choose(self._registry, opened.project.output.labels)
        labels = sorted({*_COUNTED, *(a.name for a in chosen if not a.passes & _PICTURE_PASSES)})
        request = request_for(choose(self._registry, labels), RenderRequest(rgb=False, amodal=False))
        frame = renderer.render(found.scene, request)
        truth = Truth.of(frame, found.scene)
        record = annotate(frame, found.scene, found.sample, self._registry, labels, truth)
        width, height = opened.size
        return {
            "index": index,
            "sample_key": found.sample.key,
            "recipe_hash": recipe_hash(found.sample),
            "width": width,
            "height": height,
            "objects": [vars(facts) for facts in object_facts(record)],
            "hidden": len(record.hidden),
            "values": drawn_values(found.sample, self._registry, opened.project.camera.uid),
            "brightness": self._brightness(opened, found.scene, renderer),
            "violations": [str(v) for v in check(record, truth)],
        }

    def _brightness(self, opened: Opened, scene: Scene, renderer: Renderer) -> float:
        """Return the mean luma of the picture in [0, 1], from one small enough to be quick, always of one size."""
        small = resized(scene, *thumbnail_size(opened.size, _BRIGHTNESS_PX))
        rgb = renderer.render(small, RenderRequest(truth=False, amodal=False, quality="draft")).rgb
        return 0.0 if rgb is None else float((rgb.mean(axis=(0, 1)) @ _LUMA) / 255.0)

    def _accepted(self, opened: Opened, renderer: Renderer, index: int) -> Accepted:
        """Return the attempt that an export takes, kept for a while: facts are asked for soon after a thumbnail."""
        key = (opened.plan.project_hash, index)
        kept = self._recent.pop(key, None)
        if kept is not None and kept[0] is opened:
            found = kept[1]
        else:
            # the record's buffers are large, and its scene is what is wanted again
            found = replace(accepted(opened, renderer, index), record=None)
        self._recent[key] = (opened, found)
        while len(self._recent) > _SCENES_KEPT:
            self._recent.popitem(last=False)
        return found


def object_facts(record: Record) -> list[ObjectFacts]:
    """Return what is counted of every visible thing of a record."""
    eye = record.scene.camera.world_from_camera[:3, 3]
    out = []
    for a in record.annotations:
        instance = record.scene.instances[a.instance]
        pose = instance.world_from_object
        low, high = instance.model.bounds
        center = pose[:3, :3] @ ((low + high) / 2) + pose[:3, 3]
        toward = eye - center
        distance_m = float(np.linalg.norm(toward))
        local = (pose[:3, :3].T / scale_of(pose)) @ (toward / distance_m) if distance_m > 0 else np.zeros(3)
        x, y, z = (float(v) for v in local)
        out.append(
            ObjectFacts(
                instance_key=a.instance_key,
                class_id=a.class_id,
                class_name=a.class_name,
                box=(a.box.x, a.box.y, a.box.w, a.box.h),
                area_px=a.area_px,
                visible=a.visible if a.visible is not None else 0.0,
                distance_m=distance_m,
                viewing_direction=(x, y, z),
                attributes=dict(instance.attributes),
            )
        )
    return out


def tracing_of(project: Project) -> Tracing:
    """Return how a project traces paths, without training pairs.

    Raises
    ------
    InputError
        Paths cannot be traced here; the text says what is missing.
    """
    found = find_tracer()
    if not found.variant:
        raise InputError(Problem("output.engine", found.sentence))
    return replace(Tracing(**project.output.tracing.model_dump()), pairs=False)


def thumbnail_size(size: tuple[int, int], long_side_px: int) -> tuple[int, int]:
    """Return width and height of a picture of this shape whose longer side is `long_side_px`."""
    scale = long_side_px / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def resized(scene: Scene, width: int, height: int) -> Scene:
    """Return the scene with its camera's picture scaled to another size, and the other cameras of a rig alike."""
    rig = tuple(replace(view, camera=view.camera.resized(width, height)) for view in scene.rig)
    camera = rig[scene.view].camera if rig else scene.camera.resized(width, height)
    return replace(scene, camera=camera, rig=rig)
