"""The judgments of the open project, observable and undoable.

They are about recipes, so one whose sample would be drawn differently now is stale and counts no more. Reading and
writing the sidecar file is `sidecar`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from psygnal import Signal

from myriorama.app.document.history import History, Step

Flag = Literal["", "pick", "reject"]
REASONS: Final[Mapping[int, str]] = {
    1: "occlusion",
    2: "mask",
    3: "clipped by the image",
    4: "too dark",
    5: "interpenetration",
    6: "unrealistic",
    7: "other",
}


@dataclass(frozen=True)
class Judgment:
    """What was said of one recipe.

    Attributes
    ----------
    index : int
        The sample's number when it was judged.
    reason : int
        A key of `REASONS`; 0 for none. Only of rejected ones.
    stars : int
        0 (none) to 5.
    """

    index: int
    flag: Flag = ""
    reason: int = 0
    stars: int = 0

    @property
    def empty(self) -> bool:
        return not self.flag and not self.stars


class Judgments:
    """Judgments by recipe hash.

    Attributes
    ----------
    changed : signal of (frozenset of str,)
        The recipe hashes whose judgments changed.
    """

    changed = Signal(object)

    def __init__(self, history: History) -> None:
        self._history = history
        self._held: dict[str, Judgment] = {}

    def of(self, recipe_hash: str, index: int = 0) -> Judgment:
        """Return what was said of a recipe; an empty judgment where nothing was."""
        return self._held.get(recipe_hash, Judgment(index))

    @property
    def all(self) -> Mapping[str, Judgment]:
        return dict(self._held)

    def load(self, held: Mapping[str, Judgment]) -> None:
        """Take the judgments of another project, without history."""
        told = frozenset(self._held) | frozenset(held)
        self._held = dict(held)
        self.changed.emit(told)

    def judge(
        self,
        samples: Iterable[tuple[str, int]],
        label: str,
        *,
        flag: Flag | None = None,
        reason: int | None = None,
        stars: int | None = None,
    ) -> None:
        """Say something of samples, given as (recipe hash, index), as one undoable step; None leaves as it is."""
        before, after = {}, {}
        for name, index in samples:
            was = self.of(name, index)
            now = replace(was, index=index)
            if flag is not None:
                now = replace(now, flag=flag, reason=0 if flag != "reject" else now.reason)
            if reason is not None:
                now = replace(now, reason=reason)
            if stars is not None:
                now = replace(now, stars=stars)
            if now != was:
                before[name], after[name] = was, now
        if not after:
            return
        self._set(after)
        self._history.push(Step(label, lambda: self._set(before), lambda: self._set(after)))

    def _set(self, held: Mapping[str, Judgment]) -> None:
        for name, judgment in held.items():
            if judgment.empty:
                self._held.pop(name, None)
            else:
                self._held[name] = judgment
        self.changed.emit(frozenset(held))
