"""The outline as Qt sees it: changed row by row, so that what is open, selected and scrolled to stays so.

It holds what was last shown and edits no project: drops and renames are told by signals.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from myriorama.app.document.addresses import LISTS
from myriorama.app.document.lists import lists_for
from myriorama.app.document.outline import Row, Section
from myriorama.widgets.plain import plain_tip

UID_ROLE: Final = Qt.ItemDataRole.UserRole
THING_ROLE: Final = Qt.ItemDataRole.UserRole + 1
"""The `Section` or `Row` itself."""
MIME: Final = "application/x-myriorama-uids"

Index = QModelIndex | QPersistentModelIndex


class OutlineModel(QAbstractItemModel):
    """Sections with their rows.

    Attributes
    ----------
    dropped : signal of (list of str, str, int)
        Uids were dropped into a list of the project, before the item at this place.
    renamed : signal of (str, str)
        A new name was typed for a uid.
    """

    dropped = Signal(list, str, int)
    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sections: list[Section] = []
        self._rows: list[list[Row]] = []

    @property
    def sections(self) -> tuple[Section, ...]:
        return tuple(self._sections)

    def show(self, sections: Sequence[Section]) -> None:
        """Show another outline, telling only what is different."""
        if [s.key for s in sections] != [s.key for s in self._sections]:
            self.beginResetModel()
            self._sections = list(sections)
            self._rows = [list(s.rows) for s in sections]
            self.endResetModel()
            return
        for number, section in enumerate(sections):
            parent = self.index(number, 0)
            self._show_rows(number, parent, section.rows)
            if section != self._sections[number]:
                self._sections[number] = section
                self.dataChanged.emit(parent, parent)

    def _show_rows(self, number: int, parent: QModelIndex, wanted: Sequence[Row]) -> None:
        held = self._rows[number]
        keep = {row.uid for row in wanted}
        for at in range(len(held) - 1, -1, -1):
            if held[at].uid not in keep:
                self.beginRemoveRows(parent, at, at)
                del held[at]
                self.endRemoveRows()
        for at, row in enumerate(wanted):
            now = next((i for i in range(at, len(held)) if held[i].uid == row.uid), None)
            if now is None:
                self.beginInsertRows(parent, at, at)
                held.insert(at, row)
                self.endInsertRows()
            elif now != at:
                self.beginMoveRows(parent, now, now, parent, at)
                held.insert(at, held.pop(now))
                self.endMoveRows()
            if held[at] != row:
                held[at] = row
                index = self.index(at, 0, parent)
                self.dataChanged.emit(index, index)

    def index_of(self, uid: str) -> QModelIndex:
        """Return where a uid is shown; an invalid index where it is not."""
        for number, section in enumerate(self._sections):
            if section.uid == uid:
                return self.index(number, 0)
            for at, row in enumerate(self._rows[number]):
                if row.uid == uid:
                    return self.createIndex(at, 0, number + 1)
        return QModelIndex()

    def thing(self, index: Index) -> Section | Row | None:
        """Return what an index shows."""
        if not index.isValid():
            return None
        number = int(index.internalId())
        if number == 0:
            return self._sections[index.row()]
        return self._rows[number - 1][index.row()]

    # --- what Qt asks

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if column != 0 or row < 0:
            return QModelIndex()
        if not parent.isValid():
            return self.createIndex(row, 0, 0) if row < len(self._sections) else QModelIndex()
        if int(parent.internalId()) == 0 and row < len(self._rows[parent.row()]):
            return self.createIndex(row, 0, parent.row() + 1)
        return QModelIndex()

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        number = int(index.internalId()) if index.isValid() else 0
        return self.createIndex(number - 1, 0, 0) if number else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._sections)
        return len(self._rows[parent.row()]) if int(parent.internalId()) == 0 else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        thing = self.thing(index)
        if thing is None:
            return None
        if role == THING_ROLE:
            return thing
        if role == UID_ROLE:
            return thing.uid
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return thing.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_tooltip(thing))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _spoken(thing)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        thing = self.thing(index)
        if role != Qt.ItemDataRole.EditRole or not isinstance(thing, Row):
            return False
        if str(value).strip() != thing.title:
            self.renamed.emit(thing.uid, str(value))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        thing = self.thing(index)
        flag = Qt.ItemFlag
        if isinstance(thing, Row):
            return (
                flag.ItemIsEnabled
                | flag.ItemIsSelectable
                | flag.ItemIsEditable
                | flag.ItemIsDragEnabled
                | flag.ItemNeverHasChildren
            )
        if isinstance(thing, Section):
            if thing.uid:
                return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemNeverHasChildren
            return flag.ItemIsEnabled | flag.ItemIsDropEnabled
        return flag.NoItemFlags

    # --- dragging

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        uids = [thing.uid for thing in map(self.thing, indexes) if isinstance(thing, Row)]
        carried = QMimeData()
        carried.setData(MIME, json.dumps(uids).encode())
        return carried

    def canDropMimeData(self, carried: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        return bool(self._place(carried, row, parent))

    def dropMimeData(self, carried: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        place = self._place(carried, row, parent)
        if place is None:
            return False
        self.dropped.emit(*place)
        return True

    def _place(self, carried: QMimeData, row: int, parent: Index) -> tuple[list[str], str, int] | None:
        """Return what would go where; None where that cannot be."""
        section = self.thing(parent)
        uids = _carried(carried)
        if not uids or not isinstance(section, Section) or section.key not in LISTS:
            return None
        known = {row.uid: row.kind for rows in self._rows for row in rows}
        if any(uid not in known or section.key not in lists_for(known[uid]) for uid in uids):
            return None
        return uids, section.key, len(section.rows) if row < 0 else row


def _carried(carried: QMimeData) -> list[str]:
    if not carried.hasFormat(MIME):
        return []
    try:
        found = json.loads(bytes(carried.data(MIME).data()))
    except ValueError:
        return []
    return [uid for uid in found if isinstance(uid, str)] if isinstance(found, list) else []


def _tooltip(thing: Section | Row) -> str:
    lines = [
        thing.title if not isinstance(thing, Row) or not thing.type_label else f"{thing.title}: {thing.type_label}"
    ]
    if isinstance(thing, Row):
        if thing.class_name:
            lines.append(f"Class: {thing.class_name}")
        if thing.count:
            lines.append(f"Objects: {thing.count}")
        if not thing.enabled:
            lines.append("Switched off: it takes no part.")
    if thing.badge is not None:
        lines.append(thing.badge.text)
    return "\n".join(lines)


def _spoken(thing: Section | Row) -> str:
    if isinstance(thing, Section):
        return f"{thing.title}, {thing.note}" if thing.note else thing.title
    words = [thing.title, thing.type_label, f"class {thing.class_name}" if thing.class_name else "", thing.count]
    words += ["" if thing.enabled else "switched off", thing.badge.text if thing.badge else ""]
    return ", ".join(word for word in words if word)
