"""What an export of a finished dataset is to be: fields in, draft out. It counts nothing and starts nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from myriorama.app.conversion.class_map import shown_rows, with_use
from myriorama.app.conversion.drafting import ExportDraft, folder_problem, free_place
from myriorama.app.conversion.source import ExportSource
from myriorama.app.parts.shown import DividingValue, in_words
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.selection import ClassUse, Filter
from myriorama.plugins.splitting import MAX_SALT
from myriorama.scenes.errors import InputError
from myriorama.widgets.class_map import ClassMapTable
from myriorama.widgets.editors import ChoiceField, IntField, NumberField, SharesBar, TextField, ToggleField
from myriorama.widgets.editors.shares import Shares
from myriorama.widgets.export.formats import FormatRow
from myriorama.widgets.export.parts import Fold, plain, push_button
from myriorama.widgets.forms.page import spoken
from myriorama.widgets.forms.rows import Reason
from myriorama.widgets.forms.split import ByField, usual_button
from myriorama.widgets.theme import theme

_LIMIT_PX: Final = 104
_SALT_PX: Final = 120
_PREFERRED: Final = ("yolo", "coco")
Limits = tuple[NumberField, IntField, IntField]


class ConvertForm(QWidget):
    """The fields.

    Attributes
    ----------
    edited : signal of ()
    """

    edited = Signal()

    def __init__(self, registry: PluginRegistry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._registry = registry
        self._source: ExportSource | None = None
        self._uses: dict[str, ClassUse] = {}
        self._own_place = True
        names = registry.names("writer")
        titles = [registry.writer_class(name).label or name for name in names]
        self.format = ChoiceField(names, titles)
        self.format_help = plain("", "dim", wraps=True)
        self.options: dict[str, FormatRow] = {}
        self._options_column = QVBoxLayout()
        self.fold = Fold("Options of the format", self._holder(self._options_column))
        self.visible = NumberField(0.0, minimum=0.0, maximum=100.0, unit="%")
        self.size_px = IntField(0, minimum=0, maximum=65536, unit="px")
        self.area_px = IntField(0, minimum=0, maximum=2**31 - 1, unit="px")
        self.keep_as_ignore = ToggleField()
        self.classes = ClassMapTable(ticks=True, counts=True)
        self.class_reason = Reason()
        self.shares = SharesBar()
        self.by = ByField()
        self.salt = TextField(max_length=MAX_SALT)
        self.split_words = plain("", "dim", wraps=True)
        self.link = ToggleField()
        self.folder = QLineEdit()
        self.folder_reason = Reason()
        self.browse = push_button("Choose…")
        self._lay_out()
        self._connect()

    # -- making ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        tokens = theme()
        self.format.setAccessibleName("Format")
        self.classes.set_most(9)
        self.keep_as_ignore.setText("Keep these as regions to ignore")
        self.keep_as_ignore.setToolTip(
            "A trainer is neither rewarded nor punished there; without this they count as background"
        )
        self.link.setText("Link the pictures instead of copying them")
        self.link.setToolTip("Hard links: no disk is needed where the file system can; else they are copied")
        self.folder.setAccessibleName("Folder of the export")
        self.folder.setToolTip("It must not exist yet")
        self.browse.setAccessibleName("Choose the folder that the export's folder lies in")
        grid = QGridLayout(self)
        grid.setContentsMargins(tokens.gap * 2, tokens.gap * 2, tokens.gap * 2, tokens.gap * 2)
        grid.setHorizontalSpacing(tokens.gap * 2)
        grid.setVerticalSpacing(tokens.gap * 2)
        grid.setColumnStretch(1, 1)
        self.usual = usual_button(self._on_usual, self)
        self.salt.setFixedWidth(_SALT_PX)
        self.salt.setAccessibleName("Salt of the split")
        self.salt.setToolTip("Another text divides the samples otherwise into the same shares; the same always alike")
        self.salt.setPlaceholderText("none")
        salt_label = plain("salt", "dim")
        salt_label.setBuddy(self.salt)
        self._together = self._line(plain("together", "dim"), self.by, salt_label, self.salt)
        self._together.layout().setStretch(1, 1)  # type: ignore[union-attr]
        place = self._line(self.folder, self.browse)
        self._row(grid, "Format", self.format, self.format, self.format_help, self.fold)
        self._row(grid, "Leave out", self._limits(), self.visible, self.keep_as_ignore)
        self._row(grid, "Classes", self.classes, self.classes, self.class_reason)
        split = self._line(self.shares, self.usual)
        self._row(grid, "Split", split, self.shares, self._together, self.split_words)
        self._row(grid, "Folder", place, self.folder, self.folder_reason, self.link)
        grid.setRowStretch(grid.rowCount(), 1)

    def _limits(self) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme().gap)
        grid.setVerticalSpacing(theme().tight)
        grid.setColumnStretch(2, 1)
        for row, (words, field, more) in enumerate(
            (
                ("visible by less than", self.visible, "of itself, at most 100 %"),
                ("with a shorter side below", self.size_px, "of its tight box"),
                ("with fewer pixels than", self.area_px, "that are visible"),
            )
        ):
            field.setFixedWidth(_LIMIT_PX)
            field.setAccessibleName(f"Leave out objects {words}")
            field.setToolTip("0 leaves nothing out")
            label = plain(words)
            label.setBuddy(field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
            grid.addWidget(plain("" if row == 0 else more, "dim"), row, 2)
        return box

    def _row(self, grid: QGridLayout, title: str, field: QWidget, buddy: QWidget, *below: QWidget) -> None:
        label: QLabel = plain(title, "dim")
        label.setBuddy(buddy)
        label.setFixedHeight(self.format.sizeHint().height())
        column = QVBoxLayout()
        column.setSpacing(theme().tight + 1)
        for widget in (field, *below):
            column.addWidget(widget)
        row = grid.rowCount()
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(column, row, 1)

    @staticmethod
    def _line(*widgets: QWidget) -> QWidget:
        box = QWidget()
        line = QHBoxLayout(box)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().gap)
        for widget in widgets:
            line.addWidget(widget)
        return box

    @staticmethod
    def _holder(column: QVBoxLayout) -> QWidget:
        box = QWidget()
        column.setContentsMargins(22, 0, 0, 0)
        box.setLayout(column)
        return box

    def _connect(self) -> None:
        self.format.changed.connect(self._on_format)
        for field in (self.visible, self.size_px, self.area_px):
            field.changing.connect(self._on_edited)
            field.changed.connect(self._on_edited)
        for toggle in (self.keep_as_ignore, self.link):
            toggle.changed.connect(self._on_edited)
        self.classes.wanted.connect(self._on_class)
        self.classes.typed.connect(self._on_typed)
        self.shares.changing.connect(self._on_edited)
        self.shares.changed.connect(self._on_edited)
        self.by.changed.connect(self._on_by)
        self.salt.changed.connect(self._on_edited)
        self.folder.textEdited.connect(self._on_folder)
        self.browse.clicked.connect(self._on_browse)

    # -- what it shows ---------------------------------------------------------------------------------------------

    def show_source(self, source: ExportSource) -> None:
        """Start anew with a dataset: as its own formats show it."""
        self._source = source
        names = self._registry.names("writer")
        others = [name for name in (*_PREFERRED, *names) if name in names and name not in source.formats]
        self.format.set_value((others or list(names))[0])
        self._uses = dict(source.stored.classes)
        for field in (self.visible, self.size_px, self.area_px):
            field.set_value(0)
        self.keep_as_ignore.set_value(False)
        self.class_reason.show_reason("")
        self.shares.set_value(source.stored.split.shares)
        self.by.offer((), source.stored.split.by)
        self.salt.set_value(source.stored.split.salt)
        self._own_place = True
        self.classes.show_counts({})
        self._show_format()
        self._show_classes()
        self._show_split()

    def show_dividing(self, values: tuple[DividingValue, ...]) -> None:
        """Offer the drawn values that samples may be kept together by."""
        self.by.offer(values, self.by.value or "")
        self._show_split()

    def show_folder_problem(self, told: str) -> None:
        """Say below the folder why it cannot be; empty: it can."""
        self.folder_reason.show_reason(told[:1].upper() + told[1:])

    @property
    def draft(self) -> ExportDraft | None:
        """What the fields say; None without a dataset."""
        if self._source is None:
            return None
        name = self.format.value or ""
        return ExportDraft(
            source=self._source.folder,
            out=self.folder.text().strip(),
            format=name,
            options=dict(self.options[name].options) if name in self.options else {},
            uses=dict(self._uses),
            filter=Filter(
                round((self.visible.value or 0.0) / 100, 6),
                int(self.size_px.value or 0),
                int(self.area_px.value or 0),
                "ignore" if self.keep_as_ignore.value else "drop",
            ),
            shares=self._shares(),
            by=self.by.value or "",
            salt=self.salt.value or "",
            link=bool(self.link.value),
        )

    def _shares(self) -> Shares:
        """Return the dataset's own shares while the bar shows them: it shows hundredths."""
        assert self._source is not None
        own = self._source.stored.split.shares
        shown = SharesBar.rounded(own)
        return own if self.shares.value == shown else self.shares.value

    def _show_format(self) -> None:
        name = self.format.value or ""
        writer = self._registry.writer_class(name)
        self.format_help.setText(writer.help)
        if name not in self.options:
            made = self.options[name] = FormatRow(name, self._registry)
            made.show_options_alone()
            made.edited.connect(self._on_edited)
            self._options_column.addWidget(made)
        for other, row in self.options.items():
            row.setVisible(other == name)
        self.fold.setVisible(bool(writer.parameters))
        self.propose_place()

    def propose_place(self) -> None:
        """Fill in a folder that is free, unless one was typed that still is."""
        if self._source is not None and (self._own_place or folder_problem(self.folder.text(), self._source.folder)):
            self._own_place = True
            self.folder.setText(str(free_place(self._source.folder, self.format.value or "")))
            self.folder.setCursorPosition(len(self.folder.text()))

    def _show_classes(self) -> None:
        if self._source is not None:
            self.classes.show_rows(shown_rows(self._source.info.classes, self._uses))

    def _show_split(self) -> None:
        if self._source is None:
            return
        shares = self._shares()
        divided = max(shares) < 1.0
        self._together.setVisible(divided)
        self.split_words.setText(in_words(shares, self.by.value or "", self.by.shown_title))

    # -- what is done to it ----------------------------------------------------------------------------------------

    def _on_edited(self, *_: object) -> None:
        if self._source is not None:
            self._show_split()
            self.edited.emit()

    def _on_format(self, _: str) -> None:
        self._show_format()
        self._on_edited()

    def _on_class(self, name: str, change: dict[str, Any]) -> None:
        made = self._judged(name, change)
        if made is not None:
            self._uses = made
            self._show_classes()
            self._on_edited()

    def _on_typed(self, name: str, change: dict[str, Any]) -> None:
        """Say what would be wrong with what stands in an open cell, while it is typed."""
        if change:
            self._judged(name, change)
        else:
            self.class_reason.show_reason("")

    def _judged(self, name: str, change: dict[str, Any]) -> dict[str, ClassUse] | None:
        """Return the class map with a change, or None and say why there is none."""
        if self._source is None:
            return None
        try:
            made = with_use(self._source.info.classes, self._uses, name, **change)
        except InputError as error:
            self.class_reason.show_reason(f"{name}: {spoken(error)}")
            return None
        self.class_reason.show_reason("")
        return made

    def _on_usual(self, shares: Shares, *_: object) -> None:
        self.shares.set_value(shares)
        self._on_edited()

    def _on_by(self, path: str) -> None:
        self.by.offer(self.by.values, path)
        self._on_edited()

    def _on_folder(self) -> None:
        self._own_place = False
        self._on_edited()

    def _on_browse(self) -> None:
        now = Path(self.folder.text())
        start = next((p for p in now.parents if p.is_dir()), Path.home())
        dialog = QFileDialog(self, "The folder that the export's folder lies in", str(start))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._on_place)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_place(self, chosen: str) -> None:
        self.folder.setText(str(Path(chosen) / Path(self.folder.text()).name))
        self._on_folder()
