"""What opens something that asks first ends in one sign, the ellipsis; three full stops stand nowhere in the studio."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QGraphicsScene, QLineEdit, QMenu, QTabBar, QWidget

import myriorama.widgets
from myriorama.widgets.application import Application

DOTS = "..."


def shown(top: QWidget) -> Iterator[tuple[str, str]]:
    """Yield whose text it is, and the text, of everything within a window that has a title."""
    for action in top.findChildren(QAction):
        if isinstance(action.parent(), QGraphicsScene):
            continue  # pyqtgraph makes a menu for each plot, which ours never open
        yield from ((f"action {action.objectName()}", said) for said in (action.text(), action.toolTip()))
    for menu in top.findChildren(QMenu):
        yield f"menu {menu.objectName()}", menu.title()
    for button in top.findChildren(QAbstractButton):
        yield from ((f"button {button.objectName()}", said) for said in (button.text(), button.toolTip()))
    for line in top.findChildren(QLineEdit):
        yield f"field {line.accessibleName()}", line.placeholderText()
    for bar in top.findChildren(QTabBar):
        yield from (("tab", bar.tabText(k)) for k in range(bar.count()))


def test_no_title_of_the_window_ends_in_three_full_stops(program: Application, small: Callable[..., Path]) -> None:
    window = program.window
    window.flow.open(small())
    for part in ("settings", "classes", "named", "acceptance", "output", "camera"):
        program.studio.selection.select(f"project:{part}")
        QApplication.processEvents()
    window.dialogs.show_settings()
    window.dialogs.show_palette()
    QApplication.processEvents()
    told = [*shown(window), *(("action", row.action.title) for row in window.table)]
    assert [entry for entry in told if DOTS in entry[1]] == []
    assert {"Open…", "Save as…", "Settings…", "New from template…", "Add folder…"} <= {text for _, text in told}
    for dialog in [w for w in QApplication.topLevelWidgets() if w is not window and w.isVisible()]:
        dialog.close()


def spoken(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each string of a module that is no docstring."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            is_text = isinstance(child, ast.Constant) and isinstance(child.value, str)
            if is_text and not isinstance(node, ast.Expr):
                yield child.lineno, child.value  # type: ignore[attr-defined]


def test_no_menu_or_message_that_is_made_later_has_them_either() -> None:
    folder = Path(next(iter(myriorama.widgets.__path__)))
    files = sorted(folder.rglob("*.py"))
    assert len(files) > 100
    found = [f"{f.name}:{line} {text!r}" for f in files for line, text in spoken(f) if DOTS in text]
    assert found == [], "titles end in the one sign …"
