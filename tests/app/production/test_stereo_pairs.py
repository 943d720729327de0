"""A shipped stereo pair, rendered: one world twice, exact disparity, and datasets of whole scenes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from myriorama.app import open_project
from myriorama.app.dataset.verify import verify
from myriorama.app.opened import OpenedProject
from myriorama.app.production.job import JobSettings, run_job
from myriorama.app.production.producer import AcceptanceError
from myriorama.app.render_queue.merging import merge
from myriorama.scenes.cameras.views import VIEW_PARAMETERS
from myriorama.scenes.labels.record import Record
from myriorama.scenes.labels.stored import record_to_json
from myriorama.scenes.project.model import CameraNode

pytestmark = pytest.mark.gl
SIZE = (240, 180)
PAGE = (Path(__file__).parents[3] / "docs" / "cameras.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```(json|python)\n(.*?)```", PAGE, re.S))
BASELINE_M = 0.12


@pytest.fixture(scope="module")
def bench() -> Iterator[OpenedProject]:
    with open_project("stereo_bench", size=SIZE) as opened:
        yield opened


@pytest.fixture(scope="module")
def pair(bench: OpenedProject) -> tuple[Record, Record]:
    return bench.record(2), bench.record(3)


def ids(record: Record) -> npt.NDArray[np.uint32]:
    assert record.frame.surface_id is not None
    return record.frame.surface_id


def flat(surface: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(surface, 2, mode="edge"), (5, 5))
    return np.asarray((windows == surface[:, :, None, None]).all(axis=(2, 3)))


def test_both_views_show_one_world(pair: tuple[Record, Record]) -> None:
    left, right = pair
    assert left.sample.attempt == right.sample.attempt
    assert [i.instance_key for i in left.scene.instances] == [i.instance_key for i in right.scene.instances]
    for one, other in zip(left.scene.instances, right.scene.instances, strict=True):
        assert np.array_equal(one.world_from_object, other.world_from_object)
        assert one.attributes == other.attributes
    assert left.scene.surfaces == right.scene.surfaces
    apart = right.scene.camera.world_from_camera[:3, 3] - left.scene.camera.world_from_camera[:3, 3]
    assert np.linalg.norm(apart) == pytest.approx(BASELINE_M, rel=1e-12)
    assert np.array_equal(left.scene.camera.world_from_camera[:3, :3], right.scene.camera.world_from_camera[:3, :3])


def test_noise_is_each_camera_s_own(tmp_path: Path, small_project: Callable[..., Path]) -> None:
    """Two views in one place, so that all but the noise is equal: shot noise and fixed pattern both differ."""

    def twins(raw: dict[str, Any], **values: Any) -> None:
        raw["camera"]["views"] = [{"uid": "a", "name": "a"}, {"uid": "b", "name": "b"}]
        raw["effects"] = [{"uid": "noise", "type": "sensor_noise", "parameters": values}] if values else []

    with open_project(small_project(twins)) as opened:
        one, other = opened.record(0), opened.record(1)
    assert np.array_equal(one.rgb, other.rgb)
    assert "disparity" not in one.labels, "two cameras in one place are no stereo pair"
    assert record_to_json(one, {})["camera"]["rig"]["rectified"] == []
    with open_project(small_project(lambda raw: twins(raw, iso=3200))) as opened:
        one, other = opened.record(0), opened.record(1)
    assert np.array_equal(ids(one), ids(other))
    changed = (one.rgb != other.rgb).any(axis=2).mean()
    assert changed > 0.5


def test_puddles_are_where_they_are_and_patterns_belong_to_a_sensor() -> None:
    from myriorama.scenes.parameters.streams import KeyedDraws

    left, right = (KeyedDraws(3, 10 + n, 0, "wet", 5, n) for n in range(2))
    world, alone = (d.of_the_world().uniforms("coarse", 0, 8) for d in (left, right))
    assert np.array_equal(world, alone)
    assert np.array_equal(world, KeyedDraws(3, 5, 0, "wet").uniforms("coarse", 0, 8))
    assert not np.array_equal(left.uniforms("noise", 0, 8), right.uniforms("noise", 0, 8))
    assert (left.device(4), KeyedDraws(3, 5, 0, "wet").device(4)) == (4, 4)
    assert right.device(4) != 4


def test_opencv_triangulates_every_keypoint_of_both_views(pair: tuple[Record, Record]) -> None:
    left, right = pair
    matrices = [r.scene.camera.K @ r.scene.camera.camera_from_world[:3] for r in pair]
    others = {a.instance_key: a for a in right.annotations}
    seen, expected = [], []
    for a in left.annotations:
        if a.instance_key in others:
            for one, other in zip(a.keypoints, others[a.instance_key].keypoints, strict=True):
                assert one.name == other.name
                if one.v and other.v:
                    seen.append(((one.x, one.y), (other.x, other.y)))
                    expected.append(one.position_world)
    assert len(seen) >= 20
    at = np.array(seen)
    np.testing.assert_allclose(at[:, 0, 1], at[:, 1, 1], atol=1e-8)
    found = cv2.triangulatePoints(matrices[0], matrices[1], at[:, 0].T, at[:, 1].T)
    points = (found[:3] / found[3]).T
    away = np.linalg.norm(np.array(expected) - left.scene.camera.world_from_camera[:3, 3], axis=1)
    assert (np.linalg.norm(points - np.array(expected), axis=1) / away).max() < 1e-6


def test_disparity_is_exact_and_finds_the_same_surface(pair: tuple[Record, Record]) -> None:
    left, right = pair
    for own, partner, way in ((left, right, -1.0), (right, left, 1.0)):
        disparity, seen = own.layers["disparity"], own.layers["disparity_visible"].astype(bool)
        depth = own.frame.depth
        assert depth is not None
        assert (disparity.dtype, own.layers["disparity_visible"].dtype) == (np.float32, np.uint8)
        hit = depth > 0
        expected = own.scene.camera.fx * BASELINE_M / depth[hit].astype(np.float64)
        np.testing.assert_allclose(disparity[hit], expected, rtol=2e-7)
        assert not disparity[~hit].any()
        # Through the one projection function: the point of a pixel, in the partner's picture.
        rows, columns = np.nonzero(seen)
        centres = np.stack([columns, rows], axis=1) + 0.5
        points = own.scene.camera.unproject(centres, depth[rows, columns].astype(np.float64))
        there = partner.scene.camera.project(points)[0]
        np.testing.assert_allclose(there[:, 0], centres[:, 0] + way * disparity[rows, columns], atol=2e-5)
        np.testing.assert_allclose(there[:, 1], centres[:, 1], atol=1e-9)
        off = flat(ids(own))[rows, columns] & flat(ids(partner))[rows, there[:, 0].astype(int)]
        same = ids(own)[rows, columns] == ids(partner)[rows, there[:, 0].astype(int)]
        assert off.mean() > 0.8
        assert same[off].mean() >= 0.999
        assert 0.6 < seen.mean() < 0.98


def test_a_hidden_pixel_is_hidden_by_something_nearer(pair: tuple[Record, Record]) -> None:
    """Inside the partner's picture, what it does not see is behind what it sees there or right beside."""
    left, right = pair
    disparity, seen = left.layers["disparity"], left.layers["disparity_visible"].astype(bool)
    assert left.frame.depth is not None
    assert right.frame.depth is not None
    rows, columns = np.nonzero(~seen & (disparity > 0))
    there = np.floor(columns + 0.5 - disparity[rows, columns]).astype(int)
    inside = (there >= 1) & (there < SIZE[0] - 1)
    rows, columns, there = rows[inside], columns[inside], there[inside]
    around = np.stack([right.frame.depth[rows, there + step] for step in (-1, 0, 1)])
    assert len(rows) > 200
    assert (around.min(axis=0) < left.frame.depth[rows, columns] - 0.001).mean() > 0.97


def test_the_stored_record_tells_the_rig(pair: tuple[Record, Record]) -> None:
    for number, record in enumerate(pair):
        told = json.loads(json.dumps(record_to_json(record, {})))
        camera = told["camera"]
        assert (camera["view"], camera["view_number"], camera["scene"]) == (("left", "right")[number], number, 1)
        assert camera["rig"]["rectified"] == [{"left": "left", "right": "right", "baseline_m": BASELINE_M}]
        views = camera["rig"]["views"]
        np.testing.assert_allclose(views[number]["world_from_camera"], camera["world_from_camera"])
        assert views[number]["K"] == camera["K"]
        first = np.array(views[0]["world_from_camera"])
        np.testing.assert_allclose(
            first @ np.array(views[1]["first_from_view"]), views[1]["world_from_camera"], atol=1e-15
        )
        assert told["image"]["stereo"]["partner"] == ("right", "left")[number]
        assert told["image"]["stereo"]["side"] == ("left", "right")[number]
        assert told["image"]["stereo"]["baseline_m"] == BASELINE_M


def picky(raw: dict[str, Any]) -> None:
    """Two cameras of which the second sees much more, and a rule that the first often fails."""
    raw["camera"]["views"] = [
        {"uid": "narrow", "name": "narrow", "parameters": {"field_of_view_deg": 14}},
        {"uid": "wide", "name": "wide", "parameters": {"right_m": 0.1, "field_of_view_deg": 80}},
    ]
    raw["acceptance"] = [{"name": "in sight", "at_least": 2, "min_visible": 0.6}]
    raw["max_attempts"] = 60


def test_the_first_view_decides_which_draw_all_views_show(small_project: Callable[..., Path]) -> None:
    path = small_project(picky)
    with open_project(path) as opened:
        firsts = [opened.produced(index) for index in (0, 2, 4)]
    assert any(p.record.sample.attempt for p in firsts), "else this test asks nothing"
    for index, first in zip((1, 3, 5), firsts, strict=True):
        with open_project(path) as alone:
            second = alone.produced(index)
        assert second.record.sample.attempt == first.record.sample.attempt
        assert dict(second.refused) == dict(first.refused)
        assert second.record.key[9:25] == first.record.key[9:25]
        poses = [[i.world_from_object.tolist() for i in p.record.scene.instances] for p in (first, second)]
        assert poses[0] == poses[1]


def test_a_scene_that_is_never_accepted_is_refused_for_every_view(small_project: Callable[..., Path]) -> None:
    def never(raw: dict[str, Any]) -> None:
        picky(raw)
        raw["acceptance"][0]["at_least"] = 500
        raw["max_attempts"] = 2

    with open_project(small_project(never)) as opened:
        for index in (0, 1):
            with pytest.raises(AcceptanceError, match=r"in sight \(2 times\)") as refusal:
                opened.produced(index)
            assert refusal.value.sample.index == index


def stereo(raw: dict[str, Any]) -> None:
    raw["camera"]["views"] = [
        {"uid": "l", "name": "left", "parameters": {"right_m": -0.03}},
        {"uid": "r", "name": "right", "parameters": {"right_m": 0.03}},
    ]
    raw["output"]["split"] = {"train": 0.5, "val": 0.5}


def test_a_dataset_of_pairs_is_verified(small_project: Callable[..., Path], tmp_path: Path) -> None:
    path = small_project(stereo)
    whole = run_job(JobSettings(path, 6, tmp_path / "whole"))
    assert (whole.written, whole.quarantined) == (6, ())
    assert verify(whole.folder).sound
    records = [json.loads(p.read_text()) for p in sorted((whole.folder / "records").iterdir())]
    assert [r["camera"]["view"] for r in records] == ["left", "right"] * 3
    assert [r["camera"]["scene"] for r in records] == [0, 0, 1, 1, 2, 2]
    stored = np.load(whole.folder / records[0]["files"]["disparity"]["path"])
    assert stored.dtype == np.float32
    assert stored.max() > 1.0
    said: dict[str, Any] = {}
    exec(compile(BLOCKS["python"].replace("DIR", str(whole.folder)), "cameras.md", "exec"), said)  # noqa: S102 - our own page
    both, left = said["both"], said["left"]
    assert said["pair"]["partner"] == "right"
    np.testing.assert_allclose(said["depth"][both], left["depth"][both], atol=0.51e-3, err_msg="stored in millimetres")
    # The same world through another camera: what is not at an edge looks the same there.
    changed = np.abs(said["warped"].astype(int) - left["image"])[both & flat(left["surface_id"])]
    assert np.median(changed) <= 4


def test_the_page_on_cameras_shows_a_project_that_is_a_pair() -> None:
    told = json.loads(BLOCKS["json"])
    camera = CameraNode.model_validate(told["camera"])
    assert [(v.name, v.parameters["right_m"]) for v in camera.views] == [("left", -0.06), ("right", 0.06)]
    for parameter in VIEW_PARAMETERS:
        assert f"`{parameter.name}`" in PAGE


@pytest.mark.long
def test_shards_may_cut_scenes_in_two(small_project: Callable[..., Path], tmp_path: Path) -> None:
    path = small_project(stereo)
    run_job(JobSettings(path, 4, tmp_path / "whole"))
    for number in (1, 2, 3):
        run_job(JobSettings(path, 4, tmp_path / "parts", shard=(number, 3)))
    merge(tmp_path / "parts")
    digests = {json.loads((tmp_path / n / "manifest.json").read_text())["digest"] for n in ("whole", "parts")}
    assert len(digests) == 1
