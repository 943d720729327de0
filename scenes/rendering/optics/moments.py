"""Where camera and things are while a shutter is open: the scene at an instant, and poses by row.

Time 0 is the middle of the exposure. It moves nothing by itself that has no velocity.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from myriorama.scenes.assembly.scene import Instance, Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.cameras.motion import turned
from myriorama.scenes.conventions import F64


def moves(scene: Scene) -> bool:
    """Whether anything changes while the shutter is open."""
    return scene.camera.moves or any(any(i.velocity_m_s) for i in scene.instances)


def rolls(scene: Scene) -> bool:
    """Whether rows see different instants of something that moves."""
    return scene.camera.readout_s > 0 and moves(scene)


def needs_optics(scene: Scene) -> bool:
    """Whether the picture may differ from that of a pinhole which is open for one instant."""
    camera = scene.camera
    if camera.distortion is not None or camera.aperture_radius_m > 0:
        return True
    return (camera.shutter_s > 0 or camera.readout_s > 0) and moves(scene)


def at(scene: Scene, time_s: float) -> Scene:
    """Return the scene at an instant, its camera a pinhole that stands still."""
    instances = scene.instances
    if time_s != 0 and any(any(i.velocity_m_s) for i in instances):
        instances = tuple(_moved(i, time_s) if any(i.velocity_m_s) else i for i in instances)
    return replace(scene, camera=scene.camera.at(time_s), instances=instances)


def _moved(instance: Instance, time_s: float) -> Instance:
    pose = instance.world_from_object.copy()
    pose[:3, 3] += np.array(instance.velocity_m_s) * time_s
    return replace(instance, world_from_object=pose)


def poses_at(camera: Camera, times_s: F64) -> F64:
    """Return world_from_camera at instants (T,): (T, 4, 4) float64, as `Camera.at` has it."""
    if not camera.moves:
        return np.broadcast_to(camera.world_from_camera, (len(times_s), 4, 4))
    count = len(times_s)
    pose = camera.world_from_camera
    out = np.tile(pose, (count, 1, 1))
    axes = turned(np.tile(np.eye(3), (count, 1)), camera.angular_velocity_rad_s, np.repeat(times_s, 3))
    out[:, :3, :3] = pose[:3, :3] @ axes.reshape(count, 3, 3).transpose(0, 2, 1)
    out[:, :3, 3] = pose[:3, 3] + np.outer(times_s, pose[:3, :3] @ np.array(camera.velocity_m_s))
    return out
