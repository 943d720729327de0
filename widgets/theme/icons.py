"""Icons by name, in the colours of the theme in force.

Names are those of Material Design Icons, without their prefix: "eye", "dice-5". No file is fetched.
"""

from __future__ import annotations

from PySide6.QtGui import QIcon

from myriorama.widgets.theme.tokens import theme


def icon(name: str, color: str = "") -> QIcon:
    """Return an icon; dim where its action is disabled.

    Parameters
    ----------
    color : str
        "#rrggbb" instead of the theme's text colour.
    """
    import qtawesome

    tokens = theme()
    return qtawesome.icon(f"mdi6.{name}", color=color or tokens.text, color_disabled=tokens.border)
