"""The panel of problems and log. It mends nothing; it leads to what must be mended."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.actions import Action
from myriorama.app.problems import LOG_LENGTH, Trouble
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.panel import Bound, Panel
from myriorama.widgets.problems_panel.model import TroubleModel
from myriorama.widgets.theme import theme


class ProblemsPanel(Panel):
    """Two tabs: what is wrong now, and the log."""

    name: ClassVar[str] = "problems"
    title: ClassVar[str] = "Problems"

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(studio, parent)
        self._model = TroubleModel(studio.problems)
        self._model.setParent(self)
        self.table = self._make_table()
        self._empty = QLabel("No problems.")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setProperty("role", "dim")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.table)
        self.log = QPlainTextEdit("\n".join(studio.problems.log))
        self.log.setReadOnly(True)
        self.log.setAccessibleName("Log")
        self.log.setMaximumBlockCount(LOG_LENGTH)
        self.log.setUndoRedoEnabled(False)
        self.log.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.log.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        copy = QPushButton("Copy all")
        copy.setToolTip("Copy the whole log as text")
        copy.clicked.connect(self._copy_log)
        log_page = QWidget()
        column = QVBoxLayout(log_page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.log)
        row = QHBoxLayout()
        row.setContentsMargins(theme().gap, 0, theme().gap, theme().tight)
        row.addStretch()
        row.addWidget(copy)
        column.addLayout(row)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Problems and log")
        self.tabs.addTab(self._stack, "Problems")
        self.tabs.addTab(log_page, "Log")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs)
        bind(self, studio.problems.changed, self._on_problems_changed)
        bind(self, studio.problems.logged, self._on_logged)
        self._on_problems_changed()

    def actions_here(self) -> tuple[Bound, ...]:
        some = self._has_troubles
        return (
            Bound(
                Action(
                    "problems.next", "Next problem", "window", "Select what the next problem is about.", ("F8",), "View"
                ),
                self._next,
                some,
            ),
            Bound(
                Action(
                    "problems.previous",
                    "Previous problem",
                    "window",
                    "Select what the previous problem is about.",
                    ("Shift+F8",),
                    "View",
                ),
                self._previous,
                some,
            ),
        )

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self._model)
        table.setAccessibleName("Problems")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(True)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        table.activated.connect(self._jump)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._on_menu)
        QShortcut(QKeySequence.StandardKey.Copy, table, self._copy_row, context=Qt.ShortcutContext.WidgetShortcut)
        return table

    def _has_troubles(self) -> bool:
        return self._model.rowCount() > 0

    def _next(self) -> None:
        self._step(1)

    def _previous(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        rows = self._model.rowCount()
        now = self.table.currentIndex()
        row = (now.row() + by) % rows if now.isValid() else (0 if by > 0 else rows - 1)
        self.tabs.setCurrentIndex(0)
        self.table.selectRow(row)
        self._jump(self._model.index(row, 0))

    def _jump(self, index: QModelIndex) -> None:
        trouble = self._model.trouble(index.row())
        if trouble.uid:
            self.studio.selection.select(trouble.uid)

    def _on_menu(self) -> None:
        if not self.table.currentIndex().isValid():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        go = menu.addAction("Select what it is about")
        go.setEnabled(bool(self._model.trouble(self.table.currentIndex().row()).uid))
        go.triggered.connect(self._jump_current)
        menu.addAction("Copy").triggered.connect(self._copy_row)
        menu.popup(self.cursor().pos())

    def _jump_current(self) -> None:
        self._jump(self.table.currentIndex())

    def _copy_row(self) -> None:
        index = self.table.currentIndex()
        if index.isValid():
            QGuiApplication.clipboard().setText(told(self._model.trouble(index.row())))

    def _copy_log(self) -> None:
        QGuiApplication.clipboard().setText(self.log.toPlainText())

    def _on_problems_changed(self) -> None:
        count = self._model.rowCount()
        self._stack.setCurrentIndex(1 if count else 0)
        self.tabs.setTabText(0, f"Problems ({count})" if count else "Problems")

    def _on_logged(self, line: str) -> None:
        self.log.appendPlainText(line)


def told(trouble: Trouble) -> str:
    """Return a trouble as text to paste elsewhere."""
    lines = [f"{trouble.severity}: {trouble.message}"]
    lines += [f"  where: {trouble.place}"] if trouble.place else []
    lines += [f"  way out: {trouble.way_out}"] if trouble.way_out else []
    return "\n".join(lines)
