"""A piece of code that is to be copied out of a card. It is a value and runs nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Snippet:
    """A piece of code that runs in a dataset's folder.

    Attributes
    ----------
    needs : str
        What `pip install` is to be told; empty for nothing.
    """

    title: str
    needs: str
    code: str
    language: str = "python"
