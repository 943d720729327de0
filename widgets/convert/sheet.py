"""The sheet that exports a finished dataset in another format: settings with live counts, the run, the result.

Closing it stops no export. The dataset is never changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.amounts import size_text
from myriorama.app.conversion.child import wanted_to_json
from myriorama.app.conversion.conversions import Conversion
from myriorama.app.conversion.counting import Counted
from myriorama.app.conversion.drafting import ExportDraft, command_of, folder_problem, selection_of, wanted_of
from myriorama.app.conversion.objects import ObjectCounts
from myriorama.app.conversion.source import ExportSource, open_source, what_is_lost
from myriorama.app.exporting.checks import free_bytes
from myriorama.app.exporting.running import Running
from myriorama.app.queue_view.background import NewestAlone
from myriorama.app.studio import Studio
from myriorama.plugins.selection import Selection, View
from myriorama.scenes.errors import InputError, MyrioramaError
from myriorama.widgets.binding import bind
from myriorama.widgets.convert.counts_view import CountsView
from myriorama.widgets.convert.form import ConvertForm
from myriorama.widgets.convert.pages import ResultPage, RunningPage, code_field, show_code
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.export.parts import plain, push_button
from myriorama.widgets.theme import theme

_WIDTH_PX: Final = 1040
_HEIGHT_PX: Final = 720
_COUNTS_PX: Final = 340
_ASK_AFTER_MS: Final = 300
_COMMAND_LINES: Final = 4
OPENING, SETTINGS, RUNNING, RESULT = range(4)


class ConvertSheet(QDialog):
    """A dialog that does not block the window.

    Parameters
    ----------
    studio : Studio

    Attributes
    ----------
    told : signal of (str,)
        What a person should know while the sheet is not seen.
    """

    told = Signal(str)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.studio = studio
        self.setWindowTitle("Export as…")
        self.setObjectName("convert")
        self.setAccessibleName("Export a finished dataset")
        self.setModal(False)
        self.source: ExportSource | None = None
        self.counts: ObjectCounts | None = None
        self.conversion: Conversion | None = None
        self._missing = ""
        self._asked_losses: tuple[object, ...] = ()
        self._asking: Running | None = None
        self._serial = 0
        self._reader = NewestAlone(studio.post, "export source")
        self.form = ConvertForm(studio.registry)
        self.holds = CountsView()
        self.name = plain("", "heading")
        self.about = ElidedLabel("", Qt.TextElideMode.ElideRight)
        self.other = push_button("Another dataset…")
        self.note = plain("", "dim", wraps=True)
        self.choose = push_button("Choose a dataset…", default=True)
        self.command = code_field("The same export as a command", lines=2, wraps=True)
        self.copy = push_button("Copy")
        self.room = plain("", "dim")
        self.cancel = push_button("Close")
        self.export = push_button("Export", default=True)
        self.running = RunningPage()
        self.result_page = ResultPage()
        self.pages = QStackedWidget()
        self._ask_soon = QTimer(self, singleShot=True, interval=_ASK_AFTER_MS, timeout=self._ask_third_party)
        self._lay_out()
        self._connect()
        self.resize(_WIDTH_PX, _HEIGHT_PX)

    # -- making ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens = theme()
        opening = QWidget()
        column = QVBoxLayout(opening)
        column.addStretch(1)
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.note)
        column.addSpacing(tokens.gap)
        column.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        for page in (opening, self._settings_page(), self.running, self.result_page):
            self.pages.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.pages)
        self.copy.setToolTip("Copy the command that makes this very export without the window")
        self.copy.setAccessibleName("Copy the command")

    def _settings_page(self) -> QWidget:
        tokens = theme()
        page = QWidget()
        banner = QWidget()
        banner.setObjectName("banner")
        head = QHBoxLayout(banner)
        head.setContentsMargins(tokens.gap * 2, tokens.gap, tokens.gap * 2, tokens.gap)
        head.setSpacing(tokens.gap * 2)
        head.addWidget(self.name)
        head.addWidget(self.about, 1)
        head.addWidget(self.other)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(_scrolled(self.form), 1)
        side = _scrolled(self.holds)
        side.setFixedWidth(_COUNTS_PX)
        middle.addWidget(_line(vertical=True))
        middle.addWidget(side)
        foot = QVBoxLayout()
        foot.setContentsMargins(tokens.gap * 2, tokens.gap, tokens.gap * 2, tokens.gap * 2)
        foot.setSpacing(tokens.gap)
        line = QHBoxLayout()
        line.setSpacing(tokens.gap)
        line.addWidget(self.command, 1)
        line.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        foot.addLayout(line)
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.gap)
        buttons.addWidget(self.room, 1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.export)
        foot.addLayout(buttons)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(banner)
        column.addWidget(_line())
        column.addLayout(middle, 1)
        column.addWidget(_line())
        column.addLayout(foot)
        return page

    def _connect(self) -> None:
        self.form.edited.connect(self._on_edited)
        self.export.clicked.connect(self.start)
        self.cancel.clicked.connect(self.close)
        self.choose.clicked.connect(self.choose_source)
        self.other.clicked.connect(self.choose_source)
        self.copy.clicked.connect(self._on_copy)
        self.running.hide_wanted.connect(self.close)
        self.result_page.close_wanted.connect(self.close)
        self.result_page.again_wanted.connect(self._on_again)
        bind(self, self.studio.conversions.changed, self._on_conversion)
        self.destroyed.connect(self._reader.close)

    # -- the dataset -----------------------------------------------------------------------------------------------

    def choose_source(self) -> None:
        """Ask for the folder of a finished dataset."""
        start = str(self.source.folder.parent) if self.source is not None else ""
        dialog = QFileDialog(self, "The folder of a finished dataset", start)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda chosen: self.show_dataset(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_dataset(self, folder: Path) -> None:
        """Start with a dataset; one whose settings are shown already keeps them."""
        if self.conversion is not None and not self.conversion.state.value.ended:
            self.pages.setCurrentIndex(RUNNING)
            return
        self.conversion = None
        if self.source is not None and self.source.folder == folder.absolute():
            self._show_settings()
            return
        self._forget()
        self._opening("Reading the dataset…", may_choose=False)
        self._reader.do(lambda: open_source(folder), self._take, self._on_trouble)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous() and self.source is None and not self._reader.busy:
            self._opening("A finished dataset is exported in another format, without rendering anything again.")

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if event.spontaneous():  # minimised by the window system
            return
        if self.conversion is None or self.conversion.state.value.ended:
            self._forget()
            self.conversion = None

    def _opening(self, text: str, *, may_choose: bool = True) -> None:
        self.note.setText(text)
        self.choose.setVisible(may_choose)
        self.pages.setCurrentIndex(OPENING)

    def _take(self, source: ExportSource) -> None:
        self.source = source
        self.name.setText(source.folder.name)
        self.about.set_text(
            f"{len(source.numbers):,} samples, {source.objects:,} labelled objects, {', '.join(source.formats)}, "
            f"{size_text(source.bytes)}  ·  {source.folder}"
        )
        self.counts = ObjectCounts(source, self.studio.post)
        bind(self, self.counts.progressed, self.holds.show_progress)
        bind(self, self.counts.counted, self._on_counted)
        bind(self, self.counts.refused, self._on_refused)
        bind(self, self.counts.divided, self._on_divided)
        self.form.show_source(source)
        self._show_settings()

    def _on_trouble(self, error: Exception) -> None:
        self._opening(f"This cannot be exported: {error}")

    def _forget(self) -> None:
        """Let a dataset go; whoever reads it stops."""
        self._serial += 1
        if self.counts is not None:
            self.counts.close()
        if self._asking is not None:
            self._asking.kill()
        self.source = self.counts = self._asking = None
        self._asked_losses = ()

    # -- settings --------------------------------------------------------------------------------------------------

    def _show_settings(self) -> None:
        self.pages.setCurrentIndex(SETTINGS)
        self.export.setDefault(True)
        self.form.format.setFocus()
        self._on_edited()

    def _on_edited(self) -> None:
        source, draft = self.source, self.form.draft
        if source is None or draft is None or self.counts is None:
            return
        problem = folder_problem(draft.out, source.folder)
        self.form.show_folder_problem(problem)
        free = free_bytes(Path(draft.out)) if not problem else None
        self.room.setText(f"{size_text(free)} free on this disk" if free is not None else "")
        try:
            selection = selection_of(draft, source.info, source.stored)
            view = View(source.info, selection)
        except InputError as error:
            self.counts.withdraw()
            self.holds.show_trouble(error.problems[0].message)
            self.command.setPlainText("")
            self.copy.setEnabled(False)
            self.export.setEnabled(False)
            return
        self.counts.ask(selection)
        self._show_command(draft)
        self._show_losses(draft, selection, view)
        self.export.setEnabled(not problem and not self._missing and bool(source.numbers))

    def _show_command(self, draft: ExportDraft) -> None:
        assert self.source is not None
        text = command_of(draft, self.source.info, self.source.stored, self.studio.registry)
        self.copy.setEnabled(True)
        show_code(self.command, text, most=_COMMAND_LINES)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.command.toPlainText())
        self.room.setText("Copied.")

    # -- what it holds, and what it cannot -------------------------------------------------------------------------

    def _on_counted(self, counted: Counted) -> None:
        if self.source is not None and self.counts is not None:
            self.holds.show_counted(counted, sum(self.counts.own.values()), len(self.source.numbers))
            self.form.classes.show_counts(self.counts.own)

    def _on_refused(self, error: Exception) -> None:
        problem = error.problems[0] if isinstance(error, InputError) else None
        self.holds.show_trouble(problem.message if problem is not None else str(error))

    def _on_divided(self) -> None:
        if self.counts is not None:
            self.form.show_dividing(self.counts.dividing)

    def _show_losses(self, draft: ExportDraft, selection: Selection, view: View) -> None:
        """Say what the format cannot hold: asked here of what is shipped, of a third party's writer in a process."""
        assert self.source is not None
        registry = self.studio.registry
        asked: tuple[object, ...] = (draft.format, repr(draft.options), repr(selection.classes), selection.only)
        if asked == self._asked_losses:
            return
        self._asked_losses = asked
        self._missing = ""
        kind = registry.writer_class(draft.format)
        title = kind.label or draft.format
        if registry.grant_of("writer", draft.format) is not None:
            self.holds.show_losses(title, ("asking the plugin…",))
            self._ask_soon.start()
            return
        try:
            losses, self._missing = what_is_lost(kind(view.info, draft.options), view, self.source.first)
        except MyrioramaError as error:
            losses, self._missing = (), str(error)
        self.holds.show_losses(title, losses, self._missing)

    def _ask_third_party(self) -> None:
        source, draft = self.source, self.form.draft
        if source is None or draft is None:
            return
        if self._asking is not None:
            self._asking.kill()
        self._serial += 1
        serial = self._serial
        title = self.studio.registry.writer_class(draft.format).label or draft.format
        selection = selection_of(draft, source.info, source.stored)
        told = wanted_to_json(source.folder, Path(draft.out), draft.format, draft.options, selection, draft.link)

        def heard(message: dict[str, Any]) -> None:
            if serial != self._serial:
                return
            failed = message["type"] == "failed"
            self._missing = message["text"] if failed else message["missing"]
            self.holds.show_losses(title, () if failed else tuple(message["losses"]), self._missing)
            self._on_edited()

        self._asking = Running({"type": "losses", **told}, self.studio.post, heard, lambda _: None)

    # -- the export itself -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin the export, where nothing keeps it from starting."""
        source, draft = self.source, self.form.draft
        if source is None or draft is None or not self.export.isEnabled():
            return
        wanted = wanted_of(draft, source.info, source.stored, self.studio.registry)
        self.conversion = self.studio.conversions.start(wanted)
        self._on_conversion(self.conversion)

    def _on_conversion(self, conversion: Conversion) -> None:
        if conversion is not self.conversion:
            return
        state = conversion.state.value
        if not state.ended:
            self.running.show_conversion(conversion)
            self.pages.setCurrentIndex(RUNNING)
            return
        self.result_page.show_conversion(conversion)
        self.pages.setCurrentIndex(RESULT)
        if not self.isVisible():
            self.told.emit(f"{self.result_page.heading.text()}: {conversion.wanted.out}")

    def _on_again(self) -> None:
        self.conversion = None
        self.form.propose_place()
        self._show_settings()


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(widget)
    return area


def _line(*, vertical: bool = False) -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.VLine if vertical else QFrame.Shape.HLine)
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line
