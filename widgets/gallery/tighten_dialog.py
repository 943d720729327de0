"""Picked against rejected samples, parameter by parameter, with a narrower range that one click puts in force."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.gallery.axes import runners
from myriorama.app.gallery.gallery import Gallery
from myriorama.app.gallery.tighten import EXCLUDED, Evidence, Proposal, gathered, proposal_for, with_range
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.theme import theme

_BINS: Final = 24
_GATHER_MS: Final = 1000
_WORTH: Final = 0.3
"""A proposal that gains less than this over chance is listed, and not recommended."""


class Histogram(QWidget):
    """Two histograms of one parameter on one axis, each at its own height, with the proposed range."""

    def __init__(self, evidence: Evidence, parent: QWidget) -> None:
        super().__init__(parent)
        self._proposal: Proposal | None = None
        runner = evidence.runner
        low, high = runner.low, runner.high
        self._edges = np.linspace(low, high if high > low else low + 1.0, _BINS + 1)
        self._kept = _shares(evidence.kept, self._edges)
        self._rejected = _shares(evidence.rejected, self._edges)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Histogram of {runner.title}")
        self.setToolTip("Up: samples to keep. Down: rejected samples. Each at its own height.")

    def propose(self, proposal: Proposal | None) -> None:
        """Mark a range."""
        self._proposal = proposal
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, 84)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme()
        room = QRectF(self.rect()).adjusted(2, 2, -2, -18)
        painter.fillRect(room, QColor(tokens.field))
        low, high = float(self._edges[0]), float(self._edges[-1])

        def across(value: float) -> float:
            return room.left() + (value - low) / (high - low) * room.width()

        if self._proposal is not None:
            inside = QRectF(
                QPointF(across(self._proposal.low), room.top()), QPointF(across(self._proposal.high), room.bottom())
            )
            painter.fillRect(inside, QColor(tokens.selection))
        middle = room.center().y()
        half = room.height() / 2 - 2
        wide = room.width() / _BINS
        for i in range(_BINS):
            x = room.left() + i * wide + 0.5
            painter.fillRect(
                QRectF(x, middle - half * self._kept[i], wide - 1, half * self._kept[i]), QColor(tokens.good)
            )
            painter.fillRect(QRectF(x, middle + 1, wide - 1, half * self._rejected[i]), QColor(tokens.error))
        painter.setPen(QPen(QColor(tokens.border), 1))
        painter.drawLine(QPointF(room.left(), middle + 0.5), QPointF(room.right(), middle + 0.5))
        if self._proposal is not None:
            painter.setPen(QPen(QColor(tokens.accent), 2))
            for value in (self._proposal.low, self._proposal.high):
                painter.drawLine(QPointF(across(value), room.top()), QPointF(across(value), room.bottom()))
        painter.setPen(QColor(tokens.dim))
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        foot = QRectF(room.left(), room.bottom() + 2, room.width(), 16)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, f"{low:.4g}")
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, f"{high:.4g}")


class TightenDialog(QDialog):
    """Lists what sets rejected samples apart, the clearest first."""

    def __init__(self, studio: Studio, gallery: Gallery, parent: QWidget) -> None:
        super().__init__(parent)
        self.studio = studio
        self.gallery = gallery
        self.setWindowTitle("Tighten ranges")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 640)
        self.rows: list[_Row] = []
        column = QVBoxLayout(self)
        self._head = QLabel(self)
        self._head.setTextFormat(Qt.TextFormat.PlainText)
        self._head.setWordWrap(True)
        column.addWidget(self._head)
        tools = QHBoxLayout()
        tools.addWidget(QLabel("Rejected samples against", self))
        self.against = QComboBox(self)
        self.against.setAccessibleName("What rejected samples are held against")
        self.against.addItem("picked ones", "picked")
        self.against.addItem("all others", "others")
        tools.addWidget(self.against)
        tools.addSpacing(theme().gap * 2)
        self._exclude_label = QLabel(self)
        tools.addWidget(self._exclude_label)
        self.exclude = QSlider(Qt.Orientation.Horizontal, self)
        self.exclude.setRange(50, 100)
        self.exclude.setValue(round(EXCLUDED * 100))
        self.exclude.setFixedWidth(120)
        self.exclude.setAccessibleName("Share of the rejected values to exclude, percent")
        tools.addWidget(self.exclude)
        tools.addStretch(1)
        column.addLayout(tools)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        column.addWidget(self._area, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        picked = any(j.flag == "pick" for j in studio.judgments.all.values())
        self.against.setCurrentIndex(0 if picked else 1)
        self.against.currentIndexChanged.connect(self._show)
        self.exclude.valueChanged.connect(self._show)
        bind(self, studio.document.changed, self._show)
        self._gather = QTimer(self, singleShot=True, interval=_GATHER_MS, timeout=self._on_gathered)
        bind(self, studio.table.changed, self._on_facts)
        studio.facts_demand.hold("tighten")
        self.finished.connect(self._release)
        self._show()

    def _on_gathered(self) -> None:
        if self._area.underMouse():
            self._gather.start()  # rows do not move under a pointer that is about to press
        else:
            self._show()

    def _release(self) -> None:
        self.studio.facts_demand.release("tighten")

    def _on_facts(self, *_told: object) -> None:
        if not self._gather.isActive():
            self._gather.start()

    def _show(self, *_told: object) -> None:
        project = self.studio.document.project
        share = self.exclude.value() / 100
        self._exclude_label.setText(f"Exclude {self.exclude.value()} % of them")
        page = QWidget()
        page.setAccessibleName("Parameters")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, theme().gap, 0)
        self.rows = []
        at = self._area.verticalScrollBar().value()
        if project is None:
            self._area.setWidget(page)
            return
        kept, rejected = self._samples()
        self._head.setText(self._told(len(kept), len(rejected)))
        found = []
        for evidence in gathered(
            runners(project, self.studio.registry, varying_only=True), self.studio.table, kept, rejected
        ):
            if len(evidence.rejected):
                proposal = proposal_for(project, evidence, share)
                found.append((proposal.gain if isinstance(proposal, Proposal) else -2.0, evidence, proposal))
        found.sort(key=lambda row: -row[0])
        for _, evidence, proposal in found:
            row = _Row(evidence, proposal, page)
            row.apply.clicked.connect(partial(self._apply, row))
            column.addWidget(row)
            self.rows.append(row)
        if not found:
            words = "The values drawn for these samples are not known yet: they come in after the pictures."
            if not rejected:
                words = "Reject some samples first, with X; then the values drawn for them are compared here."
            hint = QLabel(words, page)
            hint.setWordWrap(True)
            hint.setProperty("role", "dim")
            column.addWidget(hint)
        column.addStretch(1)
        self._area.setWidget(page)
        self._area.verticalScrollBar().setValue(at)

    def _samples(self) -> tuple[frozenset[int], frozenset[int]]:
        kept, rejected = set(), set()
        others = self.against.currentData() == "others"
        for index in range(self.gallery.total):
            if not self.gallery.held.recipe_of(index):
                continue
            flag = self.gallery.session.judgment_of(index).flag
            if flag == "reject":
                rejected.add(index)
            elif flag == "pick" or others:
                kept.add(index)
        return frozenset(kept), frozenset(rejected)

    def _told(self, kept: int, rejected: int) -> str:
        what = "picked" if self.against.currentData() == "picked" else "not rejected"
        counted = f"{rejected} rejected sample{'s' if rejected != 1 else ''}, {kept} {what}."
        return f"{counted} Samples whose judgment is stale are not counted."

    def _apply(self, row: _Row) -> None:
        project, proposal = self.studio.document.project, row.proposal
        if project is None or not isinstance(proposal, Proposal):
            return
        runner = row.evidence.runner
        try:
            changed = with_range(project, runner, proposal.low, proposal.high)
        except (ValueError, KeyError) as error:
            row.told.setText(f"The range cannot be used: {error}")
            return
        self.studio.document.replace(changed, f"Tighten {runner.title} to {proposal.low:.4g} to {proposal.high:.4g}")


class _Row(QFrame):
    def __init__(self, evidence: Evidence, proposal: Proposal | str, parent: QWidget) -> None:
        super().__init__(parent)
        self.evidence = evidence
        self.proposal = proposal
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme().tight, 0, theme().gap)
        column.setSpacing(2)
        runner = evidence.runner
        title = QLabel(runner.title, self)
        title.setTextFormat(Qt.TextFormat.PlainText)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        column.addWidget(title)
        histogram = Histogram(evidence, self)
        column.addWidget(histogram)
        foot = QHBoxLayout()
        self.told = QLabel(self)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setProperty("role", "dim")
        self.told.setWordWrap(True)
        foot.addWidget(self.told, 1)
        self.apply = QPushButton("Tighten range", self)
        self.apply.setAccessibleName(f"Tighten the range of {runner.title}")
        foot.addWidget(self.apply)
        column.addLayout(foot)
        if isinstance(proposal, Proposal):
            histogram.propose(proposal)
            weak = "" if proposal.gain >= _WORTH else " Hardly better than chance."
            out, kept = f"{100 * proposal.excluded:.0f} %", f"{100 * proposal.kept:.0f} %"
            self.told.setText(
                f"{proposal.low:.4g} to {proposal.high:.4g} leaves out {out} of the rejected values and keeps {kept} "
                f"of the others.{weak}"
            )
        else:
            self.told.setText(proposal[:1].upper() + proposal[1:] + ".")
            self.apply.setEnabled(False)


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    counts, _ = np.histogram(values, bins=edges)
    return np.asarray(counts / counts.max() if counts.max() else counts.astype(float))
