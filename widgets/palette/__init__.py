"""The command palette: anything that can be done or gone to, by its name."""

from myriorama.widgets.palette.palette import Palette

__all__ = ["Palette"]
