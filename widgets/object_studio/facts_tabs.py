"""Parts, keypoints and attributes of the object as tables; what is pointed at stands out in the picture.

It shows facts and makes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTabWidget, QTreeWidget, QTreeWidgetItem, QWidget

from myriorama.app.object_studio.compositing import Rgb, part_colors
from myriorama.app.object_studio.facts_words import attribute_rows, length_unit
from myriorama.app.object_studio.looks import Facts

_SWATCH: Final = 12
_COARSE: Final = "In brackets: triangles of the coarse mesh that drafts draw"


class _Table(QTreeWidget):
    """Rows of words. `pointed` tells the row under the pointer, or that of the keyboard; -1 for none."""

    pointed = Signal(int)

    def __init__(self, name: str, heads: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setIconSize(QSize(_SWATCH, _SWATCH))
        self.setHeaderLabels(list(heads))
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        header.setSectionsClickable(False)
        self.entered.connect(self._on_entered)
        self.currentItemChanged.connect(self._on_current)
        self.viewport().installEventFilter(self)

    def show_rows(self, rows: Sequence[Sequence[str]], colors: Sequence[Rgb] = ()) -> None:
        """Show rows; those that stay are kept, so that a table may follow a drag."""
        while self.topLevelItemCount() > len(rows):
            self.takeTopLevelItem(self.topLevelItemCount() - 1)
        for number, words in enumerate(rows):
            item = self.topLevelItem(number)
            if item is None:
                item = QTreeWidgetItem(self)
                for column in range(1, self.columnCount()):
                    item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, word in enumerate(words):
                if item.text(column) != word:
                    item.setText(column, word)
            if number < len(colors) and item.data(0, Qt.ItemDataRole.UserRole) != colors[number]:
                item.setData(0, Qt.ItemDataRole.UserRole, colors[number])
                item.setIcon(0, _swatch(colors[number]))

    def _on_entered(self, index: QModelIndex) -> None:
        self.pointed.emit(index.row())

    def _on_current(self, item: QTreeWidgetItem | None) -> None:
        if self.hasFocus():
            self.pointed.emit(self.indexOfTopLevelItem(item) if item is not None else -1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit(-1)
        return super().eventFilter(watched, event)


class FactsTabs(QTabWidget):
    """The tables.

    Attributes
    ----------
    part_pointed : signal of (int,)
        Number of a part, from 0; -1 for none.
    keypoint_pointed : signal of (str,)
        Name of a keypoint; empty for none.
    """

    part_pointed = Signal(int)
    keypoint_pointed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.setAccessibleName("What the object is made of")
        self.parts = _Table("Parts", ("Part", "Slot", "Triangles"), self)
        self.keypoints = _Table("Keypoints", ("Keypoint", "Kind", "X", "Y", "Z"), self)
        self.attributes = _Table("Attributes", ("Attribute", "Value", "Kind"), self)
        for table, title in ((self.parts, "Parts"), (self.keypoints, "Keypoints"), (self.attributes, "Attributes")):
            self.addTab(table, title)
        self.parts.pointed.connect(self.part_pointed)
        self.keypoints.pointed.connect(self._on_keypoint)
        self._facts: Facts | None = None

    def show_facts(self, facts: Facts | None) -> None:
        """Show what is known."""
        self._facts = facts
        parts = facts.parts if facts is not None else ()
        self.parts.show_rows(
            [
                (p.name, p.slot, f"{p.triangles:,}" + (f" ({p.coarse_triangles:,})" if p.coarse_triangles else ""))
                for p in parts
            ],
            part_colors(len(parts)),
        )
        self.parts.setToolTip(
            "In brackets: triangles of the coarse mesh that drafts draw" if _has_coarse(facts) else ""
        )
        points = facts.keypoints if facts is not None else ()
        unit, factor = length_unit(2.0 * facts.extent.radius_m) if facts is not None else ("m", 1.0)
        heads = ["Keypoint", "Kind", *(f"{axis} {unit}" for axis in "XYZ")]
        if [self.keypoints.headerItem().text(i) for i in range(5)] != heads:
            self.keypoints.setHeaderLabels(heads)
        self.keypoints.show_rows([(k.name, k.kind, *(f"{v * factor:.1f}" for v in k.position)) for k in points])
        attributes = attribute_rows(facts) if facts is not None else ()
        self.attributes.show_rows(attributes)
        counts = (len(parts), len(points), len(attributes))
        for tab, (title, count) in enumerate(zip(("Parts", "Keypoints", "Attributes"), counts, strict=True)):
            text = f"{title} {count}" if count else title
            if self.tabText(tab) != text:
                self.setTabText(tab, text)

    def point_at_part(self, number: int) -> None:
        """Mark the row of a part that the pointer is over in the picture."""
        item = self.parts.topLevelItem(number) if number >= 0 else None
        if item is None:
            self.parts.clearSelection()
        else:
            self.parts.setCurrentItem(item)

    def _on_keypoint(self, number: int) -> None:
        points = self._facts.keypoints if self._facts is not None else ()
        self.keypoint_pointed.emit(points[number].name if 0 <= number < len(points) else "")


def _has_coarse(facts: Facts | None) -> bool:
    return facts is not None and any(p.coarse_triangles for p in facts.parts)


def _swatch(color: Rgb) -> QIcon:
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(*color))
    painter.drawRoundedRect(QRectF(0.5, 0.5, _SWATCH - 1, _SWATCH - 1), 3, 3)
    painter.end()
    return QIcon(pixmap)
