"""What the window does about plugins: tells of those that a project brings, leads to the panel and to the guide.

It enables nothing: a person does, in the dialog.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer

from myriorama.app.extensions.bench import blank_project, blank_with, has_any
from myriorama.app.extensions.rows import PluginRow
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.model import Project
from myriorama.widgets.binding import bind
from myriorama.widgets.inspector.panel import InspectorPanel
from myriorama.widgets.panel import Panel
from myriorama.widgets.plugins.notice_bar import NoticeBar
from myriorama.widgets.plugins.panel import PluginsPanel

if TYPE_CHECKING:
    from myriorama.widgets.main_window.window import MainWindow


class PluginFlow(QObject):
    """The window's part in plugins.

    Attributes
    ----------
    notice : NoticeBar or None
        The bar about the project's own plugins, while it is shown.
    """

    def __init__(self, studio: Studio, window: MainWindow) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window
        self._panel: PluginsPanel | None = None
        self._put_away: Path | None = None
        self._to_show: Path | None = None
        self._with_page = False
        self._empty: Project | None = None
        self.notice: NoticeBar | None = None
        bind(self, studio.plugins.changed, self._on_plugins_changed)
        bind(self, studio.document.opened, self._on_plugins_changed)

    def attach(self, panel: Panel) -> None:
        """Take the panel whose wishes are to be fulfilled."""
        assert isinstance(panel, PluginsPanel)
        self._panel = panel
        panel.guide_wanted.connect(self.show_guide)
        inspector = self._window.panels["inspector"]
        assert isinstance(inspector, InspectorPanel)
        inspector.plugins_wanted.connect(self.show_source)

    def show_source(self, key: str = "") -> None:
        """Bring the panel to the front, with this source selected."""
        self._window.show_panel("plugins")
        if self._panel is not None and key:
            self._panel.select(key)

    def develop(self, path: Path, *, page: bool = False) -> None:
        """Work on the plugin at a path; once it could be loaded, show it in what is open, or in a blank project.

        Parameters
        ----------
        page : bool
            Open the page of its first generator as well.
        """
        try:
            self._studio.development.begin(path)
        except InputError as error:
            self._studio.problems.tell(f"error: {error}")
            self._window.tell(str(error))
            return
        self._to_show, self._with_page = path, page
        self.show_source()
        self._show_developed()

    def show_guide(self) -> None:
        """Open the guide for authors."""
        self._window.dialogs.show_documentation("plugins")

    def _show_developed(self) -> None:
        """Open a project with the plugin, once there is something to show; until then an empty one, for the card."""
        if self._to_show is None:
            return
        document, development = self._studio.document, self._studio.development
        grant = development.grant_of(self._to_show)
        if grant is None:
            if document.project is None and not self._studio.plugins.busy:
                self._empty, folder = blank_project()
                document.open(self._empty, folder)
            return
        self._to_show = None
        if self._panel is not None:
            self._panel.select(grant.source.key)
        if document.project is None or document.project == self._empty:
            document.open(*blank_with(grant.manifest, self._studio.registry))
        elif not has_any(document.project, grant.manifest):
            self._window.tell(f"Add {grant.source.id} to this project with Shift+A")
        self._empty = None
        first = next((e.name for e in grant.manifest.entries if e.kind == "generator"), None)
        if self._with_page and first is not None:
            QTimer.singleShot(0, self, partial(self._window.objects.show, first))

    def _on_plugins_changed(self) -> None:
        self._show_developed()
        rows = self._waiting()
        if not rows:
            self._end()
            return
        if self.notice is None:
            self.notice = NoticeBar(self._window)
            self.notice.review_wanted.connect(self._on_review)
            self.notice.closed.connect(self._on_closed)
            self._window.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.notice)
        self.notice.tell(rows)

    def _waiting(self) -> list[PluginRow]:
        """Return the plugins beside the open project that nobody decided about."""
        path = self._studio.document.path
        if path is None or path == self._put_away:
            return []
        folder = path.parent
        return [
            row
            for row in self._studio.plugins.rows
            if row.source.origin == "project"
            and row.status in ("new", "changed")
            and Path(row.source.root).is_relative_to(folder)
        ]

    def _on_review(self) -> None:
        rows = self._waiting()
        if rows:
            self.show_source(rows[0].key)
            if self._panel is not None:
                self._panel.enable()

    def _on_closed(self) -> None:
        self._put_away = self._studio.document.path
        self._end()

    def _end(self) -> None:
        if self.notice is not None:
            self._window.removeToolBar(self.notice)
            self.notice.deleteLater()
            self.notice = None
