"""From raw arrays of any format to checked parts of a model: the last gate that all formats share.

What passes has faces, indices in range, finite numbers, and some extent; it is not repaired beyond
normals that are missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assembly.model import Part
from myriorama.scenes.assets.limits import MAX_FACES, MAX_PARTS, MAX_VERTICES
from myriorama.scenes.assets.normals import CREASE_DEG, unit, with_smooth_normals
from myriorama.scenes.assets.source import asset_fault
from myriorama.scenes.assets.store import ImportedModel
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.materials.model import Material


@dataclass(eq=False)
class RawPiece:
    """Arrays of one piece as a file gives them.

    Attributes
    ----------
    place : str
        Where in the file, for messages.
    positions : (V, 3) float64
    faces : (F, 3) int64
    normals : (V, 3) float64 or None
        None: computed, smooth up to `crease_deg` (0 = flat).
    uv : (V, 2) float64 or None
        v = 0 at the bottom of the image.
    """

    name: str
    slot: str
    place: str
    positions: F64
    faces: npt.NDArray[np.int64]
    material: Material
    normals: F64 | None = None
    uv: F64 | None = None
    crease_deg: float = CREASE_DEG


@dataclass
class Tally:
    """Counts what a file asks for, before memory is given.

    Raises AssetError from `add` as soon as the whole is over a limit.
    """

    file: str
    vertices: int = 0
    faces: int = 0
    parts: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, place: str, vertices: int, faces: int) -> None:
        """Count one more part."""
        self.vertices += vertices
        self.faces += faces
        self.parts += 1
        for what, got, most in (
            ("vertices", self.vertices, MAX_VERTICES),
            ("faces", self.faces, MAX_FACES),
            ("parts", self.parts, MAX_PARTS),
        ):
            if got > most:
                allowed = f"at most {most:,}; simplify the model before importing it"
                raise asset_fault(self.file, place, f"the model has too many {what}", f"{got:,}", allowed)

    def note(self, text: str) -> None:
        """Keep a remark once."""
        if text not in self.notes:
            self.notes.append(text)


def finished_model(file: str, pieces: list[RawPiece], up_axis: str, source_format: str, tally: Tally) -> ImportedModel:
    """Return the model made of `pieces`.

    Raises
    ------
    AssetError
        No face, an index out of range, NaN or infinity, or all points in one spot.
    """
    pieces = [p for p in pieces if len(p.faces)]
    if not pieces:
        raise asset_fault(
            file, "", "the model has no faces", allowed="at least one triangle (points and lines are not drawn)"
        )
    names: dict[str, int] = {}
    parts = tuple(Part(unique_name(p.name, names), _finished_mesh(file, p, tally), p.material, p.slot) for p in pieces)
    low = np.min([p.mesh.bounds[0] for p in parts], axis=0)
    high = np.max([p.mesh.bounds[1] for p in parts], axis=0)
    extent = high - low
    if not float(extent.max()) > 0.0:
        raise asset_fault(
            file,
            "",
            "the model has no extent: all its points lie in one spot",
            f"{extent[0]:g} x {extent[1]:g} x {extent[2]:g}",
            "a model with some size; a file whose compression could not be read often looks like this",
        )
    return ImportedModel(parts, up_axis, source_format, tuple(tally.notes))


def unique_name(name: str, seen: dict[str, int]) -> str:
    """Return `name`, with a number behind it where it was given before."""
    base = name or "part"
    seen[base] = seen.get(base, 0) + 1
    if seen[base] == 1:
        return base
    return unique_name(f"{base} {seen[base]}", seen)


def _finished_mesh(file: str, piece: RawPiece, tally: Tally) -> Mesh:
    positions, faces = piece.positions, piece.faces
    count = len(positions)
    low, high = int(faces.min()), int(faces.max())
    if low < 0 or high >= count:
        bad = low if low < 0 else high
        what = f"a face names vertex {bad}, but there are {count} vertices"
        raise asset_fault(file, piece.place, what, bad, f"0 to {count - 1}")
    with np.errstate(over="ignore"):
        single = positions.astype(np.float32)
    bad_rows = np.flatnonzero(~np.isfinite(single).all(axis=1))
    if len(bad_rows):
        row = int(bad_rows[0])
        what = f"{len(bad_rows)} vertices are not finite numbers, the first is vertex {row}"
        raise asset_fault(file, piece.place, what, str(positions[row].tolist()), "finite numbers")
    uv = np.zeros((count, 2), dtype=np.float32) if piece.uv is None else piece.uv.astype(np.float32)
    if not np.isfinite(uv).all():
        raise asset_fault(file, piece.place, "texture coordinates are not finite numbers")
    triangles = faces.astype(np.uint32)
    if piece.normals is None:
        return with_smooth_normals(single, uv, triangles, piece.crease_deg)
    if not np.isfinite(piece.normals).all():
        raise asset_fault(file, piece.place, "normals are not finite numbers")
    normals = unit(piece.normals.astype(np.float64))
    if (np.abs(normals[triangles]).sum(axis=2) == 0.0).any():
        tally.note(f"{piece.place}: some normals have no length; all of this part's normals were computed anew")
        return with_smooth_normals(single, uv, triangles, piece.crease_deg)
    normals[np.abs(normals).sum(axis=1) == 0.0] = (0.0, 0.0, 1.0)  # of vertices that no face uses
    return Mesh(single, normals.astype(np.float32), uv, triangles)
