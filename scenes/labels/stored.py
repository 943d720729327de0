"""A record as JSON: the file that every writer, every later export and the verifier read.

It holds the recipe, what it became, the camera, the surface table and all labels with their run-length
codes; pictures are named, not held. A number that is not finite is refused.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Final

import numpy as np

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.cameras.stereo import rig_to_json
from myriorama.scenes.errors import PluginError
from myriorama.scenes.labels.record import Annotation, Box, Box3D, KeypointLabel, Occlusion, Record
from myriorama.scenes.sample import sample_to_json

FORMAT: Final = "myriorama-record"
VERSION: Final = 1

_NOT_STORED: Final = frozenset(("mask", "amodal_mask"))
_SCALARS: Final = frozenset((float, int, str, bool, type(None)))
"""Exactly these: a NumPy number is a float too, and is turned into one."""
_ANNOTATION_FIELDS: Final = tuple(Annotation.__dataclass_fields__)


def record_to_json(record: Record, files: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the stored form of a record.

    Parameters
    ----------
    record : Record
    files : mapping
        Role -> ``{"path": ..., and how to read it}`` for every picture written beside it.
    """
    scene = record.scene
    camera = scene.camera
    return {
        "format": FORMAT,
        "version": VERSION,
        "key": record.key,
        "index": record.index,
        "width": record.frame.width,
        "height": record.frame.height,
        "project_hash": record.sample.project_hash,
        "device": record.frame.device,
        "files": {role: dict(files[role]) for role in sorted(files)},
        "camera": {
            "K": camera.K.tolist(),
            "K_opencv": camera.K_opencv.tolist(),
            "camera_from_world": camera.camera_from_world.tolist(),
            "world_from_camera": camera.world_from_camera.tolist(),
            "exposure_ev": camera.exposure_ev,
            **camera.optics(),
            **_view_to_json(record),
        },
        "labels": list(record.labels),
        "surfaces": [
            {
                "surface_id": row.surface_id,
                "instance_id": row.instance + 1,
                "instance_key": scene.instances[row.instance].instance_key,
                "part": row.part,
                "kind": row.kind,
                "class_id": row.class_id,
            }
            for row in scene.surfaces
        ],
        "annotations": [annotation_to_json(a) for a in record.annotations],
        "hidden": [dict(h) for h in record.hidden],
        "image": dict(record.extra),
        "report": plain(scene.report),
        **({"redrawable": plain(asdict(record.frame.redrawable))} if record.frame.redrawable else {}),
        "drawn": sample_to_json(record.sample),
        "resolved": plain(scene.resolved),
    }


def _view_to_json(record: Record) -> dict[str, Any]:
    """Return which camera of which scene it is, and how all of them stand to each other; empty for one camera."""
    rig = record.scene.rig
    if not rig:
        return {}
    sample = record.sample
    return {
        "view": rig[record.scene.view].name,
        "view_number": record.scene.view,
        "scene": sample.scene_number,
        "rig": rig_to_json(rig),
    }


def camera_from_stored(told: Mapping[str, Any], width: int, height: int) -> Camera:
    """Return the camera of a stored record's ``camera``: it projects as the one that the sample was rendered with.

    Raises
    ------
    KeyError, TypeError, ValueError
        It is none.
    """
    (fx, _, cx), (_, fy, cy), _ = told["K"]
    own = {
        "world_from_camera": told["world_from_camera"],
        "width": width,
        "height": height,
        "fx": float(fx),
        "fy": float(fy),
        "cx": float(cx),
        "cy": float(cy),
    }
    names = {f.name for f in fields(Camera)} - set(own)
    return Camera.from_json(own | {name: value for name, value in told.items() if name in names})


def annotation_to_json(annotation: Annotation) -> dict[str, Any]:
    """Return the stored form of one annotation; masks are told by their codes."""
    return fields_to_json({name: getattr(annotation, name) for name in _ANNOTATION_FIELDS})


def fields_to_json(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return label fields by name as JSON values, masks left out."""
    return {name: _value(value) for name, value in given.items() if name not in _NOT_STORED}


def _value(value: Any) -> Any:
    if type(value) in _SCALARS:  # by far the most, so first
        return value
    if isinstance(value, Box):
        return [value.x, value.y, value.w, value.h]
    if isinstance(value, bytes):
        return value.decode("ascii")
    if isinstance(value, Box3D):
        return {
            "center_m": value.center.tolist(),
            "size_m": value.size.tolist(),
            "rotation_wxyz": value.rotation.tolist(),
            "corners_world_m": value.corners_world.tolist(),
            "corners_px": [None if c is None else list(c) for c in value.corners_px],
        }
    if isinstance(value, KeypointLabel):
        return {
            "name": value.name,
            "x": value.x,
            "y": value.y,
            "v": value.v,
            "depth_m": value.depth_m,
            "position_world_m": list(value.position_world),
        }
    if isinstance(value, Occlusion):
        return {"by": value.by, "instance_key": value.instance_key, "pixels": value.pixels}
    if isinstance(value, tuple | list):
        return [_value(v) for v in value]
    if isinstance(value, Mapping):
        return {k: _value(v) for k, v in value.items()}
    return plain(value)


def plain(value: Any) -> Any:
    """Return mappings, sequences and numpy values as dicts, lists and Python numbers."""
    if type(value) in _SCALARS:
        return value
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):  # asked last: it takes several times as long as the others
        return {k: plain(v) for k, v in value.items()}
    return value


def require_json(value: Any, what: str) -> None:
    """Refuse what JSON cannot tell exactly.

    Raises
    ------
    PluginError
        Not null, bool, int, finite float, text, list or dict with text keys, all the way down.
    """
    if isinstance(value, Mapping):
        for name, part in value.items():
            if not isinstance(name, str):
                raise PluginError(f"{what}: the key {name!r} is not text")
            require_json(part, f"{what}, {name}")
    elif isinstance(value, list | tuple):
        for part in value:
            require_json(part, what)
    elif isinstance(value, float) and not isinstance(value, np.generic):
        if not math.isfinite(value):
            raise PluginError(f"{what}: {value} is not finite")
    elif not (value is None or type(value) in (bool, int, str)):
        raise PluginError(f"{what}: {type(value).__name__} is not a JSON value; give numbers, text, lists or dicts")


def json_text(value: Any) -> str:
    """Return canonical JSON: no spaces, keys in the order given.

    Raises
    ------
    ValueError
        A number is not finite.
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def json_bytes(value: Any) -> bytes:
    """Return canonical JSON as UTF-8 with a newline at the end; see `json_text`."""
    return json_text(value).encode() + b"\n"
