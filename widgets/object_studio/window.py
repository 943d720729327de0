"""The object studio's window: generators at the left, the object in the middle, its values and facts at the right.

It lays out and routes; what is open, and which pictures are made, is the page's affair. The process that makes them
lives only while the window is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from myriorama.app.object_studio.facts_words import summary
from myriorama.app.object_studio.looks import Turn
from myriorama.app.object_studio.page import ObjectPage
from myriorama.app.preview.frames import Failure, SampleFrame
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError, PluginError
from myriorama.widgets.binding import bind
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.object_studio.bar import PageBar
from myriorama.widgets.object_studio.draws_panel import DrawsPanel
from myriorama.widgets.object_studio.facts_tabs import FactsTabs
from myriorama.widgets.object_studio.picture import ObjectPicture
from myriorama.widgets.object_studio.plate import Plate
from myriorama.widgets.object_studio.shelf import Shelf
from myriorama.widgets.object_studio.turntable import Turntable
from myriorama.widgets.object_studio.values_panel import ValuesPanel
from myriorama.widgets.plugins.fault_shown import FaultCover
from myriorama.widgets.theme import program_icon, theme

FIRST: Final = "mug"
_SIZE: Final = (1280, 800)
_SHELF_PX, _SIDE_PX = 208, 380
_DRAWS_PX, _FACTS_PX = 226, 246
_WIDEST_SIDE_PX: Final = 460
_SIDE_SHARE: Final = 0.25
_SAID_MS: Final = 5000


class ObjectStudioWindow(QWidget):
    """A page in a window of its own.

    Attributes
    ----------
    page : ObjectPage
    added : signal of (str,)
        Uid of a group that was added to the open project.
    """

    added = Signal(str)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("object_studio")
        self.setWindowIcon(program_icon())
        self.setWindowTitle("Object studio")
        self.setAccessibleName("Object studio")
        self._studio = studio
        self._was_shown = False
        self.page = page = ObjectPage(studio.registry, studio.post, studio.cache_folder)
        self.shelf = Shelf(self)
        self.bar = PageBar(page, self)
        self.picture = ObjectPicture(self)
        self.faults = FaultCover(studio, self.picture)
        self.strip = ElidedLabel("", Qt.TextElideMode.ElideRight, parent=self, name="Facts")
        self.draws = DrawsPanel(page, self)
        self.values = ValuesPanel(page, studio, self)
        self.facts = FactsTabs(self)
        self.turntable = Turntable(page, self)
        self._said = QTimer(self)
        self._said.setSingleShot(True)
        self._said.setInterval(_SAID_MS)
        self._said.timeout.connect(self._show_summary)
        self._lay_out()
        self._connect()
        self._make_keys()
        self.resize(*_SIZE)

    # -- making ------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        picture = QWidget(self)
        under = QVBoxLayout(picture)
        under.setContentsMargins(0, 0, 0, 0)
        under.setSpacing(0)
        under.addWidget(self.picture, 1)
        foot = Plate(picture)
        line = QHBoxLayout(foot)
        line.setContentsMargins(theme().gap + 2, 4, theme().gap, 4)
        line.addWidget(self.strip)
        under.addWidget(foot)
        middle = _split(Qt.Orientation.Vertical, (picture, self.draws), (_SIZE[1] - _DRAWS_PX, _DRAWS_PX))
        self.side = _split(Qt.Orientation.Vertical, (self.values, self.facts), (_SIZE[1] - _FACTS_PX, _FACTS_PX))
        widths = (_SHELF_PX, _SIZE[0] - _SHELF_PX - _SIDE_PX, _SIDE_PX)
        self.across = _split(Qt.Orientation.Horizontal, (self.shelf, middle, self.side), widths)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.across, 1)

    def _connect(self) -> None:
        studio, page, picture = self._studio, self.page, self.picture
        self.shelf.chosen.connect(self.open)
        picture.turned.connect(self._on_turned)
        picture.zoomed.connect(page.zoom_by)
        picture.reset.connect(lambda: page.look_from(Turn()))
        picture.play_toggled.connect(lambda: page.turning.update(lambda on: not on))
        picture.resized.connect(page.pictures.set_size)
        picture.part_hovered.connect(self.facts.point_at_part)
        self.facts.part_pointed.connect(lambda number: picture.light_part(number if number >= 0 else None))
        self.facts.keypoint_pointed.connect(picture.mark_keypoint)
        self.bar.copy_button.clicked.connect(self.copy_values)
        self.bar.add_button.clicked.connect(self.add_to_project)
        bind(self, page.framed, self._on_framed)
        bind(self, page.facts.changed, self._on_facts)
        bind(self, page.failure.changed, self._on_failure)
        self.faults.changed.connect(self._on_faults)
        bind(self, page.shows.changed, picture.set_shows)
        bind(self, page.opened, self._on_opened)
        bind(self, page.pictures.state.changed, self._say)
        bind(self, studio.catalogue.ready, self._on_catalogue)
        bind(self, studio.plugins_in_use.used, self._on_plugins)
        bind(self, studio.document.opened, self._on_project)
        self.destroyed.connect(page.stop)
        page.pictures.use_plugins(studio.registry.grants)
        self.picture.set_shows(page.shows.value)
        self._on_project()
        if studio.catalogue.is_ready:
            self.shelf.show_entries(studio.catalogue.entries.found)

    def _make_keys(self) -> None:
        page, history = self.page, self.page.document.history
        shows = self.bar.shows
        keys: dict[str, Callable[[], object]] = {
            "Ctrl+Z": history.undo,
            "Ctrl+Shift+Z": history.redo,
            "Ctrl+Y": history.redo,
            "K": shows["keypoints"].click,
            "N": shows["names"].click,
            "P": shows["parts"].click,
            "W": shows["wire"].click,
            "T": self.bar.play.click,
            "R": page.roll,
            "G": self.draws.roll_on,
            "Backspace": page.reset_all,
            "Ctrl+Shift+C": self.copy_values,
            "Ctrl+Return": self.add_to_project,
            "Ctrl+F": self.shelf.filter.setFocus,
            "Ctrl+W": self.close,
            "Esc": self.picture.setFocus,
        }
        for key, run in keys.items():
            shortcut = QShortcut(QKeySequence.fromString(key, QKeySequence.SequenceFormat.PortableText), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(lambda run=run: run())

    # -- what others ask ---------------------------------------------------------------------------------------------

    def open(
        self,
        name: str = "",
        values: Mapping[str, Any] | None = None,
        *,
        materials: Mapping[str, Any] | None = None,
        title: str = "",
        folder: Path | None = None,
    ) -> None:
        """Show a generator's object; without a name what was open, or the first that there is."""
        known = self._studio.registry.names("generator")
        if not name and self.page.name.value in known:
            return
        name = name or (FIRST if FIRST in known else next(iter(known), ""))
        if name:
            place = folder or self._studio.document.folder
            roots = self._studio.settings.value.asset_roots
            self.page.open(name, values, materials=materials, title=title, folder=place, roots=roots)

    def copy_values(self) -> None:
        """Put the values on the clipboard, as JSON."""
        QGuiApplication.clipboard().setText(self.page.values_text())
        self.tell("The values are on the clipboard, as JSON.")

    def add_to_project(self) -> None:
        """Add a group with these values to the open project."""
        studio = self._studio
        if studio.document.project is None:
            self.tell("Open or start a project first; the object can be added to it then.")
            return
        try:
            uid = self.page.add_to(studio.document, studio.registry, studio.selection)
        except (InputError, PluginError) as error:
            self.tell(str(error))
            return
        self.tell(f"Added to {studio.document.title} as {uid}; undo it there with Ctrl+Z.")
        self.added.emit(uid)

    def tell(self, text: str) -> None:
        """Show a line for a while."""
        self.strip.set_text(text)
        self._said.start()

    # -- the page ----------------------------------------------------------------------------------------------------

    def _on_turned(self, azimuth_deg: float, elevation_deg: float) -> None:
        self.page.turning.set(False)
        self.page.turn_by(azimuth_deg, elevation_deg)

    def _on_opened(self) -> None:
        if self.page.frame is None:
            self.picture.show_frame(None)
        self.shelf.show_name(self.page.name.value)
        project = self.page.document.project
        self.setWindowTitle(f"{project.name} - Object studio" if project is not None else "Object studio")
        self._say()

    def _on_framed(self, frame: SampleFrame) -> None:
        self.picture.show_frame(frame)
        self._say()

    def _on_facts(self) -> None:
        self.facts.show_facts(self.page.facts.value)
        if not self._said.isActive():
            self._show_summary()

    def _show_summary(self) -> None:
        facts = self.page.facts.value
        self.strip.set_text(summary(facts) if facts is not None else "")

    def _on_failure(self, failure: Failure | None) -> None:
        self.faults.tells(failure, None)
        self.faults.place()
        self._say()

    def _on_faults(self) -> None:
        self._on_failure(self.page.failure.value)

    def _say(self) -> None:
        page, failure = self.page, self.page.failure.value
        words = ""
        if failure is not None and failure.fault is None:
            words = failure.message
        elif failure is None and page.frame is None and page.name.value:
            words = "Making the first picture"
        lost = failure is not None or (page.pictures.state.value == "lost" and page.frame is not None)
        self.picture.set_dimmed(lost, words)

    def _on_plugins(self) -> None:
        self.page.plugins_changed(self._studio.registry.grants)

    def _on_catalogue(self) -> None:
        self.shelf.show_entries(self._studio.catalogue.entries.found)

    def _on_project(self) -> None:
        is_open = self._studio.document.project is not None
        self.bar.add_button.setEnabled(is_open)
        tip = "A group with these values (Ctrl+Enter)" if is_open else "No project is open"
        self.bar.add_button.setToolTip(tip)

    # -- Qt ----------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            if not self._was_shown:
                self._was_shown = True
                self.picture.setFocus()
                side = min(_WIDEST_SIDE_PX, max(_SIDE_PX, round(_SIDE_SHARE * self.width())))
                self.across.setSizes([_SHELF_PX, self.width() - _SHELF_PX - side, side])
            self.page.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self.page.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self.faults.place)


def _split(orientation: Qt.Orientation, widgets: tuple[QWidget, ...], sizes: tuple[int, ...]) -> QSplitter:
    made = QSplitter(orientation)
    made.setChildrenCollapsible(False)
    for widget in widgets:
        made.addWidget(widget)
    middle = 1 if len(widgets) == 3 else 0
    for number in range(len(widgets)):
        made.setStretchFactor(number, int(number == middle))
    made.setSizes(list(sizes))
    return made
