"""The rooms of the house: imports point one way, and the cheap doors stay cheap."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("widgets", "app", "plugins", "scenes", "resources")
HEAVY = (
    "DracoPy", "OpenEXR", "PIL", "PySide6", "deflate", "embreex",
    "mujoco", "moderngl", "pycocotools", "rich", "scipy", "trimesh",
)  # fmt: skip


def python_files(*folders: str) -> list[Path]:
    return sorted(p for f in folders for p in (ROOT / f).rglob("*.py") if "namespace" not in p.parts)


@cache
def imported_names(path: Path) -> list[tuple[int, str]]:
    """Return (line, full module or member name) of every import, those inside functions too."""
    out = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            out += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"a relative import on line {node.lineno}"
            out += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return out


def test_import_linter_keeps_every_contract() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_lies_below_it(room: str) -> None:
    """The same law as import-linter's, by another reader, so that a broken configuration is seen."""
    above = ROOMS[: ROOMS.index(room)]
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in python_files(room)
        for line, name in imported_names(path)
        if name.split(".")[0] == "myriorama" and name.split(".")[1] in above
    ]
    assert wrong == []


def test_rooms_are_imported_by_their_full_name() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in [*python_files(*ROOMS, "tests"), ROOT / "main.py"]
        for line, name in imported_names(path)
        if name.split(".")[0] in ROOMS
    ]
    assert wrong == []


def test_qt_is_kept_where_it_belongs() -> None:
    wrong = []
    for path in python_files("app", "plugins", "scenes", "resources"):
        for line, name in imported_names(path):
            in_app_qt = path.is_relative_to(ROOT / "app" / "qt")
            if name.startswith("PySide6") and not (in_app_qt and name.startswith("PySide6.QtCore")):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert wrong == []


def modules_after(statement: str) -> set[str]:
    """Return the top-level names in sys.modules of a fresh interpreter that ran `statement`."""
    code = f"{statement}\nimport sys, json\nprint(json.dumps(sorted({{m.split('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_plugin_door_loads_nothing_heavy() -> None:
    loaded = modules_after("import myriorama.plugins")
    assert "numpy" in loaded
    assert loaded & set(HEAVY) == set()


def test_the_registry_loads_nothing_heavy() -> None:
    loaded = modules_after(
        "from myriorama.plugins.registry import builtin_registry; builtin_registry().names('generator')"
    )
    assert loaded & set(HEAVY) == set()


def test_the_help_page_loads_no_numbers() -> None:
    loaded = modules_after("from myriorama.app.cli.program import run; assert run(['--help']) == 0")
    assert loaded & {*HEAVY, "numpy", "pydantic"} == set()


def test_app_opens_without_loading_the_domain() -> None:
    assert modules_after("import myriorama.app") & {*HEAVY, "numpy", "pydantic"} == set()


def test_the_process_that_reads_foreign_datasets_loads_no_plugin() -> None:
    code = (
        "import myriorama.app.reading.serving, sys; print([m for m in sys.modules if m.startswith('myriorama.plug')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_every_room_is_typed_and_seen_by_static_tools() -> None:
    for room in ROOMS:
        assert (ROOT / room / "py.typed").is_file()
        assert (ROOT / "tests" / "namespace" / "myriorama" / room).resolve() == ROOT / room


def test_main_only_hands_over() -> None:
    done = subprocess.run(
        [sys.executable, "main.py", "--version"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("myriorama ")
