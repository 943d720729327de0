"""Outlines of leaf blades as curves: straps, ovals, toothed, lobed and divided ones.

An outline is flat and has no size: lengths are shares of the blade's, widths shares of half its width. It knows
nothing of how a leaf hangs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from myriorama.scenes.conventions import F64


@dataclass(frozen=True, eq=False)
class Outline:
    """Rows across a blade, from its base to its tip.

    Attributes
    ----------
    foot : (M,) float64
        Where each row starts on the midrib, 0 to 1, never falling.
    forward : (M, 2) float64
        Where it ends along the midrib, on the right and on the left: teeth and lobes point forward.
    outward : (M, 2) float64
        How far it reaches sideways, as a share of half the blade's width; about 1 at the widest.
    """

    foot: F64
    forward: F64
    outward: F64

    def denser(self, times: int) -> Outline:
        """Return the same outline with `times` rows for each of its own."""
        rows = len(self.foot)
        at = np.linspace(0.0, rows - 1.0, (rows - 1) * times + 1)
        known = np.arange(rows, dtype=np.float64)

        def between(column: F64) -> F64:
            return np.interp(at, known, column)

        return Outline(
            between(self.foot),
            np.stack([between(self.forward[:, k]) for k in (0, 1)], axis=1),
            np.stack([between(self.outward[:, k]) for k in (0, 1)], axis=1),
        )

    def varied(self, chances: F64, strength: float) -> Outline:
        """Return the outline with slow swellings along each margin, so that no two leaves are alike.

        Parameters
        ----------
        chances : (8,) float64
            In [0, 1).
        strength : float
            Largest share by which a margin moves.
        """
        signed = 2 * chances - 1
        x = self.foot[:, None]
        swell = sum(
            signed[2 * k : 2 * k + 2] * np.sin(np.pi * ((k + 1) * x + chances[4 + 2 * k : 6 + 2 * k])) for k in (0, 1)
        )
        return Outline(self.foot, self.forward, self.outward * (1 + 0.5 * strength * np.asarray(swell)))


def _mirrored(foot: F64, forward: F64, outward: F64) -> Outline:
    return Outline(foot, np.stack([forward, forward], axis=1), np.stack([outward, outward], axis=1))


def _rows(count: int) -> F64:
    """Return places along a blade that crowd towards both ends, where outlines bend most."""
    even = np.linspace(0.0, 1.0, count)
    return 0.3 * even + 0.7 * (1 - np.cos(np.pi * even)) / 2


def strap(rows: int, base: float, widest: float, point: float) -> Outline:
    """Return the blade of a grass: a strap that swells from its base and runs into a tip.

    Parameters
    ----------
    base : float
        Width at the base over the largest.
    widest : float
        Where it is widest, share of its length.
    point : float
        How late it narrows: 2 is a long point, 6 a blunt tip.
    """
    x = _rows(rows)
    swell = np.clip(x / widest, 0.0, 1.0)
    width = (base + (1 - base) * swell * (2 - swell)) * (1 - x**point) ** (0.9 if point < 4 else 0.5)
    return _mirrored(x, x, np.maximum(width, 0.0))


def oval(rows: int, base: float, tip: float) -> Outline:
    """Return a blade between ``x ** base`` and ``(1 - x) ** tip``; small powers are blunt, 1 is straight."""
    x = _rows(rows)
    width = x**base * (1 - x) ** tip
    crest = base / (base + tip)
    return _mirrored(x, x, width / (crest**base * (1 - crest) ** tip))


def cut(
    whole: Outline,
    stops: Sequence[float],
    lobe: Sequence[tuple[float, float, float]],
    shift: Sequence[float] | None = None,
) -> Outline:
    """Return a blade whose margin is cut into lobes.

    Parameters
    ----------
    whole : Outline
        The margin that the lobes reach to.
    stops : sequence of float
        Where lobes start, and last where the last one ends, along the midrib.
    lobe : sequence of (share, reach, lean)
        The margin of one lobe: how far between its two stops, how far out as a share of the whole blade's width
        there, and how far forward as a share of the lobe's length.
    shift : sequence of float, or None
        How far each lobe of the left side lies behind its fellow, as a share of its length.

    Notes
    -----
    Before the first stop and after the last the whole blade's own margin is kept.
    """
    x, half = whole.foot, whole.outward[:, 0]
    first, last = stops[0], stops[-1]
    foot = [x[x < first]]
    forward = [np.stack([foot[0], foot[0]], axis=1)]
    outward = [np.stack([half[x < first]] * 2, axis=1)]
    share, reach, lean = (np.array(c) for c in zip(*lobe, strict=True))
    for number, (a, b) in enumerate(zip(stops[:-1], stops[1:], strict=True)):
        at = a + (b - a) * share
        there = np.interp(at, x, half)
        behind = (shift[number] if shift is not None else 0.0) * (b - a)
        ahead = at + lean * (b - a)
        foot.append(at)
        forward.append(np.stack([ahead, ahead - behind], axis=1))
        outward.append(np.stack([reach * there] * 2, axis=1))
    tip = np.append(x[(x > last) & (x < 1)], 1.0)
    foot.append(tip)
    forward.append(np.stack([tip, tip], axis=1))
    outward.append(np.stack([np.interp(tip, x, half)] * 2, axis=1))
    return Outline(np.concatenate(foot), np.concatenate(forward), np.concatenate(outward))
