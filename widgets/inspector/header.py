"""What is selected: its icon, its name to be changed, its type, and whether it takes part."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from myriorama.app.inspection.rows import Inspection
from myriorama.widgets.editors import TextField, ToggleField
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.theme import icon, theme


class Header(QWidget):
    """The top of the inspector.

    Attributes
    ----------
    renamed : signal of (str,)
    enabled_changed : signal of (bool,)
    """

    renamed = Signal(object)
    enabled_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._faces: dict[tuple[str, str], QPixmap] = {}
        self.icon = QLabel(self)
        self.icon.setFixedSize(QSize(26, 26))
        self.title = QLabel(self)
        self.title.setProperty("role", "heading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.name = TextField(max_length=200, parent=self)
        self.name.setAccessibleName("Name")
        self.name.setToolTip("Name; Enter to take it")
        self.subtitle = ElidedLabel("", Qt.TextElideMode.ElideRight, "dim", self)
        self.enabled = ToggleField(parent=self)
        self.enabled.setText("Enabled")
        self.enabled.setToolTip("What is not enabled keeps its values and takes no part")
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 8, 10, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.addWidget(self.icon, 0, 0)
        grid.addWidget(self.title, 0, 1, 1, 2)
        grid.addWidget(self.name, 0, 1, 1, 2)
        grid.addWidget(self.subtitle, 1, 1)
        grid.addWidget(self.enabled, 1, 2)
        grid.setColumnStretch(1, 1)
        self.name.changed.connect(self.renamed)
        self.enabled.changed.connect(self.enabled_changed)

    def show_inspection(self, found: Inspection) -> None:
        """Show what is selected."""
        self.setVisible(found.kind in ("rows", "unknown"))
        if not self.isVisibleTo(self.parentWidget()):
            return
        face = (found.icon or "shape-outline", theme().accent)
        if face not in self._faces:  # kept: Qt never frees a pixmap that an icon engine written in Python returned
            self._faces[face] = icon(*face).pixmap(24, 24)
        self.icon.setPixmap(self._faces[face])
        self.title.setText(found.title)
        self.title.setVisible(found.name is None)
        self.name.setVisible(found.name is not None)
        if found.name is not None:
            self.name.setPlaceholderText(found.title)
            self.name.set_value(found.name)
        self.subtitle.set_text(found.subtitle)
        self.enabled.setVisible(found.can_disable)
        if found.can_disable:
            self.enabled.set_value(found.enabled)
