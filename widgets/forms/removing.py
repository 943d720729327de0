"""The question before a class that is in use goes: what becomes of whatever names it. It changes nothing itself."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from myriorama.app.document.addresses import owner_of
from myriorama.app.document.classes import uses
from myriorama.app.document.uids import title_of
from myriorama.scenes.project.model import Project
from myriorama.scenes.project.structure import UNLABELLED
from myriorama.widgets.forms.rows import plain_label
from myriorama.widgets.theme import theme

_LISTED = 8


class RemoveClassDialog(QDialog):
    """Asks for the class that takes a deleted one's place.

    Attributes
    ----------
    chosen : signal of (str,)
        Name of the class, or ``unlabelled``.
    """

    chosen = Signal(str)

    def __init__(self, project: Project, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Delete class")
        self.setMinimumWidth(400)
        found = uses(project, name)
        titles = [title_of(owner_of(project, uid)) for uid in found.groups]
        titles += [f"the rule “{rule}”" for rule in found.rules]
        listed = ", ".join(titles[:_LISTED]) + (f" and {len(titles) - _LISTED} more" if len(titles) > _LISTED else "")
        self._rules = found.rules
        self.instead = QComboBox()
        self.instead.setAccessibleName("Class in its place")
        self.instead.addItem("no class: seen, but without a label", UNLABELLED)
        for row in project.classes:
            if row.name != name:
                self.instead.addItem(row.name, row.name)
        self.consequence = plain_label("", "warning", wraps=True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Delete")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(theme().gap)
        layout.addWidget(plain_label(f"Delete the class “{name}”?", "heading"))
        layout.addWidget(plain_label(f"It is used by {listed}.", wraps=True))
        layout.addWidget(plain_label("These get instead:", "dim"))
        layout.addWidget(self.instead)
        layout.addWidget(self.consequence)
        layout.addStretch(1)
        layout.addWidget(self.buttons)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        self.instead.currentIndexChanged.connect(self._show_consequence)
        self._show_consequence()

    def _show_consequence(self) -> None:
        going = ", ".join(f"“{rule}”" for rule in self._rules)
        none = self.instead.currentData() == UNLABELLED
        text = ""
        if none and going:
            text = f"Acceptance rules about this class go with it: {going}."
        self.consequence.setText(text + (" " if text else "") + "Undo brings everything back.")

    def _on_accepted(self) -> None:
        self.chosen.emit(str(self.instead.currentData()))
        self.accept()
