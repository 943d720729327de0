"""The raster engine alone: CPU seconds of each stage, on a scene built from raw meshes.

    python tests/benchmarks/bench_raster.py --objects 20 300 --size 640x480 --quality draft standard high

CPU seconds (user + system, the driver's threads included) are the figures to trust on a shared machine. Each
stage is waited for, so that its work is counted where it was asked for. It judges nothing.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from typing import Any, cast

import numpy as np

from myriorama.scenes.assembly.model import ObjectModel, Part
from myriorama.scenes.assembly.scene import Instance, Scene, SceneClass
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.lights import Background, RadianceMap, SunLight
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import Quality, RenderRequest
from myriorama.scenes.rendering.raster import engine as engine_module
from myriorama.scenes.rendering.raster.engine import RasterRenderer


def cpu_ms() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e3


def turned(profile: np.ndarray, around: int) -> Mesh:
    """Turn a closed or pole-to-pole profile, (K, 2) radius and height, about the vertical; smooth normals."""
    angle = np.arange(around + 1) / around * 2 * np.pi
    cosine, sine = np.cos(angle), np.sin(angle)
    cosine[-1], sine[-1] = cosine[0], sine[0]
    slope = np.gradient(profile, axis=0)
    out = np.stack([slope[:, 1], -slope[:, 0]], axis=1)
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    positions = np.stack([np.outer(profile[:, 0], cosine), np.outer(profile[:, 0], sine)], axis=-1)
    normals = np.stack([np.outer(out[:, 0], cosine), np.outer(out[:, 0], sine)], axis=-1)
    high = np.broadcast_to(profile[:, 1, None, None], (*positions.shape[:2], 1))
    up = np.broadcast_to(out[:, 1, None, None], (*positions.shape[:2], 1))
    u, v = np.meshgrid(angle / (2 * np.pi), np.linspace(0, 1, len(profile)))
    k = np.arange(u.size).reshape(u.shape)
    a, b, c, d = k[:-1, :-1], k[:-1, 1:], k[1:, 1:], k[1:, :-1]
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    return Mesh(
        np.concatenate([positions, high], axis=-1).reshape(-1, 3).astype(np.float32),
        np.concatenate([normals, up], axis=-1).reshape(-1, 3).astype(np.float32),
        np.stack([u, v], axis=-1).reshape(-1, 2).astype(np.float32),
        faces.astype(np.uint32),
    )


def shapes() -> list[Mesh]:
    """Ball, ring and vase, 2,000 to 5,000 triangles each, standing on z = 0."""
    t = np.linspace(-np.pi / 2, np.pi / 2, 41)
    ball = np.stack([0.5 * np.cos(t), 0.5 + 0.5 * np.sin(t)], axis=1)
    ball[[0, -1], 0] = 0.0
    t = np.linspace(0, 2 * np.pi, 33)
    ring = np.stack([0.35 + 0.15 * np.cos(t), 0.15 + 0.15 * np.sin(t)], axis=1)
    ring[-1] = ring[0]
    t = np.linspace(0, 1, 40)
    vase = np.stack([0.28 + 0.12 * np.sin(7 * t), t], axis=1)
    vase = np.concatenate([[[0.0, 0.0]], vase, [[0.0, 1.0]]])
    return [turned(ball, 48), turned(ring, 64), turned(vase, 56)]


def noise(side: int, key: int) -> np.ndarray:
    """Return (side, side) values in [0, 1), the same on every machine."""
    k = np.arange(side * side, dtype=np.uint64) + np.uint64(key << 32)
    k = (k ^ (k >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15)
    return ((k >> np.uint64(40)).astype(np.float64) / 2**24).reshape(side, side)


def scene(
    index: int, count: int, width: int, height: int, meshes: list[Mesh], ground: Texture, sky: RadianceMap
) -> Scene:
    """Return `count` objects on a textured ground, under a sky and a sun."""
    side = int(np.ceil(np.sqrt(count)))
    draws = noise(64, 1000 + index).ravel()
    plane = Mesh(
        np.array([[-3, -3, 0], [3, -3, 0], [3, 3, 0], [-3, 3, 0]], np.float32),
        np.tile(np.array([[0, 0, 1]], np.float32), (4, 1)),
        np.array([[0, 0], [6, 0], [6, 6], [0, 6]], np.float32),
        np.array([[0, 1, 2], [0, 2, 3]], np.uint32),
    )
    floor = ObjectModel(
        (Part("ground", plane, Material(base_color=(1, 1, 1), base_color_texture=ground, roughness=0.7)),)
    )
    instances = [Instance("g/0", "g", "ground", 0, floor, np.eye(4), "stuff", 2, 1)]
    for k in range(count):
        a, b, c, d, e, f = (float(draws[(6 * k + j) % len(draws)]) for j in range(6))
        size = 2.0 / side * (0.6 + 0.35 * a)
        pose = np.eye(4)
        pose[:3, :3] *= size
        pose[:3, 3] = 2.4 * ((k % side + 0.5) / side - 0.5), 2.4 * ((k // side + 0.5) / side - 0.5), 0.0
        look = Material(base_color=(b, c, d), roughness=0.15 + 0.7 * e, metallic=float(f > 0.75))
        model = ObjectModel((Part("body", meshes[k % len(meshes)], look),))
        instances.append(Instance(f"o/{k}", "o", "object", k, model, pose, "thing", 1, k + 2))
    eye, target = np.array([2.0, -2.6, 1.9]), np.array([0.0, 0.0, 0.1])
    ahead = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(ahead, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    view = np.eye(4)
    view[:3, 0], view[:3, 1], view[:3, 2], view[:3, 3] = right, np.cross(ahead, right), ahead, eye
    return Scene(
        sample_key=f"bench-{index}",
        index=index,
        camera=Camera(view, width, height, 1.15 * width, 1.15 * width, width / 2, height / 2),
        instances=tuple(instances),
        lights=(SunLight((-0.5, 0.35, -0.8), (3.0, 2.8, 2.5)),),
        background=Background(sky, color=(1.0, 1.0, 1.0)),
        classes=(SceneClass(1, "object", "", "#d04040"), SceneClass(2, "ground", "", "#40a040", "stuff")),
    )


def measured(renderer: RasterRenderer, scenes: list[Scene], request: RenderRequest, images: int) -> dict[str, float]:
    """Return CPU milliseconds of each stage, medians over `images` frames after a warm-up, and of the whole frame."""
    for k in range(max(3, len(scenes))):
        renderer.render(scenes[k % len(scenes)], request)
    laps: dict[str, list[float]] = {}
    for k in range(images):
        before = cpu_ms()
        frame = renderer.render(scenes[k % len(scenes)], request)
        laps.setdefault("whole", []).append(cpu_ms() - before)
        for name, value in frame.timings_ms.items():
            laps.setdefault(name, []).append(value)
    return {name: statistics.median(values) for name, values in laps.items()}


def main() -> None:
    """Print a table of stages."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--objects", type=int, nargs="+", default=[20, 300])
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--quality", nargs="+", default=["standard"], choices=["draft", "standard", "high"])
    parser.add_argument("--images", type=int, default=20)
    options = parser.parse_args()
    width, height = (int(n) for n in options.size.split("x"))
    started = time.perf_counter()
    renderer = RasterRenderer()
    grain = (90 + 120 * noise(512, 7)).astype(np.uint8)
    ground = Texture(np.stack([grain, grain * 0.8, grain * 0.6], axis=-1).astype(np.uint8), srgb=True)
    z = np.cos((np.arange(128) + 0.5) / 128 * np.pi)[:, None, None]
    sky = RadianceMap(
        np.broadcast_to(np.where(z > 0, [0.5, 0.7, 1.0], [0.2, 0.18, 0.15]), (128, 256, 3)).astype(np.float32)
    )
    meshes = shapes()

    class Clock:
        """Counts CPU time and waits for the device, in the place of the engine's own clock."""

        def __init__(self) -> None:
            self.laps: dict[str, float] = {}
            self._last = cpu_ms()

        def lap(self, name: str) -> None:
            cast("Any", renderer)._context.finish()
            now = cpu_ms()
            self.laps[name] = self.laps.get(name, 0.0) + now - self._last
            self._last = now

    print(renderer.device)
    for quality in options.quality:
        for count in options.objects:
            scenes = [scene(k, count, width, height, meshes, ground, sky) for k in range(3)]
            request = RenderRequest(quality=cast("Quality", quality))
            first = time.perf_counter()
            renderer.render(scenes[0], request)
            print(
                f"first image {time.perf_counter() - first:.2f} s, {time.perf_counter() - started:.2f} s from the start"
            )
            cast("Any", engine_module)._Clock = Clock
            stages = measured(renderer, scenes, request, options.images)
            triangles = sum(len(i.model.parts[0].mesh.faces) for i in scenes[0].instances)
            told = ", ".join(f"{name} {value:.1f}" for name, value in stages.items() if name != "whole")
            print(f"{quality}, {count} objects, {triangles} triangles: {stages['whole']:.0f} CPU ms ({told})")
    renderer.close()


if __name__ == "__main__":
    main()
