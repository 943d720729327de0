"""A registry, an asset store and a project of our own, so that drawing is tested without any plugin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from myriorama.scenes.drawing.owners import Shipped
from myriorama.scenes.drawing.plan import Plan, compile_plan
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import Registry


@pytest.fixture
def compiled(fake_registry: Registry, fake_shipped: Shipped) -> Callable[..., Plan]:
    """Compile a project tree against the fake plugins."""

    def make(tree: dict[str, Any], store: Any = None) -> Plan:
        return compile_plan(Project.model_validate(tree), fake_registry, store, fake_shipped)

    return make
