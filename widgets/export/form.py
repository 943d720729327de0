"""The fields of an export, each with room below it for what is wrong there. It checks nothing and starts nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from myriorama.app.exporting.checks import Field, FieldProblem
from myriorama.app.exporting.draft import Draft, Rejected
from myriorama.app.parts.engine import engine_in_words
from myriorama.app.preview.tracer_here import TracerFound
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.project.model import Output
from myriorama.scenes.rendering.frame import Quality
from myriorama.widgets.export.formats import FormatRow
from myriorama.widgets.export.parts import Fold, WholeField, plain, push_button, set_role
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme

_LABEL_COLUMNS = 3


class ExportForm(QWidget):
    """Fields in, draft out.

    Attributes
    ----------
    edited : signal of ()
    """

    edited = Signal()

    def __init__(self, registry: PluginRegistry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._registry = registry
        self._draft: Draft | None = None
        self._rejected = Rejected()
        self._project_size = (0, 0)
        self._problems: dict[Field, QLabel] = {}
        self.count = WholeField("How many samples")
        self.start = WholeField("First sample")
        self.leave_out = QCheckBox()
        self.width_px, self.height_px = WholeField("Width", " px"), WholeField("Height", " px")
        self.own_size = QToolButton()
        self.folder = QLineEdit()
        self.browse = push_button("Choose…")
        self.workers, self.seed = WholeField("How many processes render"), QLineEdit()
        self.quality = QComboBox()
        self.engine = plain("", "", wraps=True)
        self.formats = {name: FormatRow(name, registry) for name in registry.names("writer")}
        self.labels: dict[str, QCheckBox] = {}
        self.all_labels = QCheckBox("All")
        self._lay_out()
        self._connect()

    # -- making ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens = theme()
        form = QGridLayout(self)
        form.setContentsMargins(tokens.gap * 2, tokens.gap, tokens.gap * 2, tokens.gap)
        form.setHorizontalSpacing(tokens.gap * 2)
        form.setVerticalSpacing(tokens.gap + 6)
        form.setColumnStretch(1, 1)
        self._row(form, "Samples", self._sample_fields(), "count", self.count)
        self._row(form, "Image size", self._size_fields(), "size", self.width_px)
        self._row(form, "Engine", self.engine, "engine", self.engine)
        self._row(form, "Formats", _column(list(self.formats.values())), "formats", next(iter(self.formats.values())))
        self._row(form, "Labels", self._label_fields(), "labels", self.all_labels)
        self._row(form, "Folder", self._folder_fields(), "folder", self.folder)
        form.addWidget(Fold("Processes, quality, seed", self._more_fields()), form.rowCount(), 1)
        form.setRowStretch(form.rowCount(), 1)

    def _row(self, form: QGridLayout, title: str, fields: QWidget, field: Field, buddy: QWidget) -> None:
        told = plain("", "error", wraps=True)
        told.setVisible(False)
        self._problems[field] = told
        label = plain(title, "dim")
        label.setBuddy(buddy)
        label.setFixedHeight(self.count.sizeHint().height())
        row = form.rowCount()
        form.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        form.addWidget(_column([fields, told]), row, 1)

    def _sample_fields(self) -> QWidget:
        self.count.setGroupSeparatorShown(True)
        return _column([_line(self.count, plain("from number", "dim"), self.start), self.leave_out])

    def _size_fields(self) -> QWidget:
        self.own_size.setIcon(icon("restore"))
        self.own_size.setAccessibleName("Take the project's size")
        return _line(self.width_px, plain("×", "dim"), self.height_px, self.own_size)

    def _label_fields(self) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 5, 0, 0)
        grid.setHorizontalSpacing(theme().gap * 2)
        grid.setVerticalSpacing(theme().tight)
        self.all_labels.setToolTip("Compute every label that there is")
        grid.addWidget(self.all_labels, 0, 0)
        for i, name in enumerate(self._registry.names("annotator")):
            kind = self._registry.plugin_class("annotator", name)
            tick = self.labels[name] = QCheckBox(kind.label or name)
            tick.setToolTip(plain_tip(kind.help))
            tick.setAccessibleDescription(kind.help)
            grid.addWidget(tick, 1 + i // _LABEL_COLUMNS, i % _LABEL_COLUMNS)
        grid.setColumnStretch(_LABEL_COLUMNS, 1)
        return box

    def _folder_fields(self) -> QWidget:
        self.folder.setAccessibleName("Folder of the dataset")
        self.folder.setToolTip("It must not exist yet")
        self.browse.setAccessibleName("Choose the folder that the dataset's folder lies in")
        box = QWidget()
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().gap)
        line.addWidget(self.folder, 1)
        line.addWidget(self.browse)
        return box

    def _more_fields(self) -> QWidget:
        self.quality.addItems(list(get_args(Quality)))
        self.quality.setToolTip("How much work goes into the look; labels are the same for all")
        self.quality.setAccessibleName("Quality")
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("Another seed draws another dataset")
        self.seed.setMaximumWidth(190)
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(22, 0, 0, 0)
        grid.setHorizontalSpacing(theme().gap * 2)
        for row, (title, widget, field) in enumerate(
            (("Processes", self.workers, "workers"), ("Quality", self.quality, None), ("Seed", self.seed, "seed"))
        ):
            label = plain(title, "dim")
            label.setBuddy(widget)
            grid.addWidget(label, row, 0)
            grid.addWidget(widget, row, 1)
            if field is not None:
                told = self._problems[field] = plain("", "error", wraps=True)  # type: ignore[index]
                grid.addWidget(told, row, 2)
        grid.setColumnStretch(2, 1)
        return box

    def _connect(self) -> None:
        for number in (self.count, self.start, self.width_px, self.height_px, self.workers):
            number.valueChanged.connect(self._on_edited)
        for row in self.formats.values():
            row.edited.connect(self._on_edited)
        for tick in self.labels.values():
            tick.toggled.connect(self._on_label)
        self.all_labels.clicked.connect(self._on_all_labels)
        self.leave_out.toggled.connect(self._on_edited)
        self.folder.textChanged.connect(self._on_edited)
        self.seed.textChanged.connect(self._on_edited)
        self.quality.activated.connect(self._on_edited)
        self.own_size.clicked.connect(self._on_own_size)
        self.browse.clicked.connect(self._on_browse)

    # -- what it shows ---------------------------------------------------------------------------------------------

    def show_draft(self, draft: Draft) -> None:
        """Set every field."""
        self._draft = None  # no edit is told meanwhile
        self.count.setValue(draft.count)
        self.start.setValue(draft.start)
        self.width_px.setValue(draft.width)
        self.height_px.setValue(draft.height)
        self.folder.setText(draft.folder)
        self.workers.setValue(draft.workers)
        self.quality.setCurrentText(draft.quality)
        self.seed.setText(str(draft.seed))
        for name, row in self.formats.items():
            row.tick.setChecked(name in draft.formats)
            row.show_options(draft.options[name])
        for name, tick in self.labels.items():
            tick.setChecked(name in draft.labels)
        self._project_size = (draft.width, draft.height)
        self.own_size.setToolTip(f"Take the project's size, {draft.width} × {draft.height} px")
        self._draft = draft
        self._show_labels()
        self._show_size()

    def forget(self) -> None:
        """Be empty again: another project was opened."""
        self._draft = None

    def show_engine(self, output: Output, found: TracerFound | None) -> tuple[FieldProblem, ...]:
        """Say what makes the pictures; return why that cannot be done here."""
        self.engine.setText(engine_in_words(output.engine, output.tracing).capitalize())
        self.engine.setToolTip("Chosen in the project's output, in the inspector")
        if output.engine == "raster" or found is None or found.runs:
            return ()
        return (FieldProblem("engine", f"{found.sentence}; or choose the raster engine in the project's output", True),)

    def show_rejected(self, rejected: Rejected) -> None:
        """Say how many of the samples are rejected."""
        self._rejected = rejected
        count = len(rejected.all)
        text = f"Leave out {count} rejected" if count else "Leave out rejected ones: there are none among these"
        if rejected.unsure:
            text += f" ({len(rejected.unsure)} of them judged before the last change)"
        with QSignalBlocker(self.leave_out):
            self.leave_out.setText(text)
            self.leave_out.setEnabled(bool(count))
            self.leave_out.setToolTip(", ".join(map(str, rejected.all[:40])) + (" …" if count > 40 else ""))

    def show_problems(self, problems: tuple[FieldProblem, ...]) -> None:
        """Show each problem below its field."""
        for field, label in self._problems.items():
            here = [p for p in problems if p.field == field]
            set_role(label, "error" if any(p.blocking for p in here) else "warning")
            label.setText("\n".join(p.message[:1].upper() + p.message[1:] for p in here))
            label.setVisible(bool(here))

    @property
    def draft(self) -> Draft | None:
        """What the fields say; None before `show_draft`. A seed that is no number reads as -1."""
        if self._draft is None:
            return None
        seed = self.seed.text().strip()
        return replace(
            self._draft,
            count=self.count.value(),
            start=self.start.value(),
            width=self.width_px.value(),
            height=self.height_px.value(),
            labels=tuple(name for name, tick in self.labels.items() if tick.isChecked()),
            formats=tuple(name for name, row in self.formats.items() if row.chosen),
            options={name: row.options for name, row in self.formats.items()},
            folder=self.folder.text().strip(),
            workers=self.workers.value(),
            quality=self.quality.currentText(),  # type: ignore[arg-type]
            seed=int(seed) if seed.isascii() and seed.isdecimal() else -1,
            left_out=self._rejected.all if self.leave_out.isChecked() else (),
        )

    # -- what is done to it ----------------------------------------------------------------------------------------

    def _on_edited(self) -> None:
        if self._draft is not None:
            self._show_size()
            self.edited.emit()

    def _on_label(self) -> None:
        if self._draft is not None:
            self._show_labels()
            self._on_edited()

    def _on_all_labels(self) -> None:
        wanted = not all(tick.isChecked() for tick in self.labels.values())
        for tick in self.labels.values():
            with QSignalBlocker(tick):
                tick.setChecked(wanted)
        self._on_label()

    def _show_labels(self) -> None:
        self.all_labels.setChecked(all(tick.isChecked() for tick in self.labels.values()))

    def _show_size(self) -> None:
        self.own_size.setVisible((self.width_px.value(), self.height_px.value()) != self._project_size)

    def _on_own_size(self) -> None:
        self.width_px.setValue(self._project_size[0])
        self.height_px.setValue(self._project_size[1])

    def _on_browse(self) -> None:
        now = Path(self.folder.text())
        start = next((p for p in now.parents if p.is_dir()), Path.home())
        dialog = QFileDialog(self, "The folder that the dataset's folder lies in", str(start))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda chosen: self.folder.setText(str(Path(chosen) / now.name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _line(*widgets: QWidget) -> QWidget:
    box = QWidget()
    line = QHBoxLayout(box)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(theme().gap)
    for widget in widgets:
        line.addWidget(widget)
    line.addStretch(1)
    return box


def _column(widgets: list[QWidget]) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme().tight)
    for widget in widgets:
        column.addWidget(widget)
    return box
