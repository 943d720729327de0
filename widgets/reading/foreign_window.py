"""A foreign dataset, looked at: its pictures with their labels, what they add up to, and what is wrong with them.

Nothing of it is parsed in this process, and nothing can be changed here.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from myriorama.app.reading.foreign import ForeignDataset, ForeignTiles
from myriorama.app.reading.reader import ForeignInfo
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError
from myriorama.widgets.binding import bind
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.export.parts import plain, push_button
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.queue.written_gallery import WrittenGallery
from myriorama.widgets.reading.faults_page import FaultsPage, told_count
from myriorama.widgets.reading.foreign_statistics import ForeignStatistics
from myriorama.widgets.theme import icon, program_icon, theme

_CLASSES_TOLD = 6
_SCREEN_SHARE: Final = 0.94


class ForeignWindow(QWidget):
    """One foreign dataset.

    Signals
    -------
    closed : (object,)
        What was opened.
    """

    closed = Signal(object)

    def __init__(
        self,
        studio: Studio,
        target: Path,
        pictures: Path | None = None,
        format_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("foreign dataset")
        self.setWindowIcon(program_icon())
        self.setWindowTitle(f"{target.name} - foreign dataset")
        self.setAccessibleName(f"Foreign dataset {target.name}")
        self._studio = studio
        self._target = target
        self.dataset: ForeignDataset | None = None
        self.gallery: WrittenGallery | None = None
        self.statistics: ForeignStatistics | None = None
        self.faults: FaultsPage | None = None
        self.heading = plain(target.name, "heading")
        self.about = ElidedLabel(str(target), Qt.TextElideMode.ElideMiddle)
        self.classes = ElidedLabel("", Qt.TextElideMode.ElideRight)
        self.open_folder = push_button("Open folder")
        self.bar = QProgressBar()
        self.note = plain("Reading the labels…", "dim", wraps=True)
        self.tabs = QTabWidget()
        self.pages = QStackedWidget()
        self._lay_out()
        self.open_folder.clicked.connect(self._on_open_folder)
        self.tiles = ForeignTiles(studio.post, target, pictures, format_name)
        bind(self, self.tiles.opened, self._take)
        bind(self, self.tiles.refused, self._on_refused)
        bind(self, self.tiles.progress, self._on_progress)
        self.destroyed.connect(self.tiles.close)
        self.tiles.start()
        self.resize(QSize(1100, 760).boundedTo(self.screen().availableSize() * _SCREEN_SHARE))

    def _lay_out(self) -> None:
        tokens = theme()
        banner = QWidget()
        banner.setObjectName("banner")
        line = QHBoxLayout()
        line.setSpacing(tokens.gap)
        line.addWidget(self.heading)
        line.addStretch(1)
        line.addWidget(self.open_folder)
        words = QVBoxLayout(banner)
        words.setContentsMargins(tokens.gap * 2, tokens.gap, tokens.gap * 2, tokens.tight)
        words.setSpacing(tokens.tight)
        words.addLayout(line)
        words.addWidget(self.about)
        words.addWidget(self.classes)
        self.classes.hide()
        waiting = QWidget()
        inside = QVBoxLayout(waiting)
        inside.setContentsMargins(tokens.gap * 4, tokens.gap, tokens.gap * 4, tokens.gap)
        inside.addStretch(1)
        inside.addWidget(self.note)
        inside.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignHCenter)
        inside.addStretch(1)
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar.setRange(0, 0)
        self.bar.setFixedWidth(320)
        self.bar.setMaximumHeight(8)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of reading")
        self.tabs.setDocumentMode(True)
        self.pages.addWidget(waiting)
        self.pages.addWidget(self.tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(banner)
        column.addWidget(self.pages, 1)

    # -- what comes in -----------------------------------------------------------------------------------------------

    def _on_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, max(1, total))
        self.bar.setValue(done)

    def _take(self, info: ForeignInfo) -> None:
        studio = self._studio
        overlays = replace(studio.overlays.value, color_by="class", hidden=False)
        self.dataset = ForeignDataset(self.tiles, info, studio.registry, overlays)
        self._tell_about(info)
        self.gallery = WrittenGallery(self.dataset, self)
        self.statistics = ForeignStatistics(self.dataset, self)
        self.faults = FaultsPage(self.dataset, self)
        self.tabs.addTab(self.gallery, "Pictures")
        self.tabs.addTab(self.statistics, "Statistics")
        self.tabs.addTab(self.faults, "")
        bind(self, self.dataset.faults_changed, self._name_faults)
        self._name_faults()
        self.pages.setCurrentWidget(self.tabs)
        self.gallery.grid.setFocus()

    def _tell_about(self, info: ForeignInfo) -> None:
        said = [info.format, told_count(len(info), "picture"), told_count(info.objects, "object")]
        if info.ignored:
            said.append(told_count(info.ignored, "region") + " to ignore")
        said += [f"{part} {count:,}" for part, count in info.parts.items() if part]
        self.about.set_text(f"{', '.join(said)}  ·  {info.folder}")
        ranked = sorted(info.classes, key=lambda row: -row.objects)
        named = [f"{row.name} {row.objects:,}" for row in ranked[:_CLASSES_TOLD]]
        more = f", and {len(ranked) - len(named):,} more" if len(ranked) > len(named) else ""
        words = f"{told_count(len(ranked), 'class') if len(ranked) == 1 else f'{len(ranked):,} classes'}: "
        self.classes.set_text("  ·  ".join((words + ", ".join(named) + more if ranked else "No classes", *info.notes)))
        table = [f"{row.name}: {row.objects:,} objects in {row.pictures:,} pictures" for row in ranked[:40]]
        self.classes.setToolTip(plain_tip("\n".join((*table, *info.notes))))
        self.classes.show()

    def _name_faults(self) -> None:
        assert self.dataset is not None
        total = self.dataset.kinds.total()
        self.tabs.setTabText(2, f"Faults ({total:,})" if total else "Faults")
        self.tabs.setTabIcon(2, icon("alert-outline", theme().warning) if total else icon("check-circle-outline"))

    def _on_refused(self, error: InputError) -> None:
        self.bar.hide()
        self.note.setProperty("role", "")
        self.note.setText(f"This dataset cannot be shown:\n\n{error}")

    def _on_open_folder(self) -> None:
        folder = self.dataset.info.folder if self.dataset is not None else self._target
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder if folder.is_dir() else folder.parent)))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.tiles.close()
        self.closed.emit(self._target)
        super().closeEvent(event)
