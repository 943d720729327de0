"""How the studio looks: colours, spacing, icons. Every widget takes them from here."""

from myriorama.widgets.theme.fields import padded
from myriorama.widgets.theme.icons import icon, program_icon
from myriorama.widgets.theme.style import apply_theme, prepare
from myriorama.widgets.theme.tokens import DARK, LIGHT, Theme, theme

__all__ = ["DARK", "LIGHT", "Theme", "apply_theme", "icon", "padded", "prepare", "program_icon", "theme"]
