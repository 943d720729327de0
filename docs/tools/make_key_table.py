"""Writes the tables of actions and keys into docs/studio.md, from the program's own action table.

.venv/bin/python docs/tools/make_key_table.py        (on Linux without a screen: xvfb-run -a before it)
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from myriorama.app.actions import Action

PAGE: Final = Path(__file__).parent.parent / "studio.md"
BEGIN: Final = "<!-- keys: made by docs/tools/make_key_table.py -->"
END: Final = "<!-- end of keys -->"
TITLES: Final = {
    "window": "Everywhere in the window",
    "viewport": "Viewport",
    "gallery": "Gallery",
    "reject": "After Reject: the reason",
    "detail": "Looking closely at one sample, or comparing two",
    "outliner": "Outliner",
    "inspector": "Inspector",
    "statistics": "Statistics",
    "assets": "Assets",
    "queue": "Queue",
    "plugins": "Plugins",
}


def tables(actions: Iterable[Action]) -> str:
    """Return one table for each context that has actions."""
    out: list[str] = []
    held = list(actions)
    for context, title in TITLES.items():
        rows = [action for action in held if action.context == context]
        if not rows:
            continue
        out += ["", f"### {title}", "", "| action | keys | what it does |", "| --- | --- | --- |"]
        for action in sorted(rows, key=lambda a: (a.menu, not a.keys, a.id)):
            keys = ", ".join(f"`{key}`" for key in action.keys)
            said = action.help.strip().rstrip(".")
            out.append(f"| {action.title} | {keys} | {said} |".replace("|  |", "| |"))
    return "\n".join(out).strip() + "\n"


def with_tables(page: str, made: str) -> str:
    """Return the page with the tables in their place."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{made}\n{END}{tail}"


def main() -> None:
    """Make the window, which fills the table, and write the page."""
    from PySide6.QtCore import QCoreApplication, Qt
    from PySide6.QtWidgets import QApplication

    from myriorama.app.qt.mailbox import Mailbox
    from myriorama.app.settings.store import SettingsStore
    from myriorama.app.studio import Studio
    from myriorama.widgets.main_window.window import MainWindow

    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    application = QApplication(sys.argv)
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Mailbox().post, SettingsStore(None), Path(folder))
        window = MainWindow(studio)
        made = tables(row.action for row in window.table)
        window.end()
        studio.close()
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), made), encoding="utf-8")
    application.quit()


if __name__ == "__main__":
    main()
