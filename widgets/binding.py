"""Ties models to views so that a view that is gone is never called.

It forwards calls; it holds no state of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psygnal import SignalInstance
from PySide6.QtCore import QObject


def bind(owner: QObject, signal: SignalInstance, slot: Callable[..., Any]) -> None:
    """Call `slot` whenever `signal` is emitted, for as long as `owner` lives.

    A slot written in Python may take fewer arguments than the signal has; one of Qt's own gets them all.
    """
    signal.connect(slot, check_nargs=hasattr(getattr(slot, "__func__", slot), "__code__"))

    def release() -> None:
        signal.disconnect(slot, missing_ok=True)

    owner.destroyed.connect(release)
