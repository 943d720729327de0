"""What a foreign dataset's labels add up to: the plots of the statistics panel that need no scene."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QWidget

from myriorama.app.reading.foreign import ForeignDataset
from myriorama.widgets.statistics.cards import NumberCard, PositionCard, Subject, WordCard
from myriorama.widgets.statistics.maps import PositionMap
from myriorama.widgets.statistics.panel import StatisticsPanel

_OBJECTS: Final = Subject(
    "objects", "Objects per picture", by_class="count:{name}", help="How many labelled objects a picture shows"
)
_PART: Final = "value:picture/part"
_SUBJECTS: Final = (
    Subject("box_size", "Box size", "px", "{column}@{name}", 0.0, help="Square root of a box's width times its height"),
    Subject("aspect", "Box aspect, w/h", "", "{column}@{name}", help="Width over height"),
    Subject("mask_area", "Mask area", "px", "{column}@{name}", help="Pixels of a mask, or the area of an outline"),
    Subject("brightness", "Brightness", "", "", 0.0, 1.0, help="Mean of the picture, 0 black to 1 white"),
)


class _Positions(PositionCard):
    """Box centres over a picture of the dataset's usual shape."""

    aspect = 4 / 3

    def count(self) -> None:
        super().count()
        assert isinstance(self.plot, PositionMap)
        self.plot.set_aspect(self.aspect)


class ForeignStatistics(StatisticsPanel):
    """Statistics of labels alone: nothing of a foreign dataset was drawn."""

    def __init__(self, dataset: ForeignDataset, parent: QWidget | None = None) -> None:
        self._dataset = dataset
        super().__init__(dataset, parent)  # type: ignore[arg-type]
        self.of_labels.hide()
        self.of_values.hide()

    def _make_label_cards(self) -> None:
        data = self.studio
        positions = _Positions(data, "Box centres", "Where in the picture the boxes have their centres")
        width, height = self._dataset.usual_size
        positions.aspect = width / height
        info = self._dataset.info
        has_shapes = bool(info.shapes.get("masks") or info.shapes.get("outlines"))
        chosen = [s for s in _SUBJECTS if has_shapes or s.column != "mask_area"]
        self._label_cards = [
            WordCard(data, "class", "Objects by class"),
            NumberCard(data, _OBJECTS),
            *(NumberCard(data, subject) for subject in chosen[:2]),
            positions,
            *(NumberCard(data, subject) for subject in chosen[2:]),
        ]
        if any(info.parts):
            self._label_cards.append(WordCard(data, _PART, "Pictures by part"))
        self._show_cards()

    def _say_known(self) -> None:
        table, total = self.studio.table, self._dataset.count
        self.pages.setCurrentIndex(0 if table.known else 1)
        self.empty.setText(f"No figures yet: the first of {total:,} pictures are being read.")
        self.header.set_text(f"From {table.fresh:,} of {total:,} pictures, each at its own size")
        self.stale.setText("")
