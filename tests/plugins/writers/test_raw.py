"""Raw files read back: every buffer comes out as it went in, to its stated step."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from myriorama.app.dataset.encoders import decode_npy, decode_png, encode_png
from myriorama.app.dataset.verify_record import read_image
from myriorama.plugins.api import ArrayFile, PngFile
from myriorama.plugins.writers._pictures import ids_file
from myriorama.plugins.writers.raw import Raw, signed_steps
from myriorama.scenes.sample import sample_to_json


def stored(dataset, index=0):
    return json.loads((dataset / f"records/{index:08d}.json").read_bytes())


def test_pillow_reads_ids_depth_and_normals(make_dataset, table_records):
    dataset = make_dataset()
    for record in table_records:
        told = stored(dataset, record.index)
        frame, scene = record.frame, record.scene
        pictures = {
            r: np.asarray(Image.open(dataset / told["files"][r]["path"]))
            for r in told["files"]
            if r != "object_coordinates"
        }
        assert np.array_equal(pictures["rgb"], frame.rgb)
        assert np.array_equal(pictures["surface_id"], frame.surface_id)
        assert np.array_equal(pictures["instance_id"], scene.instance_of_surface[frame.surface_id])
        assert np.array_equal(pictures["class_id"], scene.class_of_surface[frame.surface_id])
        unit = told["files"]["depth"]["unit_m"]
        assert np.abs(pictures["depth"] * unit - frame.depth).max() <= unit / 2 + 1e-6
        hit = frame.surface_id > 0
        normal = (pictures["normal"].astype(np.float64) - 128) / 127
        assert np.abs(normal[hit] - frame.normal[hit]).max() <= 0.5 / 127 + 1e-6
        assert not pictures["normal"][~hit].any()
        coordinates = decode_png((dataset / told["files"]["object_coordinates"]["path"]).read_bytes()) / 65535
        assert np.abs(coordinates - frame.object_coordinates).max() <= 0.5 / 65535 + 1e-7


def test_the_stored_record_tells_the_whole_sample(make_dataset, table_records):
    told, record = stored(make_dataset()), table_records[0]
    assert told["key"] == record.key
    assert told["drawn"] == json.loads(json.dumps(sample_to_json(record.sample)))
    assert np.array_equal(told["camera"]["K"], record.scene.camera.K)
    assert np.array(told["camera"]["K_opencv"])[:2, 2] == pytest.approx(record.scene.camera.K[:2, 2] - 0.5)
    assert [(r["surface_id"], r["part"], r["kind"]) for r in told["surfaces"]][2:4] == [
        (3, "body", "thing"),
        (4, "lid", "thing"),
    ]
    assert [h["instance_key"] for h in told["hidden"]] == ["ball/1", "ball/2"]
    assert told["hidden"][0]["amodal_box"] is not None
    a = told["annotations"][1]
    camera, world = np.array(a["camera_from_object"]), np.array(a["world_from_object"])
    assert np.array(told["camera"]["camera_from_world"]) @ world == pytest.approx(camera)
    # A user without our code finds a keypoint again from K, the pose and the position alone.
    k = a["keypoints"][0]
    x, y, z = (
        np.array(told["camera"]["K"])
        @ (np.array(told["camera"]["camera_from_world"]) @ [*k["position_world_m"], 1])[:3]
    )
    assert (x / z, y / z) == pytest.approx((k["x"], k["y"]))


def test_exact_depth_is_exact(make_dataset, table_records):
    dataset = make_dataset({"raw": {"depth": "float32", "normals": "png16", "object_coordinates": False}})
    told = stored(dataset)["files"]
    assert "object_coordinates" not in told
    depth = decode_npy((dataset / told["depth"]["path"]).read_bytes())
    assert depth.dtype == np.float32
    assert np.array_equal(depth, table_records[0].frame.depth)
    normal = decode_png((dataset / told["normal"]["path"]).read_bytes())
    hit = table_records[0].frame.surface_id > 0
    assert np.abs((normal[hit] - 32768.0) / 32767 - table_records[0].frame.normal[hit]).max() <= 0.5 / 32767 + 1e-6


@pytest.mark.parametrize("bits", [8, 16])
def test_signed_steps_keep_zero_ones_and_never_give_the_mark_of_nothing(bits):
    vectors = np.array([[[0, 0, -1], [1, 0, 0], [-1, -1, -1]]], dtype=np.float32)
    steps, _ = signed_steps(vectors, np.array([[False, False, True]]), bits)
    top, middle = 2**bits - 1, 2 ** (bits - 1)
    assert steps.tolist() == [[[middle, middle, 1], [top, middle, middle], [0, 0, 0]]]


def test_a_depth_that_does_not_fit_is_an_obstacle_with_the_way_out(table_info, table_records):
    record = table_records[0]
    far = replace(record, frame=replace(record.frame, depth=record.frame.depth * 40))
    (told,) = Raw(table_info).obstacles(far)
    assert "does not fit in 16 bits" in told
    step = float(told.split("depth_unit_m to more than ")[1].split(",")[0])
    assert Raw(table_info, {"depth_unit_m": step * 1.01}).obstacles(far) == ()
    assert Raw(table_info, {"depth": "float32"}).obstacles(far) == ()
    near = replace(record, frame=replace(record.frame, depth=record.frame.depth * 1e-4))
    assert "stored as 0" in Raw(table_info).obstacles(near)[0]
    blind = replace(record, frame=replace(record.frame, normal=None))
    assert "without normal" in Raw(table_info).obstacles(blind)[0]


@pytest.mark.parametrize(("highest", "shape"), [(65535, (2, 2)), (65536, (2, 2, 3)), (2**24 - 1, (2, 2, 3))])
def test_ids_take_as_many_bits_as_they_need(table_records, tmp_path, highest, shape):
    ids = np.array([[0, 1], [255, highest]], dtype=np.uint32)
    file = ids_file("surface_id", table_records[0], ids)
    assert file.pixels.shape == shape
    (tmp_path / "x.png").write_bytes(encode_png(file.pixels))
    assert np.array_equal(read_image(tmp_path, {"path": "x.png", "format": "png", **file.meaning}), ids)


def test_ids_beyond_24_bits_are_refused(table_records):
    with pytest.raises(ValueError, match="24 bits"):
        ids_file("surface_id", table_records[0], np.array([[2**24]], dtype=np.uint32))


def test_layers_of_further_annotators_are_written(table_info, table_records):
    layers = {"edges": np.zeros((72, 96), dtype=np.uint8), "flow": np.zeros((72, 96, 2), dtype=np.float32)}
    files = {f.role: f for f in Raw(table_info).sample_files(replace(table_records[0], layers=layers))}
    assert isinstance(files["edges"], PngFile)
    assert isinstance(files["flow"], ArrayFile)
