"""Small made-up frames whose geometry and light are known exactly, and effects run over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.lights import Background
from myriorama.scenes.parameters.schema import Color
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.rendering.frame import Frame

REGISTRY = builtin_registry()
WIDTH, HEIGHT, FOCAL = 160, 120, 150.0
LEVEL = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 1.5], [0, 0, 0, 1]])
"""Looks along +Y, 1.5 m above the ground."""


def _camera() -> Camera:
    return Camera(LEVEL, WIDTH, HEIGHT, FOCAL, FOCAL, WIDTH / 2, HEIGHT / 2)


@pytest.fixture
def wall() -> Callable[..., Frame]:
    """Makes a wall that faces the camera at one depth, in even light."""

    def make(depth_m: float | np.ndarray = 2.0, light: float | np.ndarray = 0.5, around: float = 0.4) -> Frame:
        depth = np.broadcast_to(np.float32(depth_m), (HEIGHT, WIDTH)).astype(np.float32)
        linear = np.broadcast_to(np.float32(light), (HEIGHT, WIDTH, 3)).astype(np.float32)
        normal = np.zeros((HEIGHT, WIDTH, 3), dtype=np.float32)
        normal[..., 2] = np.where(depth > 0, -1.0, 0.0)
        return Frame(
            "00000000-0123456789abcdef",
            WIDTH,
            HEIGHT,
            "none",
            linear=linear,
            depth=depth,
            normal=normal,
            surface_id=(depth > 0).astype(np.uint32),
            camera=_camera(),
            background=Background(color=(around, around, around)),
        )

    return make


@pytest.fixture
def ground(wall: Callable[..., Frame]) -> Callable[..., Frame]:
    """Makes level ground up to the horizon, under an even sky."""

    def make(light: float = 0.2, around: float = 0.4) -> Frame:
        frame = wall(2.0, light, around)
        rows = (np.arange(HEIGHT) + 0.5 - HEIGHT / 2) / FOCAL
        depth = np.where(rows > 0, 1.5 / np.maximum(rows, 1e-9), 0.0)
        depth[depth > 60.0] = 0.0
        normal = np.zeros((HEIGHT, WIDTH, 3), dtype=np.float32)
        normal[depth > 0, :, 1] = -1.0
        whole = np.repeat(depth[:, None], WIDTH, axis=1).astype(np.float32)
        return replace(frame, depth=whole, normal=normal, surface_id=(whole > 0).astype(np.uint32))

    return make


@pytest.fixture
def values() -> Callable[..., dict[str, Any]]:
    """Returns an effect's defaults, as it receives them, with some values put in place."""

    def make(name: str, **given: Any) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for p in REGISTRY.effect(name).parameters:
            default: Any = p.default
            if isinstance(p, Color):
                default = tuple(int(str(default)[i : i + 2], 16) / 255 for i in (1, 3, 5))
            out[p.name] = default
        assert set(given) <= set(out)
        return out | given

    return make


@pytest.fixture
def shown(values: Callable[..., dict[str, Any]]) -> Callable[..., np.ndarray]:
    """Runs an effect over a frame's own picture."""

    def run(name: str, frame: Frame, index: int = 0, **given: Any) -> np.ndarray:
        linear = frame.linear
        assert linear is not None
        linear.flags.writeable = False
        return REGISTRY.effect(name).apply(values(name, **given), linear, frame, KeyedDraws(3, index, 0, "air"))

    return run


@pytest.fixture
def layers(values: Callable[..., dict[str, Any]]) -> Callable[..., Mapping[str, np.ndarray]]:
    """Runs an effect for the layers that it adds."""

    def run(name: str, frame: Frame, index: int = 0, **given: Any) -> Mapping[str, np.ndarray]:
        return REGISTRY.effect(name).channels(values(name, **given), frame, KeyedDraws(3, index, 0, "air"))

    return run
