"""A scrolled list of rows of which only those in sight are widgets; they are bound to other parameters again and again.

It decides nothing about values: rows ask `RowEditing`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from myriorama.app.inspection.rows import Inspection, Row, Section
from myriorama.widgets.inspector.ahead import Ahead, Later
from myriorama.widgets.inspector.editing import RowEditing
from myriorama.widgets.inspector.headings import Heading, SectionButton
from myriorama.widgets.inspector.row_kinds import estimated_height, make_row, row_word
from myriorama.widgets.inspector.row_widget import HEIGHT, RowWidget
from myriorama.widgets.inspector.varied_row import VariedRow

SECTION: Final = 32
HEADING: Final = 24
END: Final = 8
_AROUND: Final = 160
"""Pixels above and below the window in which rows are widgets already, so that Tab finds the next one."""
_IN_STORE: Final = 24
"""Unused widgets of one kind that are kept."""


@dataclass
class _Item:
    """A line of the list: `key` tells it from the others, `word` says which widgets can show it."""

    key: str
    word: str
    height: int
    content: Any


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
        self._ahead = Ahead(self._count, self._make_ahead, self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    def warm(self, inspections: Iterable[Inspection]) -> None:
        """Make, while nothing else is to be done, the widgets that these would need, so that none waits for them."""
        self._ahead.start(inspections)

    def _count(self, word: str) -> int:
        return len(self._store[word]) + sum(w == word for w, _ in self._live.values())

    def _make_ahead(self, row: Row, word: str) -> None:
        widget = self._made(_Item(f"row/{row.key}", word, HEIGHT, row))
        widget.hide()
        if isinstance(widget, VariedRow):
            widget.bind_row(row)
        self._store[word].append(widget)

    @property
    def warming(self) -> bool:
        """Widgets are still being made ahead."""
        return self._ahead.active

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
        page, bar = self.viewport().height(), self.verticalScrollBar()
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
            typed_in = key == focused and any(item.key == key and item.word == word for item in self._items)
            if keep.get(key) == word or typed_in:
                continue
            if key == focused and key in keep:
                leaving = self._live.pop(key)  # hidden only when the keyboard has gone to what takes its place
            else:
                self._put_away(key)
        changed = False
        for i, item in wanted:
            if item.word == "end":
                continue
            fresh = item.key not in self._live
            widget = self._take(item) if fresh else self._live[item.key][1]
            top, height = self._tops[i] - offset, item.height
            if widget.width() != width or widget.height() != height:
                widget.setGeometry(0, top, width, height)
            elif widget.y() != top:
                widget.move(0, top)
            self._bind(widget, item, fresh)
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

    def _bind(self, widget: QWidget, item: _Item, fresh: bool) -> None:
        if isinstance(widget, RowWidget):
            before = widget.row
            widget.bind_row(item.content)
            if isinstance(widget, VariedRow) and (fresh or before != item.content):
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
            button = SectionButton(parent, self.editing.remove_view)
            button.clicked.connect(lambda: self._on_section(button))
            return button
        if item.word == "heading":
            return Heading(parent)
        made = make_row(item.content, item.word, self.editing, parent)
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
            self.menu_wanted.emit(self.current, where)

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
        fields, focus = self._tab_fields(), QApplication.focusWidget()
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
