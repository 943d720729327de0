"""The guide of the studio names every action with its keys: its tables are those of the action table."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from pytestqt.qtbot import QtBot

from myriorama.app.studio import Studio
from myriorama.widgets.main_window.window import MainWindow

_TOOL = Path(__file__).resolve().parents[2] / "docs" / "tools" / "make_key_table.py"


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_key_table", _TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_action_and_its_default_keys_are_in_the_guide(qtbot: QtBot, studio: Studio) -> None:
    tool = _tool()
    window = MainWindow(studio)
    qtbot.addWidget(window)
    actions = [row.action for row in window.table]
    page = tool.PAGE.read_text(encoding="utf-8")
    lacking = [
        f"{action.id}: {', '.join(action.keys)}"
        for action in actions
        if f"| {action.title} |" not in page or any(f"`{key}`" not in page for key in action.keys)
    ]
    assert not lacking, f"run docs/tools/make_key_table.py; the guide lacks {lacking}"
    assert {action.context for action in actions} <= set(tool.TITLES)
    assert tool.with_tables(page, tool.tables(actions)) == page, "run docs/tools/make_key_table.py"
    window.end()
