"""The little projects behind the thumbnails: a scene for every generator, placement, environment and rig.

It renders nothing: make_thumbnails.py does. A scene that has no look of its own here gets the plain one of its kind.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.parameters.fit import fit_literal

Tree = dict[str, Any]
BLUE, RED, YELLOW, GREEN, IVORY, DARK = "#2f6f9f", "#d1495b", "#edae49", "#3f9c78", "#e8e4d9", "#2b2d33"
STUDIO: Final[Tree] = {"type": "studio", "parameters": {"boxes": 3, "azimuth_deg": -60, "strength": 1.0}}
FOV_DEG: Final = 26.0


def group(generator: str, position: tuple[float, float, float] = (0, 0, 0), color: str = "", **parameters: Any) -> Tree:
    """Return an object group of one object at a place, turned by `yaw_deg` or `rotation`."""
    placed: Tree = {"position_m": list(position)}
    for name in ("yaw_deg", "rotation", "scale"):
        if name in parameters:
            placed[name] = parameters.pop(name)
    material: Tree = {"*": {"base_color": color, "roughness": 0.42}} if color else {}
    return {
        "type": generator,
        "class": "thing",
        "parameters": parameters,
        "materials": material,
        "placement": {"type": "fixed", "parameters": placed},
    }


def sphere(position: tuple[float, float, float], radius: float, color: str, **material: float) -> Tree:
    """Return a sphere that touches its place from above."""
    size = 2 * radius
    made = group("primitive", position, shape="sphere", size_x_m=size, size_y_m=size, size_z_m=size, detail=5)
    return {**made, "materials": {"*": {"base_color": color, "roughness": 0.4, **material}}}


def orbit(target: tuple[float, float, float], distance: float, azimuth: float = -62, elevation: float = 26) -> Tree:
    """Return a camera."""
    parameters = {"target_m": list(target), "distance_m": distance, "azimuth_deg": azimuth, "elevation_deg": elevation}
    return {"rig": {"uid": "rig", "type": "orbit", "parameters": parameters}, "lens": {"field_of_view_deg": FOV_DEG}}


def ground(color: str = "#cfd1d6", size: float = 60.0, **parameters: Any) -> Tree:
    """Return the plane that everything stands on."""
    written = {"width_m": size, "depth_m": size, "base_color": color, "roughness": 0.9, **parameters}
    return {"type": "ground_plane", "class": "ground", "parameters": written}


def project(camera: Tree, objects: list[Tree], environment: list[Tree], **parts: Any) -> Tree:
    """Return a project tree with uids filled in."""
    count = iter(range(1000))

    def named(node: Tree) -> Tree:
        out = {"uid": f"n{next(count)}", **node}
        return {**out, "placement": named(out["placement"])} if "placement" in out else out

    lists = {"environment": environment, "objects": objects, **parts}
    return {
        "format": "myriorama-project",
        "version": 1,
        "name": "thumbnail",
        "seed": 7,
        "classes": [{"id": 1, "name": "thing"}, {"id": 2, "name": "ground", "kind": "stuff"}],
        "camera": camera,
        **{key: [named(node) for node in nodes] for key, nodes in lists.items()},
    }


# --- generators: one object, seen so that it fills the tile

LOOKS: Final[dict[str, Tree]] = {
    "mug": {"color": BLUE, "yaw_deg": 20},
    "mesh_file": {"file": "resource:models/pmndrs/suzi.glb", "size_m": 0.3, "yaw_deg": 32, "color": "#c98b4a"},
    "carton": {"yaw_deg": 20, "open_deg": 60},
    "cone_marker": {"yaw_deg": 25},
    "die": {"yaw_deg": 28},
    "table": {"yaw_deg": 12},
    "tray": {"yaw_deg": 18},
    "conveyor_belt": {"yaw_deg": 35},
    "product_box": {"yaw_deg": 14, "variant": 3},
    "can": {"yaw_deg": 12, "variant": 1},
    "bag": {"yaw_deg": 14, "variant": 1},
    "shelf_unit": {"yaw_deg": 10, "bays": 1, "levels": 4, "tag_spacing_m": 0.22},
    "maize": {"leaves": 6.0, "variant": 12, "yaw_deg": 25},
    "sugar_beet": {"leaves": 8.0, "variant": 3, "yaw_deg": 40},
    "fat_hen": {"leaves": 6.0, "variant": 5, "yaw_deg": 20},
    "creeping_thistle": {"leaves": 9.0, "variant": 2, "yaw_deg": 30},
    "blackgrass": {"leaves": 7.0, "variant": 4, "yaw_deg": 30},
    "scentless_mayweed": {"leaves": 9.0, "variant": 6, "yaw_deg": 10},
    "chickweed": {"leaves": 8.0, "variant": 7, "yaw_deg": 60},
    "apple": {"yaw_deg": 210, "variant": 3, "stem_m": 0.02},
    "banana": {"yaw_deg": 160, "variant": 1, "ripeness": 0.6},
    "bread_roll": {"yaw_deg": 25, "variant": 4, "flour": 0.4},
    "soil_patch": {"length_m": 0.9, "width_m": 0.7, "ridge_spacing_m": 0.35, "ridge_height_m": 0.08, "clods": 0.9},
}
UPRIGHT: Final = ("maize", "fat_hen", "blackgrass")
ROSETTES: Final = ("sugar_beet", "creeping_thistle", "scentless_mayweed", "chickweed")


def generator_scene(name: str) -> Tree:
    """Return a project with one object of a generator on the studio's backdrop."""
    if name == "primitive":
        solids = [
            group("primitive", (-0.07, -0.03, 0), RED, shape="box", size_x_m=0.1, yaw_deg=25),
            sphere((0.06, -0.07, 0), 0.045, YELLOW),
            group("primitive", (0.05, 0.08, 0), BLUE, shape="cone", size_x_m=0.11, size_y_m=0.11, size_z_m=0.15),
        ]
        return project(orbit((0, 0, 0.045), 0.78), solids, [STUDIO, ground()])
    look = dict(LOOKS.get(name, {}))
    one = group(name, (0, 0, 0), look.pop("color", ""), **look)
    if name == "mesh_file":
        radius, middle = 0.165, 0.11
    else:
        registry = builtin_registry()
        values = {p.name: fit_literal(p.default, p, "")[0] for p in registry.parameters("generator", name)}
        values.update({k: v for k, v in look.items() if k in values})
        low, high = registry.generator(name).generate(values).bounds
        radius, middle = float(np.linalg.norm(high - low)) / 2, float(high[2] + low[2]) / 2
    distance = radius / math.sin(math.radians(FOV_DEG / 2)) * (0.98 if name == "conveyor_belt" else 1.02)
    studio = {**STUDIO, "parameters": {**STUDIO["parameters"], "distance_m": max(1.8, 5 * radius)}}
    target, elevation = (0.0, 0.0, middle), 26.0
    if name in ROSETTES or name in UPRIGHT:
        # A plant leans, and fills its box loosely.
        turn = math.radians(float(LOOKS[name]["yaw_deg"]))
        x, y = (low[:2] + high[:2]) / 2
        target = (x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn), middle)
        distance, elevation = 0.76 * distance, 44.0 if name in ROSETTES else 20.0
    return project(orbit(target, distance, elevation=elevation), [one], [studio, ground()])


# --- placements: cubes, placed


def shelf_scene() -> Tree:
    """Return a project with a small shelf, stocked."""
    shelf = group("shelf_unit", bays=1, levels=2, width_m=0.8, spacing_m=0.37, above_m=0.3, base_m=0.1)
    goods = []
    for level, (generator, variant, start, width, piled) in enumerate(
        [
            ("can", 1, 0.02, 0.36, 2),
            ("product_box", 3, 0.4, 0.4, 1),
            ("bag", 6, 0.0, 0.42, 1),
            ("can", 4, 0.42, 0.38, 2),
        ]
    ):
        place = {
            "level": 1 + level // 2,
            "start": "given",
            "start_m": start,
            "width_m": width,
            "rows": 3,
            "piled": piled,
        }
        place |= {"taken_chance": 0.3, "fallen_chance": 0.15, "yaw_deg": {"uniform": [-3, 3]}}
        made = {"type": generator, "class": "thing", "count": 24, "parameters": {"variant": variant}}
        goods.append({**made, "placement": {"type": "facings", "parameters": place}})
    stage = {key: value for key, value in shelf.items() if value}
    return project(orbit((0, -0.1, 0.36), 1.95, -70, 12), goods, [STUDIO, ground()], stage=[stage])


def field_scene(name: str) -> Tree:
    """Return a project with young beet in rows on soil; for weeds, with weeds between them."""
    soil = group("soil_patch", (0, 0, -0.3), length_m=2.4, width_m=2.4, ridge_spacing_m=0.3, variant=3, clods=0.7)
    stage = {**{key: value for key, value in soil.items() if value}, "class": "ground"}
    individuals = {"variant": {"integers": [0, 9999]}}
    rows = {"rows": 3, "per_row": 7, "row_spacing_m": 0.3, "plant_spacing_m": 0.13, "yaw_deg": {"uniform": [0, 360]}}
    plants = [("sugar_beet", 21, 4.0, {"type": "field_rows", "parameters": rows})]
    if name == "weeds_between":
        weeds = {"length_m": 0.9, "width_m": 0.8, "row_spacing_m": 0.3, "band_m": 0.1, "patch_radius_m": 0.15}
        weeds |= {"between_share": 1.0, "yaw_deg": {"uniform": [0, 360]}}
        plants.append(("fat_hen", 34, 6.0, {"type": name, "parameters": weeds}))
    objects = [
        {"type": t, "class": "thing", "count": n, "parameters": {**individuals, "leaves": stage_of}, "placement": place}
        for t, n, stage_of, place in plants
    ]
    light = [{"type": "sky", "parameters": {"time_h": 9.5, "cloudiness": 0.3, "day_of_year": 150}}]
    return project(orbit((0, 0, 0.0), 2.1, 180, 48), objects, light, stage=[stage])


def placement_scene(name: str) -> Tree:
    """Return a project with little cubes put down by a placement."""
    if name == "facings":
        return shelf_scene()
    if name in ("field_rows", "weeds_between"):
        return field_scene(name)
    cube = {"shape": "box", "size_x_m": 0.07, "size_y_m": 0.07, "size_z_m": 0.07, "bevel": 0.12}
    colors = {"palette": [BLUE, RED, YELLOW, GREEN, IVORY], "scope": "object"}
    count, elevation, distance = 12, 36.0, 1.55
    parameters: Tree
    if name == "fixed":
        cube = {"shape": "box", "size_x_m": 0.2, "size_y_m": 0.2, "size_z_m": 0.2, "bevel": 0.08}
        colors, count, parameters = {"palette": [BLUE], "scope": "object"}, 1, {"yaw_deg": 25}
    elif name == "grid":
        parameters = {"columns": 4, "rows": 3, "column_spacing_m": 0.15, "row_spacing_m": 0.15}
    elif name == "rows":
        count, distance = 18, 1.75
        parameters = {"rows": 3, "per_row": 6, "row_spacing_m": 0.2, "in_row_spacing_m": 0.11, "stagger": 0.5}
    elif name == "pile":
        count, elevation, distance = 34, 30.0, 1.5
        parameters = {"radius_m": 0.05, "drop_height_m": 0.02, "keep_within_m": 0.32, "rolling_friction": 0.1}
    elif name == "scatter":
        parameters = {"width_m": 0.55, "depth_m": 0.5, "yaw_deg": {"uniform": [0, 360]}, "gap_m": 0.01}
    else:
        parameters = {}
    cubes: Tree = {
        "type": "primitive",
        "class": "thing",
        "count": count,
        "parameters": cube,
        "materials": {"*": {"base_color": colors, "roughness": 0.45}},
        "placement": {"type": name, "parameters": parameters},
    }
    marked = ground(pattern="checks", pattern_color="#bfc2c8", tile_m=0.4) if name == "fixed" else ground()
    return project(orbit((0, 0, 0.03), distance, -70, elevation), [cubes], [STUDIO, marked])


# --- environments: a matt, a glossy and a mirror sphere in that light


def environment_scene(name: str) -> Tree:
    """Return a project with spheres in the light of an environment node."""
    balls = [
        sphere((-0.1, -0.02, 0), 0.09, IVORY, roughness=0.9),
        sphere((0.1, 0.03, 0), 0.09, "#f2f2f2", roughness=0.06, metallic=1.0),
        sphere((0.02, -0.16, 0), 0.045, RED, roughness=0.25),
    ]
    camera = orbit((0, 0, 0.075), 1.05, -70, 20)
    lamp: Tree = {"type": name, "parameters": {}}
    faint = {"type": "uniform", "parameters": {"strength": 0.09, "background": "#23262c"}}
    around = [lamp, faint, ground("#b9bbc0")]
    if name == "hdri":
        lamp["parameters"] = {"file": "resource:hdri/warehouse.exr", "rotation_deg": 40}
        camera, around = orbit((0, 0, 0.09), 0.75, -70, 2), [lamp]
        camera["lens"] = {"field_of_view_deg": 42}
    elif name == "photo_backdrop":
        lamp["parameters"], around = {"file": "photo.png"}, [lamp]
        camera = orbit((0, 0, 0.085), 1.0, -70, 6)
    elif name == "sky":
        lamp["parameters"] = {"time_h": 9.0, "cloudiness": 0.25}
        camera, around = orbit((0, 0, 0.14), 0.72, -70, 3), [lamp, ground("#8d8a7d", 400.0)]
        camera["lens"] = {"field_of_view_deg": 42}
    elif name == "studio":
        around = [lamp, ground("#c9cbd0")]
    elif name == "uniform":
        lamp["parameters"], around = {"background": "#d7d9dd"}, [lamp, ground("#c9cbd0")]
    elif name == "ground_plane":
        wood = ground("#ffffff", 0.62, texture_set="resource:textures/wood_floor", tile_m=0.5)
        backdrop = {"type": "uniform", "parameters": {"strength": 0.25, "background": "#d5d7dc"}}
        sun = {"type": "sun", "parameters": {"strength": 0.7, "azimuth_deg": -150, "angular_diameter_deg": 3}}
        camera, around, balls = orbit((0, 0, 0.02), 1.65, -62, 30), [sun, backdrop, wood], [balls[1], balls[2]]
    elif name == "room":
        lamp["class"] = "ground"
        light = {"type": "area", "parameters": {"position_m": [-0.6, -0.9, 2.3], "strength": 0.9, "width_m": 1.2}}
        camera = orbit((-0.1, 0.35, 0.72), 2.25, -62, 14)  # from inside: a wall has no window
        camera["lens"] = {"field_of_view_deg": 72}
        balls = [
            sphere((-0.5, 0.1, 0), 0.45, IVORY, roughness=0.9),
            sphere((0.55, 0.3, 0), 0.45, "#f2f2f2", roughness=0.08, metallic=1.0),
            sphere((0.1, -0.75, 0), 0.24, RED, roughness=0.25),
        ]
        bright = {"type": "uniform", "parameters": {"strength": 0.35, "background": "#d7d9dd"}}
        around = [lamp, light, bright]
    elif name == "sun":
        lamp["parameters"] = {"azimuth_deg": -160, "elevation_deg": 38, "temperature_k": 4800}
        around[1]["parameters"] = {"strength": 0.18, "color": "#bcd0ea", "background": "#a9bdd6"}
    elif name == "spot":
        lamp["parameters"] = {"position_m": [0.3, -0.5, 0.9], "cone_deg": 32, "softness": 0.25, "strength": 1.3}
    elif name == "point":
        lamp["parameters"] = {
            "position_m": [0.16, -0.26, 0.26],
            "reach_m": 0.4,
            "casts_shadow": True,
            "temperature_k": 3200,
        }
    elif name == "area":
        lamp["parameters"] = {"position_m": [-0.5, -0.5, 0.8], "width_m": 0.7, "height_m": 0.5}
    elif name in ("street_lamps", "headlights"):
        lamp["parameters"] = (
            {"first_m": [-2.2, -1.0, 4.0], "spacing_m": 6.0, "azimuth_deg": 80.0, "strength": 0.9}
            if name == "street_lamps"
            else {"position_m": [0.4, -4.5, 0.7], "reach_m": 5.0, "azimuth_deg": 96.0, "dip_deg": 5.0}
        )
        night: Tree = {"type": "sky", "parameters": {"time_h": 0.0, "adaptation": 0.8, "sky_glow": 3.0}}
        return outdoors_scene([lamp, night])
    return project(camera, balls, around)


# --- effects of the air: cones on a road


def outdoors_scene(around: list[Tree] | None = None) -> Tree:
    """Return a project with cones that stand further and further away on open ground."""
    places = [(-0.9, -1.6), (0.8, -0.4), (-0.6, 2.2), (0.9, 5.0), (-1.2, 8.5), (0.3, 14.0), (-2.6, 20.0)]
    cones = [
        {
            "type": "cone_marker",
            "class": "thing",
            "parameters": {"height_m": 0.75, "stripes": 2},
            "materials": {"*": {"base_color": "#e0641c", "roughness": 0.5}},
            "placement": {"type": "fixed", "parameters": {"position_m": [x, y, 0.0]}},
        }
        for x, y in places
    ]
    camera: Tree = {
        "rig": {"uid": "rig", "type": "look_at", "parameters": {"position_m": [0, -5, 1.3], "target_m": [0, 4, 0.75]}},
        "lens": {"field_of_view_deg": 44},
    }
    light = {"type": "sky", "parameters": {"time_h": 9.5, "cloudiness": 0.6}}
    return project(camera, cones, [*(around or [light]), ground("#5b5955", 300.0)])


# --- rigs: a little camera beside what it looks at


def quaternion(forward: np.ndarray) -> list[float]:
    """Return w, x, y, z of a rotation that brings +X to a direction and keeps +Y level."""
    x = forward / np.linalg.norm(forward)
    level = np.cross([0.0, 0.0, 1.0], x)
    y = level / np.linalg.norm(level) if np.linalg.norm(level) > 1e-6 else np.array([0.0, 1.0, 0.0])
    m = np.stack([x, y, np.cross(x, y)], axis=1)
    w = math.sqrt(max(0.0, 1 + np.trace(m))) / 2
    if w > 1e-3:
        return [w, *(float(v) / (4 * w) for v in (m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]))]
    return [0.0, 0.0, 0.0, 1.0]


def little_camera(position: np.ndarray, target: np.ndarray) -> list[Tree]:
    """Return a body and a lens that point from one place to another."""
    ahead = (target - position) / np.linalg.norm(target - position)
    turned = quaternion(ahead)
    body = {"shape": "box", "size_x_m": 0.13, "size_y_m": 0.17, "size_z_m": 0.12, "bevel": 0.2}
    lens = {"shape": "box", "size_x_m": 0.09, "size_y_m": 0.085, "size_z_m": 0.085, "bevel": 1.0}
    out = []
    for solid, shift, color in ((body, 0.0, DARK), (lens, 0.095, BLUE)):
        # A primitive rests on its origin; its middle is what belongs on the axis.
        down = rotated(turned, np.array([0.0, 0.0, -solid["size_z_m"] / 2]))  # type: ignore[operator]
        x, y, z = position + shift * ahead + down
        out.append(group("primitive", (float(x), float(y), float(z)), color, rotation=turned, **solid))
    return out


def rotated(turned: list[float], vector: np.ndarray) -> np.ndarray:
    """Return a vector turned by a quaternion w, x, y, z."""
    axis = np.array(turned[1:])
    return vector + 2 * np.cross(axis, np.cross(axis, vector) + turned[0] * vector)


def dots(places: Iterator[np.ndarray], color: str = YELLOW, radius: float = 0.018) -> list[Tree]:
    """Return small spheres about places."""
    return [sphere((float(x), float(y), float(z) - radius), radius, color) for x, y, z in places]


def rig_scene(name: str) -> Tree:
    """Return a project that shows how a rig puts its camera."""
    target = np.array([0.0, 0.0, 0.12])
    thing = group("primitive", (0, 0, 0), RED, shape="box", size_x_m=0.2, size_y_m=0.2, size_z_m=0.2, yaw_deg=30)
    view = orbit((-0.06, 0, 0.24), 2.6, -60, 24)
    at = np.array([-0.42, -0.24, 0.5])
    if name == "orbit":
        radius, height = 0.5, 0.36
        ring = (math.radians(a) for a in range(0, 360, 15))
        marks = dots(np.array([radius * math.cos(a), radius * math.sin(a), height]) for a in ring)
        angle = math.radians(204)
        at = np.array([radius * math.cos(angle), radius * math.sin(angle), height])
    elif name == "look_at":
        marks = dots(at + s * (target - at) for s in np.linspace(0.3, 0.76, 7))
    elif name == "top_down":
        at = np.array([0.0, 0.0, 0.78])
        marks = dots(np.array([0.0, 0.0, z]) for z in np.linspace(0.28, 0.64, 6))
        view = orbit((0, 0, 0.38), 2.5, -60, 18)
    elif name == "path":
        line = [np.array([x, -0.4 + 0.5 * x * x, 0.3 + 0.3 * (x + 0.55)]) for x in np.linspace(-0.55, 0.55, 15)]
        marks, at = dots(iter(line)), line[4]
    else:
        at, target = np.array([0.0, 0.0, 0.25]), np.array([1.0, 0.0, 0.25])
        arms = [(np.eye(3)[k], color) for k, color in enumerate((RED, GREEN, BLUE))]
        steps = np.linspace(0.16, 0.5, 9)
        marks = [d for axis, color in arms for d in dots((at + s * axis for s in steps), color)]
        return project(orbit((0.1, 0.1, 0.3), 2.2, -48, 24), [*little_camera(at, target), *marks], [STUDIO, ground()])
    return project(view, [thing, *little_camera(at, target), *marks], [STUDIO, ground()])
