"""The form of acceptance rules: each in fields, in words, and with what it refused among the samples seen."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from myriorama.app.parts.rules import Tally, add_rule, in_words, remove_rule, set_rule
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.studio import Studio
from myriorama.scenes.project.model import AcceptanceRule, Project
from myriorama.widgets.binding import bind
from myriorama.widgets.editors import ChoiceField, IntField, NumberField, TextField, ToggleField
from myriorama.widgets.forms.page import FormPage
from myriorama.widgets.forms.rows import Row, plain_label, tool_button
from myriorama.widgets.theme import theme

ANY_CLASS = "\n"
"""Stands for no class in the list of classes: no class can be called so."""
SEEN_SAMPLES = 200


class LimitField(QWidget):
    """A whole number that may be absent: a tick and the number.

    Attributes
    ----------
    changed : signal of (int or None,)
    """

    changed = Signal(object)
    refusal_changed = Signal(str)

    def __init__(self, title: str, start: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tick = ToggleField(False)
        self.tick.setAccessibleName(f"{title}: demanded")
        self.number = IntField(start, minimum=0, maximum=100_000)
        self.number.setAccessibleName(title)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.tick)
        line.addWidget(self.number, 1)
        self.setFocusProxy(self.number)
        self.number.setEnabled(False)
        self.tick.changed.connect(self._on_ticked)
        self.number.changed.connect(self._on_number)
        self.number.refusal_changed.connect(self.refusal_changed)

    @property
    def value(self) -> int | None:
        number = self.number.value
        return int(number) if self.tick.value and number is not None else None

    def set_value(self, value: int | None) -> None:
        """Show a number, or that there is none."""
        self.tick.set_value(value is not None)
        self.number.setEnabled(value is not None)
        if value is not None:
            self.number.set_value(value)

    @property
    def refusal(self) -> str:
        """Why what stands in the field is refused."""
        return self.number.refusal

    def _on_ticked(self, _ticked: bool) -> None:
        self.changed.emit(self.value)

    def _on_number(self, _number: float) -> None:
        self.changed.emit(self.value)


class RuleCard(QFrame):
    """One rule."""

    def __init__(self, form: AcceptanceForm, place: int) -> None:
        super().__init__()
        self._form = form
        self.place = place
        self.name = TextField(max_length=200)
        self.class_ = ChoiceField()
        self.at_least = LimitField("At least", 1)
        self.at_most = LimitField("At most", 10)
        self.visible = NumberField(0.0, minimum=0.0, maximum=100.0, unit="%", decimals=None)
        self.pixels = IntField(1, minimum=1, unit="px")
        self.remove = tool_button("trash-can-outline", "Delete this rule", self)
        self.words = plain_label("", wraps=True, parent=self)
        self.tally = plain_label("", "dim", wraps=True, parent=self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, theme().gap)
        outer.setSpacing(theme().tight)
        self._rows: dict[str, Row] = {}
        for field, title, widget, help_text, beside in (
            ("name", "Rule", self.name, "What reports call it.", (self.remove,)),
            ("class_", "Counts", self.class_, "Which objects count.", ()),
            ("at_least", "At least", self.at_least, "Fewer, and the sample is drawn again.", ()),
            ("at_most", "At most", self.at_most, "More, and the sample is drawn again.", ()),
            ("min_visible", "Visible", self.visible, "Only objects of which at least this share is seen count.", ()),
            ("min_pixels", "Size", self.pixels, "Only objects with at least so many pixels count.", ()),
        ):
            row = Row(title, widget, help_text, beside)
            self._rows[field] = row
            outer.addWidget(row)
        outer.addWidget(self.words)
        outer.addWidget(self.tally)
        for field, editor in (
            ("name", self.name),
            ("class_", self.class_),
            ("at_least", self.at_least),
            ("at_most", self.at_most),
            ("min_visible", self.visible),
            ("min_pixels", self.pixels),
        ):
            editor.changed.connect(partial(self._on_changed, field))
        for field, number in (
            ("at_least", self.at_least.number),
            ("at_most", self.at_most.number),
            ("min_visible", self.visible),
            ("min_pixels", self.pixels),
        ):
            number.set_judge(partial(self._judge, field))
        self.name.set_judge(partial(self._judge, "name"))
        self.remove.clicked.connect(self._on_remove)

    def show_rule(self, rule: AcceptanceRule, classes: tuple[str, ...]) -> None:
        """Show a rule."""
        self.name.set_value(rule.name)
        self.class_.set_options((ANY_CLASS, *classes), ("any class", *classes))
        self.class_.set_value(rule.class_ if rule.class_ is not None else ANY_CLASS)
        self.at_least.set_value(rule.at_least)
        self.at_most.set_value(rule.at_most)
        self.visible.set_value(round(100.0 * rule.min_visible, 10))
        self.pixels.set_value(rule.min_pixels)
        self.words.setText(in_words(rule))
        for row in self._rows.values():
            row.reason.show_reason(getattr(row.field, "refusal", ""))

    def show_tally(self, tally: Tally, rule: str) -> None:
        """Show what the rule refused."""
        self.tally.setText(tally.in_words(rule))

    def _on_changed(self, field: str, value: Any) -> None:
        written = self._written(field, value)
        reason = self._form.commit(lambda p: set_rule(p, self.place, **{field: written}))
        if reason:
            self._form.refresh()  # a tick shows again what holds; the reason stays beneath
            self._rows[field].reason.show_reason(reason)

    def _judge(self, field: str, value: Any) -> str:
        written = self._written(field, value)
        return self._form.reason_against(lambda p: set_rule(p, self.place, **{field: written}))

    def _written(self, field: str, value: Any) -> Any:
        """Return what the project says for what a field shows."""
        if field == "class_":
            return None if value == ANY_CLASS else value
        if field == "min_visible":
            return round(float(value) / 100.0, 12)
        return int(value) if isinstance(value, float) else value

    def _on_remove(self) -> None:
        self._form.commit(lambda p: remove_rule(p, self.place))


class AcceptanceForm(FormPage):
    """All rules, with what they refused lately."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__("Acceptance rules", studio, parent)
        self._refused: deque[Mapping[str, int]] = deque(maxlen=SEEN_SAMPLES)
        self._last_key = ""
        self.add_note(
            "Demands on a sample. One that fails a rule is drawn again with the next attempt number, up to the number "
            "of attempts in the project's settings."
        )
        self.list = QVBoxLayout()
        self.list.setSpacing(theme().gap)
        self.rows.addLayout(self.list)
        self.empty = plain_label("No rule yet: every sample is taken as it is drawn.", "dim", wraps=True)
        self.rows.addWidget(self.empty)
        self.add_button = tool_button("plus", "Add a rule", text="Add a rule")
        self.rows.addWidget(self.add_button)
        self.add_button.clicked.connect(self._on_add)
        self.cards: list[RuleCard] = []
        self._rules: tuple[AcceptanceRule, ...] = ()
        bind(self, studio.preview.frame_ready, self._on_frame)
        self.start()

    def show_project(self, project: Project) -> None:
        rules = project.acceptance
        if rules != self._rules:
            self._rules = rules
            self._refused.clear()  # what other rules refused says nothing about these
            self._last_key = ""
        while len(self.cards) > len(rules):
            gone = self.cards.pop()
            self.list.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        while len(self.cards) < len(rules):
            self.cards.append(RuleCard(self, len(self.cards)))
            self.list.addWidget(self.cards[-1])
        self.refresh()
        self.empty.setVisible(not rules)

    def refresh(self) -> None:
        """Show again what the project says."""
        project = self.studio.document.project
        if project is None:
            return
        classes = tuple(row.name for row in project.classes)
        for card, rule in zip(self.cards, project.acceptance, strict=True):
            card.show_rule(rule, classes)
        self._show_tally()

    def _on_frame(self, frame: SampleFrame) -> None:
        """Count a sample once, and only where the rules were applied."""
        if not frame.final or frame.view is not None or frame.recipe_hash == self._last_key:
            return
        self._last_key = frame.recipe_hash
        self._refused.append(frame.refused)
        self._show_tally()

    def _show_tally(self) -> None:
        tally = Tally.of(self._refused)
        for card, rule in zip(self.cards, self._rules, strict=True):
            card.show_tally(tally, rule.name)

    def _on_add(self) -> None:
        self.commit(add_rule)
        if self.cards:
            self.cards[-1].name.setFocus()
            self.cards[-1].name.selectAll()
