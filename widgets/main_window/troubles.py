"""Says why a project could not be opened or saved: every problem with its place and the way out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from myriorama.scenes.errors import MyrioramaError, Problem
from myriorama.widgets.theme import icon, theme

_SHOWN = 200


class TroubleDialog(QDialog):
    """A list of problems; read and copied, nothing to decide.

    Parameters
    ----------
    title : str
        What could not be done: "bench.json could not be opened".
    """

    def __init__(self, title: str, error: MyrioramaError | OSError, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Myriorama")
        self.problems = getattr(error, "problems", ()) or (Problem("", str(error)),)
        self._text = "\n".join([title, *(str(p) for p in self.problems)])
        sign = QLabel()
        sign.setPixmap(icon("alert-circle-outline", theme().error).pixmap(32, 32))
        heading = _plain(title, "heading")
        many = len(self.problems)
        count = _plain("One problem was found:" if many == 1 else f"{many} problems were found:", "dim")
        inner = QWidget()
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(0, 0, theme().gap, 0)
        rows.setSpacing(theme().gap)
        for problem in self.problems[:_SHOWN]:
            rows.addWidget(_row(problem))
        if many > _SHOWN:
            rows.addWidget(_plain(f"and {many - _SHOWN} more; Copy has them all", "dim"))
        rows.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.setAccessibleName("Problems")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setToolTip("Copy every problem as text")
        copy.setAutoDefault(False)
        copy.clicked.connect(self._copy)
        buttons.accepted.connect(self.accept)
        top = QHBoxLayout()
        top.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.addWidget(heading)
        words.addWidget(count)
        top.addLayout(words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 14)
        layout.setSpacing(12)
        layout.addLayout(top)
        layout.addWidget(scroll, 1)
        layout.addWidget(buttons)
        self.resize(600, min(520, 190 + 74 * min(many, 5)))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)


def _plain(text: str, role: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("role", role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return label


def _row(problem: Problem) -> QWidget:
    frame = QFrame()
    frame.setObjectName("problem")
    frame.setStyleSheet(f"#problem {{ border-left: 3px solid {theme().error}; background: {theme().surface}; }}")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(12, 8, 8, 8)
    layout.setSpacing(2)
    layout.addWidget(_plain(problem.message))
    where = ", ".join(part for part in (problem.file, problem.place) if part)
    if where:
        layout.addWidget(_plain(f"Where: {where}", "dim"))
    if problem.value:
        layout.addWidget(_plain(f"Found: {problem.value}", "dim"))
    if problem.allowed:
        layout.addWidget(_plain(f"Way out: {problem.allowed}", "dim"))
    return frame
