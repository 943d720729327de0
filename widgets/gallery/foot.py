"""The gallery's foot: how many samples there are and are judged, and what was told last.

It counts nothing itself: numbers come from `app.gallery`.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from myriorama.app.gallery.gallery import Gallery
from myriorama.widgets.notice import Notice
from myriorama.widgets.theme import theme


class Foot(QWidget):
    """One line: progress, a word for a few seconds, and the tally of judgments.

    Attributes
    ----------
    notice : Notice
        Above the line: what was refused and why, until it is put away.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.progress = quiet_label(self)
        self.said = quiet_label(self)
        self.tally = quiet_label(self)
        self._said_until = QTimer(self, singleShot=True, interval=4000, timeout=self.said.clear)
        self.notice = Notice(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        row = QHBoxLayout()
        column.addLayout(row)
        row.setContentsMargins(theme().gap, 2, theme().gap, 2)
        row.setSpacing(theme().gap * 2)
        row.addWidget(self.progress)
        row.addWidget(self.said, 1)
        row.addWidget(self.tally)

    def say(self, words: str) -> None:
        """Tell something for a few seconds."""
        self.said.setText(words)
        self._said_until.start()

    def clear_counts(self) -> None:
        """Tell no numbers: nothing is open."""
        self.progress.clear()
        self.tally.clear()

    def show_counts(self, gallery: Gallery) -> None:
        """Tell how many samples are there, shown and judged."""
        total, shown = gallery.total, len(gallery.shown)
        ready = gallery.held.ready(total)
        words = [f"{ready:,} of {total:,} ready"] if ready < total else [f"{total:,} samples"]
        if shown != total:
            words.insert(0, f"{shown:,} shown")
        self.progress.setText("  ·  ".join(words))
        picked, rejected, stale = gallery.tallies()
        parts = [f"{picked} picked", f"{rejected} rejected"] + ([f"{stale} stale"] if stale else [])
        self.tally.setText("  ·  ".join(parts))
        self.tally.setToolTip(
            "Stale: judged when the sample was another picture; kept in the file, not counted" if stale else ""
        )


def quiet_label(parent: QWidget) -> QLabel:
    """Return a label that stands back, and shows its text as it is."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "dim")
    return label
