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


@pytest.mark.parametrize(("centre", "holds"), [(0.5, True), (0.0, False), (1.0, False)])
def test_the_header_has_the_first_pixel_centre_at_a_half(table_info, paired, centre, holds) -> None:
    """The ground is flat where depth is taken into the world by pixel centres, and not half a pixel off."""
    (file,) = RenderPairs(table_info, {}).sample_files(paired)
    opened = OpenEXR.File(io.BytesIO(file.content), separate_channels=True)
    depth, header = opened.channels()["depth.Z"].pixels, opened.header()
    y, x = np.indices(depth.shape) + centre
    rays = np.stack([x, y, np.ones_like(x)], axis=-1) @ np.linalg.inv(header["K"]).T
    pose = header["cameraFromWorld"]
    world = (rays * depth[..., None] - pose[:3, 3]) @ pose[:3, :3]
    ground = paired.scene.class_of_surface.take(paired.frame.surface_id) == 9
    assert ground.sum() > 1000
    assert (np.abs(world[ground][:, 2]).max() < 2e-4) == holds


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
