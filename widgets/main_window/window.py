"""The main window: the viewport in the middle, panels in docks around it, one table of actions for all of them.

It shows and routes; what a panel means, and how a file is read, is decided elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QTabWidget, QWidget

from myriorama.app.actions import ActionTable
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.main_window.dialogs import Dialogs
from myriorama.widgets.main_window.dock_title import DockTitle, NoTitle
from myriorama.widgets.main_window.job_flow import JobFlow
from myriorama.widgets.main_window.layout_state import LAYOUT_VERSION, layout_of, restore_layout
from myriorama.widgets.main_window.look_flow import LookFlow, dropped_dataset
from myriorama.widgets.main_window.object_flow import ObjectFlow
from myriorama.widgets.main_window.own_actions import own_actions
from myriorama.widgets.main_window.panels import AREAS, DOCKED, Place
from myriorama.widgets.main_window.plugin_flow import PluginFlow
from myriorama.widgets.main_window.project_flow import ProjectFlow
from myriorama.widgets.main_window.status import StatusWidgets
from myriorama.widgets.main_window.tab_bars import hide_stray_tab_bars
from myriorama.widgets.menus import WindowActions, fill_menu_bar
from myriorama.widgets.panel import Panel
from myriorama.widgets.viewport.panel import ViewportPanel
from myriorama.widgets.welcome import WelcomePage

_SWEEP_AFTER_MS: Final = 300
_TOLD_MS: Final = 6000
_LEAST: Final = QSize(1280, 800)
_SCREEN_SHARE: Final = 0.88
_SIDE_SHARES: Final = (0.15, 0.2)
_SIDE_PX: Final = ((225, 300), (315, 400))
_LEAST_BOTTOM_PX: Final = 250
_BOTTOM_SHARE: Final = 0.29


class MainWindow(QMainWindow):
    """The studio's window.

    Attributes
    ----------
    panels : dict of str to Panel
        By name; the viewport is one of them.
    table : ActionTable
    actions_by_id : WindowActions
    flow : ProjectFlow
        Opening, saving, closing.
    dialogs : Dialogs
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self.setObjectName("main")
        self.setAccessibleName("Myriorama")
        self.setDockNestingEnabled(True)
        self.setAnimated(False)
        self.setAcceptDrops(True)
        self.setUnifiedTitleAndToolBarOnMac(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.panels: dict[str, Panel] = {}
        self.docks: dict[str, QDockWidget] = {}
        self.flow = ProjectFlow(studio, self, self.tell)
        self.dialogs = Dialogs(studio, self)
        self.jobs = JobFlow(studio, self)
        self.looks = LookFlow(studio, self, self.jobs.open_dataset)
        self.objects = ObjectFlow(studio, self)
        self.plugin_flow = PluginFlow(studio, self)
        self.welcome = self._make_welcome()
        self._central = QStackedWidget()
        self._central.setObjectName("central")
        self._central.addWidget(self.welcome)
        self.setCentralWidget(self._central)
        self._tidying = QTimer(self)
        self._tidying.setSingleShot(True)
        self._tidying.timeout.connect(self._tidy_titles)
        self._sweeping = QTimer(self)  # Qt may show a bar again while it moves docks to their places
        self._sweeping.setSingleShot(True)
        self._sweeping.timeout.connect(self._sweep_tab_bars)
        self._make_panels()
        self.table = ActionTable(studio.settings)
        self.actions_by_id = WindowActions(self.table, self, self._on_refused)
        self._fill_table()
        self.menus = fill_menu_bar(self.menuBar(), self.table, self.actions_by_id)
        self.dialogs.take_actions(self.table, self.menus)
        self.jobs.attach(self.panels["queue"])
        self.plugin_flow.attach(self.panels["plugins"])
        self.objects.attach(self.panels["outliner"], self.panels["plugins"])
        self.status = StatusWidgets(
            studio, self.statusBar(), self.show_problems, self.dialogs.show_export_of, self.jobs.show_job
        )
        self._leaving = False
        self._shown_project = True
        self._layout_while_open: dict[str, str] = {}
        self._docks_while_open: list[QDockWidget] = []
        self._docks_on_top: list[QDockWidget] = []
        room = self.screen().availableSize()
        self.resize((room * _SCREEN_SHARE).expandedTo(_LEAST).boundedTo(room))
        wanted = self.size()
        self.default_layout()
        self.layout().activate()  # docks on their way to their stacks have widened the window
        self.resize(wanted)
        self._default = self.saveState(LAYOUT_VERSION)
        restore_layout(self, studio.settings.value.layout)
        bind(self, studio.document.opened, self._on_opened)
        bind(self, studio.document.location_changed, self._set_title)
        bind(self, studio.document.changed, self._set_title)
        bind(self, studio.document.history.changed, self._on_history_changed)
        self._on_opened()

    # --- what the panels are told ------------------------------------------------------------------

    def tell(self, text: str) -> None:
        """Show a line in the status bar for a while."""
        self.statusBar().showMessage(text, _TOLD_MS)

    def show_panel(self, name: str) -> None:
        """Bring a panel to the front."""
        self.docks[name].show()
        self.docks[name].raise_()

    def show_problems(self) -> None:
        """Bring the problems to the front."""
        self.show_panel("problems")

    # --- layout ------------------------------------------------------------------------------------

    def default_layout(self) -> None:
        """Put every dock where it stands until it is moved."""
        corner, area = Qt.Corner, Qt.DockWidgetArea
        self.setCorner(corner.BottomLeftCorner, area.LeftDockWidgetArea)
        self.setCorner(corner.BottomRightCorner, area.RightDockWidgetArea)
        firsts: dict[Place, QDockWidget] = {}
        for kind, place in DOCKED:
            dock = self.docks[kind.name]
            dock.setFloating(False)
            self._put(dock, place, firsts)
            dock.show()
        sides = [firsts["left"], firsts["right"]]
        widths = [
            min(most, max(least, round(self.width() * share)))
            for share, (least, most) in zip(_SIDE_SHARES, _SIDE_PX, strict=True)
        ]
        self.resizeDocks(sides, widths, Qt.Orientation.Horizontal)
        bottom_px = max(_LEAST_BOTTOM_PX, round(self.height() * _BOTTOM_SHARE))
        self.resizeDocks([firsts["bottom"]], [bottom_px], Qt.Orientation.Vertical)
        for dock in firsts.values():
            dock.raise_()

    def _put(self, dock: QDockWidget, place: Place, firsts: dict[Place, QDockWidget]) -> None:
        """Dock a panel, on the stack of its place: side by side even for a moment, they would widen the window."""
        if place in firsts:
            self.tabifyDockWidget(firsts[place], dock)
        else:
            self.addDockWidget(AREAS[place], dock)
            firsts[place] = dock

    def reset_layout(self) -> None:
        """Undo whatever was moved."""
        self.restoreState(self._default, LAYOUT_VERSION)
        self.default_layout()

    def _tidy_soon(self) -> None:
        self._tidying.start(0)
        self._sweeping.start(_SWEEP_AFTER_MS)

    def _tidy_titles(self) -> None:
        """Leave a dock's title bar out where its tab says the same."""
        for dock in self.docks.values():
            tabbed = not dock.isFloating() and bool(self.tabifiedDockWidgets(dock))
            wanted = NoTitle if tabbed else DockTitle
            before = dock.titleBarWidget()
            if not isinstance(before, wanted):
                dock.setTitleBarWidget(wanted(dock))
                if before is not None:
                    before.deleteLater()
        self._sweep_tab_bars()

    def _sweep_tab_bars(self) -> None:
        hide_stray_tab_bars(self, self.docks.values())

    def end(self) -> None:
        """Let go of the models: the window is not used after that."""
        self.table.close()

    def set_full_screen(self, on: bool) -> None:
        """Fill the screen, or stop."""
        state = self.windowState()
        full = Qt.WindowState.WindowFullScreen
        self.setWindowState(state | full if on else state & ~full)

    # --- events ------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask what to do with what is unsaved, then go."""
        if not self._leaving and (self.studio.document.dirty or self.jobs.busy):
            event.ignore()
            self.flow.leave(self._leave_jobs)
            return
        self._keep_layout()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_dataset(event) is not None or _dropped_project(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        dataset, path = dropped_dataset(event), _dropped_project(event)
        if dataset is not None:
            event.acceptProposedAction()
            self.looks.open(dataset)
        elif path is not None:
            event.acceptProposedAction()
            self.flow.open(path)

    # --- making ------------------------------------------------------------------------------------

    def _make_welcome(self) -> WelcomePage:
        page = WelcomePage(self.studio.settings)
        page.example_chosen.connect(self.flow.open)
        page.recent_chosen.connect(self.flow.open)
        page.recent_removed.connect(self.flow.forget_recent)
        page.open_asked.connect(self.flow.open_asking)
        page.new_asked.connect(self.dialogs.new_blank)
        page.template_asked.connect(self.dialogs.show_templates)
        return page

    def _make_panels(self) -> None:
        self.viewport = ViewportPanel(self.studio)
        self.panels[self.viewport.name] = self.viewport
        self._central.addWidget(self.viewport)
        firsts: dict[Place, QDockWidget] = {}
        for kind, place in DOCKED:
            panel = kind(self.studio)
            dock = QDockWidget(panel.title, self)
            dock.setObjectName(f"dock {panel.name}")
            dock.setAccessibleName(panel.title)
            dock.setWidget(panel)
            dock.setTitleBarWidget(DockTitle(dock))
            self.panels[panel.name] = panel
            self.docks[panel.name] = dock
            self._put(dock, place, firsts)
            for signal in (dock.topLevelChanged, dock.dockLocationChanged, dock.visibilityChanged):
                signal.connect(self._tidy_soon)

    def _fill_table(self) -> None:
        everything: list[tuple[QWidget, Panel | None]] = [(self, None)]
        everything += [(panel, panel) for panel in self.panels.values()]
        for widget, panel in everything:
            for bound in own_actions(self) if panel is None else panel.actions_here():
                self.table.add(bound.action, bound.run, bound.enabled, bound.checked)
                context = bound.action.context
                own = widget if panel is None else panel.widget_of(context)
                self.actions_by_id.add(bound.action.id, self if context == "window" else own)

    # --- the document ------------------------------------------------------------------------------

    def _on_opened(self) -> None:
        is_open = self.studio.document.project is not None
        self._set_title()
        if is_open == self._shown_project:
            return
        self._shown_project = is_open
        if is_open:
            self._show_docks()
            # A GL canvas draws at once for each size that it is given: it comes when the panels have their places.
            QTimer.singleShot(0, self, self._show_viewport)
        else:
            self._central.setCurrentWidget(self.welcome)
            self._hide_docks()

    def _show_viewport(self) -> None:
        if self._shown_project:
            self._central.setCurrentWidget(self.viewport)
            self.viewport.setFocus()

    def _hide_docks(self) -> None:
        """Leave the window to the welcome page, and remember which panels to bring back.

        Not by `restoreState`: Qt makes new tab bars with each one and keeps them all.
        """
        self._layout_while_open = layout_of(self)
        self._docks_while_open = [d for d in self.docks.values() if not d.isHidden()]
        self._docks_on_top = [d for d in self._docks_while_open if not d.visibleRegion().isEmpty()]
        for dock in self._docks_while_open:
            dock.hide()

    def _show_docks(self) -> None:
        for dock in self._docks_while_open:
            dock.show()
        for dock in self._docks_on_top:
            dock.raise_()

    def _set_title(self) -> None:
        document = self.studio.document
        if document.project is None:
            self.setWindowModified(False)
            self.setWindowTitle("Myriorama")
            return
        where = f" ({document.path.parent})" if document.path is not None else ""
        self.setWindowTitle(f"{_one_line(document.title)}[*]{where} - Myriorama")
        self.setWindowModified(document.dirty)

    def _on_history_changed(self) -> None:
        history = self.studio.document.history
        for id_, word, label in (("edit.undo", "Undo", history.undo_label), ("edit.redo", "Redo", history.redo_label)):
            text = f"{word} {label[:1].lower()}{label[1:]}".replace("&", "&&") if label else word
            self.actions_by_id[id_].setText(text)

    def _on_refused(self, title: str) -> None:
        self.tell(f"{title}: not possible here and now")

    def _leave_jobs(self) -> None:
        self.jobs.leave(self._leave)

    def _leave(self) -> None:
        self._leaving = True
        if self.studio.document.dirty:
            self.flow.forget()
        self.close()

    def _keep_layout(self) -> None:
        settings = self.studio.settings
        layout = layout_of(self)
        if not self._shown_project:  # the docks are hidden for the welcome page; what counts is how they stood
            layout["docks"] = self._layout_while_open["docks"]
        settings.set(settings.value.model_copy(update={"layout": layout}))


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("[*]", "")


def _dropped_project(event: QDropEvent) -> Path | None:
    """Return the one project file, or folder with one, that is being dropped."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    if path.suffix == ".json" and path.is_file():
        return path
    return path if (path / "project.json").is_file() else None
