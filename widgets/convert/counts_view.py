"""What an export would hold, as numbers that follow every change, and what its format cannot hold."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from myriorama.app.conversion.counting import Counted
from myriorama.widgets.export.parts import even_digits, plain, set_role
from myriorama.widgets.theme import theme

_REASONS: Final = (
    ("class", "of a class that is not labelled", "accent"),
    ("visible", "hardly visible", "warning"),
    ("size", "too small", "warning"),
    ("area", "too few pixels", "warning"),
)


class KeptBar(QWidget):
    """How much of all objects is labelled, set aside, and left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares = (0.0, 0.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Share of objects that are labelled")

    def show_shares(self, labelled: float, ignored: float) -> None:
        """Show two shares; the rest is left out."""
        self._shares = (labelled, ignored)
        self.setAccessibleDescription(f"{100 * labelled:.1f} % labelled, {100 * ignored:.1f} % to ignore")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        clip = QPainterPath()
        clip.addRoundedRect(whole, 4, 4)
        painter.setClipPath(clip)
        painter.fillRect(whole, QColor(tokens.border))
        labelled, ignored = (whole.width() * share for share in self._shares)
        painter.fillRect(QRectF(0, 0, labelled, whole.height()), QColor(tokens.good))
        hatch = QRectF(labelled, 0, ignored, whole.height())
        painter.fillRect(hatch, QColor(tokens.dim))
        painter.setPen(QColor(tokens.surface))
        x = hatch.left() - whole.height()
        painter.setClipRect(hatch, Qt.ClipOperation.IntersectClip)
        while x < hatch.right():
            painter.drawLine(int(x), int(whole.bottom()), int(x + whole.height()), 0)
            x += 5
        painter.end()


class CountsView(QWidget):
    """The right side of the sheet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("counts")
        self.heading = plain("What the export holds", "heading")
        self.labelled = even_digits(plain("–"), larger=13, bold=True)
        self.of = plain("", "dim", wraps=True)
        self.bar = KeptBar()
        self.reading = QProgressBar()
        self.reading.setMaximumHeight(6)
        self.reading.setTextVisible(False)
        self.reading.setAccessibleName("Reading the records")
        self.trouble = plain("", "error", wraps=True)
        self.numbers: dict[str, QLabel] = {}
        self._titles: dict[str, QLabel] = {}
        self.parts = plain("", wraps=True)
        self.missing = plain("", "error", wraps=True)
        self.losses_title = plain("", "heading")
        self.losses: list[QLabel] = []
        self._lost = QGridLayout()
        self._lay_out()
        self.show_losses("", ())
        self.show_trouble("")

    def _lay_out(self) -> None:
        tokens = theme()
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.gap * 2, tokens.gap * 2, tokens.gap * 2, tokens.gap * 2)
        column.setSpacing(tokens.tight + 1)
        column.addWidget(self.heading)
        column.addWidget(self.labelled)
        column.addWidget(self.of)
        column.addSpacing(tokens.tight)
        column.addWidget(self.bar)
        column.addWidget(self.reading)
        column.addWidget(self.trouble)
        column.addSpacing(tokens.tight)
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.gap)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        rows = [(name, title) for name, title, _ in _REASONS]
        rows += [("ignored", "set aside as regions to ignore"), ("empty", "samples without a labelled object")]
        for place, (name, title) in enumerate(rows):
            self.numbers[name] = even_digits(plain("–"))
            self.numbers[name].setAlignment(Qt.AlignmentFlag.AlignRight)
            self.numbers[name].setMinimumWidth(76)
            self._titles[name] = plain(title, "dim")
            grid.addWidget(self.numbers[name], place, 0)
            grid.addWidget(self._titles[name], place, 1)
        column.addLayout(grid)
        column.addSpacing(tokens.gap)
        column.addWidget(self.parts)
        column.addSpacing(tokens.gap)
        column.addWidget(self.missing)
        column.addWidget(self.losses_title)
        self._lost.setHorizontalSpacing(tokens.gap - 2)
        self._lost.setVerticalSpacing(3)
        self._lost.setColumnStretch(1, 1)
        column.addLayout(self._lost)
        column.addStretch(1)

    def show_progress(self, done: int, total: int) -> None:
        """Say how far reading is; nothing once all is read."""
        self.reading.setVisible(done < total)
        self.reading.setRange(0, max(1, total))
        self.reading.setValue(done)
        if done < total:
            self.of.setText(f"Reading the records: {done:,} of {total:,} samples")

    def show_counted(self, counted: Counted, objects: int, samples: int) -> None:
        """Show what is left."""
        self.show_trouble("")
        self.labelled.setText(f"{counted.labelled:,}")
        self.of.setText(f"of {objects:,} objects are labelled, in {samples:,} samples")
        whole = max(1, objects)
        self.bar.show_shares(counted.labelled / whole, counted.ignored / whole)
        told = {**counted.removed, "ignored": counted.ignored, "empty": counted.empty_samples}
        for name, label in self.numbers.items():
            number = told[name]
            minus = "−" if name in counted.removed and number else ""
            label.setText(f"{minus}{number:,}")
            warns = number > 0 and name in ("visible", "size", "area", "empty")
            set_role(label, "warning" if warns else "" if number else "dim")
        parts = " · ".join(f"{part} {number:,}" for part, number in counted.parts.items())
        self.parts.setText(f"Samples: {parts}" if len(counted.parts) > 1 else "")
        self.parts.setVisible(len(counted.parts) > 1)

    def show_trouble(self, text: str) -> None:
        """Say why there are no numbers."""
        self.trouble.setText(text[:1].upper() + text[1:])
        self.trouble.setVisible(bool(text))
        if text:
            self.labelled.setText("–")
            self.bar.show_shares(0.0, 0.0)
            self.parts.setVisible(False)
            for label in self.numbers.values():
                label.setText("–")
                set_role(label, "dim")

    def show_losses(self, title: str, losses: tuple[str, ...], missing: str = "") -> None:
        """Say what the format cannot hold, and what the dataset lacks for it."""
        self.missing.setText(missing)
        self.missing.setVisible(bool(missing))
        self.losses_title.setText(f"Not held by {title}")
        self.losses_title.setVisible(bool(losses))
        if [label.text() for label in self.losses] == list(losses):
            return
        while (item := self._lost.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        self.losses = [plain(loss, "dim", wraps=True) for loss in losses]
        for row, label in enumerate(self.losses):
            self._lost.addWidget(plain("·", "dim"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._lost.addWidget(label, row, 1)
