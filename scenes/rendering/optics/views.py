"""Which pinhole views an engine draws so that a lens's picture can be taken out of them.

One view along the axis while the lens is not too wide; the faces of a cube, blended where they meet, beyond. It draws
nothing and holds no pixel value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64

_ONE_VIEW_RATIO: Final = 2.6
"""A single view may have this many times the picture's pixels before the faces of a cube are cheaper."""
_OVERLAP: Final = 0.08
"""Half the width, on a face's own plane, of the zone in which two faces blend."""
_CORNERS: Final = 1.2
_FINEST: Final = 3.0
_STEP_PX: Final = 4
_PAD_PX: Final = 4
_FACES: Final[tuple[tuple[tuple[int, int, int], ...], ...]] = (
    ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ((0, 0, -1), (0, 1, 0), (1, 0, 0)),
    ((0, 0, 1), (0, 1, 0), (-1, 0, 0)),
    ((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    ((1, 0, 0), (0, 0, 1), (0, -1, 0)),
)
"""Rows: x, y and z axis of a face in the camera frame: ahead, right, left, below, above."""


@dataclass(frozen=True, eq=False)
class View:
    """A pinhole view about the camera's centre.

    Attributes
    ----------
    axes : (3, 3) float64
        Rows: its x, y and z axis in the camera frame.
    focal_px : float
        Square pixels.
    left, top : float
        The plane's x and y at the view's first edge, times focal_px: pixel 0 begins there.
    width, height : int
    x, y : (H, W) float32
        Where each pixel of the picture looks, in continuous pixels of this view; NaN where it does not look here.
    share : (H, W) float32 or None
        Weight of this view in each pixel; None: 1 wherever x is a number.
    """

    axes: F64
    focal_px: float
    left: float
    top: float
    width: int
    height: int
    x: F32
    y: F32
    share: F32 | None

    @property
    def ahead(self) -> bool:
        """Whether it looks along the camera's own axis."""
        return bool(self.axes[2, 2] == 1.0)

    def camera(self, pinhole: Camera, top: int, bottom: int) -> Camera:
        """Return the camera of this view's rows `top` to `bottom`, standing where `pinhole` stands."""
        pose = pinhole.world_from_camera.copy()
        pose[:3, :3] = pose[:3, :3] @ self.axes.T
        return replace(
            pinhole,
            world_from_camera=pose,
            width=self.width,
            height=bottom - top,
            fx=self.focal_px,
            fy=self.focal_px,
            cx=-self.left,
            cy=-self.top - top,
        )


def views_of(plane: F64, focal_px: float) -> list[View]:
    """Return the views that a lens's picture is taken from.

    Parameters
    ----------
    plane : (2, H, W) float64
        Where pixel centres look, on the plane z = 1; NaN where the lens shows nothing.
    focal_px : float
        Of the picture's middle; no view is more than a few times as fine.
    """
    finest = _FINEST * focal_px
    height, width = plane.shape[1:]
    if not np.isfinite(plane).any():
        return []
    single = _view(np.eye(3), plane[0], plane[1], None, finest)
    if single.width * single.height <= _ONE_VIEW_RATIO * width * height:
        return [single]
    return _cube(plane, finest)


def _cube(plane: F64, finest: float) -> list[View]:
    looks = np.stack([plane[0], plane[1], np.ones_like(plane[0])])
    found: list[tuple[F64, F64, F64, F64]] = []
    total = np.zeros(plane.shape[1:])
    for rows in _FACES:
        axes = np.array(rows, dtype=np.float64)
        a, b, c = (axes[k, 0] * looks[0] + axes[k, 1] * looks[1] + axes[k, 2] * looks[2] for k in range(3))
        front = c > 1e-6
        safe = np.where(front, c, 1.0)
        x, y = np.where(front, a / safe, np.nan), np.where(front, b / safe, np.nan)
        off = np.maximum(np.abs(x), np.abs(y))
        ramp = np.clip((1.0 + _OVERLAP - off) / (2 * _OVERLAP), 0.0, 1.0)
        share = np.nan_to_num(ramp * ramp * (3.0 - 2.0 * ramp))
        if not (share > 0).any():
            continue
        total += share
        found.append((axes, x, y, share))
    out = []
    for axes, x, y, share in found:
        used = share > 0
        weight = np.where(used, share / np.where(total > 0, total, 1.0), 0.0)
        out.append(_view(axes, np.where(used, x, np.nan), np.where(used, y, np.nan), weight, finest))
    return out


def _view(axes: F64, x: F64, y: F64, share: F64 | None, finest: float) -> View:
    focal = min(_density(x, y), finest)
    left, top = float(np.nanmin(x)) * focal, float(np.nanmin(y)) * focal
    reach = _reach(x, y) * focal
    pad = _PAD_PX + 2.0 * reach
    left, top = np.floor(left - pad), np.floor(top - pad)
    width = int(np.ceil(float(np.nanmax(x)) * focal + pad - left))
    height = int(np.ceil(float(np.nanmax(y)) * focal + pad - top))
    return View(
        axes=axes,
        focal_px=focal,
        left=float(left),
        top=float(top),
        width=width,
        height=height,
        x=(x * focal - left).astype(np.float32),
        y=(y * focal - top).astype(np.float32),
        share=None if share is None else share.astype(np.float32),
    )


def _slopes(x: F64, y: F64) -> tuple[F64, F64, F64, F64]:
    """Return dx/du, dx/dv, dy/du, dy/dv of the plane by the picture's columns u and rows v, at some pixels."""
    step = max(1, min(_STEP_PX, *(n // 8 for n in x.shape)))
    coarse_x, coarse_y = x[::step, ::step], y[::step, ::step]
    if min(coarse_x.shape) < 2:
        one = np.full(1, 1.0 / 64)
        return one, 0 * one, 0 * one, one
    xu, yu = (np.diff(c, axis=1)[:-1] / step for c in (coarse_x, coarse_y))
    xv, yv = (np.diff(c, axis=0)[:, :-1] / step for c in (coarse_x, coarse_y))
    fine = np.isfinite(xu) & np.isfinite(xv)
    if not fine.any():
        one = np.full(1, 1.0 / 64)
        return one, 0 * one, 0 * one, one
    return xu[fine], xv[fine], yu[fine], yv[fine]


def _density(x: F64, y: F64) -> float:
    """Return the pixels that a unit of the plane needs so that no step of the picture is finer than a pixel there.

    Where a lens magnifies a last corner beyond all else, that corner is left a little soft: a view as fine everywhere
    as there would be many times the picture.
    """
    xu, xv, yu, yv = _slopes(x, y)
    # The smaller singular value of the 2x2 slope is the finest step that the picture takes over the plane.
    total = xu * xu + xv * xv + yu * yu + yv * yv
    area = np.abs(xu * yv - xv * yu)
    finest = np.sqrt(np.maximum(total - np.sqrt(np.maximum(total * total - 4 * area * area, 0.0)), 0.0) / 2)
    needed = 1.0 / np.maximum(finest, 1e-6)
    return float(min(needed.max(), _CORNERS * np.quantile(needed, 0.9)))


def _reach(x: F64, y: F64) -> float:
    """Return the widest step of the picture over the plane."""
    return float(max(np.abs(s).max() for s in _slopes(x, y)))
