"""A finished dataset with classes and fractions, made without rendering."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget


@pytest.fixture
def dataset(make_dataset: Callable[..., Path]) -> Path:
    """Three samples: balls, crates, ground; coco and raw."""
    return make_dataset()


@pytest.fixture
def find_action() -> Callable[[QWidget, str], QAction]:
    """Returns an action of a window by its id."""

    def find(window: QWidget, name: str) -> QAction:
        found = window.findChild(QAction, name)
        assert found is not None, name
        return found

    return find
