"""Renders the sheets of README.md, layers.jpg and examples.jpg. Run it again after a change of the look.

.venv/bin/python docs/tools/make_pictures.py
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from myriorama.app import open_project
from myriorama.app.pictures.overlay import PALETTE, OverlayStyle, font, overlay_of
from myriorama.scenes.labels.record import Record

FOLDER = Path(__file__).parent.parent / "pictures"
TILE_PX = (400, 300)
GAP_PX = 6
EXAMPLES = (
    ("mugs_on_conveyor", 7),
    ("dice_tray", 0),
    ("cones_and_cubes", 3),
    ("real_models", 5),
    ("first_light", 2),
    ("bench_table", 1),
    ("crop_field", 9),
    ("food_on_conveyor", 4),
    ("shop_shelf", 1),
)
LAYERS = ("mugs_on_conveyor", 7)
OUTLINES = OverlayStyle(opacity=0.25)


def record_of(example: str, index: int) -> Record:
    """Return a sample at twice the tile's size, so that it is scaled down smoothly."""
    size = (TILE_PX[0] * 2, TILE_PX[1] * 2)
    with open_project(example, size=size) as opened:
        return opened.record(index)


def instance_colors(record: Record) -> np.ndarray:
    """Return instance ids as colours; set pieces in greys."""
    assert record.frame.surface_id is not None
    colors = np.zeros((len(record.scene.instances) + 1, 3), np.uint8)
    things = 0
    for i, instance in enumerate(record.scene.instances):
        if instance.kind == "thing":
            paler = 0.25 * (things // len(PALETTE))
            colors[i + 1] = [round(c + (255 - c) * min(paler, 0.75)) for c in PALETTE[things % len(PALETTE)]]
            things += 1
        else:
            colors[i + 1] = 38 + 14 * (i % 4)
    return colors[record.scene.instance_of_surface[record.frame.surface_id]]


def depth_colors(record: Record) -> np.ndarray:
    """Return depth as greys, near bright; what was not hit is black."""
    depth = record.frame.depth
    assert depth is not None
    inverse = 1 / np.maximum(depth, 1e-6)
    far, near = np.percentile(inverse[depth > 0], [5, 99.5])
    grey = np.clip(0.06 + 0.94 * (inverse - far) / (near - far), 0.06, 1) * (depth > 0)
    return np.repeat((grey * 255).astype(np.uint8)[..., None], 3, axis=2)


def normal_colors(record: Record) -> np.ndarray:
    """Return normals as colours: right red, down green, towards the camera blue."""
    normal = record.frame.normal
    assert normal is not None
    toned = (normal * (0.5, -0.5, -0.5) + 0.5) * (np.abs(normal).sum(axis=2, keepdims=True) > 0)
    return (toned * 255).astype(np.uint8)


def page(tiles: list[tuple[np.ndarray, str]], columns: int) -> Image.Image:
    """Return the tiles side by side, each with its name in a corner."""
    width, height = TILE_PX
    rows = -(-len(tiles) // columns)
    size = (columns * width + (columns - 1) * GAP_PX, rows * height + (rows - 1) * GAP_PX)
    out = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(out)
    for k, (pixels, name) in enumerate(tiles):
        x, y = (k % columns) * (width + GAP_PX), (k // columns) * (height + GAP_PX)
        tile = Image.fromarray(pixels)
        side = min(tile.width * height // width, tile.height)
        top = (tile.height - side) // 2
        cropped = tile.crop((0, top, tile.width, top + side)).resize(TILE_PX, Image.Resampling.LANCZOS)
        out.paste(cropped, (x, y))
        box = draw.textbbox((x + 8, y + height - 25), name, font=font(15))
        draw.rectangle((box[0] - 6, box[1] - 4, box[2] + 6, box[3] + 4), fill=(16, 18, 22))
        draw.text((x + 8, y + height - 25), name, font=font(15), fill=(235, 237, 240))
    return out


def layers_page() -> Image.Image:
    """Return one sample and what is known of it."""
    record = record_of(*LAYERS)
    layers = [
        (record.rgb, "picture"),
        (overlay_of(record, OUTLINES), "masks, boxes, keypoints"),
        (
            overlay_of(record, OverlayStyle(opacity=0, contour=False, boxes=False, keypoints=False, boxes_3d=True)),
            "3D boxes",
        ),
        (instance_colors(record), "instances"),
        (depth_colors(record), "depth"),
        (normal_colors(record), "normals"),
    ]
    return page(layers, 3)


def examples_page() -> Image.Image:
    """Return the shipped examples with their labels."""
    tiles = [(overlay_of(record_of(name, index), OUTLINES), name) for name, index in EXAMPLES]
    return page(tiles, 3)


def main() -> None:
    """Write the pages that are asked for."""
    parser = argparse.ArgumentParser(description="Renders the sheets of README.md.")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="layers or examples; left out, both")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder (default: %(default)s)")
    given = parser.parse_args()
    pages = {"layers": layers_page, "examples": examples_page}
    unknown = sorted(set(given.pages) - set(pages))
    if unknown:
        parser.error(f"there is no page {', '.join(unknown)}: there are {', '.join(pages)}")
    given.out.mkdir(parents=True, exist_ok=True)
    for name in given.pages or pages:
        pages[name]().save(given.out / f"{name}.jpg", quality=88)


if __name__ == "__main__":
    main()
