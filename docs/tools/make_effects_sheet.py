"""Makes docs/pictures/effects.jpg: one sample of an example with each effect of lens and sensor, and as each camera.

``python docs/tools/make_effects_sheet.py [FILE]``. What lives on bright light is shown over a street with lamps, since
the example has none in its picture. It draws nothing of its own: every tile is a project, rendered.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw
from thumbnail_scenes import Tree, outdoors_scene, sphere

from myriorama.app import open_project
from myriorama.app.catalogue.camera_presets import add_camera, camera_presets
from myriorama.app.finding import find_project
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.load import parse_project

EXAMPLE: Final = "bench_table"
SIZE_PX: Final = (640, 480)
TILE_PX: Final = (320, 240)
COLUMNS: Final = 3
SHOWN: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("chromatic_aberration", {"red_percent": 0.5, "blue_percent": -0.5}),
    ("vignette", {"corner_stops": 1.5}),
    ("bloom", {"strength": 0.2}),
    ("flare", {"strength": 1.0}),
    ("lens_dirt", {"lens": 7, "specks": 150}),
    ("lens_drops", {"drops": 25}),
    ("exposure", {"gain_ev": 1.0}),
    ("grey", {}),
    ("sensor_noise", {"iso": 25600.0}),
    ("bayer", {"demosaic": "mosaic"}),
    ("white_balance", {"temperature_k": 4000.0}),
    ("tone_curve", {"curve": "film", "white_light": 4.0, "contrast": 1.3}),
    ("quantise", {"bits": 3}),
    ("jpeg", {"quality": 8}),
    ("thermal_grey", {"palette": "iron"}),
)
OVER_LAMPS: Final = ("bloom", "flare", "lens_dirt")
NIGHT: Final[list[Tree]] = [
    {"type": "sky", "parameters": {"time_h": 0.0, "adaptation": 0.8, "sky_glow": 3.0}},
    {"type": "street_lamps", "parameters": {"first_m": [-2.2, 1.0, 4.0], "spacing_m": 8.0, "azimuth_deg": 85.0}},
]
LAMPS: Final = (
    ((-1.9, 1.0, 2.1), 0.09, "#ffb060"),
    ((1.2, 12.0, 1.0), 0.07, "#ffffff"),
    ((1.9, 12.0, 1.0), 0.07, "#ffffff"),
)


def street() -> Tree:
    """Return a road at night with a lamp and a car's headlights in the picture."""
    tree = outdoors_scene(NIGHT)
    for number, (place, radius_m, color) in enumerate(LAMPS):
        lamp = sphere(place, radius_m, color, emission_strength=60.0)
        lamp["materials"]["*"]["emission_color"] = color
        lamp["placement"]["uid"] = f"at{number}"
        tree["objects"].append({**lamp, "uid": f"lamp{number}"})
    return tree


def rendered(tree: dict[str, Any]) -> Image.Image:
    """Return the first sample of a project."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "project.json")
        file.write_text(json.dumps(tree), encoding="utf-8")
        with open_project(file, size=SIZE_PX) as opened:
            return Image.fromarray(np.asarray(opened.record(0).rgb))


def main() -> None:
    """Write the sheet."""
    tree = json.loads(find_project(EXAMPLE).read_text(encoding="utf-8"))
    tree.pop("effects", None)
    lit = street()
    tiles = [("as rendered", rendered(tree))]
    for name, values in SHOWN:
        node = {"uid": "shown", "type": name, "parameters": values}
        tiles.append((name, rendered({**(lit if name in OVER_LAMPS else tree), "effects": [node]})))
    plain = parse_project(json.dumps(tree))
    for preset in camera_presets():
        made = add_camera(plain, builtin_registry(), preset).project
        tiles.append((f"camera: {preset.name}", rendered(json.loads(dump_project(made)))))
    width, height = TILE_PX
    sheet = Image.new("RGB", (COLUMNS * width, -(-len(tiles) // COLUMNS) * height), "#20242c")
    for number, (name, picture) in enumerate(tiles):
        tile = picture.resize(TILE_PX, Image.Resampling.LANCZOS)
        ImageDraw.Draw(tile).text((6, 4), name, fill="#ffffff", stroke_width=2, stroke_fill="#000000")
        sheet.paste(tile, (number % COLUMNS * width, number // COLUMNS * height))
    target = (
        Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "pictures" / "effects.jpg"
    )
    sheet.save(target, quality=82, optimize=True)


if __name__ == "__main__":
    main()
