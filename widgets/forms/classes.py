"""The form of the class table. Ids are shown and never change: datasets that exist already speak of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QComboBox,
    QDialog,
    QHeaderView,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from myriorama.app.document.classes import (
    add_class,
    move_class,
    remove_class,
    rename_class,
    row_of,
    set_class,
    uses,
)
from myriorama.app.document.edit import Edit
from myriorama.app.studio import Studio
from myriorama.scenes.project.model import ClassRow, Project
from myriorama.widgets.forms.class_map import ClassMapSection
from myriorama.widgets.forms.page import FormPage
from myriorama.widgets.forms.removing import RemoveClassDialog
from myriorama.widgets.forms.rows import Reason, plain_label, plain_row, tool_button
from myriorama.widgets.theme import icon, theme

COLUMNS = ("Id", "", "Name", "Group", "Kind")
ID, COLOR, NAME, GROUP, KIND = range(5)
KINDS = ("thing", "stuff")
COLOR_ROLE = Qt.ItemDataRole.UserRole
_TIPS = (
    "Permanent: it stands in every dataset",
    "Double-click to choose another colour",
    "Double-click or F2 to rename; whatever names the class follows",
    "Supercategory, as COCO calls it",
    "Things are counted one by one; stuff is an area without number",
)
Index = QModelIndex | QPersistentModelIndex


class ClassModel(QAbstractTableModel):
    """The rows of the project's class table; `edit` is asked to commit a change and answers why not."""

    def __init__(self, form: ClassesForm) -> None:
        super().__init__(form)
        self._form = form
        self.classes: tuple[ClassRow, ...] = ()

    def set_classes(self, classes: tuple[ClassRow, ...]) -> None:
        """Show other rows; where their number stays, the selection and open editors stay too."""
        if classes == self.classes:
            return
        if len(classes) == len(self.classes):
            self.classes = classes
            self.dataChanged.emit(self.index(0, 0), self.index(len(classes) - 1, KIND))
            return
        self.beginResetModel()
        self.classes = classes
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own default)
        return 0 if parent.isValid() else len(self.classes)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own default)
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return _TIPS[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() in (NAME, GROUP, KIND) else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.classes[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return {ID: str(row.id), COLOR: "", NAME: row.name, GROUP: row.supercategory, KIND: row.kind}[column]
        if role == COLOR_ROLE:
            return QColor(row.color)
        if role == Qt.ItemDataRole.ForegroundRole and column == ID:
            return QColor(theme().dim)
        if role == Qt.ItemDataRole.TextAlignmentRole and column == ID:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.color if column == COLOR else _TIPS[column]
        if role == Qt.ItemDataRole.AccessibleTextRole and column == COLOR:
            return f"Colour {row.color}"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole:
            return False
        return self._form.set_cell(self.classes[index.row()].name, index.column(), str(value))


class ClassDelegate(QStyledItemDelegate):
    """Edits a kind by a list of two words; the colour's cell is a patch."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        if index.column() != KIND:
            return super().createEditor(parent, option, index)
        box = QComboBox(parent)
        box.addItems(list(KINDS))
        box.activated.connect(partial(self._on_chosen, box))
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QComboBox):
            editor.setCurrentText(str(index.data(Qt.ItemDataRole.EditRole)))
            return
        super().setEditorData(editor, index)

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentText())
            return
        super().setModelData(editor, model, index)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        if index.column() != COLOR:
            return
        area = QRectF(0.0, 0.0, 16.0, 16.0)
        area.moveCenter(QRectF(option.rect).center())  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme().border))
        painter.setBrush(index.data(COLOR_ROLE))  # by hand: an icon would be tinted where its row is selected
        painter.drawRoundedRect(area, 3, 3)
        painter.restore()

    def _on_chosen(self, box: QComboBox, _place: int) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)


class ClassTable(QTableView):
    """The view, with keys of its own: Del, Alt+Up, Alt+Down."""

    remove_wanted = Signal()
    move_wanted = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if event.key() == Qt.Key.Key_Delete:
            self.remove_wanted.emit()
        elif alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.move_wanted.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)
            return
        event.accept()


class ClassesForm(FormPage):
    """The table of classes with what can be done to it."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__("Classes", studio, parent)
        self.add_note("What labels may say. Object groups and acceptance rules name a class; its id never changes.")
        self.model = ClassModel(self)
        self.table = ClassTable()
        self.table.setModel(self.model)
        self.table.setItemDelegate(ClassDelegate(self.table))
        self.table.setAccessibleName("Classes")
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme().row)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(28)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in ((ID, 38), (COLOR, 28), (KIND, 58)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(GROUP, QHeaderView.ResizeMode.Stretch)
        self.reason = Reason()
        self.used = plain_label("", "dim", wraps=True)
        self.add_button = tool_button("plus", "Add a class", text="Add")
        self.remove_button = tool_button("trash-can-outline", "Delete the selected class (Del)", text="Delete")
        self.up_button = tool_button("arrow-up", "Move the selected class up (Alt+Up)")
        self.down_button = tool_button("arrow-down", "Move the selected class down (Alt+Down)")
        buttons = plain_row(self.add_button, self.remove_button, None, self.up_button, self.down_button)
        for widget in (self.table, self.reason, buttons, self.used):
            self.rows.addWidget(widget)
        self.add_heading("Shown in formats as")
        self.class_map = ClassMapSection(self)
        self.rows.addWidget(self.class_map)
        self.add_button.clicked.connect(self._on_add)
        self.remove_button.clicked.connect(self.remove_selected)
        self.up_button.clicked.connect(partial(self.move_selected, -1))
        self.down_button.clicked.connect(partial(self.move_selected, 1))
        self.table.doubleClicked.connect(self._on_double_clicked)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.table.selectionModel().selectionChanged.connect(self._show_selected)
        self.table.remove_wanted.connect(self.remove_selected)
        self.table.move_wanted.connect(self.move_selected)
        self._dialog: QDialog | None = None
        self.start()

    @property
    def selected(self) -> str:
        """Name of the selected class; empty where there is none."""
        rows = self.table.selectionModel().selectedRows()
        return self.model.classes[rows[0].row()].name if rows else ""

    def select(self, name: str) -> None:
        """Select a class."""
        for i, row in enumerate(self.model.classes):
            if row.name == name:
                self.table.selectRow(i)

    def show_project(self, project: Project) -> None:
        before = self.selected
        self.model.set_classes(project.classes)
        if before and not self.selected:
            self.select(before)
        shown = min(max(len(project.classes), 3), 14)
        self.table.setFixedHeight(shown * theme().row + self.table.horizontalHeader().sizeHint().height() + 4)
        self._show_selected()
        self.class_map.show_project(project)

    def set_cell(self, name: str, column: int, text: str) -> bool:
        """Commit what was typed into a cell; the reason beneath the table says why it was refused."""
        if column == NAME and text.strip() == name:
            self.reason.show_reason("")
            return True

        def make(project: Project) -> Edit:
            if column == NAME:
                return rename_class(project, name, text)
            return set_class(project, name, **{"supercategory" if column == GROUP else "kind": text.strip()})

        reason = self.commit(make)
        self.reason.show_reason(reason)
        return not reason

    def remove_selected(self) -> None:
        """Delete the selected class; where something names it, ask what becomes of that."""
        project, name = self.studio.document.project, self.selected
        if project is None or not name:
            return
        if not uses(project, name):
            self.commit(lambda p: remove_class(p, name))
            return
        dialog = RemoveClassDialog(project, name, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(partial(self._on_removal_chosen, name))
        self._dialog = dialog
        dialog.open()

    def move_selected(self, step: int) -> None:
        """Move the selected class by one place; the order is one of looks alone."""
        project, name = self.studio.document.project, self.selected
        if project is None or not name:
            return
        place = project.classes.index(row_of(project, name)) + step
        if 0 <= place < len(project.classes):
            self.commit(lambda p: move_class(p, name, place + (1 if step > 0 else 0)))
            self.table.selectRow(place)

    def _on_removal_chosen(self, name: str, instead: str) -> None:
        self.commit(lambda p: remove_class(p, name, instead))

    def _on_add(self) -> None:
        before = {row.name for row in self.model.classes}
        self.commit(add_class)
        for row in self.model.classes:
            if row.name not in before:
                self.select(row.name)
                self.table.edit(self.model.index(self.model.classes.index(row), NAME))

    def _on_double_clicked(self, index: QModelIndex) -> None:
        if index.column() == COLOR:
            self._choose_color()

    def _choose_color(self) -> None:
        project, name = self.studio.document.project, self.selected
        if project is None or not name:
            return
        dialog = QColorDialog(QColor(row_of(project, name).color), self)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(f"Colour of {name}")
        dialog.colorSelected.connect(partial(self._on_color, name))
        self._dialog = dialog
        dialog.open()

    def _on_color(self, name: str, color: QColor) -> None:
        self.commit(lambda p: set_class(p, name, color=color.name()))

    def _on_menu(self, at: QPoint) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.table.viewport().mapToGlobal(at))

    def menu(self) -> QMenu:
        """Return the menu of the selected class."""
        menu = QMenu(self)
        there = bool(self.selected)
        for name, title, slot in (
            ("plus", "Add a class", self._on_add),
            ("pencil-outline", "Rename", self._on_rename),
            ("palette-outline", "Choose a colour…", self._choose_color),
            ("arrow-up", "Move up", partial(self.move_selected, -1)),
            ("arrow-down", "Move down", partial(self.move_selected, 1)),
            ("trash-can-outline", "Delete…", self.remove_selected),
        ):
            action = menu.addAction(icon(name), title)
            action.triggered.connect(slot)
            action.setEnabled(there or title == "Add a class")
        return menu

    def _on_rename(self) -> None:
        rows = self.table.selectionModel().selectedRows(NAME)
        if rows:
            self.table.edit(rows[0])

    def _show_selected(self) -> None:
        project, name = self.studio.document.project, self.selected
        for button in (self.remove_button, self.up_button, self.down_button):
            button.setEnabled(bool(name))
        text = "" if self.model.classes else "No class yet: without one, nothing that is drawn gets a label."
        if project is not None and name:
            found = uses(project, name)
            number = len(found.groups) + len(found.rules)
            text = (
                f"{name}: used in {number} place{'s' if number != 1 else ''}." if number else f"{name}: not used yet."
            )
        self.used.setText(text)
