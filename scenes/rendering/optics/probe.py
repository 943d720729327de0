"""How far a picture's points spread by lens and motion, from a coarse look at the scene.

It decides how many drawings a picture needs, and nothing that is seen in a label.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64
from myriorama.scenes.rendering.optics.lens_plane import bent, plane_of
from myriorama.scenes.rendering.optics.moments import moves
from myriorama.scenes.rendering.optics.ray_truth import RayTracer
from myriorama.scenes.rendering.optics.schedule import Blur

_SIDE_PX: Final = 96
_FAR_M: Final = 1e9
_NEAR_M: Final = 1e-9


def blur_of(scene: Scene, tracer: RayTracer) -> Blur:
    """Return the largest circle of confusion and the greatest speed over the picture, in its own pixels."""
    camera = scene.camera
    wide = camera.aperture_radius_m > 0
    fast = (camera.shutter_s > 0 or camera.readout_s > 0) and moves(scene)
    if not (wide or fast):
        return Blur(0.0, 0.0)
    points, velocities = _seen(scene, tracer)
    small, more = _centres(scene)
    points, velocities = np.concatenate([points, small]), np.concatenate([velocities, more])
    confusion = 0.0
    if wide and len(points):
        away = np.abs(1.0 / camera.focus_distance_m - 1.0 / points[:, 2])
        confusion = 2 * camera.aperture_radius_m * max(camera.fx, camera.fy) * float(away.max())
    return Blur(confusion, _speed(camera, points, velocities) if fast and len(points) else 0.0)


def _seen(scene: Scene, tracer: RayTracer) -> tuple[F64, F64]:
    """Return what a small picture shows: points in the camera's frame at time 0, and their velocities in the world."""
    camera = scene.camera
    scale = min(1.0, _SIDE_PX / max(camera.width, camera.height))
    size = max(1, round(camera.width * scale)), max(1, round(camera.height * scale))
    small = replace(camera.resized(*size), readout_s=0.0, shutter_s=0.0)
    truth = tracer.trace(replace(scene, camera=small), coordinates=False, amodal=False).buffers
    plane = plane_of(small, (0, 0, *size)).reshape(2, -1)
    depth = truth.depth.astype(np.float64).ravel()
    lit = np.isfinite(plane[0])
    # What is not hit is far away: only a turn moves it, and it is as unsharp as anything behind the sharp plane.
    reach = np.where(depth > 0, depth, _FAR_M)[lit]
    points = np.stack([plane[0, lit], plane[1, lit], np.ones(len(reach))], axis=1) * reach[:, None]
    own = np.array([(0.0, 0.0, 0.0), *(i.velocity_m_s for i in scene.instances)])
    return points, own[scene.instance_of_surface[truth.surface_id.ravel()[lit]]]


def _centres(scene: Scene) -> tuple[F64, F64]:
    """Return the middles of all things in the picture, as `_seen` does: a small picture misses what is small."""
    camera = scene.camera
    things = [i for i in scene.instances if i.kind != "stuff"]
    if not things:
        return np.zeros((0, 3)), np.zeros((0, 3))
    world = np.array([i.world_bounds.mean(axis=0) for i in things])
    pose = camera.camera_from_world
    points = world @ pose[:3, :3].T + pose[:3, 3]
    velocities = np.array([i.velocity_m_s for i in things], dtype=np.float64)
    front = points[:, 2] > _NEAR_M
    safe = np.where(front, points[:, 2], 1.0)
    pixels = bent(camera, np.where(front, points[:, :2].T / safe, np.nan))
    with np.errstate(invalid="ignore"):
        inside = (pixels[0] >= 0) & (pixels[0] <= camera.width) & (pixels[1] >= 0) & (pixels[1] <= camera.height)
    return points[inside], velocities[inside]


def _speed(camera: Camera, points: F64, velocities: F64) -> float:
    """Return the greatest speed in pixels a second, from where points are a moment before and after."""
    moment = 0.05 * max(camera.shutter_s, camera.readout_s)
    world = points @ camera.world_from_camera[:3, :3].T + camera.world_from_camera[:3, 3]
    places = []
    for time_s in (-moment, moment):
        pose = camera.at(time_s).camera_from_world
        seen = (world + velocities * time_s) @ pose[:3, :3].T + pose[:3, 3]
        front = seen[:, 2] > _NEAR_M
        places.append(bent(camera, np.where(front, seen[:, :2].T / np.where(front, seen[:, 2], 1.0), np.nan)))
    apart = np.hypot(*(places[1] - places[0]))
    return float(np.max(apart, initial=0.0, where=np.isfinite(apart))) / (2 * moment)
