"""Distributions, written by hand into a folder of the test's own: what pip would leave there, or somebody hostile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from myriorama.plugins.api import Float
from myriorama.plugins.manifest import FILE_NAME, Manifest, ManifestEntry

CODE = '''"""Apples."""

from myriorama.plugins import Float, Generator

open({mark!r}, "w").write("ran")


class Apple(Generator):
    name = "crab_apple"
    label = "Crab apple"
    help = "A small apple."
    parameters = (Float("size_m", 0.03, help="Across.", minimum=0.01, maximum=0.1),)

    def generate(self, values):
        raise RuntimeError("never asked")
'''


def manifest_of(package: str, **words: Any) -> Manifest:
    """A manifest with one generator."""
    size = Float("size_m", 0.03, unit="m", minimum=0.01, maximum=0.1, help="Across.")
    entry = ManifestEntry(
        "generator", "crab_apple", "Crab apple", "A small apple.", "1", f"{package}.apple", "Apple", (size,)
    )
    return replace(Manifest("crab-apples", "1.2", "Ann", "Small apples.", "MIT", 1, (entry,)), **words)


@pytest.fixture
def manifest_for() -> Callable[..., Manifest]:
    return manifest_of


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """The file that every plugin of these tests writes when it is imported."""
    return tmp_path / "it-ran"


@pytest.fixture
def code(mark: Path) -> str:
    """The text of a plugin that writes `mark` when it is imported."""
    return CODE.format(mark=str(mark))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """An empty folder of installed packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def install(site: Path, code: str) -> Callable[..., Path]:
    """Writes a distribution into `site` and returns its package's folder."""

    def write(
        name: str = "crab-apples",
        package: str = "crab_apples",
        *,
        entry_point: str | None = None,
        manifest: Manifest | str | None = None,
        files: Mapping[str, str | bytes] | None = None,
        metadata: str | bytes | None = None,
        info: Mapping[str, str] | None = None,
        record: bool = True,
        where: Path | None = None,
    ) -> Path:
        folder = (where or site) / package
        text = manifest if isinstance(manifest, str) else (manifest or manifest_of(package, id=name)).to_text()
        contents: dict[str, str | bytes] = {"__init__.py": "", "apple.py": code, FILE_NAME: text, **(files or {})}
        for relative, content in contents.items():
            file = folder / relative
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        about = site / f"{name.replace('-', '_')}-1.2.dist-info"
        about.mkdir()
        words = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\nAuthor: Ann\nSummary: Small apples.\n"
        told = words if metadata is None else metadata
        (about / "METADATA").write_bytes(told if isinstance(told, bytes) else told.encode())
        point = f"crab = {package}:{FILE_NAME}" if entry_point is None else entry_point
        (about / "entry_points.txt").write_text(f"[console_scripts]\nx = y:z\n\n[myriorama.plugins]\n{point}\n")
        for file_name, content in (info or {}).items():
            (about / file_name).write_text(content)
        if record:
            rows = "".join(f"{package}/{relative},,\n" for relative in contents)
            (about / "RECORD").write_text(rows + (info or {}).get("RECORD", ""))
        return folder

    return write
