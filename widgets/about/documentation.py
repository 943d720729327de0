"""The documentation, read in a window of its own. It shows the files of the docs folder and fetches nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from myriorama.resources import resource_path

_FIRST: Final = (
    "studio",
    "concepts",
    "project-format",
    "label-contract",
    "assets",
    "plugins",
    "command-line",
    "reference",
)
_ABSENT: Final = """# Documentation

This installation came without its documentation. It is the folder `docs` of the program's source.
"""


def documentation() -> Path:
    """Return the folder of the documentation; it need not exist where the program was installed without it."""
    return resource_path("").parent / "docs"


def pages() -> tuple[Path, ...]:
    """Return the pages, those that one reads first in front."""
    found = {path.stem: path for path in sorted(documentation().glob("*.md"))}
    front = [found[name] for name in _FIRST if name in found]
    return (*front, *(path for name, path in found.items() if name not in _FIRST))


class DocumentationDialog(QDialog):
    """Pages at the left, the page at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Documentation")
        self.list = QListWidget()
        self.list.setAccessibleName("Pages")
        self.list.setFixedWidth(190)
        self.text = QTextBrowser()
        self.text.setAccessibleName("Page")
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._on_link)
        self.text.document().setDocumentMargin(18)
        for path in pages():
            words = path.stem.replace("-", " ")
            item = QListWidgetItem(words[:1].upper() + words[1:])
            item.setData(Qt.ItemDataRole.UserRole, str(path))
            self.list.addItem(item)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.list)
        layout.addWidget(self.text, 1)
        self.list.currentItemChanged.connect(self._on_page)
        if self.list.count():
            self.list.setCurrentRow(0)
        else:
            self.text.setMarkdown(_ABSENT)
        self.resize(980, 680)

    def show_page(self, name: str) -> None:
        """Turn to the page of this name, where there is one."""
        for row in range(self.list.count()):
            if Path(self.list.item(row).data(Qt.ItemDataRole.UserRole)).stem == name:
                self.list.setCurrentRow(row)

    def _on_page(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            path = Path(item.data(Qt.ItemDataRole.UserRole))
            self.text.setSearchPaths([str(path.parent)])
            self.text.setMarkdown(path.read_text(encoding="utf-8"))

    def _on_link(self, url: QUrl) -> None:
        """Follow a link to another page; any other stays where it is, because nothing is fetched."""
        name = Path(url.path()).name
        for row in range(self.list.count()):
            if Path(self.list.item(row).data(Qt.ItemDataRole.UserRole)).name == name:
                self.list.setCurrentRow(row)
        if url.hasFragment():
            self.text.scrollToAnchor(url.fragment())
