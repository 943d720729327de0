"""OpenEXR pictures read by OpenEXR: ids and depth to the bit, colour to a half float."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from myriorama.app.conversion.exporting import ExportWanted, export_dataset
from myriorama.app.dataset.verify import verify
from myriorama.plugins.api import PluginError
from myriorama.plugins.writers._exr_file import exr_file
from myriorama.plugins.writers.exr import HALF_MAX, Exr, linear_of_srgb
from myriorama.scenes.errors import InputError

NAMES = ["B", "G", "R", "Z", "id.class", "id.instance", "id.surface", "normal.X", "normal.Y", "normal.Z"]


def read(content):
    """Return header and channels as OpenEXR gives them."""
    opened = OpenEXR.File(io.BytesIO(content), separate_channels=True)
    return opened.header(), {name: channel.pixels for name, channel in opened.channels().items()}


def made(info, record, **values):
    (file,) = Exr(info, values).sample_files(record)
    return read(file.content)


@pytest.mark.parametrize("compression", ["zip", "zips", "none"])
def test_every_buffer_comes_out_as_it_went_in(table_info, table_records, compression):
    for record in table_records:
        frame, scene = record.frame, record.scene
        header, channels = made(table_info, record, compression=compression, normals=True, surfaces=True)
        assert sorted(channels) == NAMES
        assert {channels[n].dtype for n in NAMES[4:7]} == {np.dtype(np.uint32)}
        assert {channels[n].dtype for n in ("Z", *NAMES[7:])} == {np.dtype(np.float32)}
        assert {channels[n].dtype for n in "RGB"} == {np.dtype(np.float16)}
        assert np.array_equal(channels["Z"], frame.depth)
        assert np.array_equal(channels["id.surface"], frame.surface_id)
        assert np.array_equal(channels["id.instance"], scene.instance_of_surface[frame.surface_id])
        assert np.array_equal(channels["id.class"], scene.class_of_surface[frame.surface_id])
        assert np.array_equal(np.dstack([channels[f"normal.{c}"] for c in "XYZ"]), frame.normal)
        assert header["sampleKey"] == record.key
        assert np.array_equal(header["cameraFromWorld"], scene.camera.camera_from_world)
        # Undone and done again, the picture is the same in all 8 bits.
        light = np.dstack([channels[c] for c in "RGB"]).astype(np.float64)
        again = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
        assert np.array_equal(np.rint(again * 255).astype(np.uint8), frame.rgb)


def test_ids_are_exact_beyond_what_a_float_holds(table_info, table_records):
    record = table_records[0]
    many = np.zeros(record.frame.surface_id.shape, dtype=np.uint32)
    scene = record.scene
    high = 2**24 + 1
    table = np.zeros(len(scene.surfaces) + 1, dtype=np.uint32) + high
    wide = replace(scene)
    object.__setattr__(wide, "instance_of_surface", table)
    _, channels = made(table_info, replace(record, scene=wide, frame=replace(record.frame, surface_id=many)))
    assert (channels["id.instance"] == high).all()


def test_light_is_kept_where_there_is_light(table_info, table_records):
    record = table_records[0]
    linear = np.full((*record.frame.depth.shape, 3), 7.25, dtype=np.float32)
    lit = replace(record, frame=replace(record.frame, linear=linear))
    header, channels = made(table_info, lit)
    assert sorted(channels) == [name for name in NAMES[:7] if name != "id.surface"]
    assert (channels["G"] == np.float16(7.25)).all()
    assert header["colourSource"].startswith("radiance")
    bright = replace(record, frame=replace(record.frame, linear=linear * 1e4))
    (why,) = Exr(table_info).obstacles(bright)
    assert f"{HALF_MAX:.0f}" in why
    blind = replace(record, frame=replace(record.frame, normal=None))
    assert Exr(table_info).obstacles(blind) == ()
    assert Exr(table_info, {"normals": True}).obstacles(blind) == ("the frame was rendered without normal",)


@pytest.mark.parametrize(("centre", "holds"), [(0.5, True), (0.0, False), (1.0, False)])
def test_the_header_has_the_first_pixel_centre_at_a_half(rendered, centre, holds):
    """The ground is flat where pixels are taken into the world by their centres, and not half a pixel off."""
    dataset = rendered({"exr": {}, "coco": {}}, count=2)
    for index in range(2):
        header, channels = read((dataset / f"exr/{index:08d}.exr").read_bytes())
        y, x = np.indices(channels["Z"].shape) + centre
        rays = np.stack([x, y, np.ones_like(x)], axis=-1) @ np.linalg.inv(header["K"]).T
        pose = header["cameraFromWorld"]
        world = (rays * channels["Z"][..., None] - pose[:3, 3]) @ pose[:3, :3]
        ground = channels["id.class"] == 2
        assert ground.sum() > 1000
        assert (np.abs(world[ground][:, 2]).max() < 2e-4) == holds


def test_an_export_takes_the_pictures_over(rendered, tmp_path):
    dataset = rendered({"exr": {}, "coco": {}}, count=2)
    assert verify(dataset).sound
    export_dataset(ExportWanted(dataset, tmp_path / "out", "exr"))
    assert (tmp_path / "out/exr/00000001.exr").read_bytes() == (dataset / "exr/00000001.exr").read_bytes()
    _, channels = read((dataset / "exr/00000001.exr").read_bytes())
    picture = np.asarray(Image.open(dataset / "images/00000001.png"))
    assert np.abs(linear_of_srgb(picture)[..., 0] - channels["R"]).max() < 1e-3
    with pytest.raises(InputError, match="pictures of the role 'exr'"):
        export_dataset(ExportWanted(rendered({"raw": {}}, count=6), tmp_path / "no", "exr"))


def test_the_same_record_gives_the_same_bytes(table_info, table_records):
    first, second = (next(iter(Exr(table_info).sample_files(table_records[1]))).content for _ in range(2))
    assert first == second


@pytest.mark.parametrize("form", ["zip", "zips", "none"])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (7, 5), (16, 3), (33, 64), (1040, 2)])
def test_pictures_of_any_size_and_content_are_read_back(form, height, width):
    """Noise does not shrink: its blocks are stored as they are. Even pictures end within a block."""
    drawn = np.random.default_rng(height)
    noise = drawn.integers(0, 2**32, (height, width), dtype=np.uint32)
    channels = {
        "noise": noise,
        "Z": np.linspace(0.1, 90, height * width, dtype=np.float32).reshape(height, width),
        "A.turned": drawn.random((width, height)).astype(np.float16).T[:, ::-1],
        "even": np.zeros((height, width), dtype=np.uint32),
    }
    told = {"sampleKey": "a key of \u00e4", "K": np.arange(9.0).reshape(3, 3)}
    header, found = read(exr_file(channels, told, form))
    assert sorted(found) == sorted(channels)
    for name, pixels in channels.items():
        assert found[name].dtype == pixels.dtype
        assert np.array_equal(found[name], pixels), name
    assert header["sampleKey"] == told["sampleKey"]
    assert np.array_equal(header["K"], told["K"])


def test_the_header_is_that_of_the_library(table_info, table_records):
    """Everything that OpenEXR itself writes of a picture is there, with the same values."""
    header, channels = made(table_info, table_records[0])
    stream = io.BytesIO()
    OpenEXR.File({"type": OpenEXR.scanlineimage}, {k: v.copy() for k, v in channels.items()}, 0).write(stream)
    theirs, _ = read(stream.getvalue())
    for name in set(theirs) - {"type", "channels"}:
        assert str(header[name]) == str(theirs[name]), name


@pytest.mark.parametrize(
    ("channels", "told"),
    [
        ({}, {}),
        ({"a": np.zeros((2, 2), np.float32), "b": np.zeros((2, 3), np.float32)}, {}),
        ({"a": np.zeros((2, 2), np.float64)}, {}),
        ({"a": np.zeros((0, 2), np.float32)}, {}),
    ],
)
def test_what_is_no_exr_picture_is_refused(channels, told):
    with pytest.raises(ValueError, match="OpenEXR"):
        exr_file(channels, told, "zip")


def test_what_a_header_cannot_hold_is_refused():
    pixels = np.zeros((2, 2), np.float32)
    with pytest.raises(PluginError, match="'K'"):
        exr_file({"a": pixels}, {"K": np.zeros(3)}, "zip")
    with pytest.raises(PluginError, match="31 bytes"):
        exr_file({"a" * 32: pixels}, {}, "zip")
