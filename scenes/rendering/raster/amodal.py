"""The amodal pass: which pixels each thing would cover if it were alone.

Things whose screen boxes do not overlap share one colour channel and one draw, each writing its own
number, so the cost does not grow with one render per thing. Program, viewport and projection are those
of the truth pass; it never derives a mask from anything but pixels that were drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import moderngl
import numpy as np

from myriorama.scenes.conventions import F64, Mask
from myriorama.scenes.rendering.frame import AmodalMask, empty_mask
from myriorama.scenes.rendering.raster.drawlist import DrawList
from myriorama.scenes.rendering.raster.geometry import ItemBuffer
from myriorama.scenes.rendering.raster.truth import GeometryPass

_CHANNELS: Final = 4
_NUMBERS: Final = 255
_CELL_PX: Final = 8
_LAYERS: Final = 64
_TILES: Final = tuple((c, r) for r in (-1, 0, 1) for c in (-1, 0, 1) if (c, r) != (0, 0))


@dataclass(frozen=True)
class Slot:
    """Where one thing is drawn: a layer (four to a framebuffer) and the number that it writes; and its pixel box."""

    instance: int
    layer: int
    number: int
    x0: int
    y0: int
    x1: int
    y1: int


def pack(boxes: F64, instances: np.ndarray, width: int, height: int) -> list[Slot]:
    """Give each instance whose box meets the image the first layer where no other box overlaps its own.

    Parameters
    ----------
    boxes : (N, 4) float64
        x0, y0, x1, y1 in pixels, of all instances; may be infinite.
    instances : (K,) int64
        Which of them to pack, in order.
    """
    # A box is grown by one pixel: vertices snap to 1/256 pixel, so a box computed in float64 may miss a centre.
    x0 = np.clip(np.floor(np.clip(boxes[:, 0], -1e6, 1e6)).astype(int) - 1, 0, width)
    y0 = np.clip(np.floor(np.clip(boxes[:, 1], -1e6, 1e6)).astype(int) - 1, 0, height)
    x1 = np.clip(np.ceil(np.clip(boxes[:, 2], -1e6, 1e6)).astype(int) + 1, 0, width)
    y1 = np.clip(np.ceil(np.clip(boxes[:, 3], -1e6, 1e6)).astype(int) + 1, 0, height)
    cells = np.zeros((-(-height // _CELL_PX), -(-width // _CELL_PX)), dtype=np.uint64)
    pages: list[np.ndarray] = []
    used: dict[int, int] = {}
    slots = []
    for i in instances:
        box = (int(x0[i]), int(y0[i]), int(x1[i]), int(y1[i]))
        if box[0] >= box[2] or box[1] >= box[3]:
            continue
        window = (slice(box[1] // _CELL_PX, -(-box[3] // _CELL_PX)), slice(box[0] // _CELL_PX, -(-box[2] // _CELL_PX)))
        page = 0
        while True:
            if page == len(pages):
                pages.append(np.zeros_like(cells))
            taken = int(np.bitwise_or.reduce(pages[page][window], axis=None))
            free = (b for b in range(_LAYERS) if not taken >> b & 1 and used.get(page * _LAYERS + b, 0) < _NUMBERS)
            layer = next(free, -1)
            if layer >= 0:
                break
            page += 1
        pages[page][window] |= np.uint64(1 << layer)
        layer += page * _LAYERS
        used[layer] = used.get(layer, 0) + 1
        slots.append(Slot(int(i), layer, used[layer], *box))
    return slots


class AmodalPass:
    """Draws and reads amodal masks; one framebuffer of four layers, used again and again."""

    def __init__(self, context: moderngl.Context, geometry: GeometryPass, items: ItemBuffer) -> None:
        self._context = context
        self._geometry = geometry
        self._items = items
        self._framebuffer: moderngl.Framebuffer | None = None

    def run(self, draws: DrawList) -> dict[int, AmodalMask]:
        """Return the mask of every thing of the scene, by instance index."""
        view = draws.view
        things = np.array([i for i, x in enumerate(draws.scene.instances) if x.kind == "thing"], dtype=np.int64)
        labelled = np.zeros(len(draws.instance_of_item), dtype=bool)
        for group in draws.groups:
            labelled[group.first : group.first + group.count] = group.labelled
        self._resize(view.width, view.height)
        clipped = _clipped(draws, things)
        masks = dict(self._draw_tile(draws, things, labelled, 0, 0))
        outside = dict.fromkeys((int(i) for i in things), 0)
        boxes = draws.screen_boxes[things]
        leaves = things[
            (boxes[:, 0] < 0) | (boxes[:, 1] < 0) | (boxes[:, 2] > view.width) | (boxes[:, 3] > view.height)
        ]
        if len(leaves):
            for column, row in _TILES:
                for i, (_, _, mask) in self._draw_tile(draws, leaves, labelled, column, row).items():
                    outside[i] += int(np.count_nonzero(mask))
        out = {}
        for i in (int(t) for t in things):
            x, y, mask = masks.get(i, (0, 0, empty_mask()))
            extended = int(np.count_nonzero(mask)) + outside[i]
            out[i] = AmodalMask(x, y, mask, extended, i in clipped)
        return out

    def _draw_tile(
        self, draws: DrawList, instances: np.ndarray, labelled: Mask, column: int, row: int
    ) -> dict[int, tuple[int, int, Mask]]:
        view = draws.view
        boxes = draws.screen_boxes - np.array([column * view.width, row * view.height] * 2)
        slots = pack(boxes, instances, view.width, view.height)
        out: dict[int, tuple[int, int, Mask]] = {}
        for sheet in range(0, max((s.layer for s in slots), default=-1) + 1, _CHANNELS):
            batch = [s for s in slots if sheet <= s.layer < sheet + _CHANNELS]
            pixels = self._draw_sheet(draws, batch, labelled, sheet, column, row)
            for slot in batch:
                crop = pixels[slot.y0 : slot.y1, slot.x0 : slot.x1, slot.layer - sheet] == slot.number
                found = tight(crop, slot.x0, slot.y0)
                if found is not None:
                    out[slot.instance] = found
        return out

    def _draw_sheet(
        self, draws: DrawList, batch: list[Slot], labelled: Mask, sheet: int, column: int, row: int
    ) -> np.ndarray:
        view = draws.view
        framebuffer = self._framebuffer
        assert framebuffer is not None  # _resize came first
        context = self._context
        framebuffer.viewport = (0, 0, view.width, view.height)
        framebuffer.scissor = None
        framebuffer.color_mask = (True, True, True, True)
        framebuffer.use()
        context.enable_only(moderngl.NOTHING)
        framebuffer.clear()
        number_of = np.zeros(len(draws.scene.instances), dtype=np.uint32)
        for channel in range(_CHANNELS):
            slots = [s for s in batch if s.layer == sheet + channel]
            if not slots:
                continue
            number_of[:] = 0
            number_of[[s.instance for s in slots]] = [s.number for s in slots]
            numbers = number_of[draws.instance_of_item]
            items = np.flatnonzero((numbers > 0) & labelled)
            blocks, groups = draws.subset(items, numbers[items])
            self._items.write(blocks)
            framebuffer.color_mask = tuple(c == channel for c in range(_CHANNELS))
            framebuffer.use()  # a mask takes effect when the framebuffer is bound
            self._geometry.draw("number.vert", "number.frag", self._items, groups, view.clip_of_tile(column, row))
        framebuffer.color_mask = (True, True, True, True)
        pixels = np.empty((view.height, view.width, _CHANNELS), dtype=np.uint8)
        framebuffer.read_into(pixels, components=_CHANNELS, dtype="u1")
        return pixels

    def _resize(self, width: int, height: int) -> None:
        if self._framebuffer is not None and self._framebuffer.size == (width, height):
            return
        self.release()
        self._framebuffer = self._context.framebuffer([self._context.renderbuffer((width, height), 4, dtype="u1")])

    def release(self) -> None:
        """Free the framebuffer."""
        if self._framebuffer is not None:
            for attachment in self._framebuffer.color_attachments:
                attachment.release()
            self._framebuffer.release()
            self._framebuffer = None


def tight(crop: Mask, x: int, y: int) -> tuple[int, int, Mask] | None:
    """Return (x, y, mask) without empty border rows and columns, or None where nothing is set."""
    rows = np.flatnonzero(crop.any(axis=1))
    if len(rows) == 0:
        return None
    columns = np.flatnonzero(crop.any(axis=0))
    r0, r1, c0, c1 = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    return x + int(c0), y + int(r0), np.ascontiguousarray(crop[r0:r1, c0:c1])


def _clipped(draws: DrawList, things: np.ndarray) -> set[int]:
    """Return the things that the near plane cuts: with vertices before it, and not all of them behind the eye."""
    z = draws.placement.z_range
    near = draws.view.near
    out = set()
    for i in things[(z[things, 0] < near) & (z[things, 1] > 0)] if len(things) else ():
        row = draws.placement.camera_from_object[i, 2]
        depths = [p.mesh.positions @ row[:3] + row[3] for p in draws.scene.instances[i].model.parts]
        if min(float(d.min()) for d in depths) < near and max(float(d.max()) for d in depths) > 0.0:
            out.add(int(i))
    return out
