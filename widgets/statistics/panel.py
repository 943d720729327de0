"""The statistics panel: which plots there are, which of them are in view, and when each is drawn again.

Plots out of view cost nothing; the rest is drawn one at a time, so that the window never waits.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.actions import Action
from myriorama.app.browsing.declared import Declared
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.panel import Bound, Panel
from myriorama.widgets.statistics.cards import (
    CARD_WIDTH,
    Card,
    DirectionCard,
    NumberCard,
    PositionCard,
    Subject,
    WordCard,
)
from myriorama.widgets.statistics.filter_row import FilterRow
from myriorama.widgets.theme import theme

_EVERY_MS: Final = 200
_SLICE_S: Final = 0.008
_WIDE_PX: Final = 900
_ALL: Final = "All classes"
_SUBJECTS: Final = (
    Subject("objects", "Objects per image", by_class="count:{name}", help="How many labelled objects an image shows"),
    Subject("box_size", "Box size", "px", "{column}@{name}", 0.0, help="Square root of a box's width times its height"),
    Subject("aspect", "Box aspect, w/h", "", "{column}@{name}", help="Width over height"),
    Subject(
        "visible", "Visible fraction", "", "{column}@{name}", 0.0, 1.0, help="Unoccluded share times share in frame"
    ),
    Subject("distance", "Distance", "m", "{column}@{name}", help="Camera to the middle of the object's 3D box"),
    Subject("brightness", "Brightness", "", "", 0.0, 1.0, help="Mean of the picture, 0 black to 1 white"),
)


class StatisticsPanel(Panel):
    """What the samples hold."""

    name = "statistics"
    title = "Statistics"

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(studio, parent)
        self.header = ElidedLabel("", Qt.TextElideMode.ElideRight)
        self.stale = _label("warning")
        self.classes = QComboBox()
        self.finder = QLineEdit()
        self.of_labels, self.of_values = _switch("Labels"), _switch("Parameters")
        self.filters = FilterRow(studio.browse, studio.table)
        self.pages = QStackedWidget()
        self.empty = _label()
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName("Plots")
        self._board = QWidget()
        self._grid = QGridLayout(self._board)
        self._label_cards: list[Card] = []
        self._value_cards: dict[str, Card] = {}
        self._shown: list[Card] = []
        self._queue: list[Card] = []
        self._columns = 0
        self._soon = QTimer(self, singleShot=True, interval=_EVERY_MS, timeout=self.refresh)
        self._next = QTimer(self, singleShot=True, interval=0, timeout=self._draw_some)
        self._lay_out()
        self._connect()
        self._make_label_cards()
        self.filters.refresh()

    # -- making ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens = theme()
        self.classes.setAccessibleName("Class whose objects are counted")
        self.classes.setToolTip("Count the objects of one class")
        self.classes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.classes.addItem(_ALL)
        self.finder.setPlaceholderText("Find parameters")
        self.finder.setAccessibleName("Find parameters")
        self.finder.setClearButtonEnabled(True)
        self.finder.setMaximumWidth(220)
        self.finder.setVisible(False)
        group = QButtonGroup(self)
        group.addButton(self.of_labels)
        group.addButton(self.of_values)
        self.of_labels.setChecked(True)
        self.of_values.setToolTip("What was drawn beside what is declared")
        top = QHBoxLayout()
        top.setContentsMargins(tokens.gap, 6, tokens.gap, 6)
        top.setSpacing(tokens.gap)
        for widget in (self.of_labels, self.of_values, self.classes, self.finder):
            top.addWidget(widget)
        top.addStretch(1)
        self._top, self._told = top, QHBoxLayout()
        self._told.setContentsMargins(tokens.gap, 0, tokens.gap, 0)
        self._told.setSpacing(tokens.gap)
        for label in (self.header, self.stale):
            self._told.addWidget(label, 1 if label is self.header else 0)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self._grid.setContentsMargins(tokens.gap, 0, tokens.gap, tokens.gap)
        self._grid.setSpacing(tokens.gap)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._board)
        self.pages.addWidget(self._scroll)
        self.pages.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(self._told)
        column.addWidget(self.filters)
        column.addWidget(self.pages, 1)

    def _connect(self) -> None:
        studio = self.studio
        bind(self, studio.table.changed, self._on_facts)
        bind(self, studio.browse.changed, self._on_browse)
        bind(self, studio.document.changed, self._on_project)
        bind(self, studio.document.opened, self._on_project)
        bind(self, studio.settings.changed, self._on_facts)
        self.of_labels.toggled.connect(self._show_cards)
        self.classes.activated.connect(self._on_class)
        self.finder.textChanged.connect(self._show_cards)
        self._scroll.verticalScrollBar().valueChanged.connect(self._queue_visible)
        self._scroll.viewport().installEventFilter(self)  # it gets its width after this panel got its own
        self.destroyed.connect(partial(studio.facts_demand.release, self.name))

    def _make_label_cards(self) -> None:
        studio = self.studio
        self._label_cards = [
            WordCard(studio, "class", "Objects by class"),
            *(NumberCard(studio, subject) for subject in _SUBJECTS[:4]),
            PositionCard(studio, "Box centres", "Where in the image the boxes have their centres"),
            DirectionCard(studio, "Seen from", "From where the camera sees the objects, in their own frame"),
            *(NumberCard(studio, subject) for subject in _SUBJECTS[4:]),
        ]
        self._show_cards()

    def actions_here(self) -> tuple[Bound, ...]:
        clear = Action(
            "statistics.clear_filter",
            "Clear filter",
            "statistics",
            "Show all samples again, whatever was brushed",
            ("Shift+Esc",),
            "Samples",
            "filter-off-outline",
        )
        labels = Action("statistics.labels", "Statistics of labels", "statistics", "Plots of what the labels say")
        values = Action(
            "statistics.parameters",
            "Statistics of parameters",
            "statistics",
            "Plots of what was drawn beside what is declared",
        )
        return (
            Bound(clear, self.studio.browse.clear, lambda: bool(self.studio.browse.value.conditions)),
            Bound(labels, partial(self.of_labels.setChecked, True)),
            Bound(values, partial(self.of_values.setChecked, True)),
        )

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards of this page, in order."""
        return tuple(self._shown)

    @property
    def busy(self) -> bool:
        """Something in view is still to be drawn."""
        return bool(self._queue) or self._soon.isActive()

    def refresh(self) -> None:
        """Say what is known, and draw what is in view again where it is out of date."""
        self._say_known()
        self._offer_classes()
        self._queue_visible()

    def _say_known(self) -> None:
        project, table = self.studio.document.project, self.studio.table
        shown = project is not None and table.known > 0
        self.pages.setCurrentIndex(0 if shown else 1)
        total = self.studio.settings.value.gallery_count
        if project is None:
            self.empty.setText("Nothing is open. Open a project to see what its samples hold.")
            self.header.set_text("")
            self.stale.setText("")
            return
        size = f"{project.output.width} × {project.output.height}"
        self.empty.setText(f"No facts yet: the first of {total:,} samples are being made at export size, {size}.")
        self.header.set_text(f"From {table.fresh:,} of {total:,} samples, at export size {size}, dataset camera")
        old = table.known - table.fresh
        self.stale.setText(f"grey: {old:,} before the last change" if old else "")
        self.stale.setToolTip("Samples of the project as it was; each is replaced when it is made again" if old else "")

    def _offer_classes(self) -> None:
        names = [_ALL, *self.studio.table.classes]
        if [self.classes.itemText(i) for i in range(self.classes.count())] == names:
            return
        chosen = self.classes.currentText()
        self.classes.clear()
        self.classes.addItems(names)
        self.classes.setCurrentIndex(max(0, self.classes.findText(chosen)))
        if self.classes.currentText() != chosen:
            self._on_class()

    def _on_class(self) -> None:
        name = self.classes.currentText() if self.classes.currentIndex() > 0 else ""
        for card in self._label_cards:
            if card.class_name != name:
                card.class_name = name
                card.version = -1
        self._queue_visible()

    def _show_cards(self) -> None:
        """Put the cards of the chosen page into the grid."""
        of_values = self.of_values.isChecked()
        self.finder.setVisible(of_values)
        self.classes.setVisible(not of_values)
        wanted = self._wanted_value_cards() if of_values else self._label_cards
        for card in self._shown:
            if card not in wanted:
                card.hide()
        self._shown = wanted
        self._columns = 0
        self._place_cards()

    def _wanted_value_cards(self) -> list[Card]:
        found = self.studio.declared.declarations()
        varying = found.varying if found is not None else {}
        for column in [c for c, card in self._value_cards.items() if varying.get(c) != card.declared]:  # type: ignore[attr-defined]
            self._value_cards.pop(column).deleteLater()
        words = self.finder.text().lower().split()
        out = []
        for column, declared in varying.items():
            if all(word in declared.name.title.lower() for word in words):
                if column not in self._value_cards:
                    self._value_cards[column] = self._value_card(declared)
                out.append(self._value_cards[column])
        return out

    def _value_card(self, declared: Declared) -> Card:
        if declared.kind == "number":
            low, high = declared.support or (None, None)
            subject = Subject(declared.column, declared.name.title, declared.name.unit)
            if declared.support is not None and not (float(low or 0).is_integer() and float(high or 0).is_integer()):
                subject = Subject(declared.column, declared.name.title, declared.name.unit, "", low, high)
            return NumberCard(self.studio, subject, declared)
        return WordCard(self.studio, declared.column, declared.name.title, declared)

    def _place_cards(self) -> None:
        columns = max(1, (self._scroll.viewport().width() - theme().gap) // (CARD_WIDTH + theme().gap))
        if columns != self._columns:
            while self._grid.count():
                self._grid.takeAt(0)
            for column in range(max(columns, self._columns)):
                self._grid.setColumnStretch(column, 1 if column < columns else 0)
            self._columns = columns
            for place, card in enumerate(self._shown):
                self._grid.addWidget(card, place // columns, place % columns)
                card.show()
        self._queue_visible()

    # -- drawing, a little at a time -------------------------------------------------------------------------------

    def _queue_visible(self) -> None:
        if not self.isVisible():
            return
        view = QRect(QPoint(0, self._scroll.verticalScrollBar().value()), self._scroll.viewport().size())
        self._board.layout().activate()
        version = self.studio.table.version
        for card in self._shown:
            if card.version != version and card not in self._queue and card.geometry().intersects(view):
                self._queue.append(card)
        if self._queue and not self._next.isActive():
            self._next.start()

    def _draw_some(self) -> None:
        until_s = time.perf_counter() + _SLICE_S
        while self._queue and time.perf_counter() < until_s:
            card = self._queue.pop(0)
            if card in self._shown:
                card.refresh()
        if self._queue:
            self._next.start()

    # -- what happens around it ------------------------------------------------------------------------------------

    def _on_facts(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _on_project(self) -> None:
        if self.of_values.isChecked():
            self._show_cards()
        for card in self._value_cards.values():
            card.version = -1
        self._on_facts()

    def _on_browse(self) -> None:
        for card in (*self._label_cards, *self._value_cards.values()):
            card.show_order()
        self.filters.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.studio.facts_demand.hold(self.name)
        self._place_cards()
        self._soon.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._soon.stop()
        self._next.stop()
        self._queue.clear()
        self.studio.facts_demand.release(self.name)

    def _place_header(self) -> None:
        """What is known stands beside the switches where there is room, else below them."""
        beside = self.width() >= _WIDE_PX
        wanted = self._top if beside else self._told
        if wanted.indexOf(self.header) < 0:
            for place, label in enumerate((self.header, self.stale)):
                (self._told if beside else self._top).removeWidget(label)
                wanted.insertWidget(wanted.count() - 1 if beside else place, label, 6 if label is self.header else 0)
            self._told.setContentsMargins(theme().gap, 0, theme().gap, 0 if beside else 6)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_header()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place_cards()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for card in (*self._label_cards, *self._value_cards.values()):
                card.restyle()


def _label(role: str = "dim") -> QLabel:
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    return made


def _switch(text: str) -> QToolButton:
    made = QToolButton()
    made.setText(text)
    made.setCheckable(True)
    return made
