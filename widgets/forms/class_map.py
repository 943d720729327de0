"""The class map of a project: what formats show of each class. Labels themselves keep every class as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from myriorama.app.parts.shown import class_rows, reset_shown, set_shown
from myriorama.scenes.project.model import Project
from myriorama.widgets.class_map import ClassMapTable
from myriorama.widgets.forms.rows import Reason, plain_label, plain_row, tool_button

if TYPE_CHECKING:
    from myriorama.widgets.forms.page import FormPage

_NOTE = (
    "What formats such as COCO or YOLO get: other names, classes merged under one name, regions to ignore. "
    "Raw buffers and records keep every class as it is."
)


class ClassMapSection(QWidget):
    """A table with a row for each class, below the class table."""

    def __init__(self, form: FormPage) -> None:
        super().__init__(form.body)
        self._form = form
        self.table = ClassMapTable()
        self.reason = Reason(self)
        self.reset = tool_button("restore", "Show every class as itself", text="Reset")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(plain_label(_NOTE, "dim", wraps=True))
        column.addWidget(self.table)
        column.addWidget(self.reason)
        column.addWidget(plain_row(self.reset, None))
        self.table.wanted.connect(self._on_wanted)
        self.table.typed.connect(self._on_typed)
        self.reset.clicked.connect(self._on_reset)

    def show_project(self, project: Project) -> None:
        """Show what the project says."""
        self.table.show_rows(class_rows(project))
        self.table.setVisible(bool(project.classes))
        self.reset.setEnabled(bool(project.output.class_map))
        self.reason.show_reason("")

    def _on_wanted(self, name: str, change: dict[str, Any]) -> None:
        reason = self._form.commit(lambda p: set_shown(p, name, **change))
        self.reason.show_reason(f"{name}: {reason}" if reason else "")

    def _on_typed(self, name: str, change: dict[str, Any]) -> None:
        """Say what would be wrong with what stands in an open cell, while it is typed."""
        reason = self._form.reason_against(lambda p: set_shown(p, name, **change)) if change else ""
        self.reason.show_reason(f"{name}: {reason}" if reason else "")

    def _on_reset(self) -> None:
        self._form.commit(reset_shown)
