"""Pairs of views: where one stands as seen from another, and whether they are a rectified stereo pair.

It looks at no picture and rectifies none: a pair that is not rectified by its numbers has no disparity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.cameras.views import RigView
from myriorama.scenes.conventions import F64

_TURN: Final = 1e-9
"""Largest entry by which the rotation between two rectified views may differ from none."""
_ASIDE_M: Final = 1e-9
"""How far a rectified view may stand off the other's x axis."""
_SAME_PX: Final = 1e-9


@dataclass(frozen=True)
class Stereo:
    """What makes a view half of a rectified pair.

    Attributes
    ----------
    partner : int
        Number of the other view on the rig.
    side : {"left", "right"}
        Which of the two this view is.
    baseline_m : float
        Between the two centres, above 0.
    """

    partner: int
    side: Literal["left", "right"]
    baseline_m: float


def inverse_pose(pose: F64) -> F64:
    """Return the inverse of a rotation with a translation, (4, 4) float64."""
    out = np.eye(4)
    out[:3, :3] = pose[:3, :3].T
    out[:3, 3] = -pose[:3, :3].T @ pose[:3, 3]
    return out


def first_from_view(rig: Sequence[RigView], view: int) -> F64:
    """Return the pose of a view in the frame of the rig's first, (4, 4) float64."""
    if view == 0:
        return np.eye(4)
    return np.asarray(inverse_pose(rig[0].rig_from_view) @ rig[view].rig_from_view)


def rectified(one: RigView, other: RigView) -> float | None:
    """Return by how far the other view stands to the right of this one, metres, if the two are a rectified pair.

    They are where a point of the world lies on the same row of both pictures, in columns whose difference is
    ``fx * baseline / depth``: one K, one size, no turn between them, a translation along x alone, and neither a
    distorting lens nor a rolling shutter. None where they are not.
    """
    if not _sees_alike(one.camera, other.camera):
        return None
    across = inverse_pose(one.rig_from_view) @ other.rig_from_view
    x, y, z = (float(v) for v in across[:3, 3])
    if float(np.abs(across[:3, :3] - np.eye(3)).max()) > _TURN or max(abs(y), abs(z)) > _ASIDE_M or x == 0.0:
        return None
    return x


def _sees_alike(one: Camera, other: Camera) -> bool:
    same_size = (one.width, one.height) == (other.width, other.height)
    return same_size and not one.bends and not other.bends and bool(np.abs(one.K - other.K).max() <= _SAME_PX)


def stereo_of(rig: Sequence[RigView], view: int) -> Stereo | None:
    """Return the pair that a view is half of; None where no other view is rectified with it.

    Of several partners it is the nearest, and of equally near ones the first on the rig.
    """
    found: list[Stereo] = []
    for number, other in enumerate(rig):
        shift = rectified(rig[view], other) if number != view else None
        if shift is not None:
            found.append(Stereo(number, "left" if shift > 0 else "right", abs(shift)))
    return min(found, key=lambda pair: (pair.baseline_m, pair.partner), default=None)


def rig_to_json(rig: Sequence[RigView]) -> dict[str, Any]:
    """Return the rig of a sample as JSON: every view's extrinsics and K, and the rectified pairs, left view first."""
    views = [
        {
            "name": view.name,
            "first_from_view": first_from_view(rig, number).tolist(),
            "world_from_camera": view.camera.world_from_camera.tolist(),
            "K": view.camera.K.tolist(),
            "K_opencv": view.camera.K_opencv.tolist(),
            **view.camera.optics(),
        }
        for number, view in enumerate(rig)
    ]
    pairs = []
    for left in rig:
        for right in rig:
            shift = rectified(left, right) if left is not right else None
            if shift is not None and shift > 0:
                pairs.append({"left": left.name, "right": right.name, "baseline_m": shift})
    return {"views": views, "rectified": pairs}
