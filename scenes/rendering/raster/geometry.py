"""Meshes on the device, and the one way every pass draws them.

It decides nothing about looks: a pass brings its program and its state.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import moderngl
import numpy as np

from myriorama.scenes.conventions import F32
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.rendering.raster.bounded import BoundedStore
from myriorama.scenes.rendering.raster.closed import is_closed
from myriorama.scenes.rendering.raster.drawlist import ITEM_FLOATS, Group

ITEMS_BINDING: Final = 0
_ITEM_BYTES: Final = ITEM_FLOATS * 4


class DeviceMesh:
    """One mesh's buffers, with a vertex array for each program that has drawn it."""

    def __init__(self, context: moderngl.Context, mesh: Mesh) -> None:
        vertices = np.empty((len(mesh.positions), 8), dtype=np.float32)
        vertices[:, 0:3] = mesh.positions
        vertices[:, 3:6] = mesh.normals
        vertices[:, 6:8] = mesh.uv
        small = len(mesh.positions) <= 0xFFFF
        self._context = context
        self._index_bytes = 2 if small else 4
        self._vertices = context.buffer(vertices)
        self._faces = context.buffer(np.ascontiguousarray(mesh.faces, dtype=np.uint16 if small else np.uint32))
        self._arrays: dict[moderngl.Program, moderngl.VertexArray] = {}
        self.closed = is_closed(mesh)
        self._upward_area: float | None = None
        self.nbytes = vertices.nbytes + mesh.faces.size * self._index_bytes

    def upward_area(self, mesh: Mesh) -> float:
        """Return the area, m2, of the upward faces of the mesh that this was made of; kept once it was asked for."""
        if self._upward_area is None:
            self._upward_area = upward_area(mesh)
        return self._upward_area

    def array(self, program: moderngl.Program) -> moderngl.VertexArray:
        """Return the vertex array that feeds `program` what it reads of position, normal and uv."""
        array = self._arrays.get(program)
        if array is None:
            layout, names = [], []
            for name, form, skip in (("in_position", "3f", "12x"), ("in_normal", "3f", "12x"), ("in_uv", "2f", "8x")):
                used = isinstance(program.get(name, None), moderngl.Attribute)
                layout.append(form if used else skip)
                if used:
                    names.append(name)
            content = [(self._vertices, " ".join(layout), *names)]
            array = self._context.vertex_array(
                program, content, index_buffer=self._faces, index_element_size=self._index_bytes
            )
            self._arrays[program] = array
        return array

    def release(self) -> None:
        """Free buffers and vertex arrays."""
        for array in self._arrays.values():
            array.release()
        self._arrays.clear()
        self._vertices.release()
        self._faces.release()


def upward_area(mesh: Mesh) -> float:
    """Return the area, m2, of a mesh's upward faces as seen from straight above, object frame."""
    a, b, c = (mesh.positions[mesh.faces[:, k], :2].astype(np.float64) for k in range(3))
    ab, ac = b - a, c - a
    return float(np.maximum(ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0], 0.0).sum() / 2)


class MeshStore:
    """Device meshes by content key, bounded in bytes."""

    def __init__(self, context: moderngl.Context, limit_bytes: int) -> None:
        self._context = context
        self._store: BoundedStore[DeviceMesh] = BoundedStore(limit_bytes)

    def begin_frame(self) -> None:
        self._store.begin_frame()

    def get(self, mesh: Mesh) -> DeviceMesh:
        return self._store.get(mesh.key, lambda: self._upload(mesh))

    def _upload(self, mesh: Mesh) -> tuple[DeviceMesh, int]:
        device_mesh = DeviceMesh(self._context, mesh)
        return device_mesh, device_mesh.nbytes

    def release(self) -> None:
        self._store.clear()


class Culling:
    """Leaves out back faces where none can be seen; about half of a geometry pass on a software device."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        # The image's rows run down, so what is counter-clockwise from outside is clockwise in the framebuffer.
        context.front_face = "cw"
        context.cull_face = "back"
        context.disable(moderngl.CULL_FACE)
        self._on = False

    def set(self, on: bool) -> None:
        """Cull from here on, or do not."""
        if on != self._on:
            self._on = on
            if on:
                self._context.enable(moderngl.CULL_FACE)
            else:
                self._context.disable(moderngl.CULL_FACE)


class ItemBuffer:
    """The per-item blocks of one pass, on the device, in pieces that a uniform block can hold.

    Parameters
    ----------
    per_piece : int
        Items that one uniform block holds; the shaders are compiled with the same number.
    """

    def __init__(self, context: moderngl.Context, per_piece: int) -> None:
        self._context = context
        self._per_piece = per_piece
        self._buffer: Any = None

    def write(self, blocks: F32) -> None:
        """Replace the blocks; (M, 32) float32."""
        pieces = max(1, -(-len(blocks) // self._per_piece))
        needed = pieces * self._per_piece * _ITEM_BYTES
        if self._buffer is None or self._buffer.size < needed:
            if self._buffer is not None:
                self._buffer.release()
            self._buffer = self._context.buffer(reserve=needed)
        if len(blocks):
            self._buffer.write(np.ascontiguousarray(blocks))

    def draws(self, groups: Iterable[Group]) -> Iterable[tuple[Group, int, int]]:
        """Yield (group, first item inside the piece, count), with the piece bound; large groups come in runs."""
        bound = -1
        for group in groups:
            start, end = group.first, group.first + group.count
            while start < end:
                piece = start // self._per_piece
                stop = min(end, (piece + 1) * self._per_piece)
                if piece != bound:
                    size = self._per_piece * _ITEM_BYTES
                    self._buffer.bind_to_uniform_block(ITEMS_BINDING, offset=piece * size, size=size)
                    bound = piece
                yield group, start - piece * self._per_piece, stop - start
                start = stop

    def release(self) -> None:
        if self._buffer is not None:
            self._buffer.release()
            self._buffer = None


def items_per_piece(context: moderngl.Context) -> int:
    """Return how many items fit in one uniform block of this device."""
    return int(min(context.info["GL_MAX_UNIFORM_BLOCK_SIZE"], 65536)) // _ITEM_BYTES
