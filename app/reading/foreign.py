"""A foreign dataset as panels want it: models of its pictures, labels and figures, and a thread that has them read.

The thread owns the reading process; nothing foreign is parsed in this one.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from psygnal import Signal

from myriorama.app.browsing.browse import Browse
from myriorama.app.browsing.columns import Column, ValueName
from myriorama.app.browsing.declared import DeclaredNow
from myriorama.app.browsing.demand import FactsDemand
from myriorama.app.browsing.table import FactsTable
from myriorama.app.document.document import Document
from myriorama.app.observable import Observable, Post
from myriorama.app.overlays import OverlayState
from myriorama.app.pictures.class_looks import Looks, plain_looks
from myriorama.app.pictures.overlay import PALETTE
from myriorama.app.preview.tiles import SampleFacts, Tile, TileKey
from myriorama.app.reading.limits import SHOWN_SIDE_PX
from myriorama.app.reading.neutral import Fault
from myriorama.app.reading.reader import ForeignInfo, ForeignReader
from myriorama.app.settings.store import SettingsStore
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.errors import InputError

_FACTS_AT_ONCE: Final = 8
_COLUMNS: Final[Mapping[str, ValueName]] = {
    "value:picture/part": ValueName("Part"),
    "value:picture/width_px": ValueName("Picture width", "px"),
    "value:picture/height_px": ValueName("Picture height", "px"),
}


class ForeignTiles:
    """Thumbnails and facts of a foreign dataset, read on a thread by a process of its own.

    Attributes
    ----------
    epoch : int
        Always 0.
    opened : signal of (ForeignInfo,)
    refused : signal of (InputError,)
        The dataset cannot be read.
    progress : signal of (int, int)
        Samples gone through, and of how many.
    tile_ready, facts_ready, epoch_changed : signals
        As `preview.gallery.TileService` has them.
    trouble : signal of (int, str)
        A picture that turned out to be faulty when it was shown, and why.
    noticed : signal of (tuple of Fault,)
        What was left undrawn, and faults of labels that showed only when they were drawn.
    """

    opened = Signal(ForeignInfo)
    refused = Signal(InputError)
    progress = Signal(int, int)
    tile_ready = Signal(Tile)
    facts_ready = Signal(SampleFacts)
    epoch_changed = Signal(int)
    trouble = Signal(int, str)
    noticed = Signal(tuple)

    def __init__(self, post: Post, target: Path, pictures: Path | None = None, format_name: str = "") -> None:
        self.epoch = 0
        self._post = post
        self._wanted = (target, pictures, format_name)
        self._count = 0
        self._tiles: deque[tuple[TileKey, int]] = deque()
        self._facts: deque[int] = deque()
        self._condition = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="foreign dataset", daemon=True)

    def start(self) -> None:
        """Begin to read; `opened` or `refused` follows."""
        self._thread.start()

    def want(self, keys: Sequence[TileKey], size_px: int) -> None:
        """Ask for these thumbnails, in this order, in place of what was asked for before."""
        with self._condition:
            self._tiles = deque((k, size_px) for k in dict.fromkeys(keys) if 0 <= k.index < self._count)
            self._condition.notify()

    def want_facts(self, indices: Sequence[int]) -> None:
        """Ask for the facts of these samples, after the thumbnails, in place of earlier wishes."""
        with self._condition:
            self._facts = deque(i for i in dict.fromkeys(indices) if 0 <= i < self._count)
            self._condition.notify()

    def close(self) -> None:
        """Stop reading; the process ends within moments, and nobody waits for it. Safe to call twice."""
        with self._condition:
            self._ended = True
            self._condition.notify()

    # -- on the thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        target, pictures, format_name = self._wanted
        with ForeignReader(target, pictures, format_name, going_on=lambda: not self._ended) as reader:
            try:
                info = reader.open(lambda done, total: self._tell(self.progress, done, total))
            except InputError as error:
                self._tell(self.refused, error)
                return
            self._count = len(info)
            self._tell(self.opened, info)
            while True:
                with self._condition:
                    while not (self._tiles or self._facts or self._ended):
                        self._condition.wait()
                    if self._ended:
                        return
                    tile = self._tiles.popleft() if self._tiles else None
                    some = 0 if tile is not None else min(_FACTS_AT_ONCE, len(self._facts))
                    places = [self._facts.popleft() for _ in range(some)]
                if tile is not None:
                    made = reader.tile(*tile)
                    self._tell(self.tile_ready, made)
                    if reader.noticed:
                        self._tell(self.noticed, reader.noticed)
                    if made.problem:
                        self._tell(self.trouble, tile[0].index, made.problem)
                for facts in reader.facts(places) if places else ():
                    self._tell(self.facts_ready, facts)

    def _tell(self, signal: Any, *values: Any) -> None:
        self._post(lambda: None if self._ended else signal.emit(*values))


class ForeignDataset:
    """A foreign dataset as panels want a studio: the models that they read, and nothing that could change it.

    Attributes
    ----------
    info : ForeignInfo
    faults : list of Fault
        Those of the labels, and of pictures that turned out to be faulty when they were shown.
    faults_changed : signal of ()
    document : Document
        Empty: there is no project.
    """

    faults_changed = Signal()

    def __init__(
        self, tiles: ForeignTiles, info: ForeignInfo, registry: PluginRegistry, overlays: OverlayState
    ) -> None:
        self.info = info
        self.registry = registry
        self.tiles = tiles
        self.faults = list(info.faults)
        self.kinds = Counter(info.kinds)
        self._found_later: set[int] = set()
        self._known = set(self.faults)
        self.document = Document()
        self.settings = SettingsStore(None)
        self.settings.set(self.settings.value.model_copy(update={"gallery_count": max(1, len(info))}))
        self.overlays: Observable[OverlayState] = Observable(overlays)
        self.browse = Browse()
        self.declared = DeclaredNow(self.document, registry)
        self.table = FactsTable(lambda: _COLUMNS)
        self.table.provide(Column("index", "Sample"), self._numbered)
        tiles.facts_ready.connect(self.table.add)
        tiles.trouble.connect(self._on_trouble)
        tiles.noticed.connect(self._on_noticed)
        self.facts_demand = FactsDemand(tiles, self.table, self.browse, self.settings)
        colors = {row.name: PALETTE[number % len(PALETTE)] for number, row in enumerate(info.classes)}
        self.looks: Looks = plain_looks(colors)
        self.usual_size = _usual(info)

    @property
    def count(self) -> int:
        """How many samples there are."""
        return len(self.info)

    @property
    def in_viewport(self) -> bool:
        """Nobody can draw a foreign picture again."""
        return False

    @property
    def lacking(self) -> Mapping[str, str]:
        """What none of its labels has -> why; regions to ignore are not counted by shape, so they may have anything."""
        info = self.info
        why = {"boxes_3d": f"3D boxes are not read from {info.format}"}
        if not info.objects and not info.ignored:
            none = "nothing is labelled in this dataset"
            return {**why, **dict.fromkeys(("mask", "boxes", "keypoints", "names", "color_by"), none)}
        if not info.ignored and not info.shapes.get("masks") and not info.shapes.get("outlines"):
            why["mask"] = "no object of this dataset has a mask or an outline, only boxes"
        if not info.ignored and not info.shapes.get("keypoints"):
            why["keypoints"] = "no object of this dataset has a keypoint"
        return why

    def size(self, place: int) -> tuple[int, int]:
        """Width and height of a picture as it is handed over at most."""
        width, height = (max(1, int(v)) for v in self.info.sizes[place])
        scale = min(1.0, SHOWN_SIDE_PX / max(width, height))
        return max(1, round(width * scale)), max(1, round(height * scale))

    def number(self, place: int) -> int:
        """Return the number of a sample: its place."""
        return place

    def title(self, place: int) -> str:
        """Return the name of a picture's file, without its ending."""
        return self.info.names[place].rpartition("/")[2].rpartition(".")[0] or str(place)

    def told(self, place: int) -> str:
        """Return the path of a picture."""
        return self.info.names[place] or f"Sample {place}"

    def shown(self) -> Sequence[int]:
        """Return the places of the samples that fulfil what is browsed for, in that order."""
        order = self.browse.value
        if not order.conditions and not order.sort:
            return range(self.count)
        return self.table.matching(order, self.count)

    def close(self) -> None:
        """Stop reading."""
        self.tiles.close()

    def _on_trouble(self, place: int, message: str) -> None:
        if place in self._found_later:
            return
        self._found_later.add(place)
        words = message.replace("its picture", "the picture", 1)
        name = self.told(place)
        if not any(f.place == name and f.message.startswith("the picture") for f in self.faults):
            self.faults.append(Fault(name, words))
            self.kinds[words] += 1
            self.faults_changed.emit()

    def _on_noticed(self, faults: tuple[Fault, ...]) -> None:
        """Take what is not known yet; of a kind of which not all were kept, none can be told from those."""
        kept = Counter(fault.message for fault in self.faults)
        fresh = [f for f in faults if f not in self._known and kept[f.message] == self.kinds[f.message]]
        for fault in dict.fromkeys(fresh):
            self._known.add(fault)
            self.faults.append(fault)
            self.kinds[fault.message] += 1
        if fresh:
            self.faults_changed.emit()

    def _numbered(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        return np.arange(self.count, dtype=np.int64), np.arange(self.count, dtype=np.float64)


def _usual(info: ForeignInfo) -> tuple[int, int]:
    """Return the commonest size of a picture."""
    known = info.sizes[info.sizes.min(axis=1) > 0] if len(info) else info.sizes
    if not len(known):
        return 4, 3
    sizes, counts = np.unique(known, axis=0, return_counts=True)
    width, height = sizes[int(counts.argmax())].tolist()
    return width, height
