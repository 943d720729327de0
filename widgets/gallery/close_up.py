"""The gallery's close look: one sample on a page, or two side by side, and which of them keys mean.

It asks for no picture and judges nothing; it shows what the gallery holds.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from myriorama.app.gallery.gallery import Gallery
from myriorama.app.pictures.class_looks import Looks
from myriorama.widgets.gallery.picture_view import PictureView
from myriorama.widgets.gallery.sample_pages import ComparePage, DetailPage


class CloseUp(QStackedWidget):
    """The page of one sample and the page of two."""

    def __init__(self, gallery: Gallery, parent: QWidget) -> None:
        super().__init__(parent)
        self.detail = DetailPage(gallery, self)
        self.compare = ComparePage(gallery, self)
        self.addWidget(self.detail)
        self.addWidget(self.compare)

    @property
    def pictures(self) -> tuple[PictureView, ...]:
        """The pictures of both pages."""
        return (self.detail.picture, *self.compare.pictures)

    def set_looks(self, looks: Looks) -> None:
        """Draw and count classes so."""
        self.detail.set_looks(looks)
        self.compare.set_looks(looks)

    @property
    def picture(self) -> PictureView:
        """The picture that keys zoom."""
        return self.compare.pictures[self.compare.active] if self._compares() else self.detail.picture

    @property
    def samples(self) -> list[int]:
        """The samples on the page that is shown."""
        on_page = self.compare.indices if self._compares() else [self.detail.index]
        return [index for index in on_page if index is not None]

    def show_one(self, index: int | None) -> None:
        """Turn to the page of one sample."""
        self.detail.show_sample(index)
        self.setCurrentWidget(self.detail)

    def show_two(self, left: int, right: int) -> None:
        """Turn to the page of two samples."""
        self.compare.show_samples(left, right)
        self.setCurrentWidget(self.compare)

    def go_to(self, index: int | None) -> None:
        """Show another sample where the current one is shown."""
        if not self._compares():
            self.detail.show_sample(index)
        elif index is not None and index != self.compare.active_index:
            self.compare.set_active_index(index)

    def show_again(self, index: int) -> None:
        """Show a sample again, if it is on the page, after its picture or judgment changed."""
        if not self._compares() and self.detail.index == index:
            self.detail.show_sample(index)
        elif self._compares() and index in self.compare.indices:
            self.compare.refresh()

    def take_keyboard(self) -> None:
        """Let keys come to the one sample's picture."""
        self.detail.picture.setFocus(Qt.FocusReason.OtherFocusReason)

    def _compares(self) -> bool:
        return self.currentWidget() is self.compare
