"""The values that the last samples really had, by the path under which they were drawn.

What refusals and links have done to a declared range shows here, and nowhere else. It asks for nothing; it is told.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from typing import Any, Final

from psygnal import Signal

from myriorama.app.preview.tiles import SampleFacts

KEPT: Final = 200
"""Samples."""


def place_of(key: str) -> str:
    """Return the path of a drawn value without the number of its object: ``mugs/3/height_m`` is ``mugs/height_m``."""
    owner, _, rest = key.partition("/")
    number, slash, name = rest.partition("/")
    if slash and number.isdigit():
        return f"{owner}/{name}"
    return key


class EffectiveValues:
    """What is known of the last samples, and of the one that is shown.

    Attributes
    ----------
    changed : signal of ()
    """

    changed = Signal()

    def __init__(self) -> None:
        self._samples: OrderedDict[int, Mapping[str, Any]] = OrderedDict()
        self._by_place: dict[str, list[Any]] | None = None
        self._shown: Mapping[str, Any] = {}

    def add(self, facts: SampleFacts) -> None:
        """Keep the values of a sample; of the same index, the newest."""
        self._samples[facts.index] = facts.values
        self._samples.move_to_end(facts.index)
        while len(self._samples) > KEPT:
            self._samples.popitem(last=False)
        self._by_place = None
        self.changed.emit()

    def forget(self) -> None:
        """The project changed: what was drawn before is no longer so."""
        if self._samples:
            self._samples.clear()
            self._by_place = None
            self.changed.emit()

    def show(self, values: Mapping[str, Any]) -> None:
        """Keep the values of the sample that the viewport shows."""
        self._shown = values
        self.changed.emit()

    def at(self, path: str) -> list[Any]:
        """Return the values of the last samples at a stream's path; of each object, where it belongs to objects."""
        if self._by_place is None:
            gathered: defaultdict[str, list[Any]] = defaultdict(list)
            for values in self._samples.values():
                for key, value in values.items():
                    gathered[place_of(key)].append(value)
            self._by_place = dict(gathered)
        return self._by_place.get(path, [])

    def shown_at(self, path: str) -> list[Any]:
        """Return the values at a stream's path in the sample that is shown."""
        return [value for key, value in self._shown.items() if place_of(key) == path]
