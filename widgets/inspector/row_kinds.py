"""Which widget shows which row, and about how high it is. It makes rows; it binds none."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from myriorama.app.inspection.rows import MIXED, Row
from myriorama.widgets.inspector.editing import RowEditing
from myriorama.widgets.inspector.literal import editor_kind
from myriorama.widgets.inspector.plain_rows import LiteralRow, MixedRow, RefusedRow, UnsetRow
from myriorama.widgets.inspector.row_widget import HEIGHT, RowWidget
from myriorama.widgets.inspector.varied_row import PartsRow, VariedRow, form_word


def row_word(row: Row) -> str:
    """Return a word for the widget of a row; widgets of one word can be used for one another."""
    if row.reason:
        return "refused"
    if row.parts:
        return "parts"
    if row.state == "unset":
        return "unset"
    if row.state == "mixed" and any(isinstance(w, dict | list) and _varies(w) for w in row.written):
        return "mixed"
    if row.state == "varied":
        return f"varied/{form_word(row)}/{editor_kind(row.declaration, row.component)}"
    return f"literal/{editor_kind(row.declaration, row.component)}"


def _varies(written: Any) -> bool:
    return isinstance(written, dict) or any(isinstance(v, dict) for v in written)


def make_row(row: Row, word: str, editing: RowEditing, parent: QWidget) -> RowWidget:
    """Make a widget that can show rows of this word."""
    simple = {"refused": RefusedRow, "parts": PartsRow, "unset": UnsetRow, "mixed": MixedRow}
    if word in simple:
        return simple[word](editing, parent)
    if word.startswith("varied"):
        return VariedRow(row, editing, parent)
    return LiteralRow(editor_kind(row.declaration, row.component), editing, parent)


def estimated_height(row: Row, word: str) -> int:
    """Return about the height of a row that no widget shows yet."""
    if not word.startswith("varied") or row.value is MIXED:
        return HEIGHT
    value = row.value
    options = value.get("choice", value.get("palette", ()))
    return HEIGHT + 90 + 26 * len(options)
