"""The same makers of foreign files that the parsers' tests use, and a store on a folder of its own."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from myriorama.app.assets.store import FileAssetStore


def _makers() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "scenes" / "assets" / "conftest.py"
    spec = importlib.util.spec_from_file_location("asset_makers", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_MODULE = _makers()
forge = _MODULE.forge
real_files = _MODULE.real_files


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty project folder."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def open_store(project: Path, tmp_path: Path) -> Callable[..., FileAssetStore]:
    """Open a store on the project folder; all of a test's stores share one cache folder."""

    def open_one(*extra_roots: Path, **options: int) -> FileAssetStore:
        return FileAssetStore(project, extra_roots, tmp_path / "cache", **options)

    return open_one
