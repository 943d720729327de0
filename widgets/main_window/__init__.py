"""The main window: the viewport in the middle, panels around it, and what belongs to no panel."""

from myriorama.widgets.main_window.window import MainWindow

__all__ = ["MainWindow"]
