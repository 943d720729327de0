"""The values of the object in groups, as rows that are bound to other parameters when another object comes."""

from __future__ import annotations

from collections import defaultdict

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from myriorama.app.object_studio.page import ObjectPage
from myriorama.app.studio import Studio
from myriorama.scenes.parameters.schema import Parameter
from myriorama.widgets.binding import bind
from myriorama.widgets.forms.rows import plain_label, tool_button
from myriorama.widgets.inspector.headings import Heading
from myriorama.widgets.object_studio.plate import Plate, bare
from myriorama.widgets.object_studio.value_row import ValueRow, row_kind
from myriorama.widgets.theme import theme

_HEADING: int = 26


class ValuesPanel(Plate):
    """Shows and changes a page's values."""

    def __init__(self, page: ObjectPage, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Values")
        self._page = page
        self._studio = studio
        self._store: defaultdict[str, list[ValueRow]] = defaultdict(list)
        self._headings: list[Heading] = []
        self._shown: list[QWidget] = []
        self._told: tuple[Parameter, ...] = ()
        self.rows: dict[str, ValueRow] = {}
        self.title = plain_label("Values", "dock", parent=self)
        self.roll_all = tool_button("dice-multiple-outline", "Draw all values anew from what is suggested (R)", self)
        self.reset_all = tool_button("backup-restore", "All values back to their defaults (Backspace)", self)
        self.roll_all.clicked.connect(lambda: page.roll())
        self.reset_all.clicked.connect(page.reset_all)
        head = QHBoxLayout()
        head.setContentsMargins(theme().gap + 2, theme().tight, theme().gap, theme().tight)
        head.addWidget(self.title, 1)
        head.addWidget(self.roll_all)
        head.addWidget(self.reset_all)
        self._list = Plate(self)
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, theme().gap)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.area = QScrollArea(self)
        self.area.setAccessibleName("Values of the object")
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bare(self.area, self._list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.area, 1)
        bind(self, page.opened, self._on_opened)
        bind(self, page.document.changing, self._show_values)
        bind(self, page.document.changed, self._show_values)
        bind(self, page.document.opened, self._show_values)
        self._on_opened()

    def _on_opened(self) -> None:
        parameters = self._page.parameters
        if parameters != self._told:
            self._told = parameters
            self._rebuild(parameters)
        self._show_values()

    def _rebuild(self, parameters: tuple[Parameter, ...]) -> None:
        self._list.setUpdatesEnabled(False)
        for row in self.rows.values():
            self._store[row.kind].append(row)
        for widget in self._shown:
            self._column.removeWidget(widget)
            widget.hide()
        self.rows, self._shown = {}, []
        headings = iter(self._headings + [self._heading() for _ in range(len(parameters) - len(self._headings))])
        group = ""
        for parameter in _by_group(parameters):
            if parameter.group != group:
                group = parameter.group
                heading = next(headings)
                heading.show_text(group)
                self._place(heading)
            row = self._row(row_kind(parameter))
            row.bind(parameter)
            self.rows[parameter.name] = row
            self._place(row)
        self._list.setUpdatesEnabled(True)

    def _place(self, widget: QWidget) -> None:
        self._column.insertWidget(len(self._shown), widget)
        self._shown.append(widget)
        widget.show()

    def _heading(self) -> Heading:
        made = Heading(self._list)
        made.setFixedHeight(_HEADING)
        made.hide()
        self._headings.append(made)
        return made

    def _row(self, kind: str) -> ValueRow:
        if self._store[kind]:
            return self._store[kind].pop()
        page = self._page
        row = ValueRow(kind, self._studio, page.reason_against, self._list)
        row.trying.connect(page.try_value)
        row.wanted.connect(self._on_wanted)
        row.cancelled.connect(page.cancel)
        row.reset_wanted.connect(page.reset)
        row.roll_wanted.connect(lambda name: page.roll(name))
        return row

    def _on_wanted(self, name: str, value: object) -> None:
        if self._page.set_value(name, value):
            self._show_values()

    def _show_values(self) -> None:
        values = self._page.values
        for name, row in self.rows.items():
            if name in values:
                row.show_value(values[name], self._page.default_of(name))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "rows"):
            for rows in (list(self.rows.values()), *self._store.values()):
                for row in rows:
                    row.dress()
        super().changeEvent(event)


def _by_group(parameters: tuple[Parameter, ...]) -> list[Parameter]:
    """Return the parameters with those of one group together, groups in the order of their first."""
    order: dict[str, list[Parameter]] = {}
    for parameter in parameters:
        order.setdefault(parameter.group, []).append(parameter)
    return [p for group in order.values() for p in group]
