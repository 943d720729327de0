"""The colours and measures of the light and the dark theme.

Text colours reach a contrast of 4.5 on every surface that they are used on; a test measures it. Pictures are judged
in this window, so surfaces are neutral greys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Theme:
    """Colours as "#rrggbb"; measures in device-independent pixels."""

    name: str
    window: str
    surface: str
    raised: str
    field: str
    border: str
    text: str
    dim: str
    accent: str
    accent_text: str
    selection: str
    error: str
    warning: str
    good: str
    viewport: str
    gap: int = 8
    tight: int = 4
    row: int = 26
    radius: int = 4


DARK: Final = Theme(
    "dark",
    window="#1e1f22",
    surface="#26272b",
    raised="#313338",
    field="#1a1b1e",
    border="#3d4046",
    text="#e4e6ea",
    dim="#a3a8b1",
    accent="#5ab0f0",
    accent_text="#0b1a26",
    selection="#2f4a63",
    error="#ff8a80",
    warning="#f2b84b",
    good="#6fcf97",
    viewport="#17181a",
)
LIGHT: Final = Theme(
    "light",
    window="#f0f1f3",
    surface="#fafafb",
    raised="#ffffff",
    field="#ffffff",
    border="#c9ccd2",
    text="#1d1f23",
    dim="#555b66",
    accent="#0b66b0",
    accent_text="#ffffff",
    selection="#cfe3f5",
    error="#b3261e",
    warning="#8a5a00",
    good="#1e7a46",
    viewport="#3a3c40",
)

_current: Theme = DARK


def theme() -> Theme:
    """Return the theme in force."""
    return _current


def use(chosen: Theme) -> None:
    """Put a theme in force; whoever calls it restyles the application."""
    global _current
    _current = chosen
