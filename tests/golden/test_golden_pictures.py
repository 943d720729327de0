"""Pictures and ids are the ones that people looked at. Compared only on the very device that made them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("golden_pictures", Path(__file__).with_name("pictures.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


golden = load()


@pytest.mark.gl
@pytest.mark.parametrize(("example", "index"), golden.SAMPLES)
def test_picture_and_ids_are_as_they_were(example: str, index: int) -> None:
    rgb, ids, device = golden.make(example, index)
    if device != golden.kept_device():
        pytest.skip(f"the golden pictures were made on {golden.kept_device()}, this is {device}")
    kept_rgb, kept_ids = golden.read(example, index)
    difference = np.abs(rgb.astype(int) - kept_rgb.astype(int))
    assert difference.mean() <= 1
    assert (difference.max(axis=2) <= 8).mean() >= 0.999
    off_edges = flat(ids) & flat(kept_ids)
    assert np.array_equal(ids[off_edges], kept_ids[off_edges])


def flat(ids: np.ndarray) -> np.ndarray:
    """Return where the 5 x 5 neighbourhood holds one id."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(ids, 2, mode="edge"), (5, 5))
    return (windows == ids[:, :, None, None]).all(axis=(2, 3))
