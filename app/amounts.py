"""Sizes and durations as people read them, alike in the window and on the command line.

They are for reading only: nothing here is parsed again, and no figure is kept in words.
"""

from __future__ import annotations


def size_text(count: float) -> str:
    """Return a number of bytes for people: ``412 MB``."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit == "bytes" or count >= 10 else f"{count:.1f} {unit}"
        count /= 1000.0
    return f"{count:.0f} TB" if count >= 10 else f"{count:.1f} TB"


def duration_text(seconds: float) -> str:
    """Return a duration for people: ``0.8 s``, ``42 s``, ``3 min 20 s``, ``2 h 05 min``, ``3 d 11 h``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"
