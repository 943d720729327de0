"""Answers that come late are told to whoever still lives. It keeps nobody alive."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QObject

T = TypeVar("T")


def for_living(owner: QObject, told: Callable[[T], None]) -> Callable[[T], None]:
    """Return a callback that does nothing once `owner` is gone."""

    def answer(value: T) -> None:
        if shiboken6.isValid(owner):
            told(value)

    return answer
