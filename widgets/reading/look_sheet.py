"""Asks which dataset to look at: a folder or a file of labels, and where its pictures are if they are elsewhere."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from myriorama.widgets.export.parts import plain, push_button, set_role
from myriorama.widgets.theme import theme

_FILTER: Final = "Labels (*.json *.yaml *.yml *.xml *.txt *.csv);;All files (*)"
FORMATS: Final = (
    ("Find out", ""),
    ("COCO", "coco"),
    ("YOLO", "yolo"),
    ("Pascal VOC", "pascal_voc"),
    ("Myriorama", "myriorama"),
    ("Pictures, perhaps with a table of classes", "pictures"),
)


class LookSheet(QDialog):
    """The sheet.

    Signals
    -------
    wanted : (Path, object, str)
        What to open, the folder of its pictures or None, and the format or an empty word.
    """

    wanted = Signal(object, object, str)

    def __init__(self, start: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("look at a dataset")
        self.setWindowTitle("Look at a dataset")
        self._start = start
        self.target = _field("Dataset", "A folder, or one of its files of labels")
        self.pictures = _field("Pictures", "Only where the pictures are not in that folder")
        self.format = QComboBox()
        self.format.setAccessibleName("Format")
        for title, name in FORMATS:
            self.format.addItem(title, name)
        self.problem = plain("", "error", wraps=True)
        self.look = push_button("Look", default=True)
        self.cancel = push_button("Cancel")
        self._lay_out()
        self.target.textChanged.connect(self._check)
        self.pictures.textChanged.connect(self._check)
        self.look.clicked.connect(self._on_look)
        self.cancel.clicked.connect(self.reject)
        self._check()
        self.resize(640, 0)

    def _lay_out(self) -> None:
        tokens = theme()
        words = plain(
            "COCO, YOLO, Pascal VOC and datasets of this program. The files are read by a process of their own, "
            "and nothing outside the folders that are named here is opened.",
            "dim",
            wraps=True,
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.gap)
        grid.setVerticalSpacing(tokens.gap + tokens.tight)
        folder, file, pictures = push_button("Folder…"), push_button("File…"), push_button("Folder…")
        folder.setAccessibleName("Choose the dataset's folder")
        file.setAccessibleName("Choose a file of labels")
        pictures.setAccessibleName("Choose the folder of the pictures")
        folder.clicked.connect(partial(self._choose, self.target, True))
        file.clicked.connect(partial(self._choose, self.target, False))
        pictures.clicked.connect(partial(self._choose, self.pictures, True))
        for row, (title, field) in enumerate((("Dataset", self.target), ("Pictures", self.pictures))):
            label = QLabel(title)
            label.setBuddy(field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        grid.addWidget(folder, 0, 2)
        grid.addWidget(file, 0, 3)
        grid.addWidget(pictures, 1, 2)
        label = QLabel("Format")
        label.setBuddy(self.format)
        grid.addWidget(label, 2, 0)
        grid.addWidget(self.format, 2, 1)
        grid.setColumnStretch(1, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.problem, 1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.look)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[tokens.gap * 2] * 4)
        column.setSpacing(tokens.gap)
        column.addWidget(words)
        column.addLayout(grid)
        column.addStretch(1)
        column.addLayout(buttons)
        self.target.setFocus()

    def _choose(self, field: QLineEdit, folder: bool) -> None:
        dialog = QFileDialog(self, "Folder" if folder else "File of labels")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        mode = QFileDialog.FileMode
        dialog.setFileMode(mode.Directory if folder else mode.ExistingFile)
        if not folder:
            dialog.setNameFilter(_FILTER)
        at = Path(field.text() or self._start)
        at = at if at.is_dir() else at.parent
        if at.is_dir():
            dialog.setDirectory(str(at))
        dialog.fileSelected.connect(field.setText)
        dialog.open()

    def _check(self) -> None:
        target, pictures = (field.text().strip() for field in (self.target, self.pictures))
        told = ""
        if target and not Path(target).expanduser().exists():
            told = "There is no such file or folder."
        elif pictures and not Path(pictures).expanduser().is_dir():
            told = "There is no such folder of pictures."
        self.problem.setText(told)
        set_role(self.problem, "error")
        self.look.setEnabled(bool(target) and not told)

    def _on_look(self) -> None:
        pictures = self.pictures.text().strip()
        elsewhere = Path(pictures).expanduser() if pictures else None
        self.wanted.emit(Path(self.target.text().strip()).expanduser(), elsewhere, self.format.currentData())
        self.accept()


def _field(name: str, hint: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    made.setPlaceholderText(hint)
    made.setClearButtonEnabled(True)
    return made
