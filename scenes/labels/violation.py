"""One broken invariant of the label contract, as a value. It says what is wrong and repairs nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    """A broken invariant.

    Attributes
    ----------
    invariant : int
        Its number in docs/label-contract.md.
    message : str
        What is wrong, in one sentence.
    instance_key : str
        The thing concerned; empty for the whole sample.
    """

    invariant: int
    message: str
    instance_key: str = ""

    def __str__(self) -> str:
        where = f"{self.instance_key}: " if self.instance_key else ""
        return f"contract {self.invariant}: {where}{self.message}"
