"""Commands that must refuse their input: how they are put together, and what must hold when one is refused.

It knows no hostile file by its name; what each has to be told stands with the tests.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.program import run

HOSTILE = Path(__file__).resolve().parents[2] / "data" / "hostile"
LONGEST_S = 5.0


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of the test's own."""
    folder = tmp_path / "cache"
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(folder))
    return folder


def state_of(*folders: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of change of every file and folder, the cache of parsed assets left out."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "cache" not in path.relative_to(folder).parts
    } | {str(p): (0, 0) for folder in folders for p in folder.iterdir() if p.name != "cache"}


@pytest.fixture
def state() -> Callable[..., dict[str, tuple[int, int]]]:
    """Tells all that stands in folders, to be compared."""
    return state_of


@pytest.fixture
def refused(tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command that must refuse its input; return what it told, as words or as JSON."""

    def refuse(arguments: list[str], expected: tuple[str, ...] = ()) -> str:
        before = state_of(tmp_path, HOSTILE)
        capsys.readouterr()
        started = time.perf_counter()
        code = run(arguments)
        spent = time.perf_counter() - started
        shown, told = capsys.readouterr()
        assert code == ExitCode.BAD_INPUT, shown + told
        assert "Traceback" not in shown + told
        assert state_of(tmp_path, HOSTILE) == before
        assert list(cache.rglob("*.asset")) == []
        assert spent < LONGEST_S
        if "--json" in arguments:
            assert told == ""
            return shown
        assert shown == ""
        missing = [words for words in expected if words not in told]
        assert missing == [], told
        return told

    return refuse


@pytest.fixture
def good_project() -> Callable[[], dict[str, Any]]:
    """Reads the good project as a tree of one's own."""

    def read() -> dict[str, Any]:
        tree: dict[str, Any] = json.loads((HOSTILE / "projects" / "good.json").read_text(encoding="utf-8"))
        return tree

    return read


@pytest.fixture
def written() -> Callable[[Path, Any], Path]:
    """Writes a tree as the project of a folder."""

    def write(folder: Path, tree: Any) -> Path:
        path = folder / "project.json"
        path.write_text(json.dumps(tree), encoding="utf-8")
        return path

    return write


@pytest.fixture
def project_with_models(
    good_project: Callable[[], dict[str, Any]], written: Callable[[Path, Any], Path]
) -> Callable[..., Path]:
    """Writes a project that has these model files, one group each, side by side."""

    def write(folder: Path, *references: str, **parameters: Any) -> Path:
        tree = good_project()
        (group,) = tree["objects"]
        tree["objects"] = [
            {
                **group,
                "uid": f"solid{i}",
                "parameters": {"file": reference, **parameters},
                "placement": {"uid": f"at{i}", "type": "fixed", "parameters": {"position_m": [3.0 * i, 0.0, 0.0]}},
            }
            for i, reference in enumerate(references)
        ]
        return written(folder, tree)

    return write


@pytest.fixture
def project_with_picture(
    good_project: Callable[[], dict[str, Any]], written: Callable[[Path, Any], Path]
) -> Callable[..., Path]:
    """Writes a project that has a picture for its backdrop, or a radiance map for its light."""

    def write(folder: Path, name: str) -> Path:
        tree = good_project()
        kind = "photo_backdrop" if name.endswith(".png") else "hdri"
        tree["environment"] = [{"uid": "light", "type": kind, "parameters": {"file": f"pictures/{name}"}}]
        tree["objects"] = []
        return written(folder, tree)

    return write


@pytest.fixture
def rendering() -> Callable[..., list[str]]:
    """The words of a command that renders one sample of a project."""

    def words(project: Path, folder: Path, *more: str) -> list[str]:
        return ["render", str(project), "--count", "1", "--out", str(folder / "out"), "--assets", str(HOSTILE), *more]

    return words


@pytest.fixture
def sampling() -> Callable[..., list[str]]:
    """The words of a command that draws a project's first sample."""

    def words(project: Path, *more: str) -> list[str]:
        return ["sample", str(project), "0", "--assets", str(HOSTILE), *more]

    return words
