"""Which panels the window has, and where each stands until the user moves it.

It names them; what they show is their own affair.
"""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import Qt

from myriorama.widgets.assets.panel import AssetsPanel
from myriorama.widgets.gallery.panel import GalleryPanel
from myriorama.widgets.history.panel import HistoryPanel
from myriorama.widgets.inspector.panel import InspectorPanel
from myriorama.widgets.outliner.panel import OutlinerPanel
from myriorama.widgets.panel import Panel
from myriorama.widgets.plugins.panel import PluginsPanel
from myriorama.widgets.problems_panel.panel import ProblemsPanel
from myriorama.widgets.queue.panel import QueuePanel
from myriorama.widgets.statistics.panel import StatisticsPanel

Place = Literal["left", "right", "bottom"]
AREAS: Final = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
DOCKED: Final[tuple[tuple[type[Panel], Place], ...]] = (
    (OutlinerPanel, "left"),
    (AssetsPanel, "left"),
    (HistoryPanel, "left"),
    (InspectorPanel, "right"),
    (GalleryPanel, "bottom"),
    (StatisticsPanel, "bottom"),
    (ProblemsPanel, "bottom"),
    (QueuePanel, "bottom"),
    (PluginsPanel, "bottom"),
)
"""Those of one place stand in one stack of tabs, in this order; the keys that show them count along."""
