"""An example project and the registry."""

from __future__ import annotations

import pytest

from myriorama.app.finding import find_project
from myriorama.plugins.registry import PluginRegistry, builtin_registry
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project


@pytest.fixture
def mugs() -> Project:
    return load_project(find_project("mugs_on_conveyor")).project


@pytest.fixture
def registry() -> PluginRegistry:
    return builtin_registry()
