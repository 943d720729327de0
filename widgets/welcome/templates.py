"""New from template: the blank one and the examples, as pictures. It makes nothing; it says which was chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QScrollArea, QVBoxLayout, QWidget

from myriorama.app.document.templates import BLANK
from myriorama.app.examples import examples
from myriorama.widgets.welcome.card import ProjectCard
from myriorama.widgets.welcome.grid import CardGrid


class TemplateDialog(QDialog):
    """One click chooses.

    Attributes
    ----------
    chosen : signal of (str,)
        A name of `app.document.templates`.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("New from template")
        about = QLabel("The new project is a copy with no name and no file yet; the template stays as it is.")
        about.setProperty("role", "dim")
        self.cards = CardGrid()
        self._add(ProjectCard(BLANK, "A camera, light and a floor, and nothing else.", None))
        for example in examples():
            self._add(ProjectCard(example.name, example.about, example.picture))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(2, 2, 10, 2)
        column.addWidget(self.cards)
        column.addStretch(1)
        scroll.setWidget(inner)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 14)
        layout.setSpacing(14)
        layout.addWidget(about)
        layout.addWidget(scroll, 1)
        layout.addWidget(buttons)
        self.resize(880, 640)

    def _add(self, card: ProjectCard) -> None:
        card.setAccessibleName(f"New from {card.text()}")
        card.clicked.connect(self._on_card)
        self.cards.add(card)

    def _on_card(self) -> None:
        card = self.sender()
        if isinstance(card, ProjectCard):
            self.accept()
            self.chosen.emit(card.name)
