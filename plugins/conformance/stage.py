"""A small scene and the exact frame of it, for plugins that look at frames: no graphics card is asked.

Every pixel's centre ray is met with every triangle in float64. It is slow, and meant for pictures of this size.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.conformance.drawing import Draw
from myriorama.scenes.assembly.model import Keypoint, ObjectModel, Part
from myriorama.scenes.assembly.scene import Instance, Scene, SceneClass
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64, Mask
from myriorama.scenes.geometry.box import box, plane
from myriorama.scenes.geometry.combine import moved
from myriorama.scenes.lights import Background, PointLight
from myriorama.scenes.materials.model import Material
from myriorama.scenes.placement.poses import pose, yaw_rotation
from myriorama.scenes.rendering.frame import AmodalMask, Frame, empty_mask
from myriorama.scenes.rendering.tone import develop
from myriorama.scenes.sample import NodeSample, SceneSample, sample_key, sample_to_json

WIDTH_PX: Final = 48
HEIGHT_PX: Final = 36
CLASSES: Final = (
    SceneClass(1, "crate", "box", "#56b4e9"),
    SceneClass(2, "block", "box", "#e69f00"),
    SceneClass(9, "ground", "", "#777777", "stuff"),
)


@lru_cache(maxsize=4)
def floor(side_m: float = 6.0) -> ObjectModel:
    """Return a square floor at z = 0."""
    return ObjectModel((Part("floor", plane(side_m, side_m), Material(name="floor")),))


@lru_cache(maxsize=16)
def crate(x_m: float, y_m: float, z_m: float) -> ObjectModel:
    """Return a box of two parts that stands on z = 0, with keypoints, attributes and a skeleton."""
    body, lid = moved(box((x_m, y_m, 0.9 * z_m)), 0, 0, 0.45 * z_m), moved(box((x_m, y_m, 0.1 * z_m)), 0, 0, 0.95 * z_m)
    return ObjectModel(
        parts=(Part("body", body, Material(name="wood")), Part("lid", lid, Material((0.7, 0.1, 0.1), name="lid"))),
        keypoints=(Keypoint("top", (0.0, 0.0, z_m)), Keypoint("middle", (0.0, 0.0, z_m / 2), kind="interior")),
        skeleton=(("top", "middle"),),
        attributes=MappingProxyType({"mass_g": 1000.0 * x_m * y_m * z_m, "lids": 1, "is_full": True, "maker": "none"}),
    )


def make_scene(draw: Draw) -> Scene:
    """Return a scene with a floor and some crates.

    Draw 0 shows both classes, one thing partly behind another and one behind the camera; draw 1 has no thing at all;
    draw 2 has things of which none is in the picture; the others are random.
    """
    sizes = [(0.3, 0.3, 0.4), (0.5, 0.2, 0.2), (0.2, 0.2, 0.7), (0.3, 0.4, 0.3)]
    if draw.number == 0:
        spots = [(0.0, 0.0, 20.0), (0.3, 0.5, 70.0), (-0.7, 0.1, 0.0), (0.0, -6.0, 0.0)]
    elif draw.number == 1:
        spots = []
    elif draw.number == 2:
        spots = [(0.0, -7.0, 10.0), (1.0, -8.0, 0.0)]
    else:
        u = draw.draws.uniforms("spots", 0, 12).reshape(4, 3)
        spots = [(float(a) * 2.4 - 1.2, float(b) * 2.4 - 1.2, float(c) * 360.0) for a, b, c in u]
    instances = [Instance("floor/0", "floor", "Floor", 0, floor(), np.eye(4), "stuff", 9, 1)]
    for number, ((x, y, yaw), size) in enumerate(zip(spots, sizes, strict=False)):
        model, last = crate(*size), instances[-1]
        world = pose((x, y, 0.0), yaw_rotation(yaw), 1.0)
        first = last.first_surface_id + len(last.model.parts)
        kind = 1 + number % 2
        instances.append(
            Instance(f"crate/{number}", "crate", "Crates", number, model, world, "thing", kind, first, model.attributes)
        )
    light = PointLight((1.0, -2.0, 3.0), (20.0, 20.0, 18.0))
    return Scene(make_sample(draw).key, draw.number, _camera(), tuple(instances), (light,), Background(), CLASSES)


def make_sample(draw: Draw) -> SceneSample:
    """Return the recipe that the scene of a draw claims to come from."""
    rig = NodeSample("rig", "fixed", "Camera", {})
    number = draw.number
    sample = SceneSample("", "0" * 64, 7, number, 0, rig, {"exposure_ev": 0.0}, (), (), (), (), ())
    key = sample_key(sample_to_json(sample))
    return SceneSample(key, "0" * 64, 7, number, 0, rig, {"exposure_ev": 0.0}, (), (), (), (), ())


def make_frame(scene: Scene) -> Frame:
    """Return the buffers of a scene: every pass, exact."""
    camera = scene.camera
    rays = _rays(camera)
    best = np.full(len(rays), np.inf)
    surface = np.zeros(len(rays), dtype=np.uint32)
    normal = np.zeros((len(rays), 3))
    coordinates = np.zeros((len(rays), 3))
    for instance in scene.instances:
        for number, part in enumerate(instance.model.parts):
            z, facing = _met(camera, instance, (part,), rays)
            nearer = z < best
            best[nearer], surface[nearer] = z[nearer], instance.first_surface_id + number
            normal[nearer] = facing[nearer]
            coordinates[nearer] = _coordinates(camera, instance, rays[nearer] * z[nearer, None])
    hit = np.isfinite(best)
    depth = np.where(hit, best, 0.0)
    light = np.where(hit[:, None], 0.15 - 0.7 * normal[:, 2:], 0.5).clip(0.0, 4.0)
    linear = np.repeat(light, 3, axis=1) * np.array([1.0, 0.9, 0.8])
    shape = (camera.height, camera.width)
    image: F32 = linear.reshape(*shape, 3).astype(np.float32)
    return Frame(
        sample_key=scene.sample_key,
        width=camera.width,
        height=camera.height,
        device="conformance | none | none | 1",
        rgb=develop(image),
        linear=image,
        surface_id=surface.reshape(shape),
        depth=depth.reshape(shape).astype(np.float32),
        normal=normal.reshape(*shape, 3).astype(np.float32),
        object_coordinates=coordinates.reshape(*shape, 3).astype(np.float32),
        amodal=MappingProxyType(
            {i: _alone(camera, one) for i, one in enumerate(scene.instances) if one.kind == "thing"}
        ),
        camera=camera,
        lights=scene.lights,
        background=scene.background,
    )


def _camera() -> Camera:
    """Stands 3.2 m before the middle at -y, 1.6 m up, and looks at it."""
    eye, target = np.array([0.0, -3.2, 1.6]), np.array([0.0, 0.0, 0.2])
    forward = (target - eye) / np.linalg.norm(target - eye)
    right = np.array([1.0, 0.0, 0.0])
    world_from_camera = np.eye(4)
    world_from_camera[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    world_from_camera[:3, 3] = eye
    return Camera(world_from_camera, WIDTH_PX, HEIGHT_PX, 55.0, 55.0, WIDTH_PX / 2, HEIGHT_PX / 2)


def _rays(camera: Camera, margin: int = 0) -> F64:
    """Return (N, 3) rays through pixel centres, camera frame, z = 1; `margin` images more on each side."""
    x = np.arange(-margin * camera.width, (1 + margin) * camera.width) + 0.5
    y = np.arange(-margin * camera.height, (1 + margin) * camera.height) + 0.5
    columns, rows = np.meshgrid((x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy)
    return np.stack([columns.ravel(), rows.ravel(), np.ones(columns.size)], axis=1)


def _met(camera: Camera, instance: Instance, parts: Sequence[Part], rays: F64) -> tuple[F64, F64]:
    """Return depth along camera z, infinite for no hit, and the unit normal that faces the eye."""
    camera_from_object = camera.camera_from_world @ instance.world_from_object
    depth, normals = np.full(len(rays), np.inf), np.zeros((len(rays), 3))
    for part in parts:
        corners = part.mesh.positions.astype(np.float64)[part.mesh.faces] @ camera_from_object[:3, :3].T
        for a, b, c in corners + camera_from_object[:3, 3]:
            # Moeller and Trumbore, with the eye at the origin.
            ab, ac = b - a, c - a
            p = np.cross(rays, ac)
            determinant = p @ ab
            usable = np.abs(determinant) > 1e-12
            inverse = 1.0 / np.where(usable, determinant, 1.0)
            u = -(p @ a) * inverse
            q = np.cross(-a, ab)
            v = (rays @ q) * inverse
            t = float(ac @ q) * inverse
            met = usable & (u >= 0) & (v >= 0) & (u + v <= 1) & (t > 1e-6) & (t < depth)
            n = np.cross(ab, ac)
            n = n / max(float(np.linalg.norm(n)), 1e-300)
            depth[met] = t[met]
            normals[met] = np.where((rays[met] @ n)[:, None] > 0, -n, n)
    return depth, normals


def _coordinates(camera: Camera, instance: Instance, points_camera: F64) -> F64:
    if instance.kind != "thing":
        return np.zeros_like(points_camera)
    object_from_camera = np.linalg.inv(camera.camera_from_world @ instance.world_from_object)
    low, high = instance.model.bounds
    own = points_camera @ object_from_camera[:3, :3].T + object_from_camera[:3, 3]
    return np.asarray(((own - low) / (high - low)).clip(0.0, 1.0))


def _alone(camera: Camera, instance: Instance) -> AmodalMask:
    z, _ = _met(camera, instance, instance.model.parts, _rays(camera, 1))
    wide: Mask = np.isfinite(z).reshape(3 * camera.height, 3 * camera.width)
    inside = wide[camera.height : 2 * camera.height, camera.width : 2 * camera.width]
    if not inside.any():
        return AmodalMask(0, 0, empty_mask(), int(wide.sum()))
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    crop = inside[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
    return AmodalMask(left, top, crop.copy(), int(wide.sum()))
