"""One row of the action table.

It says what can be done and by which keys; doing it is the callback's affair, bound where the view is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

Context = Literal[
    "window",
    "viewport",
    "gallery",
    "reject",
    "detail",
    "outliner",
    "inspector",
    "statistics",
    "assets",
    "queue",
    "plugins",
]
CONTEXTS: Final[tuple[Context, ...]] = get_args(Context)
"""``window`` is active everywhere in the main window; each other only while the keyboard is in that panel."""


@dataclass(frozen=True)
class Action:
    """Something a person can do.

    Attributes
    ----------
    id : str
        ``panel.verb``: "gallery.pick". Permanent: shortcuts are kept under it.
    title : str
        Imperative, in menus and palette: "Pick".
    help : str
        One sentence: tooltip, palette.
    keys : tuple of str
        Default keys in Qt's portable notation: ("Ctrl+Z",). May be empty.
    menu : str
        ``Edit`` or ``View/Layers``: where it is listed; empty: in the palette alone.
    icon : str
        Name for `widgets.theme.icon`; may be empty.
    checkable : bool
        It toggles something.
    group : str
        Entries of one group stand together in a menu, between two lines; empty: the id's panel.
    """

    id: str
    title: str
    context: Context
    help: str
    keys: tuple[str, ...] = ()
    menu: str = ""
    icon: str = ""
    checkable: bool = False
    group: str = ""
