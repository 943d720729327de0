"""A finished dataset, opened for checking: its pictures with the labels that were written, and what they add up to.

Everything shown comes from the dataset's files; nothing can be changed here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from myriorama.app.amounts import size_text
from myriorama.app.queue_view.background import NewestAlone
from myriorama.app.queue_view.written import WrittenDataset, WrittenInfo, read_info
from myriorama.app.studio import Studio
from myriorama.scenes.project.dump import dump_project
from myriorama.widgets.binding import bind
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.export.parts import plain, push_button, set_role
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.queue.written_gallery import WrittenGallery
from myriorama.widgets.statistics.panel import StatisticsPanel
from myriorama.widgets.theme import icon, program_icon, theme

_ROLES = {"sound": "good", "faulty": "error", "failed": "error", "verifying": "", "not verified": "dim"}
_MARKS = {
    "sound": "shield-check",
    "faulty": "shield-alert",
    "failed": "shield-off-outline",
    "verifying": "shield-sync-outline",
    "not verified": "shield-outline",
}
_SCREEN_SHARE: Final = 0.94


class DatasetWindow(QWidget):
    """One dataset.

    Signals
    -------
    sample_wanted : (str, Path, int)
        Show this sample in the viewport: the project as text, the dataset, the sample's number.
    closed : (Path,)
    export_wanted : (Path,)
        Write it in another format.
    """

    sample_wanted = Signal(str, object, int)
    closed = Signal(object)
    export_wanted = Signal(object)

    def __init__(self, studio: Studio, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("dataset")
        self.setWindowIcon(program_icon())
        self.setWindowTitle(f"{folder.name} - written dataset")
        self.setAccessibleName(f"Written dataset {folder.name}")
        self._studio = studio
        self._folder = folder
        self.dataset: WrittenDataset | None = None
        self.gallery: WrittenGallery | None = None
        self.statistics: StatisticsPanel | None = None
        self.heading = plain("", "heading")
        self.about = ElidedLabel("", Qt.TextElideMode.ElideRight)
        self.mark = QLabel()
        self.standing = ElidedLabel("", Qt.TextElideMode.ElideRight)
        self.bar = QProgressBar()
        self.verify = push_button("Verify")
        self.stop = push_button("Stop")
        self.export_as = push_button("Export as…")
        self.open_folder = push_button("Open folder")
        self.tabs = QTabWidget()
        self.pages = QStackedWidget()
        self.note = plain("Reading the dataset…", "dim", wraps=True)
        self._lay_out()
        self.verify.clicked.connect(self._on_verify)
        self.stop.clicked.connect(self._on_stop)
        self.export_as.clicked.connect(lambda: self.export_wanted.emit(self._folder))
        self.open_folder.clicked.connect(self._on_open_folder)
        bind(self, studio.verifications.changed, self._on_verified)
        self._show_standing()
        self._reader = NewestAlone(studio.post, "dataset")
        self._reader.do(lambda: read_info(folder), self._take, self._on_trouble)
        self.resize(QSize(1100, 760).boundedTo(self.screen().availableSize() * _SCREEN_SHARE))

    def _lay_out(self) -> None:
        tokens = theme()
        banner = QWidget()
        banner.setObjectName("banner")
        standing = QVBoxLayout()
        standing.setSpacing(2)
        standing.addWidget(self.standing)
        standing.addWidget(self.bar)
        self.bar.setMaximumHeight(8)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of verifying")
        line = QHBoxLayout()
        line.setSpacing(tokens.gap)
        line.addWidget(self.heading)
        line.addSpacing(tokens.gap)
        line.addWidget(self.mark)
        line.addLayout(standing, 1)
        for button in (self.verify, self.stop, self.export_as, self.open_folder):
            line.addWidget(button)
        words = QVBoxLayout(banner)
        words.setContentsMargins(tokens.gap * 2, tokens.gap, tokens.gap * 2, tokens.tight)
        words.setSpacing(tokens.tight)
        words.addLayout(line)
        words.addWidget(self.about)
        self.export_as.setToolTip("Write it in another format, without rendering anything again")
        self.verify.setToolTip("Check every file and every label again, from the files alone")
        self.tabs.setDocumentMode(True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages.addWidget(self.note)
        self.pages.addWidget(self.tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(banner)
        column.addWidget(self.pages, 1)
        self.heading.setText(self._folder.name)
        self.about.set_text(str(self._folder))

    # -- what is there ---------------------------------------------------------------------------------------------

    def _take(self, info: WrittenInfo) -> None:
        studio = self._studio
        self.dataset = WrittenDataset(studio.post, info, studio.registry, studio.overlays.value)
        out = f", {len(info.quarantined):,} quarantined" if info.quarantined else ""
        self.about.set_text(
            f"Written dataset: {len(info.numbers):,} samples{out}, {info.annotations:,} labelled objects, "
            f"{info.width} × {info.height}, {', '.join(info.formats)}, {size_text(info.bytes)}  ·  {self._folder}"
        )
        self.destroyed.connect(self.dataset.close)
        self.gallery = WrittenGallery(self.dataset, self)
        self.gallery.sample_wanted.connect(self._on_sample)
        self.statistics = StatisticsPanel(self.dataset, self)  # type: ignore[arg-type]
        self.tabs.addTab(self.gallery, "Samples")
        self.tabs.addTab(self.statistics, "Statistics")
        self.pages.setCurrentWidget(self.tabs)
        if not len(info.numbers):
            self._on_trouble(ValueError("no sample of it could be made"))
        else:
            self.gallery.grid.setFocus()

    def _on_trouble(self, error: Exception) -> None:
        self.note.setText(f"This dataset cannot be shown: {error}")
        self.pages.setCurrentWidget(self.note)

    def _on_sample(self, number: int) -> None:
        if self.dataset is not None:
            self.sample_wanted.emit(dump_project(self.dataset.info.project), self._folder, number)

    # -- verifying -------------------------------------------------------------------------------------------------

    def _on_verify(self) -> None:
        self._studio.verifications.start(self._folder)

    def _on_stop(self) -> None:
        self._studio.verifications.stop(self._folder)

    def _on_verified(self, folder: Path) -> None:
        if folder == self._folder:
            self._show_standing()

    def _show_standing(self) -> None:
        found = self._studio.verifications.of(self._folder)
        verifying = found.standing == "verifying"
        self.standing.set_text(found.words)
        self.standing.setToolTip(
            plain_tip("\n".join(found.findings) or (f"Digest {found.digest}" if found.digest else found.words))
        )
        role = _ROLES[found.standing]
        set_role(self.standing, role)
        self.mark.setPixmap(icon(_MARKS[found.standing], getattr(theme(), role) if role else "").pixmap(20, 20))
        self.bar.setVisible(verifying)
        self.bar.setRange(0, found.total)
        self.bar.setValue(found.done)
        self.verify.setVisible(not verifying)
        self.stop.setVisible(verifying)

    def _on_open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._reader.close()
        if self.dataset is not None:
            self.dataset.close()
        self.closed.emit(self._folder)
        super().closeEvent(event)
