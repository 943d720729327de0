"""What the window does about jobs of the queue: shows one, asks what becomes of them at the end, offers them at start.

It makes no dataset and decides nothing about a job: a person does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox

from myriorama.app.queue_view.figures import JobFigures, figures_of
from myriorama.app.render_queue.service import Glimpse
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.load import parse_project
from myriorama.widgets.panel import Panel
from myriorama.widgets.queue.dataset_window import DatasetWindow
from myriorama.widgets.queue.offer_bar import OfferBar
from myriorama.widgets.queue.panel import QueuePanel

if TYPE_CHECKING:
    from myriorama.widgets.main_window.window import MainWindow


class JobFlow(QObject):
    """The window's part in the queue.

    Attributes
    ----------
    offer : OfferBar or None
        The bar that offers unfinished jobs, while it is shown.
    """

    def __init__(self, studio: Studio, window: MainWindow) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window
        self._panel: QueuePanel | None = None
        self._datasets: dict[Path, DatasetWindow] = {}
        self.offer: OfferBar | None = None

    def attach(self, panel: Panel) -> None:
        """Take the panel whose wishes are to be fulfilled."""
        assert isinstance(panel, QueuePanel)
        self._panel = panel
        panel.project_wanted.connect(self.open_copy)
        panel.sample_shown.connect(self._on_sample)
        panel.dataset_wanted.connect(self.open_dataset)
        panel.export_wanted.connect(self._on_export_as)

    @property
    def panel(self) -> QueuePanel:
        """The queue panel."""
        assert self._panel is not None
        return self._panel

    def show_job(self, job: str) -> None:
        """Bring the queue to the front, with this job selected."""
        self._window.show_panel("queue")
        self.panel.show_job(job)

    # -- a job's project and its dataset ---------------------------------------------------------------------------

    def open_copy(self, snapshot: JobSnapshot, index: int) -> None:
        """Open the project of a job as it was, as one that is not saved, and show a sample of it."""

        def open_it() -> None:
            try:
                project = parse_project(snapshot.project_text)
            except InputError as error:
                self._window.tell(f"The project of this job cannot be read: {error}")
                return
            self._studio.document.open(project, Path(snapshot.project_folder), saved=False)
            self._studio.index.set(index)
            self._window.tell(f"The project as this job has it; sample {index}")

        self._window.flow.leave(open_it)

    def open_dataset(self, folder: Path, verify: bool = False) -> None:
        """Open a finished dataset for checking, or bring its window to the front."""
        window = self._datasets.get(folder)
        if window is None:
            window = self._datasets[folder] = DatasetWindow(self._studio, folder, self._window)
            window.sample_wanted.connect(self._on_written_sample)
            window.closed.connect(self._on_dataset_closed)
            window.export_wanted.connect(self._on_export_as)
        window.show()
        window.raise_()
        window.activateWindow()
        if verify:
            self._studio.verifications.start(folder)

    def _on_export_as(self, folder: Path) -> None:
        self._window.dialogs.show_convert(folder)

    def _on_dataset_closed(self, folder: Path) -> None:
        self._datasets.pop(folder, None)

    def _on_written_sample(self, text: str, folder: Path, index: int) -> None:
        """Show a sample of a dataset in the viewport; its project is in the dataset itself."""
        row = next((r for r in self.panel.board.rows if r.out == folder), None)
        if row is not None:
            self.panel.open_sample(row.id, index)
            return
        project = self._studio.document.project
        try:
            written = parse_project(text)
        except InputError as error:
            self._window.tell(f"The project of this dataset cannot be read: {error}")
            return
        if project == written:
            self._studio.index.set(index)
            self._on_sample(index)
            return

        def open_it() -> None:
            self._studio.document.open(written, folder, saved=False)
            self._studio.index.set(index)

        self._window.flow.leave(open_it)

    def _on_sample(self, index: int) -> None:
        self._window.tell(f"Sample {index} is shown in the viewport")
        self._window.activateWindow()

    # -- leaving ---------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Something is being made that would end with this program."""
        studio = self._studio
        unchecked = any(not e.job for e in studio.exports.running)
        return bool(self._at_work()) or unchecked or bool(studio.conversions.running)

    def leave(self, then: Callable[[], None]) -> None:
        """Call `then` once it is decided what becomes of the jobs at work, or never."""
        rows = self._at_work()
        if not self.busy:
            then()
            return
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setObjectName("jobs run")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Myriorama")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(_told(rows))
        told = "It is still being checked, so it is not in the queue yet and would be lost."
        if rows:
            told = (
                "Nothing that is written is lost either way: "
                "a job that stops can be resumed, here or on the command line."
            )
        if self._studio.conversions.running:
            more = "An export of a finished dataset in another format ends with the window, and nothing is left of it."
            told = f"{told} {more}" if rows else more
        box.setInformativeText(told)
        stop = box.addButton("Stop after the samples under way", QMessageBox.ButtonRole.DestructiveRole)
        if rows:
            go_on = box.addButton("Go on in the background", QMessageBox.ButtonRole.AcceptRole)
            box.setDefaultButton(go_on)
        else:
            go_on = None
            stop.setText("Quit")
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        if go_on is None:
            box.setDefaultButton(cancel)

        def answered() -> None:
            clicked = box.clickedButton()
            if clicked is stop:
                then()
            elif go_on is not None and clicked is go_on:
                self._studio.queue.go_on_alone()
                then()

        box.finished.connect(answered)
        box.open()

    def _at_work(self) -> list[JobFigures]:
        """Return the jobs that end with this program: those that its own runner drives or comes to."""
        if not self._studio.queue.ours:
            return []
        rows = [figures_of(g) for g in self._studio.queue.glimpses]
        return [r for r in rows if r.alive or r.state in ("queued", "interrupted", "waiting for disk")]

    # -- starting --------------------------------------------------------------------------------------------------

    def offer_unfinished(self) -> None:
        """Offer the jobs that are not at an end and that nobody works on, in a bar that keeps nobody from working."""
        self.panel.board.orders.do(self._studio.queue.unfinished, self._offer)

    def _offer(self, found: tuple[Glimpse, ...]) -> None:
        if not found or self.offer is not None:
            return
        self.offer = OfferBar([figures_of(g) for g in found], self._window)
        self.offer.resumed.connect(self._on_resume)
        self.offer.left.connect(self._on_leave)
        self.offer.removed.connect(self.panel.board.remove)
        self.offer.shown.connect(self.show_job)
        self.offer.done.connect(self._end_offer)
        self._window.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.offer)

    def _on_resume(self, job: str) -> None:
        self.panel.board.ask(job, "run")

    def _on_leave(self, job: str) -> None:
        """One that is left alone must not begin by itself when another job is made."""
        self.panel.board.ask(job, "pause")

    def _end_offer(self) -> None:
        if self.offer is not None:
            self._window.removeToolBar(self.offer)
            self.offer.deleteLater()
            self.offer = None


def _told(rows: list[JobFigures]) -> str:
    if not rows:
        return "An export is not finished."
    if len(rows) == 1:
        row = rows[0]
        return f"{row.out.name} is not finished: {row.done + row.failed:,} of {row.total:,} samples."
    return f"{len(rows)} jobs are not finished, {sum(r.left for r in rows):,} samples in all."
