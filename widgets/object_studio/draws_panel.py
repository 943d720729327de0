"""The random draws with their seed: rolled again, and taken by a click."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from myriorama.app.object_studio.page import ObjectPage
from myriorama.widgets.binding import bind
from myriorama.widgets.editors import IntField
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.forms.rows import plain_label, tool_button
from myriorama.widgets.object_studio.draws_grid import DrawsGrid
from myriorama.widgets.object_studio.plate import Plate, bare
from myriorama.widgets.theme import theme

_LARGEST_SEED: int = 2**31 - 1


class DrawsPanel(Plate):
    """Grid, seed, and a button for the next seed."""

    def __init__(self, page: ObjectPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Random draws")
        self._page = page
        self.grid = DrawsGrid(self)
        self.seed = IntField(page.seed.value, minimum=0, maximum=_LARGEST_SEED, parent=self)
        self.seed.setFixedWidth(76)
        self.seed.setAccessibleName("Seed of the draws")
        self.seed.setToolTip("The same seed gives the same draws")
        self.roll = tool_button("dice-multiple-outline", "Another seed: draw all of them anew (G)", self)
        self.note = ElidedLabel("", Qt.TextElideMode.ElideRight, parent=self)
        head = QHBoxLayout()
        head.setContentsMargins(theme().gap + 2, theme().tight, theme().gap, theme().tight)
        head.setSpacing(theme().gap)
        head.addWidget(plain_label("Random draws", "dock", parent=self))
        head.addWidget(self.note, 1)
        head.addWidget(plain_label("Seed", "dim", parent=self))
        head.addWidget(self.seed)
        head.addWidget(self.roll)
        self.area = QScrollArea(self)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        holder = Plate(self.area)
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.grid)
        inside.addStretch(1)
        bare(self.area, holder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.area, 1)
        self.grid.chosen.connect(page.take_draw)
        self.seed.changed.connect(lambda seed: page.seed.set(int(seed)))
        self.roll.clicked.connect(self.roll_on)
        bind(self, page.draws_changed, self._on_draws)
        bind(self, page.draw_changed, self._on_draw)
        bind(self, page.seed.changed, self.seed.set_value)
        bind(self, page.document.changed, self._on_values)
        self._on_draws()

    def roll_on(self) -> None:
        """Draw all of them anew under the next seed."""
        self._page.seed.set((self._page.seed.value + 1) % (_LARGEST_SEED + 1))

    def _on_draws(self) -> None:
        self.grid.show_draws(self._page.draws)
        suggests = any(p.suggested is not None for p in self._page.parameters)
        self.note.set_text("" if suggests else "This generator suggests nothing that varies.")
        self.area.verticalScrollBar().setValue(0)
        self._on_values()

    def _on_draw(self, number: int) -> None:
        self.grid.show_draw(number)

    def _on_values(self) -> None:
        values = self._page.values
        self.grid.show_taken(next((i for i, d in enumerate(self._page.draws) if d.values == values), -1))
