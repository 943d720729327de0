"""Which panels the window has, and where each stands until the user moves it.

It makes them; what they show is their own affair.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtCore import Qt

from myriorama.app.studio import Studio
from myriorama.widgets.panel import Panel

Place = Literal["left", "right", "bottom"]
AREAS: Final = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}


@dataclass(frozen=True)
class Kind:
    """A panel in a dock. Those of one place stand in one stack of tabs, in the order given."""

    module: str
    cls: str
    place: Place


VIEWPORT: Final = Kind("myriorama.widgets.viewport.panel", "ViewportPanel", "left")
DOCKED: Final = (
    Kind("myriorama.widgets.outliner.panel", "OutlinerPanel", "left"),
    Kind("myriorama.widgets.assets.panel", "AssetsPanel", "left"),
    Kind("myriorama.widgets.history.panel", "HistoryPanel", "left"),
    Kind("myriorama.widgets.inspector.panel", "InspectorPanel", "right"),
    Kind("myriorama.widgets.gallery.panel", "GalleryPanel", "bottom"),
    Kind("myriorama.widgets.statistics.panel", "StatisticsPanel", "bottom"),
    Kind("myriorama.widgets.problems_panel.panel", "ProblemsPanel", "bottom"),
)


def make(kind: Kind, studio: Studio) -> Panel | None:
    """Make a panel."""
    try:
        module = importlib.import_module(kind.module)
    except ImportError:
        return None
    cls = getattr(module, kind.cls, None)
    return cls(studio) if cls is not None else None
