"""Reads Wavefront OBJ with its materials: polygons, relative indices, groups, and files from Windows.

Free-form curves and lines are not drawn, and said so. OBJ states no axes or units: up is taken as Z.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assets.limits import MAX_FACES, MAX_VERTICES
from myriorama.scenes.assets.mtl import read_materials
from myriorama.scenes.assets.numbers import parse_numbers
from myriorama.scenes.assets.pieces import RawPiece, Tally, finished_model, unique_name
from myriorama.scenes.assets.polygons import triangulate
from myriorama.scenes.assets.source import SourceFile
from myriorama.scenes.assets.stl import PLAIN
from myriorama.scenes.assets.store import ImportedModel
from myriorama.scenes.assets.vertex_colors import with_vertex_colors
from myriorama.scenes.conventions import F64
from myriorama.scenes.materials.model import Material
from myriorama.scenes.radiometry.color import srgb_to_linear

Ints = npt.NDArray[np.int64]
_SILENT = frozenset(
    {b"s", b"mg", b"g", b"o", b"vp", b"bevel", b"c_interp", b"d_interp", b"lod", b"shadow_obj", b"trace_obj"}
)


@dataclass
class _Lines:
    """Lines of the file by kind; faces by object, material, number of corners and pattern of slashes."""

    vertices: list[bytes] = field(default_factory=list)
    textures: list[bytes] = field(default_factory=list)
    normals: list[bytes] = field(default_factory=list)
    faces: dict[tuple[str, str], dict[tuple[int, int], list[bytes]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    libraries: list[tuple[str, int]] = field(default_factory=list)


def read_obj(source: SourceFile) -> ImportedModel:
    """Return the model of an OBJ file.

    Raises
    ------
    AssetError
        Malformed, an index out of range, or a material library or texture that is missing.
    """
    tally = Tally(source.name)
    lines = _sorted_lines(source, tally)
    materials: dict[str, Material] = {}
    for name, number in lines.libraries:
        place = f"line {number}"
        materials.update(read_materials(source, source.beside(name, place), name, tally))
    positions, colors = _vertices(source, lines.vertices)
    textures = _columns(source, lines.textures, 2, "vt lines")
    normals = _columns(source, lines.normals, 3, "vn lines")
    pieces, slots, slot_of = [], dict[str, int](), dict[str, str]()
    for (label, used), groups in lines.faces.items():
        if used and used not in materials:
            if lines.libraries:
                what = "the material is not in the material library"
                raise source.fault(f"usemtl {used}", what, used, ", ".join(materials))
            tally.note(f"usemtl {used}: the file names no material library; drawn in plain grey")
        if used not in slot_of:
            slot_of[used] = unique_name(used or "default", slots)
        slot, material = slot_of[used], materials.get(used, PLAIN)
        parts = [_corners(source, rows, sides, pattern, positions) for (sides, pattern), rows in groups.items()]
        corners = np.concatenate(parts)
        tally.add(label or slot, len(corners) * 3, len(corners))
        name = f"{label}/{slot}" if label else slot
        piece, chosen = _piece(source, name, slot, material, corners.reshape(-1, 3), positions, textures, normals)
        pieces.append(piece if colors is None else with_vertex_colors(piece, colors[chosen], tally))
    return finished_model(source.name, pieces, "z", "obj", tally)


def _sorted_lines(source: SourceFile, tally: Tally) -> _Lines:
    out = _Lines()
    content = source.content.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ")
    label, material = "", ""
    current = None
    for number, raw in enumerate(content.split(b"\n"), start=1):
        line = raw.strip()
        key, _, rest = line.partition(b" ")
        if key == b"v":
            out.vertices.append(rest)
        elif key == b"f":
            if b"-" in rest:
                rest = _absolute(source, rest, out, number)
            words = rest.split()
            if len(words) < 3:
                raise source.fault(
                    f"line {number}", "a face has fewer than three corners", line.decode(errors="replace")
                )
            if current is None:
                current = out.faces[label, material]
            current[len(words), _pattern(words[0])].append(rest)
        elif key == b"vn":
            out.normals.append(rest)
        elif key == b"vt":
            out.textures.append(rest)
        elif not key or key.startswith(b"#"):
            continue
        elif key in (b"o", b"usemtl"):
            text = rest.decode("utf-8", errors="replace").strip()
            label, material = (text, material) if key == b"o" else (label, text)
            current = None
        elif key == b"mtllib":
            out.libraries.append((rest.decode("utf-8", errors="replace").strip(), number))
        elif key in (b"l", b"p"):
            tally.note("points and lines are not drawn")
        elif key in _SILENT:
            continue
        elif key.isalnum() and number > 1 and (out.vertices or out.libraries):
            tally.note(f"statements '{key.decode(errors='replace')}' are not supported and were left out")
        else:
            raise source.fault(f"line {number}", "is not an OBJ statement", line[:80].decode(errors="replace"))
        if len(out.vertices) > MAX_VERTICES:
            tally.add(f"line {number}", len(out.vertices), 0)
    count = sum(len(r) for g in out.faces.values() for r in g.values())
    if count > MAX_FACES:
        tally.add("f lines", 0, count)
    return out


def _pattern(word: bytes) -> int:
    """Return which indices a corner has: 1 vertex, 3 with texture, 5 with normal, 7 all."""
    pieces = word.split(b"/")
    return 1 + (2 if len(pieces) > 1 and pieces[1] else 0) + (4 if len(pieces) > 2 and pieces[2] else 0)


def _absolute(source: SourceFile, rest: bytes, seen: _Lines, number: int) -> bytes:
    """Turn indices that count backwards from here into ones that count from the start."""
    totals = (len(seen.vertices), len(seen.textures), len(seen.normals))
    words = []
    for word in rest.split():
        pieces = word.split(b"/")
        for k, piece in enumerate(pieces[:3]):
            if piece.startswith(b"-"):
                try:
                    index = totals[k] + int(piece) + 1
                except ValueError as error:
                    raise source.fault(f"line {number}", "is not an index", word.decode(errors="replace")) from error
                if index < 1:
                    what, allowed = "an index counts back beyond the start", f"-{totals[k]} to -1"
                    raise source.fault(f"line {number}", what, word.decode(), allowed)
                pieces[k] = str(index).encode()
        words.append(b"/".join(pieces))
    return b" ".join(words)


def _columns(source: SourceFile, rows: list[bytes], width: int, place: str) -> F64:
    """Return (N, width); longer rows (a third texture coordinate) are cut to it."""
    if not rows:
        return np.zeros((0, width))
    lengths = {len(r.split()) for r in rows}
    if lengths != {width}:
        rows = [b" ".join(r.split()[:width]) for r in rows]
    return parse_numbers(b" ".join(rows), width * len(rows), source, place).reshape(-1, width)


def _vertices(source: SourceFile, rows: list[bytes]) -> tuple[F64, F64 | None]:
    """Return (V, 3) positions, and (V, 4) colours where every vertex line has six numbers."""
    if not rows:
        raise source.fault("v lines", "the file has no vertices")
    if any(len(r.split()) < 6 for r in rows[:1]) or any(len(r.split()) != 6 for r in rows):
        return _columns(source, rows, 3, "v lines"), None
    table = _columns(source, rows, 6, "v lines")
    display = np.clip(table[:, 3:], 0.0, 1.0)
    colors = np.ones((len(table), 4))
    colors[:, :3] = srgb_to_linear(display)
    return np.ascontiguousarray(table[:, :3]), colors


def _corners(source: SourceFile, rows: list[bytes], sides: int, pattern: int, positions: F64) -> Ints:
    """Return (T, 3, 3) int64: triangle, corner, (vertex, texture, normal), from 0; absent is -1."""
    width = 1 + bool(pattern & 2) + bool(pattern & 4)
    text = b" ".join(rows)
    if text.count(b"/") != len(rows) * sides * {1: 0, 3: 1, 5: 2, 7: 2}[pattern]:
        text = b" ".join(w.rstrip(b"/") for w in text.split())
    table = parse_numbers(text.replace(b"/", b" "), len(rows) * sides * width, source, "f lines")
    if (table % 1 != 0).any() or (table < 1).any():
        raise source.fault(
            "f lines", "an index is not a whole number from 1", str(table[(table % 1 != 0) | (table < 1)][0])
        )
    given = table.astype(np.int64).reshape(len(rows), sides, width) - 1
    full = np.full((len(rows), sides, 3), -1, dtype=np.int64)
    full[:, :, 0] = given[:, :, 0]
    if pattern & 2:
        full[:, :, 1] = given[:, :, 1]
    if pattern & 4:
        full[:, :, 2] = given[:, :, -1]
    if int(full[:, :, 0].max()) >= len(positions):
        bad = int(full[:, :, 0].max()) + 1
        what = f"a face names vertex {bad}, but there are {len(positions)} vertices"
        raise source.fault("f lines", what, bad, f"1 to {len(positions)}")
    order = triangulate(positions, full[:, :, 0])
    owner = np.repeat(np.arange(len(rows)), sides - 2)
    return np.asarray(full[owner[:, np.newaxis], order])


def _piece(
    source: SourceFile,
    name: str,
    slot: str,
    material: Material,
    corners: Ints,
    positions: F64,
    textures: F64,
    normals: F64,
) -> tuple[RawPiece, Ints]:
    """Return a piece with one vertex per distinct corner, and the file's vertex of each."""
    for column, count, what in ((1, len(textures), "texture coordinate"), (2, len(normals), "normal")):
        if len(corners) and int(corners[:, column].max()) >= count:
            raise source.fault(name, f"a face names {what} {int(corners[:, column].max()) + 1}, but there are {count}")
    pair = corners[:, 0] * (len(textures) + 1) + corners[:, 1] + 1
    _, pair_id = np.unique(pair, return_inverse=True)
    triple = pair_id.astype(np.int64) * (len(normals) + 1) + corners[:, 2] + 1
    _, first, inverse = np.unique(triple, return_index=True, return_inverse=True)
    chosen = corners[first]
    piece = RawPiece(name, slot, name, positions[chosen[:, 0]], inverse.reshape(-1, 3).astype(np.int64), material)
    if len(chosen) and (chosen[:, 1] >= 0).any():
        uv = np.zeros((len(chosen), 2))
        has = chosen[:, 1] >= 0
        uv[has] = textures[chosen[has, 1]]
        piece.uv = uv
    if len(chosen) and (chosen[:, 2] >= 0).all():
        piece.normals = normals[chosen[:, 2]]
    return piece, chosen[:, 0]
