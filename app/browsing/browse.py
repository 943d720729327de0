"""Which samples are shown, in which order: conditions on columns, and a column to sort by.

It names columns; their values are `table`'s.
"""

from __future__ import annotations

from dataclasses import dataclass

from myriorama.app.observable import Observable


@dataclass(frozen=True)
class Condition:
    """A demand on one column: low <= value <= high for numbers (None: open), or one of some words.

    Where a column has several values a sample (one an object), one that fits is enough.
    """

    column: str
    low: float | None = None
    high: float | None = None
    words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Order:
    """`conditions` all hold; at most one a column. Without a `sort` column: by index."""

    conditions: tuple[Condition, ...] = ()
    sort: str = ""
    descending: bool = False


class Browse(Observable[Order]):
    """The shared filter and order."""

    def __init__(self) -> None:
        super().__init__(Order())

    def demand(self, condition: Condition) -> None:
        """Add a condition, in place of one on the same column."""
        kept = tuple(c for c in self.value.conditions if c.column != condition.column)
        self.set(Order((*kept, condition), self.value.sort, self.value.descending))

    def drop(self, column: str) -> None:
        """Take a column's condition away."""
        kept = tuple(c for c in self.value.conditions if c.column != column)
        self.set(Order(kept, self.value.sort, self.value.descending))

    def clear(self) -> None:
        """Take all conditions away."""
        self.set(Order((), self.value.sort, self.value.descending))

    def sort_by(self, column: str, *, descending: bool = False) -> None:
        """Sort by a column; "" is the index."""
        self.set(Order(self.value.conditions, column, descending))
