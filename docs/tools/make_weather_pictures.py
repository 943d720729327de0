"""Renders the two sheets of docs/weather-and-depth-sensors.md: weather and night, and what depth sensors measure.

.venv/bin/python docs/tools/make_weather_pictures.py

It draws nothing of its own: every tile is a project, rendered.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from thumbnail_scenes import Tree, outdoors_scene

from myriorama.app import open_project
from myriorama.resources import resource_path
from myriorama.scenes.labels.record import Record

PICTURES: Final = Path(__file__).resolve().parents[1] / "pictures"
TILE_PX: Final = (400, 300)
RENDERED_PX: Final = (800, 600)
NIGHT: Final[Tree] = {"type": "sky", "parameters": {"time_h": 0.0, "adaptation": 0.8, "sky_glow": 3.0}}
LAMPS: Final[Tree] = {
    "type": "street_lamps",
    "parameters": {"first_m": [-2.2, 1.0, 4.0], "spacing_m": 8.0, "azimuth_deg": 85.0, "strength": 0.8},
}
CAR: Final[Tree] = {
    "type": "headlights",
    "parameters": {"position_m": [0.6, -4.8, 0.6], "reach_m": 6.0, "azimuth_deg": 94.0, "strength": 0.6},
}
MOON: Final[Tree] = {"type": "sky", "parameters": {"time_h": 0.0, "moon_share": 1.0, "adaptation": 0.93}}
WET: Final[Tree] = {"wet_surface": {"wetness": 1.0, "puddles": 0.35, "puddle_m": 1.5}}
WEATHER: Final[list[tuple[list[Tree] | None, Tree]]] = [
    (None, {}),
    (None, {"fog": {"visibility_m": 40}}),
    (None, {**WET, "rain": {"rate_mm_h": 60, "strength": 2.5}}),
    (None, {"snow": {"rate_mm_h": 2.5, "lying": 0.7, "patch_m": 0.7}}),
    (None, {"dust": {"visibility_m": 40}}),
    ([MOON], {}),
    ([LAMPS, CAR, NIGHT], {}),
    ([LAMPS, CAR, NIGHT], {"fog": {"visibility_m": 60}}),
    ([LAMPS, CAR, NIGHT], {**WET, "snow": {"rate_mm_h": 3, "strength": 1.5}}),
]
SENSORS: Final[Tree] = {"stereo_depth": {}, "structured_light_depth": {}, "tof_depth": {}}


def made(tree: Tree, effects: Tree, size: tuple[int, int]) -> Record:
    """Return a sample of a project with some effects."""
    nodes = [{"uid": name, "type": name, "parameters": given} for name, given in effects.items()]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "project.json"
        file.write_text(json.dumps({**tree, "effects": nodes}), encoding="utf-8")
        with open_project(file, size=size, quality="high") as opened:
            return opened.record(1)


def painted(depth: npt.NDArray[Any], near: float, far: float) -> Image.Image:
    """Return depth as colours, near light, and holes black."""
    stops = np.array([[255, 232, 160], [214, 110, 80], [104, 52, 110], [30, 34, 80]], dtype=np.float64)
    at = np.clip((depth - near) / (far - near), 0.0, 1.0) * (len(stops) - 1)
    colors = np.stack([np.interp(at, np.arange(len(stops)), stops[:, k]) for k in range(3)], axis=-1)
    return Image.fromarray(np.where(depth[..., None] > 0, colors, 0.0).astype(np.uint8))


def sheet(tiles: list[Image.Image], columns: int, file: Path) -> None:
    """Write tiles in rows."""
    width, height = TILE_PX
    rows = -(-len(tiles) // columns)
    out = Image.new("RGB", (columns * (width + 4) - 4, rows * (height + 4) - 4), (255, 255, 255))
    for number, tile in enumerate(tiles):
        place = (number % columns * (width + 4), number // columns * (height + 4))
        out.paste(tile.resize(TILE_PX, Image.Resampling.LANCZOS), place)
    out.save(file, quality=84, optimize=True)


def main() -> None:
    """Write both sheets."""
    weather = [Image.fromarray(made(outdoors_scene(around), given, RENDERED_PX).rgb) for around, given in WEATHER]
    sheet(weather, 3, PICTURES / "weather.jpg")
    depths = []
    for example in ("bench_table", "shop_shelf"):
        tree = json.loads(resource_path(f"examples/{example}/project.json").read_text(encoding="utf-8"))
        record = made(tree, SENSORS, TILE_PX)
        exact = record.frame.depth
        if exact is None:
            raise ValueError(f"{example} was rendered without depth")
        near, far = (float(v) for v in np.percentile(exact[exact > 0], (1, 99)))
        depths.append(Image.fromarray(record.rgb))
        depths += [painted(record.layers[f"depth_{name.removesuffix('_depth')}"], near, far) for name in SENSORS]
    sheet(depths, 4, PICTURES / "depth_sensors.jpg")


if __name__ == "__main__":
    main()
