"""Judging one sample after the other: what a key press says of which samples, and where the eye goes next.

It draws no picture; the views tell which samples are current, and go where they are sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from myriorama.app.judging.judgments import REASONS, Flag, Judgment, Judgments

MAX_STARS = 5


class JudgingSession:
    """Says what was pressed to `Judgments`, for samples given by index.

    Parameters
    ----------
    judgments : Judgments
    recipe_of : callable
        The recipe hash of a sample as it is shown; empty where it is not known yet.

    Attributes
    ----------
    unknown : tuple of int
        Samples that the last call could not judge, because their picture is still to come.
    """

    def __init__(self, judgments: Judgments, recipe_of: Callable[[int], str]) -> None:
        self._judgments = judgments
        self._recipe_of = recipe_of
        self.unknown: tuple[int, ...] = ()

    def judgment_of(self, index: int) -> Judgment:
        """Return what is said of a sample; an empty judgment where its recipe is not known."""
        recipe = self._recipe_of(index)
        return self._judgments.of(recipe, index) if recipe else Judgment(index)

    def pick(self, indices: Sequence[int]) -> bool:
        """Flag as picked; say whether anything could be judged."""
        return self._judge(indices, "Pick", flag="pick")

    def reject(self, indices: Sequence[int], reason: int = 0) -> bool:
        """Flag as rejected, for a reason out of `REASONS` or 0 for none."""
        told = f" ({REASONS[reason]})" if reason else ""
        return self._judge(indices, "Reject", flag="reject", reason=reason, ending=told)

    def unflag(self, indices: Sequence[int]) -> bool:
        """Take flag and reason away; stars stay."""
        return self._judge(indices, "Unflag", flag="", reason=0)

    def rate(self, indices: Sequence[int], stars: int) -> bool:
        """Give 0 to 5 stars; 0 takes them away.

        Raises
        ------
        ValueError
            There are no so many stars.
        """
        if not 0 <= stars <= MAX_STARS:
            raise ValueError(f"stars are 0 to {MAX_STARS}, not {stars}")
        word = f"{stars} star{'s' if stars != 1 else ''}" if stars else "no stars"
        return self._judge(indices, "Give", ending=f" {word}", stars=stars)

    def _judge(
        self,
        indices: Sequence[int],
        verb: str,
        *,
        ending: str = "",
        flag: Flag | None = None,
        reason: int | None = None,
        stars: int | None = None,
    ) -> bool:
        named = [(self._recipe_of(index), index) for index in indices]
        self.unknown = tuple(index for recipe, index in named if not recipe)
        known = [(recipe, index) for recipe, index in named if recipe]
        if not known:
            return False
        what = f"sample {known[0][1]}" if len(known) == 1 else f"{len(known)} samples"
        self._judgments.judge(known, f"{verb} {what}{ending}", flag=flag, reason=reason, stars=stars)
        return True


def next_index(shown: Sequence[int], current: int) -> int | None:
    """Return the sample after `current` in what is shown; None at the end, or where it is not shown."""
    try:
        place = shown.index(current)
    except ValueError:
        return None
    return shown[place + 1] if place + 1 < len(shown) else None
