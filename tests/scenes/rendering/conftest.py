"""One renderer for all tests of the engine, and scenes built by hand from raw meshes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from myriorama.scenes.assembly.model import ObjectModel, Part
from myriorama.scenes.assembly.scene import Instance, Scene, SceneClass
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.lights import Background
from myriorama.scenes.materials.model import Material
from myriorama.scenes.rendering.raster.engine import RasterRenderer


@pytest.fixture(scope="session")
def renderer() -> Iterator[RasterRenderer]:
    with RasterRenderer() as engine:
        yield engine


def quad(width: float = 1.0, height: float = 1.0, uv: float = 1.0) -> Mesh:
    """A rectangle in the plane z = 0, facing +z."""
    x, y = width / 2, height / 2
    positions = [[-x, -y, 0], [x, -y, 0], [x, y, 0], [-x, y, 0]]
    return Mesh(
        np.array(positions, np.float32),
        np.tile(np.array([[0, 0, 1]], np.float32), (4, 1)),
        np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * np.float32(uv),
        np.array([[0, 1, 2], [0, 2, 3]], np.uint32),
    )


def disc(radius: float, count: int = 256) -> Mesh:
    """A disc in the plane z = 0, facing +z."""
    turn = np.arange(count) / count * 2 * np.pi
    rim = np.stack([radius * np.cos(turn), radius * np.sin(turn), np.zeros(count)], axis=1)
    positions = np.concatenate([np.zeros((1, 3)), rim]).astype(np.float32)
    k = np.arange(count)
    faces = np.stack([np.zeros(count, int), 1 + k, 1 + (k + 1) % count], axis=1)
    normals = np.tile(np.array([[0, 0, 1]], np.float32), (count + 1, 1))
    return Mesh(positions, normals, np.zeros((count + 1, 2), np.float32), faces.astype(np.uint32))


def box(sx: float, sy: float, sz: float) -> Mesh:
    """A box around the origin with hard edges."""
    positions, normals, uv, faces = [], [], [], []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            a, b = ((axis + 1) % 3, (axis + 2) % 3) if sign > 0 else ((axis + 2) % 3, (axis + 1) % 3)
            first = len(positions)
            for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                p = np.zeros(3)
                p[axis], p[a], p[b] = sign, u, v
                positions.append(p * np.array([sx, sy, sz]) / 2)
                normals.append(np.eye(3)[axis] * sign)
                uv.append([(u + 1) / 2, (v + 1) / 2])
            faces += [[first, first + 1, first + 2], [first, first + 2, first + 3]]
    return Mesh(
        np.array(positions, np.float32),
        np.array(normals, np.float32),
        np.array(uv, np.float32),
        np.array(faces, np.uint32),
    )


def sphere(radius: float, around: int = 192, down: int = 96) -> Mesh:
    """A sphere around the origin, smooth normals."""
    turn = np.arange(around + 1) / around * 2 * np.pi
    tilt = np.arange(down + 1) / down * np.pi
    u, v = np.meshgrid(turn, tilt)
    n = np.stack([np.sin(v) * np.cos(u), np.sin(v) * np.sin(u), np.cos(v)], axis=-1)
    n[:, -1] = n[:, 0]
    k = np.arange((around + 1) * (down + 1)).reshape(down + 1, around + 1)
    a, b, c, d = k[:-1, :-1], k[1:, :-1], k[1:, 1:], k[:-1, 1:]
    faces = np.concatenate([np.stack([a, b, c], -1)[:, :].reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    normals = n.reshape(-1, 3)
    uv = np.stack([u / (2 * np.pi), 1 - v / np.pi], axis=-1).reshape(-1, 2)
    return Mesh(
        (normals * radius).astype(np.float32),
        normals.astype(np.float32),
        uv.astype(np.float32),
        faces.astype(np.uint32),
    )


def pose(
    x: float = 0.0, y: float = 0.0, z: float = 0.0, axis: tuple[float, float, float] = (0, 0, 1), deg: float = 0.0
) -> np.ndarray:
    """A rigid pose: a turn about an axis, then a shift."""
    out = np.eye(4)
    n = np.asarray(axis, float) / np.linalg.norm(axis)
    cross = np.array([[0, -n[2], n[1]], [n[2], 0, -n[0]], [-n[1], n[0], 0]])
    a = np.radians(deg)
    out[:3, :3] = np.eye(3) + np.sin(a) * cross + (1 - np.cos(a)) * cross @ cross
    out[:3, 3] = (x, y, z)
    return out


def look_at(eye: tuple[float, float, float], target: tuple[float, float, float], up=(0.0, 0.0, 1.0)) -> np.ndarray:
    """world_from_camera: x right, y down, z towards the target."""
    ahead = np.subtract(target, eye).astype(float)
    ahead /= np.linalg.norm(ahead)
    right = np.cross(ahead, up)
    right /= np.linalg.norm(right)
    out = np.eye(4)
    out[:3, 0], out[:3, 1], out[:3, 2], out[:3, 3] = right, np.cross(ahead, right), ahead, eye
    return out


DOWN = look_at((0.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
"""Looks straight down from the origin; image right is +X, image up is +Y."""


def camera(world_from_camera=DOWN, width=320, height=240, focal=300.0, shift=(0.0, 0.0), ev=0.0) -> Camera:
    return Camera(world_from_camera, width, height, focal, focal, width / 2 + shift[0], height / 2 + shift[1], ev)


@dataclass
class Thing:
    """An instance in the making."""

    parts: tuple[tuple[Mesh, Material], ...]
    pose: np.ndarray
    kind: str = "thing"


def thing(mesh: Mesh, at: np.ndarray, material: Material | None = None, kind: str = "thing") -> Thing:
    return Thing(((mesh, material or Material()),), at, kind)


def scene(view: Camera, things: list[Thing], lights=(), background: Background | None = None, key: str = "s") -> Scene:
    instances, surface = [], 1
    for k, t in enumerate(things):
        model = ObjectModel(tuple(Part(f"part{p}", mesh, material) for p, (mesh, material) in enumerate(t.parts)))
        instances.append(
            Instance(f"o/{k}", "o", "o", k, model, t.pose, t.kind, 0 if t.kind == "unlabelled" else 1, surface)
        )
        surface += len(t.parts)
    classes = (SceneClass(1, "thing", "", "#ff0000"),)
    return Scene(key, 0, view, tuple(instances), tuple(lights), background or Background(), classes)


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Builders of meshes, poses, cameras and scenes."""
    return SimpleNamespace(
        quad=quad,
        disc=disc,
        box=box,
        sphere=sphere,
        pose=pose,
        look_at=look_at,
        camera=camera,
        thing=thing,
        scene=scene,
        Thing=Thing,
    )
