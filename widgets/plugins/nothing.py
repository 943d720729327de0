"""What the plugins panel says where there is no plugin: what one is, and the three ways to have one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from myriorama.widgets.forms.rows import plain_label
from myriorama.widgets.theme import icon, theme

_WHAT = (
    "A plugin adds objects, placements, surroundings, effects, labels or file formats. It is a Python file, or a "
    "package that is installed beside this program. Nothing of one runs before you enable it here."
)
_MAKE = "To write one, begin with  myriorama plugin new NAME  in a terminal, and work on it here while you write."


class NothingYet(QScrollArea):
    """Told once, with buttons.

    Signals
    -------
    folder_wanted, develop_wanted, guide_wanted : ()
    """

    folder_wanted = Signal()
    develop_wanted = Signal()
    guide_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setAccessibleName("No plugins yet")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        sign = QLabel()
        sign.setPixmap(icon("puzzle-outline", theme().dim).pixmap(QSize(36, 36)))
        sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        heading = plain_label("No plugins yet", "heading")
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(6, 16, 6, 6)
        column.setSpacing(theme().gap)
        column.addWidget(sign)
        column.addWidget(heading)
        column.addWidget(_centred(_WHAT))
        self.folder_button = self._button("Open your plugin folder", "Files that you put there are listed here")
        self.develop_button = self._button("Work on a plugin…", "Load one that you write each time you save it")
        self.guide_button = self._button("How to write one", "The guide for authors")
        column.addWidget(self.folder_button)
        column.addWidget(_centred(_MAKE))
        column.addWidget(self.develop_button)
        column.addWidget(self.guide_button)
        column.addStretch(1)
        self.setWidget(inner)
        self.folder_button.clicked.connect(self.folder_wanted)
        self.develop_button.clicked.connect(self.develop_wanted)
        self.guide_button.clicked.connect(self.guide_wanted)

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        return button


def _centred(text: str) -> QLabel:
    label = plain_label(text, "dim", wraps=True)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
    return label
