"""The bar of samples: which one is shown, leafing, playing, shuffling, and what it is called.

It changes the index and nothing else.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSpinBox, QToolButton

from myriorama.app.preview.frames import SampleFrame
from myriorama.app.studio import Studio
from myriorama.app.viewing.stepping import LAST_INDEX, shuffled, stepped
from myriorama.widgets.binding import bind
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.theme import icon, padded, theme
from myriorama.widgets.viewport.covers import plain, set_role

_LEAST_DWELL_MS = 120
_SHUFFLED_OVER = 1000
_LEAST_KEY_PX = 90
_KEY_BEFORE_NOTE = 1000
"""Room goes to the whole key first; what is left is the note's."""


class SampleBar(QFrame):
    """Index, previous, next, play, shuffle, key, and what was refused or is wrong."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.setObjectName("samples")
        self._studio = studio
        self._playing = False
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.setInterval(_LEAST_DWELL_MS)
        self._next.timeout.connect(self.next)
        self.index = padded(QSpinBox())
        self.index.setRange(0, LAST_INDEX)
        self.index.setKeyboardTracking(False)
        self.index.setAccessibleName("Sample index")
        self.index.setToolTip("Which sample of the endless series is shown.")
        self.index.setFixedWidth(96)
        self.index.valueChanged.connect(studio.index.set)
        self._buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        tokens = theme()
        row.setContentsMargins(tokens.gap, 3, tokens.gap, 3)
        row.setSpacing(tokens.tight)
        row.addWidget(self._button("previous", "Previous sample", self.previous))
        row.addWidget(self._button("play", "Play: step through samples as their pictures come", self.toggle_play))
        row.addWidget(self._button("next", "Next sample", self.next))
        title = plain("Sample")
        set_role(title, "dim")
        row.addSpacing(tokens.tight)
        row.addWidget(title)
        row.addWidget(self.index)
        row.addWidget(self._button("shuffle", "Shuffle: show another sample", self.shuffle))
        row.addSpacing(tokens.gap)
        self.key = QLineEdit()
        self.key.setReadOnly(True)
        self.key.setFrame(False)
        self.key.setStyleSheet("QLineEdit { background: transparent; border: none; padding: 3px 2px; }")
        self.key.setAccessibleName("Sample key")
        self.key.setToolTip("The sample's key: it names this picture everywhere. Select to copy.")
        self.key.setMinimumWidth(_LEAST_KEY_PX)
        self.key.setMaximumWidth(QFontMetrics(self.key.font()).horizontalAdvance("00000000-0123456789abcdef-v0") + 26)
        row.addWidget(self.key, _KEY_BEFORE_NOTE)
        row.addWidget(self._button("copy", "Copy the sample's key", self.copy_key))
        row.addSpacing(tokens.gap)
        self.note = ElidedLabel("", Qt.TextElideMode.ElideRight)
        row.addWidget(self.note, 1)
        bind(self, studio.index.changed, self._on_index_changed)
        self.restyle()
        self.show_frame(None)

    @property
    def is_playing(self) -> bool:
        return self._playing

    def restyle(self) -> None:
        """Take icons of the theme in force."""
        symbols = {
            "previous": "chevron-left",
            "next": "chevron-right",
            "play": "pause" if self._playing else "play",
            "shuffle": "shuffle-variant",
            "copy": "content-copy",
        }
        for name, symbol in symbols.items():
            self._buttons[name].setIcon(icon(symbol))

    def show_frame(self, frame: SampleFrame | None) -> None:
        """Name the sample and say what was refused or is wrong; go on where one plays."""
        self.key.setText(frame.sample_key if frame is not None else "")
        self._buttons["copy"].setEnabled(frame is not None)
        set_role(self.note, "error" if frame is not None and frame.violations else "dim")
        if frame is None:
            note = ""
        elif frame.violations:
            more = f" and {len(frame.violations) - 1} more" if len(frame.violations) > 1 else ""
            note = f"Breaks the label contract: {frame.violations[0]}{more}"
        elif frame.refused:
            told = ", ".join(f"{name} ({n} times)" for name, n in sorted(frame.refused.items()))
            note = f"Drawn again: earlier attempts were refused by {told}"
        else:
            note = ""
        self.note.set_text(note)
        if self._playing and frame is not None and frame.final and frame.index == self._studio.index.value:
            self._next.start()

    def failed(self) -> None:
        """Step over a sample that cannot be made, where one plays."""
        if self._playing:
            self._next.start()

    def previous(self) -> None:
        self._studio.index.set(stepped(self._studio.index.value, -1))

    def next(self) -> None:
        self._studio.index.set(stepped(self._studio.index.value, 1))

    def shuffle(self) -> None:
        count = max(self._studio.settings.value.gallery_count, _SHUFFLED_OVER)
        self._studio.index.set(shuffled(self._studio.index.value, count, self._studio.document.project))

    def toggle_play(self) -> None:
        self.play(not self._playing)

    def play(self, on: bool) -> None:
        """Start or stop stepping."""
        self._playing = on
        self._next.stop()
        if on:
            self._next.start()
        self._buttons["play"].setToolTip("Pause" if on else "Play: step through samples as their pictures come")
        self.restyle()

    def copy_key(self) -> None:
        QGuiApplication.clipboard().setText(self.key.text())

    def _on_index_changed(self, index: int) -> None:
        self.index.blockSignals(True)
        self.index.setValue(index)
        self.index.blockSignals(False)

    def _button(self, name: str, help_text: str, run: object) -> QToolButton:
        button = QToolButton()
        button.setAccessibleName(help_text.split(":")[0])
        button.setToolTip(help_text)
        button.setAutoRaise(True)
        button.clicked.connect(run)
        self._buttons[name] = button
        return button
