"""A quiet bar: this project brings plugins, and nothing of them has run. It waits for nobody and enables nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolBar, QWidget

from myriorama.app.extensions.rows import PluginRow
from myriorama.app.printable import printable
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.forms.rows import tool_button
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

_NAMED = 3


class NoticeBar(QToolBar):
    """One line under the menu.

    Signals
    -------
    review_wanted : ()
    closed : ()
    """

    review_wanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Plugins of this project", parent)
        self.setObjectName("plugins of the project")
        self.setAccessibleName("Plugins of this project")
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        content = QWidget()
        content.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        tokens = theme()
        line = QHBoxLayout(content)
        line.setContentsMargins(tokens.gap, tokens.tight, tokens.gap, tokens.tight)
        line.setSpacing(tokens.gap)
        mark = QLabel()
        mark.setPixmap(icon("puzzle-outline", tokens.accent).pixmap(QSize(18, 18)))
        line.addWidget(mark)
        self.text = ElidedLabel("", Qt.TextElideMode.ElideRight, role="")
        line.addWidget(self.text, 1)
        self.review_button = QPushButton("Review…")
        self.review_button.setToolTip("See what they are, and decide")
        self.review_button.clicked.connect(self.review_wanted)
        line.addWidget(self.review_button)
        self.close_button = tool_button("close", "Put this line away; the plugins stay off")
        self.close_button.clicked.connect(self.closed)
        line.addWidget(self.close_button)
        self.addWidget(content)

    def tell(self, rows: Sequence[PluginRow]) -> None:
        """Say how many there are, and which."""
        self.text.set_text(told_of(rows))
        self.text.setToolTip(plain_tip("\n".join(printable(row.source.root) for row in rows)))


def told_of(rows: Sequence[PluginRow]) -> str:
    """Return the bar's sentence."""
    names = ", ".join(printable(row.source.id, 60) for row in rows[:_NAMED])
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    if all(row.status == "changed" for row in rows):
        which = "a plugin" if len(rows) == 1 else f"{len(rows)} plugins"
        return f"This project brings {which} that changed since ({names}{more}); nothing of the change has run."
    count, them = ("1 plugin", "it") if len(rows) == 1 else (f"{len(rows)} plugins", "them")
    return f"This project brings {count} ({names}{more}); nothing of {them} has run."
