"""Opens a plugin's file to be read, never to be run.

A system's own "open" runs a script on some systems; so an editor is asked for by name or by verb.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def editor_command(file: Path, line: int, system: str, environment: Mapping[str, str]) -> list[str]:
    """Return the command that shows a file in an editor; empty where the desktop has to choose.

    Parameters
    ----------
    system : str
        ``sys.platform``.
    environment : mapping
        ``VISUAL`` is used where it is set. (``EDITOR`` may be one that needs a terminal.)
    """
    chosen = environment.get("VISUAL", "").strip()
    if chosen:
        words = shlex.split(chosen, posix=system != "win32")
        name = Path(words[0]).stem.lower()
        if name in ("code", "codium", "code-insiders", "cursor") and line:
            return [*words, "--goto", f"{file}:{line}"]
        if name in ("subl", "sublime_text", "zed") and line:
            return [*words, f"{file}:{line}"]
        if name in ("gvim", "kate", "gedit", "emacs", "mousepad") and line:
            flag = ["--line", str(line)] if name == "kate" else [f"+{line}"]
            return [*words, *flag, str(file)]
        return [*words, str(file)]
    if system == "darwin":
        return ["open", "-t", str(file)]
    if system == "win32":
        return ["notepad.exe", str(file)]
    return []


def open_in_editor(file: Path, line: int = 0) -> bool:
    """Show a file in an editor; return whether one could be started."""
    command = editor_command(file, line, sys.platform, os.environ)
    if command:
        started = QProcess.startDetached(command[0], command[1:])
        return bool(started[0] if isinstance(started, tuple) else started)
    if file.suffix not in (".py", ".json", ".md", ".txt", ".toml") or os.access(file, os.X_OK):
        return show_in_folder(file)  # the desktop may run what is marked as a program
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))


def show_in_folder(file: Path) -> bool:
    """Show a file's folder, or a folder itself, in the system's file browser."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(file if file.is_dir() else file.parent)))
