"""The form of the project's named values: numbers, fixed or drawn, that links anywhere in the project may read."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from myriorama.app.document.edit import Edit
from myriorama.app.parts.named import (
    TEMPLATES,
    add_named,
    remove_named,
    rename_named,
    set_named,
    template,
    users_of,
    value_text,
)
from myriorama.app.studio import Studio
from myriorama.scenes.project.model import Project
from myriorama.widgets.editors import TextField
from myriorama.widgets.forms.page import FormPage
from myriorama.widgets.forms.rows import Reason, plain_label, tool_button
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import theme

TEMPLATE_TITLES = {
    "number": "One number",
    "uniform": "Uniform range",
    "integers": "Whole numbers of a range",
    "log_uniform": "Range, uniform in the logarithm",
    "normal": "Normal, cut to a range",
    "even": "Even over the samples",
    "choice": "One of some numbers",
}


class NamedRow(QFrame):
    """One named value."""

    def __init__(self, form: NamedForm, name: str) -> None:
        super().__init__()
        self._form = form
        self.value_name = name
        self.setObjectName("card")
        self.name = TextField(name, max_length=64)
        self.name.setAccessibleName("Name of the value")
        self.name.setToolTip("Links read it as project.NAME; they follow when it is renamed")
        self.value = TextField()
        self.value.setAccessibleName(f"Value of {name}")
        self.value.setToolTip('A number, or a distribution such as {"uniform": [0, 1]}')
        self.value.setFont(fixed_font())
        self.shape = tool_button("dice-5-outline", "Start from another kind of value", self)
        self.shape.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.shape)
        for form_name in TEMPLATES:
            menu.addAction(TEMPLATE_TITLES[form_name]).triggered.connect(partial(self._on_template, form_name))
        self.shape.setMenu(menu)
        self.remove = tool_button("trash-can-outline", f"Delete {name}", self)
        self.reason = Reason(self)
        self.users = plain_label("", "dim", wraps=True, parent=self)
        first, second = QHBoxLayout(), QHBoxLayout()
        for line, widgets in ((first, (self.name, self.remove)), (second, (self.value, self.shape))):
            line.setSpacing(theme().tight)
            line.addWidget(widgets[0], 1)
            line.addWidget(widgets[1])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, theme().gap)
        outer.setSpacing(3)
        outer.addLayout(first)
        outer.addLayout(second)
        outer.addWidget(self.reason)
        outer.addWidget(self.users)
        self.name.set_judge(lambda text: form.reason_against(lambda p: rename_named(p, self.value_name, text)))
        self.value.set_judge(lambda text: form.reason_against(lambda p: self._changed(p, text)))
        self.name.refusal_changed.connect(self.reason.show_reason)
        self.value.refusal_changed.connect(self.reason.show_reason)
        self.name.changed.connect(self._on_renamed)
        self.value.changed.connect(self._on_typed)
        self.remove.clicked.connect(self._on_remove)

    def show_value(self, project: Project) -> None:
        """Show what the project says of it."""
        self.name.set_value(self.value_name)
        self.value.set_value(value_text(project.parameters[self.value_name]))
        users = users_of(project, self.value_name)
        told = "; ".join(users[:4]) + (f" and {len(users) - 4} more" if len(users) > 4 else "")
        nothing = f"Read by nothing yet: link a value to project.{self.value_name}"
        self.users.setText(f"Read by {told}." if users else nothing)
        if not (self.name.refusal or self.value.refusal):
            self.reason.show_reason("")

    def _changed(self, project: Project, text: str) -> Edit:
        return set_named(project, self._form.studio.registry, self.value_name, text)

    def _on_renamed(self, text: str) -> None:
        self._form.commit(lambda p: rename_named(p, self.value_name, text))

    def _on_typed(self, text: str) -> None:
        self._form.commit(lambda p: self._changed(p, text))

    def _on_template(self, form_name: str) -> None:
        project = self._form.studio.document.project
        if project is not None:
            text = template(form_name, project.parameters[self.value_name])
            self.reason.show_reason(self._form.commit(lambda p: self._changed(p, text)))

    def _on_remove(self) -> None:
        self.reason.show_reason(self._form.commit(lambda p: remove_named(p, self.value_name)))


def fixed_font() -> QFont:
    """Return the system's font of equal widths, in the size of the interface."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


class NamedForm(FormPage):
    """All named values, one below the other."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__("Named values", studio, parent)
        self.add_note(
            "Numbers that several parameters share. Give a parameter a link such as project.clutter * 2 and it "
            "follows the value here, in every sample."
        )
        self.list = QVBoxLayout()
        self.list.setSpacing(theme().gap)
        self.rows.addLayout(self.list)
        self.add_button = tool_button("plus", "Add a named value", text="Add a named value")
        self.rows.addWidget(self.add_button)
        self.add_button.clicked.connect(self._on_add)
        self.values: list[NamedRow] = []
        self.start()

    def show_project(self, project: Project) -> None:
        names = list(project.parameters)
        if [row.value_name for row in self.values] != names:
            while len(self.values) > len(names):
                gone = self.values.pop()
                self.list.removeWidget(gone)
                gone.hide()
                gone.deleteLater()
            while len(self.values) < len(names):
                self.values.append(NamedRow(self, names[len(self.values)]))
                self.list.addWidget(self.values[-1])
            for row, name in zip(self.values, names, strict=True):
                row.value_name = name
                row.value.setAccessibleName(f"Value of {name}")
                row.remove.setToolTip(plain_tip(f"Delete {name}"))
                row.remove.setAccessibleName(f"Delete {name}")
        for row in self.values:
            row.show_value(project)

    def _on_add(self) -> None:
        self.commit(add_named)
        if self.values:
            self.values[-1].name.setFocus()
            self.values[-1].name.selectAll()
