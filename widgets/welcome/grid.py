"""Cards in as many columns as fit, all of one width. It holds them; it makes none."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from myriorama.widgets.welcome.card import ProjectCard

_GAP: Final = 16
_CARD_WIDTH: Final = 250


class CardGrid(QWidget):
    """As high as its width makes it."""

    def __init__(self) -> None:
        super().__init__()
        self._cards: list[ProjectCard] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add(self, card: ProjectCard) -> ProjectCard:
        card.setParent(self)
        self._cards.append(card)
        return card

    def sizeHint(self) -> QSize:
        width = 3 * _CARD_WIDTH + 2 * _GAP
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(_CARD_WIDTH, 200)

    def heightForWidth(self, width: int) -> int:
        columns, card_width = self._columns(width)
        rows = -(-len(self._cards) // columns)
        card_height = self._cards[0].heightForWidth(card_width) if self._cards else 0
        return rows * card_height + max(0, rows - 1) * _GAP

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.setFixedHeight(self.heightForWidth(self.width()))  # a scroll area asks for no height by width
        columns, width = self._columns(self.width())
        for i, card in enumerate(self._cards):
            height = card.heightForWidth(width)
            row, column = divmod(i, columns)
            card.setGeometry(QRect(column * (width + _GAP), row * (height + _GAP), width, height))

    @staticmethod
    def _columns(width: int) -> tuple[int, int]:
        columns = max(1, (width + _GAP) // (_CARD_WIDTH + _GAP))
        return columns, (width - (columns - 1) * _GAP) // columns
