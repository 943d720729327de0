"""What failed in a job, grouped by cause, and what was kept of each sample: its picture and the reason."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.preview.tiles import Tile, TileKey
from myriorama.app.queue_view.background import NewestAlone
from myriorama.app.queue_view.failures import MOST_LISTED, FailureGroup, Kept, grouped, kept_of
from myriorama.app.queue_view.figures import JobFigures
from myriorama.app.render_queue.states import SampleState
from myriorama.app.render_queue.store import SampleRow
from myriorama.app.studio import Studio
from myriorama.widgets.export.parts import plain
from myriorama.widgets.gallery.picture_view import PictureView
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

_ROW: Final = Qt.ItemDataRole.UserRole


class FailuresPage(QStackedWidget):
    """The failed samples of one job.

    Signals
    -------
    sample_wanted : (str, int)
        Show this sample of this job in the viewport.
    """

    sample_wanted = Signal(str, int)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue = studio.queue
        self._job: JobFigures | None = None
        self._listed: tuple[str, int, int] | None = None
        self._groups: tuple[FailureGroup, ...] = ()
        self._kept: Kept | None = None
        self._lister = NewestAlone(studio.post, "failed samples")
        self._reader = NewestAlone(studio.post, "quarantine")
        self.destroyed.connect(self._lister.close)
        self.destroyed.connect(self._reader.close)
        self.empty = plain("", "dim", wraps=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.tree = QTreeWidget()
        self.picture = PictureView("Picture of the failed sample", self)
        self.no_picture = plain("", "dim", wraps=True)
        self.no_picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sight = QStackedWidget()
        self.reason = QPlainTextEdit()
        self.open_sample = QToolButton()
        self.open_folder = QToolButton()
        self._lay_out()

    def _lay_out(self) -> None:
        tokens = theme()
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName("Failed samples by cause")
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(12)
        self.tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.tree.currentItemChanged.connect(self._on_current)
        self.tree.itemActivated.connect(self._on_activated)
        self.reason.setReadOnly(True)
        self.reason.setAccessibleName("Why it failed")
        self.reason.setMinimumHeight(44)
        for button, name, text, tip in (
            (self.open_sample, "eye-outline", "Open this sample", "Show this very sample in the viewport (Return)"),
            (self.open_folder, "folder-open-outline", "Folder", "Open the folder with its picture, recipe and reason"),
        ):
            button.setIcon(icon(name))
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(text)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setAutoRaise(True)
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            button.setMinimumWidth(28)
        self.open_sample.clicked.connect(self._on_open_sample)
        self.open_folder.clicked.connect(self._on_open_folder)
        self.sight.addWidget(self.picture)
        self.sight.addWidget(self.no_picture)
        self.sight.setMinimumWidth(80)
        self.reason.setMinimumWidth(70)
        self.tree.setMinimumWidth(90)
        line = QHBoxLayout()
        line.setSpacing(tokens.tight)
        line.addWidget(self.open_sample)
        line.addWidget(self.open_folder)
        line.addStretch(1)
        beside = QHBoxLayout()
        beside.setSpacing(tokens.tight)
        beside.addWidget(self.sight, 1)
        beside.addWidget(self.reason, 1)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(tokens.tight, tokens.tight, tokens.tight, 2)
        column.setSpacing(2)
        column.addLayout(beside, 1)
        column.addLayout(line)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.tree)
        split.addWidget(right)
        split.setSizes([180, 300])
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setChildrenCollapsible(False)
        self.addWidget(self.empty)
        self.addWidget(split)

    def show_job(self, figures: JobFigures) -> None:
        """Show what failed in a job; it is listed again where that has changed."""
        other = self._job is None or self._job.id != figures.id
        self._job = figures
        if other:
            self._clear()
        if not figures.failed:
            self.empty.setText("No sample failed.")
            self.setCurrentIndex(0)
        elif self.isVisible():
            self._list()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._job is not None and self._job.failed:
            self._list()

    def _clear(self) -> None:
        self._listed = None
        self._groups = ()
        with QSignalBlocker(self.tree):
            self.tree.clear()
        self._show_kept(None)

    def _list(self) -> None:
        job = self._job
        assert job is not None
        now = (job.id, job.failed, job.left)
        if self._listed == now:
            return
        self._listed = now
        if not self._groups:
            self.empty.setText("Reading what failed…")
            self.setCurrentIndex(0)
        self._lister.do(
            lambda: grouped(self._queue.rows(job.id, SampleState.FAILED, SampleState.QUARANTINED, limit=MOST_LISTED)),
            partial(self._take_groups, job.id),
            self._on_trouble,
        )

    def _take_groups(self, job: str, groups: tuple[FailureGroup, ...]) -> None:
        if self._job is None or self._job.id != job or groups == self._groups:
            if self._groups:
                self.setCurrentIndex(1)
            return
        chosen = self._current()
        self._groups = groups
        with QSignalBlocker(self.tree):
            self.tree.clear()
            for group in groups:
                top = QTreeWidgetItem([f"{group.title} ({len(group.samples):,})"])
                top.setToolTip(0, plain_tip(group.way_out))
                self.tree.addTopLevelItem(top)
                for sample in group.samples:
                    item = QTreeWidgetItem([f"{sample.index}  {' '.join(sample.reason.split())}"[:160]])
                    item.setData(0, _ROW, sample)
                    item.setToolTip(0, plain_tip(sample.reason))
                    top.addChild(item)
                top.setExpanded(True)
        listed = sum(len(g.samples) for g in groups)
        if self._job.failed > listed:
            self.tree.addTopLevelItem(QTreeWidgetItem([f"and {self._job.failed - listed:,} more"]))
        self.setCurrentIndex(1 if groups else 0)
        wanted = self._item_of(chosen.index) if chosen is not None else None
        first = self.tree.topLevelItem(0)
        self.tree.setCurrentItem(wanted or (first.child(0) if first is not None else None))

    def _item_of(self, index: int) -> QTreeWidgetItem | None:
        for k in range(self.tree.topLevelItemCount()):
            top = self.tree.topLevelItem(k)
            for n in range(top.childCount()):
                if top.child(n).data(0, _ROW).index == index:
                    return top.child(n)
        return None

    def _current(self) -> SampleRow | None:
        item = self.tree.currentItem()
        found = item.data(0, _ROW) if item is not None else None
        return found if isinstance(found, SampleRow) else None

    def _on_current(self) -> None:
        job, row = self._job, self._current()
        if job is None or row is None:
            self._show_kept(None)
            return
        self._reader.do(lambda: kept_of(job.out, row), self._show_kept, self._on_trouble)

    def _show_kept(self, kept: Kept | None) -> None:
        row = self._current()
        if kept is not None and (row is None or row.index != kept.index):
            return
        self._kept = kept
        self.open_sample.setEnabled(kept is not None)
        self.open_folder.setEnabled(kept is not None and kept.folder is not None)
        if kept is None:
            self.reason.setPlainText("")
            self.no_picture.setText("")
            self.sight.setCurrentIndex(1)
            return
        self.reason.setPlainText("\n\n".join(kept.reasons))
        if kept.picture is None:
            self.no_picture.setText("It never came to a picture.")
            self.sight.setCurrentIndex(1)
            return
        height, width = kept.picture.shape[:2]
        self.picture.set_output(width, height)
        picture = np.ascontiguousarray(kept.picture)
        self.picture.show_tile(Tile(TileKey(kept.index), 0, "", "", picture, ()))
        self.picture.fit()
        self.sight.setCurrentIndex(0)

    def _on_activated(self) -> None:
        if self._current() is not None:
            self._on_open_sample()

    def _on_open_sample(self) -> None:
        row = self._current()
        if self._job is not None and row is not None:
            self.sample_wanted.emit(self._job.id, row.index)

    def _on_open_folder(self) -> None:
        if self._kept is not None and self._kept.folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._kept.folder)))

    def _on_trouble(self, error: Exception) -> None:
        self._listed = None
        self.empty.setText(f"What failed cannot be read: {error}")
        self.setCurrentIndex(0)
