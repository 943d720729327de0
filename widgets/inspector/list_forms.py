"""The forms of distributions that are lists: options with weights, colours, the points of a curve, hue ranges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from myriorama.app.inspection.conversions import kind_of
from myriorama.app.inspection.histogram import Categories, Histogram
from myriorama.app.inspection.spread import tidy
from myriorama.scenes.parameters.fit import limits
from myriorama.scenes.parameters.schema import Choice, Int
from myriorama.widgets.editors import NumberField, PaletteEditor, WeightsEditor
from myriorama.widgets.editors.range_slider import RangeSlider
from myriorama.widgets.inspector.editing import RowEditing
from myriorama.widgets.inspector.forms import CAPTION, GAP, LINE, PICTURE, Form
from myriorama.widgets.inspector.histogram_view import HistogramView
from myriorama.widgets.inspector.literal import editor_kind, make_editor, set_up
from myriorama.widgets.theme import icon


class OptionsForm(Form):
    """One of some values, with weights. Its editors are made for one kind of declaration."""

    def __init__(self, kind: str, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(editing, parent)
        self.kind = kind
        self.list = (
            PaletteEditor(self) if kind == "palette" else WeightsEditor(self._make_option, self._next_option, self)
        )
        self.picture = HistogramView(self)
        self.list.changing.connect(self._on_changing)
        self.list.changed.connect(self._on_changed)

    def _make_option(self, value: Any, owner: QWidget) -> Any:
        editor = make_editor(self.kind, self.editing.studio, owner)
        assert self.row is not None
        set_up(editor, self.row.declaration, self.row.component, "Option", lambda value: "")
        return editor

    def _next_option(self, options: list[Any]) -> Any:
        row = self.row
        if row is None:
            return None
        declaration = row.declaration
        if isinstance(declaration, Choice) and row.component is None:
            return next((o for o in declaration.options if o not in options), None)
        if self.kind == "bool":
            return next((o for o in (True, False) if o not in options), None)
        last = options[-1]
        if self.kind in ("float", "int"):
            low, high = limits(self.editing.part(row))
            step = options[-1] - options[-2] if len(options) > 1 else abs(last) * 0.1 or 1.0
            wanted = tidy(last + step, abs(step) or 1.0)
            wanted = round(wanted) if isinstance(declaration, Int) else wanted
            return wanted if low <= wanted <= high else last
        return list(last) if isinstance(last, list) else last

    def fill(self) -> None:
        assert self.row is not None
        word = kind_of(self.value)
        options = [list(o) if isinstance(o, tuple) else o for o in self.value[word]]
        self.list.set_value(options, self.value.get("weights", ()))
        for editor in self.list.editors():
            if self.kind != "palette":
                set_up(editor, self.row.declaration, self.row.component, "Option", lambda value: "")
        for editor, option in zip(self.list.editors(), options, strict=True):
            editor.set_value(option)
        self.list.setEnabled(not self.row.locked)

    def _made(self, options: Sequence[Any], weights: Sequence[float]) -> dict[str, Any]:
        made = {key: held for key, held in self.value.items() if key != "weights"}
        made[kind_of(self.value)] = list(options)
        if len(set(weights)) > 1:
            made["weights"] = [int(w) if float(w).is_integer() else w for w in weights]
        return made

    def _on_changing(self, options: list[Any], weights: list[float]) -> None:
        self.changing.emit(self._made(options, weights))

    def _on_changed(self, options: list[Any], weights: list[float]) -> None:
        made = self._made(options, weights)
        reason = self.reason_against(made)
        self.refusal_changed.emit(reason)
        if not reason:
            self.changed.emit(made)

    def wanted_height(self) -> int:
        add = LINE + 2 if self.list.can_add else 0
        return len(self.value[kind_of(self.value)]) * (LINE + 2) + add + PICTURE + GAP

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.picture.setGeometry(0, 0, self.width(), PICTURE)
        self.list.setGeometry(0, PICTURE + GAP, self.width(), max(0, self.height() - PICTURE - GAP))

    def set_found(self, found: Histogram | Categories | None) -> None:
        self.picture.set_found(found)

    def picture_view(self) -> HistogramView:
        return self.picture


class HsvForm(Form):
    """Ranges of hue, saturation and value."""

    _PARTS = (("h", "Hue", 0.0, 720.0, "deg"), ("s", "Saturation", 0.0, 1.0, ""), ("v", "Value", 0.0, 1.0, ""))

    def __init__(self, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(editing, parent)
        self.picture = HistogramView(self)
        self.lines: list[tuple[QWidget, NumberField, RangeSlider, NumberField]] = []
        for place, (_, title, low, high, unit) in enumerate(self._PARTS):
            self.lines.append(self._line(place, title, low, high, unit))

    def _line(
        self, place: int, title: str, low: float, high: float, unit: str
    ) -> tuple[QWidget, NumberField, RangeSlider, NumberField]:
        start = self.number(
            f"Lowest {title.lower()}",
            lambda number: self._with(place, (number, self._ends(place)[1])),
            minimum=low,
            maximum=high,
            unit=unit,
        )
        end = self.number(
            f"Highest {title.lower()}",
            lambda number: self._with(place, (self._ends(place)[0], number)),
            minimum=low,
            maximum=high,
            unit=unit,
        )
        slider = RangeSlider(self)
        slider.set_range(low, high)
        slider.changing.connect(lambda a, b: self._moved(place, a, b, done=False))
        slider.changed.connect(lambda a, b: self._moved(place, a, b, done=True))
        slider.cancelled.connect(self.cancelled)
        return self.caption(title[:3]), start, slider, end

    def _ends(self, place: int) -> tuple[float, float]:
        low, high = self.value["hsv"][self._PARTS[place][0]]
        return low, high

    def _with(self, place: int, ends: tuple[float, float]) -> dict[str, Any]:
        return {**self.value, "hsv": {**self.value["hsv"], self._PARTS[place][0]: list(ends)}}

    def _moved(self, place: int, low: float, high: float, *, done: bool) -> None:
        if place == 0 and high - low > 360.0:
            before = self._ends(0)
            low, high = (high - 360.0, high) if high != before[1] else (low, low + 360.0)
        _, start, _, end = self.lines[place]
        start.set_value(low)
        end.set_value(high)
        (self.changed if done else self.changing).emit(self._with(place, (low, high)))

    def fill(self) -> None:
        free = self.row is not None and not self.row.locked
        for place, (_, start, slider, end) in enumerate(self.lines):
            low, high = self._ends(place)
            if place == 0:
                slider.set_range(0.0, 360.0 if high <= 360.0 else 720.0)
            start.set_value(low)
            end.set_value(high)
            slider.set_values(low, high)
            for widget in (start, slider, end):
                widget.setEnabled(free)

    def wanted_height(self) -> int:
        return PICTURE + 3 * (LINE + GAP)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.picture.setGeometry(32, 0, self.width() - 32, PICTURE - 6)
        for i, (caption, start, slider, end) in enumerate(self.lines):
            top, field = PICTURE + GAP + i * (LINE + GAP) - 4, 60
            caption.setGeometry(0, top, 32, LINE)
            start.setGeometry(32, top, field, LINE)
            end.setGeometry(self.width() - field, top, field, LINE)
            slider.setGeometry(32 + field + GAP, top + 2, self.width() - 32 - 2 * (field + GAP), 20)

    def set_found(self, found: Histogram | Categories | None) -> None:
        self.picture.set_found(found)

    def picture_view(self) -> HistogramView:
        return self.picture


class CurveForm(Form):
    """The points of a density, as a table of x and height."""

    def __init__(self, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(editing, parent)
        self.picture = HistogramView(self)
        self.captions = (self.caption("Value"), self.caption("Height"))
        self.points: list[tuple[NumberField, NumberField, QToolButton]] = []
        self.add = QToolButton(self)
        self.add.setText("Add a point")
        self.add.setIcon(icon("plus"))
        self.add.setIconSize(QSize(14, 14))
        self.add.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add.setAutoRaise(True)
        self.add.clicked.connect(self._on_add)

    def _with(self, place: int, axis: int, number: float) -> dict[str, Any]:
        points = [list(p) for p in self.value["curve"]]
        points[place][axis] = number
        return {**self.value, "curve": points}

    def _without(self, place: int) -> dict[str, Any]:
        points = self.value["curve"]
        return {**self.value, "curve": [*points[:place], *points[place + 1 :]]}

    def fill(self) -> None:
        assert self.row is not None
        points = self.value["curve"]
        while len(self.points) < len(points):
            self._add_line(len(self.points))
        while len(self.points) > len(points):
            for widget in self.points.pop():
                widget.hide()
                widget.deleteLater()
        low, high = limits(self.editing.part(self.row))
        for (x, height, remove), point in zip(self.points, points, strict=True):
            x.configure(minimum=low, maximum=high, unit=self.unit)
            x.set_value(point[0])
            height.set_value(point[1])
            remove.setEnabled(len(points) > 2)
        self.setEnabled(not self.row.locked)
        self.resizeEvent(None)

    def _add_line(self, place: int) -> None:
        x = self.number(f"Value of point {place + 1}", lambda number: self._with(place, 0, number))
        height = self.number(f"Height of point {place + 1}", lambda number: self._with(place, 1, number), minimum=0.0)
        remove = QToolButton(self)
        remove.setIcon(icon("close"))
        remove.setIconSize(QSize(12, 12))
        remove.setAutoRaise(True)
        remove.setAccessibleName(f"Take point {place + 1} away")
        remove.setToolTip("Take this point away")
        remove.clicked.connect(lambda: self._offer(self._without(place)))
        self.points.append((x, height, remove))
        for widget in (x, height, remove):
            widget.show()

    def _offer(self, made: dict[str, Any]) -> None:
        reason = self.reason_against(made)
        self.refusal_changed.emit(reason)
        if not reason:
            self.changed.emit(made)

    def _on_add(self) -> None:
        """Put a point into the middle of the widest gap, on the line."""
        points = [list(p) for p in self.value["curve"]]
        widest = max(range(len(points) - 1), key=lambda i: points[i + 1][0] - points[i][0])
        (x0, y0), (x1, y1) = points[widest], points[widest + 1]
        middle = [tidy(0.5 * (x0 + x1), x1 - x0), tidy(0.5 * (y0 + y1), max(y0, y1))]
        self._offer({**self.value, "curve": [*points[: widest + 1], middle, *points[widest + 1 :]]})

    def wanted_height(self) -> int:
        return PICTURE + GAP + (len(self.value["curve"]) + 2) * (LINE + 2)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        half = (self.width() - 26) // 2
        self.picture.setGeometry(0, 0, self.width() - 26, PICTURE)
        top = PICTURE + GAP
        for i, caption in enumerate(self.captions):
            caption.setGeometry(i * half + 4, top, half - GAP, LINE)
        for x, height, remove in self.points:
            top += LINE + 2
            x.setGeometry(0, top, half - GAP, LINE)
            height.setGeometry(half, top, half - GAP, LINE)
            remove.setGeometry(self.width() - 24, top, 24, LINE)
        self.add.setGeometry(0, top + LINE + 2, self.add.sizeHint().width(), LINE)

    def set_found(self, found: Histogram | Categories | None) -> None:
        self.picture.set_found(found)

    def picture_view(self) -> HistogramView:
        return self.picture


def option_kind(row: Any) -> str:
    """Return the word for the editors of the options of a row."""
    return editor_kind(row.declaration, row.component)


__all__ = ["CAPTION", "CurveForm", "HsvForm", "OptionsForm", "option_kind"]
