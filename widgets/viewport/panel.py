"""The viewport: toolbar, picture, read-out, samples and status, in one panel.

It lays them out and passes on what they tell each other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QTimer
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from myriorama.app.preview.draft_lens import HELD_EFFECTS, HELD_LENS
from myriorama.app.preview.frames import Failure, SampleFrame
from myriorama.app.preview.holding import HELD
from myriorama.app.studio import Studio
from myriorama.app.viewing.readout import Reading
from myriorama.widgets.binding import bind
from myriorama.widgets.panel import Bound, Panel
from myriorama.widgets.theme import Theme, icon, theme
from myriorama.widgets.viewport.comparing import CompareView
from myriorama.widgets.viewport.doings import actions_of
from myriorama.widgets.viewport.focus_ring import FocusRing
from myriorama.widgets.viewport.sample_bar import SampleBar
from myriorama.widgets.viewport.stage import Stage
from myriorama.widgets.viewport.strips import ReadoutStrip, StatusStrip
from myriorama.widgets.viewport.toolbar import ViewportToolbar
from myriorama.widgets.viewport.traced import TracedOver

_REMEMBER_MS: Final = 400
_HELD: Final = ((HELD, "physics"), (HELD_LENS, "lens"), (HELD_EFFECTS, "effects"))
_MENU: Final = (
    "free_look",
    "home",
    "exact",
    "frame_selected",
    "",
    "move",
    "rotate",
    "scale",
    "",
    "hide_overlays",
    "copy_key",
    "pathtraced",
    "compare",
    "refresh",
    "clear",
)


class ViewportPanel(Panel):
    """The central widget of the main window."""

    name: ClassVar[str] = "viewport"
    title: ClassVar[str] = "Viewport"

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(studio, parent)
        self._styled: Theme | None = None
        self.stage = Stage(studio, self)
        self.samples = SampleBar(studio)
        self.readout = ReadoutStrip()
        self.status = StatusStrip()
        self._bound = {bound.action.id: bound for bound in actions_of(self)}
        self.toolbar = ViewportToolbar(studio, self._bound, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.toolbar)
        layout.addWidget(self.stage, 1)
        for strip in (self.readout, self.samples, self.status):
            layout.addWidget(strip)
        self.setFocusProxy(self.stage)
        self._remember = QTimer(self)
        self._remember.setSingleShot(True)
        self._remember.setInterval(_REMEMBER_MS)
        self._remember.timeout.connect(self._remember_overlays)
        self.stage.read.connect(self._on_read)
        self.stage.framed.connect(self._on_framed)
        self.stage.menu_wanted.connect(self.show_menu)
        bind(self, studio.overlays.changed, self._on_overlays_changed)
        bind(self, studio.preview.failed, self._on_failed)
        bind(self, studio.preview.state.changed, self.status.show_state)
        bind(self, self.stage.looking.changed, self.toolbar.refresh)
        self.traced = TracedOver(studio, self.stage)
        self.comparing = CompareView(studio, self.stage)
        self.ring = FocusRing(self.stage, self.stage.canvas.native)
        bind(self, studio.tracing.now.changed, self.status.show_tracing)
        bind(self, studio.refiner.wanted.changed, self.toolbar.refresh)
        bind(self, studio.tracer.changed, self.toolbar.refresh)
        bind(self, self.stage.handling.told, self.status.say)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.dispose)
        self.status.show_state(studio.preview.state.value)
        self.readout.show_reading(None)
        self._restyle()

    def actions_here(self) -> tuple[Bound, ...]:
        return tuple(self._bound.values())

    def dispose(self) -> None:
        """Let the canvas go, before the application ends."""
        if self._remember.isActive():
            self._remember.stop()
            self._remember_overlays()
        self.stage.dispose()

    def compare(self) -> None:
        """Hold the raster picture against the path-traced one, or leave that."""
        if self.comparing.isVisible():
            self.comparing.hide()
            self.stage.setFocus()
        elif not self.comparing.begin():
            self.stage.setFocus()

    def show_menu(self, at: QPoint) -> None:
        """Open the picture's menu at a point of the screen."""
        menu = self.menu()
        menu.exec(at)
        menu.deleteLater()

    def menu(self) -> QMenu:
        """Return the picture's menu."""
        menu = QMenu(self)
        for name in _MENU:
            if not name:
                menu.addSeparator()
                continue
            bound = self._bound[f"viewport.{name}"]
            row = menu.addAction(bound.action.title)
            if bound.action.icon:
                row.setIcon(icon(bound.action.icon))
            row.setCheckable(bound.action.checkable)
            row.setChecked(bound.checked is not None and bound.checked())
            row.setEnabled(bound.enabled is None or bound.enabled())
            row.triggered.connect(bound.run if bound.action.checkable else lambda _=False, run=bound.run: run())
        return menu

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange) and hasattr(self, "toolbar"):
            self._restyle()

    def _restyle(self) -> None:
        tokens = theme()
        if tokens is self._styled:
            return
        self._styled = tokens
        self.setStyleSheet(
            f"#readout, #samples, #status {{ background: {tokens.surface}; border-top: 1px solid {tokens.border}; }}"
        )
        for part in (self.toolbar, self.samples, self.stage):
            part.restyle()

    def _on_read(self, reading: Reading | None) -> None:
        self.readout.show_reading(reading, self.stage.looks)

    def _on_framed(self, frame: SampleFrame | None) -> None:
        badge = ""
        if frame is not None and not frame.final:
            held = [word for note, word in _HELD if note in frame.notes]
            badge = f"{', '.join(held).capitalize()} held" if held else "Draft"
        self.status.show_frame(frame, badge)
        self.samples.show_frame(frame)
        self.toolbar.refresh()

    def _on_failed(self, _: Failure) -> None:
        self.samples.failed()

    def _on_overlays_changed(self) -> None:
        self.toolbar.refresh()
        self._remember.start()

    def _remember_overlays(self) -> None:
        """Keep how labels are drawn for the next start; that a key hides them now is not kept."""
        state = replace(self.studio.overlays.value, hidden=False)
        self.studio.settings.update(lambda settings: settings.model_copy(update={"overlays": state}))
