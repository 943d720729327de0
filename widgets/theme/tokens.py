"""The colours and measures of the light and the dark theme.

Text colours reach a contrast of 4.5 on every surface that they are used on; a test measures it. Pictures are judged
in this window, so surfaces are neutral greys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Theme:
    """Colours as "#rrggbb"; measures in device-independent pixels.

    Attributes
    ----------
    window, surface, raised, field : str
        What lies behind: the frame, a panel, what stands out of it, what is typed into.
    hover, pressed : str
        A button under the pointer, and held.
    selection : str
        Behind `text` where something is selected.
    disabled : str
        Text of what cannot be used now; its contrast is low on purpose.
    """

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
    hover: str = "#3a3d43"
    pressed: str = "#2b2d31"
    disabled: str = "#70757e"
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
    dim="#adb2bb",
    accent="#5ab0f0",
    accent_text="#0b1a26",
    selection="#284055",
    error="#ff8a80",
    warning="#f2b84b",
    good="#6fcf97",
    viewport="#17181a",
    hover="#3a3d43",
    pressed="#2b2d31",
    disabled="#70757e",
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
    selection="#d3e6f6",
    error="#b3261e",
    warning="#8a5a00",
    good="#176c3c",
    viewport="#3a3c40",
    hover="#e6e8ec",
    pressed="#d9dce1",
    disabled="#9299a3",
)

_current: Theme = DARK


def theme() -> Theme:
    """Return the theme in force."""
    return _current


def use(chosen: Theme) -> None:
    """Put a theme in force; whoever calls it restyles the application."""
    global _current
    _current = chosen


def contrast(a: str, b: str) -> float:
    """Return the contrast of two colours, 1 to 21, by WCAG 2.1 (relative luminance of sRGB)."""

    def luminance(color: str) -> float:
        linear = []
        for i in (1, 3, 5):
            v = int(color[i : i + 2], 16) / 255
            linear.append(v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4)
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)
