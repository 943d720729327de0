"""Facts of samples as columns: numbers and words, one or several a sample, ready to be filtered and plotted."""

from __future__ import annotations

from psygnal import Signal

from myriorama.app.preview.tiles import SampleFacts


class FactsTable:
    """The facts that are known of the open project's samples."""

    changed = Signal()

    def __init__(self) -> None:
        self._facts: dict[int, SampleFacts] = {}
