"""How a lens bends what a pinhole would show, by OpenCV's two models, and the exact way back.

It works on the plane z = 1 and knows no pixel. A point beyond the part of the plane that the model maps one to one has
no place in the picture: it is told as NaN, never folded back into it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import numpy as np

from myriorama.scenes.conventions import F64, Mask

WIDEST_RAD: Final = math.radians(89.5)
"""A ray farther from the axis has no finite place on the plane z = 1 that renderers work on; nothing is shown there."""

_TERMS: Final = {
    "brown_conrady": ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6"),
    "kannala_brandt": ("k1", "k2", "k3", "k4"),
}
_OPENCV: Final = {"brown_conrady": "cv2.projectPoints", "kannala_brandt": "cv2.fisheye.projectPoints"}
_STEPS: Final = 4096
_TABLE: Final = 1024
_LEAST_AREA: Final = 1e-3
"""Picture per solid angle, relative to the middle, at which a lens counts as folding: the way back is sound above."""
_ROUNDS: Final = 60
_EXACT: Final = 1e-13
_ACCEPTED: Final = 1e-11


@dataclass(frozen=True)
class Distortion:
    """How a lens bends what a pinhole would show, in OpenCV's terms.

    Attributes
    ----------
    model : {"brown_conrady", "kannala_brandt"}
        Radial and tangential about the pinhole picture, or a fisheye by the angle to the axis.
    coefficients : tuple of float
        ``k1, k2, p1, p2[, k3[, k4, k5, k6]]`` (OpenCV's order and rational model; what is left out is 0), or
        ``k1, k2, k3, k4``.

    Raises
    ------
    ValueError
        The model is unknown, or its coefficients are not as many finite numbers as it takes.

    Notes
    -----
    Formulas: OpenCV, "Camera Calibration and 3D Reconstruction" and "Fisheye camera model" (after Brown 1966, Kannala
    and Brandt 2006). The plane z = 1 has no half pixel, so the coefficients are OpenCV's whatever the pixel's centre.
    """

    model: Literal["brown_conrady", "kannala_brandt"]
    coefficients: tuple[float, ...]

    def __post_init__(self) -> None:
        if self.model not in _TERMS:
            raise ValueError(f"no distortion is named {self.model!r}; there are {', '.join(_TERMS)}")
        given = tuple(float(c) for c in self.coefficients)
        allowed = (4, 5, 8) if self.model == "brown_conrady" else (4,)
        if len(given) not in allowed:
            counts = " or ".join(str(n) for n in allowed)
            raise ValueError(f"{self.model} takes {counts} coefficients, not {len(given)}")
        if not all(math.isfinite(c) for c in given):
            raise ValueError(f"a coefficient of {self.model} is not finite: {given}")
        object.__setattr__(self, "coefficients", given + (0.0,) * (len(_TERMS[self.model]) - len(given)))

    @property
    def limit_rad(self) -> float:
        """The angle to the axis up to which the model is one to one; at most `WIDEST_RAD`."""
        return _domain(self).limit_rad

    def to_json(self) -> dict[str, Any]:
        """Return the model, OpenCV's function for it, its coefficients as that takes them, and each by its name."""
        return {
            "model": self.model,
            "opencv": _OPENCV[self.model],
            "coefficients": list(self.coefficients),
            **dict(zip(_TERMS[self.model], self.coefficients, strict=True)),
        }

    def bend(self, plane: F64) -> F64:
        """Return where the lens puts points of the pinhole's plane z = 1.

        Parameters
        ----------
        plane : (N, 2) float64
            x / z, y / z.

        Returns
        -------
        (N, 2) float64
            On the same plane; NaN beyond `limit_rad`.
        """
        x, y = plane[:, 0], plane[:, 1]
        squared = x * x + y * y
        limit = math.tan(self.limit_rad)
        seen = squared <= limit * limit
        if not seen.all():
            x, y, squared = np.where(seen, x, np.nan), np.where(seen, y, np.nan), np.where(seen, squared, np.nan)
        if self.model == "kannala_brandt":
            scale = _fisheye_scale(self.coefficients, np.sqrt(squared))
            return np.stack([x * scale, y * scale], axis=1)
        _, _, p1, p2, *_ = self.coefficients
        radial = _radial(self.coefficients, squared)[0]
        along = 2.0 * (p1 * y + p2 * x)
        return np.stack([x * (radial + along) + p2 * squared, y * (radial + along) + p1 * squared], axis=1)

    def straighten(self, plane: F64) -> F64:
        """Return which points of the pinhole's plane the lens puts at `plane`, (N, 2) float64: the way back of `bend`.

        By Newton's iterations from a table; exact to 1e-9 of the plane's unit and mostly to rounding. NaN where the
        lens shows nothing.
        """
        found = np.full(plane.shape, np.nan)
        finite = np.isfinite(plane).all(axis=1)
        domain = _domain(self)
        tangential = 0.0 if self.model == "kannala_brandt" else math.hypot(*self.coefficients[2:4])
        # The tangential part moves a point by at most 3 |P| r^2, so what lies farther out has no way back.
        reach = float(domain.bent[-1]) * (1 + 1e-12) + 3 * tangential * float(domain.radii[-1]) ** 2
        finite &= np.hypot(plane[:, 0], plane[:, 1]) <= reach
        asked = plane if finite.all() else plane[finite]
        found[finite] = (_unfish if self.model == "kannala_brandt" else _unbrown)(self, asked)
        return found


@dataclass(frozen=True, eq=False)
class _Domain:
    """Where a model is one to one: to which angle, and a table of radii on the plane, and where these are put."""

    limit_rad: float
    radii: F64
    bent: F64


@lru_cache(maxsize=64)
def _domain(lens: Distortion) -> _Domain:
    """Return where a model is one to one: the largest disc about the axis in which it never folds.

    The derivative of either model is a symmetric matrix, so a model is one to one on a disc (a convex set) where that
    matrix is positive definite. For Brown-Conrady, with d(r) the radial part and P = (p2, p1), its determinant is
    16 r^2 a^2 + (2 r d' + 6 d) a + d d' / r - 4 r^2 |P|^2 where a is P's part along the point's direction: a parabola,
    whose least value over all directions is taken here.
    """
    angles = np.linspace(0.0, WIDEST_RAD, _STEPS)
    area = _area(lens, angles)
    bad = np.flatnonzero(~(area > _LEAST_AREA))
    limit = WIDEST_RAD
    if len(bad):
        low, high = float(angles[max(bad[0] - 1, 0)]), float(angles[bad[0]])
        for _ in range(50):
            middle = 0.5 * (low + high)
            good = bool(_area(lens, np.array([middle]))[0] > _LEAST_AREA)
            low, high = (middle, high) if good else (low, middle)
        limit = low
    radii = np.tan(np.linspace(0.0, limit, _TABLE))
    if lens.model == "kannala_brandt":
        bent = radii * _fisheye_scale(lens.coefficients, radii)
    else:
        bent = radii * _radial(lens.coefficients, radii * radii)[0]
    return _Domain(limit, radii, bent)


def _area(lens: Distortion, angles: F64) -> F64:
    """Return the least picture area per solid angle at angles to the axis; not above 0, or NaN, where it folds."""
    k = lens.coefficients
    if lens.model == "kannala_brandt":
        s = angles * angles
        slope = 1 + s * (3 * k[0] + s * (5 * k[1] + s * (7 * k[2] + s * 9 * k[3])))
        return np.asarray(np.where(_fisheye_scale(k, np.tan(angles)) > 0, slope, -1.0))
    r = np.tan(angles)
    radial, turn, sound = _radial(k, r * r)
    slope = radial + 2 * r * r * turn
    size = math.hypot(k[2], k[3])
    linear = 2 * r * slope + 6 * r * radial
    steepest = np.where(r > 0, -linear / np.maximum(32 * r * r, 1e-300), 0.0)
    a = np.clip(steepest, -size, size)
    least = 16 * r * r * a * a + linear * a + radial * slope - 4 * r * r * size * size
    return np.asarray(np.where(sound & (radial > 0), least * (1 + r * r) ** 1.5, -1.0))


def _radial(k: tuple[float, ...], s: F64) -> tuple[F64, F64, Mask]:
    """Return the radial factor at squared radii, its derivative by the squared radius, and where it has no pole."""
    k1, k2, _, _, k3, k4, k5, k6 = k
    over = 1 + s * (k1 + s * (k2 + s * k3))
    over_turn = k1 + s * (2 * k2 + s * 3 * k3)
    if k4 == 0.0 and k5 == 0.0 and k6 == 0.0:
        return over, over_turn, np.ones(s.shape, dtype=np.bool_)
    under = 1 + s * (k4 + s * (k5 + s * k6))
    under_turn = k4 + s * (2 * k5 + s * 3 * k6)
    sound = under > 0
    safe = np.where(sound, under, 1.0)
    return over / safe, (over_turn * safe - over * under_turn) / (safe * safe), sound


def _fisheye_scale(k: tuple[float, ...], r: F64) -> F64:
    """Return what a point at distance r from the axis, on the plane z = 1, is multiplied by."""
    angle = np.arctan(r)
    s = angle * angle
    bent = angle * (1 + s * (k[0] + s * (k[1] + s * (k[2] + s * k[3]))))
    return np.asarray(np.where(r > 1e-12, bent / np.maximum(r, 1e-12), 1.0))


def _unfish(lens: Distortion, plane: F64) -> F64:
    k, domain = lens.coefficients, _domain(lens)
    bent = np.hypot(plane[:, 0], plane[:, 1])
    angle = np.arctan(np.interp(bent, domain.bent, domain.radii))
    for _ in range(_ROUNDS):
        s = angle * angle
        error = angle * (1 + s * (k[0] + s * (k[1] + s * (k[2] + s * k[3])))) - bent
        slope = 1 + s * (3 * k[0] + s * (5 * k[1] + s * (7 * k[2] + s * 9 * k[3])))
        stepped = np.clip(angle - error / slope, 0.0, domain.limit_rad)
        settled = np.abs(stepped - angle).max(initial=0.0) <= _EXACT
        angle = stepped
        if settled:
            break
    scale = np.where(bent > 1e-12, np.tan(angle) / np.maximum(bent, 1e-12), 1.0)
    return np.asarray(plane * scale[:, None])


def _unbrown(lens: Distortion, plane: F64) -> F64:
    """Solve bend(u) = plane.

    With a symmetric and positive definite derivative this seeks the least value of a convex function, so Newton's step,
    halved while the error grows, arrives.
    """
    domain = _domain(lens)
    limit = float(domain.radii[-1])
    bent = np.hypot(plane[:, 0], plane[:, 1])
    start = np.where(bent > 1e-12, np.interp(bent, domain.bent, domain.radii) / np.maximum(bent, 1e-12), 1.0)
    out = plane * start[:, None]
    open_ = np.arange(len(plane))
    u, target = out.copy(), plane
    before, error_before = u, np.full(len(u), np.inf)
    tolerance = _EXACT * (1.0 + bent)
    for _ in range(_ROUNDS):
        residual, step = _newton(lens.coefficients, u, target)
        error = np.abs(residual).max(axis=1, initial=0.0)
        worse = error > error_before
        done = (error <= tolerance[open_]) | (worse & (error_before <= _ACCEPTED * (1.0 + bent[open_])))
        best = np.where(worse[:, None], before, u)
        out[open_[done]] = best[done]
        stepped = u - step
        length = np.hypot(stepped[:, 0], stepped[:, 1])
        stepped *= np.minimum(1.0, limit / np.maximum(length, 1e-300))[:, None]
        following = np.where(worse[:, None], 0.5 * (u + before), stepped)
        before, error_before = best, np.where(worse, error_before, error)
        keep = ~done
        open_, u, target = open_[keep], following[keep], target[keep]
        before, error_before = before[keep], error_before[keep]
        if len(open_) == 0:
            break
    if len(open_):
        lost = error_before > _ACCEPTED * (1.0 + bent[open_])
        out[open_] = np.where(lost[:, None], np.nan, before)
    return out


def _newton(k: tuple[float, ...], u: F64, target: F64) -> tuple[F64, F64]:
    """Return bend(u) - target and Newton's step at u, both (N, 2)."""
    x, y = u[:, 0], u[:, 1]
    s = x * x + y * y
    p1, p2 = k[2], k[3]
    radial, turn, _ = _radial(k, s)
    common = radial + 2.0 * (p1 * y + p2 * x)
    ex = x * common + p2 * s - target[:, 0]
    ey = y * common + p1 * s - target[:, 1]
    a = common + 2 * x * x * turn + 4 * p2 * x
    b = 2 * x * y * turn + 2 * (p1 * x + p2 * y)
    c = common + 2 * y * y * turn + 4 * p1 * y
    determinant = a * c - b * b
    safe = np.where(np.abs(determinant) > 1e-300, determinant, 1e-300)
    return np.stack([ex, ey], axis=1), np.stack([c * ex - b * ey, a * ey - b * ex], axis=1) / safe[:, None]
