"""How the studio looks: colours, spacing, icons. Every widget takes them from here."""

from myriorama.widgets.theme.icons import icon
from myriorama.widgets.theme.tokens import DARK, LIGHT, Theme, theme

__all__ = ["DARK", "LIGHT", "Theme", "icon", "theme"]
