"""Fixtures: effects by name, run over arrays without a renderer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.conventions import F32
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.rendering.frame import Frame

Run = Callable[..., Any]


@pytest.fixture(scope="session")
def run() -> Run:
    """Return a function that runs an effect of light, curve or picture by name: ``run(name, image, **values)``."""

    def call(name: str, image: F32, *, index: int = 0, uid: str = "effect", frame: Any = None, **values: Any) -> Any:
        plugin = builtin_registry().effect(name)
        frame = frame or Frame("00000000-0123456789abcdef", image.shape[1], image.shape[0], "none")
        drawn = {p.name: p.default for p in plugin.parameters} | values
        method = {"light": "apply", "curve": "develop", "picture": "retouch"}[plugin.stage]
        image.flags.writeable = False
        return getattr(plugin, method)(drawn, image, frame, KeyedDraws(3, index, 0, uid))

    return call


@pytest.fixture(scope="session")
def flat() -> Callable[..., F32]:
    """Return a function that makes an even picture."""
    return lambda value, height=120, width=160: np.full((height, width, 3), value, dtype=np.float32)


@pytest.fixture(scope="session")
def lamps() -> F32:
    """Return a dark picture with two small bright lamps and a soft gradient."""
    _, x = np.mgrid[:120, :160]
    image = np.repeat((0.05 + 0.001 * x)[..., None], 3, axis=2).astype(np.float32)
    image[30:33, 110:113] = (40.0, 35.0, 30.0)
    image[80:82, 40:42] = (20.0, 22.0, 30.0)
    return image
