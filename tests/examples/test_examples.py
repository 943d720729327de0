"""Every shipped example: it is made, keeps the label contract, and a CPU ray caster sees the same things."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import trimesh
from trimesh.ray.ray_pyembree import RayMeshIntersector

from myriorama.app import open_project
from myriorama.app.assets.store import FileAssetStore
from myriorama.app.dataset.verify import verify
from myriorama.app.finding import example_names, find_project
from myriorama.app.production.job import JobSettings, run_job
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.labels.record import Record
from myriorama.scenes.placement.surface import surface_under
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.references import file_references

EXAMPLES = example_names()
SIZE = (640, 480)
SAMPLES = 3
CROWDED = {"shop_shelf": (1280, 960), "crop_field": (1280, 960)}
"""Where so many edges are in view that a ray caster can be judged by on a larger picture only."""


def ray_cast_ids(scene: Scene) -> npt.NDArray[np.int64]:
    """Return the surface id that each pixel's centre ray hits first, (H, W), by Embree."""
    camera = scene.camera
    points, faces, ids, first = [], [], [], 0
    for instance in scene.instances:
        camera_from_object = camera.camera_from_world @ instance.world_from_object
        for p, part in enumerate(instance.model.parts):
            corners = part.mesh.positions.astype(np.float64) @ camera_from_object[:3, :3].T + camera_from_object[:3, 3]
            points.append(corners)
            faces.append(part.mesh.faces.astype(np.int64) + first)
            ids.append(np.full(len(part.mesh.faces), instance.first_surface_id + p))
            first += len(corners)
    mesh = trimesh.Trimesh(np.concatenate(points), np.concatenate(faces), process=False)
    y, x = np.mgrid[: camera.height, : camera.width] + 0.5
    toward = np.stack([(x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy, np.ones_like(x)], axis=-1)
    rays = toward.reshape(-1, 3)
    hit = RayMeshIntersector(mesh).intersects_first(np.zeros_like(rays), rays)
    surface = np.where(hit >= 0, np.concatenate(ids)[np.maximum(hit, 0)], 0)
    return np.asarray(surface.reshape(camera.height, camera.width))


def flat(ids: npt.NDArray[np.int64], reach: int = 2) -> npt.NDArray[np.bool_]:
    """Return where the 5 x 5 neighbourhood holds one id."""
    padded = np.pad(ids, reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (2 * reach + 1, 2 * reach + 1))
    return np.asarray((windows == ids[:, :, None, None]).all(axis=(2, 3)))


@pytest.fixture(
    scope="module",
    params=[pytest.param(n, marks=pytest.mark.long) if n in CROWDED else n for n in EXAMPLES],
)
def records(request: pytest.FixtureRequest) -> list[Record]:
    """The first samples of an example, each checked against the label contract on the way."""
    with open_project(request.param, size=CROWDED.get(request.param, SIZE)) as opened:
        return list(opened.records(range(SAMPLES)))


def test_the_examples_are_there() -> None:
    assert set(EXAMPLES) >= {
        "first_light",
        "mugs_on_conveyor",
        "dice_tray",
        "cones_and_cubes",
        "real_models",
        "bench_table",
        "shop_shelf",
        "crop_field",
        "food_on_conveyor",
    }


@pytest.mark.gl
def test_something_is_labelled_and_samples_differ(records: list[Record]) -> None:
    assert all(record.annotations for record in records)
    assert len({record.rgb.tobytes() for record in records}) == SAMPLES
    for record in records:
        assert record.rgb.std() > 10, "a picture with nothing in it"
        assert 20 < record.rgb.mean() < 235, "a picture that is black or blown out"


@pytest.mark.gl
def test_a_ray_caster_sees_the_same_ids(records: list[Record]) -> None:
    for record in records:
        assert record.frame.surface_id is not None
        ours = record.frame.surface_id.astype(np.int64)
        theirs = ray_cast_ids(record.scene)
        judged = flat(ours) & flat(theirs)
        assert judged.mean() >= 0.8, "too many edges to judge by: take a larger picture"
        agreed = (ours == theirs)[judged].mean()
        assert agreed >= 0.999, f"sample {record.index}: {agreed:.5f} of the pixels off edges agree"


@pytest.mark.gl
def test_the_mass_of_a_mug_is_a_label() -> None:
    with open_project("mugs_on_conveyor", size=SIZE) as opened:
        mugs = [a for a in opened.record(0).annotations if a.class_name == "mug"]
    masses = [float(a.attributes["mass_g"]) for a in mugs if a.attributes is not None]
    assert len(masses) == len(mugs) > 1
    assert len(set(masses)) == len(masses)
    assert all(100 < mass < 1000 for mass in masses)


@pytest.mark.gl
def test_food_is_weighed() -> None:
    with open_project("food_on_conveyor", size=SIZE) as opened:
        told = [a for r in opened.records(range(2)) for a in r.annotations]
    usual_g = {
        "apple": (80, 300),
        "banana": (60, 260),
        "bread_roll": (30, 130),
        "mug": (100, 1000),
        "bottle": (10, 200),
    }
    assert {"apple", "banana", "bread_roll"} <= {a.class_name for a in told}
    for a in told:
        low, high = usual_g[a.class_name]
        assert low < float(a.attributes["mass_g"]) < high, a.class_name


@pytest.mark.gl
def test_a_field_has_crops_in_rows_weeds_between_and_a_mask_for_every_leaf() -> None:
    with open_project("crop_field", size=SIZE) as opened:
        record = opened.record(2)
        classes = {c.id: c for c in record.scene.classes}
    assert {"crop", "weed"} <= {classes[a.class_id].supercategory for a in record.annotations}
    for a in record.annotations:
        leaves = [p for p in a.extra["parts"] if p["slot"] in ("leaf", "cotyledon")]
        assert sum(p["area_px"] for p in a.extra["parts"]) == a.area_px
        model = record.scene.instances[a.instance].model
        assert {p["name"] for p in leaves} <= {p.name for p in model.parts if p.slot in ("leaf", "cotyledon")}
        assert any(k.name == "stem_base" for k in a.keypoints)
    assert max(len(a.extra["parts"]) for a in record.annotations) > 4
    soil = next(i for i in record.scene.instances if i.group_uid == "soil")
    plants = [i for i in record.scene.instances if i is not soil]
    feet = np.array([i.world_from_object[:3, 3] for i in plants])
    np.testing.assert_allclose(surface_under([soil], feet[:, :2]), feet[:, 2], atol=1e-9)


@pytest.mark.gl
def test_a_die_is_classed_by_the_face_that_lies_on_top() -> None:
    with open_project("dice_tray", size=SIZE) as opened:
        seen = [(a.class_name, a.attributes) for r in opened.records(range(3)) for a in r.annotations]
    assert len({name for name, _ in seen}) >= 3
    assert all(attributes is not None and str(attributes["face_up"]) == name for name, attributes in seen)


@pytest.mark.gl
def test_goods_on_the_shelf_tell_what_they_are() -> None:
    with open_project("shop_shelf", size=SIZE) as opened:
        record = opened.record(1)
    goods = [a for a in record.annotations if a.class_name != "shelf"]
    assert {a.class_name for a in goods} == {"carton", "can", "bottle", "bag"}
    assert len(goods) > 100
    told = [dict(a.attributes or {}) for a in goods]
    assert all(len(str(t["ean13"])) == 13 and float(t["mass_g"]) > 0 for t in told)
    # One article for each stretch of the shelf: 20 brands, none of them twice.
    brands = {str(t["ean13"]): t["brand"] for t in told}
    assert 15 < len(brands) <= 20
    assert len(set(brands.values())) == len(brands)
    groups = record.scene.report["groups"]
    assert sum(g["placed"] for g in groups.values()) > 200
    assert any(g["rejections"].get("taken from the front") for g in groups.values())


@pytest.mark.gl
def test_an_example_becomes_a_dataset_that_verifies(tmp_path: Path) -> None:
    result = run_job(JobSettings(find_project("first_light"), 2, tmp_path / "set", width=160, height=120, workers=2))
    assert (result.written, result.quarantined) == (2, ())
    report = verify(result.folder)
    assert (report.findings, report.samples) == ((), 2)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_says_what_it_is_and_what_it_may_be_used_for(name: str) -> None:
    project = load_project(find_project(name)).project
    assert project.name == name
    assert project.description
    assert project.licence == "CC0-1.0"
    references = file_references(project, builtin_registry(), FileAssetStore(find_project(name).parent))
    assert all(reference.startswith("resource:") for reference, _ in references), "an example needs shipped files only"
