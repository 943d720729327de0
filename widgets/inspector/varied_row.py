"""The row of a distribution: its kind, its form, its picture and a sentence that says what it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton, QWidget

from myriorama.app.inspection.conversions import EACH, KIND_HELP, KIND_TITLES, kind_of, kinds_for
from myriorama.app.inspection.rows import Row
from myriorama.app.inspection.sentences import sentence
from myriorama.widgets.editors import ChoiceField
from myriorama.widgets.inspector.advanced import Advanced, advanced_kind
from myriorama.widgets.inspector.editing import RowEditing
from myriorama.widgets.inspector.forms import ChanceForm, ConeForm, Form, PlainForm, RangeForm, TextForm
from myriorama.widgets.inspector.list_forms import CurveForm, HsvForm, OptionsForm, option_kind
from myriorama.widgets.inspector.row_widget import DIE, FIELD, HEIGHT, MARGIN, RowWidget, small_font
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

SENTENCE: Final = 20
BELOW: Final = 8
_FORMS: Final[Mapping[str, type[Form]]] = {
    "uniform": RangeForm,
    "integers": RangeForm,
    "log_uniform": RangeForm,
    "normal": RangeForm,
    "beta": RangeForm,
    "even": RangeForm,
    "even_group": RangeForm,
    "curve": CurveForm,
    "hsv": HsvForm,
    "chance": ChanceForm,
    "hemisphere": ConeForm,
    "linked": TextForm,
    "folder": TextForm,
    "sphere": PlainForm,
    "rotation": PlainForm,
}


def form_word(row: Row) -> str:
    """Return a word for the form of a row; forms of one word can be used for one another."""
    kind = kind_of(row.value)
    if kind in ("choice", "palette"):
        return f"options/{kind if kind == 'palette' else option_kind(row)}"
    return _FORMS[kind].__name__


def make_form(row: Row, editing: RowEditing, parent: QWidget) -> Form:
    """Make the form of a row."""
    kind = kind_of(row.value)
    if kind in ("choice", "palette"):
        return OptionsForm("palette" if kind == "palette" else option_kind(row), editing, parent)
    return _FORMS[kind](editing, parent)


class KindField(ChoiceField):
    """The kinds of value that a row may have: all seen at once."""

    searched_from = 100

    def show_kinds(self, row: Row) -> None:
        kinds = kinds_for(row.declaration, row.component)
        now = EACH if row.parts else kind_of(row.value)
        listed = kinds if now in kinds else (*kinds, now)
        self.set_options(listed, [KIND_TITLES[k] for k in listed])
        for i, kind in enumerate(listed):
            self.setItemData(i, KIND_HELP[kind], Qt.ItemDataRole.ToolTipRole)
        self.set_value(now)
        self.setToolTip(KIND_HELP[now])
        self.setAccessibleName(f"Kind of {row.full_title}")


class VariedRow(RowWidget):
    """A distribution."""

    def __init__(self, row: Row, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(editing, parent)
        self.kinds = KindField(parent=self)
        self.form = make_form(row, editing, self)
        self.more = QToolButton(self)
        self.more.setAutoRaise(True)
        self.more.setCheckable(True)
        self.more.setIconSize(QSize(14, 14))
        self.more.setFixedSize(DIE, SENTENCE)
        self.more.setToolTip("How often it is drawn, and with which chance")
        self.more.setIcon(icon("dots-horizontal", theme().dim))
        self.advanced: Advanced | None = None
        self._opened = False
        self._sentence = ""
        self.kinds.changed.connect(self._on_kind)
        self.more.clicked.connect(self._on_more)
        self._wire(self.form)

    def _wire(self, part: Form | Advanced) -> None:
        part.changing.connect(self._on_changing)
        part.changed.connect(self._on_changed)
        part.cancelled.connect(self.editing.cancel)
        part.refusal_changed.connect(self.set_reason)

    def dress(self) -> None:
        self.more.setIcon(icon("dots-horizontal", theme().dim))
        super().dress()

    def bind_row(self, row: Row) -> None:
        if self.row is not None and (row.addresses, row.component) != (self.row.addresses, self.row.component):
            self._opened = False
        super().bind_row(row)

    def show_row(self, row: Row) -> None:
        height = self.content_height() if self.form.value else 0
        self.kinds.show_kinds(row)
        self.kinds.setEnabled(not row.locked)
        self.form.show_value(row, row.value)
        modified = "scope" in row.value or (kind_of(row.value) != "chance" and "chance" in row.value)
        shown = self._opened or modified
        if shown and self.advanced is None:
            self.advanced = Advanced(advanced_kind(row), self.editing, self)
            self._wire(self.advanced)
            self.advanced.show()
        if self.advanced is not None:
            self.advanced.setVisible(shown)
            if shown:
                self.advanced.show_value(row, row.value)
        self.more.setChecked(shown)
        self.more.setAccessibleName(f"More of {row.full_title}")
        if height and height != self.content_height():
            self.resized.emit()
        self.place_content(self.width())

    def show_picture(self) -> None:
        """Ask the sampler for what the row means, and show it."""
        row = self.row
        if row is None or row.state != "varied" or not isinstance(row.value, dict):
            return
        found = self.editing.picture(row, row.value)
        self.form.set_found(found)
        before = self._sentence
        self._sentence = sentence(row.value, self.editing.part(row), found, per_object=row.per_object)
        view = self.form.picture_view()
        if view is not None:
            view.setAccessibleName(self._sentence)
            view.setToolTip(plain_tip(f"{self._sentence}\n{view.described()}"))
        if before != self._sentence:
            self.update(self._line())

    def show_effective(self, at: Callable[[str], list[Any]], shown_at: Callable[[str], list[Any]]) -> None:
        """Show what the last samples had."""
        view = self.form.picture_view()
        if view is None or self.row is None:
            return
        paths = self.row.paths
        view.set_effective([v for p in paths for v in at(p)], [v for p in paths for v in shown_at(p)])
        view.setToolTip(plain_tip(f"{self._sentence}\n{view.described()}"))

    def abandon(self) -> None:
        self.form.abandon()

    # geometry

    def _advanced_height(self) -> int:
        return self.advanced.wanted_height() + 2 if self.advanced is not None and self.more.isChecked() else 0

    def content_height(self) -> int:
        return HEIGHT + self.form.wanted_height() + SENTENCE + self._advanced_height() + BELOW

    def form_rect(self) -> QRect:
        left = MARGIN + 8
        return QRect(left, HEIGHT, self.width() - left - MARGIN, self.form.wanted_height())

    def _line(self) -> QRect:
        area = self.form_rect()
        return QRect(area.left(), area.bottom() + 1, area.width() - DIE - 4, SENTENCE)

    def place_content(self, width: int) -> None:
        self.kinds.setGeometry(self.content_rect())
        area = self.form_rect()
        self.form.setGeometry(area)
        top = area.bottom() + 1
        self.more.move(width - MARGIN - DIE, top)
        if self.advanced is not None:
            self.advanced.setGeometry(area.left(), top + SENTENCE + 2, area.width(), self.advanced.wanted_height())

    def reason_left(self) -> int:
        return MARGIN + 8

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.row is None:
            return
        painter = QPainter(self)
        painter.setFont(small_font(self))
        painter.setPen(QColor(theme().dim))
        line = self._line()
        text = painter.fontMetrics().elidedText(self._sentence, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()

    def help_text(self) -> str:
        return f"{super().help_text()}\n{self._sentence}" if self._sentence else super().help_text()

    # what is done

    def _on_kind(self, kind: str) -> None:
        if self.row is not None:
            self.editing.set_kind(self.row, kind)
            if self.row is not None and self.row.state == "varied" and isinstance(self.row.value, dict):
                self.kinds.set_value(kind_of(self.row.value))

    def _on_more(self) -> None:
        self._opened = self.more.isChecked()
        row = self.row
        if row is not None:
            self.show_row(row)
            self.resized.emit()

    def _on_changing(self, value: Any) -> None:
        if self.row is not None:
            self.editing.preview(self.row, value)

    def _on_changed(self, value: Any) -> None:
        if self.row is not None and self.editing.commit(self.row, value):
            self.form.show_value(self.row, self.row.value)


class PartsRow(RowWidget):
    """The heading over the numbers of a list that vary each on its own."""

    def __init__(self, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(editing, parent)
        self.kinds = KindField(parent=self)
        self.kinds.changed.connect(self._on_kind)

    def show_row(self, row: Row) -> None:
        self.kinds.show_kinds(row)
        self.kinds.setEnabled(not row.locked)

    def place_content(self, width: int) -> None:
        self.kinds.setGeometry(self.content_rect())

    def unit_beside_name(self) -> bool:
        return True

    def _on_kind(self, kind: str) -> None:
        if self.row is not None:
            self.editing.set_kind(self.row, kind)


__all__ = ["FIELD", "KindField", "PartsRow", "VariedRow", "form_word"]
