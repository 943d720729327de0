"""Offers what a program that died left unsaved: each project by itself, to restore or to throw away.

It throws nothing away by itself; what is left alone is offered again at the next start.
"""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.document.recovery import Recoverable
from myriorama.widgets.theme import icon, theme

_DIFFERENCES_SHOWN = 6


class RecoveryDialog(QDialog):
    """A row for each project that was not saved.

    Attributes
    ----------
    restored, discarded : signal of (Recoverable,)
    """

    restored = Signal(object)
    discarded = Signal(object)

    def __init__(self, entries: tuple[Recoverable, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("recovery")
        self.setWindowTitle("Unsaved work was found")
        sign = QLabel()
        sign.setPixmap(icon("file-restore-outline", theme().accent).pixmap(32, 32))
        heading = _plain("The program ended before these changes were saved.", "heading")
        about = _plain("Restoring opens a project with its changes; its file stays as it is until you save.", "dim")
        words = QVBoxLayout()
        words.addWidget(heading)
        words.addWidget(about)
        top = QHBoxLayout()
        top.setSpacing(14)
        top.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        inner = QWidget()
        self._rows = QVBoxLayout(inner)
        self._rows.setContentsMargins(0, 0, theme().gap, 0)
        self._rows.setSpacing(theme().gap)
        for entry in entries:
            self._rows.addWidget(_Row(entry, self))
        self._rows.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        buttons = QDialogButtonBox()
        later = buttons.addButton("Later", QDialogButtonBox.ButtonRole.RejectRole)
        later.setToolTip("Leave everything as it is; it is offered again at the next start")
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 14)
        layout.setSpacing(14)
        layout.addLayout(top)
        layout.addWidget(scroll, 1)
        layout.addWidget(buttons)
        self.resize(640, min(560, 200 + 130 * len(entries)))

    def restore(self, entry: Recoverable) -> None:
        """Close, and tell that this one is wanted."""
        self.accept()
        self.restored.emit(entry)

    def discard(self, entry: Recoverable, row: QWidget) -> None:
        """Take a row away, and tell that it is not wanted; close after the last."""
        self.discarded.emit(entry)
        self._rows.removeWidget(row)
        row.hide()
        row.deleteLater()
        if self._rows.count() <= 1:
            self.accept()


class _Row(QFrame):
    def __init__(self, entry: Recoverable, dialog: RecoveryDialog) -> None:
        super().__init__()
        self._entry = entry
        self._dialog = dialog
        self.setObjectName("recoverable")
        self.setStyleSheet(f"#recoverable {{ background: {theme().surface}; border: 1px solid {theme().border};"
                           f" border-radius: {theme().radius}px; }}")  # fmt: skip
        when = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(entry.time_s)), QLocale.FormatType.ShortFormat)
        count = "1 change" if entry.changes == 1 else f"{entry.changes} changes"
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(_plain(entry.name, "heading"))
        column.addWidget(_plain(f"{count}, the last at {when}: {entry.last}"))
        column.addWidget(_plain(str(entry.path) if entry.path is not None else "never saved to a file", "dim"))
        if entry.file_changed:
            column.addWidget(_plain("The file was changed by another program since.", "warning"))
        shown = entry.differences[:_DIFFERENCES_SHOWN]
        more = len(entry.differences) - len(shown)
        if shown:
            column.addWidget(_plain("\n".join(shown) + (f"\nand {more} more" if more else ""), "dim"))
        restore = QPushButton("Restore")
        restore.setAccessibleName(f"Restore {entry.name}")
        restore.clicked.connect(self._restore)
        discard = QPushButton("Discard")
        discard.setAccessibleName(f"Discard the changes of {entry.name}")
        discard.setAutoDefault(False)
        discard.clicked.connect(self._discard)
        buttons = QVBoxLayout()
        buttons.addWidget(restore)
        buttons.addWidget(discard)
        buttons.addStretch()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.addLayout(column, 1)
        layout.addLayout(buttons)

    def _restore(self) -> None:
        self._dialog.restore(self._entry)

    def _discard(self) -> None:
        self._dialog.discard(self._entry, self)


def _plain(text: str, role: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("role", role)
    return label
