"""What the style sheet cannot say about fields. It makes none."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit

from myriorama.widgets.theme.tokens import theme

Field = TypeVar("Field", bound=QAbstractSpinBox)


def padded(field: Field) -> Field:
    """Keep a number off the left edge of its field: Qt leaves the sheet's padding out there."""
    line = field.findChild(QLineEdit)
    if line is not None:
        line.setTextMargins(theme().tight + 1, 0, 0, 0)
    return field
