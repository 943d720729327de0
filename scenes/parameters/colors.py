"""sRGB colours as project files write them. No linear light here: renderers convert, files do not."""

from __future__ import annotations

import re
from typing import Final

_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")


def hex_color(text: str) -> tuple[float, float, float] | None:
    """Return ``#rrggbb`` as three sRGB numbers in [0, 1], or None where the text is something else."""
    if not _HEX.fullmatch(text):
        return None
    red, green, blue = (int(text[i : i + 2], 16) / 255.0 for i in (1, 3, 5))
    return red, green, blue
