"""Draws docs/pictures/stereo_bench.jpg: a scene from left and right, and the disparity of the left picture.

Run it from the repository's root. It shows a sample as it is, and retouches nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from myriorama.app import open_project

SCENE: Final = 3
SIZE: Final = (960, 720)
TILE_PX: Final = (400, 300)
GAP_PX: Final = 6
STOPS: Final = np.array([(26, 22, 58), (52, 78, 150), (64, 150, 160), (170, 200, 110), (250, 210, 90), (240, 120, 60)])
"""Colours from far to near."""


def colored(disparity: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return disparity as colours; what the partner does not see is dark."""
    low, high = np.percentile(disparity[disparity > 0], (1, 99))
    place = np.clip((disparity - low) / (high - low), 0, 1) * (len(STOPS) - 1)
    steps = np.arange(len(STOPS))
    out = np.stack([np.interp(place, steps, STOPS[:, c]) for c in range(3)], axis=2)
    out[seen == 0] *= 0.3
    return out.astype(np.uint8)


def main() -> None:
    """Write the picture."""
    with open_project("stereo_bench", size=SIZE, quality="high") as opened:
        left, right = opened.record(2 * SCENE), opened.record(2 * SCENE + 1)
    tiles = [left.rgb, right.rgb, colored(left.layers["disparity"], left.layers["disparity_visible"])]
    width, height = TILE_PX
    out = Image.new("RGB", (3 * width + 2 * GAP_PX, height), "white")
    for k, tile in enumerate(tiles):
        out.paste(Image.fromarray(tile).resize(TILE_PX, Image.Resampling.LANCZOS), (k * (width + GAP_PX), 0))
    out.save(Path("docs/pictures/stereo_bench.jpg"), quality=88)


if __name__ == "__main__":
    main()
