"""The gallery without its face: what is shown, which sample is current, what is said of each, and what to ask for.

It renders nothing and starts no timer: views tell it when to look again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from myriorama.app.browsing.browse import Browse
from myriorama.app.browsing.columns import Column
from myriorama.app.browsing.table import FactsTable
from myriorama.app.gallery.held_tiles import HeldTiles
from myriorama.app.gallery.shown import Sieve, shown_indices
from myriorama.app.judging.judgments import Judgment, Judgments
from myriorama.app.judging.session import JudgingSession, next_index
from myriorama.app.observable import Observable
from myriorama.app.preview.gallery import TileService
from myriorama.app.preview.tiles import TileKey

FLAG: Final = Column("judgment", "Judgment", kind="word")
STARS: Final = Column("stars", "Stars")
ASKED_FOR: Final = 400
"""At most so many pictures are asked for at once: more would not be held."""
LOOK_AHEAD: Final = 3
"""Samples before and after one that is looked at closely, so that the next key finds its picture there."""


class Gallery:
    """Samples 0..count-1, sieved and ordered.

    Attributes
    ----------
    held : HeldTiles
    sieve : Observable of Sieve
    current : Observable of int or None
        The sample that keys judge; always one of `shown`, or None.
    session : JudgingSession
    shown_changed : signal of ()
    sample_changed : signal of (int,)
        What is said of a sample, or its picture, changed.
    outdated : signal of ()
        What is shown may be another by now: call `refresh` within a moment.
    """

    shown_changed = Signal()
    sample_changed = Signal(int)
    outdated = Signal()

    def __init__(
        self, tiles: TileService, judgments: Judgments, browse: Browse, table: FactsTable, count: Callable[[], int]
    ) -> None:
        self.held = HeldTiles(tiles)
        self.sieve: Observable[Sieve] = Observable(Sieve())
        self.current: Observable[int | None] = Observable(None)
        self.session = JudgingSession(judgments, self.held.recipe_of)
        self._judgments = judgments
        self._browse = browse
        self._table = table
        self._count = count
        self._shown: Sequence[int] = range(0)
        self._earlier: dict[int, str] = {}
        self._is_told = False
        self._connections = (
            (judgments.changed, self._on_judged),
            (browse.changed, self._on_order),
            (table.changed, self._on_facts),
            (self.sieve.changed, self._on_order),
            (self.held.recipe_known, self._on_recipe),
            (self.held.arrived, self._on_arrived),
        )
        for signal, slot in self._connections:
            signal.connect(slot)
        self._by_index()
        table.provide(FLAG, self._flags)
        table.provide(STARS, self._stars)

    def close(self) -> None:
        """Listen no more."""
        for signal, slot in self._connections:
            signal.disconnect(slot, missing_ok=True)
        self.held.close()

    @property
    def shown(self) -> Sequence[int]:
        """The samples shown, in their order."""
        return self._shown

    @property
    def total(self) -> int:
        """How many samples are looked at, shown or not."""
        return self._count()

    def refresh(self) -> None:
        """Find again what is shown; the current sample stays, or its place in the list does."""
        self._is_told = False
        count = self._count()
        judged = {index: self._as_far_as_known(index) for index in self._judged_below(count)}
        found = shown_indices(count, self._browse.value, self._table, self.sieve.value, judged)
        if found == self._shown:
            return
        before, self._shown = self._shown, found
        current = self.current.value
        self.shown_changed.emit()
        if current is None or current not in found:
            place = before.index(current) if current is not None and current in before else 0
            left = frozenset(found)
            after = next((i for i in before[place:] if i in left), None) if place else None
            self.current.set(after if after is not None else (found[min(place, len(found) - 1)] if found else None))

    def advance(self, by: int = 1) -> bool:
        """Make the sample `by` places further the current one; say whether there is one."""
        current = self.current.value
        if current is None or current not in self._shown:
            return False
        place = self._shown.index(current) + by
        if not 0 <= place < len(self._shown):
            return False
        self.current.set(self._shown[place])
        return True

    def judge(self, say: Callable[[Sequence[int]], bool], indices: Sequence[int], *, advance: bool) -> bool:
        """Let `say` (a method of `session`) judge samples, then go on to the next one if wanted.

        A sample that leaves what is shown because of what was said of it makes room for the next one in any case.

        Returns
        -------
        bool
            Something could be judged.
        """
        after = next_index(self._shown, indices[-1]) if len(indices) == 1 else None
        if not say(indices):
            return False
        if not self.sieve.value.open or self._by_judgment():
            self.refresh()
        if advance and after is not None and after in self._shown:
            self.current.set(after)
        return True

    def said_of(self, index: int) -> tuple[Judgment, bool]:
        """Return what is said of a sample, and whether that was said of an earlier recipe of it."""
        recipe = self.held.recipe_of(index)
        if recipe:
            judgment = self._judgments.of(recipe, index)
            if not judgment.empty:
                return judgment, False
        earlier = self._earlier.get(index)
        if earlier is None or earlier == recipe:
            return Judgment(index), False
        return self._judgments.of(earlier, index), True

    def tallies(self) -> tuple[int, int, int]:
        """Return how many judgments flag as picked, as rejected, and how many are of recipes that are no more."""
        picked = rejected = stale = 0
        for recipe, judgment in self._judgments.all.items():
            now = self.held.recipe_of(judgment.index)
            if now and now != recipe:
                stale += 1
            elif judgment.flag == "pick":
                picked += 1
            elif judgment.flag == "reject":
                rejected += 1
        return picked, rejected, stale

    def wanted(self, first: int, last: int, long_side_px: int) -> list[TileKey]:
        """Return which pictures to ask for while rows `first` to `last` are in view, the nearest to view first.

        Parameters
        ----------
        long_side_px : int
            A picture that is at hand in this size and up to date is not asked for again.
        """
        rows = len(self._shown)
        first, last = max(0, first), min(rows - 1, last)
        out: list[TileKey] = []
        for row in near(first, last, rows):
            key = TileKey(self._shown[row])
            if not self.held.serves(key, long_side_px):
                out.append(key)
            if len(out) >= ASKED_FOR or abs(row - first) > ASKED_FOR:
                break
        return out

    def wanted_around(self, indices: Sequence[int], long_side_px: int) -> list[TileKey]:
        """Return which pictures to ask for while these samples are looked at closely: theirs, then of those around."""
        current = self.current.value
        wished = list(indices)
        if current is not None and current in self._shown:
            place = self._shown.index(current)
            for step in range(1, LOOK_AHEAD + 1):
                wished += [self._shown[p] for p in (place + step, place - step) if 0 <= p < len(self._shown)]
        keys = dict.fromkeys(TileKey(index) for index in wished)
        return [key for key in keys if not self.held.serves(key, long_side_px)]

    def _as_far_as_known(self, index: int) -> Judgment:
        """What was last said of a sample counts until its recipe is known to be another."""
        judgment, stale = self.said_of(index)
        return Judgment(index) if stale and self.held.recipe_of(index) else judgment

    def _by_index(self) -> None:
        self._earlier = {judgment.index: recipe for recipe, judgment in self._judgments.all.items()}

    def _on_judged(self, recipes: frozenset[str]) -> None:
        touched = {index for index, recipe in self._earlier.items() if recipe in recipes}
        self._by_index()
        touched |= {index for index, recipe in self._earlier.items() if recipe in recipes}
        for index in touched:
            self.sample_changed.emit(index)
        if not self.sieve.value.open or self._by_judgment():
            self._tell()

    def _by_judgment(self) -> bool:
        """The order or a condition is about judgments."""
        order = self._browse.value
        return bool({order.sort, *(c.column for c in order.conditions)} & {FLAG.name, STARS.name})

    def _flags(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        words = {"": "none", "pick": "picked", "reject": "rejected"}
        told = np.full(self._count(), words[""], dtype=object)
        for index in self._judged_below(len(told)):
            told[index] = words[self._as_far_as_known(index).flag]
        return np.arange(len(told)), told

    def _stars(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        given = np.zeros(self._count())
        for index in self._judged_below(len(given)):
            given[index] = self._as_far_as_known(index).stars
        return np.arange(len(given)), given

    def _judged_below(self, count: int) -> list[int]:
        return [index for index in self._earlier if index < count]

    def _on_order(self) -> None:
        self._tell()

    def _on_facts(self) -> None:
        order = self._browse.value
        if order.conditions or order.sort:
            self._tell()

    def _on_recipe(self, index: int) -> None:
        self.sample_changed.emit(index)
        if not self.sieve.value.open:
            self._tell()

    def _on_arrived(self, key: TileKey) -> None:
        if not key.variant:
            self.sample_changed.emit(key.index)

    def _tell(self) -> None:
        if not self._is_told:
            self._is_told = True
            self.outdated.emit()


def near(first: int, last: int, rows: int) -> Iterator[int]:
    """Yield all rows: those in view in reading order, then the others by their distance, more ahead than behind."""
    if rows <= 0 or last < first:
        return
    yield from range(first, last + 1)
    ahead, behind = last + 1, first - 1
    while ahead < rows or behind >= 0:
        # people scroll on more often than back
        yield from range(ahead, min(rows, ahead + 2))
        ahead += 2
        if behind >= 0:
            yield behind
        behind -= 1
