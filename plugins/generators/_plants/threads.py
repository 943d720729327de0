"""Leaves divided into threads: a midrib with side threads that fork again, each a strip that runs into a point.

They are laid flat first and bent with the midrib, as any blade is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from myriorama.plugins.generators._plants.leaf import BLADE_V, LeafForm, Sheet, Spine, bent, joined, leaf_sheet
from myriorama.plugins.generators._plants.outline import Outline
from myriorama.scenes.conventions import F64

_CORNERS = np.array([[0, 1, 3], [0, 3, 2], [2, 3, 4]], dtype=np.uint32)


@dataclass(frozen=True, eq=False)
class Threads:
    """Straight strips on a flat leaf.

    Attributes
    ----------
    midrib : Outline
        What joins them; it ends in the leaf's tip.
    start, end : (N, 3) float64
        Along the blade as a share of its length; aside and over it as shares of half its width.
    width : (N,) float64
        At the start, as a share of half the blade's width.
    parent : (N,) int64
        The thread that each grows from; its own number where it grows from the midrib.
    """

    midrib: Outline
    start: F64
    end: F64
    width: F64
    parent: npt.NDArray[np.int64]


def forked(pairs: int, forks: int, chances: F64, first: float) -> Threads:
    """Return a leaf of `pairs` of side threads, each with `forks` pairs of threads of its own.

    Parameters
    ----------
    chances : (pairs, 2, 3) float64
        In [0, 1): length, place and tilt of each side thread.
    first : float
        Where the first pair leaves the midrib, share of the blade.
    """
    x = np.linspace(0.0, 1.0, 14)
    thin = np.stack([0.085 * (1 - 0.6 * x) * (x < 1)] * 2, axis=1)
    midrib = Outline(x, np.stack([x, x], axis=1), thin)
    place = np.linspace(first, 0.95, pairs)[:, None] + (chances[..., 1] - 0.5) * 0.5 * (0.95 - first) / pairs
    reach = np.sqrt(np.clip(np.sin(np.pi * (0.12 + 0.80 * (place - first) / (1.0 - first))), 0.05, 1.0))
    reach = reach * (0.82 + 0.3 * chances[..., 0])
    side = np.array([-1.0, 1.0])
    lift = 0.55 * (chances[..., 2] - 0.25) * reach
    start = np.stack([place, np.zeros_like(place), np.zeros_like(place)], axis=-1).reshape(-1, 3)
    ahead = np.minimum(place + 0.13 * reach, 0.995)
    end = np.stack([ahead, side * reach, lift], axis=-1).reshape(-1, 3)
    starts, ends, widths = [start], [end], [np.full(len(start), 0.125)]
    along = end - start
    length = np.abs(end[:, 1:2])
    for number in range(forks):
        share = 0.32 + 0.62 * (number + 0.5) / forks
        grow = 0.62 * length * (1.15 - share)
        for turn in (-1.0, 1.0):
            foot = start + share * along
            away = along * (0.36 * grow / np.maximum(length, 1e-9))
            # Forward and backward along the leaf; a blade is two to three times as long as it is wide.
            away = away + np.concatenate([0.17 * turn * grow, np.zeros_like(grow), 0.5 * grow], axis=1)
            tip = foot + away
            tip[:, 0] = np.minimum(tip[:, 0], 0.998)
            starts.append(foot)
            ends.append(tip)
            widths.append(np.full(len(foot), 0.10))
    parent = np.tile(np.arange(len(start), dtype=np.int64), 1 + 2 * forks)
    return Threads(midrib, np.concatenate(starts), np.concatenate(ends), np.concatenate(widths), parent)


def grazed(threads: Threads, form: LeafForm, eaten: F64) -> Threads:
    """Return the leaf without the threads that a bite touches, and without those that grew from them.

    Parameters
    ----------
    eaten : (N, 6) float64
        Bites on the flat leaf, see damage.py.
    """
    scale = np.array([form.blade_m, form.half_width_m])
    start = threads.start[:, :2] * scale + np.array([form.petiole_m, 0.0])
    along = threads.end[:, :2] * scale + np.array([form.petiole_m, 0.0]) - start
    to_bite = eaten[None, :, :2] - start[:, None]
    share = np.einsum("nbk,nk->nb", to_bite, along) / np.maximum((along * along).sum(axis=1), 1e-18)[:, None]
    nearest = np.clip(share, 0.0, 1.0)[..., None] * along[:, None] - to_bite
    touched = (np.linalg.norm(nearest, axis=2) < eaten[:, 2]).any(axis=1)
    kept = ~(touched | touched[threads.parent])
    number = np.cumsum(kept) - 1
    return Threads(
        threads.midrib, threads.start[kept], threads.end[kept], threads.width[kept], number[threads.parent[kept]]
    )


def thread_sheet(threads: Threads, form: LeafForm, line: Spine) -> Sheet:
    """Return the leaf, bent."""
    scale = np.array([form.blade_m, form.half_width_m, form.half_width_m])
    start, end = threads.start * scale, threads.end * scale
    along = end - start
    size = np.linalg.norm(along[:, :2], axis=1, keepdims=True)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.maximum(size, 1e-12)
    half = 0.5 * threads.width[:, None] * form.half_width_m * across
    corners = np.repeat(start[:, None], 5, axis=1)
    corners[:, 2:4] += 0.55 * along[:, None]
    corners[:, 4] = end
    corners[:, 0, :2] -= half
    corners[:, 1, :2] += half
    corners[:, 2, :2] -= 0.85 * half
    corners[:, 3, :2] += 0.85 * half
    flat = corners.reshape(-1, 3)
    share = np.clip(flat[:, 0] / form.blade_m, 0.0, 1.0)
    fold = np.radians(form.fold_deg)
    ruffle = np.sin(2 * np.pi * (form.waves * share + form.phase)) * form.wave
    lift = flat[:, 2] + np.abs(flat[:, 1]) * (np.sin(fold) + ruffle)
    positions = bent(line, form, form.petiole_m + flat[:, 0], flat[:, 1] * np.cos(fold), lift, share)
    uv = np.stack([0.5 + 0.2 * np.sign(flat[:, 1]), 0.05 + (BLADE_V - 0.1) * share], axis=1)
    faces = (5 * np.arange(len(start), dtype=np.uint32)[:, None, None] + _CORNERS).reshape(-1, 3)
    placed = np.column_stack([form.petiole_m + flat[:, 0], flat[:, 1]])
    strips = Sheet(positions, placed, uv, faces)
    return joined([leaf_sheet(threads.midrib, form, line, 3), strips])
