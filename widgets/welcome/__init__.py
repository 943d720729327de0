"""What the window shows where nothing is open: examples, recent files, templates."""

from myriorama.widgets.welcome.page import WelcomePage

__all__ = ["WelcomePage"]
