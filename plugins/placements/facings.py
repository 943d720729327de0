"""Goods on a level of a standing shelf: facings side by side, rows behind each, piles, gaps, and disorder.

Every object owns a slot, so a gap is a slot whose object was sold. It never lets two objects share a place: what finds
none is left out, counted and told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from myriorama.plugins.api import Choice, Float, Int, Item, PlaceContext, Placed, Placement, Values
from myriorama.plugins.placements._declared import FURTHEST_M, SCALE, distance, shortage_note
from myriorama.plugins.placements._shelf import Board, Shelf, shelves_among
from myriorama.scenes.conventions import F64
from myriorama.scenes.placement.footprint import Footprint, footprint_of_model, highest, lowest
from myriorama.scenes.placement.poses import yaw_rotation
from myriorama.scenes.placement.resting import resting_rotations
from myriorama.scenes.placement.standing import Standing

NO_SHELF: Final = "no such shelf stands upright"
NO_LEVEL: Final = "the shelf has no such level"
NO_WIDTH: Final = "no width left on the level"
NO_DEPTH: Final = "no depth left behind the rows in front"
TOO_TALL: Final = "too tall for the level"
EMPTY: Final = "its facing is empty"
TAKEN: Final = "taken from the front"
STAYED_UP: Final = "no room to lie down, so it stands"
STAYED_HOME: Final = "no free place elsewhere, so it stands in its own"

_APART_M: Final = 0.002
_LYING_COS: Final = 0.5
"""Lying means: its own upward axis is more than 60 degrees from upright, and from upside down."""


def _chance(name: str, help_text: str, usual: tuple[float, float]) -> Float:
    return Float(
        name, 0.0, help=help_text, minimum=0.0, maximum=1.0, group="Disorder", suggested={"uniform": list(usual)}
    )


class Facings(Placement):
    """Goods on a shelf."""

    name = "facings"
    label = "Facings"
    help = "Goods on a level of a standing shelf: facings, rows behind them, piles, gaps, turned and fallen ones."
    parameters = (
        Int("shelf", 1, help="Which standing shelf, counted from the first.", minimum=1, maximum=1000, group="Place"),
        Int("level", 1, help="Which level, counted from the lowest.", minimum=1, maximum=100, group="Place"),
        Choice(
            "start",
            "beside",
            help="beside: to the right of what stands on the level; given: at start_m. A facing that is empty at a "
            "stretch's end is not seen by the next stretch beside it.",
            options=("beside", "given"),
            group="Place",
        ),
        distance("start_m", 0.0, "From the level's left end to the stretch, with start given.", group="Place"),
        distance("width_m", 0.0, "Width of the stretch; 0 takes all that is left of the level.", group="Place"),
        distance("front_m", 0.01, "From the level's front edge to the first row.", group="Place"),
        Int(
            "rows",
            3,
            help="Objects behind each other in a facing; those beyond the level's depth are left out.",
            minimum=1,
            maximum=100,
            group="Facing",
            suggested={"integers": [2, 4]},
        ),
        Int(
            "piled",
            1,
            help="Objects on top of each other.",
            minimum=1,
            maximum=50,
            group="Facing",
            suggested={"integers": [1, 2]},
        ),
        distance("gap_m", 0.006, "Free width between facings.", group="Facing"),
        distance("row_gap_m", 0.004, "Free depth between rows.", group="Facing"),
        Float(
            "untidiness",
            0.5,
            help="How much of the free room around each pile its place varies over.",
            minimum=0.0,
            maximum=1.0,
            group="Disorder",
            suggested={"uniform": [0.2, 1.0]},
        ),
        _chance("gap_chance", "Chance that a facing is empty.", (0.0, 0.15)),
        _chance("taken_chance", "Chance that some rows are gone from the front of a facing.", (0.0, 0.5)),
        _chance("turned_chance", "Chance that an object is turned away, by 20 to 340 degrees.", (0.0, 0.1)),
        _chance("fallen_chance", "Chance that a facing's foremost object lies on its side.", (0.0, 0.1)),
        _chance("misplaced_chance", "Chance that an object stands among other goods of the shelf.", (0.0, 0.05)),
        Int(
            "tries",
            60,
            help="Places tried for each object that has fallen or is misplaced.",
            minimum=1,
            maximum=10000,
            group="Disorder",
        ),
    )
    per_object = (
        Float(
            "yaw_deg",
            0.0,
            help="Turn about the vertical, counter-clockwise seen from above; 0 looks out of the shelf.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Pose",
            suggested={"normal": {"mean": 0.0, "std": 3.0, "low": -9.0, "high": 9.0}},
        ),
        SCALE,
    )

    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        """Return a pose for each item whose slot is filled."""
        if not items:
            return Placed(())
        shelves = shelves_among(context.standing)
        number, level = int(values["shelf"]), int(values["level"])
        if number > len(shelves):
            return _nothing(items, NO_SHELF)
        if level > len(shelves[number - 1].levels):
            return _nothing(items, NO_LEVEL)
        return _Stocking(values, items, context, shelves[number - 1], level - 1).placed()


def _nothing(items: Sequence[Item], why: str) -> Placed:
    rejections = Counter({why: len(items)})
    return Placed((None,) * len(items), rejections, shortage_note("facings", 0, len(items), rejections))


class _Turned(NamedTuple):
    """An object in a pose of its own: its outline about its origin, its lowest point, and its height from there."""

    rotation: F64
    outline: Footprint
    bottom_m: float
    top_m: float


def _turned(good: _Good, rotation: F64) -> _Turned:
    """Measure an object in a rotation, at its own scale."""
    model, scale = good.item.model, good.scale
    bottom = scale * lowest(model, rotation)
    return _Turned(
        rotation, footprint_of_model(model, rotation, scale), bottom, scale * highest(model, rotation) - bottom
    )


@dataclass(frozen=True, eq=False)
class _Good:
    """An item as it would stand: its outline on the plan about its origin, its height, its draws."""

    item: Item
    rotation: F64
    outline: Footprint
    scale: float
    low_m: float
    high_m: float
    draws: F64

    @property
    def size(self) -> F64:
        return np.asarray(self.outline.box[1] - self.outline.box[0], dtype=np.float64)


@dataclass(eq=False)
class _Facing:
    """A facing on the level: its piles from the front, each from the board up, and where each may stand."""

    left_m: float
    width_m: float
    piles: list[list[_Good]]
    starts_m: list[float]
    depths_m: list[float]
    places: dict[int, tuple[float, float]] = field(default_factory=dict)


class _Stocking:
    """One group on its way onto a level."""

    def __init__(self, values: Values, items: Sequence[Item], context: PlaceContext, shelf: Shelf, level: int) -> None:
        self._values, self._draws, self._shelf = values, context.draws, shelf
        others = Standing([i for i in context.standing if i is not shelf.instance])
        self._boards = [Board(shelf, one, others) for one in shelf.levels]
        self._board = self._boards[level]
        self._goods = [self._good(item) for item in items]
        self._poses: dict[int, F64] = {}
        self._shortage: Counter[str] = Counter()
        self._sold: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()

    def placed(self) -> Placed:
        """Return where everything went."""
        facings = self._facings()
        strays, fallers = [], []
        for number, facing in enumerate(facings):
            u = self._draws.uniforms("facing", number, 5)
            if u[0] < float(self._values["gap_chance"]):
                self._sell([g for pile in facing.piles for g in pile], EMPTY)
                continue
            if u[1] < float(self._values["taken_chance"]):
                self._take_some(facing, float(u[2]), float(u[3]))
            strays += self._stand(facing)
            if u[4] < float(self._values["fallen_chance"]):
                fallers.append(facing)
        for facing in fallers:
            self._topple(facing)
        for good, home in strays:
            self._misplace(good, home)
        rejections = self._shortage + self._sold + self._kept
        asked = len(self._goods) - self._sold.total()
        note = shortage_note("facings", len(self._poses), asked, self._shortage)
        return Placed(tuple(self._poses.get(g.item.number) for g in self._goods), rejections, note)

    def _good(self, item: Item) -> _Good:
        draws = self._draws.uniforms("good", item.number, 5)
        yaw_deg = float(item.values["yaw_deg"])
        if draws[0] < float(self._values["turned_chance"]):
            yaw_deg += 20.0 + 320.0 * float(draws[1])
        scale = float(item.values["scale"])
        outline = footprint_of_model(item.model).turned(yaw_deg, scale)
        low, high = (scale * float(z) for z in item.model.bounds[:, 2])
        return _Good(item, yaw_rotation(yaw_deg), outline, scale, low, high, draws)

    def _facings(self) -> list[_Facing]:
        """Return the facings that fit on the stretch, filled; what does not fit is counted."""
        rows, piled = int(self._values["rows"]), int(self._values["piled"])
        gap, front = float(self._values["gap_m"]), float(self._values["front_m"])
        extent = self._board.extent
        start = float(self._values["start_m"])
        if self._values["start"] == "beside":
            start = 0.0 if extent is None else extent[1]
        wanted = float(self._values["width_m"])
        end = min(self._shelf.width_m, start + wanted if wanted > 0 else FURTHEST_M)
        out = []
        for first in range(0, len(self._goods), rows * piled):
            members = self._goods[first : first + rows * piled]
            width = max(float(g.size[0]) for g in members)
            piles, starts, depths = [], [], []
            y = front
            for r in range(0, len(members), piled):
                pile = self._low_enough(members[r : r + piled])
                depth = max((float(g.size[1]) for g in pile), default=0.0)
                if y + depth > self._shelf.depth_m:
                    self._shortage[NO_DEPTH] += len(pile)
                elif pile:
                    piles.append(pile)
                    starts.append(y)
                    depths.append(depth)
                    y += depth + float(self._values["row_gap_m"])
            if not piles:
                continue
            left = self._board.first_after(start, width + gap, y)
            if left + width + gap > end:
                self._shortage[NO_WIDTH] += sum(len(pile) for pile in piles)
                continue
            out.append(_Facing(left + gap / 2, width, piles, starts, depths))
            start = left + width + gap
        return out

    def _low_enough(self, pile: list[_Good]) -> list[_Good]:
        """Return as much of a pile, from below, as fits under what is above the level; the rest is counted."""
        heights = np.cumsum([g.high_m - g.low_m for g in pile])
        kept = int((heights <= self._board.level.clear_m).sum())
        self._shortage[TOO_TALL] += len(pile) - kept
        return pile[:kept]

    def _sell(self, goods: list[_Good], why: str) -> None:
        self._sold[why] += len(goods)

    def _take_some(self, facing: _Facing, share: float, height: float) -> None:
        """Take some rows from the front, and something off the pile that is then foremost; one object stays."""
        gone = 1 + int(share * (len(facing.piles) - 1)) if len(facing.piles) > 1 else 0
        self._sell([g for pile in facing.piles[:gone] for g in pile], TAKEN)
        del facing.piles[:gone], facing.starts_m[:gone], facing.depths_m[:gone]
        pile = facing.piles[0]
        kept = len(pile) - int(height * len(pile))
        self._sell(pile[kept:], TAKEN)
        del pile[kept:]

    def _stand(self, facing: _Facing) -> list[tuple[_Good, F64]]:
        """Stand a facing's objects in their slots; return the misplaced ones, each with its pose at home."""
        untidy = float(self._values["untidiness"])
        gap, row_gap = float(self._values["gap_m"]), float(self._values["row_gap_m"])
        away = []
        for pile, start, depth in zip(facing.piles, facing.starts_m, facing.depths_m, strict=True):
            widest = max(float(g.size[0]) for g in pile)
            x = facing.left_m + 0.5 * facing.width_m
            x += (float(pile[0].draws[2]) - 0.5) * untidy * (facing.width_m - widest + gap)
            y = start + 0.5 * depth + (float(pile[0].draws[3]) - 0.5) * untidy * row_gap
            z = self._board.level.height_m
            for good in pile:
                middle = good.outline.box.mean(axis=0)
                place = (x - float(middle[0]), y - float(middle[1]))
                home = self._shelf.pose_at(*place, z - good.low_m, good.rotation, good.scale)
                z += good.high_m - good.low_m
                self._put(good, home, good.outline.moved(*place))
                facing.places[good.item.number] = place
            # Only what carries nothing can be carried away.
            if pile[-1].draws[4] < float(self._values["misplaced_chance"]):
                away.append((pile[-1], self._poses[pile[-1].item.number]))
        return away

    def _put(self, good: _Good, pose: F64, outline: Footprint) -> None:
        self._poses[good.item.number] = pose
        self._board.add(good.item.number, outline)

    def _topple(self, facing: _Facing) -> None:
        """Lay the foremost object down in front of the others; rows that are in its way are taken."""
        good = facing.piles[0][-1]
        rests = resting_rotations(good.item.model)
        lying = rests[np.abs(rests[:, 2, 2]) < _LYING_COS]
        number = good.item.number
        if not len(lying) or number not in self._poses:
            self._kept[STAYED_UP] += 1
            return
        tries = int(self._values["tries"])
        u = self._draws.uniforms("fallen", number, 4 * tries).reshape(tries, 4)
        home = good.outline.moved(*facing.places[number])
        self._board.remove(number)
        removed: list[tuple[_Good, Footprint]] = []
        turned: list[_Turned] = []  # each of the draws is measured once, however many rows are taken for it
        for gone in range(len(facing.piles)):
            for one in facing.piles[gone]:
                if one is not good:
                    removed.append((one, one.outline.moved(*facing.places[one.item.number])))
                    self._board.remove(one.item.number)
            for number_of_try, (turn, side, across, deep) in enumerate(u):
                if number_of_try == len(turned):
                    turned.append(_turned(good, yaw_rotation(360.0 * float(turn)) @ lying[int(side * len(lying))]))
                rotation, outline, bottom, top = turned[number_of_try]
                low, high = outline.box
                x = (
                    facing.left_m
                    - float(low[0])
                    + (float(across) * 1.4 - 0.2) * (facing.width_m - float((high - low)[0]))
                )
                reach = facing.starts_m[gone] + facing.depths_m[gone] - float((high - low)[1])
                y = float(deep) * max(reach, 0.0) - float(low[1])
                there = outline.moved(x, y)
                if self._board.takes(there, top, _APART_M):
                    pose = self._shelf.pose_at(x, y, self._board.level.height_m - bottom, rotation, good.scale)
                    self._put(good, pose, there)
                    for one, _ in removed:
                        del self._poses[one.item.number]
                    self._sell([one for one, _ in removed], TAKEN)
                    return
        self._board.add(number, home)
        for one, outline in removed:
            self._board.add(one.item.number, outline)
        self._kept[STAYED_UP] += 1

    def _misplace(self, good: _Good, home: F64) -> None:
        """Stand an object at a free place among other goods of the shelf, rather at the front."""
        number = good.item.number
        if self._poses.get(number) is not home:
            return  # it was sold or lies on its side by now
        busy = [board for board in self._boards if board.extent is not None]
        tries = int(self._values["tries"])
        u = self._draws.uniforms("misplaced", number, 3 * tries).reshape(tries, 3)
        low = good.outline.box[0]
        for which, across, deep in u:
            board = busy[int(which * len(busy))]
            extent = board.extent or (0.0, 0.0)
            x = extent[0] + float(across) * (extent[1] - extent[0] - float(good.size[0])) - float(low[0])
            y = float(deep) ** 2 * (self._shelf.depth_m - float(good.size[1])) - float(low[1])
            there = good.outline.moved(x, y)
            if board.takes(there, good.high_m - good.low_m, _APART_M):
                z = board.level.height_m - good.low_m
                self._poses[number] = self._shelf.pose_at(x, y, z, good.rotation, good.scale)
                self._board.remove(number)
                board.add(number, there)
                return
        self._kept[STAYED_HOME] += 1
