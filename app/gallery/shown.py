"""Which samples the gallery shows, in which order: the shared conditions and sorting, and what was judged.

It keeps no picture and asks for none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from myriorama.app.browsing.browse import Order
from myriorama.app.browsing.table import FactsTable
from myriorama.app.judging.judgments import Judgment

Judged = Literal["all", "unflagged", "picked", "rejected"]
JUDGED: Final[dict[Judged, str]] = {
    "all": "All samples",
    "unflagged": "Unflagged only",
    "picked": "Picked",
    "rejected": "Rejected",
}
"""With what they are called."""


@dataclass(frozen=True)
class Sieve:
    """A demand on what was said of a sample.

    Attributes
    ----------
    min_stars : int
        0 to 5.
    """

    judged: Judged = "all"
    min_stars: int = 0

    @property
    def open(self) -> bool:
        """Everything passes."""
        return self.judged == "all" and not self.min_stars

    def passes(self, judgment: Judgment) -> bool:
        """Say whether a sample that was judged so is shown."""
        wanted = {"unflagged": "", "picked": "pick", "rejected": "reject"}
        if self.judged != "all" and judgment.flag != wanted[self.judged]:
            return False
        return judgment.stars >= self.min_stars


def shown_indices(
    count: int, order: Order, table: FactsTable, sieve: Sieve, judged: Mapping[int, Judgment]
) -> Sequence[int]:
    """Return the samples to show, in their order.

    With conditions only samples whose facts are known can be found; sorting puts those without facts last.

    Parameters
    ----------
    count : int
        Samples 0..count-1 are looked at.
    judged : mapping
        Sample -> what is said of it; nothing is said of the others.
    """
    found: Sequence[int] = range(count)
    if order.conditions or order.sort:
        found = table.matching(order, count)
    if sieve.open:
        return found
    others = sieve.passes(Judgment(0))
    passing = {index for index, judgment in judged.items() if sieve.passes(judgment)}
    if not others:
        return [index for index in found if index in passing]
    return [index for index in found if index not in judged or index in passing]
