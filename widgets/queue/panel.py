"""The queue panel: jobs in order with what can be done with them, and what is told of the one that is selected.

It asks the queue and shows what the queue says; a state that is shown was read from a job's database.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar, Final

from PySide6.QtCore import QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QMessageBox,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.actions.action import Context
from myriorama.app.queue_view.board import QueueBoard
from myriorama.app.queue_view.figures import Doing, JobFigures, summary
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.app.studio import Studio
from myriorama.scenes.project.dump import project_hash
from myriorama.widgets.binding import bind
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.export.parts import plain
from myriorama.widgets.panel import Bound, Panel
from myriorama.widgets.queue.doings import ACTIONS, bound
from myriorama.widgets.queue.failures_page import FailuresPage
from myriorama.widgets.queue.pictures_page import PicturesPage
from myriorama.widgets.queue.progress_page import ProgressPage
from myriorama.widgets.queue.table import JobsTable
from myriorama.widgets.theme import icon, theme

_SEEING: Final = ("open_dataset", "export_as", "open_folder")
_TOOLS: Final = ("resume", "pause", "cancel", "again", *_SEEING, "up", "down", "remove")
_IN_A_COLUMN_BELOW_PX: Final = 620
_EMPTY: Final = "No job yet. Export a dataset (Ctrl+E), and it is made here, in the background."
_NARROW_PX: Final = 316
_LOW_PX: Final = 164


class QueuePanel(Panel):
    """The jobs of the render queue.

    Signals
    -------
    project_wanted : (JobSnapshot, int)
        Open the project of a job as a copy, and show this sample of it.
    sample_shown : (int,)
        This sample of the open project is shown now.
    dataset_wanted : (Path, bool)
        Open a finished dataset for checking; True: and verify it.
    export_wanted : (Path,)
        Write a finished dataset in another format.
    """

    name: ClassVar[str] = "queue"
    title: ClassVar[str] = "Queue"
    project_wanted = Signal(object, int)
    sample_shown = Signal(int)
    dataset_wanted = Signal(object, bool)
    export_wanted = Signal(object)

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(studio, parent)
        self.board = QueueBoard(studio.queue, studio.post)
        self.destroyed.connect(self.board.close)
        self.table = JobsTable(self.board, self)
        self.progress = ProgressPage(self.board)
        self.pictures = PicturesPage(studio)
        self.failures = FailuresPage(studio)
        self.details = QTabWidget()
        self.summary = ElidedLabel("", Qt.TextElideMode.ElideRight)
        self.empty = plain(_EMPTY, "dim", wraps=True)
        self.pages = QStackedWidget()
        self.split = QSplitter()
        self.tools: dict[str, QToolButton] = {}
        self._bounds = self._make_actions()
        self._lay_out()
        self._connect()
        self._on_rows()

    # -- making ----------------------------------------------------------------------------------------------------

    def _make_actions(self) -> tuple[Bound, ...]:
        board = self.board
        runs: dict[str, tuple[Callable[..., None], Callable[[], bool]]] = {
            "pause": (lambda: board.ask(board.selected.value, "pause"), self._may("pause")),
            "pause_now": (lambda: board.ask(board.selected.value, "pause_now"), self._may("pause")),
            "resume": (lambda: board.ask(board.selected.value, "run"), self._may_resume),
            "cancel": (self.ask_to_cancel, self._may("cancel")),
            "again": (lambda: board.again(board.selected.value), self._may("again")),
            "open_dataset": (self.open_dataset, self._may("open")),
            "verify": (self.verify_dataset, self._may("open")),
            "export_as": (self.export_dataset, self._may("open")),
            "open_folder": (self.open_folder, self._has_place),
            "up": (lambda: board.step(board.selected.value, -1), self._may("reorder")),
            "down": (lambda: board.step(board.selected.value, 1), self._may("reorder")),
            "priority": (self.table.edit_priority, self._may("reorder")),
            "remove": (self.remove, self._may("remove")),
        }
        return bound(runs)

    def _may(self, what: Doing) -> Callable[[], bool]:
        def may() -> bool:
            row = self.board.current
            return row is not None and row.can(what)

        return may

    def _may_resume(self) -> bool:
        """A job that waits may be resumed too where nobody works on the queue."""
        row = self.board.current
        return row is not None and (row.can("resume") or (row.state == "queued" and not self.studio.queue.running))

    def _has_place(self) -> bool:
        row = self.board.current
        return row is not None and (row.done > 0 or row.state == "finished")

    def actions_here(self) -> tuple[Bound, ...]:
        return self._bounds

    def widget_of(self, context: Context) -> QWidget:
        """Letters act on the selected job while the keyboard is in the table, not while a priority is typed."""
        return self.table

    def _lay_out(self) -> None:
        tokens = theme()
        bar = QHBoxLayout()
        bar.setContentsMargins(tokens.gap, 3, tokens.gap, 3)
        bar.setSpacing(2)
        by_id = {b.action.id: b for b in self._bounds}
        for name in _TOOLS:
            action = by_id[f"queue.{name}"].action
            button = QToolButton(self)
            button.setIcon(icon(action.icon))
            button.setText(action.title)
            button.setToolTip(f"{action.help} ({', '.join(action.keys)})")
            button.setAccessibleName(action.title)
            button.setAutoRaise(True)
            button.setIconSize(QSize(18, 18))
            button.setFixedHeight(tokens.row)
            button.clicked.connect(by_id[action.id].run)
            self.tools[name] = button
            bar.addWidget(button)
        self._add_pause_menu(by_id["queue.pause"], by_id["queue.pause_now"])
        bar.addSpacing(tokens.gap)
        bar.addWidget(self.summary, 1)
        self.details.setDocumentMode(True)
        self.details.setAccessibleName("The selected job")
        self.details.addTab(self.progress, "Progress")
        self.details.addTab(self.pictures, "Pictures")
        self.details.addTab(self.failures, "Failures")
        self.details.setMinimumWidth(290)
        self.table.setMinimumWidth(240)
        self.split.addWidget(self.table)
        self.split.addWidget(self.details)
        self.split.setSizes([560, 480])
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        self.split.setChildrenCollapsible(False)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages.addWidget(self.empty)
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addLayout(bar)
        inside.addWidget(self.split, 1)
        self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)

    def _add_pause_menu(self, *choices: Bound) -> None:
        menu = QMenu(self.tools["pause"])
        for choice in choices:
            entry = menu.addAction(icon(choice.action.icon), choice.action.title)
            entry.setToolTip(choice.action.help)
            entry.triggered.connect(choice.run)
        self.tools["pause"].setMenu(menu)
        self.tools["pause"].setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)

    def _connect(self) -> None:
        bind(self, self.board.changed, self._on_rows)
        bind(self, self.board.selected.changed, self._on_selected)
        bind(self, self.board.refused, self._on_refused)
        self.table.menu_wanted.connect(self.show_menu)
        self.table.opened.connect(self._on_opened)
        self.failures.sample_wanted.connect(self.open_sample)
        self.progress.cancel_wanted.connect(self.ask_to_cancel)
        self.pictures.strip.chosen.connect(self._on_picture)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_job(self, job: str) -> None:
        """Select a job."""
        self.board.selected.set(job)

    def _on_rows(self) -> None:
        rows = self.board.rows
        self.pages.setCurrentIndex(1 if rows else 0)
        self.summary.set_text(summary(rows))
        if rows and self.board.current is None:
            first = next((r for r in rows if r.alive), rows[0])
            self.board.selected.set(first.id)
        self._on_selected()

    def _on_selected(self) -> None:
        row = self.board.current
        self.details.setEnabled(row is not None)
        if row is not None:
            self.progress.show_job(row)
            self.pictures.show_job(row)
            self.failures.show_job(row)
        failed = row.failed if row is not None else 0
        title = f"Failures ({failed:,})" if failed else "Failures"
        if self.details.tabText(2) != title:
            self.details.setTabText(2, title)
        for bound_ in self._bounds:
            button = self.tools.get(bound_.action.id.partition(".")[2])
            if button is not None and bound_.enabled is not None:
                button.setEnabled(bound_.enabled())

    def show_menu(self, at: QPoint) -> None:
        """Show what can be done with the selected job."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = ACTIONS[0].group
        for bound_ in self._bounds:
            if bound_.action.group != group:
                menu.addSeparator()
                group = bound_.action.group
            entry = menu.addAction(icon(bound_.action.icon), bound_.action.title)
            entry.setEnabled(bound_.enabled is None or bound_.enabled())
            entry.triggered.connect(bound_.run)
        menu.popup(at)

    def minimumSizeHint(self) -> QSize:
        """What it needs once it has put its parts one above the other; before that it would widen the window."""
        return super().minimumSizeHint().boundedTo(QSize(_NARROW_PX, _LOW_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _IN_A_COLUMN_BELOW_PX and self.height() > self.width() * 0.7
        wanted = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if self.split.orientation() != wanted:
            self.split.setOrientation(wanted)

    # -- what people do --------------------------------------------------------------------------------------------

    def ask_to_cancel(self) -> None:
        """Ask, then give the selected job up."""
        row = self.board.current
        if row is None:
            return
        kept = f"The {row.done:,} samples that are written stay in {row.place.name}." if row.done else ""
        box = self._box(
            "cancel job",
            f"Cancel {row.out.name}?",
            f"{kept} A cancelled job can be resumed until it is removed.".strip(),
        )
        self._ask_whether(box, "Cancel the job", "Go on", partial(self.board.ask, row.id, "cancel"))

    def remove(self) -> None:
        """Take the selected job from the list; ask where it is not at an end."""
        row = self.board.current
        if row is None:
            return
        if row.state in ("finished", "cancelled"):
            self.board.remove(row.id)
            return
        box = self._box(
            "remove job",
            f"Remove {row.out.name} from the list?",
            f"It is not finished. What is written stays in {row.place.name}; only the same export can go on with it."
            if row.done
            else "Nothing of it is written yet.",
        )
        self._ask_whether(box, "Remove", "Keep", partial(self.board.remove, row.id))

    def _box(
        self, name: str, text: str, more: str, picture: QMessageBox.Icon = QMessageBox.Icon.Question
    ) -> QMessageBox:
        """Return a box that shows names as they are; it still wants its buttons."""
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setObjectName(name)
        box.setIcon(picture)
        box.setWindowTitle("Myriorama")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        box.setInformativeText(more)
        return box

    def _ask_whether(self, box: QMessageBox, do: str, leave: str, call: Callable[[], object]) -> None:
        """Open a box about what cannot be taken back: leaving it is the default."""
        chosen = box.addButton(do, QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton(leave, QMessageBox.ButtonRole.RejectRole))

        def answered() -> None:
            if box.clickedButton() is chosen:
                call()

        box.finished.connect(answered)
        box.open()

    def open_folder(self) -> None:
        """Show where the selected job writes."""
        row = self.board.current
        if row is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(row.place)))

    def open_dataset(self) -> None:
        """Open the selected job's finished dataset for checking."""
        row = self.board.current
        if row is not None and row.can("open"):
            self.dataset_wanted.emit(row.out, False)

    def verify_dataset(self) -> None:
        """Open the selected job's finished dataset, and verify it."""
        row = self.board.current
        if row is not None and row.can("open"):
            self.dataset_wanted.emit(row.out, True)

    def export_dataset(self) -> None:
        """Ask in which format the selected job's finished dataset should be written."""
        row = self.board.current
        if row is not None and row.can("open"):
            self.export_wanted.emit(row.out)

    def open_sample(self, job: str, index: int) -> None:
        """Show a job's sample in the viewport: of the open project where it is the same, else of a copy."""
        self.board.orders.do(
            lambda: self.studio.queue.snapshot(job),
            lambda snapshot: self.open_sample_of(snapshot, index),
            lambda error: self._on_refused("open the sample", error),
        )

    def open_sample_of(self, snapshot: JobSnapshot, index: int) -> None:
        """Show a sample of a snapshot in the viewport; ask before another project is opened for it."""
        project = self.studio.document.project
        if project is not None and project_hash(project) == snapshot.project_hash:
            self.studio.index.set(index)
            self.sample_shown.emit(index)
            return
        if project is None:
            self.project_wanted.emit(snapshot, index)
            return
        same = project.name == snapshot.name
        box = self._box(
            "other project",
            f"{snapshot.name} was changed since this job was made." if same else f"This job is of {snapshot.name}.",
            "Open the project as it was then, as a copy that is not saved, to see this very sample?",
        )
        copy = box.addButton("Open the copy", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(copy)

        def answered() -> None:
            if box.clickedButton() is copy:
                self.project_wanted.emit(snapshot, index)

        box.finished.connect(answered)
        box.open()

    def _on_opened(self, job: str) -> None:
        row = self.board.row(job)
        if row is not None and row.can("open"):
            self.open_dataset()
        elif row is not None:
            self.details.setCurrentWidget(self.failures if row.failed else self.pictures)

    def _on_picture(self, index: int) -> None:
        row: JobFigures | None = self.board.current
        if row is not None:
            self.open_sample(row.id, index)

    def _on_refused(self, what: str, error: Exception) -> None:
        self.studio.problems.tell(f"error: could not {what}: {error}")
        self._box("queue refused", f"Could not {what}.", str(error), QMessageBox.Icon.Warning).open()
