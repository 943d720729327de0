"""Depth and poses read from the lists alone: clouds of one scene seen from several sides lie on one another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from myriorama.app.conversion.exporting import ExportWanted, export_dataset, shown_records
from myriorama.app.dataset.verify import verify
from myriorama.plugins.selection import Selection
from myriorama.plugins.splitting import Split
from myriorama.plugins.writers.depth_pose import DepthPose
from myriorama.scenes.errors import InputError
from myriorama.scenes.labels.stored import record_to_json

HALVES = Selection(split=Split((0.5, 0.0, 0.5)))


def rows(path):
    return [line.split() for line in path.read_text().splitlines() if not line.startswith("#")]


def camera_of(folder):
    told = dict(line.split(": ") for line in (folder / "camera.yaml").read_text().splitlines() if line[0] != "#")
    fx, fy, cx, cy = (float(told[name]) for name in ("fx", "fy", "cx", "cy"))
    return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]]), float(told["depth_factor"])


class View:
    """One frame: intrinsics with the first pixel's centre at (0, 0), depth in metres, pose of the camera."""

    def __init__(self, k, depth, rotation, position):
        self.k, self.depth, self.rotation, self.position = k, depth, rotation, np.array(position)

    def cloud(self, shift=0.0):
        """Return the world points (H, W, 3) of all pixels; `shift` moves the pixels' centres."""
        y, x = np.indices(self.depth.shape) + shift
        rays = np.stack([x, y, np.ones_like(x)], axis=-1) @ np.linalg.inv(self.k).T
        return (rays * self.depth[..., None]) @ self.rotation.T + self.position

    def pixels(self, points):
        seen = (points - self.position) @ self.rotation
        image = seen @ self.k.T
        return image[..., :2] / image[..., 2:], seen[..., 2]


def tum(folder):
    """Return the frames of a TUM folder, joined by timestamp."""
    k, factor = camera_of(folder)
    poses = {stamp: [float(v) for v in values] for stamp, *values in rows(folder / "groundtruth.txt")}
    out = []
    for stamp, rgb, other, depth in rows(folder / "associations.txt"):
        assert stamp == other
        stored = np.asarray(Image.open(folder / depth))
        assert np.asarray(Image.open(folder / rgb)).shape == (*stored.shape, 3)
        pose = poses[stamp]
        out.append(View(k, stored / factor, Rotation.from_quat(pose[3:]).as_matrix(), pose[:3]))
    return out


def back_and_forth(a, b):
    """Return how many pixels off a point of `a` is that is looked up in `b` and taken back, where both see its face.

    Between pixel centres 1 / depth is linear on a flat face, so it is looked up as that.
    """
    pixels, z = b.pixels(a.cloud())
    height, width = b.depth.shape
    column, row = np.floor(np.moveaxis(pixels, -1, 0)).astype(int)
    inside = (a.depth > 0) & (z > 0) & (column >= 0) & (row >= 0) & (column < width - 1) & (row < height - 1)
    column, row, z, pixels, there = column[inside], row[inside], z[inside], pixels[inside], np.argwhere(inside)
    near = np.stack([b.depth[row + j, column + i] for j in (0, 1) for i in (0, 1)])
    one_face = (near > 0).all(axis=0) & (np.ptp(near, axis=0) < 0.01)
    u, v = pixels[:, 0] - column, pixels[:, 1] - row
    shares = np.stack([(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v])
    depth = 1 / (shares / np.where(near > 0, near, np.inf) + 1e-12).sum(axis=0)
    one_face &= np.abs(depth - z) < 0.002  # a mug's wall is thicker: its other side is another place
    rays = np.column_stack([pixels, np.ones(len(pixels))]) @ np.linalg.inv(b.k).T
    again, _ = a.pixels((rays * depth[:, None]) @ b.rotation.T + b.position)
    off = np.linalg.norm(again - there[:, ::-1], axis=1)
    return off[one_face], one_face.mean()


@pytest.fixture(scope="module")
def still(rendered):
    return rendered({"depth_pose": {}, "raw": {}}, "still", split={"train": 1.0, "val": 0.0, "test": 0.0})


def test_points_of_one_view_are_found_again_in_another(still):
    views = tum(still / "train")
    assert len(views) == 4
    for a, b in ((0, 1), (1, 2), (3, 0)):
        off, seen_by_both = back_and_forth(views[a], views[b])
        assert seen_by_both > 0.6
        assert np.median(off) < 0.1
        assert np.quantile(off, 0.99) < 1.0


def test_clouds_of_all_sides_fuse(still):
    first, *others = (view.cloud()[view.depth > 0] for view in tum(still / "train"))
    tree = cKDTree(np.concatenate(others))
    near = first[np.linalg.norm(first, axis=1) < 0.12]
    assert len(near) > 500
    assert np.median(tree.query(near)[0]) < 0.002


@pytest.mark.parametrize(("shift", "holds"), [(0.0, True), (0.5, False), (-0.5, False)])
def test_the_ground_is_flat_and_half_a_pixel_off_it_is_not(still, shift, holds):
    for index, view in enumerate(tum(still / "train")):
        ground = np.asarray(Image.open(still / f"class_id/{index:08d}.png")) == 2
        height = view.cloud(shift)[ground][:, 2]
        assert ground.sum() > 1000
        assert (np.abs(height).max() < 2.5e-4) == holds


def test_names_times_and_poses(still):
    folder = still / "train"
    assert [r[0] for r in rows(folder / "rgb.txt")] == ["0.000000", "0.100000", "0.200000", "0.300000"]
    assert rows(folder / "rgb.txt")[2][1] == "rgb/00000002.png"
    assert rows(folder / "depth.txt")[2][1] == "depth/00000002.png"
    for view, stored in zip(tum(folder), shown_records(still), strict=True):
        pose = np.array(stored["camera"]["world_from_camera"])
        assert view.rotation == pytest.approx(pose[:3, :3], abs=1e-8)
        assert view.position == pytest.approx(pose[:3, 3], abs=1e-8)
        assert view.k == pytest.approx(np.array(stored["camera"]["K_opencv"]))
    assert [float(v) for v in rows(folder / "intrinsics.txt")[0][3:]] == [79.5, 59.5]
    assert camera_of(folder)[1] == 5000.0
    assert verify(still).sound


def test_tartanair_axes_and_exact_depth(rendered, tmp_path):
    raw = rendered({"raw": {"depth": "float32"}}, "still")
    export_dataset(ExportWanted(raw, tmp_path / "out", "depth_pose", {"layout": "tartanair"}))
    folder = tmp_path / "out/train"
    poses = [[float(v) for v in row] for row in rows(folder / "pose_left.txt")]
    names = sorted(p.name for p in (folder / "image_left").iterdir())
    assert names == [f"{i:08d}_left.png" for i in range(4)]
    k, _ = camera_of(folder)
    for index, (pose, stored) in enumerate(zip(poses, shown_records(raw), strict=True)):
        depth = np.load(folder / f"depth_left/{index:08d}_left_depth.npy", allow_pickle=False)
        assert depth.dtype == np.float32
        # TartanAir: x forward, y right, z down, for the camera as for the world; so depth is x.
        rotation = Rotation.from_quat(pose[3:]).as_matrix()
        y, x = np.indices(depth.shape)
        rays = np.stack([np.ones(depth.shape), (x - k[0, 2]) / k[0, 0], (y - k[1, 2]) / k[1, 1]], axis=-1)
        cloud = (rays * depth[..., None]) @ rotation.T + pose[:3]
        ground = np.asarray(Image.open(raw / f"class_id/{index:08d}.png")) == 2
        assert np.abs(cloud[ground][:, 2]).max() < 2.5e-4
        assert pose[2] < 0  # the camera is above the ground
        centre = np.array(stored["annotations"][0]["box_3d"]["center_m"]) * (1, -1, -1)
        told = stored["annotations"][0]["box_3d"]["corners_px"]
        seen = (centre - pose[:3]) @ rotation
        pixel = (k[0, 0] * seen[1] / seen[0] + k[0, 2], k[1, 1] * seen[2] / seen[0] + k[1, 2])
        assert np.min(told, axis=0)[0] < pixel[0] < np.max(told, axis=0)[0]
        assert np.min(told, axis=0)[1] < pixel[1] < np.max(told, axis=0)[1]


def test_an_export_keeps_steps_and_parts(rendered, tmp_path):
    raw = rendered({"raw": {}}, "still", count=6)
    export_dataset(ExportWanted(raw, tmp_path / "out", "depth_pose", selection=HALVES))
    found = []
    for part in ("train", "test"):
        assert camera_of(tmp_path / "out" / part)[1] == 1000.0  # raw's steps are millimetres
        found += rows(tmp_path / "out" / part / "groundtruth.txt")
        off, _ = back_and_forth(*tum(tmp_path / "out" / part)[:2])
        assert np.median(off) < 0.3  # a millimetre a step
    assert sorted(r[0] for r in found) == [f"{i / 10:.6f}" for i in range(6)]
    assert not (tmp_path / "out/val").exists()


def test_depth_of_another_form_is_not_taken_over(rendered, tmp_path, still):
    with pytest.raises(InputError, match=r"float32 metres.*depth as .stored"):
        export_dataset(ExportWanted(still, tmp_path / "a", "depth_pose", {"layout": "tartanair"}))
    exact = rendered({"raw": {"depth": "float32"}}, "still")
    with pytest.raises(InputError, match=r"16-bit steps.*depth as 'metres'"):
        export_dataset(ExportWanted(exact, tmp_path / "b", "depth_pose"))
    flat = rendered({"coco": {}}, "still")
    with pytest.raises(InputError, match="it has only rgb"):
        export_dataset(ExportWanted(flat, tmp_path / "c", "depth_pose"))


def test_lenses_that_change_are_told_one_by_one(table_info, table_records):
    stored = [
        {**record_to_json(r, {"tum_depth": {"value": "stored * unit_m", "unit_m": 0.0002}}), "part": "train"}
        for r in table_records
    ]
    wide = {**stored[1], "camera": {**stored[1]["camera"], "K_opencv": [[40.0, 0, 47.5], [0, 40.0, 35.5], [0, 0, 1]]}}
    made = {f.path: b"".join(f.chunks).decode() for f in DepthPose(table_info).whole_files([stored[0], wide])}
    assert "fx" not in made["train/camera.yaml"]
    assert "intrinsics.txt" in made["train/camera.yaml"]
    assert made["train/intrinsics.txt"].splitlines()[2].split()[1] == "40.000000000"


def test_a_depth_that_does_not_fit_says_which_factor_would(table_info, table_records):
    record = table_records[0]
    far = replace(record, frame=replace(record.frame, depth=record.frame.depth * 20))
    (told,) = DepthPose(table_info).obstacles(far)
    factor = float(told.split("depth_factor to ")[1].split(" or less")[0])
    assert DepthPose(table_info, {"depth_factor": factor}).obstacles(far) == ()
    assert DepthPose(table_info, {"layout": "tartanair"}).obstacles(far) == ()
    blind = replace(record, frame=replace(record.frame, depth=None))
    assert DepthPose(table_info).obstacles(blind) == ("the frame was rendered without depth",)
