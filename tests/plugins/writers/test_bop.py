"""BOP by a reader of its public description: models in their poses give the masks, the depth and the counts again.

The BOP toolkit cannot be installed here; `Reader` is written from the format's page alone, trimesh reads the models.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import trimesh
from PIL import Image

from myriorama.app.conversion.exporting import ExportWanted, export_dataset, shown_records
from myriorama.app.dataset.verify import verify
from myriorama.plugins.selection import ClassUse, Selection
from myriorama.plugins.splitting import Split
from myriorama.plugins.writers import _recipes
from myriorama.plugins.writers.bop import DEPTH_ROLE, Bop
from myriorama.scenes.errors import InputError
from myriorama.scenes.labels.stored import record_to_json
from myriorama.scenes.sample import GroupSample, MemberSample, NodeSample

ALL_TRAIN = {"train": 1.0, "val": 0.0, "test": 0.0}
HALVES = {"train": 0.5, "val": 0.0, "test": 0.5}
BOTH = {"bop": {}, "raw": {}}


class Reader:
    """The images of one split, as bop_datasets_format.md describes them."""

    def __init__(self, root, split):
        self.root, self.split = root, root / split
        self.info = json.loads((root / "models/models_info.json").read_text())
        self.models = {int(k): trimesh.load(root / f"models/obj_{int(k):06d}.ply", process=False) for k in self.info}
        self.gt, self.gt_info, self.camera = {}, {}, {}
        for scene in sorted(p for p in self.split.iterdir()):
            for name, into in (("gt", self.gt), ("gt_info", self.gt_info), ("camera", self.camera)):
                rows = json.loads((scene / f"scene_{name}.json").read_text())
                into.update({(int(scene.name), int(k)): v for k, v in rows.items()})

    def picture(self, kind, scene, image, number=None):
        stem = f"{image:06d}" if number is None else f"{image:06d}_{number:06d}"
        return np.asarray(Image.open(self.split / f"{scene:06d}" / kind / f"{stem}.png"))

    def depth_mm(self, scene, image):
        return self.picture("depth", scene, image) * self.camera[scene, image]["depth_scale"]

    def seen_alone(self, key, pose, shift=0.0):
        """Return the depth, mm, of a model in its pose at each pixel's centre, which is a whole number; 0: no hit."""
        k = np.reshape(self.camera[key]["cam_K"], (3, 3))
        height, width = self.picture("rgb", *key).shape[:2]
        x, y = np.meshgrid(np.arange(width) + shift, np.arange(height) + shift)
        rays = np.stack([(x - k[0, 2]) / k[0, 0], (y - k[1, 2]) / k[1, 1], np.ones_like(x, dtype=float)], axis=-1)
        rays = rays.reshape(-1, 3)
        turn, moved = np.reshape(pose["cam_R_m2c"], (3, 3)), np.array(pose["cam_t_m2c"])
        mesh = self.models[pose["obj_id"]]
        ray = trimesh.ray.ray_pyembree.RayMeshIntersector(mesh)
        where, which, _ = ray.intersects_location(np.tile(-moved @ turn, (len(rays), 1)), rays @ turn, False)
        depth = np.zeros(len(rays))
        depth[which] = (where @ turn.T + moved)[:, 2]
        return depth.reshape(height, width)


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


@pytest.fixture(scope="module")
def dataset(rendered):
    return rendered(BOTH, split=ALL_TRAIN)


@pytest.fixture(scope="module")
def reader(dataset):
    return Reader(dataset, "train")


def objects(reader):
    return [(key, number, pose) for key, poses in reader.gt.items() for number, pose in enumerate(poses)]


def test_points_of_models_land_on_the_masks(rendered):
    """Points anywhere on a model, seen or not; at the very rim the pixel that holds one need not show its centre."""
    reader = Reader(rendered({"bop": {}}, count=2, scale=4), "train")
    assert len(objects(reader)) >= 8
    nearest, around = [], []
    for key, number, pose in objects(reader):
        points, _ = trimesh.sample.sample_surface(reader.models[pose["obj_id"]], 4000, seed=1)
        seen = points @ np.reshape(pose["cam_R_m2c"], (3, 3)).T + pose["cam_t_m2c"]
        pixels = seen @ np.reshape(reader.camera[key]["cam_K"], (3, 3)).T
        pixels = pixels[:, :2] / pixels[:, 2:]
        mask = np.pad(reader.picture("mask", *key, number) > 0, 1, mode="edge")
        height, width = mask.shape
        x, y = pixels[((pixels >= 0) & (pixels <= (width - 3, height - 3))).all(axis=1)].T + 1
        nearest.append(mask[np.rint(y).astype(int), np.rint(x).astype(int)])
        low_x, low_y = np.floor(x).astype(int), np.floor(y).astype(int)
        around.append(np.any([mask[low_y + j, low_x + i] for i in (0, 1) for j in (0, 1)], axis=0))
    assert np.concatenate(nearest).mean() >= 0.985
    assert np.concatenate(around).mean() >= 0.999


def test_a_model_in_its_pose_fills_its_mask_and_half_a_pixel_off_it_does_not(reader):
    exact, off = [], []
    for key, number, pose in objects(reader):
        mask = reader.picture("mask", *key, number)
        assert set(np.unique(mask)) == {0, 255}
        exact.append(iou(reader.seen_alone(key, pose) > 0, mask > 0))
        off.append(iou(reader.seen_alone(key, pose, shift=0.5) > 0, mask > 0))
    assert min(exact) >= 0.99
    assert np.mean(exact) >= 0.998
    assert np.mean(off) < 0.99


def test_the_depth_image_is_the_depth_of_the_models(reader):
    for key, number, pose in objects(reader):
        visible = reader.picture("mask_visib", *key, number) > 0
        alone = reader.seen_alone(key, pose)
        both = visible & (alone > 0)
        wrong = np.abs(reader.depth_mm(*key) - alone)[both]
        scale = reader.camera[key]["depth_scale"]
        # Faces that are nearly edge-on gain much depth over the small grid that a rasteriser keeps corners on.
        assert np.quantile(wrong, 0.98) <= 0.5 * scale + 0.1
        assert np.median(wrong) <= 0.5 * scale


def test_counts_boxes_and_fractions_are_those_of_the_masks_and_ours(dataset, reader):
    for stored in shown_records(dataset):
        key = (0, stored["index"])
        assert len(reader.gt[key]) == len(stored["annotations"])
        depth = reader.depth_mm(*key)
        for number, a in enumerate(stored["annotations"]):
            info = reader.gt_info[key][number]
            mask = reader.picture("mask", *key, number) > 0
            visible = reader.picture("mask_visib", *key, number) > 0
            assert not (visible & ~mask).any()
            assert info["px_count_visib"] == visible.sum() == a["area_px"]
            assert info["px_count_valid"] == (mask & (depth > 0)).sum()
            assert info["visib_fract"] == a["visible"]
            assert info["px_count_visib"] / info["px_count_all"] == pytest.approx(a["visible"], abs=1e-12)
            for name, shown in (("bbox_obj", mask), ("bbox_visib", visible)):
                y, x = np.nonzero(shown)
                # as misc.calc_2d_bbox of the toolkit: extents from the first pixel to the last
                assert info[name] == [x.min(), y.min(), x.max() - x.min(), y.max() - y.min()]


def test_pixels_beyond_the_picture_count(reader):
    left = [i for rows in reader.gt_info.values() for i in rows if i["px_count_all"] > i["px_count_valid"]]
    assert left
    for key, number, pose in objects(reader):
        info = reader.gt_info[key][number]
        if info not in left:
            continue
        k = np.reshape(reader.camera[key]["cam_K"], (3, 3)).copy()
        height, width = reader.picture("rgb", *key).shape[:2]
        k[0, 2] += width
        k[1, 2] += height
        wide = Reader.__new__(Reader)
        wide.models, wide.camera = reader.models, {key: {"cam_K": k.ravel().tolist()}}
        wide.picture = lambda *_: np.zeros((3 * height, 3 * width, 3))  # noqa: B023 - called within this turn
        assert (wide.seen_alone(key, pose) > 0).sum() == pytest.approx(info["px_count_all"], rel=0.02)


def test_models_stand_in_the_world(dataset, reader):
    """The camera's pose and a model's pose give the object's box in the world, as the record tells it."""
    for stored in shown_records(dataset):
        camera = reader.camera[0, stored["index"]]
        turn, moved = np.reshape(camera["cam_R_w2c"], (3, 3)), np.array(camera["cam_t_w2c"])
        for pose, a in zip(reader.gt[0, stored["index"]], stored["annotations"], strict=True):
            rotation = np.reshape(pose["cam_R_m2c"], (3, 3))
            assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-9)
            corners = trimesh.bounds.corners(reader.models[pose["obj_id"]].bounds)
            world = ((corners @ rotation.T + pose["cam_t_m2c"]) - moved) @ turn / 1000.0
            told = np.array(a["box_3d"]["corners_world_m"])
            assert np.linalg.norm(world[:, None] - told[None], axis=2).min(axis=1).max() < 1e-5


def test_objects_of_one_shape_share_a_number_and_a_model(dataset, reader):
    classes = json.loads((dataset / "object_classes.json").read_text())
    assert Counter(row["class_name"] for row in classes.values()) == {"mug": 2, "block": 2}
    assert set(classes) == set(reader.info)
    shapes = {}
    for stored in shown_records(dataset):
        for pose, a in zip(reader.gt[0, stored["index"]], stored["annotations"], strict=True):
            assert classes[str(pose["obj_id"])]["class_name"] == a["class_name"]
            shapes.setdefault(pose["obj_id"], set()).add(tuple(np.round(a["box_3d"]["size_m"], 6)))
    assert all(len(sizes) == 1 for sizes in shapes.values())
    for number, info in reader.info.items():
        model = reader.models[int(number)]
        low, high = model.bounds
        assert np.abs(low + high).max() < 1e-4
        assert [info[f"size_{c}"] for c in "xyz"] == pytest.approx(high - low, abs=1e-4)
        assert [info[f"min_{c}"] for c in "xyz"] == pytest.approx(low, abs=1e-4)
        apart = np.linalg.norm(model.vertices[:, None] - model.vertices[None], axis=2)
        assert info["diameter"] == pytest.approx(apart.max(), abs=1e-3)
        assert np.linalg.norm(model.vertex_normals, axis=1) == pytest.approx(1.0, abs=1e-3)
        assert model.volume > 0  # the faces turn outwards


def test_parts_are_splits_and_targets_count_what_is_visible_enough(rendered, tmp_path):
    made = rendered(BOTH, split=HALVES, count=6)
    seen = set()
    for part in ("train", "test"):
        reader = Reader(made, part)
        seen |= set(reader.gt)
        for key in reader.gt:
            assert reader.picture("rgb", *key).shape == (120, 160, 3)
    assert seen == {(0, index) for index in range(6)}
    rows = json.loads((made / "test_targets_bop19.json").read_text())
    test, wanted = Reader(made, "test"), Counter()
    for key, poses in test.gt.items():
        for pose, info in zip(poses, test.gt_info[key], strict=True):
            wanted[(*key, pose["obj_id"])] += info["visib_fract"] >= 0.1
    assert {(r["scene_id"], r["im_id"], r["obj_id"]): r["inst_count"] for r in rows} == +wanted
    assert not (made / "train_targets_bop19.json").exists()
    assert verify(made).sound


def test_an_export_of_raw_buffers_is_what_rendering_gives(rendered, tmp_path):
    made = rendered(BOTH, split=HALVES, count=6)
    raw = rendered({"raw": {}}, split=HALVES, count=6)
    export_dataset(ExportWanted(raw, tmp_path / "out", "bop", selection=Selection(split=Split((0.5, 0.0, 0.5)))))
    own = ("camera.json", "dataset_info.md", "object_classes.json", "test_targets_bop19.json")
    shared = [
        *own,
        *(str(p.relative_to(made)) for part in ("train", "test", "models") for p in (made / part).rglob("*.*")),
    ]
    held = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.*")}
    assert held >= set(shared)
    assert len(shared) > 50
    for name in shared:
        assert (tmp_path / "out" / name).read_bytes() == (made / name).read_bytes(), name


def test_an_export_keeps_the_steps_of_the_depth_that_it_takes_over(rendered, tmp_path):
    fine = rendered({"raw": {"depth_unit_m": 0.0002}})
    export_dataset(ExportWanted(fine, tmp_path / "out", "bop"))
    reader = Reader(tmp_path / "out", "train")
    assert {row["depth_scale"] for row in reader.camera.values()} == {0.2}
    test_the_depth_image_is_the_depth_of_the_models(reader)
    exact = rendered({"raw": {"depth": "float32"}})
    with pytest.raises(InputError, match=r"16-bit steps.*depth as 'metres'"):
        export_dataset(ExportWanted(exact, tmp_path / "no", "bop"))
    export_dataset(ExportWanted(exact, tmp_path / "flat", "bop", {"depth": False}))
    assert not (tmp_path / "flat/train/000000/depth").exists()


def test_classes_are_those_that_are_shown(rendered, tmp_path):
    raw = rendered({"raw": {}}, count=6)
    chosen = Selection({"mug": ClassUse("cup", 9), "block": ClassUse(use="ignore")})
    export_dataset(ExportWanted(raw, tmp_path / "out", "bop", selection=chosen))
    classes = json.loads((tmp_path / "out/object_classes.json").read_text())
    assert {(row["class_id"], row["class_name"]) for row in classes.values()} == {(9, "cup")}
    assert "regions to ignore" in Bop.losses(Bop(None))
    assert any("without a visible pixel" in told for told in Bop.losses(Bop(None)))


def test_many_shapes_are_told_and_not_written(rendered, tmp_path):
    raw = rendered({"raw": {}}, count=6)
    with pytest.raises(InputError, match=r"more than 3 different shapes.*max_models"):
        export_dataset(ExportWanted(raw, tmp_path / "no", "bop", {"models": "all", "max_models": 3}))
    export_dataset(ExportWanted(raw, tmp_path / "few", "bop", {"max_models": 3}))
    assert not (tmp_path / "few/models").exists()
    assert "4 shapes are more than the option max_models allows, 3" in (tmp_path / "few/dataset_info.md").read_text()
    export_dataset(ExportWanted(raw, tmp_path / "none", "bop", {"models": "none", "max_models": 3}))
    told = (tmp_path / "none/train/000000/scene_gt.json").read_bytes()
    assert told == (tmp_path / "few/train/000000/scene_gt.json").read_bytes()


def test_a_generator_that_makes_another_shape_now_is_refused(rendered, tmp_path, monkeypatch):
    raw = rendered({"raw": {}}, count=6)
    told = _recipes.Drawn.recipe
    changed = lambda self, a: (r := told(self, a)) and replace(r, size_m=tuple(1.01 * s for s in r.size_m))  # noqa: E731
    monkeypatch.setattr(_recipes.Drawn, "recipe", changed)
    with pytest.raises(InputError, match="makes another shape now"):
        export_dataset(ExportWanted(raw, tmp_path / "no", "bop"))


def with_groups(record, kind, values):
    """Return a record whose objects were drawn as members of one generator."""
    placed = NodeSample("place", "fixed", "", {})
    groups = []
    for uid in sorted({a.instance_key.partition("/")[0] for a in record.annotations}):
        members = tuple(MemberSample(number, values, {}, {}) for number in range(3))
        groups.append(GroupSample(uid, kind, uid, "ball", members, placed))
    return replace(record, sample=replace(record.sample, objects=tuple(groups)))


def test_what_cannot_be_built_again_is_an_obstacle_with_a_way_out(table_info, table_records):
    bop, record = Bop(table_info), table_records[0]
    assert any("came with the surroundings" in why and "set models to none" in why for why in bop.obstacles(record))
    foreign = with_groups(record, "their_robot", {})
    assert any("third-party generator 'their_robot'" in why for why in bop.obstacles(foreign))
    file = with_groups(record, "mesh_file", {"file": {"file": "a.glb", "sha256": "0" * 64}})
    assert any("made from a file (file)" in why for why in bop.obstacles(file))
    for each in (record, foreign, file):
        assert Bop(table_info, {"models": "none"}).obstacles(each) == ()
    stored = {**record_to_json(file, {}), "part": "train"}
    with pytest.raises(InputError, match="made from a file"):
        list(Bop(table_info, {"depth": False}).whole_files([stored]))
    few = replace(record, labels=("visible",))
    assert any("needs the labels amodal, boxes_3d, fractions" in why for why in bop.obstacles(few))
    with pytest.raises(InputError, match="needs the labels"):
        list(bop.label_files({**stored, "labels": ["visible"]}))
    far = replace(record, frame=replace(record.frame, depth=record.frame.depth * 100))
    assert any("does not fit in 16 bits" in why for why in bop.obstacles(far))


def test_depth_of_its_own_stands_beside_that_of_raw(dataset):
    files = next(iter(shown_records(dataset)))["files"]
    assert files[DEPTH_ROLE]["path"] == "train/000000/depth/000000.png"
    assert files["depth"]["path"] == "depth/00000000.png"


@pytest.mark.parametrize("points", [[[0, 0, 0], [3, 4, 0]], [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]])
def test_the_diameter_of_what_is_flat_or_thin(points):
    flat = np.array(points, dtype=np.float32)
    apart = np.linalg.norm(flat[:, None] - flat[None], axis=2).max()
    assert _recipes.diameter_m(flat) == pytest.approx(apart)
