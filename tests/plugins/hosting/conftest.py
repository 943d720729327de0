"""Fixtures: plugins written into a folder, and host processes with short limits."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent, indent

import pytest

from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.hosting.limits import Limits
from myriorama.plugins.manifest import Manifest, ManifestEntry
from myriorama.plugins.sources import Grant, PluginSource

SHORT = Limits(
    memory_mb=400, cpu_s=0.5, wall_s=4.0, whole_wall_s=4.0, file_mb=4, flood_mb=8, output_kb=16, faces=50_000
)

HEAD = """
import numpy as np
from myriorama.plugins import *


def triangle(scale=1.0, length=1.0, many=1):
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32) * scale
    faces = np.tile(np.array([[0, 1, 2]], np.uint32), (many, 1))
    return Mesh(corners, np.tile(np.float32([0, 0, length]), (3, 1)), corners[:, :2], faces)


def thing(length=1.0, many=1, **more):
    return ObjectModel((Part("body", triangle(1.0, length, many), Material()),), **more)

"""


def source_of(path: Path) -> PluginSource:
    """Return the source of a single file, or of a package's folder."""
    if path.is_file():
        files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
    else:
        found = sorted(p for p in path.rglob("*") if p.is_file())
        files = {p.relative_to(path).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in found}
    whole = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
    return PluginSource(path.stem, "path", str(path), path.stem, files, whole)


def grant_of(source: PluginSource, name: str = "bad", kind: str = "generator", class_name: str = "Bad") -> Grant:
    """Return a grant by a manifest that was written without running the code."""
    label = name.capitalize()
    entry = ManifestEntry(kind, name, label, "A plugin.", "1", source.package, class_name)  # type: ignore[arg-type]
    return Grant(source, Manifest(source.id, "1", "", "", "", 1, (entry,)))


@pytest.fixture(scope="session")
def short() -> Limits:
    return SHORT


@pytest.fixture(scope="session")
def sourced() -> Callable[[Path], PluginSource]:
    return source_of


@pytest.fixture(scope="session")
def granted() -> Callable[..., Grant]:
    return grant_of


@pytest.fixture
def write_bad(tmp_path: Path) -> Callable[..., Grant]:
    """Return a function that writes a generator whose `generate` has this body, and grants it."""

    def write(body: str = "return thing()", top: str = "", name: str = "bad_one") -> Grant:
        method = "    def generate(self, values):\n" + indent(dedent(body).strip(), " " * 8)
        text = HEAD + dedent(top) + '\n\nclass Bad(Generator):\n    name = "bad"\n    help = "Bad."\n\n' + method + "\n"
        path = tmp_path / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        return grant_of(source_of(path))

    return write


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PluginHosts]:
    """Host processes with short limits, shared by a file's tests."""
    made = PluginHosts(SHORT, tmp_path_factory.mktemp("scratch"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def head() -> str:
    return HEAD
