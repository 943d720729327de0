"""The picture itself with everything on it: the canvas, its marks, its handles, and what is said over it.

It shows the studio's models and turns gestures into changes of them; bars and strips are the panel's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from myriorama.app.parts.shown import looks_of
from myriorama.app.pictures.class_looks import NO_LOOKS, Looks, legend
from myriorama.app.preview.director import troubles_of
from myriorama.app.preview.frames import Failure, Layer, SampleFrame
from myriorama.app.studio import Studio
from myriorama.app.viewing import marks
from myriorama.app.viewing.colors import instance_colors
from myriorama.app.viewing.gizmo import gizmo_marks
from myriorama.app.viewing.handling import Handling
from myriorama.app.viewing.looking import Looking
from myriorama.app.viewing.readout import Reading, read_pixel
from myriorama.app.viewing.scenery import frustum_strokes, grid_strokes
from myriorama.scenes.project.model import Project
from myriorama.widgets.binding import bind
from myriorama.widgets.class_map.legend import Legend
from myriorama.widgets.plugins.fault_shown import FaultCover
from myriorama.widgets.theme import theme
from myriorama.widgets.viewport.canvas import ViewportCanvas
from myriorama.widgets.viewport.covers import Badge, DepthBar, Message
from myriorama.widgets.viewport.picture import FrameLayers
from myriorama.widgets.viewport.pointing import Pointing

FREE_LOOK: Final = "Free look - labels are of this view; statistics are of the dataset camera"
_LAYER_OF: Final[dict[str, Layer]] = {
    "normals": "normal",
    "object_coordinates": "object_coordinates",
    "amodal": "amodal",
}
_TITLES: Final = {
    "input": "This sample cannot be made",
    "device": "The preview found no OpenGL device",
    "plugin": "A plugin failed on this sample",
    "lost": "The preview process ended",
    "refused": "No attempt at this sample was accepted",
}
_FADE: Final = 0.8
_LAST_GOOD_FADE: Final = 0.3  # under the card of a fault the last picture is still to be looked at
_AMBER: Final = "#f2b84b"
"""On the dark plates of either theme."""


class Stage(QWidget):
    """Shows frames. `read` carries the reading of the hovered pixel, `framed` the frame that is shown now."""

    read = Signal(object)
    framed = Signal(object)
    menu_wanted = Signal(QPoint)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Picture")
        self.studio = studio
        self.canvas = ViewportCanvas(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.canvas.native)
        self.canvas.native.setAccessibleName("Picture of the sample")
        self.setMinimumSize(240, 160)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas.native)
        self.looking = Looking(studio.director.look)
        self.handling = Handling(studio.document, studio.selection, studio.registry, lambda: studio.locks.value)
        self._frame: FrameLayers | None = None
        self._failure: Failure | None = None
        self._uid = ""
        self._colors: list[tuple[int, int, int]] = []
        self.looks: Looks = NO_LOOKS
        self._pointer: QPointF | None = None
        self._no_canvas = False
        self.message, self.badge = Message(self), Badge(self, _AMBER)
        self.note, self.bar, self.legend = Badge(self), DepthBar(self), Legend(self)
        self.faults = FaultCover(studio, self)
        self.faults.changed.connect(self._say)
        self.pointing = Pointing(self, self.canvas.native)
        self.canvas.native.installEventFilter(self)
        self._bind()
        self._on_overlays_changed()
        self._say()

    def _bind(self) -> None:
        studio = self.studio
        bind(self, studio.preview.frame_ready, self.show_frame)
        bind(self, studio.preview.failed, self.show_failure)
        bind(self, studio.preview.state.changed, self._on_state_changed)
        bind(self, studio.overlays.changed, self._on_overlays_changed)
        bind(self, studio.selection.changed, self._on_selection_changed)
        bind(self, studio.document.opened, self._on_opened)
        bind(self, studio.document.changing, self._on_project_changed)
        bind(self, studio.document.changed, self._on_project_changed)
        bind(self, self.looking.changed, self._on_looking_changed)
        bind(self, self.handling.changed, self._refresh_gizmo)

    # -- what others ask -------------------------------------------------------------------------------------------

    @property
    def frame(self) -> SampleFrame | None:
        """The frame that is shown."""
        return self._frame.frame if self._frame is not None else None

    @property
    def navigation(self) -> str:
        return self.studio.settings.value.navigation

    @property
    def ratio(self) -> float:
        return self.canvas.ratio

    @property
    def handle_scale(self) -> float:
        """Device-independent pixels of the view for each pixel of the frame."""
        return self.looking.frame_fit.scale / self.ratio

    def device_point(self, at: QPointF) -> tuple[float, float]:
        return at.x() * self.ratio, at.y() * self.ratio

    def image_point(self, at: QPointF) -> tuple[float, float]:
        """Return the continuous frame pixel under a point of the canvas."""
        return self.looking.frame_fit.to_image(*self.device_point(at))

    def share_point(self, at: QPointF) -> tuple[float, float]:
        """Return the place in the frame under a point of the canvas, as shares of its width and height."""
        x, y = self.image_point(at)
        frame = self.frame
        return (x / frame.width, y / frame.height) if frame is not None else (0.0, 0.0)

    def cursor_point(self) -> QPointF:
        """Return where the cursor is on the canvas; its middle where it is elsewhere."""
        native = self.canvas.native
        at = native.mapFromGlobal(QCursor.pos())
        return QPointF(at if native.rect().contains(at) else native.rect().center())

    def shift_is_held(self) -> bool:
        return bool(QGuiApplication.queryKeyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)

    def reading_at(self, at: QPointF) -> Reading | None:
        """Return what is known of the pixel under a point of the canvas."""
        if self._frame is None:
            return None
        x, y = self.image_point(at)
        return read_pixel(self._frame.frame, self._frame.ids, int(x // 1), int(y // 1))

    def hover(self, at: QPointF | None) -> None:
        """Read the pixel under the cursor; None: it left."""
        self._pointer = at
        part = None
        if at is not None and not self.handling.is_dragging:
            part = self.handling.hover(self.share_point(at), self.handle_scale)
        shape = Qt.CursorShape.SizeAllCursor if part else Qt.CursorShape.CrossCursor
        if self.canvas.native.cursor().shape() != shape:
            self.canvas.native.setCursor(shape)
        self.read.emit(self.reading_at(at) if at is not None else None)

    def pick(self, at: QPointF, adds: bool) -> None:
        """Select the group of the object under a point; with `adds`, add it to the others or take it out."""
        reading = self.reading_at(at)
        uid = reading.instance.group_uid if reading is not None and reading.instance is not None else None
        selection = self.studio.selection
        if uid is None:
            if not adds:
                selection.select()
        elif adds and uid in selection.value:
            selection.select(*(u for u in selection.value if u != uid))
        elif adds:
            selection.select(*selection.value, uid)
        else:
            selection.select(uid)

    def hold_overlays(self, hidden: bool) -> None:
        """Draw no labels for as long as a key is held."""
        self.studio.overlays.update(lambda state: replace(state, hidden=hidden))

    def show_menu(self, at: QPoint) -> None:
        self.menu_wanted.emit(at)

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self._say()

    def dispose(self) -> None:
        """Let the canvas go; it shows nothing afterwards."""
        self.canvas.dispose()

    # -- what comes in ---------------------------------------------------------------------------------------------

    def show_frame(self, frame: SampleFrame) -> None:
        """Show a frame in place of the last one."""
        if self.studio.document.shown is None:
            return
        self._frame, self._failure = FrameLayers(frame), None
        self.canvas.show_frame(self._frame)
        self.handling.set_frame(frame)
        self._refresh_marks()
        self.looking.set_frame(frame)
        self._say()
        self.framed.emit(frame)
        if self._pointer is not None:
            self.read.emit(self.reading_at(self._pointer))

    def show_colors(self, frame: SampleFrame) -> None:
        """Show the frame that is shown already with other colours; all that is read of it stays."""
        if self._frame is not None:
            self._frame = self._frame.recolored(frame)
            self.canvas.show_frame(self._frame)

    def show_failure(self, failure: Failure) -> None:
        """Keep the last picture, dimmed, and say why there is no newer one: a card tells of a plugin's fault."""
        self._failure = failure
        self._say()

    def _on_state_changed(self, _: str) -> None:
        self._say()

    def _on_opened(self) -> None:
        self._frame, self._failure = None, None
        self.looks = looks_of(self.studio.document.project)
        self.legend.show_rows(())
        self.canvas.show_frame(None)
        self.looking.set_frame(None)
        self.looking.forget()
        self.handling.set_frame(None)
        self.handling.forget()
        self.framed.emit(None)
        self.read.emit(None)
        self._say()

    def _on_project_changed(self, project: Project | None) -> None:
        # While a value is dragged the next picture brings the handles along; painting for them alone costs it time.
        committed = project is None or project is self.studio.document.project
        if committed and not self.handling.is_dragging:
            before, self.looks = self.looks, looks_of(project)
            if self.looks != before:
                self._refresh_marks()
            self._refresh_gizmo()

    def _on_selection_changed(self, _: tuple[str, ...]) -> None:
        self.handling.forget()
        self._refresh_look()

    def _on_overlays_changed(self) -> None:
        base = self.studio.overlays.value.base
        # Normals are always asked for, because the read-out tells them; the others only where they are looked at.
        wanted: set[Layer] = {"normal"}
        if base in _LAYER_OF:
            wanted.add(_LAYER_OF[base])
        self.studio.director.show_layers(frozenset(wanted))
        self._refresh_marks()
        self._say()

    def _on_looking_changed(self) -> None:
        self.canvas.set_fit(self.looking.frame_fit)
        self._refresh_gizmo()
        self._refresh_scenery()
        self._say()

    # -- what is drawn ---------------------------------------------------------------------------------------------

    def _refresh_marks(self) -> None:
        state, shown = self.studio.overlays.value, self._frame
        if shown is None:
            return
        frame = shown.frame
        self._colors = instance_colors(frame, state.color_by, self.looks)
        boxes = marks.tight_boxes(frame, {} if frame.final else shown.measured_boxes)
        if state.hidden:
            self.canvas.set_marks((marks.NO_STROKES, marks.NO_DOTS), marks.NO_STROKES, ())
        else:
            solid = marks.box_3d_marks(frame, self._colors, boxes, self.looks) if state.boxes_3d else marks.NO_STROKES
            flat = marks.flat_marks(frame, state, self._colors, boxes, self.looks)
            words = marks.captions(frame, state, self._colors, boxes, self.looks)
            self.canvas.set_marks(flat, solid, words)
        self.legend.show_rows(() if state.hidden else legend(self.looks, {s.class_name for s in frame.instances}))
        self._refresh_look()
        self._refresh_scenery()
        self._refresh_gizmo()

    def _refresh_look(self) -> None:
        self.canvas.set_look(self.studio.overlays.value, self.studio.selection.value, self._colors, self.looks)

    def _refresh_gizmo(self) -> None:
        gizmo = None
        if not self.studio.overlays.value.hidden:
            gizmo = self.handling.gizmo(self.handle_scale)
        empty = (marks.NO_STROKES, marks.NO_DOTS)
        self.canvas.set_gizmo(gizmo_marks(gizmo, self.handling.hot) if gizmo is not None else empty)

    def _refresh_scenery(self) -> None:
        frame = self.frame
        if frame is None or frame.view is None or self.looking.orbit is None:
            self.canvas.set_scenery(marks.NO_STROKES)
            return
        orbit = self.looking.orbit
        depth = max(0.18 * orbit.distance_m, 0.05)
        parts = (
            grid_strokes(frame.camera, orbit.position_m, orbit.distance_m),
            frustum_strokes(frame.camera, frame.dataset_camera, depth),
        )
        self.canvas.set_scenery(marks.joined(parts))

    # -- what is said ----------------------------------------------------------------------------------------------

    def _say(self) -> None:
        tokens, failure = theme(), self._failure
        state = self.studio.preview.state.value
        project = self.studio.document.shown
        dimmed = failure is not None or (state == "lost" and self._frame is not None)
        told = project is not None and self.faults.tells(failure, project.seed)
        self.canvas.set_ground(tokens.viewport, (_LAST_GOOD_FADE if told else _FADE) if dimmed else 0.0)
        if project is None or self._no_canvas:
            self.faults.clear()
        if self._no_canvas:
            detail = "The window system gives no OpenGL here. Everything else works; update the graphics driver."
            self.message.say("The picture cannot be shown here", detail, "monitor-off")
        elif project is None:
            way_out = "Open one, or start from an example, in the File menu."
            self.message.say("No project is open", way_out, "image-outline")
        elif told:
            self.message.say("")  # the card tells of it
        elif failure is not None:
            trouble = troubles_of(failure, project)[0]
            detail = f"{trouble.place}: {trouble.message}" if trouble.place else trouble.message
            way_out = trouble.way_out[:1].upper() + trouble.way_out[1:]
            detail = f"{detail}\n{way_out}{'' if way_out.endswith(('.', '?')) else '.'}"
            if trouble.uid:
                self._uid = trouble.uid
                self.message.say(_TITLES[failure.kind], detail, "alert-circle-outline", "Go to it", self._go_to_trouble)
            else:
                again = self.studio.director.refresh
                self.message.say(_TITLES[failure.kind], detail, "alert-circle-outline", "Try again", again)
        elif state == "lost" and self._frame is not None:
            self.message.say("The preview process ended", "Another one is being started.", "restart-alert")
        elif self._frame is None:
            self.message.say("Making the first picture", "The preview process is starting.", "timer-sand")
        else:
            self.message.say("")
        self._say_badges()

    def _say_badges(self) -> None:
        shown, base = self._frame, self.studio.overlays.value.base
        self.badge.say(FREE_LOOK if self.looking.is_free else "")
        missing = shown is not None and shown.missing(base)
        self.note.say(f"{base.replace('_', ' ').capitalize()}: with the next full picture" if missing else "")
        if shown is not None and base == "depth":
            self.bar.show_range(*shown.depth_range)
        else:
            self.bar.hide()
        self._place()

    def _go_to_trouble(self) -> None:
        self.studio.selection.select(self._uid)

    def _place(self) -> None:
        gap = theme().gap
        self.message.place()
        self.faults.place()
        self.badge.move(gap, gap)
        self.note.move(gap, self.height() - self.note.height() - gap)
        self.bar.move(self.width() - self.bar.width() - gap, gap)

    # -- Qt --------------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the canvas's size in device pixels."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.DevicePixelRatioChange):
            self._measure()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self._look_for_canvas)

    def _look_for_canvas(self) -> None:
        self._measure()
        missing = not self.canvas.works
        if missing != self._no_canvas:
            self._no_canvas = missing
            self.canvas.native.setVisible(not missing)
            self._say()

    def _measure(self) -> None:
        size = self.canvas.view_px
        self.looking.set_view(size)
        self.studio.director.display(*size)
