"""The raster engine's reflectance for a path: Lambert under GGX, the lost bounces between facets given back.

Written from the formulas; the two engines share only the table of the directional albedo. A clear surface also lets
light straight through: what it neither mirrors nor, by its opacity, scatters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import drjit as dr
import mitsuba as mi

DIELECTRIC: Final = 0.04
_SIDE: Final = 32


@dataclass(frozen=True, eq=False)
class Scatter:
    """A surface as one eye direction sees it, all in the frame of its shading normal.

    Attributes
    ----------
    eye : Vector3f
    f0, gain, diffuse : Color3f
        Mirrored at normal incidence; factor that gives bounces back; diffuse albedo.
    alpha : Float
        GGX width.
    through : Float
        Share that goes straight through; 0 but for clear surfaces.
    mirror_share, through_share : Float
        Chance to sample the mirror of what is reflected, and to go straight through at all.
    albedo : Color3f
        Of all that is reflected.
    """

    eye: Any
    f0: Any
    gain: Any
    diffuse: Any
    alpha: Any
    through: Any
    mirror_share: Any
    through_share: Any
    albedo: Any


def average(color: Any) -> Any:
    """Return the mean of the channels; `dr.mean` would write the number of pixels into the program."""
    return (color.x + color.y + color.z) * (1.0 / 3.0)


def albedo_lookup(table: Any, cosine: Any, roughness: Any, active: Any) -> tuple[Any, Any]:
    """Return scale and bias of f0, bilinear in the (32 * 32, 2) table; rows by roughness, columns by cosine.

    Beyond the middle of the last rows and columns the slope goes on: at roughness 1 the end value would be 5 % off.
    """
    x = dr.maximum(cosine * _SIDE - 0.5, 0.0)
    y = dr.maximum(roughness * _SIDE - 0.5, 0.0)
    x0, y0 = dr.minimum(mi.UInt32(x), _SIDE - 2), dr.minimum(mi.UInt32(y), _SIDE - 2)
    fx, fy = x - mi.Float(x0), y - mi.Float(y0)
    at = y0 * _SIDE + x0
    rows = [dr.gather(mi.Vector2f, table, at + step, active) for step in (0, 1, _SIDE, _SIDE + 1)]
    upper = dr.fma(rows[1] - rows[0], fx, rows[0])
    lower = dr.fma(rows[3] - rows[2], fx, rows[2])
    found = dr.fma(lower - upper, fy, upper)
    return found.x, found.y


def scatter(
    table: Any, eye: Any, base: Any, metallic: Any, roughness: Any, clear: Any, opacity: Any, active: Any
) -> Any:
    """Return the Scatter of a surface; `clear` says where `opacity` thins what it scatters."""
    cos_i = dr.clip(eye.z, 1e-3, 1.0)
    f0 = dr.lerp(mi.Color3f(DIELECTRIC), base, metallic)
    scale, bias = albedo_lookup(table, cos_i, roughness, active)
    gain = 1.0 + f0 * (dr.rcp(scale + bias) - 1.0)
    mirrored = f0 * scale + bias
    most = dr.max(mirrored)
    thinned = dr.select(clear, opacity, 1.0)
    diffuse = base * ((1.0 - metallic) * (1.0 - most) * thinned)
    through = dr.select(clear, (1.0 - opacity) * (1.0 - most), 0.0)
    glossy, matte = average(mirrored * gain), average(diffuse)
    total = glossy + matte
    mirror_share = dr.select(matte > 0, dr.clip(glossy / dr.maximum(total, 1e-6), 0.1, 0.9), 1.0)
    through_share = through / dr.maximum(through + total, 1e-6)
    return Scatter(
        eye, f0, gain, diffuse, dr.square(roughness), through, mirror_share, through_share, mirrored * gain + diffuse
    )


def evaluate(s: Scatter, light: Any, active: Any) -> tuple[Any, Any]:
    """Return the reflectance times the cosine, and the density per steradian with which `draw` finds `light`."""
    cos_i, cos_o = dr.maximum(s.eye.z, 1e-3), light.z
    active = active & (cos_o > 0) & (s.eye.z > 0)  # not in place: that would change the caller's
    half = dr.normalize(s.eye + light)
    a2 = dr.square(s.alpha)
    around = dr.fma(dr.square(half.z), a2 - 1.0, 1.0)
    distribution = a2 * dr.rcp(dr.pi * dr.square(around))
    root_i = dr.sqrt(dr.fma(dr.square(cos_i), 1.0 - a2, a2))
    root_o = dr.sqrt(dr.fma(dr.square(cos_o), 1.0 - a2, a2))
    visible = 0.5 / (cos_o * root_i + cos_i * root_o)
    miss = dr.maximum(1.0 - dr.dot(light, half), 0.0)
    fresnel = s.f0 + (1.0 - s.f0) * (dr.square(dr.square(miss)) * miss)
    value = (fresnel * s.gain * (distribution * visible) + s.diffuse * dr.inv_pi) * cos_o
    # Facets that the eye sees: D G1 / (4 cos_i), G1 = 2 cos_i / (cos_i + root_i).
    mirror_density = distribution / (2.0 * (cos_i + root_i))
    density = dr.lerp(cos_o * dr.inv_pi, mirror_density, s.mirror_share) * (1.0 - s.through_share)
    return dr.select(active, value, 0.0), dr.select(active, density, 0.0)


def draw(s: Scatter, u: Any, v: Any) -> tuple[Any, Any]:
    """Return a direction drawn from the mirror's visible facets or from the cosine, and which of the two it was."""
    mirror = u < s.mirror_share
    again = dr.select(mirror, u / s.mirror_share, (u - s.mirror_share) / dr.maximum(1.0 - s.mirror_share, 1e-6))
    again = dr.minimum(again, 0.99999994)
    facets = mi.MicrofacetDistribution(mi.MicrofacetType.GGX, s.alpha, True)
    half, _ = facets.sample(s.eye, mi.Point2f(again, v))
    matte = mi.warp.square_to_cosine_hemisphere(mi.Point2f(again, v))
    return dr.select(mirror, mi.reflect(s.eye, half), matte), mirror
