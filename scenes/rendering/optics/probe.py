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


def blur_of(scene: Scene, tracer: RayTracer) -> Blur:
    """Return the largest circle of confusion and the greatest speed over the picture, in its own pixels."""
    camera = scene.camera
    wide = camera.aperture_radius_m > 0
    fast = (camera.shutter_s > 0 or camera.readout_s > 0) and moves(scene)
    if not (wide or fast):
        return Blur(0.0, 0.0)
    scale = min(1.0, _SIDE_PX / max(camera.width, camera.height))
    size = max(1, round(camera.width * scale)), max(1, round(camera.height * scale))
    small = replace(camera.resized(*size), readout_s=0.0, shutter_s=0.0)
    truth = tracer.trace(replace(scene, camera=small), coordinates=False, amodal=False).buffers
    plane = plane_of(small, (0, 0, *size)).reshape(2, -1)
    depth = truth.depth.astype(np.float64).ravel()
    confusion = 0.0
    if wide:
        with np.errstate(divide="ignore"):
            away = np.abs(1.0 / camera.focus_distance_m - np.where(depth > 0, 1.0 / depth, 0.0))
        lit = np.isfinite(plane[0])
        confusion = 2 * camera.aperture_radius_m * max(camera.fx, camera.fy) * float(away[lit].max(initial=0.0))
    speed = _speed(scene, camera, plane, depth, truth.surface_id.ravel()) if fast else 0.0
    return Blur(confusion, speed)


def _speed(scene: Scene, camera: Camera, plane: F64, depth: F64, surface: np.ndarray) -> float:
    """Return the greatest speed in pixels a second, from where points are a moment before and after."""
    span = max(camera.shutter_s, camera.readout_s)
    # What is not hit is far away: only a turn moves it.
    reach = np.where(depth > 0, depth, 1e9)
    points = np.stack([plane[0], plane[1], np.ones_like(reach)], axis=1) * reach[:, None]
    world = points @ camera.world_from_camera[:3, :3].T + camera.world_from_camera[:3, 3]
    own = np.array([(0.0, 0.0, 0.0), *(i.velocity_m_s for i in scene.instances)])
    velocity = own[scene.instance_of_surface[surface]]
    moment = 0.05 * span
    places = []
    for time_s in (-moment, moment):
        pose = camera.at(time_s).camera_from_world
        seen = (world + velocity * time_s) @ pose[:3, :3].T + pose[:3, 3]
        front = seen[:, 2] > 1e-9
        flat = np.where(front, seen[:, :2].T / np.where(front, seen[:, 2], 1.0), np.nan)
        places.append(bent(camera, flat))
    apart = np.hypot(*(places[1] - places[0]))
    return float(np.nanmax(apart, initial=0.0)) / (2 * moment)
