"""The export sheet: settings with a live estimate, then the run, then what became of it.

Closing it stops no export; the badge in the status bar brings it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.amounts import duration_text, size_text
from myriorama.app.exporting.checks import FieldProblem, check_export, free_bytes
from myriorama.app.exporting.draft import (
    first_draft,
    free_folder,
    rejected_samples,
    settings_of,
    source_of,
    taken_folders,
)
from myriorama.app.exporting.estimate import Estimate, Estimator
from myriorama.app.exporting.export import ExportJob
from myriorama.app.exporting.settings import ExportSettings, as_command, as_python
from myriorama.app.studio import Studio
from myriorama.scenes.project.dump import project_hash
from myriorama.widgets.binding import bind
from myriorama.widgets.export.form import ExportForm
from myriorama.widgets.export.parts import plain, push_button, set_role
from myriorama.widgets.export.result_page import ResultPage
from myriorama.widgets.export.running_page import RunningPage
from myriorama.widgets.theme import icon, theme

_ESTIMATE_AFTER_MS: Final = 700
_WIDTH_PX: Final = 680
_HEIGHT_PX: Final = 640


class ExportSheet(QDialog):
    """A dialog that does not block the window.

    Parameters
    ----------
    studio : Studio

    Signals
    -------
    queue_wanted : (str,)
        Show this job of the queue.

    Parameters
    ----------
    form : ExportForm or None
        One that was made before, so that opening the sheet takes less.
    """

    queue_wanted = Signal(str)

    def __init__(self, studio: Studio, parent: QWidget | None = None, form: ExportForm | None = None) -> None:
        super().__init__(parent)
        self.studio = studio
        self.setWindowTitle("Export dataset")
        self.setObjectName("export")
        self.setAccessibleName("Export dataset")
        self.setModal(False)
        self.estimator = Estimator(studio.exports.post)
        self.estimate: Estimate | None = None
        self._estimated: tuple[object, ...] = ()
        self._trouble = ""
        self.job: ExportJob | None = None
        self.form = form if form is not None else ExportForm(studio.registry)
        self.cost = plain("", wraps=True)
        self.note = plain("", "dim", wraps=True)
        self.export = push_button("Export", default=True)
        self.copy = push_button("Copy as")
        self.cancel = push_button("Cancel")
        self.running = RunningPage()
        self.result_page = ResultPage()
        self.pages = QStackedWidget()
        self._ask_soon = QTimer(self, singleShot=True, interval=_ESTIMATE_AFTER_MS, timeout=self._ask)
        self._clock = QTimer(self, interval=1000, timeout=self.running.tick)
        self._lay_out()
        self._connect()
        self.resize(_WIDTH_PX, _HEIGHT_PX)

    # -- making ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens = theme()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.form)
        self.form.show()  # one that was made before waits hidden
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, tokens.gap, 0, 0)
        column.setSpacing(0)
        column.addWidget(scroll, 1)
        column.addWidget(_rule())
        foot = QVBoxLayout()
        foot.setContentsMargins(tokens.gap * 2, tokens.gap + 2, tokens.gap * 2, tokens.gap * 2)
        foot.setSpacing(tokens.gap)
        foot.addWidget(self.cost)
        foot.addWidget(self.note)
        line = QHBoxLayout()
        line.setSpacing(tokens.gap)
        line.addWidget(self.copy)
        line.addStretch(1)
        line.addWidget(self.cancel)
        line.addWidget(self.export)
        foot.addLayout(line)
        column.addLayout(foot)
        for shown in (page, self.running, self.result_page):
            self.pages.addWidget(shown)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.pages)
        self.cost.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.note.setVisible(False)
        menu = QMenu(self.copy)
        self.copy_command = menu.addAction(icon("console"), "Command line", self._copy_command)
        self.copy_python = menu.addAction(icon("language-python"), "Python", self._copy_python)
        self.copy.setMenu(menu)
        self.copy.setToolTip("Copy what makes this very dataset without the window")

    def _connect(self) -> None:
        studio = self.studio
        self.form.edited.connect(self._on_edited)
        self.export.clicked.connect(self.start)
        self.cancel.clicked.connect(self.close)
        self.running.hide_wanted.connect(self.close)
        self.running.queue_wanted.connect(self._on_queue_wanted)
        self.result_page.again_wanted.connect(self.show_settings)
        self.result_page.resume_wanted.connect(self._resume)
        self.result_page.close_wanted.connect(self.close)
        self.result_page.sample_wanted.connect(studio.index.set)
        bind(self, studio.exports.changed, self._on_export)
        bind(self, studio.document.changed, self._on_project)
        bind(self, studio.document.opened, self._on_opened)
        bind(self, studio.document.location_changed, self._show_note)
        bind(self, studio.judgments.changed, self._on_judged)
        bind(self, studio.tracer.changed, self._on_judged)
        bind(self, self.estimator.ready, self._on_estimate)
        bind(self, self.estimator.failed, self._on_no_estimate)
        self.destroyed.connect(self.estimator.stop)

    # -- pages -----------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if event.spontaneous():
            return
        running = self.studio.exports.running
        if self.job is not None and self.job in self.studio.exports.jobs:
            self.show_job(self.job)
        elif running:
            self.show_job(running[-1])
        else:
            self.show_settings()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if event.spontaneous():  # minimised by the window system
            return
        self._forget_estimating()
        self._clock.stop()
        if self.job is not None and self.job.state.value.ended:
            self.job = None

    def show_settings(self) -> None:
        """Show the fields; filled from the project where they are not yet, or another project was opened."""
        self.job = None
        self.pages.setCurrentIndex(0)
        project = self.studio.document.project
        self.form.setEnabled(project is not None)
        if project is not None:
            self.studio.tracer.ask()
            draft = self.form.draft
            if draft is None:
                self.form.show_draft(first_draft(project, self.studio.registry, free_folder(self.studio)))
            elif Path(draft.folder).exists() or draft.folder in taken_folders(self.studio):
                self.form.show_draft(replace(draft, folder=str(free_folder(self.studio))))
        self._show_rejected()
        self._on_edited()
        self.form.count.setFocus()
        self.form.count.selectAll()

    def show_job(self, job: ExportJob) -> None:
        """Show an export, running or ended."""
        self._forget_estimating()
        self.job = job
        ended = job.state.value.ended
        self.pages.setCurrentWidget(self.result_page if ended else self.running)
        (self.result_page if ended else self.running).show_job(job)
        if ended:
            self._clock.stop()
        elif not self._clock.isActive():
            self._clock.start()

    def start(self) -> None:
        """Begin the export, where nothing keeps it from starting."""
        settings = self._settings()
        if settings is None or any(p.blocking for p in self._check(settings)):
            return
        self.show_job(self.studio.exports.start(settings, source_of(self.studio)))

    def _resume(self) -> None:
        if self.job is not None:
            self.job.resume()

    def _on_queue_wanted(self) -> None:
        if self.job is not None and self.job.job:
            self.close()
            self.queue_wanted.emit(self.job.job)

    # -- settings --------------------------------------------------------------------------------------------------

    def _settings(self) -> ExportSettings | None:
        project, draft = self.studio.document.project, self.form.draft
        if project is None or draft is None:
            return None
        return settings_of(draft, project, self.studio.registry)

    def _check(self, settings: ExportSettings) -> tuple[FieldProblem, ...]:
        project = self.studio.document.project
        assert project is not None
        needed = self.estimate.bytes(settings.total)[0] if self.estimate is not None else None
        taken = taken_folders(self.studio)
        problems = check_export(settings, project, self.studio.registry, needed, taken)
        problems += self.form.show_engine(project.output, self.studio.tracer.value)
        self.form.show_problems(problems)
        return problems

    def _on_edited(self) -> None:
        self._show_rejected()
        settings = self._settings()
        if settings is None:
            self.export.setEnabled(False)
            self.cost.setText("Nothing is open. Open a project to export a dataset of it.")
            return
        asked = self._question(settings)
        if asked != self._estimated:
            self.estimate, self._trouble = None, ""
        blocked = any(p.blocking for p in self._check(settings))
        self.export.setEnabled(not blocked)
        if asked != self._estimated and not blocked:
            self._ask_soon.start()
        self._show_cost(settings, waiting=not blocked)
        self._show_note()

    def _show_rejected(self) -> None:
        draft = self.form.draft
        if draft is None:
            return
        samples = range(draft.start, draft.start + draft.count)
        self.form.show_rejected(rejected_samples(self.studio.judgments, self.studio.table, samples))

    def _question(self, settings: ExportSettings) -> tuple[object, ...]:
        """Return what an estimate depends on: not the folder, nor how many."""
        project = self.studio.document.project
        assert project is not None
        formats = tuple((name, tuple(options.items())) for name, options in settings.formats.items())
        return (
            project_hash(project),
            settings.width,
            settings.height,
            settings.labels,
            formats,
            settings.workers,
            settings.quality,
            settings.seed,
        )

    def _ask(self) -> None:
        settings = self._settings()
        if settings is None or not self.isVisible() or self.pages.currentIndex() != 0:
            return
        self._estimated = self._question(settings)
        self.estimator.ask(settings, source_of(self.studio))

    def _forget_estimating(self) -> None:
        self._ask_soon.stop()
        if self.estimator.busy:
            self.estimator.stop()
            self._estimated = ()

    def _on_estimate(self, estimate: Estimate) -> None:
        self.estimate, self._trouble = estimate, ""
        settings = self._settings()
        if settings is not None and self.pages.currentIndex() == 0:
            self.export.setEnabled(not any(p.blocking for p in self._check(settings)))
            self._show_cost(settings, waiting=False)

    def _on_no_estimate(self, reason: str) -> None:
        self.estimate, self._trouble = None, reason
        settings = self._settings()
        if settings is not None:
            self._show_cost(settings, waiting=False)

    def _show_cost(self, settings: ExportSettings, *, waiting: bool) -> None:
        free = free_bytes(settings.folder) if settings.folder.is_absolute() else None
        told = f"{size_text(free)} free" if free is not None else ""
        set_role(self.cost, "error" if self._trouble else "")
        if self._trouble:
            self.cost.setText("A trial failed, so the export would: " + " ".join(self._trouble.split())[:400])
        elif self.estimate is None:
            self.cost.setText(f"Estimating from a few samples… {told}" if waiting else told)
        else:
            seconds, spread_s = self.estimate.seconds(settings.total)
            size, size_spread = self.estimate.bytes(settings.total)
            text = (
                f"About {duration_text(seconds)} ± {duration_text(spread_s)}, "
                f"{size_text(size)} ± {size_text(size_spread)}; {told}\n"
                f"{settings.total:,} samples, judged by {self.estimate.samples} real ones"
            )
            if self.estimate.troubles:
                text += f"; {len(self.estimate.troubles)} of those would be quarantined"
            self.cost.setText(text)

    # -- the same without the window -------------------------------------------------------------------------------

    def _show_note(self) -> None:
        document = self.studio.document
        if document.path is None:
            text = "The project was never saved: save it first, then this can be copied as a command."
        elif document.dirty:
            text = "A copied command runs the saved file, which lacks the last changes: save first."
        else:
            text = ""
        self.copy.setEnabled(document.path is not None and self.form.draft is not None)
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _copy_command(self) -> None:
        self._copy_text(as_command)

    def _copy_python(self) -> None:
        self._copy_text(as_python)

    def _copy_text(self, written: Callable[[ExportSettings, Path, tuple[str, ...]], str]) -> None:
        settings, path = self._settings(), self.studio.document.path
        if settings is None or path is None:
            return
        text = written(settings, path, self.studio.settings.value.asset_roots)
        QGuiApplication.clipboard().setText(text)
        self.note.setText("Copied." if not self.studio.document.dirty else f"Copied. {self.note.text()}")
        self.note.setVisible(True)

    # -- what happens around it ------------------------------------------------------------------------------------

    def _on_export(self, job: ExportJob) -> None:
        if job is self.job and self.isVisible():
            self.show_job(job)

    def _on_project(self) -> None:
        if self.isVisible() and self.pages.currentIndex() == 0:
            self._on_edited()

    def _on_opened(self) -> None:
        self.form.forget()
        self._estimated = ()
        if self.isVisible() and self.pages.currentIndex() == 0:
            self.show_settings()

    def _on_judged(self) -> None:
        if self.isVisible() and self.pages.currentIndex() == 0:
            self._on_edited()


def _rule() -> QLabel:
    line = QLabel()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setFixedHeight(1)
    return line
