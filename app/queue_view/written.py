"""A finished dataset to be looked at: samples, thumbnails and facts from its files, behind the faces that panels know.

It is read-only. Samples go by their place in the dataset, 0 to N - 1; `numbers` has the number of each.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from myriorama.app.browsing.browse import Browse
from myriorama.app.browsing.columns import Column
from myriorama.app.browsing.declared import DeclaredNow
from myriorama.app.browsing.demand import FactsDemand
from myriorama.app.browsing.table import FactsTable
from myriorama.app.dataset.layout import PROJECT
from myriorama.app.document.document import Document
from myriorama.app.observable import Observable, Post
from myriorama.app.overlays import OverlayState
from myriorama.app.parts.shown import looks_of, names_of
from myriorama.app.pictures.class_looks import Looks
from myriorama.app.preview.tiles import SampleFacts, Tile, TileKey
from myriorama.app.queue_view.stored import broken, facts_at, tile_at
from myriorama.app.queue_view.summary import read_summary
from myriorama.app.settings.store import SettingsStore
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project

_FACTS_AT_ONCE: Final = 8


@dataclass(frozen=True, eq=False)
class WrittenInfo:
    """What a finished dataset says of itself.

    Attributes
    ----------
    numbers : (N,) int64
        Number of each written sample, rising.
    quarantined : mapping
        Sample number -> reasons.
    annotations : int
        Labelled objects in all.
    bytes : int
        Of all files.
    digest : str
        Of the manifest.
    """

    folder: Path
    project: Project
    numbers: npt.NDArray[np.int64]
    quarantined: Mapping[int, tuple[str, ...]]
    width: int
    height: int
    annotations: int
    files: int
    bytes: int
    digest: str
    formats: tuple[str, ...]
    devices: tuple[str, ...]


def read_info(folder: Path) -> WrittenInfo:
    """Return what a finished dataset says of itself; its files are not checked.

    Raises
    ------
    InputError
        It is no finished dataset of this program, or its project cannot be read.
    """
    try:
        summary = read_summary(folder)
        text = (folder / PROJECT).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(Problem("", f"this dataset cannot be opened: {error}", file=str(folder))) from error
    info = summary.head["info"]
    return WrittenInfo(
        folder=folder,
        project=parse_project(text, str(folder / PROJECT)),
        numbers=summary.numbers,
        quarantined=summary.quarantined,
        width=int(info["width"]),
        height=int(info["height"]),
        annotations=summary.annotations,
        files=summary.files + 1,
        bytes=summary.bytes,
        digest=summary.digest,
        formats=tuple(sorted(summary.head["formats"])),
        devices=tuple(summary.head["devices"]),
    )


class WrittenTiles:
    """Thumbnails and facts of written samples, read on a thread; the face is that of `preview.gallery.TileService`.

    Attributes
    ----------
    epoch : int
        Always 0: what is written does not change.
    tile_ready : signal of (Tile,)
    facts_ready : signal of (SampleFacts,)
    epoch_changed : signal of (int,)
        Never emitted.
    trouble : signal of (int, str)
        Facts of the sample at this place cannot be read, and why.
    """

    tile_ready = Signal(Tile)
    facts_ready = Signal(SampleFacts)
    epoch_changed = Signal(int)
    trouble = Signal(int, str)

    def __init__(self, post: Post, info: WrittenInfo, registry: PluginRegistry) -> None:
        self.epoch = 0
        self._post = post
        self._info = info
        self._registry = registry
        self._tiles: deque[tuple[TileKey, int]] = deque()
        self._facts: deque[int] = deque()
        self._condition = threading.Condition()
        self._ended = False
        self._thread: threading.Thread | None = None

    def want(self, keys: Sequence[TileKey], size_px: int) -> None:
        """Ask for these thumbnails, in this order, in place of what was asked for before."""
        known = [key for key in dict.fromkeys(keys) if not key.variant and 0 <= key.index < len(self._info.numbers)]
        self._ask(tiles=deque((key, size_px) for key in known))

    def want_facts(self, indices: Sequence[int]) -> None:
        """Ask for the facts of the samples at these places, after the thumbnails, in place of earlier wishes."""
        self._ask(facts=deque(i for i in dict.fromkeys(indices) if 0 <= i < len(self._info.numbers)))

    def start(self) -> None:
        """Nothing has to be started ahead."""

    def close(self) -> None:
        """Stop reading. Safe to call twice."""
        with self._condition:
            self._ended = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()

    def _ask(self, tiles: deque[tuple[TileKey, int]] | None = None, facts: deque[int] | None = None) -> None:
        with self._condition:
            if tiles is not None:
                self._tiles = tiles
            if facts is not None:
                self._facts = facts
            if self._thread is None and not self._ended and (self._tiles or self._facts):
                self._thread = threading.Thread(target=self._run, name="written samples", daemon=True)
                self._thread.start()
            self._condition.notify()

    def _run(self) -> None:
        while True:
            with self._condition:
                while not (self._tiles or self._facts or self._ended):
                    self._condition.wait()
                if self._ended:
                    return
                tile = self._tiles.popleft() if self._tiles else None
                count = 0 if tile is not None else min(_FACTS_AT_ONCE, len(self._facts))
                places = [self._facts.popleft() for _ in range(count)]
            if tile is not None:
                self._hand_tile(tile_at(self._info.folder, self._number(tile[0].index), tile[1], key=tile[0]))
            elif places:
                self._hand_facts([self._read_facts(place) for place in places])

    def _read_facts(self, place: int) -> SampleFacts | tuple[int, str]:
        camera = self._info.project.camera.uid
        try:
            return facts_at(self._info.folder, self._number(place), self._registry, camera, place=place)
        except Exception as error:
            if not broken(error):
                raise
            return place, " ".join(str(error).split())

    def _number(self, place: int) -> int:
        return int(self._info.numbers[place])

    def _hand_tile(self, tile: Tile) -> None:
        self._post(lambda: None if self._ended else self.tile_ready.emit(tile))

    def _hand_facts(self, found: Sequence[SampleFacts | tuple[int, str]]) -> None:
        def hand() -> None:
            for facts in () if self._ended else found:
                if isinstance(facts, SampleFacts):
                    self.facts_ready.emit(facts)
                else:
                    self.trouble.emit(*facts)

        self._post(hand)


class WrittenDataset:
    """A finished dataset as panels want a studio: the models that they read, and nothing that could change it.

    Parameters
    ----------
    post : callable
        Brings answers to the thread of the models.
    info : WrittenInfo

    Attributes
    ----------
    document : Document
        Holds the project as it was written.
    tiles : WrittenTiles
    table : FactsTable
    browse : Browse
    overlays : Observable of OverlayState
    """

    def __init__(self, post: Post, info: WrittenInfo, registry: PluginRegistry, overlays: OverlayState) -> None:
        self.info = info
        self.registry = registry
        self.document = Document()
        output = info.project.output.model_copy(update={"width": info.width, "height": info.height})
        self.document.open(info.project.model_copy(update={"output": output}), info.folder)
        self.settings = SettingsStore(None)
        self.settings.set(self.settings.value.model_copy(update={"gallery_count": len(info.numbers)}))
        self.overlays: Observable[OverlayState] = Observable(overlays)
        self.browse = Browse()
        self.declared = DeclaredNow(self.document, registry)
        self.table = FactsTable(self.declared.names)
        self.table.call_classes(names_of(self.document.project))
        self.table.provide(Column("index", "Sample"), self._numbered)
        self.tiles = WrittenTiles(post, info, registry)
        self.tiles.facts_ready.connect(self.table.add)
        self.facts_demand = FactsDemand(self.tiles, self.table, self.browse, self.settings)

    @property
    def count(self) -> int:
        """How many samples are written."""
        return len(self.info.numbers)

    @property
    def looks(self) -> Looks:
        """How each class is drawn: as its own formats show it."""
        return looks_of(self.document.project)

    @property
    def usual_size(self) -> tuple[int, int]:
        """Width and height of the pictures."""
        return self.info.width, self.info.height

    @property
    def in_viewport(self) -> bool:
        """Its samples can be drawn again."""
        return True

    @property
    def lacking(self) -> Mapping[str, str]:
        """Nothing: what was written has every kind of label that its project has."""
        return {}

    def size(self, place: int) -> tuple[int, int]:
        """Width and height of one picture."""
        return self.usual_size

    def title(self, place: int) -> str:
        """Return a sample's number."""
        return str(self.number(place))

    def told(self, place: int) -> str:
        """Return what a sample is called in a sentence."""
        return f"Sample {self.number(place)}"

    def number(self, place: int) -> int:
        """Return the number of the sample at a place."""
        return int(self.info.numbers[place])

    def place(self, number: int) -> int | None:
        """Return the place of a sample, None where it is not in the dataset."""
        found = int(np.searchsorted(self.info.numbers, number))
        return found if found < self.count and int(self.info.numbers[found]) == number else None

    def shown(self) -> Sequence[int]:
        """Return the places of the samples that fulfil what is browsed for, in that order."""
        order = self.browse.value
        if not order.conditions and not order.sort:
            return range(self.count)
        return self.table.matching(order, self.count)

    def close(self) -> None:
        """Stop reading."""
        self.tiles.close()

    def _numbered(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        return np.arange(self.count, dtype=np.int64), self.info.numbers.astype(np.float64)
