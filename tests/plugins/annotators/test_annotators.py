"""Labels against analytic truth: discs, boxes, rays through cutouts, and the counted definitions."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from scipy.spatial.transform import Rotation

from myriorama.plugins.annotators import annotate, choose, request_for
from myriorama.plugins.api import WHOLE_IMAGE, Annotator
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.model import Keypoint
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.errors import PluginError
from myriorama.scenes.labels.box_3d import quaternion_of
from myriorama.scenes.labels.contract import check
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import RenderRequest


@pytest.fixture(scope="module")
def labelled(scene_kit, traced):
    def make(scene, **more):
        return annotate(traced(scene), scene, scene_kit.sample(scene), **more)

    return make


def from_above(scene_kit, width: int, height: int, focal_px: float) -> Camera:
    return scene_kit.looking((0.0, 0.0, 1.0), (0.0, 0.0, 0.0), width, height, focal_px)


def lens_area(r: float, s: float, d: float) -> float:
    """Area of the intersection of two discs of radii r and s, distance d."""
    a = r * r * math.acos((d * d + r * r - s * s) / (2 * d * r))
    b = s * s * math.acos((d * d + s * s - r * r) / (2 * d * s))
    return a + b - 0.5 * math.sqrt((-d + r + s) * (d + r - s) * (d - r + s) * (d + r + s))


def test_fractions_of_two_overlapping_discs_are_analytic(scene_kit, labelled):
    # The camera is 1 m above z = 0; the upper disc is at z = 0.5 and looks twice its size.
    disc = scene_kit.shapes.disc
    scene = scene_kit.scene(
        from_above(scene_kit, 240, 240, 240.0),
        [
            scene_kit.instance("lower/0", disc(0.3), scene_kit.pose_at(0, 0, 0)),
            scene_kit.instance("upper/0", disc(0.1), scene_kit.pose_at(0.15, 0, 0.5)),
        ],
    )
    lower, upper = labelled(scene).annotations
    r, s, d = 0.3 * 240, 0.1 * 240 / 0.5, 0.15 * 240 / 0.5
    covered = lens_area(r, s, d)
    assert lower.unoccluded == pytest.approx(1 - covered / (math.pi * r * r), abs=0.003)
    assert lower.in_frame == 1.0
    assert upper.unoccluded == 1.0
    # The upper disc reaches to the image's border exactly at d + s = 120 px from its middle.
    assert upper.in_frame == pytest.approx(1.0, abs=0.003)
    assert lower.visible == lower.unoccluded * lower.in_frame
    assert [(o.instance_key, o.pixels) for o in lower.occluded_by] == [
        ("upper/0", lower.amodal_area_px - lower.area_px)
    ]


def test_a_disc_cut_by_the_border_is_half_in_frame(scene_kit, labelled):
    disc = scene_kit.instance("half/0", scene_kit.shapes.disc(0.2), scene_kit.pose_at(0.5, 0, 0))
    scene = scene_kit.scene(from_above(scene_kit, 200, 200, 200.0), [disc])
    (label,) = labelled(scene).annotations
    assert label.in_frame == pytest.approx(0.5, abs=0.01)
    assert label.unoccluded == 1.0
    assert label.box.x + label.box.w == 200


def test_every_state_of_a_thing_is_told(scene_kit, labelled, table_frames):
    record = labelled(table_frames[0][0])
    told = {a.instance_key: a for a in record.annotations}
    assert sorted(told) == ["ball/0", "crate/0", "crate/1"]
    hidden = {h["instance_key"]: h for h in record.hidden}
    assert sorted(hidden) == ["ball/1", "ball/2"]
    assert hidden["ball/1"]["unoccluded"] == 0.0
    assert hidden["ball/1"]["in_frame"] == 1.0
    assert hidden["ball/1"]["amodal_area_px"] > 0
    assert hidden["ball/2"]["amodal_area_px"] == 0
    assert (hidden["ball/2"]["in_frame"], hidden["ball/2"]["visible"]) == (0.0, 0.0)
    assert told["crate/1"].in_frame < 1
    # A distractor hides a thing, but carries no label itself.
    assert [o.instance_key for o in told["ball/0"].occluded_by] == ["post/0"]
    assert told["crate/0"].attributes == {"label": "fragile", "tall": False}
    assert {(o.by, a.instance) for a in record.annotations for o in a.occluded_by} == {(5, 1), (1, 2)}


def test_keypoints_of_a_ball_are_seen_in_front_and_hidden_behind(scene_kit, labelled):
    names = {
        "front": (0, -0.2, 0.2),
        "back": (0, 0.2, 0.2),
        "top": (0, 0, 0.4),
        "middle": (0, 0, 0.2),
        "aside": (3, 0, 0.2),
    }
    points = tuple(Keypoint(n, p, "interior" if n == "middle" else "surface") for n, p in names.items())
    ball = scene_kit.instance("ball/0", scene_kit.shapes.sphere(0.2), scene_kit.pose_at(), keypoints=points)
    scene = scene_kit.scene(scene_kit.looking((0, -2, 0.6), (0, 0, 0.2), 64, 64, 100.0), [ball])
    labels = {k.name: k for k in labelled(scene).annotations[0].keypoints}
    assert {n: k.v for n, k in labels.items()} == {"front": 2, "back": 1, "top": 2, "middle": 2, "aside": 0}
    for k in labels.values():
        (expected,), (depth,) = scene.camera.project(np.array([names[k.name]], dtype=float))
        assert (k.x, k.y, k.depth_m) == pytest.approx((*expected, depth))


def test_a_sphere_shows_exactly_the_keypoints_before_its_horizon(scene_kit, labelled):
    """A point of a sphere is seen where its normal faces the eye; the facets may err near the horizon only."""
    radius, eye = 0.2, np.array([0.3, -1.5, 0.7])
    mesh = scene_kit.shapes.sphere(radius)
    corners = np.unique(mesh.positions.astype(np.float64), axis=0)
    points = tuple(Keypoint(f"k{n}", tuple(c), tolerance_m=1e-4) for n, c in enumerate(corners.tolist()))
    ball = scene_kit.instance("ball/0", mesh, scene_kit.pose_at(), keypoints=points)
    scene = scene_kit.scene(scene_kit.looking(tuple(eye), (0, 0, 0.2), 96, 96, 150.0), [ball])
    record = labelled(scene)
    normals = (corners - [0, 0, radius]) / radius
    facing = ((eye - corners) * normals).sum(axis=1) / np.linalg.norm(eye - corners, axis=1)
    seen = np.array([k.v == 2 for k in record.annotations[0].keypoints])
    clear = np.abs(facing) > 0.15
    assert clear.sum() > 150
    assert np.array_equal(seen[clear], facing[clear] > 0)
    assert check(record) == []


def test_a_keypoint_on_the_ground_is_not_hidden_by_the_ground(scene_kit, labelled):
    floor = scene_kit.instance("floor/0", scene_kit.shapes.plane(4.0), scene_kit.pose_at(), kind="stuff", class_id=9)
    disc = scene_kit.instance(
        "disc/0",
        scene_kit.shapes.disc(0.2, 60),
        scene_kit.pose_at(0, 0, 0.0005),
        keypoints=(Keypoint("middle", (0, 0, 0)),),
    )
    scene = scene_kit.scene(scene_kit.looking((0, -2, 1), (0, 0, 0), 64, 48, 80.0), [floor, disc])
    assert labelled(scene).annotations[0].keypoints[0].v == 2


@pytest.mark.parametrize(("column", "expected"), [(0, 1), (1, 2)])
def test_a_cutout_hides_only_where_it_is_opaque(scene_kit, labelled, column, expected):
    alpha = np.zeros((8, 8, 4), dtype=np.uint8)
    alpha[:, :4, 3] = 255
    leaf = Material(alpha="cutout", base_color_texture=Texture(alpha, srgb=True))
    turned = np.eye(4)
    turned[:3, :3] = Rotation.from_euler("x", 90, degrees=True).as_matrix()
    turned[:3, 3] = (0, -1, 0.2)
    x = -0.1 if column == 0 else 0.1
    ball = scene_kit.instance(
        "ball/0",
        scene_kit.shapes.sphere(0.2),
        scene_kit.pose_at(),
        keypoints=(Keypoint("k", (x, -0.1, 0.2), "interior"),),
    )
    fence = scene_kit.instance("fence/0", scene_kit.shapes.plane(0.6), turned, kind="unlabelled", material=leaf)
    scene = scene_kit.scene(scene_kit.looking((0, -3, 0.2), (0, 0, 0.2), 65, 65, 200.0), [ball, fence])
    record = labelled(scene)
    assert record.annotations[0].keypoints[0].v == expected
    assert check(record) == []
    # The left half of the ball is behind the opaque half of the fence, in the masks as well.
    assert record.annotations[0].unoccluded == pytest.approx(0.5, abs=0.03)


def test_what_is_see_through_hides_nothing(scene_kit, labelled):
    glass = Material(alpha="transparent", label_policy="see_through", opacity=0.3)
    for material, expected in ((glass, 2), (Material(alpha="transparent", opacity=0.3), 1)):
        ball = scene_kit.instance(
            "ball/0", scene_kit.shapes.sphere(0.2), scene_kit.pose_at(), keypoints=(Keypoint("k", (0, -0.2, 0.2)),)
        )
        pane = scene_kit.instance(
            "pane/0",
            scene_kit.shapes.box(1, 0.01, 0.1),
            scene_kit.pose_at(0, -1, 0.15),
            kind="unlabelled",
            material=material,
        )
        scene = scene_kit.scene(scene_kit.looking((0, -3, 0.2), (0, 0, 0.2), 33, 33, 60.0), [ball, pane])
        truth = Truth.of(labelled(scene).frame, scene)
        keypoints = builtin_registry().annotator("keypoints").annotate(truth.frame, scene, truth)[0]["keypoints"]
        assert keypoints[0].v == expected


def test_boxes_3d_stand_where_the_object_stands(scene_kit, labelled):
    pose = scene_kit.pose_at(0.2, 0.1, 0.05, turn_deg=250, scale=1.5)
    crate = scene_kit.instance("crate/0", scene_kit.shapes.box(0.2, 0.4, 0.6), pose, class_id=2)
    scene = scene_kit.scene(scene_kit.looking((0, -3, 1), (0, 0, 0.3), 64, 64, 80.0), [crate])
    box = labelled(scene).annotations[0].box_3d
    assert box.size == pytest.approx([0.3, 0.6, 0.9])
    assert box.center == pytest.approx([0.2, 0.1, 0.05 + 0.45])
    turned = Rotation.from_quat(box.rotation, scalar_first=True)
    assert turned.as_matrix() == pytest.approx(pose[:3, :3] / 1.5)
    signs = np.array([[k & 1, k >> 1 & 1, k >> 2 & 1] for k in range(8)]) - 0.5
    assert box.corners_world == pytest.approx(turned.apply(signs * box.size) + box.center)
    pixels, _ = scene.camera.project(box.corners_world)
    assert np.array(box.corners_px) == pytest.approx(pixels)


def test_a_corner_behind_the_camera_has_no_pixel(scene_kit, labelled):
    crate = scene_kit.instance("crate/0", scene_kit.shapes.box(0.2, 6, 0.2), scene_kit.pose_at(0, 0, -0.6), class_id=2)
    scene = scene_kit.scene(scene_kit.looking((0, -2, 0), (0, 0, 0), 64, 64, 50.0), [crate])
    record = labelled(scene)
    corners = record.annotations[0].box_3d.corners_px
    assert [c is None for c in corners] == [not k & 2 for k in range(8)]
    assert check(record) == []


def test_quaternions_cover_every_branch():
    for rotation in [
        Rotation.from_euler("xyz", e, degrees=True) for e in ((0, 0, 0), (180, 0, 0), (0, 180, 0), (0, 0, 180))
    ] + list(Rotation.random(200, rng=np.random.default_rng(5))):
        q = quaternion_of(rotation.as_matrix())
        assert q[0] >= 0
        assert Rotation.from_quat(q, scalar_first=True).as_matrix() == pytest.approx(rotation.as_matrix(), abs=1e-9)


def test_segments_are_the_pixels_of_things_and_of_each_class_of_stuff(labelled, table_frames):
    scene, frame = table_frames[0]
    segments = labelled(scene).extra["segments"]
    instance = scene.instance_of_surface[frame.surface_id]
    labelled_pixels = 0
    for s in segments:
        own = np.isin(instance, s["instance_ids"])
        assert s["area_px"] == own.sum()
        assert s["rle"].encode() == coco_mask.encode(np.asfortranarray(own.astype(np.uint8)))["counts"]
        y, x = np.nonzero(own)
        assert s["box"] == [x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1]
        assert (scene.class_of_surface[frame.surface_id][own] == s["class_id"]).all()
        labelled_pixels += s["area_px"]
    assert labelled_pixels == np.count_nonzero(scene.class_of_surface[frame.surface_id])
    assert [s["is_thing"] for s in segments].count(False) == 1


def test_chosen_labels_only_and_nothing_made_up(scene_kit, traced, table_frames):
    scene, frame = table_frames[0]
    record = annotate(frame, scene, scene_kit.sample(scene), labels=("keypoints",))
    assert record.labels == ("keypoints", "visible")
    a = record.annotations[0]
    assert (a.visible, a.amodal_mask, a.box_3d, a.occluded_by) == (None, None, None, ())
    assert check(record) == []


def test_passes_are_asked_for_and_a_missing_one_is_named(scene_kit, table_frames):
    scene, frame = table_frames[0]
    assert not request_for(choose(labels=("visible",)), RenderRequest(amodal=False)).amodal
    assert request_for(choose(labels=("fractions",)), RenderRequest(amodal=False)).amodal
    with pytest.raises(PluginError, match="'amodal' reads the amodal pass"):
        annotate(replace(frame, amodal=None), scene, scene_kit.sample(scene))


class _Liar(Annotator):
    name = "liar"
    fills = ("colour",)

    def __init__(self, given):
        self.given = given

    def annotate(self, frame, scene, truth):
        return self.given


class _With:
    """The built-in registry with one more annotator."""

    def __init__(self, extra):
        self.extra = extra

    def shipped(self, kind):
        return ("liar", "visible")

    def annotator(self, name):
        return self.extra if name == "liar" else builtin_registry().annotator(name)


def test_further_labels_are_kept_under_their_names(scene_kit, table_frames):
    scene, frame = table_frames[0]
    image = np.zeros((frame.height, frame.width), dtype=np.uint16)
    given = {1: {"colour": "red"}, 3: {"colour": "green"}, WHOLE_IMAGE: {"colour": image}}
    record = annotate(frame, scene, scene_kit.sample(scene), _With(_Liar(given)))
    assert record.annotations[0].extra == {"colour": "red"}
    assert record.hidden[0]["extra"] == {"colour": "green"}
    assert record.layers["colour"] is image


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({1: {"shape": "round"}}, "without declaring it"),
        ({0: {"colour": "red"}}, "which is no thing"),
        ({1: {"colour": float("nan")}}, "not finite"),
        ({1: {"colour": object()}}, "not a JSON value"),
        ({WHOLE_IMAGE: {"colour": np.zeros((2, 2))}}, "rows and"),
    ],
)
def test_an_annotator_that_breaks_its_word_is_named(scene_kit, table_frames, given, said):
    scene, frame = table_frames[0]
    with pytest.raises(PluginError, match=said):
        annotate(frame, scene, scene_kit.sample(scene), _With(_Liar(given)))


def test_two_annotators_may_not_fill_one_field():
    liar = _Liar({})
    for fills, said in ((("rle",), "both fill"), (("class_id",), "comes from the scene")):
        liar.fills = fills
        with pytest.raises(PluginError, match=said):
            choose(_With(liar))
