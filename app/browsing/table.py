"""Facts of samples as columns: numbers and words, one or several a sample, ready to be filtered and plotted.

It counts nothing itself: what a sample's facts are is decided where the sample is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from myriorama.app.browsing.browse import Condition, Order
from myriorama.app.browsing.columns import (
    KNOWN,
    MEASURED,
    OBJECT_COLUMNS,
    SAMPLE_COLUMNS,
    Column,
    ValueName,
    guessed_name,
    is_per_object,
    narrowed,
    value_column,
)
from myriorama.app.browsing.figures import of_object, of_sample, plain
from myriorama.app.browsing.rows import I64, Growing, Held, Rows, Vocabulary
from myriorama.app.preview.tiles import SampleFacts
from myriorama.scenes.conventions import F64

Values = npt.NDArray[Any]
"""(N,) float64 for numbers, (N,) object (str) for words."""
Provided = Callable[[], tuple[I64, Values]]

_OBJECT: Final = ("class", *MEASURED)
_SAMPLE: Final = tuple(c.name for c in SAMPLE_COLUMNS if c.name != "index")


class FactsTable:
    """The facts that are known of the open project's samples.

    Parameters
    ----------
    naming : callable or None
        Returns how people call the drawn values, by column; what it leaves out is named by its path.

    Attributes
    ----------
    changed : signal of ()
        Emitted for each sample, so a view gathers what comes within a moment; `version` tells whether it is up to date.
    version : int
        Grows with every change.
    epoch : int
        Facts of an older one are stale.
    """

    changed = Signal()

    def __init__(self, naming: Callable[[], Mapping[str, ValueName]] | None = None) -> None:
        self.version = 0
        self.epoch = 0
        self._naming = naming
        self._called: Mapping[str, str] = {}
        self._provided: dict[str, tuple[Column, Provided]] = {}
        self._forget()

    def _forget(self) -> None:
        self._slot: dict[int, int] = {}
        self._index_of_slot = Growing()
        self._epochs = Growing()
        self._editions = Growing()
        self._samples = Rows(_SAMPLE, self._editions)
        self._objects = Rows(_OBJECT, self._editions)
        self._values: dict[str, Rows] = {}
        self._words: dict[str, Vocabulary] = {"class": Vocabulary()}
        self._per: dict[str, bool] = {}
        self._since: dict[str, int] = {}
        self._present: Counter[str] = Counter()
        self._classes: Counter[str] = Counter()
        self._names_of_slot: list[tuple[str, ...]] = []
        self._classes_of_slot: list[frozenset[str]] = []
        self._keys_of_slot: list[tuple[str, str]] = []
        self._fresh = 0

    # -- what comes in ---------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget everything: another project was opened."""
        self._forget()
        self._tell()

    def start_epoch(self, epoch: int) -> None:
        """Mark all facts of an older epoch as stale; they stay until they are replaced."""
        self.epoch = epoch
        self._fresh = int((self._epochs.array >= epoch).sum())
        self._tell()

    def add(self, facts: SampleFacts) -> None:
        """Take the facts of a sample in place of older ones."""
        slot = self._slot.get(facts.index)
        if slot is None:
            slot = self._slot[facts.index] = self._editions.used
            self._index_of_slot.append(facts.index)
            self._epochs.append(facts.epoch)
            self._editions.append(0)
            self._names_of_slot.append(())
            self._classes_of_slot.append(frozenset())
            self._keys_of_slot.append(("", ""))
            self._fresh += facts.epoch >= self.epoch
        else:
            before = int(self._epochs.array[slot])
            if before > facts.epoch:
                return  # late: a newer one is here
            self._fresh += (facts.epoch >= self.epoch) - (before >= self.epoch)
            self._present.subtract(self._names_of_slot[slot])
            self._classes.subtract(self._classes_of_slot[slot])
            self._epochs.array[slot] = facts.epoch
            self._editions.array[slot] += 1
        self._keys_of_slot[slot] = (facts.sample_key, facts.recipe_hash)
        self._classes_of_slot[slot] = frozenset(o.class_name for o in facts.objects)
        self._classes.update(self._classes_of_slot[slot])
        self._samples.append(slot, {name: [value] for name, value in of_sample(facts).items()})
        held = {**self._add_objects(slot, facts), **self._drawn(facts)}
        for name, values in held.items():
            self._append(slot, name, values)
        self._present.update(held.keys())
        # samples of one project share one tuple
        names, before_it = tuple(held), self._names_of_slot[slot - 1]
        self._names_of_slot[slot] = before_it if names == before_it else names
        self._tell()

    def provide(self, column: Column, values: Provided) -> None:
        """Add a column whose values are kept elsewhere: judgments. `values` is asked whenever they are needed."""
        self._provided[column.name] = (column, values)
        self._tell()

    def call_classes(self, names: Mapping[str, str]) -> None:
        """Call classes otherwise from now on: own name -> another; classes of one name are one. The facts stay."""
        if dict(names) != self._called:
            self._called = dict(names)
            self._tell()

    # -- what is known ---------------------------------------------------------------------------------------------

    @property
    def known(self) -> int:
        """Number of samples with facts, stale ones included."""
        return len(self._slot)

    @property
    def fresh(self) -> int:
        """Number of samples whose facts are of the current epoch."""
        return self._fresh

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes that were seen, the most frequent in samples first."""
        seen: Counter[str] = Counter()
        for name, n in self._classes.items():
            seen[self._called.get(name, name)] += n
        return tuple(name for name, n in sorted(seen.items(), key=lambda c: (-c[1], c[0])) if n > 0)

    def sample_key(self, index: int) -> str:
        """Return the key of a sample whose facts are known, stale or not; empty for any other."""
        slot = self._slot.get(index)
        return self._keys_of_slot[slot][0] if slot is not None else ""

    def recipe_hash(self, index: int) -> str:
        """Return the name of a sample's recipe for judgments; empty where its facts are not known."""
        slot = self._slot.get(index)
        return self._keys_of_slot[slot][1] if slot is not None else ""

    def is_stale(self, index: int) -> bool:
        """Tell whether the facts of a sample are of an older project."""
        slot = self._slot.get(index)
        return slot is not None and bool(self._epochs.array[slot] < self.epoch)

    def stale(self, indices: I64) -> Held:
        """Return (N,) bool for samples that have facts: whether those are stale."""
        if not len(indices):
            return np.zeros(0, dtype=bool)
        order = np.argsort(self._index_of_slot.array)
        at = order[np.searchsorted(self._index_of_slot.array, indices, sorter=order)]
        return np.asarray(self._epochs.array[at] < self.epoch)

    def columns(self) -> tuple[Column, ...]:
        """Return every column that has values now: of samples, counts by class, of objects, drawn, attributes."""
        names = self._naming() if self._naming is not None else {}
        counts = tuple(Column(f"count:{name}", f"Number of {name}") for name in self.classes)
        place = {name: i for i, name in enumerate(names)}
        present = (n for n, held in self._present.items() if held > 0)
        drawn = sorted(present, key=lambda n: (place.get(n, len(place)), n))
        others = tuple(self._column_of(name, names) for name in drawn)
        return (*SAMPLE_COLUMNS, *counts, *OBJECT_COLUMNS, *others, *(c for c, _ in self._provided.values()))

    def column(self, name: str) -> Column | None:
        """Return a column by its name, narrowed ones (``distance@mug``) included; None where there is none."""
        if name in KNOWN:
            return KNOWN[name]
        if name in self._provided:
            return self._provided[name][0]
        if name.startswith("count:"):
            return Column(name, f"Number of {name[6:]}")
        if self._present.get(name, 0) > 0:
            return self._column_of(name, self._naming() if self._naming is not None else {})
        base, at, class_name = name.partition("@")
        return narrowed(KNOWN[base], class_name) if at and base in MEASURED else None

    def values(self, column: str) -> tuple[I64, Values]:
        """Return (N,) int64 sample indices and (N,) values of a column; empty where it is not known."""
        if column in self._provided:
            return self._provided[column][1]()
        slots, numbers, words = self._raw(column)
        indices = self._index_of_slot.array[slots]
        if words is None:
            return indices, numbers
        vocabulary = np.array([*words.words, ""], dtype=object)
        return indices, vocabulary[numbers.astype(np.int64)]

    def value(self, index: int, column: str) -> float | str | None:
        """Return a sample's value; of several numbers the smallest, of several words all of them, None for none."""
        indices, values = self.values(column)
        found = values[indices == index]
        if not len(found):
            return None
        if values.dtype == object:
            return ", ".join(dict.fromkeys(found.tolist()))
        return float(found.min())

    def matching(self, order: Order, count: int) -> list[int]:
        """Return which of the samples 0, ..., count - 1 fulfil the conditions, in their order.

        A sample whose value is not known does not fulfil a condition; in an order it comes last.
        """
        held = np.ones(count, dtype=bool)
        for condition in order.conditions:
            held &= self._fulfilled(condition, count)
        found = np.flatnonzero(held)
        if order.sort and order.sort != "index":
            found = self._sorted(found, order, count)
        elif order.descending:
            found = found[::-1]
        out: list[int] = found.tolist()
        return out

    # -- inside ----------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        self.version += 1
        self.changed.emit()

    def _add_objects(self, slot: int, facts: SampleFacts) -> dict[str, list[float | str]]:
        """Add what is measured of the objects; return their attributes by column."""
        attributes: dict[str, list[float | str]] = {}
        if not facts.objects:
            return attributes
        codes = self._words["class"]
        columns: dict[str, list[float]] = {name: [] for name in _OBJECT}
        for item in facts.objects:
            columns["class"].append(codes.code(item.class_name))
            for name, value in of_object(item, facts).items():
                columns[name].append(value)
            for name, value in item.attributes.items():
                for ending, one in plain(value):
                    attributes.setdefault(f"attribute:{name}{ending}", []).append(one)
                    self._per[f"attribute:{name}{ending}"] = True
        self._objects.append(slot, columns)
        return attributes

    def _drawn(self, facts: SampleFacts) -> dict[str, list[float | str]]:
        """Return what was drawn by column, the objects of a group together."""
        drawn: dict[str, list[float | str]] = {}
        for path, value in facts.values.items():
            name = value_column(path)
            for ending, one in plain(value):
                drawn.setdefault(name + ending, []).append(one)
                self._per[name + ending] = is_per_object(path)
        return drawn

    def _append(self, slot: int, name: str, values: list[float | str]) -> None:
        words = any(isinstance(v, str) for v in values)
        was_words = name in self._words
        if name not in self._values or (words != was_words and self._since.get(name) != self.epoch):
            # another kind than in the project before: nothing of that is comparable
            self._values[name] = Rows(("value",), self._editions)
            self._words.pop(name, None)
            if words:
                self._words[name] = Vocabulary()
        elif words and not was_words:
            codes = self._words[name] = Vocabulary()
            self._values[name].replace("value", lambda number: codes.code(f"{number:g}"))
        self._since[name] = self.epoch
        vocabulary = self._words.get(name)
        if vocabulary is None:
            self._values[name].append(slot, {"value": [float(v) for v in values]})
        else:
            told = [v if isinstance(v, str) else f"{v:g}" for v in values]
            self._values[name].append(slot, {"value": [vocabulary.code(v) for v in told]})

    def _column_of(self, name: str, names: Mapping[str, ValueName]) -> Column:
        if name.startswith("attribute:"):
            told = ValueName(name.partition(":")[2].replace("_", " ").capitalize())
        else:
            told = names.get(name) or guessed_name(name)
        kind: Literal["number", "word"] = "word" if name in self._words else "number"
        return Column(name, told.title, told.unit, kind, "object" if self._per.get(name) else "sample")

    def _raw(self, column: str) -> tuple[I64, F64, Vocabulary | None]:
        """Return slots and numbers of a column, and the words that the numbers stand for."""
        if column == "index":
            slots = np.arange(self._editions.used, dtype=np.int64)
            return slots, self._index_of_slot.array.astype(np.float64), None
        if column.startswith("count:"):
            return self._counts(column[6:])
        rows, name, words = self._values.get(column), "value", self._words.get(column)
        codes: list[int] | None = None
        if rows is None:
            base, at, class_name = column.partition("@")
            rows, name, words = (self._samples if base in _SAMPLE else self._objects), base, self._words.get(base)
            codes = self._words["class"].called(class_name, self._called) if at else None
            if (base not in _SAMPLE and base not in _OBJECT) or (at and (not codes or base in _SAMPLE)):
                return np.zeros(0, dtype=np.int64), np.zeros(0), None
        which = rows.live()
        if codes is not None:
            which[which] = np.isin(rows.column("class", which), codes)
        numbers = rows.column(name, which)
        if column == "class" and words is not None and self._called:
            words, own = words.renamed(self._called)
            numbers = own[numbers.astype(np.int64)].astype(np.float64)
        finite = np.isfinite(numbers)
        return rows.slots(which)[finite], numbers[finite], words

    def _counts(self, class_name: str) -> tuple[I64, F64, None]:
        slots = np.arange(self._editions.used, dtype=np.int64)
        codes = self._words["class"].called(class_name, self._called)
        if not codes:
            return slots[:0], np.zeros(0), None
        which = self._objects.live()
        which[which] = np.isin(self._objects.column("class", which), codes)
        return slots, np.bincount(self._objects.slots(which), minlength=len(slots)).astype(np.float64), None

    def _fulfilled(self, condition: Condition, count: int) -> Held:
        held = np.zeros(count, dtype=bool)
        if condition.column in self._provided:
            indices, values = self._provided[condition.column][1]()
            fits = _fits(values, condition) if len(values) else np.zeros(0, dtype=bool)
        else:
            slots, numbers, words = self._raw(condition.column)
            indices = self._index_of_slot.array[slots]
            if words is not None:
                codes = [c for c in (words.known(w) for w in condition.words) if c is not None]
                fits = np.isin(numbers, codes)
            else:
                fits = _fits(numbers, condition)
        chosen = indices[fits]
        held[chosen[chosen < count]] = True
        return held

    def _sorted(self, found: I64, order: Order, count: int) -> I64:
        indices, values = self.values(order.sort)
        inside = indices < count
        indices, values = indices[inside], values[inside]
        if values.dtype == object:
            _, values = np.unique(values.astype(str), return_inverse=True)
        sign = -1.0 if order.descending else 1.0
        key = np.full(count, np.inf)
        np.minimum.at(key, indices, sign * values.astype(np.float64))
        return found[np.argsort(key[found], kind="stable")]


def _fits(values: Values, condition: Condition) -> Held:
    if values.dtype == object:
        return np.isin(values.astype(str), sorted(condition.words))
    held = np.ones(len(values), dtype=bool)
    if condition.low is not None:
        held &= values >= condition.low
    if condition.high is not None:
        held &= values <= condition.high
    if condition.words:
        held[:] = False
    return held
