"""Every built-in and every example has its picture, of the promised size, with something on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from myriorama.app.catalogue.camera_presets import camera_presets
from myriorama.app.examples import examples
from myriorama.plugins.registry import builtin_registry
from myriorama.resources import resource_path, thumbnail
from myriorama.scenes.cameras.rigs import RIGS

_REGISTRY = builtin_registry()
_WANTED = [
    *((kind, name) for kind in ("generator", "placement", "environment", "effect") for name in _REGISTRY.names(kind)),
    *(("rig", name) for name in RIGS),
    *(("camera", preset.name) for preset in camera_presets()),
]


@pytest.mark.parametrize(("kind", "name"), _WANTED, ids=[f"{k}_{n}" for k, n in _WANTED])
def test_every_builtin_has_a_thumbnail(kind: str, name: str) -> None:
    path = thumbnail(kind, name)
    assert path is not None, "run docs/tools/make_thumbnails.py"
    assert path.stat().st_size <= 8 * 1024
    pixels = np.asarray(Image.open(path).convert("RGB"), dtype=np.float64)
    assert pixels.shape == (128, 128, 3)
    assert pixels.std() > 10.0, "an empty picture tells nothing"


def test_no_thumbnail_is_left_of_what_is_gone() -> None:
    wanted = {f"{kind}_{name}" for kind, name in _WANTED}
    assert {path.stem for path in resource_path("thumbnails").iterdir()} == wanted


def test_no_two_thumbnails_are_the_same() -> None:
    contents = [path.read_bytes() for path in resource_path("thumbnails").iterdir()]
    assert len(set(contents)) == len(contents)


@pytest.mark.parametrize("name", ["../examples", "mug/../mug", "", "a b", "mug\0"])
def test_a_name_that_is_none_leads_nowhere(name: str) -> None:
    assert thumbnail("generator", name) is None


def test_an_unknown_plugin_has_none() -> None:
    assert thumbnail("generator", "somebody_elses") is None


@pytest.mark.parametrize("example", examples(), ids=lambda e: e.name)
def test_every_example_has_a_picture(example: object) -> None:
    path: Path | None = example.picture  # type: ignore[attr-defined]
    assert path is not None
    assert path.stat().st_size <= 40 * 1024
    pixels = np.asarray(Image.open(path).convert("RGB"), dtype=np.float64)
    assert pixels.shape == (320, 480, 3)
    assert pixels.std() > 20.0
