"""What crosses between the studio and its picture processes, as JSON: requests one way, what a frame tells the other.

Arrays do not pass here; they lie in shared memory (`blocks`). Masks are made again from their run-length codes, which
tell them exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from myriorama.app.preview.anatomy import anatomy_from, anatomy_to_json
from myriorama.app.preview.frames import Failure, FrameRequest, Layer, SampleFrame, SeenInstance, View
from myriorama.plugins.faults import fault_from_json
from myriorama.scenes.assembly.scene import Instance, Scene, SceneClass, SurfaceRow
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import Mask
from myriorama.scenes.errors import Problem
from myriorama.scenes.labels.record import Annotation, Box, Box3D, KeypointLabel, Occlusion
from myriorama.scenes.labels.rle import crop_of_counts, decode_counts
from myriorama.scenes.labels.stored import annotation_to_json, plain
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.rendering.frame import Device, Quality


@dataclass(frozen=True)
class Wanted:
    """A request as the preview process reads it; see `FrameRequest`."""

    generation: int
    project_text: str
    folder: str
    asset_roots: tuple[str, ...]
    index: int
    width: int
    height: int
    quality: Quality
    final: bool
    layers: frozenset[Layer]
    view: View | None


def request_to_json(generation: int, request: FrameRequest) -> dict[str, Any]:
    """Return a request as a message."""
    return {
        "type": "picture",
        "generation": generation,
        "project_text": dump_project(request.project),
        "folder": request.folder,
        "asset_roots": list(request.asset_roots),
        "index": request.index,
        "width": request.width,
        "height": request.height,
        "quality": request.quality,
        "final": request.final,
        "layers": sorted(request.layers),
        "view": None if request.view is None else asdict(request.view),
    }


def wanted_from(message: Mapping[str, Any]) -> Wanted:
    """Return the request of a message."""
    view = message["view"]
    return Wanted(
        **{f.name: message[f.name] for f in fields(Wanted) if f.name not in ("asset_roots", "layers", "view")},
        asset_roots=tuple(message["asset_roots"]),
        layers=frozenset(message["layers"]),
        view=None if view is None else View(tuple(view["world_from_camera"]), view["field_of_view_deg"]),
    )


def scene_to_json(scene: Scene, *, anatomy: bool = False) -> dict[str, Any]:
    """Return what a picture tells of its scene: tables and objects, and what these are made of; no mesh."""
    names = {c.id: c.name for c in scene.classes}
    known = set(names)
    return {
        "surfaces": [[r.surface_id, r.instance, r.part, r.kind, r.class_id] for r in scene.surfaces],
        "classes": [[c.id, c.name, c.supercategory, c.color, c.kind] for c in scene.classes],
        "instances": [_instance_to_json(i, names.get(i.class_id, ""), anatomy) for i in scene.instances],
        "triangles": sum(len(part.mesh.faces) for i in scene.instances for part in i.model.parts),
        "unclassed": sum(i.kind == "thing" and i.class_id not in known for i in scene.instances),
    }


def _instance_to_json(instance: Instance, class_name: str, anatomy: bool) -> dict[str, Any]:
    told = {"anatomy": anatomy_to_json(instance.model)} if anatomy else {}
    return {
        **told,
        "instance_key": instance.instance_key,
        "group_uid": instance.group_uid,
        "group_name": instance.group_name,
        "number": instance.number,
        "kind": instance.kind,
        "class_id": instance.class_id,
        "class_name": class_name,
        "world_from_object": instance.world_from_object.tolist(),
        "bounds": instance.model.bounds.tolist(),
        "velocity_m_s": list(instance.velocity_m_s),
        "attributes": plain(instance.attributes),
    }


def camera_to_json(camera: Camera) -> dict[str, Any]:
    """Return a camera as JSON; its numbers come back as they were."""
    return camera.to_json()


def camera_from(told: Mapping[str, Any]) -> Camera:
    """Return the camera of `camera_to_json`."""
    return Camera.from_json(told)


def annotations_to_json(annotations: Sequence[Annotation]) -> list[dict[str, Any]]:
    """Return annotations as JSON; masks are told by their codes."""
    return [annotation_to_json(a) for a in annotations]


def annotations_from(told: Sequence[Mapping[str, Any]], height: int, width: int) -> tuple[Annotation, ...]:
    """Return the annotations of `annotations_to_json`, masks included."""
    codes = [str(a[name]).encode("ascii") for a in told for name in ("rle", "amodal_rle") if a[name] is not None]
    counts = iter(decode_counts(codes))
    return tuple(_annotation(a, counts, height, width) for a in told)


_PLAIN: Final = (
    "instance",
    "instance_key",
    "class_id",
    "class_name",
    "area_px",
    "amodal_area_px",
    "unoccluded",
    "in_frame",
    "visible",
    "clipped",
)


def _annotation(told: Mapping[str, Any], counts: Any, height: int, width: int) -> Annotation:
    box = Box(*told["box"])
    mask = _crop(next(counts), box, height, width)
    amodal_box = None if told["amodal_box"] is None else Box(*told["amodal_box"])
    amodal_mask = None
    if told["amodal_rle"] is not None:
        code = next(counts)
        amodal_mask = None if amodal_box is None else _crop(code, amodal_box, height, width)
    return Annotation(
        **{name: told[name] for name in _PLAIN},
        box=box,
        mask=mask,
        rle=str(told["rle"]).encode("ascii"),
        camera_from_object=np.array(told["camera_from_object"], dtype=np.float64),
        world_from_object=np.array(told["world_from_object"], dtype=np.float64),
        amodal_box=amodal_box,
        amodal_mask=amodal_mask,
        amodal_rle=None if told["amodal_rle"] is None else str(told["amodal_rle"]).encode("ascii"),
        box_3d=None if told["box_3d"] is None else _box_3d(told["box_3d"]),
        keypoints=tuple(
            KeypointLabel(k["name"], k["x"], k["y"], k["v"], k["depth_m"], _triple(k["position_world_m"]))
            for k in told["keypoints"]
        ),
        skeleton=tuple((a, b) for a, b in told["skeleton"]),
        attributes=MappingProxyType(dict(told["attributes"])),
        occluded_by=tuple(Occlusion(**o) for o in told["occluded_by"]),
        extra=MappingProxyType(dict(told["extra"])),
    )


def _crop(counts: npt.NDArray[np.int64], box: Box, height: int, width: int) -> Mask:
    columns = crop_of_counts(counts, height, width, box.x, box.w)
    out: Mask = np.ascontiguousarray(columns[box.y : box.y + box.h])
    return out


def _box_3d(told: Mapping[str, Any]) -> Box3D:
    return Box3D(
        center=np.array(told["center_m"], dtype=np.float64),
        size=np.array(told["size_m"], dtype=np.float64),
        rotation=np.array(told["rotation_wxyz"], dtype=np.float64),
        corners_world=np.array(told["corners_world_m"], dtype=np.float64),
        corners_px=tuple(None if c is None else (c[0], c[1]) for c in told["corners_px"]),
    )


def _triple(values: Sequence[float]) -> tuple[float, float, float]:
    return (values[0], values[1], values[2])


def frame_from(told: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]], view: View | None) -> SampleFrame:
    """Return the frame that a preview process made."""
    return SampleFrame(
        **{
            name: told[name]
            for name in (
                "generation",
                "index",
                "sample_key",
                "recipe_hash",
                "width",
                "height",
                "final",
                "triangles",
                "unclassed",
            )
        },
        view=view,
        camera=camera_from(told["camera"]),
        dataset_camera=camera_from(told["dataset_camera"]),
        rgb=arrays["rgb"],
        surface_id=arrays["surface_id"],
        depth=arrays["depth"],
        normal=arrays.get("normal"),
        object_coordinates=arrays.get("object_coordinates"),
        wire=arrays.get("wire"),
        surfaces=tuple(SurfaceRow(*row) for row in told["surfaces"]),
        classes=tuple(SceneClass(*row) for row in told["classes"]),
        instances=tuple(_seen(i) for i in told["instances"]),
        annotations=annotations_from(told["annotations"], told["height"], told["width"]),
        values=MappingProxyType(dict(told["values"])),
        violations=tuple(told["violations"]),
        refused=MappingProxyType(dict(told["refused"])),
        device=Device(**told["device"]),
        timings_ms=MappingProxyType(dict(told["timings_ms"])),
        notes=tuple(told["notes"]),
    )


def _seen(told: Mapping[str, Any]) -> SeenInstance:
    return SeenInstance(
        **{
            **told,
            "world_from_object": np.array(told["world_from_object"], dtype=np.float64),
            "bounds": np.array(told["bounds"], dtype=np.float64),
            "velocity_m_s": _triple(told["velocity_m_s"]),
            "attributes": MappingProxyType(dict(told["attributes"])),
            "anatomy": anatomy_from(told["anatomy"]) if "anatomy" in told else None,
        }
    )


def failure_to_json(failure: Failure) -> dict[str, Any]:
    """Return a failure as a message."""
    told = asdict(replace(failure, fault=None))
    return {"type": "failed", **told, "fault": None if failure.fault is None else failure.fault.to_json()}


def failure_from(message: Mapping[str, Any]) -> Failure:
    """Return the failure of a message."""
    told = {f.name: message[f.name] for f in fields(Failure) if f.name not in ("problems", "fault")}
    fault = None if message["fault"] is None else fault_from_json(message["fault"])
    return Failure(
        **told, problems=tuple(Problem(**p) for p in cast("list[dict[str, str]]", message["problems"])), fault=fault
    )
