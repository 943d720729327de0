"""One plot with its title, made when it is first seen, filled from the facts, brushing the shared filter.

A card knows one thing that is counted; what is shown of it beside others is the panel's affair.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from myriorama.app.browsing.browse import Condition
from myriorama.app.browsing.declared import Declared
from myriorama.app.browsing.directions import cell_counts
from myriorama.app.browsing.histograms import (
    Agreement,
    agreement_of_numbers,
    agreement_of_words,
    all_whole,
    bins_for,
    own_draws,
    split_counts,
)
from myriorama.app.browsing.table import Values
from myriorama.app.parts.shown import looks_of
from myriorama.app.pictures.class_looks import hex_of, named
from myriorama.app.studio import Studio
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.statistics.bar_plot import BarPlot
from myriorama.widgets.statistics.maps import CellMap, DirectionMap, PositionMap
from myriorama.widgets.statistics.word_bars import WordBars
from myriorama.widgets.theme import icon, theme

CARD_HEIGHT = 190
CARD_WIDTH = 236


@dataclass(frozen=True)
class Subject:
    """What a card of numbers counts.

    Attributes
    ----------
    column : str
        Without a class.
    by_class : str
        Column of one class: ``{column}@{class}``, ``count:{class}``, or empty where classes make no difference.
    low, high : float or None
        Where the axis ends whatever the values are.
    """

    column: str
    title: str
    unit: str = ""
    by_class: str = ""
    low: float | None = None
    high: float | None = None
    help: str = ""


class Card(QFrame):
    """Base: title, note, and room for a plot."""

    def __init__(self, studio: Studio, title: str, help_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.studio = studio
        self.title = title
        self.class_name = ""
        self.version = -1
        self.plot: QWidget | None = None
        self.setObjectName("card")
        self.setFixedHeight(CARD_HEIGHT)
        self.setMinimumWidth(CARD_WIDTH - 20)
        self._heading = ElidedLabel(title, Qt.TextElideMode.ElideRight, "")
        self._heading.setToolTip(help_text or title)
        self._note = QLabel()
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setProperty("role", "dim")
        head = QHBoxLayout()
        head.setSpacing(theme().gap)
        head.addWidget(self._heading, 1)
        head.addWidget(self._note)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme().gap, 6, theme().gap, 6)
        self._column.setSpacing(theme().tight)
        self._column.addLayout(head)
        self.restyle()

    def columns(self) -> tuple[str, ...]:
        """Return the columns that this card filters by."""
        return ()

    def refresh(self) -> None:
        """Count again and draw; makes the plot at the first time."""
        if self.plot is None:
            self.plot = self.make_plot()
            self._column.addWidget(self.plot, 1)
        self.version = self.studio.table.version
        self.count()
        self.show_order()

    def make_plot(self) -> QWidget:
        """Return the plot."""
        return QWidget()

    def count(self) -> None:
        """Fill the plot."""

    def show_order(self) -> None:
        """Highlight what the shared filter says."""

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        tokens = theme()
        self.setStyleSheet(
            f"#card {{ background: {tokens.surface}; border: 1px solid {tokens.border}; border-radius: 6px; }}"
        )
        if self.plot is not None:
            self.plot.restyle()  # type: ignore[attr-defined]

    def note(self, text: str, role: str = "dim", tip: str = "") -> None:
        """Say something beside the title."""
        self._note.setText(text)
        self._note.setToolTip(plain_tip(tip))
        if self._note.property("role") != role:
            self._note.setProperty("role", role)
            self._note.style().polish(self._note)

    def condition(self, column: str) -> Condition | None:
        """Return what the shared filter says of a column."""
        return next((c for c in self.studio.browse.value.conditions if c.column == column), None)

    def range_held(self, column: str) -> tuple[float, float] | None:
        """Return the filter's range of a column."""
        found = self.condition(column)
        if found is None or found.words:
            return None
        return (-np.inf if found.low is None else found.low, np.inf if found.high is None else found.high)

    def clear(self) -> None:
        """Filter by this card no more."""
        for column in self.columns():
            self.studio.browse.drop(column)

    def table_text(self) -> str:
        """Return what is plotted as lines of tab-separated text."""
        lines = []
        for column in self.columns():
            indices, values = self.studio.table.values(column)
            lines += [f"sample\t{column}", *(f"{i}\t{v}" for i, v in zip(indices, values, strict=True))]
        return "\n".join(lines)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        clear = menu.addAction(icon("filter-off-outline"), "Clear this filter", self.clear)
        clear.setEnabled(any(self.condition(c) for c in self.columns()))
        clipboard = QGuiApplication.clipboard()
        menu.addAction(icon("content-copy"), "Copy the values", lambda: clipboard.setText(self.table_text()))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())


class NumberCard(Card):
    """A histogram of one column; with `declared`, what the project declares beside what was drawn."""

    def __init__(self, studio: Studio, subject: Subject, declared: Declared | None = None) -> None:
        heading = f"{subject.title} ({subject.unit})" if subject.unit else subject.title
        super().__init__(studio, heading, subject.help)
        self.subject = subject
        self.declared = declared
        self.agreement: Agreement | None = None

    @property
    def column(self) -> str:
        """The column, of the chosen class where that makes a difference."""
        if self.class_name and self.subject.by_class:
            return self.subject.by_class.format(column=self.subject.column, name=self.class_name)
        return self.subject.column

    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def make_plot(self) -> QWidget:
        plot = BarPlot(self.title)
        plot.brushed.connect(self._on_brushed)
        plot.cleared.connect(self.clear)
        return plot

    def count(self) -> None:
        assert isinstance(self.plot, BarPlot)
        indices, values = self.studio.table.values(self.column)
        if values.dtype == object:  # another kind of value than when this card was made
            indices, values = indices[:0], np.zeros(0)
        stale = self.studio.table.stale(indices)
        low, high = self.subject.low, self.subject.high
        reference = self._reference()
        ends = [values] if reference is None else [values, reference]
        if low is None:
            low = min((float(v.min()) for v in ends if len(v)), default=0.0)
        if high is None:
            high = max((float(v.max()) for v in ends if len(v)), default=1.0)
        whole = self.subject.high is None and all(all_whole(v) for v in ends) and any(len(v) for v in ends)
        self._bins = bins_for(low, high, whole=whole)
        fresh, old = split_counts(self._bins, values, stale)
        expected = None
        if reference is not None:
            expected = self._bins.counts(reference) * (max(1, int(fresh.sum())) / len(reference))
        self.plot.show_counts(self._bins, fresh, old, expected)
        self._say(indices[~stale], values[~stale], reference)

    def _reference(self) -> np.ndarray | None:
        if self.declared is None:
            return None
        found = self.studio.declared.declarations()
        if found is None or self.declared.column not in found.varying:
            return None
        return found.reference(self.declared.column).numbers

    def _say(self, indices: np.ndarray, values: Values, reference: np.ndarray | None) -> None:
        if self.declared is None:
            if not len(values):
                self.note("nothing yet")
            else:
                self.note(f"median {float(np.median(values)):.3g}")
        elif reference is None:
            self.note("computed from others")
        else:
            drawn = _own_draws(self.studio, self.declared, indices, values)
            self.agreement = agreement_of_numbers(drawn, reference)
            _say_agreement(self, self.agreement, len(drawn))

    def show_order(self) -> None:
        if isinstance(self.plot, BarPlot):
            self.plot.show_brush(self.range_held(self.column))

    def _on_brushed(self, first: int, last: int) -> None:
        low, high = self._bins.range_of(first, last)
        self.studio.browse.demand(Condition(self.column, low, high))


def _own_draws(studio: Studio, declared: Declared, indices: np.ndarray, values: Values) -> Values:
    """Return each draw once, however many objects and views it was found in."""
    found = studio.declared.declarations()
    views = 1 if found is None else found.views
    return own_draws(indices, values, per_sample=declared.scope == "sample", views=views)


class WordCard(Card):
    """How often each word was found; with `declared`, its declared share is marked."""

    def __init__(self, studio: Studio, column: str, title: str, declared: Declared | None = None) -> None:
        super().__init__(studio, title)
        self.column = column
        self.declared = declared
        self.agreement: Agreement | None = None

    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def make_plot(self) -> QWidget:
        plot = WordBars(self.title)
        plot.brushed.connect(self._on_brushed)
        return plot

    def count(self) -> None:
        assert isinstance(self.plot, WordBars)
        indices, values = self.studio.table.values(self.column)
        stale = self.studio.table.stale(indices)
        fresh, old = (Counter(map(str, values[part].tolist())) for part in (~stale, stale))
        shares = self._shares()
        self.plot.show_counts(fresh, old, shares, self._colors([*fresh, *old, *(shares or ())]))
        if self.declared is None:
            column = self.studio.table.column(self.column)
            word = "samples" if column is not None and column.per == "sample" else "objects"
            self.note(f"{sum(fresh.values()):,} {word}" if fresh else "nothing yet")
        elif shares is None:
            self.note("many values")
        else:
            drawn = Counter(map(str, _own_draws(self.studio, self.declared, indices[~stale], values[~stale]).tolist()))
            self.agreement = agreement_of_words(drawn, shares)
            _say_agreement(self, self.agreement, sum(drawn.values()))

    def _shares(self) -> dict[str, float] | None:
        found = self.studio.declared.declarations()
        if self.declared is None or found is None or self.declared.column not in found.varying:
            return None
        shares = found.reference(self.declared.column).shares
        return None if shares is None else dict(shares)

    def _colors(self, words: list[str]) -> dict[str, str]:
        if self.declared is not None:
            return {w: w for w in words} if self.declared.kind == "color" else {}
        if self.column != "class":
            return {}
        looks = looks_of(self.studio.document.project).values()
        return {named(look.name, look.use): hex_of(look.color) for look in looks}

    def show_order(self) -> None:
        if isinstance(self.plot, WordBars):
            found = self.condition(self.column)
            self.plot.show_brush(found.words if found else frozenset())

    def _on_brushed(self, words: frozenset[str]) -> None:
        if words:
            self.studio.browse.demand(Condition(self.column, words=words))
        else:
            self.clear()


class MapCard(Card):
    """Base of the cards of two columns."""

    pair = ("", "")

    def columns(self) -> tuple[str, ...]:
        ending = f"@{self.class_name}" if self.class_name else ""
        return self.pair[0] + ending, self.pair[1] + ending

    def _connect(self, plot: CellMap) -> CellMap:
        plot.brushed.connect(self._on_brushed)
        plot.cleared.connect(self.clear)
        return plot

    def _both(self) -> tuple[np.ndarray, np.ndarray]:
        first, second = (self.studio.table.values(column)[1] for column in self.columns())
        self.note(f"{len(first):,} objects" if len(first) else "nothing yet")
        return first, second

    def show_order(self) -> None:
        if isinstance(self.plot, PositionMap | DirectionMap):
            self.plot.show_brush(*(self.range_held(column) for column in self.columns()))

    def _on_brushed(self, first: tuple[float, float], second: tuple[float, float]) -> None:
        for column, (low, high) in zip(self.columns(), (first, second), strict=True):
            self.studio.browse.demand(Condition(column, low, high))


class PositionCard(MapCard):
    """Where in the image boxes have their centres."""

    pair = ("position_x", "position_y")

    def make_plot(self) -> QWidget:
        return self._connect(PositionMap(self.title))

    def count(self) -> None:
        assert isinstance(self.plot, PositionMap)
        project = self.studio.document.project
        if project is not None:
            self.plot.set_aspect(project.output.width / project.output.height)
        x, y = self._both()
        columns, rows = self.plot.columns, self.plot.rows
        across = np.clip((x * columns).astype(np.int64), 0, columns - 1)
        down = np.clip((y * rows).astype(np.int64), 0, rows - 1)
        self.plot.show_counts(np.bincount(down * columns + across, minlength=columns * rows))


class DirectionCard(MapCard):
    """From where objects are seen, in their own frame."""

    pair = ("azimuth", "elevation")

    def make_plot(self) -> QWidget:
        return self._connect(DirectionMap(self.title))

    def count(self) -> None:
        assert isinstance(self.plot, DirectionMap)
        self.plot.show_counts(cell_counts(*self._both()))


def _say_agreement(card: Card, found: Agreement, count: int) -> None:
    role = {"close": "good", "off": "warning", "too few": "dim"}[found.word]
    tip = (
        f"{count:,} current values beside what the sampler gives for the declaration.\n"
        f"Largest difference: {found.distance:.3f} (0 is the same, 1 is nothing in common).\n"
    )
    tip += {
        "close": "Such a difference is usual by chance.",
        "off": "By chance this would be seen less than once in 1,000 times: acceptance rules let only some draws in.",
        "too few": "Fewer than 20 values tell nothing yet.",
    }[found.word]
    card.note(found.told, role, tip)
