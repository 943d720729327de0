"""docs/plugins.md is true: its tutorial runs block by block, and its made parts are as the code has them."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from myriorama.plugins import api, shapes
from myriorama.plugins.conformance.table import LAWS, checks_of

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "plugins.md"
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def _blocks() -> list[tuple[str, str, str]]:
    """Return language, file and text of every block of the tutorial."""
    tutorial = PAGE.read_text(encoding="utf-8").split("\n## ")[1]
    assert tutorial.startswith("Tutorial")
    return [(m[1], m[2] or "", m[3]) for m in BLOCK.finditer(tutorial)]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Settings of the test's own, and this program's commands first on the path."""
    own = {name: str(tmp_path / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    return {**os.environ, **own, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.gl
@pytest.mark.skipif(sys.platform == "win32", reason="the tutorial's commands are written for a POSIX shell")
def test_the_tutorial_runs_from_nothing_to_a_dataset(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    ran = 0
    for language, file, text in _blocks():
        if file:
            target = folder / file
            assert target.parent.is_dir(), f"{file} lies in no folder that was made before"
            target.write_text(text, encoding="utf-8")
        elif language == "sh":
            ran += 1
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", text],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=300,
            )
            assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    assert ran >= 5
    dataset = json.loads((folder / "orchard-dataset" / "annotations" / "instances.json").read_text())
    assert len(dataset["images"]) == 4
    attributes = [a["attributes"] for a in dataset["annotations"]]
    assert attributes
    assert all(20 < row["mass_g"] < 400 for row in attributes)
    own = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-k",
            "leaf",
            "-p",
            "no:cacheprovider",
        ],
        cwd=folder / "orchard" / "plugins" / "orchard_apple",
        env=environment | {"PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert own.returncode == 0, own.stdout + own.stderr


def _maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "plugin_reference", ROOT / "docs" / "tools" / "make_plugin_reference.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert _maker().made_page(text) == text, "run docs/tools/make_plugin_reference.py"


def test_every_public_name_and_check_is_in_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in api.__all__ if f"\n#### {name}\n" not in text] == []
    assert [name for name in shapes.__all__ if f"| `{name}" not in text] == []
    names = {name for kind in LAWS for name in checks_of(kind)}
    assert sorted(n for n in names if f"`{n}`" not in text) == []


def test_shapes_are_all_functions_of_their_arguments_or_values() -> None:
    assert sorted(shapes.__all__, key=str.lower) == sorted(set(shapes.__all__), key=str.lower)
    assert all(getattr(shapes, name).__doc__ for name in shapes.__all__)
