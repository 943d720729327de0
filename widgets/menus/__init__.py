"""Menus and keys of the main window, read from the action table."""

from myriorama.widgets.menus.bar import fill_menu_bar
from myriorama.widgets.menus.window_actions import WindowActions

__all__ = ["WindowActions", "fill_menu_bar"]
