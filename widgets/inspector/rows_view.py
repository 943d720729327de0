"""A scrolled list of rows of which only those in sight are widgets; they are bound to other parameters again and again.

It decides nothing about values: rows ask `RowEditing`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QFrame, QWidget

from myriorama.app.inspection.rows import MIXED, Inspection, Row, Section
from myriorama.widgets.inspector.editing import Later, RowEditing
from myriorama.widgets.inspector.literal import editor_kind
from myriorama.widgets.inspector.row_widget import (
    HEIGHT,
    MARGIN,
    LiteralRow,
    MixedRow,
    RefusedRow,
    RowWidget,
    UnsetRow,
    small_font,
)
from myriorama.widgets.inspector.varied_row import PartsRow, VariedRow, form_word
from myriorama.widgets.theme import icon, theme

SECTION: Final = 32
HEADING: Final = 24
END: Final = 8
_AROUND: Final = 160
"""Pixels above and below the window in which rows are widgets already, so that Tab finds the next one."""
_IN_STORE: Final = 24
"""Unused widgets of one kind that are kept."""

_WARMED: Final = 12
"""Widgets of one kind that are made before they are needed."""
_WARM_EVERY_MS: Final = 25


class SectionButton(QAbstractButton):
    """The heading of a section: opens and closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.section: Section | None = None

    def show_section(self, section: Section, folded: bool) -> None:
        self.section = section
        self.setText(section.title)
        self.setChecked(not folded)
        self.setAccessibleName(f"{section.title}, {'closed' if folded else 'open'}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(tokens.raised if self.underMouse() else tokens.surface))
        painter.setPen(QColor(tokens.border))
        painter.drawLine(0, 0, self.width(), 0)
        chevron = icon("chevron-down" if self.isChecked() else "chevron-right", tokens.dim)
        chevron.paint(painter, MARGIN - 4, (self.height() - 18) // 2, 18, 18)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(tokens.text))
        area = self.rect().adjusted(MARGIN + 18, 0, -MARGIN, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text())
        note = self.section.note if self.section is not None else ""
        if note:
            painter.setFont(small_font(self))
            painter.setPen(QColor(tokens.dim))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, note)
        if self.hasFocus():
            painter.setPen(QColor(tokens.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), tokens.radius, tokens.radius)
        painter.end()


class Heading(QWidget):
    """A line of words between rows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = ""

    def show_text(self, text: str) -> None:
        self.text = text
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(small_font(self))
        painter.setPen(QColor(theme().dim))
        area = self.rect().adjusted(MARGIN + 8, 4, -MARGIN, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text.upper())
        painter.end()


@dataclass
class _Item:
    """A line of the list: `key` tells it from the others, `word` says which widgets can show it."""

    key: str
    word: str
    height: int
    content: Any


def row_word(row: Row) -> str:
    """Return a word for the widget of a row; widgets of one word can be used for one another."""
    if row.reason:
        return "refused"
    if row.parts:
        return "parts"
    if row.state == "unset":
        return "unset"
    if row.state == "mixed" and any(isinstance(w, dict | list) and _varies(w) for w in row.written):
        return "mixed"
    if row.state == "varied":
        return f"varied/{form_word(row)}/{editor_kind(row.declaration, row.component)}"
    return f"literal/{editor_kind(row.declaration, row.component)}"


def _varies(written: Any) -> bool:
    return isinstance(written, dict) or any(isinstance(v, dict) for v in written)


class RowsView(QAbstractScrollArea):
    """The sections of an inspection.

    Attributes
    ----------
    menu_wanted : signal of (Row, QPoint)
    current_changed : signal of ()
        The keyboard is in another row.
    """

    menu_wanted = Signal(object, object)
    current_changed = Signal()

    def __init__(
        self,
        editing: RowEditing,
        effective: tuple[Callable[[str], list[Any]], Callable[[str], list[Any]]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.editing = editing
        self._effective = effective
        self._later = Later(self)
        self._inspection = Inspection("nothing")
        self._filter = ""
        self._folded: dict[str, bool] = {}
        self._items: list[_Item] = []
        self._tops: list[int] = [0]
        self._heights: dict[str, int] = {}
        self._live: dict[str, tuple[str, QWidget]] = {}
        self._store: defaultdict[str, list[QWidget]] = defaultdict(list)
        self.current: Row | None = None
        self._placing = False
        self._wanted_soon: Iterator[_Item] = iter(())
        self._warming = QTimer(self)
        self._warming.setInterval(_WARM_EVERY_MS)
        self._warming.timeout.connect(self._warm_one)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    def warm(self, inspections: Iterable[Inspection]) -> None:
        """Make, while nothing else is to be done, the widgets that these would need, so that none waits for them."""
        self._wanted_soon = iter(self._missing(inspections))
        self._warming.start()

    def _missing(self, inspections: Iterable[Inspection]) -> Iterator[_Item]:
        for inspection in inspections:
            counted: defaultdict[str, int] = defaultdict(int)
            for section in inspection.sections:
                for row in () if section.folded else section.rows:
                    word = row_word(row)
                    counted[word] += 1
                    live = sum(w == word for w, _ in self._live.values())
                    if len(self._store[word]) + live < min(counted[word], _WARMED):
                        yield _Item(f"row/{row.key}", word, HEIGHT, row)

    def _warm_one(self) -> None:
        item = next(self._wanted_soon, None)
        if item is None:
            self._warming.stop()
            return
        widget = self._made(item)
        widget.hide()
        if isinstance(widget, VariedRow):
            widget.bind_row(item.content)
        self._store[item.word].append(widget)

    @property
    def warming(self) -> bool:
        """Widgets are still being made ahead."""
        return self._warming.isActive()

    # what is shown

    def show_inspection(self, inspection: Inspection) -> None:
        """Show other rows, or the newest state of the same."""
        other = inspection.uids != self._inspection.uids
        self._inspection = inspection
        if other:
            self._heights.clear()
            self.current = None
            for _, widget in self._live.values():
                if isinstance(widget, RowWidget):
                    widget.abandon()
            self.verticalScrollBar().setValue(0)
        self._rebuild()

    def set_filter(self, text: str) -> None:
        """Show only rows whose name, title or help holds all the words."""
        self._filter = text.strip().lower()
        self.verticalScrollBar().setValue(0)
        self._rebuild()

    def matches(self) -> int:
        """Return how many rows are listed."""
        return sum(isinstance(item.content, Row) for item in self._items)

    def row_widget(self, key: str) -> RowWidget | None:
        """Return the widget of a row that is in sight."""
        found = self._live.get(f"row/{key}")
        return found[1] if found is not None and isinstance(found[1], RowWidget) else None

    def bring_into_sight(self, key: str) -> RowWidget | None:
        """Scroll to a row, open its section, and return its widget."""
        for section in self._inspection.sections:
            if any(row.key == key for row in section.rows) and self._is_folded(section):
                self._folded[section.key] = False
                self._rebuild()
        for i, item in enumerate(self._items):
            if item.key == f"row/{key}":
                self._scroll_to(i)
                return self.row_widget(key)
        return None

    def update_effective(self) -> None:
        """Show the values that the last samples had."""
        for _, widget in self._live.values():
            if isinstance(widget, VariedRow):
                widget.show_effective(*self._effective)

    def dress(self) -> None:
        """Take the colours of the theme in force."""
        for _, widget in self._live.values():
            if isinstance(widget, RowWidget):
                widget.dress()
            else:
                widget.update()
        for widgets in self._store.values():
            for widget in widgets:
                widget.deleteLater()
        self._store.clear()

    def _is_folded(self, section: Section) -> bool:
        return not self._filter and self._folded.get(section.key, section.folded)

    def _matching(self, section: Section) -> tuple[Row, ...]:
        if not self._filter:
            return section.rows
        words = self._filter.split()

        def found(row: Row) -> bool:
            text = f"{row.full_title} {row.declaration.name} {row.declaration.help} {section.title}".lower()
            return all(word in text for word in words)

        return tuple(row for row in section.rows if found(row))

    def _rebuild(self) -> None:
        items: list[_Item] = []
        for section in self._inspection.sections:
            rows = self._matching(section)
            if not rows:
                continue
            items.append(_Item(f"section/{section.key}", "section", SECTION, section))
            if self._is_folded(section):
                continue
            heading = ""
            for row in rows:
                if row.heading and row.heading != heading and not row.special:
                    heading = row.heading
                    items.append(_Item(f"heading/{section.key}/{heading}/{row.key}", "heading", HEADING, heading))
                word, key = row_word(row), f"row/{row.key}"
                items.append(_Item(key, word, self._heights.get(key + word) or estimated_height(row, word), row))
            items.append(_Item(f"end/{section.key}", "end", END, None))
        self._items = items
        self._measure()
        self._place()

    def _measure(self) -> None:
        tops = [0]
        for item in self._items:
            tops.append(tops[-1] + item.height)
        self._tops = tops
        page = self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setPageStep(page)
        bar.setSingleStep(HEIGHT)
        bar.setRange(0, max(0, tops[-1] - page))

    # widgets

    def _place(self) -> None:
        """Bind widgets to the lines in sight, and put away those that are not."""
        if self._placing:
            return
        self._placing = True
        try:
            for _ in range(4):  # a widget may want another height than was estimated, which shifts those below
                if not self._placed_once():
                    break
        finally:
            self._placing = False

    def _placed_once(self) -> bool:
        offset, width, page = self.verticalScrollBar().value(), self.viewport().width(), self.viewport().height()
        first = max(0, bisect_right(self._tops, max(0, offset - _AROUND)) - 1)
        wanted: list[tuple[int, _Item]] = []
        for i in range(first, len(self._items)):
            if self._tops[i] > offset + page + _AROUND:
                break
            wanted.append((i, self._items[i]))
        focused = self._focused_key()
        keep = {item.key: item.word for _, item in wanted}
        leaving: tuple[str, QWidget] | None = None
        for key, (word, _) in list(self._live.items()):
            if keep.get(key) == word or (key == focused and self._still_listed(key, word)):
                continue
            if key == focused and key in keep:
                leaving = self._live.pop(key)  # hidden only when the keyboard has gone to what takes its place
            else:
                self._put_away(key)
        changed = False
        for i, item in wanted:
            if item.word == "end":
                continue
            widget = self._live[item.key][1] if item.key in self._live else self._take(item)
            top, height = self._tops[i] - offset, item.height
            if widget.width() != width or widget.height() != height:
                widget.setGeometry(0, top, width, height)
            elif widget.y() != top:
                widget.move(0, top)
            self._bind(widget, item)
            if isinstance(widget, RowWidget):
                height = widget.wanted_height()
                if height != item.height:
                    item.height = self._heights[item.key + item.word] = height
                    changed = True
            if widget.isHidden():
                widget.show()
            if leaving is not None and item.key == focused and isinstance(widget, RowWidget):
                widget.take_focus()
                self._keep(*leaving)
        if changed:
            self._measure()
        return changed

    def _still_listed(self, key: str, word: str) -> bool:
        return any(item.key == key and item.word == word for item in self._items)

    def _bind(self, widget: QWidget, item: _Item) -> None:
        if isinstance(widget, RowWidget):
            before = widget.row
            widget.bind_row(item.content)
            if isinstance(widget, VariedRow) and before != item.content:
                self._later.ask(id(widget), lambda: self._picture(widget))
        elif isinstance(widget, SectionButton):
            widget.show_section(item.content, self._is_folded(item.content))
        elif isinstance(widget, Heading):
            widget.show_text(item.content)

    def _picture(self, widget: VariedRow) -> None:
        widget.show_picture()
        widget.show_effective(*self._effective)

    def _take(self, item: _Item) -> QWidget:
        stored = self._store[item.word]
        widget = stored.pop() if stored else self._made(item)
        self._live[item.key] = (item.word, widget)
        return widget

    def _put_away(self, key: str) -> None:
        self._keep(*self._live.pop(key))

    def _keep(self, word: str, widget: QWidget) -> None:
        """Put a widget into the store."""
        self._later.forget(id(widget))
        if isinstance(widget, RowWidget):
            widget.abandon()
        widget.hide()
        if len(self._store[word]) < _IN_STORE:
            self._store[word].append(widget)
        else:
            widget.deleteLater()

    def _made(self, item: _Item) -> QWidget:
        parent = self.viewport()
        if item.word == "section":
            button = SectionButton(parent)
            button.clicked.connect(lambda: self._on_section(button))
            return button
        if item.word == "heading":
            return Heading(parent)
        row: Row = item.content
        made: RowWidget
        if item.word == "refused":
            made = RefusedRow(self.editing, parent)
        elif item.word == "parts":
            made = PartsRow(self.editing, parent)
        elif item.word == "unset":
            made = UnsetRow(self.editing, parent)
        elif item.word == "mixed":
            made = MixedRow(self.editing, parent)
        elif item.word.startswith("varied"):
            made = VariedRow(row, self.editing, parent)
        else:
            made = LiteralRow(editor_kind(row.declaration, row.component), self.editing, parent)
        made.resized.connect(self._on_resized)
        made.menu_wanted.connect(self._on_menu)
        return made

    # events

    def _on_section(self, button: SectionButton) -> None:
        if button.section is not None:
            self._folded[button.section.key] = not button.isChecked()
            self._rebuild()

    def _on_resized(self) -> None:
        if not self._placing:
            for item in self._items:
                found = self._live.get(item.key)
                if found is not None and isinstance(found[1], RowWidget) and found[1].row is not None:
                    item.height = self._heights[item.key + item.word] = found[1].wanted_height()
            self._measure()
            self._place()

    def _on_menu(self, widget: RowWidget, where: QPoint) -> None:
        if widget.row is not None:
            self.current = widget.row
            self.menu_wanted.emit(widget.row, where)

    def _focused_key(self) -> str:
        focus = QApplication.focusWidget()
        if focus is None or not self.viewport().isAncestorOf(focus):
            return ""
        return next((key for key, (_, w) in self._live.items() if w is focus or w.isAncestorOf(focus)), "")

    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is None or not self.viewport().isAncestorOf(new):
            return
        key = self._focused_key()
        found = self._live.get(key)
        if found is None:
            return
        if isinstance(found[1], RowWidget) and found[1].row is not None:
            self.current = found[1].row
            self.current_changed.emit()
        place = next((i for i, item in enumerate(self._items) if item.key == key), -1)
        if place >= 0:
            self._scroll_to(place)

    def _scroll_to(self, place: int) -> None:
        bar, page = self.verticalScrollBar(), self.viewport().height()
        top, bottom = self._tops[place], self._tops[place + 1]
        if top < bar.value():
            bar.setValue(top)
        elif bottom > bar.value() + page:
            bar.setValue(min(top, bottom - page))
        self._place()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go through the fields in the order in which they are seen, not in which they were made."""
        fields = self._tab_fields()
        focus = QApplication.focusWidget()
        at = next((i for i, f in enumerate(fields) if f is focus or f.focusProxy() is focus), -1)
        if at >= 0 and 0 <= (then := at + (1 if forward else -1)) < len(fields):
            reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
            fields[then].setFocus(reason)
            return True
        return super().focusNextPrevChild(forward)

    def _tab_fields(self) -> list[QWidget]:
        fields = [
            w
            for w in self.viewport().findChildren(QWidget)
            if w.focusPolicy() & Qt.FocusPolicy.TabFocus
            and w.focusProxy() is None
            and w.isEnabled()
            and w.isVisibleTo(self.viewport())
        ]
        origin = self.viewport()

        def order(widget: QWidget) -> tuple[int, int]:
            at = widget.mapTo(origin, QPoint(0, widget.height() // 2))
            return at.y() // 8, at.x()

        return sorted(fields, key=order)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._measure()
        self._place()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._place()


def estimated_height(row: Row, word: str) -> int:
    """Return about the height of a row that no widget shows yet."""
    if not word.startswith("varied") or row.value is MIXED:
        return HEIGHT
    value = row.value
    options = value.get("choice", value.get("palette", ()))
    return HEIGHT + 90 + 26 * len(options)
