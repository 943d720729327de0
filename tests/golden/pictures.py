"""The golden pictures: which samples they are, how they are made, and how they are made anew.

Run it as a script to write them again after an intended change of the look, then look at each of them.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from myriorama.app import open_project
from myriorama.app.dataset.encoders import decode_png, encode_png

FOLDER = Path(__file__).parent
SIZE = (240, 180)
SAMPLES = (
    ("first_light", 0),
    ("mugs_on_conveyor", 3),
    ("dice_tray", 1),
    ("cones_and_cubes", 0),
    ("real_models", 5),
    ("bench_table", 2),
)


def make(example: str, index: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16], str]:
    """Return picture, surface ids, and the device they were made on."""
    with open_project(example, size=SIZE) as opened:
        frame = opened.record(index).frame
    assert frame.rgb is not None
    assert frame.surface_id is not None
    return frame.rgb, frame.surface_id.astype(np.uint16), frame.device


def read(example: str, index: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
    """Return the kept picture and surface ids."""
    stem = f"{example}_{index}"
    picture = decode_png((FOLDER / f"{stem}_rgb.png").read_bytes())
    ids = decode_png((FOLDER / f"{stem}_id.png").read_bytes())
    return picture.astype(np.uint8), ids.astype(np.uint16)


def kept_device() -> str:
    """Return the device that the kept pictures were made on."""
    return str(json.loads((FOLDER / "device.json").read_text(encoding="utf-8"))["device"])


def main() -> None:
    """Write every golden picture anew."""
    device = ""
    for example, index in SAMPLES:
        rgb, ids, device = make(example, index)
        (FOLDER / f"{example}_{index}_rgb.png").write_bytes(encode_png(rgb))
        (FOLDER / f"{example}_{index}_id.png").write_bytes(encode_png(ids))
    (FOLDER / "device.json").write_text(json.dumps({"device": device}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
