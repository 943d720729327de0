"""A good project as text."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.fixture(scope="session")
def tree_text(good_tree: dict[str, Any]) -> str:
    """Return the text of a project that is right in every way."""
    return json.dumps(good_tree)
