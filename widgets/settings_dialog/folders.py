"""The list of asset folders that the user approved. What stands in it may be read by projects; nothing else may."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QListWidget, QPushButton, QVBoxLayout, QWidget


class FolderList(QWidget):
    """Folders, added and removed.

    Attributes
    ----------
    changed : signal of (tuple of str,)
    """

    changed = Signal(tuple)

    def __init__(self, folders: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setAccessibleName("Approved asset folders")
        self.list.setMaximumHeight(96)
        self.add = QPushButton("Add folder…")
        self.add.clicked.connect(self._ask)
        self.add.setAutoDefault(False)
        self.remove = QPushButton("Remove")
        self.remove.setAutoDefault(False)
        self.remove.clicked.connect(self._remove)
        self.list.currentRowChanged.connect(self._on_row_changed)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addWidget(self.remove)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)
        layout.addLayout(row)
        self._folders = folders
        self._show()

    def set_folders(self, folders: tuple[str, ...]) -> None:
        """Show these, telling nobody."""
        if folders != self._folders:
            self._folders = folders
            self._show()

    def take(self, folder: str) -> None:
        """Approve a folder."""
        path = str(Path(folder).resolve())
        if path not in self._folders:
            self._folders = (*self._folders, path)
            self._show()
            self.changed.emit(self._folders)

    def _ask(self) -> None:
        dialog = QFileDialog(self, "Approve a folder of assets")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.take)
        dialog.open()

    def _remove(self) -> None:
        at = self.list.currentRow()
        if at >= 0:
            self._folders = self._folders[:at] + self._folders[at + 1 :]
            self._show()
            self.changed.emit(self._folders)

    def _show(self) -> None:
        self.list.clear()
        self.list.addItems(list(self._folders))
        self._on_row_changed(self.list.currentRow())

    def _on_row_changed(self, row: int) -> None:
        self.remove.setEnabled(row >= 0)
