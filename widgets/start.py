"""What must be settled before Qt's application is made. It makes none."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QCoreApplication, QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QSurfaceFormat

from myriorama.app.settings.store import Settings

_NO_DISPLAY = 4


def prepare_process(settings: Settings) -> None:
    """Set what Qt reads once, at its start."""
    os.environ.setdefault("QT_API", "pyside6")
    if settings.scale_percent != 100:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{settings.scale_percent / 100:g}")
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    wanted = QSurfaceFormat()
    wanted.setDepthBufferSize(24)
    wanted.setStencilBufferSize(8)
    QSurfaceFormat.setDefaultFormat(wanted)
    qInstallMessageHandler(_on_message)


def _on_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Say what Qt says; where Qt would abort, end with words and an exit code instead of a core dump."""
    if kind != QtMsgType.QtFatalMsg:
        if kind != QtMsgType.QtDebugMsg:
            print(f"Qt: {text}", file=sys.stderr)
        return
    print(
        f"error: the window cannot be opened: {text.strip().splitlines()[0]}\n"
        "  Is the display that DISPLAY or WAYLAND_DISPLAY names running, and may this user open windows on it?\n"
        "  `xvfb-run -a myriorama` opens the window on a display in memory; `myriorama --help` needs none.",
        file=sys.stderr,
        flush=True,
    )
    os._exit(_NO_DISPLAY)
