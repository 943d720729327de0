"""The directional albedo of a GGX mirror, as a small table: how much a surface of given roughness mirrors in all.

Computed, not measured; it holds for any base reflectance f0 as ``f0 * scale + bias``.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from myriorama.scenes.conventions import F32


@cache
def directional_albedo(side: int = 32, samples: int = 128) -> F32:
    """Return the table, (side, side, 2) float32: rows by roughness, columns by the cosine to the eye.

    Integrates GGX with Smith's height-correlated visibility over half vectors drawn from the
    distribution itself (Walter et al. 2007), Schlick's Fresnel term split off.
    """
    middle = (np.arange(side) + 0.5) / side
    cosine, roughness = middle[None, :, None], np.maximum(middle, 0.045)[:, None, None]
    a2 = roughness**4
    e = (np.arange(samples) + 0.5) / samples
    turn = np.arange(samples) * 2.39996323
    half_z2 = (1.0 - e) / (1.0 + (a2 - 1.0) * e)
    half_z = np.sqrt(half_z2)
    half_x = np.sqrt(np.maximum(1.0 - half_z2, 0.0)) * np.cos(turn)
    eye_half = np.maximum(np.sqrt(1.0 - cosine**2) * half_x + cosine * half_z, 0.0)
    light_z = 2.0 * eye_half * half_z - cosine
    light = np.maximum(light_z, 1e-6)
    visible = 0.5 / (light * np.sqrt(cosine**2 * (1.0 - a2) + a2) + cosine * np.sqrt(light**2 * (1.0 - a2) + a2))
    weight = np.where(light_z > 0.0, 4.0 * visible * light * eye_half / half_z, 0.0)
    fresnel = (1.0 - eye_half) ** 5
    table = np.stack([(weight * (1.0 - fresnel)).mean(axis=2), (weight * fresnel).mean(axis=2)], axis=2)
    return table.astype(np.float32)
