"""The title of a docked panel with its two buttons; it is left out where a tab says the same."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from myriorama.widgets.theme import icon, theme


class DockTitle(QWidget):
    """Dragging it moves the dock; the buttons float and close it."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self._dock = dock
        self.setObjectName("title")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = QLabel(dock.windowTitle())
        title.setProperty("role", "dock")
        self.float = self._button("dock-window", f"Float {dock.windowTitle()}, or put it back")
        self.float.clicked.connect(self._on_float)
        self.hide_dock = self._button("close", f"Close {dock.windowTitle()}; the View menu brings it back")
        self.hide_dock.clicked.connect(dock.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme().gap + 2, theme().tight, theme().tight, theme().tight)
        row.setSpacing(0)
        row.addWidget(title, 1)
        row.addWidget(self.float)
        row.addWidget(self.hide_dock)

    def _button(self, name: str, help_: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setAutoRaise(True)
        button.setToolTip(help_)
        button.setAccessibleName(help_)
        return button

    def _on_float(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())


class NoTitle(QWidget):
    """Nothing, in the place of a title."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setFixedHeight(0)
