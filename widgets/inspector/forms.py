"""The editors of distributions: one form for each family of kinds. A form takes and gives the written JSON.

A form judges nothing by itself; what it gives is held against the declaration by `RowEditing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from myriorama.app.inspection.conversions import kind_of
from myriorama.app.inspection.histogram import Categories, Histogram
from myriorama.app.inspection.rows import Row
from myriorama.app.inspection.spread import shown_range, spread_of
from myriorama.scenes.parameters.fit import limits
from myriorama.scenes.parameters.schema import Int
from myriorama.widgets.editors import NumberField, TextField, VectorField
from myriorama.widgets.editors.range_slider import RangeSlider
from myriorama.widgets.inspector.editing import RowEditing
from myriorama.widgets.inspector.histogram_view import HistogramView

LINE: Final = 24
GAP: Final = 4
PICTURE: Final = 38
CAPTION: Final = 64


class Form(QWidget):
    """Base of the forms.

    Attributes
    ----------
    changing, changed : signal of (JSON value,)
    cancelled : signal of ()
    refusal_changed : signal of (str,)
    resized : signal of ()
        It wants another height.
    """

    changing = Signal(object)
    changed = Signal(object)
    cancelled = Signal()
    refusal_changed = Signal(str)
    resized = Signal()

    def __init__(self, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(parent)
        self.editing = editing
        self.row: Row | None = None
        self.value: dict[str, Any] = {}

    def show_value(self, row: Row, value: Mapping[str, Any]) -> None:
        """Show a written distribution of the row."""
        self.row, self.value = row, dict(value)
        self.fill()

    def fill(self) -> None:
        """Put the value into the fields."""

    def wanted_height(self) -> int:
        return LINE

    def abandon(self) -> None:
        """Forget what is being typed."""
        for field in self.findChildren(NumberField) + self.findChildren(TextField):
            field.refuse("")
            field.restore()

    def set_found(self, found: Histogram | Categories | None) -> None:
        """Show what the sampler gives of the value."""

    def picture_view(self) -> HistogramView | None:
        return None

    def number(self, name: str, make: Callable[[float], Any], **options: Any) -> NumberField:
        """Make a number field whose number goes into the value by `make`."""
        field = NumberField(0.0, parent=self, **options)
        field.setAccessibleName(name)
        field.setToolTip(name)
        field.changing.connect(lambda number: self.changing.emit(make(number)))
        field.changed.connect(lambda number: self.changed.emit(make(number)))
        field.cancelled.connect(self.cancelled)
        field.refusal_changed.connect(self.refusal_changed)
        field.set_judge(lambda number: self.reason_against(make(number)))
        return field

    def text(self, name: str, make: Callable[[str], Any]) -> TextField:
        """Make a text field whose text goes into the value by `make`."""
        field = TextField(parent=self)
        field.setAccessibleName(name)
        field.changed.connect(lambda text: self.changed.emit(make(text)))
        field.refusal_changed.connect(self.refusal_changed)
        field.set_judge(lambda text: self.reason_against(make(text)))
        return field

    def caption(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", "dim")
        return label

    def reason_against(self, value: Any) -> str:
        return self.editing.reason_against(self.row, value) if self.row is not None else ""

    @property
    def unit(self) -> str:
        return self.row.declaration.unit if self.row is not None else ""


class RangeForm(Form):
    """Two ends with a slider and a picture over it; mean and std, or a and b, or a group's name, beneath."""

    def __init__(self, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(editing, parent)
        self.picture = HistogramView(self)
        self.slider = RangeSlider(self)
        self.low = self.number("Lowest", lambda number: self._with_ends(number, self.ends()[1]))
        self.high = self.number("Highest", lambda number: self._with_ends(self.ends()[0], number))
        self.slider.changing.connect(self._on_slider_changing)
        self.slider.changed.connect(self._on_slider_changed)
        self.slider.cancelled.connect(self.cancelled)
        self.extra_captions = (self.caption(""), self.caption(""))
        self.extras = (
            self.number("Mean", lambda number: self._with_extra(0, number)),
            self.number("Standard deviation", lambda number: self._with_extra(1, number)),
        )
        self.group = self.text("Group", self._with_group)
        self.group.setToolTip("Parameters with the same word here are even together")
        self.setFocusProxy(self.low)

    _EXTRAS: Final = {"normal": (("mean", "Mean"), ("std", "Std")), "beta": (("a", "a"), ("b", "b"))}

    @property
    def kind(self) -> str:
        return kind_of(self.value)

    def ends(self) -> tuple[float, float]:
        """Return lowest and highest as written."""
        body = self.value[self.kind]
        if self.kind in self._EXTRAS:
            return body["low"], body["high"]
        if self.kind == "even_group":
            body = body["range"]
        return body[0], body[1]

    def _with_ends(self, low: float, high: float) -> dict[str, Any]:
        body = self.value[self.kind]
        if self.kind in self._EXTRAS:
            made: Any = {**body, "low": low, "high": high}
        elif self.kind == "even_group":
            made = {**body, "range": [low, high]}
        else:
            made = [low, high]
        return {**self.value, self.kind: made}

    def _with_extra(self, place: int, number: float) -> dict[str, Any]:
        name = self._EXTRAS[self.kind][place][0]
        return {**self.value, self.kind: {**self.value[self.kind], name: number}}

    def _with_group(self, text: str) -> dict[str, Any]:
        return {**self.value, "even_group": {**self.value["even_group"], "group": text}}

    def fill(self) -> None:
        row = self.row
        assert row is not None
        part = self.editing.part(row)
        low, high = self.ends()
        whole = isinstance(part, Int) or self.kind == "integers"
        for field, number in ((self.low, low), (self.high, high)):
            bottom, top = limits(part)
            field.configure(minimum=bottom, maximum=top, unit=self.unit, whole=whole)
            field.set_value(number)
        self.slider.setEnabled(not row.locked)
        if not self.slider.held:
            start, end = shown_range(spread_of(self.value, part), part, self.value)
            self.slider.set_range(min(start, low), max(end, high), logarithmic=self.kind == "log_uniform", whole=whole)
        self.slider.set_values(low, high)
        self._fill_extras()
        for field in (self.low, self.high, *self.extras, self.group):
            field.setEnabled(not row.locked)
        self._arrange()

    def _fill_extras(self) -> None:
        names = self._EXTRAS.get(self.kind, ())
        for i, (field, caption) in enumerate(zip(self.extras, self.extra_captions, strict=True)):
            shown = bool(names)
            field.setVisible(shown)
            caption.setVisible(shown or (i == 0 and self.kind == "even_group"))
            if shown:
                key, title = names[i]
                caption.setText(title)
                field.setAccessibleName(title)
                unit = self.unit if self.kind == "normal" else ""
                field.configure(minimum=-1e100, maximum=1e100, unit=unit)
                field.set_value(self.value[self.kind][key])
        self.group.setVisible(self.kind == "even_group")
        if self.kind == "even_group":
            self.extra_captions[0].setText("Group")
            self.group.set_value(self.value["even_group"]["group"])

    def wanted_height(self) -> int:
        lines = 1 if self.kind in self._EXTRAS or self.kind == "even_group" else 0
        return PICTURE + LINE + lines * (LINE + GAP)

    def field_width(self) -> int:
        return 74 if self.width() < 360 else 84

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        if not self.value:
            return
        width, field = self.width(), self.field_width()
        middle = width - 2 * field - 2 * GAP
        self.picture.setGeometry(field + GAP, 0, middle, PICTURE)
        self.low.setGeometry(0, PICTURE, field, LINE)
        self.high.setGeometry(width - field, PICTURE, field, LINE)
        self.slider.setGeometry(field + GAP, PICTURE + (LINE - 20) // 2, middle, 20)
        top = PICTURE + LINE + GAP
        if self.kind in self._EXTRAS:
            half = (width - GAP * 2) // 2
            for i, (caption, number) in enumerate(zip(self.extra_captions, self.extras, strict=True)):
                left = i * (half + 2 * GAP)
                caption.setGeometry(left, top, 40, LINE)
                number.setGeometry(left + 42, top, half - 42, LINE)
        elif self.kind == "even_group":
            self.extra_captions[0].setGeometry(0, top, 44, LINE)
            self.group.setGeometry(46, top, width - 46, LINE)
        self._scale_picture()

    def _scale_picture(self) -> None:
        found = self.picture.found
        if isinstance(found, Histogram):
            ends = [
                min(max(self.slider.pixel_of(v), 0.0), float(self.picture.width())) for v in (found.low, found.high)
            ]
            self.picture.set_scale(ends[0], max(ends[1], ends[0] + 1.0))

    def set_found(self, found: Histogram | Categories | None) -> None:
        self.picture.set_found(found)
        self._scale_picture()

    def picture_view(self) -> HistogramView:
        return self.picture

    def _on_slider_changing(self, low: float, high: float) -> None:
        self.low.set_value(low)
        self.high.set_value(high)
        self.changing.emit(self._with_ends(*self._whole(low, high)))

    def _on_slider_changed(self, low: float, high: float) -> None:
        self.changed.emit(self._with_ends(*self._whole(low, high)))

    def _whole(self, low: float, high: float) -> tuple[float, float]:
        row = self.row
        whole = row is not None and (isinstance(self.editing.part(row), Int) or self.kind == "integers")
        return (round(low), round(high)) if whole else (low, high)


class ChanceForm(Form):
    """The probability of yes."""

    def __init__(self, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(editing, parent)
        self.chance = self.number(
            "Probability of yes", lambda number: {**self.value, "chance": number}, minimum=0.0, maximum=1.0, step=0.05
        )
        self.picture = HistogramView(self)
        self.setFocusProxy(self.chance)

    def fill(self) -> None:
        self.chance.set_value(self.value["chance"])
        self.chance.setEnabled(self.row is not None and not self.row.locked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.chance.setGeometry(0, PICTURE - LINE, 84, LINE)
        self.picture.setGeometry(84 + 3 * GAP, 0, 100, PICTURE)

    def wanted_height(self) -> int:
        return PICTURE

    def set_found(self, found: Histogram | Categories | None) -> None:
        self.picture.set_found(found)

    def picture_view(self) -> HistogramView:
        return self.picture


class ConeForm(Form):
    """An axis and the angle around it."""

    def __init__(self, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(editing, parent)
        self.axis = VectorField(3, parent=self)
        self.axis.set_name("Axis")
        self.angle = self.number(
            "Largest angle to the axis",
            lambda number: self._with("max_angle_deg", number),
            minimum=0.0,
            maximum=180.0,
            unit="deg",
        )
        self.axis.changing.connect(lambda value: self.changing.emit(self._with("axis", value)))
        self.axis.changed.connect(lambda value: self.changed.emit(self._with("axis", value)))
        self.axis.set_judge(lambda value: self.reason_against(self._with("axis", value)))
        self.axis.refusal_changed.connect(self.refusal_changed)
        self.captions = (self.caption("Axis"), self.caption("Angle"))

    def _with(self, name: str, value: Any) -> dict[str, Any]:
        return {**self.value, "hemisphere": {**self.value["hemisphere"], name: value}}

    def fill(self) -> None:
        body = self.value["hemisphere"]
        self.axis.set_value(body.get("axis", [0, 0, 1]))
        self.angle.set_value(body.get("max_angle_deg", 90))

    def resizeEvent(self, event: QResizeEvent) -> None:
        for i, (caption, editor) in enumerate(zip(self.captions, (self.axis, self.angle), strict=True)):
            caption.setGeometry(0, i * (LINE + GAP), CAPTION, LINE)
            width = self.width() - CAPTION if i == 0 else 84
            editor.setGeometry(CAPTION, i * (LINE + GAP), width, LINE)

    def wanted_height(self) -> int:
        return 2 * LINE + GAP


class TextForm(Form):
    """A link's expression, or a folder with a pattern."""

    def __init__(self, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(editing, parent)
        self.line = self.text("Expression", self._with_line)
        self.pattern = self.text("Pattern of the names", lambda text: {**self.value, "pattern": text})
        self.captions = (self.caption(""), self.caption("Pattern"))
        self.setFocusProxy(self.line)

    def _with_line(self, text: str) -> dict[str, Any]:
        return {**self.value, kind_of(self.value): text}

    def fill(self) -> None:
        kind = kind_of(self.value)
        folder = kind == "folder"
        self.line.set_value(self.value[kind])
        self.line.setAccessibleName("Folder" if folder else "Expression")
        self.line.setToolTip(
            "Folder, relative to the project"
            if folder
            else "Numbers, names of parameters, @uid.name, project.name, + - * / ( ), min, max"
        )
        self.captions[0].setText("Folder" if folder else "=")
        self.captions[1].setVisible(folder)
        self.pattern.setVisible(folder)
        if folder:
            self.pattern.set_value(self.value.get("pattern", "*"))
        self.resizeEvent(None)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        left = CAPTION if self.pattern.isVisibleTo(self) else 18
        for i, (caption, editor) in enumerate(zip(self.captions, (self.line, self.pattern), strict=True)):
            caption.setGeometry(0, i * (LINE + GAP), left, LINE)
            editor.setGeometry(left, i * (LINE + GAP), self.width() - left, LINE)

    def wanted_height(self) -> int:
        return 2 * LINE + GAP if kind_of(self.value) == "folder" else LINE


class PlainForm(Form):
    """A kind without numbers: any direction, any rotation."""

    def wanted_height(self) -> int:
        return 0

    def sizeHint(self) -> QSize:
        return QSize(0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).end()
