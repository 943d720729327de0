"""Whether what an effect returned is a picture, a camera or channels; each refusal says what to return instead.

A value is never mended: it is handed on as it is, or refused with its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from myriorama.plugins.hosting.limits import Limits
from myriorama.plugins.hosting.shapes import named, wrong
from myriorama.plugins.manifest import NAME, ManifestEntry
from myriorama.scenes.cameras.camera import Camera

_MOST_CHANNELS: Final = 16
_MOST_PLANES: Final = 16
_RIGID_TOLERANCE: Final = 1e-6
_NOT_NEGATIVE: Final = ("aperture_radius_m", "shutter_s", "readout_s")
_POSITIVE: Final = ("fx", "fy", "focus_distance_m")


def checked_picture(entry: ManifestEntry, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    """Return the picture of `apply`, `develop` or `retouch`; raises ValueError where it is none."""
    given = arguments[1]
    if not isinstance(answer, np.ndarray) or answer.shape != given.shape or answer.dtype != np.float32:
        raise wrong(f"a float32 array of shape {given.shape}", answer, "the picture")
    if not np.isfinite(answer).all():
        row, column, _ = np.argwhere(~np.isfinite(answer))[0].tolist()
        raise ValueError(f"the picture must be finite; pixel x = {column}, y = {row} is not")
    return answer


def checked_camera(entry: ManifestEntry, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    """Return the camera of `equip`; raises ValueError where it is none, or one of another picture."""
    given = arguments[1]
    if type(answer) is not Camera:
        raise wrong("a Camera", answer)
    if (answer.width, answer.height) != (given.width, given.height):
        raise ValueError(
            f"an effect keeps the size of the picture, {given.width} x {given.height} pixels, "
            f"not {answer.width} x {answer.height}: change fx, fy, cx and cy instead"
        )
    for name in _POSITIVE:
        if getattr(answer, name) <= 0:
            raise ValueError(f"{name} of the camera must be above 0, not {getattr(answer, name)}")
    for name in _NOT_NEGATIVE:
        if getattr(answer, name) < 0:
            raise ValueError(f"{name} of the camera must be 0 or more, not {getattr(answer, name)}")
    pose = answer.world_from_camera
    turn = pose[:3, :3]
    upright = pose[3].tolist() == [0.0, 0.0, 0.0, 1.0] and np.isfinite(pose).all()
    if not upright or np.abs(turn.T @ turn - np.eye(3)).max() > _RIGID_TOLERANCE or np.linalg.det(turn) <= 0:
        raise ValueError("world_from_camera must be a rotation and a shift: its last row is 0, 0, 0, 1")
    return answer


def checked_channels(entry: ManifestEntry, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    """Return what `channels` gave; raises ValueError where it is no mapping of images of the frame's size."""
    frame = arguments[1]
    if not isinstance(answer, Mapping):
        raise wrong("a dict of arrays", answer)
    if len(answer) > _MOST_CHANNELS:
        raise ValueError(f"there are {len(answer)} channels; at most {_MOST_CHANNELS} are allowed")
    for name, values in answer.items():
        if type(name) is not str or not NAME.fullmatch(name):
            raise ValueError(f"a channel's name is snake_case, not {named(name)}")
        wanted = f"numbers of {frame.height} rows and {frame.width} columns"
        if (
            not isinstance(values, np.ndarray)
            or values.shape[:2] != (frame.height, frame.width)
            or values.ndim > 3
            or (values.ndim == 3 and not 1 <= values.shape[2] <= _MOST_PLANES)
            or values.dtype.kind not in "buif"
        ):
            raise wrong(wanted, values, f"channel {name!r}")
        if not np.isfinite(values).all():
            raise ValueError(f"channel {name!r} must be finite; say what is unknown with a number, such as 0")
    return answer
