"""About: what runs here, in which version, on which device, under which licence; to be copied into a report."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from myriorama.app.preview.frames import SampleFrame
from myriorama.app.studio import Studio
from myriorama.resources import resource_path
from myriorama.widgets.binding import bind
from myriorama.widgets.theme import program_icon

_LIBRARIES: Final = (
    ("PySide6_Essentials", "Qt for Python, LGPL-3.0"),
    ("vispy", "BSD-3-Clause"),
    ("pyqtgraph", "MIT"),
    ("superqt", "BSD-3-Clause"),
    ("psygnal", "BSD-3-Clause"),
    ("app-model", "BSD-3-Clause"),
    ("qtawesome", "MIT; Material Design Icons, Apache-2.0"),
    ("platformdirs", "MIT"),
    ("numpy", "BSD-3-Clause"),
    ("moderngl", "MIT"),
    ("trimesh", "MIT"),
    ("mujoco-core", "Apache-2.0"),
    ("pydantic", "MIT"),
    ("pillow", "MIT-CMU"),
)


class AboutDialog(QDialog):
    """Facts, as text.

    Parameters
    ----------
    device : str
        The graphics device of the last picture; empty before there was one.
    """

    def __init__(self, studio: Studio, device: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About Myriorama")
        sign = QLabel()
        sign.setPixmap(program_icon().pixmap(64, 64))
        title = QLabel("Myriorama")
        title.setProperty("role", "title")
        version = QLabel(f"Version {metadata.version('myriorama')}, Apache License 2.0")
        version.setProperty("role", "dim")
        words = QVBoxLayout()
        words.addWidget(title)
        words.addWidget(version)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(sign)
        head.addLayout(words, 1)
        self.facts = QPlainTextEdit(facts(device))
        self.facts.setReadOnly(True)
        self.facts.setAccessibleName("Versions, device and licences")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setToolTip("Copy all of this as text")
        copy.setAutoDefault(False)
        copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 22, 22, 14)
        layout.setSpacing(14)
        layout.addLayout(head)
        layout.addWidget(self.facts, 1)
        layout.addWidget(buttons)
        self.resize(600, 520)
        bind(self, studio.preview.frame_ready, self._on_frame)

    def _on_frame(self, frame: SampleFrame) -> None:
        told = facts(str(frame.device))
        if told != self.facts.toPlainText():
            self.facts.setPlainText(told)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.facts.toPlainText())


def facts(device: str) -> str:
    """Return what one asks for first in a report about a fault."""
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    lines = [
        f"Myriorama {metadata.version('myriorama')}",
        f"{platform.python_implementation()} {platform.python_version()} on {system}",
        f"Graphics: {device or 'no picture has been made yet'}",
        f"Window system: {QGuiApplication.platformName()}",
        "",
    ]
    for name, licence in _LIBRARIES:
        try:
            lines.append(f"{name.replace('_', '-')} {metadata.version(name)} ({licence})")
        except metadata.PackageNotFoundError:
            lines.append(f"{name.replace('_', '-')} is not installed ({licence})")
    credited = resource_path("CREDITS.md").read_text(encoding="utf-8").strip()
    return "\n".join([*lines, "", credited])
