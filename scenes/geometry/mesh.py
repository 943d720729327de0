"""A triangle mesh as an immutable value with a content key.

It refuses arrays that do not fit together; it never repairs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import F32, F64, U32


def frozen_array(array: np.ndarray, dtype: npt.DTypeLike, shape: tuple[int | None, ...], what: str) -> np.ndarray:
    """Return a read-only C-contiguous copy-if-needed of `array`, checked for shape and finiteness.

    Raises
    ------
    ValueError
        The shape does not match (None matches any length) or a value is not finite.
    """
    out: np.ndarray = np.ascontiguousarray(array, dtype=dtype)
    if out.ndim != len(shape) or any(w is not None and w != g for w, g in zip(shape, out.shape, strict=True)):
        raise ValueError(f"{what} must have shape {shape}, not {out.shape}")
    if out.dtype.kind == "f" and not np.isfinite(out).all():
        raise ValueError(f"{what} holds values that are not finite")
    if out is array and out.flags.writeable:
        out = out.copy()
    out.flags.writeable = False
    return out


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles with per-vertex normals and texture coordinates.

    Attributes
    ----------
    positions : (V, 3) float32
        Metres, object frame (Z up).
    normals : (V, 3) float32
        Unit outward normals, object frame. Split vertices for hard edges.
    uv : (V, 2) float32
        Texture coordinates; v = 0 is the *bottom* row of a texture image.
    faces : (F, 3) uint32
        Counter-clockwise seen from outside.

    Raises
    ------
    ValueError
        Shapes differ, an index is out of range, a value is not finite, or there is no face.
    """

    positions: F32
    normals: F32
    uv: F32
    faces: U32

    def __post_init__(self) -> None:
        positions = frozen_array(self.positions, np.float32, (None, 3), "positions")
        count = len(positions)
        object.__setattr__(self, "positions", positions)
        object.__setattr__(self, "normals", frozen_array(self.normals, np.float32, (count, 3), "normals"))
        object.__setattr__(self, "uv", frozen_array(self.uv, np.float32, (count, 2), "uv"))
        object.__setattr__(self, "faces", frozen_array(self.faces, np.uint32, (None, 3), "faces"))
        if len(self.faces) == 0:
            raise ValueError("a mesh needs at least one face")
        if int(self.faces.max()) >= count:
            raise ValueError(f"face index {int(self.faces.max())} is out of range for {count} vertices")

    @cached_property
    def key(self) -> str:
        """Content hash: equal keys mean equal arrays."""
        digest = blake2b(digest_size=16)
        for array in (self.positions, self.normals, self.uv, self.faces):
            digest.update(str(array.shape).encode())
            digest.update(array.data)
        return digest.hexdigest()

    @cached_property
    def bounds(self) -> F64:
        """(2, 3) float64: lowest and highest corner, object frame, metres."""
        is_used = np.zeros(len(self.positions), dtype=np.bool_)
        is_used[self.faces] = True
        used = self.positions[is_used]
        return np.stack([used.min(axis=0), used.max(axis=0)]).astype(np.float64)

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        return self.positions.nbytes + self.normals.nbytes + self.uv.nbytes + self.faces.nbytes
