"""Goods on a shelf by their laws: nothing shares a place, gaps come as often as asked, what lies lies still."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import trimesh
from scipy.spatial import ConvexHull

from myriorama.plugins.api import Color, Item, ObjectModel, PlaceContext, Placed
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.scene import Instance
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.combine import merge
from myriorama.scenes.materials.finishes import srgb
from myriorama.scenes.parameters.streams import KeyedDraws

REGISTRY = builtin_registry()
PLUGIN = REGISTRY.placement("facings")
PerObject = Callable[[int], Mapping[str, Any]] | Mapping[str, Any] | None


def model_of(generator: str, **values: Any) -> ObjectModel:
    made = REGISTRY.generator(generator)
    own = {p.name: srgb(p.default) if isinstance(p, Color) else p.default for p in made.parameters}
    return made.generate({**own, **values})


def standing(key: str, model: ObjectModel, pose: F64) -> Instance:
    group, number = key.split("/")
    return Instance(key, group, group, int(number), model, pose, "thing", 1, 1, model.attributes)


def turned(x: float = 0.0, y: float = 0.0, z: float = 0.0, yaw_deg: float = 0.0, scale: float = 1.0) -> F64:
    c, s = scale * np.cos(np.radians(yaw_deg)), scale * np.sin(np.radians(yaw_deg))
    return np.array([[c, -s, 0, x], [s, c, 0, y], [0, 0, scale, z], [0, 0, 0, 1.0]])


@pytest.fixture(scope="module")
def shelf_model() -> ObjectModel:
    """One bay of a metre, three levels at 0.2, 0.6 and 1.0 m."""
    return model_of("shelf_unit", width_m=1.0, bays=1, levels=3, spacing_m=0.4, base_m=0.2, tags=False)


@pytest.fixture
def shelf(shelf_model: ObjectModel) -> Instance:
    return standing("shelf/0", shelf_model, turned())


@pytest.fixture(scope="module")
def goods() -> dict[str, ObjectModel]:
    return {
        "box": model_of("product_box", size_x_m=0.12, size_y_m=0.05, size_z_m=0.18),
        "can": model_of("can", detail=2),
        "bag": model_of("bag", style="pouch", width_m=0.11, height_m=0.2, detail=1),
        "bottle": model_of("bottle", detail=1),
    }


def stock(
    models: Sequence[ObjectModel],
    stands: Sequence[Instance],
    each: PerObject = None,
    index: int = 0,
    uid: str = "place",
    **values: Any,
) -> Placed:
    own = {p.name: p.default for p in PLUGIN.per_object}
    items = [Item(n, m, own | dict(each(n) if callable(each) else each or {})) for n, m in enumerate(models)]
    group = {p.name: p.default for p in PLUGIN.parameters}
    assert set(values) <= set(group)
    return PLUGIN.place(group | values, items, PlaceContext(tuple(stands), KeyedDraws(7, index, 0, uid)))


def instances(uid: str, models: Sequence[ObjectModel], placed: Placed) -> list[Instance]:
    there = zip(models, placed.poses, strict=True)
    return [standing(f"{uid}/{n}", m, pose) for n, (m, pose) in enumerate(there) if pose is not None]


@cache  # every can on a shelf is the same model
def hull_of(model: ObjectModel) -> F64:
    points = merge([p.mesh for p in model.parts]).positions.astype(np.float64)
    return points[ConvexHull(points).vertices]


def corners_of(instance: Instance) -> F64:
    """Return the corners of an object's convex hull in the world, by scipy."""
    return hull_of(instance.model) @ instance.world_from_object[:3, :3].T + instance.world_from_object[:3, 3]


class Body:
    """A convex body: points of it, and the planes of its sides."""

    def __init__(self, corners: F64) -> None:
        self.low, self.high = corners.min(axis=0), corners.max(axis=0)
        between, inner = 0.5 * (corners + np.roll(corners, 1, axis=0)), 0.9 * corners + 0.1 * corners.mean(axis=0)
        self.points = np.concatenate([corners, between, inner])
        self.planes = np.unique(np.round(ConvexHull(corners).equations, 12), axis=0)

    def depth_m(self, points: F64) -> float:
        """Return how deep the deepest of some points is inside, negative where none is."""
        return float(-(points @ self.planes[:, :3].T + self.planes[:, 3]).max(axis=1).min())


def overlap_m(a: Body, b: Body) -> float:
    """Return how deep one convex body reaches into another, by the corners and mid-edges of each inside the other."""
    return max(0.0, a.depth_m(b.points), b.depth_m(a.points))


def untouched(things: Sequence[Instance], shelf: Instance) -> float:
    """Return the deepest overlap among things, and of things with the shelf's own pieces, metres."""
    bodies = [Body(corners_of(i)) for i in things]
    linear, shift = shelf.world_from_object[:3, :3], shelf.world_from_object[:3, 3]
    fixed = [Body(c.points.astype(np.float64) @ linear.T + shift) for c in shelf.model.collision]
    pairs = [*combinations(bodies, 2), *((body, piece) for body in bodies for piece in fixed)]
    near = [(a, b) for a, b in pairs if (a.low < b.high).all() and (b.low < a.high).all()]
    return max((overlap_m(a, b) for a, b in near), default=0.0)


@pytest.mark.parametrize("yaw_deg", [0.0, 37.0])
def test_a_full_shelf_in_disorder_does_not_interpenetrate(
    yaw_deg: float, shelf_model: ObjectModel, goods: dict[str, ObjectModel]
) -> None:
    shelf = standing("shelf/0", shelf_model, turned(0.4, -1.0, 0.05, yaw_deg))
    mess = {
        "turned_chance": 0.2, "fallen_chance": 0.5, "misplaced_chance": 0.15, "taken_chance": 0.5, "untidiness": 1.0,
    }  # fmt: skip

    def yaw(n: int) -> Mapping[str, Any]:
        return {"yaw_deg": 6.0 * ((n * 7) % 5 - 2), "scale": 0.9 + 0.05 * (n % 4)}

    for index in range(2):
        there: list[Instance] = []
        fell = 0
        for turn, (name, level, width) in enumerate(
            [("box", 1, 0.5), ("bottle", 1, 0.0), ("can", 2, 0.45), ("bag", 2, 0.0), ("can", 3, 0.5), ("box", 3, 0.0)]
        ):
            models = [goods[name]] * 16
            placed = stock(
                models, [shelf, *there], yaw, index, f"place{turn}", level=level, width_m=width, rows=4,
                piled=2 if name == "can" else 1, **mess,
            )  # fmt: skip
            new = instances(f"g{turn}", models, placed)
            fell += sum(
                abs(i.world_from_object[2, 2]) < 0.5 * np.cbrt(np.linalg.det(i.world_from_object[:3, :3])) for i in new
            )
            there += new
        assert len(there) > 35
        assert fell > 0
        assert untouched(there, shelf) < 1e-5
        levels = [0.05 + h for h in (0.2, 0.6, 1.0)]
        for thing in there:
            low = corners_of(thing)[:, 2].min()
            pile = np.abs(np.array([*levels, *(h + s * 0.115 for h in levels for s in (0.9, 0.95, 1.0, 1.05))]) - low)
            assert pile.min() < 1e-4, "it floats or sinks"


def test_rows_run_from_the_front_and_facings_from_the_left(shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    placed = stock(
        [goods["box"]] * 8, [shelf], level=2, rows=4, untidiness=0.0, gap_m=0.01, row_gap_m=0.02, front_m=0.03
    )
    at = np.array([p[:3, 3] for p in placed.poses if p is not None])
    assert len(at) == 8
    assert placed.notes == ()
    np.testing.assert_allclose(at[:, 2], 0.6)
    np.testing.assert_allclose(at[:4, 0], -0.5 + 0.005 + 0.06)
    np.testing.assert_allclose(at[4:, 0] - at[:4, 0], 0.13)
    np.testing.assert_allclose(at[:4, 1], -0.21 + 0.03 + 0.025 + 0.07 * np.arange(4), atol=1e-8)
    for pose in placed.poses:
        np.testing.assert_allclose(pose[:3, :3], np.eye(3), atol=1e-12)


def test_a_turned_shelf_turns_its_goods(shelf_model: ObjectModel, goods: dict[str, ObjectModel]) -> None:
    values = {"level": 2, "rows": 2, "fallen_chance": 0.5, "misplaced_chance": 0.2, "gap_chance": 0.2}
    move = turned(1.0, 2.0, 0.3, 125.0)
    plain = stock([goods["can"]] * 12, [standing("shelf/0", shelf_model, turned())], **values)
    moved = stock([goods["can"]] * 12, [standing("shelf/0", shelf_model, move)], **values)
    assert plain.rejections == moved.rejections
    for a, b in zip(plain.poses, moved.poses, strict=True):
        assert (a is None) == (b is None)
        if a is not None and b is not None:
            np.testing.assert_allclose(move @ a, b, atol=1e-9)


def test_a_larger_shelf_has_larger_levels(shelf_model: ObjectModel, goods: dict[str, ObjectModel]) -> None:
    big = standing("shelf/0", shelf_model, turned(scale=2.0))
    placed = stock([goods["box"]] * 15, [big], level=3, rows=1)
    assert all(p is not None for p in placed.poses)
    assert placed.poses[0][2, 3] == pytest.approx(2.0)


def test_levels_may_be_told_one_by_one(shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    told = {**shelf.attributes, "level_2_height_m": 0.55, "level_2_clear_m": 0.12}
    own = replace(shelf, attributes=told)
    placed = stock([goods["can"]] * 2, [own], level=2, piled=2)
    assert placed.poses[0] is not None
    assert placed.poses[0][2, 3] == pytest.approx(0.55)
    assert placed.rejections == {"too tall for the level": 1}
    assert stock([goods["can"]], [own], level=3).poses[0][2, 3] == pytest.approx(1.0)


def test_the_next_group_stands_beside_the_last(shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    first = instances("a", [goods["box"]] * 6, stock([goods["box"]] * 6, [shelf], rows=2))
    right = max(corners_of(i)[:, 0].max() for i in first)
    second = instances("b", [goods["can"]] * 6, stock([goods["can"]] * 6, [shelf, *first], uid="b", rows=2))
    assert len(second) == 6
    assert min(corners_of(i)[:, 0].min() for i in second) > right
    # On another level it starts at the left end.
    third = instances("c", [goods["can"]] * 2, stock([goods["can"]] * 2, [shelf, *first], level=2))
    assert min(corners_of(i)[:, 0].min() for i in third) < -0.48
    # A given start that is taken is passed over.
    given = stock([goods["can"]] * 2, [shelf, *first], start="given", start_m=0.1, rows=2)
    assert min(corners_of(i)[:, 0].min() for i in instances("d", [goods["can"]] * 2, given)) > right


def test_a_stretch_ends_at_its_width(shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    placed = stock([goods["can"]] * 12, [shelf], start="given", start_m=0.3, width_m=0.4, rows=1, untidiness=1.0)
    there = instances("a", [goods["can"]] * 12, placed)
    assert len(there) == 5  # 5 x 0.072 m
    assert placed.rejections == {"no width left on the level": 7}
    assert "placed 5 of 12" in placed.notes[0]
    x = np.concatenate([corners_of(i)[:, 0] for i in there])
    assert x.min() >= -0.2
    assert x.max() <= 0.2


def test_what_does_not_fit_is_told(shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    can = goods["can"]
    deep = stock([can] * 10, [shelf], rows=10)
    assert deep.rejections == {"no depth left behind the rows in front": 5}
    tall = stock([can] * 8, [shelf], rows=1, piled=8)
    # 0.4 m less a board of 26 mm and a bracket of 35 mm: two cans of 115 mm.
    assert tall.rejections == {"too tall for the level": 6}
    assert [p is not None for p in tall.poses] == [True] * 2 + [False] * 6
    assert stock([can], [shelf], level=4).rejections == {"the shelf has no such level": 1}
    assert stock([can], [shelf], shelf=2).rejections == {"no such shelf stands upright": 1}
    assert stock([can], []).rejections == {"no such shelf stands upright": 1}
    tipped = replace(shelf, world_from_object=np.diag([1.0, -1.0, -1.0, 1.0]))
    assert stock([can], [tipped]).rejections == {"no such shelf stands upright": 1}
    assert stock([], [shelf]).poses == ()


def test_the_second_shelf_is_the_second(shelf_model: ObjectModel, goods: dict[str, ObjectModel]) -> None:
    two = [standing("shelf/0", shelf_model, turned()), standing("shelf/1", shelf_model, turned(3.0))]
    (pose,) = stock([goods["can"]], two, shelf=2).poses
    assert pose[0, 3] > 2.4


@pytest.mark.parametrize("chance", [0.0, 0.25, 0.8, 1.0])
def test_gaps_come_as_often_as_asked(chance: float, shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    empty = []
    for index in range(40):
        placed = stock([goods["can"]] * 24, [shelf], index=index, rows=2, gap_chance=chance)
        gone = np.array([p is None for p in placed.poses]).reshape(12, 2)
        assert (gone[:, 0] == gone[:, 1]).all(), "a facing is empty as a whole"
        assert placed.rejections["its facing is empty"] == gone.sum()
        assert placed.notes == (), "what was sold is no shortage"
        empty += gone[:, 0].tolist()
    sigma = np.sqrt(chance * (1 - chance) / len(empty))
    assert abs(np.mean(empty) - chance) <= 4 * sigma


def test_a_gap_moves_no_other_facing(shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    full, sparse = (stock([goods["can"]] * 24, [shelf], rows=2, gap_chance=c) for c in (0.0, 0.4))
    assert 0 < sum(p is None for p in sparse.poses) < 24
    for a, b in zip(full.poses, sparse.poses, strict=True):
        assert b is None or np.array_equal(a, b)


def test_rows_are_taken_from_the_front(shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    left = []
    for index in range(30):
        placed = stock([goods["can"]] * 40, [shelf], index=index, rows=4, taken_chance=0.5)
        gone = np.array([p is None for p in placed.poses]).reshape(10, 4)
        assert (np.diff(gone.astype(int), axis=1) <= 0).all(), (
            "what stands behind a gap is there, what is before is gone"
        )
        assert not gone[:, 3].any(), "something stays"
        left += (~gone).sum(axis=1).tolist()
    counts = np.bincount(left, minlength=5)[1:]
    assert counts[3] == pytest.approx(150, abs=4 * np.sqrt(75))
    assert (np.abs(counts[:3] - 50) < 4 * np.sqrt(50)).all(), "one to three rows, each as often"


def test_piles_lose_from_the_top(shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    heights: set[int] = set()
    for index in range(12):
        placed = stock([goods["can"]] * 24, [shelf], index=index, rows=2, piled=2, taken_chance=1.0)
        gone = np.array([p is None for p in placed.poses]).reshape(6, 2, 2)
        assert gone[:, 0].all()
        assert not gone[:, 1, 0].any()
        heights |= set((~gone[:, 1]).sum(axis=1).tolist())
    assert heights == {1, 2}


@pytest.mark.parametrize("name", ["box", "can", "bag", "bottle"])
def test_what_has_fallen_lies_on_its_side_and_still(name: str, shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    model = goods[name]
    solid = merge([p.mesh for p in model.parts])
    upright = trimesh.Trimesh(solid.positions.astype(np.float64), solid.faces)
    middle = np.append(upright.center_mass, 1.0)
    lying = 0
    for index in range(3):
        placed = stock([model] * 15, [shelf], index=index, rows=3, fallen_chance=1.0)
        there = instances("a", [model] * 15, placed)
        for thing in there:
            if abs(thing.world_from_object[2, 2]) > 0.5:
                continue
            lying += 1
            body = trimesh.transform_points(upright.vertices, thing.world_from_object)
            assert body[:, 2].min() == pytest.approx(0.2, abs=1e-6), "it rests on the board"
            area = ConvexHull(body[body[:, 2] < 0.2 + 1e-5, :2])
            over = area.equations[:, :2] @ (thing.world_from_object @ middle)[:2] + area.equations[:, 2]
            assert over.max() < 1e-4, "its centre of mass is over its footing"
        fallen = sum(abs(t.world_from_object[2, 2]) < 0.5 for t in there)
        stayed = placed.rejections["no room to lie down, so it stands"]
        assert fallen + stayed == 5 - placed.rejections["no width left on the level"] // 3
    assert lying >= 6


def test_turned_ones_look_away_as_often_as_asked(shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    away = []
    for index in range(25):
        placed = stock([goods["can"]] * 20, [shelf], index=index, rows=2, turned_chance=0.3)
        for pose in placed.poses:
            if pose is not None:
                away.append(pose[0, 0] < np.cos(np.radians(19.9)))
    assert np.mean(away) == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / len(away)))


def test_misplaced_ones_stand_among_other_goods(shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    boxes = [goods["box"]] * 8
    there = instances("a", boxes, stock(boxes, [shelf], level=3, rows=2))
    cans = [goods["can"]] * 10
    moved = 0
    for index in range(6):
        placed = stock(cans, [shelf, *there], index=index, uid="b", level=1, rows=1, misplaced_chance=0.3)
        tidy = stock(cans, [shelf, *there], index=index, uid="b", level=1, rows=1)
        for now, before in zip(placed.poses, tidy.poses, strict=True):
            assert now is not None
            if not np.array_equal(now, before):
                moved += 1
                assert min(abs(now[2, 3] - h) for h in (0.2, 1.0)) < 1e-9
                if now[2, 3] > 0.9:
                    assert -0.5 <= now[0, 3] <= max(corners_of(i)[:, 0].max() for i in there)
        assert untouched([*there, *instances("b", cans, placed)], shelf) < 1e-6
    assert 5 < moved < 35


def test_the_same_draws_give_the_same_shelf(shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    values = {"rows": 2, "fallen_chance": 0.5, "gap_chance": 0.2, "misplaced_chance": 0.2, "turned_chance": 0.2}
    a, b, c = (stock([goods["can"]] * 16, [shelf], index=i, **values) for i in (0, 0, 1))
    assert [None if p is None else p.tobytes() for p in a.poses] == [
        None if p is None else p.tobytes() for p in b.poses
    ]
    assert [None if p is None else p.tobytes() for p in a.poses] != [
        None if p is None else p.tobytes() for p in c.poses
    ]


def test_another_object_moves_no_earlier_one(shelf: Instance, goods: dict[str, ObjectModel]) -> None:
    few, more = (stock([goods["can"]] * n, [shelf], rows=3, turned_chance=0.0, gap_chance=0.2) for n in (10, 17))
    for a, b in zip(few.poses, more.poses, strict=False):
        assert (a is None) == (b is None)
        assert a is None or np.array_equal(a, b)


def test_hulls_of_goods_are_their_witness(goods: dict[str, ObjectModel]) -> None:
    """The measure that these tests judge overlap by sees one."""
    can = standing("a/0", goods["can"], turned())
    near = standing("a/1", goods["can"], turned(0.0655))
    apart = standing("a/2", goods["can"], turned(0.067))
    one, two, three = (Body(corners_of(i)) for i in (can, near, apart))
    assert overlap_m(one, two) > 2e-4
    assert overlap_m(one, three) == 0
    assert one.depth_m(np.array([[0.0, 0.0, 0.05]])) == pytest.approx(0.033, abs=1e-3)
