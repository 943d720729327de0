"""Renders the small pictures of plugins and rigs, and those of the examples, into resources/.

Every built-in gets one; a test holds that. Run it again after a change of the look, or after adding a plugin:

.venv/bin/python docs/tools/make_thumbnails.py [kind_name ...]
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image
from thumbnail_scenes import (
    Tree,
    environment_scene,
    generator_scene,
    ground,
    orbit,
    outdoors_scene,
    placement_scene,
    project,
    rig_scene,
    sphere,
)

from myriorama.app import open_project
from myriorama.app.catalogue.camera_presets import add_camera, camera_preset, camera_presets
from myriorama.app.finding import example_names
from myriorama.plugins.registry import builtin_registry
from myriorama.resources import resource_path
from myriorama.scenes.cameras.rigs import RIGS
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.load import parse_project

SIDE_PX: Final = 128
SUPERSAMPLED: Final = 4
MAX_BYTES: Final = 8 * 1024
PICTURE_PX: Final = (480, 320)
MAX_PICTURE_BYTES: Final = 40 * 1024
BEST_SAMPLE: Final = {
    "bench_table": 1,
    "cones_and_cubes": 3,
    "crop_field": 9,
    "dice_tray": 0,
    "first_light": 2,
    "food_on_conveyor": 4,
    "mugs_on_conveyor": 7,
    "real_models": 5,
    "shop_shelf": 3,
    "stereo_bench": 6,
}
"""Which sample of an example shows it at its best; of one that is not named here, the first."""


def rendered(tree: Tree, side_px: int = SIDE_PX * SUPERSAMPLED, photo: Image.Image | None = None) -> Image.Image:
    """Return the first sample of a project."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "project.json"
        file.write_text(json.dumps(tree), encoding="utf-8")
        if photo is not None:
            photo.save(Path(folder) / "photo.png")
        with open_project(file, size=(side_px, side_px), quality="high") as opened:
            return Image.fromarray(opened.produced(0).record.rgb)


def small(picture: Image.Image) -> Image.Image:
    """Return a picture at thumbnail size."""
    return picture.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)


def photo() -> Image.Image:
    """Return a picture that can stand for a photo: a look into a shipped radiance map."""
    camera = orbit((0, 0, 1), 1.0, -70, 0)
    camera["lens"] = {"field_of_view_deg": 55}
    light = {"type": "hdri", "parameters": {"file": "resource:hdri/apartment.exr", "rotation_deg": 200}}
    return rendered(project(camera, [], [light]))


# --- effects: without on the left, with on the right


AIR: Final[dict[str, Tree]] = {
    "fog": {"visibility_m": 25},
    "haze": {"visibility_m": 40},
    "rain": {"rate_mm_h": 90, "strength": 5},
    "snow": {"rate_mm_h": 3, "lying": 0.6, "patch_m": 0.6},
    "dust": {"visibility_m": 25, "grain_density": 4000},
    "wet_surface": {"wetness": 1, "puddles": 0.6, "puddle_m": 1.5},
}
CAMERA: Final[dict[str, Tree]] = {
    "bayer": {"demosaic": "mosaic"},
    "bloom": {"strength": 0.2, "radius_percent": 9},
    "chromatic_aberration": {"red_percent": 3, "blue_percent": -3},
    "exposure": {"gain_ev": 1.4},
    "flare": {"strength": 0.8, "ghosts": 9, "length_percent": 20},
    "jpeg": {"quality": 6},
    "lens_dirt": {"strength": 1, "specks": 60, "smears": 1, "scratches": 2, "lens": 7, "absorption": 0.8},
    "lens_drops": {"drops": 16, "size_percent": 5, "softness_percent": 0.7, "lens": 4},
    "quantise": {"bits": 3},
    "sensor_noise": {"iso": 25600},
    "thermal_grey": {"palette": "iron"},
    "tone_curve": {"curve": "film", "white_light": 4, "contrast": 1.5, "saturation": 1.3},
    "vignette": {"corner_stops": 2.5},
    "white_balance": {"temperature_k": 3600},
}
LENS: Final[dict[str, Tree]] = {
    "lens_distortion": {"k1": -0.9, "k2": 0.5},
    "fisheye": {"field_of_view_deg": 110},
    "depth_of_field": {"f_number": 1.4, "focal_length_mm": 85, "focus_distance_m": 0.6},
    "shutter": {"shutter_s": 0.05, "pan_right_deg_s": 60},
    "rolling_shutter": {"readout_s": 0.03, "pan_right_deg_s": 250},
}
COLOURS: Final = ("bayer", "exposure", "grey", "quantise", "tone_curve", "white_balance")
LAMPS: Final = ("bloom", "flare")
OUTDOORS: Final = (*AIR, *COLOURS, *(name for name in LENS if name != "depth_of_field"))
DEPTH: Final[dict[str, Tree]] = {
    "stereo_depth": {"baseline_m": 0.05, "least_contrast": 0.0},
    "structured_light_depth": {"nearest_m": 0.1},
    "tof_depth": {"noise_m": 0.02, "footprint_px": 1.0},
}


def depth_picture(name: str) -> Image.Image:
    """Return a scene, the right half as what a depth sensor measured: near is light, holes are black."""
    tree = environment_scene("studio")
    node = {"uid": "effect", "type": name, "parameters": DEPTH[name]}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "project.json"
        file.write_text(json.dumps({**tree, "effects": [node]}), encoding="utf-8")
        with open_project(file, size=(SIDE_PX, SIDE_PX)) as opened:
            depth = next(iter(opened.produced(0).record.layers.values()))
    seen = depth > 0
    near, far = np.percentile(depth[seen], (1, 97))
    share = np.clip((far - depth) / (far - near), 0.0, 1.0)[..., None]
    blue, gold = np.array([38.0, 52.0, 92.0]), np.array([255.0, 214.0, 132.0])
    painted = np.where(seen[..., None], blue + share * (gold - blue), 0.0).astype(np.uint8)
    after = Image.fromarray(painted)
    after.paste(small(rendered(tree)).crop((0, 0, SIDE_PX // 2, SIDE_PX)), (0, 0))
    after.paste((255, 255, 255), (SIDE_PX // 2 - 1, 0, SIDE_PX // 2 + 1, SIDE_PX))
    return after


def lamps_scene() -> Tree:
    """Return a dim project with three lamps, for what only bright light shows."""
    colours = ("#ffd9a0", "#ffffff", "#a8c8ff")
    spots = ((-0.12, 0.0, 0.13), (0.12, 0.05, 0.09), (0.05, -0.1, 0.02))
    lamps = [
        sphere(spot, 0.014, colour, emission_color=colour, emission_strength=40)
        for spot, colour in zip(spots, colours, strict=True)
    ]
    faint: Tree = {"type": "uniform", "parameters": {"strength": 0.05, "background": "#15181f"}}
    return project(orbit((0, 0, 0.075), 1.05, -70, 20), lamps, [faint, ground("#b9bbc0")])


def effect_picture(name: str) -> Image.Image:
    """Return the same scene twice, the right half with the effect."""
    if name in DEPTH:
        return depth_picture(name)
    strong: Tree = {**CAMERA, **LENS, **AIR}.get(name, {})
    tree = outdoors_scene() if name in OUTDOORS else environment_scene("studio")
    if name in LAMPS:
        tree = lamps_scene()
    node = {"uid": "effect", "type": name, "parameters": strong}
    before = small(rendered(tree))
    # The grain is one of pixels, so it is made at the size at which it is looked at.
    after = rendered({**tree, "effects": [*tree.get("effects", ()), node]}, SIDE_PX)
    after.paste(before.crop((0, 0, SIDE_PX // 2, SIDE_PX)), (0, 0))
    after.paste((255, 255, 255), (SIDE_PX // 2 - 1, 0, SIDE_PX // 2 + 1, SIDE_PX))
    return after


def camera_picture(name: str) -> Image.Image:
    """Return the same scene twice, the right half as a camera with the effects of a preset takes it."""
    tree = environment_scene("studio")
    registry = builtin_registry()
    made = add_camera(parse_project(json.dumps(tree)), registry, camera_preset(name)).project
    before = small(rendered(tree))
    after = rendered(json.loads(dump_project(made)), SIDE_PX)
    after.paste(before.crop((0, 0, SIDE_PX // 2, SIDE_PX)), (0, 0))
    after.paste((255, 255, 255), (SIDE_PX // 2 - 1, 0, SIDE_PX // 2 + 1, SIDE_PX))
    return after


# --- all of them


def picture(kind: str, name: str) -> Image.Image:
    """Return the thumbnail of a plugin, a rig or a camera."""
    if kind == "camera":
        return camera_picture(name)
    if kind == "effect":
        return effect_picture(name)
    if kind == "environment":
        return small(rendered(environment_scene(name), photo=photo() if name == "photo_backdrop" else None))
    scenes = {"generator": generator_scene, "placement": placement_scene, "rig": rig_scene}
    return small(rendered(scenes[kind](name)))


def save(image: Image.Image, file: Path, max_bytes: int) -> None:
    """Write a JPEG at the best quality that fits."""
    for quality in range(92, 40, -3):
        image.save(file, quality=quality, optimize=True, subsampling=0 if quality > 80 else 2)
        if file.stat().st_size <= max_bytes:
            return
    raise ValueError(f"{file} does not fit into {max_bytes} bytes")


def example_picture(name: str) -> Image.Image:
    """Return the best sample of an example."""
    width, height = PICTURE_PX
    with open_project(name, size=(width * 2, height * 2), quality="high") as opened:
        rgb = opened.record(BEST_SAMPLE.get(name, 0)).rgb
    return Image.fromarray(rgb).resize(PICTURE_PX, Image.Resampling.LANCZOS)


def main(wanted: list[str]) -> None:
    """Write what is asked for, or everything."""
    registry = builtin_registry()
    folder = resource_path("thumbnails")
    folder.mkdir(exist_ok=True)
    all_names = [(k, n) for k in ("generator", "placement", "environment", "effect") for n in registry.names(k)]  # type: ignore[arg-type]
    for kind, name in [*all_names, *(("rig", name) for name in RIGS), *(("camera", p.name) for p in camera_presets())]:
        if not wanted or f"{kind}_{name}" in wanted:
            save(picture(kind, name), folder / f"{kind}_{name}.jpg", MAX_BYTES)
            print(f"{kind}_{name}")
    for name in example_names():
        if not wanted or f"example_{name}" in wanted:
            save(example_picture(name), resource_path(f"examples/{name}/picture.jpg"), MAX_PICTURE_BYTES)
            print(f"example_{name}")


if __name__ == "__main__":
    main(sys.argv[1:])
