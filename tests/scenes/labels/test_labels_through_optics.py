"""Labels behind a lens and a rolling shutter: rays, sight and the contract, against scenes frozen row by row.

The witness renders every row as a pinhole's picture of the scene as it stands at that row's instant: it knows nothing
of rolling shutters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from myriorama.plugins.annotators import annotate
from myriorama.scenes.assembly.model import Keypoint
from myriorama.scenes.assembly.scene import Instance, Scene
from myriorama.scenes.cameras.camera import Camera, Distortion
from myriorama.scenes.labels.box_3d import box_3d_of
from myriorama.scenes.labels.contract import check
from myriorama.scenes.labels.rays import CameraRays
from myriorama.scenes.labels.record import Record
from myriorama.scenes.labels.rolling_rays import RollingRays
from myriorama.scenes.labels.sight import HIDDEN, OUTSIDE, VISIBLE, points_of, sight
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import AmodalMask, Frame

WIDTH, HEIGHT = 64, 48
READOUT_S = 0.05


@pytest.fixture(scope="module")
def moving(scene_kit) -> Scene:
    """Boxes that move before a camera that moves and turns; corners of one are hidden, of another outside."""
    s = scene_kit.shapes
    corners = tuple(
        Keypoint(f"corner{k}", (0.15 * (-1) ** k, 0.15 * (-1) ** (k >> 1), 0.3 * (k >> 2)), tolerance_m=0.002)
        for k in range(8)
    )
    things = [
        scene_kit.instance("floor/0", s.plane(6.0), scene_kit.pose_at(), kind="stuff", class_id=9),
        scene_kit.instance(
            "crate/0",
            s.box(0.3, 0.3, 0.3),
            scene_kit.pose_at(0.1, 0.0, 0.001, 30),
            keypoints=corners,
            velocity_m_s=(3.0, 0.5, 0.4),
        ),
        scene_kit.instance(
            "crate/1", s.box(0.3, 0.3, 0.3), scene_kit.pose_at(-0.25, -0.3, 0.001, 10), keypoints=corners
        ),
        scene_kit.instance(
            "post/0",
            s.box(0.04, 0.04, 0.6),
            scene_kit.pose_at(-0.02, -0.6, 0.001),
            kind="unlabelled",
            velocity_m_s=(-2.0, 0.0, 0.0),
        ),
        scene_kit.instance("crate/2", s.box(0.3, 0.3, 0.3), scene_kit.pose_at(1.3, 0.4, 0.001, 50), keypoints=corners),
    ]
    camera = replace(
        scene_kit.looking((0.1, -2.0, 0.9), (0, 0, 0.2), WIDTH, HEIGHT, 62.0),
        readout_s=READOUT_S,
        velocity_m_s=(1.5, -0.5, 1.0),
        angular_velocity_rad_s=(0.3, 1.5, -2.0),
    )
    return scene_kit.scene(camera, things)


def frozen(scene: Scene, time_s: float) -> Scene:
    """Return the scene as it stands at an instant, seen by a pinhole."""

    def moved(instance: Instance) -> Instance:
        pose = instance.world_from_object.copy()
        pose[:3, 3] += np.array(instance.velocity_m_s) * time_s
        return replace(instance, world_from_object=pose, velocity_m_s=(0.0, 0.0, 0.0))

    return replace(scene, camera=scene.camera.at(time_s), instances=tuple(moved(i) for i in scene.instances))


@pytest.fixture(scope="module")
def rolled(moving: Scene, traced: Callable[[Scene], Frame]) -> Frame:
    """The frame of `moving`: each row from the scene at that row's instant."""
    rows: list[Frame] = []
    for y in range(HEIGHT):
        time_s = ((y + 0.5) / HEIGHT - 0.5) * READOUT_S
        scene = frozen(moving, time_s)
        camera = replace(scene.camera, height=1, cy=scene.camera.cy - y)
        rows.append(traced(replace(scene, camera=camera)))
    amodal = {}
    for i in rows[0].amodal or {}:
        mask = np.zeros((HEIGHT, WIDTH), dtype=np.bool_)
        for y, row in enumerate(rows):
            alone = (row.amodal or {})[i]
            mask[y, alone.x : alone.x + alone.mask.shape[1]] = alone.mask.any(axis=0)
        if not mask.any():
            amodal[i] = AmodalMask(0, 0, np.zeros((0, 0), dtype=np.bool_), 0)
            continue
        at_y, at_x = np.nonzero(mask)
        crop = mask[at_y.min() : at_y.max() + 1, at_x.min() : at_x.max() + 1]
        amodal[i] = AmodalMask(int(at_x.min()), int(at_y.min()), np.ascontiguousarray(crop), int(mask.sum()))

    def stacked(name: str) -> np.ndarray:
        return np.concatenate([getattr(row, name) for row in rows])

    names = ("rgb", "surface_id", "depth", "normal", "object_coordinates")
    return replace(rows[0], height=HEIGHT, amodal=amodal, **{name: stacked(name) for name in names})


@pytest.fixture(scope="module")
def record(scene_kit, moving: Scene, rolled: Frame) -> Record:
    return annotate(rolled, moving, scene_kit.sample(moving))


def test_a_row_by_row_picture_keeps_the_contract(record: Record) -> None:
    assert check(record) == []
    assert len(record.annotations) == 3
    states = [k.v for a in record.annotations for k in a.keypoints]
    assert {OUTSIDE, HIDDEN, VISIBLE} <= set(states)


@pytest.mark.parametrize(
    ("change", "invariants"),
    [
        ({"angular_velocity_rad_s": (0.0, 0.0, 0.0)}, {5, 7}),
        ({"velocity_m_s": (-1.5, -0.5, 1.0)}, {5, 7}),
        ({"readout_s": 0.0}, {5, 7}),
    ],
)
def test_another_cameras_labels_break_it(record: Record, change: dict[str, object], invariants: set[int]) -> None:
    scene = replace(record.scene, camera=replace(record.scene.camera, **change))
    broken = {v.invariant for v in check(replace(record, scene=scene))}
    assert invariants <= broken


def test_a_thing_at_another_speed_breaks_it(record: Record) -> None:
    things = tuple(
        replace(i, velocity_m_s=(-3.0, 0.5, 0.4)) if i.instance_key == "crate/0" else i for i in record.scene.instances
    )
    found = check(replace(record, scene=replace(record.scene, instances=things)))
    assert {v.instance_key for v in found} == {"crate/0"}
    assert {5, 7} <= {v.invariant for v in found}


def test_a_mask_that_leaves_its_box_is_told(record: Record) -> None:
    def aside(a):
        box = replace(a.amodal_box, x=a.amodal_box.x + 3)
        return replace(a, amodal_box=box)

    rows = tuple(aside(a) if a.instance_key == "crate/1" else a for a in record.annotations)
    found = [v for v in check(replace(record, annotations=rows)) if v.invariant == 6]
    assert [v.instance_key for v in found] == ["crate/1"]


def test_rolling_rays_meet_what_rays_at_their_instants_meet(moving: Scene) -> None:
    rng = np.random.default_rng(4)
    pixels = rng.uniform((0, 0), (WIDTH, HEIGHT), (60, 2))
    rays = moving.camera.rays(pixels)
    directions = rays.directions * rng.uniform(0.5, 6.0, 60)[:, None]
    rolling = RollingRays(moving)
    everything = [(i, np.arange(60), None) for i in range(len(moving.instances))]
    met = rolling.first_hits(everything, directions, rays.times_s)
    pairs = set(zip(*(a.tolist() for a in rolling.candidates(directions, rays.times_s)), strict=True))
    for n in range(60):
        then = CameraRays(frozen(moving, float(rays.times_s[n])))
        one = directions[n : n + 1]
        expected = then.first_hits([(i, np.arange(1), None) for i in range(len(moving.instances))], one)[0]
        assert met[n] == pytest.approx(expected, rel=1e-9)
        assert {i for r, i in pairs if r == n} == set(then.candidates(one)[1].tolist())
    assert np.isfinite(met).sum() > 20


def test_points_are_seen_or_hidden_as_they_are_at_their_instants(moving: Scene, rolled: Frame) -> None:
    truth = Truth.of(rolled, moving)
    points = points_of(truth, truth.things)
    seen = sight(truth, points)
    for n in np.flatnonzero(seen.state != OUTSIDE).tolist():
        time_s = float(moving.camera.row_times(seen.pixels[n : n + 1, 1])[0])
        then = frozen(moving, time_s)
        still = Truth.of(rolled, then)
        own = replace(
            points,
            world=points.world[n : n + 1] + np.array(moving.instances[points.owner[n]].velocity_m_s) * time_s,
            owner=points.owner[n : n + 1],
            interior=points.interior[n : n + 1],
            tolerance_m=points.tolerance_m[n : n + 1],
        )
        expected = sight(still, own)
        assert seen.pixels[n] == pytest.approx(expected.pixels[0], abs=1e-6)
        assert seen.depth_m[n] == pytest.approx(expected.depth_m[0], rel=1e-9)
        assert seen.state[n] == expected.state[0]


def test_corners_of_boxes_project_as_all_points_do(moving: Scene) -> None:
    for instance in moving.instances:
        box = box_3d_of(instance, moving.camera)
        pixels, _ = moving.camera.project(box.corners_world, np.array(instance.velocity_m_s))
        assert [c for c in box.corners_px if c is not None] == [tuple(p) for p in pixels.tolist() if p[0] == p[0]]


def test_what_a_lens_does_not_show_has_no_pixel_and_is_outside(scene_kit, traced: Callable[[Scene], Frame]) -> None:
    point = Keypoint("far_out", (0.0, 0.0, 0.1))
    wide = Distortion("brown_conrady", (-0.4, 0.0, 0.0, 0.0))  # shows nothing from 42 degrees off its axis on
    camera = Camera(np.eye(4), WIDTH, HEIGHT, 20.0, 20.0, WIDTH / 2, HEIGHT / 2, distortion=wide)
    pose = np.eye(4)
    pose[:3, 3] = (1.1, 0.0, 0.9)
    thing = scene_kit.instance("box/0", scene_kit.shapes.box(0.1, 0.1, 0.1), pose, keypoints=(point,))
    scene = scene_kit.scene(camera, [thing])
    empty = traced(scene_kit.scene(camera.pinhole, []))
    hidden = AmodalMask(0, 0, np.zeros((0, 0), dtype=np.bool_), 0)
    frame = replace(empty, amodal={0: hidden})
    made = annotate(frame, scene, scene_kit.sample(scene))
    assert check(made) == []
    (row,) = made.hidden
    (label,) = row["keypoints"]
    assert (label["x"], label["y"], label["v"]) == (0.0, 0.0, OUTSIDE)
    assert label["depth_m"] == pytest.approx(1.0)
    assert None in row["box_3d"]["corners_px"]


def test_what_a_cutout_removes_stops_no_ray_at_any_instant(scene_kit) -> None:
    holes = np.full((8, 8, 4), 255, dtype=np.uint8)
    holes[:, 4:, 3] = 0
    leaf = Material(base_color_texture=Texture(holes, srgb=True), alpha="cutout")
    s, at = scene_kit.shapes, scene_kit.pose_at
    things = [
        scene_kit.instance("floor/0", s.plane(4.0), at(), kind="stuff", class_id=9),
        scene_kit.instance("leaf/0", s.plane(0.8), at(0.0, 0.0, 0.3, 20), material=leaf, velocity_m_s=(4.0, -2.0, 1.0)),
        scene_kit.instance("ball/0", s.sphere(0.2), at(0.3, 0.3, 0.5), velocity_m_s=(0.0, 3.0, 0.0)),
    ]
    camera = scene_kit.looking((0.1, -1.5, 1.4), (0, 0, 0.2), WIDTH, HEIGHT, 62.0)
    scene = scene_kit.scene(replace(camera, readout_s=0.08, angular_velocity_rad_s=(0.0, 0.5, 1.0)), things)
    rays = scene.camera.rays(np.random.default_rng(6).uniform((0, 0), (WIDTH, HEIGHT), (150, 2)))
    met = np.stack([RollingRays(scene).first_hit(i, rays.directions, None, rays.times_s) for i in range(3)])
    for n in range(150):
        then = CameraRays(frozen(scene, float(rays.times_s[n])))
        expected = [float(then.first_hit(i, rays.directions[n : n + 1])[0]) for i in range(3)]
        assert met[:, n] == pytest.approx(expected, rel=1e-9)
    assert np.isfinite(met[1]).sum() > 5
    assert (np.isfinite(met[0]) & ~np.isfinite(met[1])).sum() > 5
