"""How often a value is drawn, with which chance, and what holds otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from myriorama.app.inspection.conversions import kind_of
from myriorama.app.inspection.rows import Row
from myriorama.widgets.editors import ChoiceField, NumberField
from myriorama.widgets.inspector.editing import RowEditing
from myriorama.widgets.inspector.literal import editor_kind, make_editor, set_up, show_value

LINE: Final = 24
STEP: Final = 28
CAPTION: Final = 64
_SCOPES: Final[Mapping[str, str]] = {
    "object": "for each object",
    "sample": "for each sample",
    "dataset": "once for the dataset",
}


class Advanced(QWidget):
    """Scope, chance and otherwise of a written distribution; made anew for each kind of declaration.

    Attributes
    ----------
    changing, changed : signal of (JSON value,)
    """

    changing = Signal(object)
    changed = Signal(object)
    cancelled = Signal()
    refusal_changed = Signal(str)

    def __init__(self, kind: str, editing: RowEditing, parent: QWidget) -> None:
        super().__init__(parent)
        self.editing = editing
        self.row: Row | None = None
        self.value: dict[str, Any] = {}
        self.scope = ChoiceField(parent=self)
        self.scope.setAccessibleName("Drawn")
        self.chance = NumberField(1.0, minimum=0.0, maximum=1.0, step=0.05, parent=self)
        self.chance.setAccessibleName("Chance")
        self.chance.setToolTip("Probability that a value is drawn; else the other one holds")
        self.otherwise: Any = make_editor(kind, editing.studio, self)
        self.captions = tuple(QLabel(text, self) for text in ("Drawn", "Chance", "Else"))
        for caption in self.captions:
            caption.setTextFormat(Qt.TextFormat.PlainText)
            caption.setProperty("role", "dim")
        self.scope.changed.connect(self._on_scope)
        self.chance.changing.connect(lambda number: self.changing.emit(self._with_chance(number)))
        self.chance.changed.connect(lambda number: self.changed.emit(self._with_chance(number)))
        self.chance.cancelled.connect(self.cancelled)
        self.chance.refusal_changed.connect(self.refusal_changed)
        self.otherwise.changed.connect(self._on_otherwise)

    def show_value(self, row: Row, value: Mapping[str, Any]) -> None:
        """Show the modifiers of a written distribution."""
        self.row, self.value = row, dict(value)
        words = ("object", "sample", "dataset") if row.per_object else ("sample", "dataset")
        self.scope.set_options(words, [_SCOPES[word] for word in words])
        self.scope.set_value(value.get("scope") or words[0])
        only_chance = kind_of(value) == "chance"
        for widget in (self.chance, self.captions[1]):
            widget.setVisible(not only_chance)
        chance = value.get("chance", 1.0)
        self.chance.set_value(chance)
        unsure = not only_chance and chance < 1.0
        self.otherwise.setVisible(unsure)
        self.captions[2].setVisible(unsure)
        if unsure:
            set_up(self.otherwise, row.declaration, row.component, "Otherwise", self._judge)
            show_value(self.otherwise, value.get("otherwise", self._default()))
        self.setEnabled(not row.locked)

    def wanted_height(self) -> int:
        if kind_of(self.value) == "chance":
            return STEP
        return STEP * (3 if self.value.get("chance", 1.0) < 1.0 else 2)

    def _default(self) -> Any:
        assert self.row is not None
        default = self.row.declaration.default
        component = self.row.component
        return default[component] if component is not None and isinstance(default, list) else default

    def _with_chance(self, number: float) -> dict[str, Any]:
        made = {key: held for key, held in self.value.items() if key not in ("chance", "otherwise")}
        if number < 1.0:
            made["chance"] = number
            made["otherwise"] = self.value.get("otherwise", self._default())
        return made

    def _judge(self, value: Any) -> str:
        if self.row is None:
            return ""
        return self.editing.reason_against(self.row, {**self.value, "otherwise": value})

    def _on_otherwise(self, value: Any) -> None:
        self.changed.emit({**self.value, "otherwise": value})

    def _on_scope(self, word: str) -> None:
        made = {key: held for key, held in self.value.items() if key != "scope"}
        own = "object" if self.row is not None and self.row.per_object else "sample"
        self.changed.emit(made if word == own else {**made, "scope": word})

    def resizeEvent(self, event: QResizeEvent) -> None:
        for i, (caption, editor) in enumerate(
            zip(self.captions, (self.scope, self.chance, self.otherwise), strict=True)
        ):
            caption.setGeometry(0, i * STEP, CAPTION, LINE)
            width = 84 if editor is self.chance else self.width() - CAPTION
            editor.setGeometry(CAPTION, i * STEP, width, LINE)


def advanced_kind(row: Row) -> str:
    """Return the word for the editor of what holds otherwise."""
    return editor_kind(row.declaration, row.component)
