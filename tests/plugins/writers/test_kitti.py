"""KITTI read by a second reader, from the benchmark's public description, and by others where they are named."""

from __future__ import annotations

import json
import math
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from myriorama.app.conversion.exporting import ExportWanted, export_dataset
from myriorama.app.dataset.verify import verify
from myriorama.plugins.annotators import annotate
from myriorama.plugins.selection import ALL, ClassUse, Selection, View, ViewedRecords
from myriorama.plugins.splitting import Split
from myriorama.plugins.writers.kitti import Kitti, degree_hidden, level_frame, type_names
from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.labels.stored import record_to_json

Make = Callable[..., Path]


@dataclass(frozen=True)
class Row:
    """One line of a label file, as the benchmark's readme lists its columns."""

    kind: str
    truncated: float
    occluded: int
    alpha: float
    box: tuple[float, float, float, float]
    size: tuple[float, float, float]
    place: tuple[float, float, float]
    rotation_y: float

    def corners(self) -> np.ndarray:
        """The eight corners in rectified camera coordinates: x right, y down, z forward; `place` is below the box."""
        h, w, length = self.size
        x = np.array([1, 1, -1, -1, 1, 1, -1, -1]) * length / 2
        y = np.array([0, 0, 0, 0, -1, -1, -1, -1]) * h
        z = np.array([1, -1, -1, 1, 1, -1, -1, 1]) * w / 2
        c, s = math.cos(self.rotation_y), math.sin(self.rotation_y)
        return np.stack((c * x + s * z, y, -s * x + c * z), axis=1) + self.place


def read_rows(text: str) -> list[Row]:
    out = []
    for line in text.splitlines():
        words = line.split(" ")
        assert len(words) == 15
        n = [float(word) for word in words[1:]]
        out.append(Row(words[0], n[0], int(words[2]), n[2], tuple(n[3:7]), tuple(n[7:10]), tuple(n[10:13]), n[13]))
    return out


def read_calibration(text: str) -> dict[str, np.ndarray]:
    out = {}
    for line in text.splitlines():
        name, numbers = line.split(": ")
        out[name] = np.array([float(word) for word in numbers.split(" ")]).reshape(3, -1)
    return out


def projected(points: np.ndarray, projection: np.ndarray) -> np.ndarray:
    flat = np.hstack((points, np.ones((len(points), 1)))) @ projection.T
    return flat[:, :2] / flat[:, 2:]


def told(records: list[Any]) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(record_to_json(r, {}))) for r in records]


def files(info: Any, records: list[dict[str, Any]], selection: Selection = ALL, **values: Any) -> dict[str, str]:
    view = View(info, selection)
    writer = Kitti(view.info, values)
    viewed = ViewedRecords(records, view)
    out = {file.path: file.text for record in viewed for file in writer.label_files(record)}
    return out | {file.path: b"".join(file.chunks).decode() for file in writer.whole_files(viewed)}


@pytest.fixture(scope="module")
def street(scene_kit: Any, traced: Any) -> dict[str, Any]:
    """A level camera's record: boxes turned every way about the vertical, one on its side, one leaning."""
    s = scene_kit.shapes
    side = scene_kit.pose_at(1.6, 4.0, 0.3) @ np.array([[0, 0, 1, 0], [0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 0, 1.0]])
    lean = math.radians(10)
    tipped = scene_kit.pose_at(-1.8, 4.5, 0.1) @ np.array(
        [[1, 0, 0, 0], [0, math.cos(lean), -math.sin(lean), 0], [0, math.sin(lean), math.cos(lean), 0], [0, 0, 0, 1.0]]
    )
    instances = [
        scene_kit.instance("floor/0", s.plane(40.0), scene_kit.pose_at(), kind="stuff", class_id=9),
        *(
            scene_kit.instance(f"crate/{k}", s.box(0.8, 0.4, 0.6), scene_kit.pose_at(x, y, 0.001, turn), class_id=2)
            for k, (x, y, turn) in enumerate([(-0.6, 3.0, 0), (0.5, 2.6, 75), (0.1, 5.0, 160), (-3.0, 7.0, 250)])
        ),
        scene_kit.instance("crate/8", s.box(0.6, 0.3, 0.5), side, class_id=2),
        scene_kit.instance("crate/9", s.box(0.5, 0.5, 0.7), tipped, class_id=2),
    ]
    camera = scene_kit.looking((0.0, 0.0, 0.7), (0.0, 1.0, 0.7), 96, 72, 70.0)
    scene = scene_kit.scene(camera, instances)
    return told([annotate(traced(scene), scene, scene_kit.sample(scene))])[0]


def _corners_agree(row: Row, a: dict[str, Any], projection: np.ndarray, tolerance_px: float) -> None:
    """Every corner of ours is one of the read ones, whatever their order; KITTI's picture begins half a pixel later."""
    ours = np.array([c for c in a["box_3d"]["corners_px"] if c is not None]) - 0.5
    theirs = projected(row.corners(), projection)
    apart = np.linalg.norm(ours[:, None] - theirs[None], axis=2)
    assert len(ours) == 8
    assert sorted(apart.argmin(axis=1)) == list(range(8))
    assert apart.min(axis=1).max() <= tolerance_px


def test_3d_boxes_stand_where_they_are(table_info: Any, street: dict[str, Any]) -> None:
    made = files(table_info, [street])
    calibration = read_calibration(made["training/calib/000000.txt"])
    rows = read_rows(made["training/label_2/000000.txt"])
    by_key = {a["instance_key"]: (row, a) for row, a in zip(rows, street["annotations"], strict=True)}
    assert len(by_key) == 6
    for key, (row, a) in by_key.items():
        if key == "crate/9":
            continue
        _corners_agree(row, a, calibration["P2"], 1e-3)
        assert row.size[0] * row.size[1] * row.size[2] == pytest.approx(np.prod(a["box_3d"]["size_m"]), abs=1e-5)
        x, _, z = row.place
        assert math.remainder(row.alpha - row.rotation_y + math.atan2(x, z), 2 * math.pi) == pytest.approx(0, abs=1e-5)
        assert -math.pi <= row.alpha <= math.pi
    # an object whose length lies along the camera's x axis is not turned, and turns from x towards the camera's -z
    turns = {key: row.rotation_y for key, (row, _) in by_key.items()}
    assert [turns[f"crate/{k}"] for k in range(3)] == pytest.approx([-math.radians(t) for t in (0, 75, 160)], abs=1e-6)
    assert by_key["crate/0"][0].size == pytest.approx((0.6, 0.4, 0.8), abs=1e-6)
    lying = by_key["crate/8"][0]
    assert lying.size == pytest.approx((0.6, 0.5, 0.3), abs=1e-6)  # its y axis is the first that lies level


def test_a_leaning_box_has_no_3d_box_unless_it_is_allowed(table_info: Any, street: dict[str, Any]) -> None:
    place = [a["instance_key"] for a in street["annotations"]].index("crate/9")
    row = read_rows(files(table_info, [street])["training/label_2/000000.txt"])[place]
    assert (row.alpha, row.size, row.place, row.rotation_y) == (-10, (-1, -1, -1), (-1000, -1000, -1000), -10)
    assert row.box[2] > row.box[0]
    allowed = read_rows(files(table_info, [street], max_tilt_deg=12.0)["training/label_2/000000.txt"])[place]
    assert allowed.size == pytest.approx((0.7, 0.5, 0.5), abs=1e-6)
    assert allowed.rotation_y == pytest.approx(0, abs=1e-6)
    assert "lean more than 12 degrees" in " ".join(Kitti(table_info, {"max_tilt_deg": 12.0}).losses())
    unknown = {**street, "annotations": [{**a, "box_3d": None} for a in street["annotations"]]}
    assert {r.rotation_y for r in read_rows(files(table_info, [unknown])["training/label_2/000000.txt"])} == {-10}


def test_a_tilted_cameras_boxes_stand_in_a_level_frame(table_info: Any, table_records: list[Any]) -> None:
    for stored in told(table_records):
        number = f"{stored['index']:06d}"
        tilted = read_rows(files(table_info, [stored])[f"training/label_2/{number}.txt"])
        assert {row.rotation_y for row in tilted} == {-10}
        made = files(table_info, [stored], frame="level")
        calibration = read_calibration(made[f"training/calib/{number}.txt"])
        rows = read_rows(made[f"training/label_2/{number}.txt"])
        for row, a in zip(rows, stored["annotations"], strict=True):
            _corners_agree(row, a, calibration["P2"], 2e-3)
        turn = calibration["R0_rect"]
        assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-9)
        assert calibration["P2"][:, :3] @ turn == pytest.approx(np.array(stored["camera"]["K_opencv"]), abs=1e-6)
        # the scanner is level: its z axis is the world's, and what lies before it along x lies before the camera
        level_from_scanner = turn @ calibration["Tr_velo_to_cam"][:, :3]
        assert level_from_scanner @ (0, 0, 1) == pytest.approx((0, -1, 0), abs=1e-9)
        assert level_from_scanner @ (1, 0, 0) == pytest.approx((0, 0, 1), abs=1e-9)


def test_level_frames_of_cameras_that_look_anywhere(scene_kit: Any) -> None:
    for target in [(0, 1, 0), (1, 1, -1), (0.3, -1, 2), (0, 0, -1), (0, 0, 1)]:
        camera = scene_kit.looking((1.0, 2.0, 3.0), np.add((1.0, 2.0, 3.0), target), 40, 30, 50.0)
        frame = level_frame(camera.camera_from_world)
        assert frame[:3, :3] @ frame[:3, :3].T == pytest.approx(np.eye(3))
        assert np.linalg.det(frame[:3, :3]) == pytest.approx(1.0)
        assert frame[:3, :3] @ (0, 0, -1) == pytest.approx((0, 1, 0))
        assert frame @ (1, 2, 3, 1) == pytest.approx((0, 0, 0, 1))
    level = scene_kit.looking((1.0, 2.0, 3.0), (4.0, 6.0, 3.0), 40, 30, 50.0).camera_from_world
    assert level_frame(level) is level


def test_boxes_end_at_their_last_pixel(make_dataset: Make, table_records: list[Any]) -> None:
    folder = make_dataset({"kitti": {}})
    for record in table_records:
        rows = read_rows((folder / f"training/label_2/{record.index:06d}.txt").read_text())
        for row, label in zip(rows, record.annotations, strict=True):
            mask = label.full_mask(72, 96)
            columns, lines = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
            assert row.box == (columns[0], lines[0], columns[-1], lines[-1])
            assert row.kind == label.class_name
            assert row.truncated == pytest.approx(1 - label.in_frame, abs=1e-6)
            assert row.occluded == degree_hidden(label.unoccluded)
        picture = np.asarray(Image.open(folder / f"training/image_2/{record.index:06d}.png"))
        assert np.array_equal(picture, record.rgb)


def test_calibration_counts_pixel_centres(table_info: Any, street: dict[str, Any]) -> None:
    """What lies straight ahead of a 96 x 72 camera is between the pixels 47 and 48: at 47.5 where the first is 0."""
    calibration = read_calibration(files(table_info, [street])["training/calib/000000.txt"])
    assert projected(np.array([[0.0, 0.0, 5.0]]), calibration["P2"])[0] == pytest.approx((47.5, 35.5), abs=1e-9)
    assert sorted(calibration) == ["P0", "P1", "P2", "P3", "R0_rect", "Tr_imu_to_velo", "Tr_velo_to_cam"]
    assert np.array_equal(calibration["R0_rect"], np.eye(3))
    assert np.array_equal(calibration["Tr_velo_to_cam"] @ (5, -2, 1, 1), (2, -1, 5))


def test_degrees_of_occlusion() -> None:
    assert [degree_hidden(u) for u in (1.0, 0.96, 0.95, 0.51, 0.5, 0.0, None)] == [0, 0, 1, 1, 2, 2, 3]


def test_what_was_not_computed_is_unknown(table_info: Any, street: dict[str, Any]) -> None:
    annotations = [{**a, "in_frame": None, "unoccluded": None, "visible": None} for a in street["annotations"]]
    rows = read_rows(files(table_info, [{**street, "annotations": annotations}])["training/label_2/000000.txt"])
    assert {(row.truncated, row.occluded) for row in rows} == {(-1, 3)}


def test_regions_to_ignore_are_dont_care(table_info: Any, table_records: list[Any]) -> None:
    (stored,) = told(table_records[:1])
    made = files(table_info, [stored], Selection({"ball": ClassUse(use="ignore")}))
    rows = read_rows(made["training/label_2/000000.txt"])
    left_out = [row for row in rows if row.kind == "DontCare"]
    (ball,) = [a for a in stored["annotations"] if a["class_name"] == "ball"]
    x, y, w, h = ball["box"]
    box = (x, y, x + w - 1, y + h - 1)
    nothing = ((-1, -1, -1), (-1000, -1000, -1000), -10)
    assert left_out == [Row("DontCare", -1, -1, -10, box, *nothing)]
    assert len(rows) == len(stored["annotations"])


def test_class_names_are_single_words(table_info: Any) -> None:
    names = ["big crate", "big_crate", "DontCare", "tab\tline\n\x85end", "café"]
    classes = tuple(SceneClass(k + 1, name, "", "#e69f00") for k, name in enumerate(names))
    found = type_names(replace(table_info, classes=classes))
    assert list(found.values()) == ["big_crate", "big_crate_2", "DontCare_3", "tab_line_end", "café"]


def test_parts_are_lists_of_numbers(table_info: Any, table_records: list[Any]) -> None:
    records = [{**told(table_records)[0], "index": k, "key": f"{k:08d}-key"} for k in range(100)]
    split = Selection(split=Split((0.5, 0.3, 0.2)))
    made = files(table_info, records, split)
    parts = {part: made[f"ImageSets/{part}.txt"].split() for part in ("train", "val", "test", "trainval")}
    view = View(table_info, split)
    for record in records:
        part = view.apply(record)["part"]
        told_in = {name for name, numbers in parts.items() if f"{record['index']:06d}" in numbers}
        assert told_in == ({"test"} if part == "test" else {part, "trainval"})
    assert not {"ImageSets/val.txt", "ImageSets/test.txt"} & files(table_info, records).keys()


@pytest.mark.parametrize("frame", ["camera", "level"])
def test_an_export_has_the_bytes_of_a_render_and_is_verified(make_dataset: Make, tmp_path: Path, frame: str) -> None:
    rendered = make_dataset({"kitti": {"frame": frame}, "coco": {}})
    assert verify(rendered).findings == ()
    exported = tmp_path / "out"
    export_dataset(ExportWanted(make_dataset(name="other"), exported, "kitti", {"frame": frame}))
    made = [*exported.glob("training/*/*"), *exported.glob("ImageSets/*")]
    assert len(made) == 3 * 3 + 2
    for path in made:
        assert path.read_bytes() == (rendered / path.relative_to(exported)).read_bytes()
    assert {p.name for p in (exported / "training").iterdir()} == {"image_2", "label_2", "calib"}


def test_a_record_without_its_picture_is_refused(table_info: Any, table_records: list[Any]) -> None:
    record = table_records[0]
    blind = replace(record, frame=replace(record.frame, rgb=None))
    assert Kitti(table_info).obstacles(record) == ()
    assert "picture" in Kitti(table_info).obstacles(blind)[0]


ORACLES = os.environ.get("MYRIORAMA_ORACLES", "")


@pytest.mark.long
@pytest.mark.skipif(not ORACLES, reason="MYRIORAMA_ORACLES names no interpreter that has datumaro and torchvision")
def test_datumaro_and_torchvision_read_every_label(
    make_dataset: Make, table_records: list[Any], tmp_path: Path
) -> None:
    folder = make_dataset({"kitti": {"frame": "level"}})
    reader = Path(__file__).parents[2] / "oracles" / "read_kitti.py"
    command = [ORACLES, str(reader), str(folder / "training"), str(tmp_path / "scratch")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    read_by_it = json.loads(done.stdout.splitlines()[-1])
    assert read_by_it["complaints"] == []
    for sample, record in zip(read_by_it["samples"], table_records, strict=True):
        assert sample["id"] == f"{record.index:06d}"
        assert sample["size"] == [72, 96]
        ours = read_rows((folder / f"training/label_2/{sample['id']}.txt").read_text())
        for row, mine, label in zip(sample["rows"], ours, record.annotations, strict=True):
            b = label.box
            assert row["label"] == label.class_name
            assert row["box"] == [b.x, b.y, b.w - 1, b.h - 1]  # it takes right less left for the width
            assert row["truncated"] == pytest.approx(1 - label.in_frame, abs=1e-6)
            assert row["occluded"] == mine.occluded
            assert tuple(row["dimensions"]) == mine.size
            assert tuple(row["location"]) == mine.place
            assert row["rotation_y"] == mine.rotation_y
    for found, record in zip(read_by_it["torchvision"], table_records, strict=True):
        ours = read_rows((folder / f"training/label_2/{record.index:06d}.txt").read_text())
        for row, mine in zip(found, ours, strict=True):
            assert (row["type"], row["truncated"], row["occluded"]) == (mine.kind, mine.truncated, mine.occluded)
            assert (row["alpha"], row["rotation_y"]) == (mine.alpha, mine.rotation_y)
            assert tuple(row["bbox"]) == mine.box
            assert (tuple(row["dimensions"]), tuple(row["location"])) == (mine.size, mine.place)
