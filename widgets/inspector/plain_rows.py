"""The rows of plain values: one with an editor, one not set, one that differs, and one that is refused."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from myriorama.app.inspection.changes import pasted
from myriorama.app.inspection.rows import MIXED, Row
from myriorama.widgets.editors import NumberField, TextField, VectorField
from myriorama.widgets.inspector.editing import RowEditing
from myriorama.widgets.inspector.literal import make_editor, set_up, show_value
from myriorama.widgets.inspector.row_widget import FIELD, RowWidget
from myriorama.widgets.theme import theme


class LiteralRow(RowWidget):
    """A plain value."""

    def __init__(self, kind: str, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(editing, parent)
        self.kind = kind
        self.editor: Any = make_editor(kind, editing.studio, self)
        self.editor.changing.connect(self._on_changing)
        self.editor.changed.connect(self._on_changed)
        if hasattr(self.editor, "cancelled"):
            self.editor.cancelled.connect(editing.cancel)
        if hasattr(self.editor, "refusal_changed"):
            self.editor.refusal_changed.connect(self.set_reason)

    def show_row(self, row: Row) -> None:
        if row.addresses != getattr(self, "_set_up_for", None) or row.declaration != self._declared:
            self._set_up_for, self._declared = row.addresses, row.declaration
            set_up(self.editor, row.declaration, row.component, row.full_title, self._judge)
        show_value(self.editor, row.value)
        self.editor.setEnabled(not row.locked)

    def abandon(self) -> None:
        for field in getattr(self.editor, "fields", (getattr(self.editor, "line", self.editor),)):
            if hasattr(field, "refuse"):
                field.refuse("")
                field.restore()

    def place_content(self, width: int) -> None:
        area = self.content_rect()
        if self.kind == "bool":
            area.setWidth(FIELD)
        self.editor.setGeometry(area)

    def unit_beside_name(self) -> bool:
        return isinstance(self.editor, VectorField) and not isinstance(self.editor, NumberField)

    def _judge(self, value: Any) -> str:
        return self.editing.reason_against(self.row, value) if self.row is not None else ""

    def _on_changing(self, value: Any) -> None:
        if self.row is not None:
            self.editing.preview(self.row, value)

    def _on_changed(self, value: Any) -> None:
        if self.row is None:
            return
        if isinstance(value, list) and None in value:
            value = self._completed(value)
        reason = self.editing.commit(self.row, value)
        if reason:
            show_value(self.editor, self.row.value)

    def _completed(self, value: list[Any]) -> list[Any]:
        """Fill the numbers that differ among several with those of the first."""
        row = self.row
        assert row is not None
        first = next((w for w in row.written if isinstance(w, list)), row.declaration.default)
        return [f if v is None else v for v, f in zip(value, first, strict=True)]  # type: ignore[arg-type]


class WordButton(QAbstractButton):
    """A dim word in place of a value, to click on."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 18, FIELD)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hot = self.isEnabled() and (self.underMouse() or self.hasFocus())
        if hot:
            painter.setPen(QColor(tokens.accent if self.hasFocus() else tokens.border))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), tokens.radius, tokens.radius)
        painter.setPen(QColor(tokens.text if hot else tokens.dim))
        painter.drawText(self.rect().adjusted(8, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()


class UnsetRow(RowWidget):
    """A material's value that the project leaves to the object, or motion that it has none of; a click sets it."""

    def __init__(self, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(editing, parent)
        self.button = WordButton("object's own", self)
        self.button.clicked.connect(self._on_clicked)

    def show_row(self, row: Row) -> None:
        still = row.addresses[0].section == "motion"
        word = "stands still" if still else "object's own"
        self.button.setText(word)
        self.button.setToolTip(
            "Nothing moves. Click to set a value for all objects of the group"
            if still
            else "The object decides. Click to set a value for all objects of the group"
        )
        self.button.setAccessibleName(f"{row.full_title}: {word}; set a value")
        self.button.setEnabled(not row.locked)

    def place_content(self, width: int) -> None:
        area = self.content_rect()
        self.button.setGeometry(area.left(), area.top(), min(area.width(), self.button.sizeHint().width()), FIELD)

    def _on_clicked(self) -> None:
        if self.row is not None:
            self.editing.commit(self.row, self.row.declaration.default)


class MixedRow(RowWidget):
    """Several selected differ, and at least one varies: a dash, and a click that gives all the same value."""

    def __init__(self, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(editing, parent)
        self.button = WordButton("—", self)
        self.button.setToolTip("These differ. Click to give all of them the value of the first")
        self.button.clicked.connect(self._on_clicked)

    def show_row(self, row: Row) -> None:
        self.button.setAccessibleName(f"{row.full_title}: several values; give all the first one")
        self.button.setEnabled(not row.locked)

    def place_content(self, width: int) -> None:
        area = self.content_rect()
        self.button.setGeometry(area.left(), area.top(), 40, FIELD)

    def _on_clicked(self) -> None:
        if self.row is not None:
            self.editing.take_first(self.row)


class RefusedRow(RowWidget):
    """A written value that its declaration refuses: shown as it is, to be put right."""

    def __init__(self, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(editing, parent)
        self.line = TextField(parent=self)
        self.line.changed.connect(self._on_changed)

    def show_row(self, row: Row) -> None:
        value = None if row.value is MIXED else json.dumps(row.value, ensure_ascii=False)
        self.line.set_value(value)
        self.line.setAccessibleName(row.full_title)
        self.line.refuse(row.reason)
        self.set_reason(row.reason)
        self.die.setVisible(False)

    def place_content(self, width: int) -> None:
        self.line.setGeometry(self.content_rect())

    def _on_changed(self, text: str) -> None:
        if self.row is None:
            return
        try:
            reason = self.editing.commit(self.row, pasted(text))
        except ValueError as error:
            reason = str(error)
        if reason:
            self.line.refuse(reason)
            self.set_reason(reason)
