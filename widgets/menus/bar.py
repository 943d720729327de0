"""The menu bar, and any menu that the action table describes. It decides no entry: the table's `menu` fields do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app_model.types import SubmenuItem
from PySide6.QtWidgets import QMenu, QMenuBar

from myriorama.app.actions import ActionTable
from myriorama.widgets.menus.window_actions import WindowActions

_FIRST: Final = ("File", "Edit")
_LAST: Final = ("View", "Window", "Help")


def fill_menu_bar(bar: QMenuBar, table: ActionTable, actions: WindowActions) -> dict[str, QMenu]:
    """Make every menu of the table; return them by their path."""
    paths = [path for path, _ in table.menus if "/" not in path]
    between = [path for path in paths if path not in _FIRST + _LAST]
    made: dict[str, QMenu] = {}
    for path in [*_FIRST, *between, *_LAST]:
        if path in paths:
            menu = bar.addMenu(f"&{path}")
            _fill(menu, path, table, actions, made)
    return made


def _fill(menu: QMenu, path: str, table: ActionTable, actions: WindowActions, made: dict[str, QMenu]) -> None:
    made[path] = menu
    menu.setObjectName(f"menu {path}")
    menu.setToolTipsVisible(True)
    ids: list[str] = []
    first = True
    for group in table.menus.iter_menu_groups(path):
        if not first:
            menu.addSeparator()
        first = False
        for item in group:
            if isinstance(item, SubmenuItem):
                _fill(menu.addMenu(item.title), item.submenu, table, actions, made)
            else:
                menu.addAction(actions[item.command.id])
                ids.append(item.command.id)
    menu.aboutToShow.connect(_call(actions.refresh, ids))
    menu.aboutToHide.connect(_call(actions.enable_all, ids))


def _call(slot: Callable[[list[str]], None], ids: list[str]) -> Callable[[], None]:
    def call() -> None:
        slot(ids)

    return call
