"""Drops of water on the lens: each shows the scene around it small, soft and upside down.

No label changes, although a drop hides what is behind it; the channel ``lens_cover`` tells which pixels it hides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

from myriorama.plugins.api import Draws, Effect, Float, Frame, Int, Values
from myriorama.plugins.effects._lens.front import DROP_REACH, drops_on
from myriorama.plugins.effects._spread import block_means, blurred, diagonal_px
from myriorama.scenes.conventions import F32

_SEEN_WIDTH_PX: Final = 80
"""A drop is a few dozen pixels wide and shows most of the picture: that much is left of it."""


class LensDrops(Effect):
    """Drops on the lens."""

    name = "lens_drops"
    label = "Drops on the lens"
    help = "Water drops that show the scene upside down; a channel tells which pixels they hide."
    redrawable = True
    rest: ClassVar[Mapping[str, Any]] = {"drops": 0}
    parameters = (
        Int(
            "drops",
            14,
            help="How many; 0 leaves the picture as it is.",
            minimum=0,
            maximum=500,
            group="Drops",
            suggested={"integers": [0, 40]},
        ),
        Float(
            "size_percent",
            2.4,
            help="Radius of a middling drop in percent of the picture's diagonal; from half to twice of it.",
            unit="%",
            minimum=0.1,
            maximum=20.0,
            group="Drops",
            suggested={"uniform": [1.0, 4.0]},
        ),
        Float(
            "softness_percent",
            0.35,
            help="How far out of focus their rims are, in percent of the picture's diagonal.",
            unit="%",
            minimum=0.0,
            maximum=5.0,
            group="Drops",
            suggested={"uniform": [0.2, 1.2]},
        ),
        Int(
            "lens",
            0,
            help="Which lens it is: pictures of one lens have the same drops.",
            minimum=0,
            maximum=1_000_000,
            group="Drops",
            suggested={"integers": [0, 1000]},
        ),
    )

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the picture with what the drops show in their places; beyond the picture it is mirrored.

        What blurs a drop's rim blurs what it shows, which is smaller than the scene in the measure of its reach.
        """
        if int(values["drops"]) == 0:
            return linear
        height, width = linear.shape[:2]
        drops = drops_on(*_key(values, height, width, draws))
        if not len(drops.rows):
            return linear.copy()
        seen = block_means(linear, max(1, round(width / _SEEN_WIDTH_PX)))
        blur_px = 0.5 * DROP_REACH * float(values["softness_percent"]) / float(values["size_percent"])
        seen = blurred(seen, min(blur_px, 0.25) * diagonal_px(seen))
        at = np.stack([drops.source_y * seen.shape[0] - 0.5, drops.source_x * seen.shape[1] - 0.5])
        shown = np.stack([map_coordinates(seen[..., c], at, order=1, mode="mirror") for c in range(3)], axis=1)
        shown *= drops.shade[:, None]
        cover = drops.cover[drops.rows, drops.columns][:, None]
        out = linear.copy()
        behind = linear[drops.rows, drops.columns]
        out[drops.rows, drops.columns] = behind + cover * (shown - behind)
        return out

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]:
        """Return ``lens_cover``, (H, W) float32 in [0, 1]; nothing at rest."""
        if int(values["drops"]) == 0:
            return {}
        return {"lens_cover": drops_on(*_key(values, frame.height, frame.width, draws)).cover}


def _key(values: Values, height: int, width: int, draws: Draws) -> tuple[int, int, int, int, float, float]:
    sizes = float(values["size_percent"]), float(values["softness_percent"])
    return (draws.device(int(values["lens"])), height, width, int(values["drops"]), *sizes)
