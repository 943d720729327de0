"""Where the picture lies in the view: fitted, one to one, or magnified about the cursor.

Everything is in device pixels of the view; it never resamples anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SMALLEST: Final = 0.05
LARGEST: Final = 64.0
_MARGIN: Final = 0.25
"""So much of the view may be empty beside a picture that is larger than it."""

Size = tuple[int, int]


@dataclass(frozen=True)
class Fit:
    """Image pixel (x, y) covers the view from ``left + x * scale`` and ``top + y * scale``."""

    left: float
    top: float
    scale: float

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        return self.left + x * self.scale, self.top + y * self.scale

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.left) / self.scale, (y - self.top) / self.scale


def fitted(view: Size, image: Size) -> Fit:
    """Return the fit that shows the whole image, as large as it goes, in the middle; its corner is on a whole pixel."""
    scale = min(view[0] / image[0], view[1] / image[1])
    return centred(view, image, max(scale, 1e-3))


def centred(view: Size, image: Size, scale: float) -> Fit:
    """Return the fit of this scale with the image in the middle; its corner is on a whole pixel."""
    left = (view[0] - image[0] * scale) / 2.0
    top = (view[1] - image[1] * scale) / 2.0
    return Fit(float(round(left)), float(round(top)), scale)


def one_to_one(fit: Fit, view: Size, image: Size, about: tuple[float, float] | None = None) -> Fit:
    """Return scale 1 with the image point under `about` (view pixels) kept in place where the image is larger."""
    at = about or (view[0] / 2.0, view[1] / 2.0)
    x, y = fit.to_image(*at)
    return kept(Fit(at[0] - x, at[1] - y, 1.0), view, image)


def zoomed(fit: Fit, view: Size, image: Size, about: tuple[float, float], factor: float) -> Fit:
    """Return the fit magnified by `factor` about a point of the view; it stops at exactly 1:1 on its way."""
    scale = min(max(fit.scale * factor, SMALLEST), LARGEST)
    if (fit.scale < 1.0 < scale) or (fit.scale > 1.0 > scale):
        scale = 1.0
    x, y = fit.to_image(*about)
    return kept(Fit(about[0] - x * scale, about[1] - y * scale, scale), view, image)


def panned(fit: Fit, view: Size, image: Size, dx: float, dy: float) -> Fit:
    """Return the fit moved by view pixels, with some of the image kept in view."""
    return kept(Fit(fit.left + dx, fit.top + dy, fit.scale), view, image)


def kept(fit: Fit, view: Size, image: Size) -> Fit:
    """Return the fit with the image in reach: in the middle where it is smaller than the view, on whole pixels at 1:1.

    Beside an image that is larger than the view a quarter of the view may be empty, for looking at its corners.
    """
    places = []
    for start, room, length in ((fit.left, view[0], image[0] * fit.scale), (fit.top, view[1], image[1] * fit.scale)):
        if length <= room:
            place = (room - length) / 2.0
        else:
            place = min(max(start, room - length - room * _MARGIN), room * _MARGIN)
        places.append(float(round(place)) if fit.scale >= 1.0 else place)
    return Fit(places[0], places[1], fit.scale)
