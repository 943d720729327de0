"""For formats whose camera is three numbers and a pinhole: what they refuse, and what they leave out of the optics.

A lens that distorts is never told as a pinhole: boxes, poses and depth would not fit the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from myriorama.scenes.errors import InputError, Problem

LOST_OPTICS: Final = "the aperture, the exposure time and the rows' instants of a rolling shutter"
"""What a format with a pinhole's intrinsics cannot hold of a camera, for `Writer.losses`."""


def lens_obstacles(camera: Mapping[str, Any], format_name: str) -> tuple[str, ...]:
    """Return why a camera, as its `optics` or as stored, cannot be told as a pinhole; empty if it can."""
    lens = camera.get("distortion")
    if lens is None:
        return ()
    why = f"the camera's lens distorts ({lens['model']}), and {format_name} knows a pinhole's intrinsics only"
    return (f"{why}; switch the lens effect off, or choose a format that holds the lens: raw, exr",)


def require_pinhole(camera: Mapping[str, Any], format_name: str) -> None:
    """Refuse a stored camera that is no pinhole.

    Raises
    ------
    InputError
        Its lens distorts.
    """
    for why in lens_obstacles(camera, format_name):
        raise InputError(Problem("DATASET", why, allowed="a dataset rendered without a lens effect"))
