"""The inspector's panel: what is selected, as rows, as a form of the project, or as a calm sentence.

It holds no value of its own: everything is read from the document again whenever that changes.
"""

from __future__ import annotations

import importlib
import threading
from typing import Any, ClassVar

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.document.addresses import CAMERA
from myriorama.app.document.edit import commit
from myriorama.app.document.edits import rename, set_enabled
from myriorama.app.document.uids import items
from myriorama.app.inspection.effective import EffectiveValues
from myriorama.app.inspection.inspect import inspect
from myriorama.app.inspection.rows import Inspection, Row
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError
from myriorama.widgets.binding import bind
from myriorama.widgets.inspector.doings import InspectorDoings
from myriorama.widgets.inspector.editing import RowEditing
from myriorama.widgets.inspector.header import Header
from myriorama.widgets.inspector.menu import open_menu
from myriorama.widgets.inspector.missing import MissingCard
from myriorama.widgets.inspector.rows_view import RowsView
from myriorama.widgets.panel import Bound, Panel
from myriorama.widgets.theme import icon

_EFFECTIVE_EVERY_MS = 250
_FOLLOW_LATEST_MS = 150
_IMPORT_AFTER_MS = 300
_NOTICE_MS = 8000
_WARMED = 40
"""Nodes and groups whose rows are prepared when a project is opened."""


class InspectorPanel(Panel):
    """Shows and changes what is selected.

    Attributes
    ----------
    plugins_wanted : signal of ()
        A plugin is missing, and a person asks where to get it.
    """

    name: ClassVar[str] = "inspector"
    title: ClassVar[str] = "Inspector"

    plugins_wanted = Signal()

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(studio, parent)
        self.setMinimumWidth(280)
        self.editing = RowEditing(studio, self)
        self.effective = EffectiveValues()
        self.inspection = Inspection("nothing")
        self._forms: dict[str, QWidget] = {}
        self._slots: dict[str, tuple[str, ...]] = {}
        self._make_widgets()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_EFFECTIVE_EVERY_MS)
        self._soon.timeout.connect(self.rows.update_effective)
        self._following = QTimer(self)
        self._following.setSingleShot(True)
        self._following.setInterval(_FOLLOW_LATEST_MS)
        self._following.timeout.connect(self._refresh)
        document = studio.document
        bind(self, studio.selection.changed, self._on_selection_changed)
        bind(self, document.opened, self._on_opened)
        bind(self, document.changed, self._on_document_changed)
        bind(self, document.changing, self._on_document_changing)
        bind(self, studio.locks.changed, self._refresh)
        bind(self, studio.plugins_in_use.used, self._refresh)
        bind(self, studio.tiles.facts_ready, self.effective.add)
        bind(self, studio.tiles.epoch_changed, self._on_epoch_changed)
        bind(self, studio.preview.frame_ready, self._on_frame_ready)
        bind(self, self.effective.changed, self._on_effective_changed)
        QTimer.singleShot(_IMPORT_AFTER_MS, self, _import_ahead)
        self._refresh()
        self._warm_up()

    def _make_widgets(self) -> None:
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText("Filter parameters")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName("Filter parameters")
        self.filter.addAction(icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter.textChanged.connect(self._on_filter)
        self.filter.installEventFilter(self)
        self.header = Header(self)
        self.header.renamed.connect(self._on_renamed)
        self.header.enabled_changed.connect(self._on_enabled)
        self.rows = RowsView(self.editing, (self.effective.at, self.effective.shown_at), self)
        self.rows.menu_wanted.connect(self._on_menu)
        self.empty = QLabel(self)
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setProperty("role", "dim")
        self.empty.setMargin(28)
        self.missing = MissingCard(self)
        self.missing.plugins_wanted.connect(self.plugins_wanted)
        self.warning, self.kept = self.missing.warning, self.missing.kept
        self.notice = QLabel(self)
        self.notice.setTextFormat(Qt.TextFormat.PlainText)
        self.notice.setWordWrap(True)
        self.notice.setProperty("role", "warning")
        self.notice.setContentsMargins(10, 6, 10, 6)
        self.notice.setAccessibleName("Notice")
        self.notice.hide()
        self._notice_end = QTimer(self)
        self._notice_end.setSingleShot(True)
        self._notice_end.setInterval(_NOTICE_MS)
        self._notice_end.timeout.connect(self.notice.hide)
        self.editing.told.connect(self._on_told)
        self.form_area = QScrollArea(self)
        self.form_area.setAccessibleName("Form")
        self.form_area.setWidgetResizable(True)
        self.form_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields take the keyboard
        self.pages = QStackedWidget(self)
        for page in (self.rows, self.empty, self.form_area):
            self.pages.addWidget(page)
        top = QWidget(self)
        line = QVBoxLayout(top)
        line.setContentsMargins(10, 8, 10, 0)
        line.addWidget(self.filter)
        self._filter_line = top
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.header)
        column.addWidget(self.missing)
        column.addWidget(self.pages, 1)
        column.addWidget(self.notice)

    # models -> view

    def _on_opened(self) -> None:
        self._slots.clear()
        self.effective.forget()
        self.effective.show({})
        self._refresh()
        self._warm_up()

    def _warm_up(self) -> None:
        """Let what this project will need be there before it is asked for."""
        project = self.studio.document.project
        if project is not None:
            uids = [CAMERA, *(item.uid for _, item in items(project))]
            registry = self.studio.registry
            self.rows.warm(inspect(project, registry, (uid,)) for uid in uids[:_WARMED])

    def _on_selection_changed(self) -> None:
        self._refresh()

    def _on_document_changed(self) -> None:
        self._following.stop()
        self._refresh()

    def _on_document_changing(self) -> None:
        # A hand moves faster than rows need to. They follow with the next picture: in a window that holds a GL canvas
        # each repaint of a part composes the whole, which by software costs as much as a small picture.
        if not self._following.isActive():
            self._following.start()

    def _on_epoch_changed(self) -> None:
        self.effective.forget()

    def _on_frame_ready(self, frame: SampleFrame) -> None:
        if frame.view is None:
            self.effective.show(frame.values)
        slots = slots_seen(frame)
        if any(self._slots.get(uid) != seen for uid, seen in slots.items()):
            self._slots.update(slots)
            self._refresh()
        elif self._following.isActive():
            self._following.stop()
            self._refresh()

    def _on_effective_changed(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _refresh(self) -> None:
        found = inspect(
            self.studio.document.shown,
            self.studio.registry,
            self.studio.selection.value,
            locks=self.studio.locks.value,
            slots=self._slots,
        )
        if found == self.inspection and found.kind != "part":
            return
        self.inspection = found
        self.header.show_inspection(found)
        self._filter_line.setVisible(found.kind in ("rows", "unknown"))
        self.missing.show_inspection(found)
        if found.kind == "part":
            self._show_part(found.uids[0])
        else:
            self._put_part_away()
            if found.kind in ("rows", "unknown"):
                self.rows.show_inspection(found)
                self.pages.setCurrentWidget(self.rows)
            else:
                self.empty.setText(found.message)
                self.pages.setCurrentWidget(self.empty)

    def _show_part(self, uid: str) -> None:
        from myriorama.widgets.forms import form_for  # late: the forms of the project are another room of this house

        form = self._forms.get(uid)
        if form is None:
            form = self._forms[uid] = form_for(uid, self.studio, self.form_area)
        if self.form_area.widget() is not form:
            self._put_part_away()
            self.form_area.setWidget(form)
            form.show()
        self.pages.setCurrentWidget(self.form_area)

    def _put_part_away(self) -> None:
        """Keep a form for the next time: it follows whatever project is open, once it is seen again."""
        form = self.form_area.takeWidget()
        if form is not None:
            form.hide()
            form.setParent(self)

    # view -> models

    def _on_told(self, text: str) -> None:
        self.notice.setText(text)
        self.notice.show()
        self._notice_end.start()
        self.studio.problems.tell(text)

    def _on_filter(self, text: str) -> None:
        self.rows.set_filter(text)

    def _on_renamed(self, name: str) -> None:
        project = self.studio.document.project
        if project is None or len(self.inspection.uids) != 1:
            return
        try:
            commit(rename(project, self.inspection.uids[0], name), self.studio.document)
        except InputError as error:
            self.header.name.refuse(error.problems[0].message)

    def _on_enabled(self, enabled: bool) -> None:
        project = self.studio.document.project
        if project is not None:
            commit(set_enabled(project, self.inspection.uids, enabled), self.studio.document)

    def _on_menu(self, row: Row, where: QPoint) -> None:
        open_menu(row, self.editing, where, self)

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if (
            watched is self.filter
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self.filter.text()
        ):
            self.filter.clear()
            return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "rows"):
            self.rows.dress()
            self.header.show_inspection(self.inspection)
        super().changeEvent(event)

    # actions

    def focus_filter(self) -> None:
        """Put the keyboard into the filter."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    @property
    def current(self) -> Row | None:
        """The row that the keyboard or the menu was in last, in its newest state."""
        row = self.rows.current
        if row is None:
            return None
        return next((r for r in self.inspection.rows() if r.key == row.key), None)

    def actions_here(self) -> tuple[Bound, ...]:
        return InspectorDoings(self).bounds()


def slots_seen(frame: SampleFrame) -> dict[str, tuple[str, ...]]:
    """Return the parts that the objects of each group were seen to have, by the group's uid."""
    seen: dict[str, dict[str, None]] = {}
    for surface in frame.surfaces:
        if 0 <= surface.instance < len(frame.instances) and surface.part:
            seen.setdefault(frame.instances[surface.instance].group_uid, {})[surface.part] = None
    return {uid: tuple(parts) for uid, parts in seen.items()}


def _import_ahead() -> None:
    """Import, beside the window, what draws some distributions: it takes longer than a hand should wait."""
    threading.Thread(target=importlib.import_module, args=("scipy.special",), daemon=True).start()
