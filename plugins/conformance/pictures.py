"""How annotators and writers are checked: over the exact frame of a small scene."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, ClassVar, Final, cast

import numpy as np

from myriorama.plugins.annotators import annotate
from myriorama.plugins.api import (
    WHOLE_IMAGE,
    Annotator,
    ArrayFile,
    BytesFile,
    DatasetInfo,
    Frame,
    PictureError,
    Plugin,
    PngFile,
    Record,
    ReusedFile,
    SampleFile,
    Scene,
    StoredRecord,
    TextFile,
    Truth,
    Writer,
)
from myriorama.plugins.conformance.digest import digest
from myriorama.plugins.conformance.drawing import Draw, make_draw
from myriorama.plugins.conformance.options import Options
from myriorama.plugins.conformance.probing import Probe
from myriorama.plugins.conformance.stage import CLASSES, HEIGHT_PX, WIDTH_PX, make_frame, make_sample, make_scene
from myriorama.plugins.selection import ALL, View
from myriorama.scenes.errors import PluginError
from myriorama.scenes.labels.stored import record_to_json, require_json

SCENES: Final = 6
"""So many different scenes are made; draws go round them."""


@lru_cache(maxsize=SCENES)
def shot(number: int) -> tuple[Scene, Frame]:
    """Return scene `number` and its frame."""
    scene = make_scene(make_draw((), number, 0))
    return scene, make_frame(scene)


class AnnotatorProbe(Probe):
    """Runs an annotator over frames with many, no and hidden things."""

    method = "annotate"

    def __init__(self, plugin: type[Plugin], options: Options) -> None:
        super().__init__(plugin, options)
        self._annotator = cast("type[Annotator]", plugin)
        self._made = self._annotator()

    def call(self, draw: Draw) -> Mapping[int, Mapping[str, Any]]:
        scene, frame = shot(draw.number % SCENES)
        before = digest(frame)
        given = self._made.annotate(frame, scene, Truth.of(frame, scene))
        if digest(frame) != before:
            raise ValueError("annotate changed the frame's buffers; copy them first")
        return given

    def _fields(self, draw: Draw, given: Any) -> str:
        if not isinstance(given, Mapping) or not all(isinstance(row, Mapping) for row in given.values()):
            return "annotate returns a mapping from instance index to a mapping of fields"
        scene, _ = shot(draw.number % SCENES)
        things = {i for i, instance in enumerate(scene.instances) if instance.kind == "thing"}
        strangers = sorted(i for i in given if i != WHOLE_IMAGE and i not in things)
        if strangers:
            return f"fields were given to instance {strangers[0]}, which is no thing"
        for row in given.values():
            undeclared = sorted(set(row) - set(self._annotator.fills))
            if undeclared:
                return f"field {undeclared[0]!r} is not declared in fills"
        return ""

    def _values(self, draw: Draw, given: Mapping[int, Mapping[str, Any]]) -> str:
        if issubclass(self.plugin, Annotator) and self.plugin.__module__.startswith("myriorama.plugins.annotators."):
            return ""  # ours fill typed fields of `Annotation`, whose own checks are stricter
        for index, row in given.items():
            for name, value in row.items():
                if index == WHOLE_IMAGE and isinstance(value, np.ndarray):
                    if value.shape[:2] != (HEIGHT_PX, WIDTH_PX) or value.dtype.kind not in "buif":
                        return f"{name} of the whole image must have its height and width, not {value.shape}"
                    continue
                try:
                    require_json(value, name)
                except PluginError as error:
                    return str(error)
        return ""

    laws: ClassVar[dict[str, Callable[[Any, Draw, Any], str]]] = {"fields_declared": _fields, "values_typed": _values}


@dataclass(frozen=True)
class Written:
    """All that a writer made of a few records: files by content, whole files run out."""

    obstacles: tuple[tuple[str, ...], ...]
    files: tuple[tuple[SampleFile, ...], ...]
    reused: tuple[tuple[ReusedFile, ...], ...]
    losses: tuple[str, ...]
    whole: tuple[tuple[str, bytes], ...]


class WriterProbe(Probe):
    """Runs a writer over records of several scenes."""

    method = "sample_files"

    def call(self, draw: Draw) -> Written:
        info = DatasetInfo("check", "0" * 64, 7, WIDTH_PX, HEIGHT_PX, CLASSES, "A check.", "CC0-1.0", ("nobody",))
        writer = cast("type[Writer]", self.plugin)(info, dict(draw.values))
        records = [_record(number) for number in (draw.number % SCENES, (draw.number + 1) % SCENES)]
        obstacles = tuple(tuple(writer.obstacles(record)) for record in records)
        fit = [record for record, why in zip(records, obstacles, strict=True) if not why]
        view = View(info, ALL)
        files, reused, stored = [], [], []
        pictures: dict[tuple[int, str], bytes] = {}
        for record in fit:
            own = tuple(writer.sample_files(record))
            row = view.apply(_stored(record, own))
            pictures.update(((record.index, file.role), _packed(file)) for file in reversed(own))
            files.append((*own, *writer.label_files(row)))
            reused.append(tuple(writer.reused_files(row)))
            stored.append(row)
        told = _Stored(tuple(stored), pictures)
        whole = tuple((file.path, b"".join(file.chunks)) for file in writer.whole_files(told))
        return Written(obstacles, tuple(files), tuple(reused), tuple(writer.losses()), whole)

    def _paths(self, draw: Draw, written: Written) -> str:
        paths: list[Any] = [f.path for rows in written.files for f in rows] + [path for path, _ in written.whole]
        reused = [f.path for rows in written.reused for f in rows]
        for path in paths + reused:
            if not isinstance(path, str) or not path or "\\" in path or "\0" in path:
                return f"a path is relative, with forward slashes, not {path!r}"
            pure = PurePosixPath(path)
            if pure.is_absolute() or ":" in path or any(piece in ("", ".", "..") for piece in path.split("/")):
                return f"a path stays inside the dataset, with no empty, . or .. in it, not {path!r}"
        twice = sorted({p for p in paths if paths.count(p) > 1})
        return f"two files are written to {twice[0]}" if twice else ""

    def _contents(self, draw: Draw, written: Written) -> str:
        for rows in written.files:
            for file in rows:
                wrong = _content_fault(file)
                if wrong:
                    return f"{getattr(file, 'path', '?')}: {wrong}"
        if not any(written.files) and not written.whole and not any(written.obstacles):
            return "it wrote no file and named no obstacle"
        return ""

    def _sentences(self, draw: Draw, written: Written) -> str:
        told: list[Any] = [*(why for rows in written.obstacles for why in rows), *written.losses]
        odd = next((why for why in told if not isinstance(why, str) or not why.strip()), None)
        return "" if odd is None else f"an obstacle or a loss is a phrase that says what does not fit, not {odd!r}"

    laws: ClassVar[dict[str, Callable[[Any, Draw, Any], str]]] = {
        "paths_inside": _paths,
        "contents_writable": _contents,
        "obstacles_told": _sentences,
    }


@dataclass(frozen=True)
class _Stored:
    """Fulfils `StoredRecords`; each time through gives copies, so that a writer cannot keep what it changed."""

    rows: tuple[StoredRecord, ...]
    pictures: Mapping[tuple[int, str], bytes]

    def __iter__(self) -> Iterator[StoredRecord]:
        return iter(copy.deepcopy(list(self.rows)))

    def __len__(self) -> int:
        return len(self.rows)

    def picture(self, stored: StoredRecord, role: str) -> bytes:
        """Return what stands for the file that the writer described: its content, packed."""
        found = self.pictures.get((stored["index"], role))
        if found is None:
            raise PictureError(f"sample {stored['index']} has no picture of the role {role!r}")
        return found


@lru_cache(maxsize=SCENES)
def _record(number: int) -> Record:
    scene, frame = shot(number)
    return annotate(frame, scene, make_sample(make_draw((), number, 0)))


def _stored(record: Record, files: tuple[SampleFile, ...]) -> StoredRecord:
    return record_to_json(record, {f.role: {"path": f.path, **dict(f.meaning)} for f in files})


def _packed(file: SampleFile) -> bytes:
    """Return bytes that change whenever the content does; a picture is no PNG here: nobody decodes it."""
    if isinstance(file, PngFile | ArrayFile):
        content = file.pixels if isinstance(file, PngFile) else file.array
        return np.ascontiguousarray(content).tobytes()
    return file.content if isinstance(file, BytesFile) else file.text.encode()


def _content_fault(file: Any) -> str:
    if isinstance(file, PngFile):
        shape, kind = file.pixels.shape, file.pixels.dtype
        fits = len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)
        if kind not in (np.uint8, np.uint16) or not fits or 0 in shape:
            return f"a picture is (H, W) or (H, W, 3) of uint8 or uint16, not {kind} of shape {shape}"
    elif isinstance(file, ArrayFile):
        if file.array.dtype.hasobject:
            return "an array file holds numbers, not objects"
    elif isinstance(file, BytesFile):
        if not isinstance(file.content, bytes):
            return f"a bytes file holds bytes, not {type(file.content).__name__}"
    elif isinstance(file, TextFile):
        if not isinstance(file.text, str):
            return f"a text file holds text, not {type(file.text).__name__}"
        file.text.encode("utf-8")
    else:
        return f"a {type(file).__name__} is no file of a writer"
    try:
        require_json(dict(file.meaning), "meaning")
    except PluginError as error:
        return str(error)
    return ""
