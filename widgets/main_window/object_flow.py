"""What the window does about the object studio: opens it, on a generator or on an object of the open project."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject

from myriorama.app.object_studio.groups import first_of_group, is_group
from myriorama.app.studio import Studio
from myriorama.widgets.outliner.panel import OutlinerPanel
from myriorama.widgets.panel import Panel
from myriorama.widgets.plugins.panel import PluginsPanel

if TYPE_CHECKING:
    from myriorama.widgets.main_window.window import MainWindow
    from myriorama.widgets.object_studio.window import ObjectStudioWindow


class ObjectFlow(QObject):
    """Holds the one window of the object studio.

    Attributes
    ----------
    window : ObjectStudioWindow or None
        None until it is asked for; it is kept, hidden, when it is closed.
    """

    def __init__(self, studio: Studio, window: MainWindow) -> None:
        super().__init__(window)
        self._studio = studio
        self._main = window
        self.window: ObjectStudioWindow | None = None

    def attach(self, outliner: Panel, plugins: Panel) -> None:
        """Come when one of these asks for an object."""
        cast("OutlinerPanel", outliner).object_wanted.connect(self.show_group)
        cast("OutlinerPanel", outliner).generator_wanted.connect(self.show)
        cast("PluginsPanel", plugins).page_wanted.connect(self.show)

    def show(self, name: str = "") -> None:
        """Show a generator's object; without a name what was shown last."""
        self._opened().open(name)

    def show_group(self, uid: str) -> None:
        """Show the first object of a group as the current sample draws it."""
        project, studio = self._studio.document.project, self._studio
        if project is None or not is_group(project, uid):
            return
        wanted = first_of_group(project, studio.registry, uid, studio.index.value)
        if wanted.name not in studio.registry.names("generator"):
            self._main.tell(f"{wanted.title} is made by {wanted.name}, which is not installed or not enabled")
            return
        self._opened().open(wanted.name, wanted.values, materials=wanted.materials, title=wanted.title)

    def _opened(self) -> ObjectStudioWindow:
        from myriorama.widgets.object_studio.window import ObjectStudioWindow  # late: it is another window

        if self.window is None:
            self.window = ObjectStudioWindow(self._studio, self._main)
            self.window.resize(self._main.size() * 0.94)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        return self.window
