"""Letters and digits as strokes, so that printed texts need no font file.

Capitals, digits and a few signs only; other characters are refused.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from myriorama.scenes.conventions import F32

# Strokes on a grid 4 wide and 6 high, y up; strokes are separated by "|".
_STROKES = MappingProxyType(
    {
        "A": "0,0 2,6 4,0|.75,2.2 3.25,2.2",
        "B": "0,0 0,6 2.6,6 3.6,5.4 3.6,3.8 2.6,3.2 0,3.2|2.6,3.2 4,2.5 4,.8 2.8,0 0,0",
        "C": "4,4.9 3,6 1,6 0,4.9 0,1.1 1,0 3,0 4,1.1",
        "D": "0,0 0,6 2.4,6 4,4.5 4,1.5 2.4,0 0,0",
        "E": "3.8,6 0,6 0,0 3.8,0|0,3.1 3,3.1",
        "F": "3.8,6 0,6 0,0|0,3.1 3,3.1",
        "G": "4,4.9 3,6 1,6 0,4.9 0,1.1 1,0 3,0 4,1.1 4,2.8 2.4,2.8",
        "H": "0,0 0,6|4,0 4,6|0,3.1 4,3.1",
        "I": "2,0 2,6",
        "J": "3.6,6 3.6,1.1 2.6,0 1.2,0 .2,1.1",
        "K": "0,0 0,6|3.8,6 0,2.6|1.3,3.75 4,0",
        "L": "0,6 0,0 3.7,0",
        "M": "0,0 0,6 2,2.4 4,6 4,0",
        "N": "0,0 0,6 4,0 4,6",
        "O": "1.1,0 0,1.2 0,4.8 1.1,6 2.9,6 4,4.8 4,1.2 2.9,0 1.1,0",
        "P": "0,0 0,6 2.9,6 4,5.1 4,3.7 2.9,2.8 0,2.8",
        "Q": "1.1,0 0,1.2 0,4.8 1.1,6 2.9,6 4,4.8 4,1.2 2.9,0 1.1,0|2.5,1.5 4.1,-.3",
        "R": "0,0 0,6 2.9,6 4,5.1 4,3.7 2.9,2.8 0,2.8|2,2.8 4,0",
        "S": "3.9,5 2.9,6 1.1,6 .1,5 .1,4.1 1.1,3.3 2.9,2.8 3.9,2 3.9,1 2.9,0 1.1,0 .1,1",
        "T": "0,6 4,6|2,6 2,0",
        "U": "0,6 0,1.2 1.1,0 2.9,0 4,1.2 4,6",
        "V": "0,6 2,0 4,6",
        "W": "-.4,6 .9,0 2,4 3.1,0 4.4,6",
        "X": "0,0 4,6|0,6 4,0",
        "Y": "0,6 2,3 4,6|2,3 2,0",
        "Z": "0,6 4,6 0,0 4,0",
        "0": "1.1,0 0,1.2 0,4.8 1.1,6 2.9,6 4,4.8 4,1.2 2.9,0 1.1,0",
        "1": ".8,4.8 2.2,6 2.2,0|.8,0 3.6,0",
        "2": ".1,4.8 1.1,6 2.9,6 4,4.9 4,3.8 0,0 4,0",
        "3": ".2,5.2 1.1,6 2.9,6 3.8,5.2 3.8,3.9 2.8,3.2 1.4,3.2|2.8,3.2 4,2.4 4,.9 2.9,0 1.1,0 0,.9",
        "4": "2.9,0 2.9,6 0,1.9 4,1.9",
        "5": "3.7,6 .4,6 .2,3.2 2.8,3.5 4,2.6 4,1 2.9,0 1.1,0 0,.9",
        "6": "3.7,5.2 2.8,6 1.2,6 0,4.6 0,1.2 1.1,0 2.9,0 4,1.1 4,2.4 2.9,3.4 1.1,3.4 0,2.5",
        "7": "0,6 4,6 1.5,0",
        "8": "1.2,3.2 .2,4 .2,5.1 1.2,6 2.8,6 3.8,5.1 3.8,4 2.8,3.2 1.2,3.2 0,2.3 0,.9 1.1,0 2.9,0 4,.9 4,2.3 2.8,3.2",
        "9": "4,3.5 2.9,2.6 1.1,2.6 0,3.6 0,4.9 1.1,6 2.9,6 4,4.8 4,1.4 2.8,0 1.2,0 .3,.8",
        "%": "0,0 4,6|.2,5 1,5.9 1.6,5 1,4.1 .2,5|2.4,1 3,1.9 3.8,1 3,.1 2.4,1",
        "-": ".6,3 3.4,3",
        "+": ".4,3 3.6,3|2,1.4 2,4.6",
        ".": "1.8,0 2.2,0",
        "&": "4,0 .9,4.4 1,5.5 1.9,6 2.8,5.3 2.6,4.4 .3,2.2 .2,.9 1.2,0 2.4,0 3.9,2.2",
        " ": "",
    }
)
ADVANCE = 5.6
"""Distance between the left edges of two letters, in the grid's units; capitals are 6 high."""


@lru_cache(maxsize=64)
def strokes(letter: str) -> F32:
    """Return (N, 4) float32 segments x0, y0, x1, y1 of one letter.

    Raises
    ------
    ValueError
        The letter is not in the set.
    """
    if letter not in _STROKES:
        raise ValueError(f"no strokes for {letter!r}; known: {''.join(sorted(_STROKES))}")
    out: list[tuple[float, ...]] = []
    for stroke in filter(None, _STROKES[letter].split("|")):
        points = [tuple(float(n) for n in point.split(",")) for point in stroke.split()]
        out.extend((*a, *b) for a, b in pairwise(points))
    return np.array(out, dtype=np.float32).reshape(-1, 4)


def width_of(text: str) -> float:
    """Return the width of a line of text in the grid's units."""
    return len(text) * ADVANCE - (ADVANCE - 4.0)
