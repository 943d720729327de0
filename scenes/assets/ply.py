"""Reads PLY: text and both binary orders, triangles and polygons, normals, texture coordinates, colours.

Every element's size is held against the bytes left before it is read. Up is taken as Z. Point clouds are
refused: there is nothing to draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assets.limits import MAX_FACES, MAX_VERTICES
from myriorama.scenes.assets.numbers import parse_numbers
from myriorama.scenes.assets.pieces import RawPiece, Tally, finished_model
from myriorama.scenes.assets.polygons import triangulate
from myriorama.scenes.assets.source import SourceFile
from myriorama.scenes.assets.stl import PLAIN
from myriorama.scenes.assets.store import ImportedModel
from myriorama.scenes.assets.vertex_colors import with_vertex_colors
from myriorama.scenes.conventions import F64
from myriorama.scenes.radiometry.color import srgb_to_linear

_TYPES: Final = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2", "ushort": "u2",
    "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4", "float": "f4", "float32": "f4",
    "double": "f8", "float64": "f8",
}  # fmt: skip
_MAX_HEADER: Final = 64 * 1024
_MAX_CORNERS: Final = 10_000
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Property:
    name: str
    type: str
    count_type: str = ""
    """Of a list; empty for a scalar."""


@dataclass(frozen=True)
class _Element:
    name: str
    count: int
    properties: tuple[_Property, ...]


@dataclass(frozen=True)
class _Column:
    """Values of one property: (N,) for a scalar; for a list all items in a row, and how many each has."""

    values: F64
    lengths: Ints | None = None


def read_ply(source: SourceFile) -> ImportedModel:
    """Return the model of a PLY file.

    Raises
    ------
    AssetError
        The header is malformed, the file is truncated, there are no faces, an index is out of range.
    """
    order, elements, body = _header(source)
    tally = Tally(source.name)
    columns: dict[str, dict[str, _Column]] = {}
    reader = (
        _TextBody(source, body) if order == "ascii" else _BinaryBody(source, body, "<" if "little" in order else ">")
    )
    for element in elements:
        columns[element.name] = reader.read(element)
    if "vertex" not in columns or not all(k in columns["vertex"] for k in "xyz"):
        raise source.fault("header", "there is no vertex element with x, y and z")
    vertex = columns["vertex"]
    face = columns.get("face", {})
    lists = face.get("vertex_indices") or face.get("vertex_index")
    if lists is None or lists.lengths is None:
        raise source.fault("header", "the file has no faces: it is a point cloud", allowed="a mesh with faces")
    positions = np.stack([vertex[k].values for k in "xyz"], axis=1)
    faces = _triangles(source, lists.values.astype(np.int64), lists.lengths, positions)
    tally.add("element face", len(positions), len(faces))
    piece = RawPiece("mesh", "default", "element face", positions, faces, PLAIN)
    piece.normals = _together(vertex, (("nx", "ny", "nz"),))
    piece.uv = _together(vertex, (("s", "t"), ("u", "v"), ("texture_u", "texture_v")))
    colors = _together(vertex, (("red", "green", "blue"), ("r", "g", "b")))
    if colors is not None:
        prefix = next(p for e in elements if e.name == "vertex" for p in e.properties if p.name in ("red", "r"))
        piece = with_vertex_colors(piece, _linear_colors(colors, prefix.type), tally)
    for extra in sorted({"texcoord"} & set(face)):
        tally.note(f"element face: {extra} per face was left out; only texture coordinates of vertices are read")
    return finished_model(source.name, [piece], "z", "ply", tally)


def _header(source: SourceFile) -> tuple[str, list[_Element], int]:
    content = source.content
    end = content.find(b"end_header", 0, _MAX_HEADER)
    newline = content.find(b"\n", end) if end >= 0 else -1
    if not content.startswith(b"ply") or newline < 0:
        raise source.fault("header", "is not a complete PLY header", content[:16])
    order = ""
    found: list[tuple[str, int, list[_Property]]] = []
    for number, raw in enumerate(content[:end].split(b"\n"), start=1):
        words = raw.decode("ascii", errors="replace").split()
        place = f"line {number}"
        if not words or words[0] in ("ply", "comment", "obj_info"):
            continue
        if words[0] == "format" and len(words) == 3:
            order = words[1]
        elif words[0] == "element" and len(words) == 3 and words[2].isdigit():
            found.append((words[1], int(words[2]), []))
        elif words[0] == "property" and found:
            found[-1][2].append(_property(source, words, place))
        else:
            raise source.fault(place, "is not a PLY header line", raw.decode("ascii", errors="replace"))
    if order not in ("ascii", "binary_little_endian", "binary_big_endian"):
        raise source.fault(
            "header", "the PLY format is not known", order, "ascii, binary_little_endian, binary_big_endian"
        )
    for name, count, _ in found:
        most = {"vertex": MAX_VERTICES, "face": MAX_FACES}.get(name, MAX_FACES)
        if count > most:
            raise source.fault("header", f"too many {name} elements", f"{count:,}", f"at most {most:,}")
    if len({name for name, _, _ in found}) != len(found):
        raise source.fault("header", "an element is declared twice")
    return order, [_Element(name, count, tuple(p)) for name, count, p in found], newline + 1


def _property(source: SourceFile, words: list[str], place: str) -> _Property:
    if len(words) == 5 and words[1] == "list" and words[2] in _TYPES and words[3] in _TYPES:
        if _TYPES[words[2]][0] == "f":
            raise source.fault(place, "a list's count must be a whole number type", words[2])
        return _Property(words[4], _TYPES[words[3]], _TYPES[words[2]])
    if len(words) == 3 and words[1] in _TYPES:
        return _Property(words[2], _TYPES[words[1]])
    raise source.fault(place, "is not a PLY property", " ".join(words))


def _no_rows(element: _Element) -> dict[str, _Column]:
    none = np.zeros(0, dtype=np.int64)
    return {p.name: _Column(np.zeros(0), none if p.count_type else None) for p in element.properties}


class _BinaryBody:
    def __init__(self, source: SourceFile, start: int, order: str) -> None:
        self.source, self.at, self.order = source, start, order

    def read(self, element: _Element) -> dict[str, _Column]:
        """Return an element's columns; rows of the same layout are read in one go."""
        fields: list[tuple[str, str] | tuple[str, str, tuple[int]]] = []
        lists = [p for p in element.properties if p.count_type]
        content, place = self.source.content, f"element {element.name}"
        smallest = sum(int((p.count_type or p.type)[1]) for p in element.properties)
        if element.count * smallest > len(content) - self.at:
            what = f"{len(content) - self.at} bytes left for {element.count:,} rows"
            allowed = f"at least {smallest} bytes a row; fetch or export the file again"
            raise self.source.fault(place, "the file is truncated", what, allowed)
        if element.count == 0 or not element.properties:
            return _no_rows(element)
        lengths = self._first_lengths(element, place)
        for i, p in enumerate(element.properties):
            if p.count_type:
                fields.append((f"n{i}", self.order + p.count_type))
                fields.append((f"v{i}", self.order + p.type, (lengths[i],)))
            else:
                fields.append((f"v{i}", self.order + p.type))
        row = np.dtype(fields)
        if self.at + row.itemsize * element.count <= len(content):
            table = np.frombuffer(content, row, element.count, self.at)
            if all((table[f"n{i}"] == lengths[i]).all() for i, p in enumerate(element.properties) if p.count_type):
                self.at += row.itemsize * element.count
                return {
                    p.name: _Column(
                        table[f"v{i}"].astype(np.float64).reshape(-1),
                        np.full(element.count, lengths[i], dtype=np.int64) if p.count_type else None,
                    )
                    for i, p in enumerate(element.properties)
                }
        elif not lists:
            raise self.source.fault(place, "the file is truncated")
        return self._read_rows(element, place)

    def _first_lengths(self, element: _Element, place: str) -> dict[int, int]:
        at, out = self.at, {}
        for i, p in enumerate(element.properties):
            if p.count_type:
                out[i] = int(self._take(at, p.count_type, 1, place)[0])
                at += int(p.count_type[1]) + out[i] * int(p.type[1])
                if not 0 <= out[i] <= _MAX_CORNERS:
                    raise self.source.fault(place, "a list is too long", out[i], f"at most {_MAX_CORNERS}")
            else:
                at += int(p.type[1])
        return out

    def _take(self, at: int, kind: str, count: int, place: str) -> npt.NDArray[np.generic]:
        if count < 0 or at + count * int(kind[1]) > len(self.source.content):
            raise self.source.fault(place, "the file is truncated")
        return np.frombuffer(self.source.content, self.order + kind, count, at)

    def _read_rows(self, element: _Element, place: str) -> dict[str, _Column]:
        values: dict[str, list[npt.NDArray[np.generic]]] = {p.name: [] for p in element.properties}
        lengths: dict[str, list[int]] = {p.name: [] for p in element.properties}
        at = self.at
        for _ in range(element.count):
            for p in element.properties:
                count = 1
                if p.count_type:
                    count = int(self._take(at, p.count_type, 1, place)[0])
                    at += int(p.count_type[1])
                    if not 0 <= count <= _MAX_CORNERS:
                        raise self.source.fault(place, "a list is too long", count, f"at most {_MAX_CORNERS}")
                    lengths[p.name].append(count)
                values[p.name].append(self._take(at, p.type, count, place))
                at += count * int(p.type[1])
        self.at = at
        return {
            p.name: _Column(
                np.concatenate(values[p.name]).astype(np.float64),
                np.array(lengths[p.name], dtype=np.int64) if p.count_type else None,
            )
            for p in element.properties
        }


class _TextBody:
    def __init__(self, source: SourceFile, start: int) -> None:
        self.source = source
        self.lines = source.content[start:].split(b"\n")
        self.at = 0

    def read(self, element: _Element) -> dict[str, _Column]:
        """Return an element's columns: one row per line."""
        if element.count == 0 or not element.properties:
            return _no_rows(element)
        place = f"element {element.name}"
        rows = [line for line in self.lines[self.at : self.at + element.count] if line.strip()]
        if len(rows) < element.count:
            raise self.source.fault(place, "the file is truncated", f"{len(rows)} rows of {element.count}")
        self.at += element.count
        counts = np.array([len(r.split()) for r in rows], dtype=np.int64)
        flat = parse_numbers(b" ".join(rows), int(counts.sum()), self.source, place)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        cursor, out = starts.copy(), {}
        for p in element.properties:
            lengths = np.ones(len(rows), dtype=np.int64)
            if p.count_type:
                self._within(cursor, starts + counts, place)
                declared = flat[cursor]
                if not ((declared >= 0) & (declared <= _MAX_CORNERS) & (declared % 1 == 0)).all():
                    raise self.source.fault(place, "a list has a length that cannot be", allowed=f"0 to {_MAX_CORNERS}")
                lengths = declared.astype(np.int64)
                cursor += 1
            self._within(cursor + lengths - 1, starts + counts, place)
            ends = np.cumsum(lengths)
            index = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - lengths - cursor, lengths)
            out[p.name] = _Column(flat[index], lengths if p.count_type else None)
            cursor += lengths
        return out

    def _within(self, index: Ints, end: Ints, place: str) -> None:
        if (index >= end).any():
            raise self.source.fault(
                place, "a row holds fewer numbers than its properties need", f"row {int((index >= end).argmax())}"
            )


def _triangles(source: SourceFile, indices: Ints, lengths: Ints, positions: F64) -> Ints:
    if len(indices) and (indices.min() < 0 or indices.max() >= len(positions)):
        bad = int(indices.min()) if indices.min() < 0 else int(indices.max())
        what = f"a face names vertex {bad}, but there are {len(positions)} vertices"
        raise source.fault("element face", what, bad, f"0 to {len(positions) - 1}")
    starts = np.cumsum(lengths) - lengths
    out = []
    for sides in np.unique(lengths):
        if sides < 3:
            continue
        polygons = indices[starts[lengths == sides][:, np.newaxis] + np.arange(sides)]
        corners = triangulate(positions, polygons)
        out.append(np.repeat(polygons, sides - 2, axis=0)[np.arange(len(corners))[:, np.newaxis], corners])
    return np.concatenate(out) if out else np.zeros((0, 3), dtype=np.int64)


def _together(vertex: dict[str, _Column], choices: tuple[tuple[str, ...], ...]) -> F64 | None:
    for names in choices:
        if all(n in vertex for n in names):
            return np.stack([vertex[n].values for n in names], axis=1)
    return None


def _linear_colors(stored: F64, kind: str) -> F64:
    """Return (V, 4) linear colours; PLY stores display colours, in 0 to 255 where the type is a whole number."""
    display = stored / (float(np.iinfo(kind).max) if kind[0] in "iu" else 1.0)
    display = np.clip(display, 0.0, 1.0)
    out = np.ones((len(display), 4))
    out[:, :3] = srgb_to_linear(display)
    return out
