"""Render pairs read by OpenEXR and NumPy: every number as it went in; without pairs it is an obstacle."""

from __future__ import annotations

import io
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import OpenEXR
import pytest

from myriorama.plugins.writers.render_pairs import LAYERS, RenderPairs


@pytest.fixture
def paired(table_records):
    """A record with layers of known numbers."""
    record = table_records[0]
    draws = np.random.Generator(np.random.Philox(3))
    shape = (*record.frame.depth.shape, 3)
    layers = {name: draws.random(shape).astype(np.float32) * 100 for name in LAYERS}
    return replace(record, layers=MappingProxyType(layers))


def expected(record):
    frame = record.frame
    return {**record.layers, "normal": frame.normal, "depth": frame.depth}


def test_an_openexr_file_holds_every_number(table_info, paired) -> None:
    (file,) = RenderPairs(table_info, {}).sample_files(paired)
    assert file.path == f"render_pairs/{paired.index:08d}.exr"
    opened = OpenEXR.File(io.BytesIO(file.content), separate_channels=True)
    channels = {name: channel.pixels for name, channel in opened.channels().items()}
    assert opened.header()["sampleKey"] == paired.key
    for name, values in expected(paired).items():
        if values.ndim == 2:
            assert np.array_equal(channels[f"{name}.Z"], values)
        else:
            axes = "XYZ" if name == "normal" else "RGB"
            assert np.array_equal(np.dstack([channels[f"{name}.{axis}"] for axis in axes]), values)
    assert {c.dtype for c in channels.values()} == {np.dtype(np.float32)}


def test_a_numpy_archive_holds_every_number_and_no_time(table_info, paired) -> None:
    (file,) = RenderPairs(table_info, {"container": "npz"}).sample_files(paired)
    (again,) = RenderPairs(table_info, {"container": "npz"}).sample_files(paired)
    assert file.content == again.content
    with np.load(io.BytesIO(file.content), allow_pickle=False) as archive:
        assert set(archive.files) == {*LAYERS, "normal", "depth"}
        for name, values in expected(paired).items():
            assert np.array_equal(archive[name], values)


def test_without_pairs_it_says_how_to_get_them(table_info, table_records) -> None:
    (told,) = RenderPairs(table_info, {}).obstacles(table_records[0])
    assert "noisy" in told
    assert "--pairs" in told


def test_with_pairs_nothing_stands_in_the_way(table_info, paired) -> None:
    assert RenderPairs(table_info, {}).obstacles(paired) == ()
