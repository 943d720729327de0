"""The window's geometry and the docks' places, between two runs of the program.

What was kept by another version of the layout, or cannot be read, is ignored: the default layout stands.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from PySide6.QtWidgets import QMainWindow

LAYOUT_VERSION: Final = 3
"""Rises when docks are added or renamed, so that an old state is not forced onto them."""


def layout_of(window: QMainWindow) -> dict[str, str]:
    """Return what `restore_layout` needs."""
    parts = {"geometry": window.saveGeometry(), "docks": window.saveState(LAYOUT_VERSION)}
    return {"version": str(LAYOUT_VERSION)} | {k: base64.b64encode(v.data()).decode() for k, v in parts.items()}


def restore_layout(window: QMainWindow, layout: Mapping[str, str]) -> bool:
    """Put the window as it was.

    Returns
    -------
    bool
        Whether the docks were restored; where not, they are untouched.
    """
    if layout.get("version") != str(LAYOUT_VERSION):
        return False
    try:
        geometry = base64.b64decode(layout.get("geometry", ""), validate=True)
        docks = base64.b64decode(layout.get("docks", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    window.restoreGeometry(geometry)
    return bool(docks) and window.restoreState(docks, LAYOUT_VERSION)
