"""The settings, each with effect at once where that can be; it says so where it cannot."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.assets.cache import default_cache_folder
from myriorama.app.settings.store import Settings, SettingsStore, settings_folder, state_folder
from myriorama.widgets.binding import bind
from myriorama.widgets.settings_dialog.folders import FolderList
from myriorama.widgets.theme import padded

_THEMES: Final = {"system": "Like the system", "light": "Light", "dark": "Dark"}
_MICE: Final = {"blender": "Blender's (middle button turns)", "simple": "Simple (left button turns)"}
_STEP: Final = 5


class SettingsDialog(QDialog):
    """Reads and changes the settings' store."""

    def __init__(self, settings: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Settings")
        self._settings = settings
        self.theme = _choice(_THEMES, "Theme")
        self.scale = _number(75, 200, "Size of everything", " %")
        self.scale.setSingleStep(_STEP)
        self.restart = QLabel()
        self.restart.setProperty("role", "warning")
        self.motion = QCheckBox("Move as little as possible")
        self.motion.setToolTip("No animations")
        self.navigation = _choice(_MICE, "Mouse in the viewport")
        self.advance = QCheckBox("Go to the next picture after a judgment")
        self.count = _number(1, 1_000_000, "Pictures in the gallery")
        self.workers = _number(0, 64, "Processes that make thumbnails")
        self.workers.setSpecialValueText("By the machine")
        self.folders = FolderList(settings.value.asset_roots)
        self._lay_out()
        self._show(settings.value)
        self._connect()
        bind(self, settings.changed, self._show)
        self.setMinimumWidth(520)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(9)
        form.addRow(_heading("Look"))
        form.addRow("Theme", self.theme)
        form.addRow("Size of everything", self.scale)
        form.addRow("", self.restart)
        form.addRow("", self.motion)
        form.addRow(_heading("Viewport and gallery"))
        form.addRow("Mouse in the viewport", self.navigation)
        form.addRow("", self.advance)
        form.addRow("Pictures in the gallery", self.count)
        form.addRow("Thumbnail processes", self.workers)
        form.addRow(_heading("Asset folders"))
        about = QLabel("Projects may read files in these folders, beside their own.")
        about.setProperty("role", "dim")
        form.addRow(about)
        form.addRow(self.folders)
        form.addRow(_heading("Where things are kept"))
        for title, folder in (
            ("Settings", self._settings.file.parent if self._settings.file else settings_folder()),
            ("Journals and logs", state_folder()),
            ("Imported assets", default_cache_folder()),
        ):
            form.addRow(title, _folder_row(title, folder))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 12, 20, 14)
        layout.setSpacing(14)
        layout.addLayout(form)
        layout.addWidget(buttons)

    def _connect(self) -> None:
        self.theme.activated.connect(self._on_theme)
        self.scale.valueChanged.connect(self._on_scale)
        self.motion.toggled.connect(self._on_motion)
        self.navigation.activated.connect(self._on_navigation)
        self.advance.toggled.connect(self._on_advance)
        self.count.editingFinished.connect(self._on_count)
        self.workers.editingFinished.connect(self._on_workers)
        self.folders.changed.connect(self._on_folders)

    def _show(self, value: Settings) -> None:
        self.theme.setCurrentIndex(self.theme.findData(value.theme))
        self.scale.setValue(value.scale_percent)
        self.restart.setText("Takes effect when the program is started again.")
        self.restart.setVisible(value.scale_percent != running_scale_percent())
        self.motion.setChecked(value.reduced_motion)
        self.navigation.setCurrentIndex(self.navigation.findData(value.navigation))
        self.advance.setChecked(value.auto_advance)
        self.count.setValue(value.gallery_count)
        self.workers.setValue(value.gallery_workers)
        self.folders.set_folders(value.asset_roots)

    def _set(self, **changes: Any) -> None:
        self._settings.set(self._settings.value.model_copy(update=changes))

    def _on_theme(self) -> None:
        self._set(theme=self.theme.currentData())

    def _on_scale(self, percent: int) -> None:
        self._set(scale_percent=percent)

    def _on_motion(self, on: bool) -> None:
        self._set(reduced_motion=on)

    def _on_navigation(self) -> None:
        self._set(navigation=self.navigation.currentData())

    def _on_advance(self, on: bool) -> None:
        self._set(auto_advance=on)

    def _on_count(self) -> None:
        self._set(gallery_count=self.count.value())

    def _on_workers(self) -> None:
        self._set(gallery_workers=self.workers.value())

    def _on_folders(self, folders: tuple[str, ...]) -> None:
        self._set(asset_roots=folders)


def running_scale_percent() -> int:
    """Return the scale that this process was started with."""
    try:
        return round(float(os.environ.get("QT_SCALE_FACTOR", "1")) * 100)
    except ValueError:
        return 100


def _choice(entries: dict[str, str], name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for value, title in entries.items():
        box.addItem(title, value)
    return box


def _number(low: int, high: int, name: str, suffix: str = "") -> QSpinBox:
    box = padded(QSpinBox())
    box.setRange(low, high)
    box.setSuffix(suffix)
    box.setAccessibleName(name)
    box.setKeyboardTracking(False)
    return box


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    label.setContentsMargins(0, 10, 0, 0)
    return label


def _folder_row(title: str, folder: Path) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "dim")
    label.setText(label.fontMetrics().elidedText(str(folder), Qt.TextElideMode.ElideMiddle, 250))
    label.setToolTip(str(folder))
    button = QPushButton("Show")
    button.setAutoDefault(False)
    button.setAccessibleName(f"Show the folder of: {title.lower()}")
    button.setEnabled(folder.is_dir())
    button.setToolTip("Open the folder" if folder.is_dir() else "It is made when something is kept in it")

    def show() -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    button.clicked.connect(show)
    layout.addWidget(label, 1)
    layout.addWidget(button)
    return row
