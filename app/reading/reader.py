"""Has a foreign dataset read by a process of its own, and survives whatever becomes of that process.

What comes back is checked before it is believed: the process may have been taken over by a picture.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np

from myriorama.app.pictures.overlay import OverlayItem, told_value
from myriorama.app.preview.companion import Companion, exit_words
from myriorama.app.preview.tiles import ObjectFacts, SampleFacts, Tile, TileKey
from myriorama.app.printable import printable
from myriorama.app.reading import limits
from myriorama.app.reading.finding import Progress
from myriorama.app.reading.neutral import I32, Fault, refused
from myriorama.app.reading.worker import serve
from myriorama.plugins.selection import Use
from myriorama.scenes.conventions import U8
from myriorama.scenes.errors import InputError, Problem

_POLL_S: Final = 0.2
_MOST_HEAD_BYTES: Final = 64 * 2**20
_GREY: Final = np.full((1, 1, 3), 128, dtype=np.uint8)
_PARTS: Final = ("train", "val", "test")
_FACTS_AT_ONCE: Final = 16


@dataclass(frozen=True, eq=False)
class ClassCount:
    """A class: its name, how many objects it has, and in how many pictures."""

    name: str
    objects: int
    pictures: int


@dataclass(frozen=True, eq=False)
class ForeignInfo:
    """What a foreign dataset holds.

    Attributes
    ----------
    folder : Path
        Of the dataset; nothing outside it was opened, beside the folder of pictures that was named.
    classes : tuple of ClassCount
        In the format's order.
    parts : mapping
        Part of the split -> how many pictures; the empty name is no part.
    sizes : (N, 2) int32
        Width and height of each picture, 0 where nothing tells.
    names : tuple of str
        Of the pictures.
    shapes : mapping
        ``boxes``, ``masks``, ``outlines``, ``keypoints`` -> how many objects have that.
    ignored : int
        Regions to ignore.
    unseen : int
        Pictures that cannot be shown.
    faults : tuple of Fault
        The first of each kind.
    kinds : mapping
        What is wrong -> how often, all of them.
    notes : tuple of str
        Facts that are no faults.
    """

    folder: Path
    target: Path
    format: str
    classes: tuple[ClassCount, ...]
    parts: Mapping[str, int]
    sizes: I32
    names: tuple[str, ...]
    shapes: Mapping[str, int]
    ignored: int
    unseen: int
    faults: tuple[Fault, ...]
    kinds: Mapping[str, int]
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def objects(self) -> int:
        """Labelled objects in all."""
        return sum(row.objects for row in self.classes)


class ForeignReader:
    """Reads one dataset; make and use it on one thread, which must live as long as it.

    Parameters
    ----------
    target : Path
        A folder, or one of its files of labels.
    pictures : Path or None
        A folder in which the pictures are.
    format_name : str
        One of `opening.FORMATS`; empty: what is there.
    going_on : callable
        False once nobody waits for an answer any more.

    Attributes
    ----------
    noticed : tuple of Fault
        What the latest tile says that it leaves undrawn, and faults of labels that showed only then.
    """

    def __init__(
        self,
        target: Path,
        pictures: Path | None = None,
        format_name: str = "",
        *,
        going_on: Callable[[], bool] = lambda: True,
        answer_s: float = limits.ANSWER_S,
        opening_s: float = limits.OPENING_S,
        memory_bytes: int = limits.MEMORY_BYTES,
    ) -> None:
        self._target = target
        self._setup = {
            "target": str(target.absolute()),
            "pictures": str(pictures.absolute()) if pictures else "",
            "format": format_name,
            "memory_bytes": memory_bytes,
        }
        self._going_on = going_on
        self._answer_s = answer_s
        self._opening_s = opening_s
        self._companion: Companion | None = None
        self._deadly: dict[int, str] = {}
        self._info: ForeignInfo | None = None
        self.noticed: tuple[Fault, ...] = ()

    def __enter__(self) -> ForeignReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process. Safe to call twice."""
        if self._companion is not None:
            self._companion.end()
            self._companion = None

    def open(self, progress: Progress = lambda done, total: None) -> ForeignInfo:
        """Have the dataset gone through.

        Raises
        ------
        InputError
            It cannot be read, is beyond a limit, or ended the process.
        """
        self.close()
        self._companion = Companion(serve, self._setup, "foreign dataset")
        head, blocks = self._receive(self._opening_s, progress)
        self._info = _info(head, blocks, self._target)
        return self._info

    def tile(self, key: TileKey, size_px: int) -> Tile:
        """Return a sample as a thumbnail with its labels; what is wrong is told in it."""
        place = key.index
        name = self._info.names[place] if self._info is not None else ""
        self.noticed = ()
        if place in self._deadly:
            return _trouble(key, name, self._deadly[place])
        try:
            head, blocks = self._ask({"ask": "tile", "place": place, "size_px": size_px})
            problem = str(head.get("problem", ""))
            if problem:
                return _trouble(key, name, printable(problem))
            self.noticed = _faults(head)
            return _tile(key, name, head, blocks)
        except InputError as error:
            if self._companion is None:
                self._deadly[place] = str(error)
            return _trouble(key, name, str(error))

    def facts(self, places: Sequence[int]) -> list[SampleFacts]:
        """Return what is counted of some samples; those that cannot be read are left out."""
        out = []
        for first in range(0, len(places), _FACTS_AT_ONCE):
            some = [p for p in places[first : first + _FACTS_AT_ONCE] if p not in self._deadly]
            try:
                out += self._some_facts(some)
            except InputError:
                for place in some:  # one of them did it: find out which
                    try:
                        out += self._some_facts([place])
                    except InputError as error:
                        if self._companion is None:
                            self._deadly[place] = str(error)
        return out

    def check(self, place: int) -> str:
        """Return why a picture cannot be decoded; empty where it can."""
        try:
            head, _ = self._ask({"ask": "check", "place": place})
            return printable(str(head.get("problem", "")))
        except InputError as error:
            return str(error)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _some_facts(self, places: Sequence[int]) -> list[SampleFacts]:
        if not places or self._info is None:
            return []
        head, _ = self._ask({"ask": "facts", "places": list(places)})
        try:
            return [_facts(row, self._info) for row in head["facts"] if row["place"] in places]
        except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
            raise _nonsense() from error

    def _ask(self, request: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        if self._companion is None:
            self.open()
        assert self._companion is not None
        if not self._companion.send(request):
            raise self._ended()
        return self._receive(self._answer_s, lambda done, total: None)

    def _receive(self, patience_s: float, progress: Progress) -> tuple[dict[str, Any], list[bytes]]:
        companion = self._companion
        assert companion is not None
        until_s = time.monotonic() + patience_s
        try:
            while True:
                while not companion.pipe.poll(_POLL_S):
                    if not self._going_on():
                        self.close()
                        raise refused("", "it is no longer wanted")
                    if time.monotonic() > until_s:
                        self.close()
                        raise refused("", f"reading it took longer than {patience_s:g} s", "", "a smaller dataset")
                head = json.loads(companion.pipe.recv_bytes(_MOST_HEAD_BYTES))
                if "progress" not in head:
                    break
                done, total = head["progress"]
                progress(int(done), int(total))
            blocks = [companion.pipe.recv_bytes(limits.SHOWN_SIDE_PX**2 * 4) for _ in range(min(2, head["blocks"]))]
        except (EOFError, OSError):
            raise self._ended() from None
        except (ValueError, KeyError, TypeError) as error:
            self.close()
            raise _nonsense() from error
        if "problems" in head:
            raise InputError([_problem(row) for row in head["problems"]])
        return head, blocks

    def _ended(self) -> InputError:
        code = self._companion.end() if self._companion is not None else None
        self._companion = None
        return refused("", f"the process that read it ended ({exit_words(code)})", "", "a sound file")


def _problem(row: Mapping[str, Any]) -> Problem:
    return Problem(*(printable(str(row.get(f, ""))) for f in ("place", "message", "value", "allowed", "file")))


def _nonsense() -> InputError:
    return refused("", "the process that read it answered nonsense")


def _info(head: Mapping[str, Any], blocks: Sequence[bytes], target: Path) -> ForeignInfo:
    try:
        count = int(head["count"])
        sizes = np.frombuffer(blocks[0], dtype="<i4").reshape(count, 2).astype(np.int32)
        names = tuple(printable(n) for n in blocks[1].decode("utf-8").split("\n")) if count else ()
        if len(names) != count:
            raise _nonsense()
        return ForeignInfo(
            Path(head["root"]),
            target,
            printable(str(head["format"]), 80),
            tuple(ClassCount(printable(str(n), limits.MAX_NAME), int(o), int(p)) for n, o, p in head["classes"]),
            dict(sorted(_counts(head["parts"]).items(), key=lambda row: _place_of(row[0]))),
            np.clip(sizes, 0, 2**20),
            names,
            _counts(head["shapes"]),
            int(head["ignored"]),
            int(head["unseen"]),
            _faults(head),
            _counts(head["kinds"]),
            tuple(printable(str(n)) for n in head["notes"]),
        )
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise _nonsense() from error


def _faults(head: Mapping[str, Any]) -> tuple[Fault, ...]:
    try:
        return tuple(Fault(*(printable(str(word)) for word in row[:3])) for row in head["faults"][: limits.KEPT_FAULTS])
    except (KeyError, TypeError) as error:
        raise _nonsense() from error


def _counts(found: Mapping[str, Any]) -> dict[str, int]:
    return {printable(str(name)): int(count) for name, count in found.items()}


def _place_of(part: str) -> tuple[int, str]:
    """Return where a part of a split stands: as it is trained, validated and tested."""
    return next((n for n, word in enumerate(_PARTS) if part.startswith(word)), len(_PARTS)), part


def _tile(key: TileKey, name: str, head: Mapping[str, Any], blocks: Sequence[bytes]) -> Tile:
    try:
        height, width = int(head["height"]), int(head["width"])
        rgb: U8 = np.frombuffer(blocks[0], dtype=np.uint8).reshape(height, width, 3)
        items, at = [], 0
        for row in head["items"][: limits.SHOWN_OBJECTS]:
            x, y, w, h = (int(v) for v in row["box"])
            if not (0 <= x < x + w <= width and 0 <= y < y + h <= height):
                raise _nonsense()
            if row["mask"]:
                size = (w * h + 7) // 8
                bits = np.frombuffer(blocks[1], dtype=np.uint8, count=size, offset=at)
                mask = np.unpackbits(bits, count=w * h).reshape(h, w).astype(np.bool_)
                at += size
            else:
                mask = np.broadcast_to(np.False_, (h, w))
            points = tuple((_finite(px), _finite(py), int(v)) for px, py, v in row["keypoints"])
            bones = tuple((int(a), int(b)) for a, b in row["bones"] if max(a, b) < len(points) and min(a, b) >= 0)
            words = tuple(f"{printable(str(k), 80)}: {told_value(_plain(v))}" for k, v in row["attributes"].items())
            title = printable(str(row["name"]), limits.MAX_NAME)
            use: Use = "ignore" if row["ignore"] is True else "label"
            items.append(OverlayItem(x, y, mask, title, str(row["key"]), points, bones, attributes=words, use=use))
        return Tile(key, 0, name, "", rgb, tuple(items))
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise _nonsense() from error


def _trouble(key: TileKey, name: str, message: str) -> Tile:
    return Tile(key, 0, name, "", _GREY, (), message)


def _facts(row: Mapping[str, Any], info: ForeignInfo) -> SampleFacts:
    place = int(row["place"])
    width, height = (max(1, int(v)) for v in info.sizes[place])
    nan = math.nan
    objects = tuple(
        ObjectFacts(
            f"{place}/{number}",
            0,
            printable(str(name), limits.MAX_NAME),
            (_finite(box[0]), _finite(box[1]), max(1e-9, _finite(box[2])), max(1e-9, _finite(box[3]))),
            nan if area < 0 else _finite(area),
            nan,
            nan,
            (nan, nan, nan),
            {printable(str(k), 80): _plain(v) for k, v in attributes.items()},
        )
        for number, (name, box, area, attributes) in enumerate(row["objects"])
    )
    brightness = float(row["brightness"])
    values: dict[str, str | int] = {"picture/part": printable(str(row["part"]), 40)} if row["part"] else {}
    values |= {"picture/width_px": width, "picture/height_px": height}
    return SampleFacts(
        place, 0, info.names[place], info.names[place] or str(place), width, height, objects, 0, values,
        nan if brightness < 0 else brightness,
    )  # fmt: skip


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("a number that is none")
    return number


def _plain(value: Any) -> str | int | float | bool:
    if isinstance(value, bool | int):
        return value
    return _finite(value) if isinstance(value, float) else printable(str(value), limits.MAX_NAME)
