"""Parses columns of numbers in text files, at the speed of one C call and with an error that has a place.

It knows nothing of any format.
"""

from __future__ import annotations

import warnings

import numpy as np

from myriorama.scenes.assets.source import SourceFile
from myriorama.scenes.conventions import F64


def parse_numbers(text: bytes, count: int, source: SourceFile, place: str) -> F64:
    """Return exactly `count` float64 numbers from white-space separated text.

    Raises
    ------
    AssetError
        Something is not a number, or there are more or fewer.
    """
    with warnings.catch_warnings():
        # NumPy only warns where text stops being numbers; the count below tells it for certain.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            found = np.fromstring(text.decode("ascii", errors="replace"), dtype=np.float64, sep=" ")
        except ValueError as error:
            raise source.fault(place, f"holds something that is not a number: {error}") from error
    if len(found) != count:
        words = text.split()
        bad = next((w for w in words if not is_number(w)), None)
        if bad is not None:
            raise source.fault(place, "holds something that is not a number", bad.decode("ascii", errors="replace"))
        raise source.fault(place, f"holds {len(words)} numbers where {count} were declared: truncated or broken")
    return found


def is_number(word: bytes | str) -> bool:
    """Is this word a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True
