"""The base of the forms: it shows one part of the open project, and commits edits as steps of the history.

A page keeps no copy of the project; what it shows is set again whenever the project changes.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from myriorama.app.document.edit import Edit
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.model import Project
from myriorama.widgets.binding import bind
from myriorama.widgets.forms.rows import plain_label
from myriorama.widgets.theme import theme


class FormPage(QScrollArea):
    """A form in a scroll area of its own.

    Sub-classes add rows to `rows` and say in `show_project` how they show a project.
    """

    def __init__(self, title: str, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.studio = studio
        self._behind = False
        self._shown_once = False
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        tokens = theme()
        self.body = QWidget()
        self.rows = QVBoxLayout(self.body)
        self.rows.setContentsMargins(tokens.gap, tokens.gap, tokens.gap, tokens.gap)
        self.rows.setSpacing(6)
        self.setWidget(self.body)

    def start(self) -> None:
        """Show the project and follow it; called at the end of a sub-class's __init__."""
        self.rows.addStretch(1)
        bind(self, self.studio.document.changed, self._on_project_changed)
        bind(self, self.studio.document.opened, self._on_project_changed)
        self._on_project_changed()

    def add_heading(self, text: str) -> None:
        """Add a heading."""
        label = plain_label(text, "heading")
        if self.rows.count():
            self.rows.addSpacing(theme().gap)
        self.rows.addWidget(label)

    def add_note(self, text: str) -> None:
        """Add a sentence that explains."""
        self.rows.addWidget(plain_label(text, "dim", wraps=True))

    def show_project(self, project: Project) -> None:
        """Set every field to what the project says."""

    def commit(self, make: Callable[[Project], Edit], merge: str = "") -> str:
        """Make an edit a step of the history; return why it was refused, or an empty text."""
        project = self.studio.document.project
        if project is None:
            return ""
        try:
            edit = make(project)
        except InputError as error:
            return spoken(error)
        self.studio.document.replace(edit.project, edit.label, merge=merge)
        return ""

    def reason_against(self, make: Callable[[Project], Edit]) -> str:
        """Return why an edit would be refused, or an empty text; for the judges of fields."""
        project = self.studio.document.project
        try:
            if project is not None:
                make(project)
        except InputError as error:
            return spoken(error)
        return ""

    def preview(self, make: Callable[[Project], Edit]) -> None:
        """Show the state that an edit would give, while something is dragged."""
        project = self.studio.document.project
        if project is not None and not self.reason_against(make):
            self.studio.document.preview(make(project).project)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._behind:
            self._show()

    def _on_project_changed(self) -> None:
        """Follow at once while seen; a form behind another one follows when it is shown again."""
        self._behind = True
        if self.isVisible() or not self._shown_once:
            self._show()

    def _show(self) -> None:
        self._behind, self._shown_once = False, True
        project = self.studio.document.project
        self.setEnabled(project is not None)
        if project is not None:
            self.show_project(project)


def spoken(error: InputError) -> str:
    """Return the first problem of an error in one line, without its place: the field is where it stands."""
    problem = error.problems[0]
    text = problem.message
    if problem.allowed:
        text += f"; allowed: {problem.allowed}"
    return text
