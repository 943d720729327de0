"""A switch: true or false, with a word beside it. It has no third state; mixed values are told by the row."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget


class ToggleField(QCheckBox):
    """A tick; half ticked where several differ.

    Attributes
    ----------
    changed : signal of (bool,)
        It was clicked or toggled by key.
    """

    changing = Signal(object)
    changed = Signal(object)

    def __init__(self, value: bool | None = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_value(value)
        self.clicked.connect(self._on_clicked)

    @property
    def value(self) -> bool | None:
        """Whether it is ticked, or None where several differ."""
        if self.checkState() == Qt.CheckState.PartiallyChecked:
            return None
        return self.isChecked()

    def set_value(self, value: bool | None) -> None:
        """Show a state; None for several that differ."""
        with QSignalBlocker(self):
            if value is None:
                self.setCheckState(Qt.CheckState.PartiallyChecked)
            else:
                self.setTristate(False)
                self.setChecked(value)

    def _on_clicked(self) -> None:
        self.setTristate(False)
        if self.checkState() == Qt.CheckState.PartiallyChecked:
            self.setChecked(True)
        self.changed.emit(self.isChecked())
