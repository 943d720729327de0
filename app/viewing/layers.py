"""Pictures made of truth: instance ids, the amodal composite, the range of depths, and which tiles hold a label.

They are made once a frame; what changes with the overlays is left to the shaders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from myriorama.app.preview.frames import SampleFrame
from myriorama.scenes.conventions import F32, F64, U8, U32, Mask
from myriorama.scenes.labels.record import Box
from myriorama.scenes.labels.rle import runs_of

TILE_PX: Final = 32
_SEEN_FILL: Final = 0.30
_HIDDEN_FILL: Final = 0.72


def instance_ids(frame: SampleFrame) -> U32:
    """Return (H, W) uint32: place in `frame.instances` plus one; 0 where nothing was hit or the id is unknown."""
    table = np.zeros(max((row.surface_id for row in frame.surfaces), default=0) + 1, dtype=np.uint32)
    for row in frame.surfaces:
        table[row.surface_id] = row.instance + 1
    if frame.surface_id.size and int(frame.surface_id.max()) >= len(table):
        return np.where(frame.surface_id < len(table), table.take(frame.surface_id, mode="clip"), np.uint32(0))
    return table.take(frame.surface_id)


@dataclass(frozen=True, eq=False)
class Tiles:
    """Which tiles of TILE_PX pixels a side hold what.

    Attributes
    ----------
    edge : (R, C) bool
        More than one instance.
    lit : (R, C) bool
        Something that may have a mask.
    """

    edge: Mask
    lit: Mask
    width: int
    height: int

    def spots(self, chosen: Mask) -> F32:
        """Return two triangles for each chosen tile, (6 N, 2) float32 image pixels."""
        row, column = np.nonzero(chosen)
        x, y = column * TILE_PX, row * TILE_PX
        right, below = np.minimum(x + TILE_PX, self.width), np.minimum(y + TILE_PX, self.height)
        corners = np.stack([x, y, right, y, right, below, x, y, right, below, x, below], axis=1)
        return corners.reshape(-1, 2).astype(np.float32)

    def grown(self, reach_px: float) -> Mask:
        """Return the edge tiles and those that lie within `reach_px` image pixels of them."""
        out = self.edge.copy()
        for _ in range(max(1, int(np.ceil(reach_px / TILE_PX)))):
            wide = np.pad(out, 1)
            out = wide[1:-1, 1:-1] | wide[:-2, 1:-1] | wide[2:, 1:-1] | wide[1:-1, :-2] | wide[1:-1, 2:]
            out |= wide[:-2, :-2] | wide[:-2, 2:] | wide[2:, :-2] | wide[2:, 2:]
        return out


def tiles_of(ids: U32, has_mask: Mask) -> Tiles:
    """Return the tiles of an instance image, (H, W) uint32; `has_mask` is by id, (N + 1,) bool."""
    height, width = ids.shape
    edge = np.zeros((height, width), dtype=np.bool_)
    np.not_equal(ids[:, 1:], ids[:, :-1], out=edge[:, 1:])
    edge[1:] |= ids[1:] != ids[:-1]
    edges = _any_by_tile(edge)
    # A tile without an edge is one instance: its first pixel speaks for it. An edge may hide behind a tile's border.
    return Tiles(edges, edges | has_mask.take(ids[::TILE_PX, ::TILE_PX]), width, height)


def _any_by_tile(image: Mask) -> Mask:
    by_row = np.logical_or.reduceat(image, np.arange(0, image.shape[0], TILE_PX), axis=0)
    out: Mask = np.logical_or.reduceat(by_row, np.arange(0, image.shape[1], TILE_PX), axis=1)
    return out


def depth_range(depth: F32) -> tuple[float, float]:
    """Return the nearest and furthest depth, metres, that the ramp spans; (0.1, 1) where nothing was hit.

    Every fourth pixel is looked at, and the furthest half per cent may lie beyond the end.
    """
    some = depth[::4, ::4]
    some = some[some > 0.0]
    if not some.size:
        return 0.1, 1.0
    near, far = float(some.min()), float(np.percentile(some, 99.5))
    return near, max(far, near * 1.001)


def boxes_of_ids(ids: U32) -> dict[int, Box]:
    """Return the tight pixel box of every instance in an instance image, by place in `frame.instances`."""
    runs = runs_of(ids)
    if len(runs.values) == 0:
        return {}
    height, last = runs.height, runs.ends - 1
    turns = runs.starts // height != last // height
    top, bottom = np.where(turns, 0, runs.starts % height), np.where(turns, height - 1, last % height)
    firsts = np.concatenate(([0], np.flatnonzero(runs.values[1:] != runs.values[:-1]) + 1))
    x, y = np.minimum.reduceat(runs.starts // height, firsts), np.minimum.reduceat(top, firsts)
    w = np.maximum.reduceat(last // height, firsts) - x + 1
    h = np.maximum.reduceat(bottom, firsts) - y + 1
    rows = zip((runs.values[firsts] - 1).tolist(), x.tolist(), y.tolist(), w.tolist(), h.tolist(), strict=True)
    return {i: Box(*box) for i, *box in rows}


def depth_at(share: float, ends: tuple[float, float]) -> float:
    """Return the depth, metres, at a share in [0, 1] of the ramp, which is even in the logarithm."""
    return float(ends[0] * (ends[1] / ends[0]) ** share)


def amodal_picture(frame: SampleFrame, ids: U32, colors: Sequence[tuple[int, int, int]]) -> U8:
    """Return the picture, greyed, under every annotation's amodal mask, (H, W, 3) uint8.

    Hidden parts are filled more strongly than seen ones. Nearer things come first, so that what is farther away and
    hidden lies over them; each keeps an outline.

    Parameters
    ----------
    ids : (H, W) uint32
        See `instance_ids`.
    """
    grey = frame.rgb @ np.array([0.30, 0.59, 0.11], dtype=np.float32)
    canvas = np.repeat((12.0 + 0.45 * grey)[..., None], 3, axis=2).astype(np.float32)
    for annotation in sorted(frame.annotations, key=lambda a: float(a.camera_from_object[2, 3])):
        box, mask = annotation.amodal_box, annotation.amodal_mask
        if box is None or mask is None or not mask.size:
            continue
        color = np.array(colors[annotation.instance], dtype=np.float32)
        part = canvas[box.y : box.y + box.h, box.x : box.x + box.w]
        seen = ids[box.y : box.y + box.h, box.x : box.x + box.w] == annotation.instance + 1
        alpha = (mask * np.where(seen, np.float32(_SEEN_FILL), np.float32(_HIDDEN_FILL)))[..., None]
        part[:] = part * (1.0 - alpha) + color * alpha
        part[_rim(mask)] = color
    return np.rint(canvas).astype(np.uint8)


def _rim(mask: Mask) -> Mask:
    wide = np.pad(mask, 1)
    out: Mask = mask & ~(wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:])
    return out


def world_bounds(frame: SampleFrame, uids: Sequence[str] = ()) -> tuple[F64, F64] | None:
    """Return the lowest and highest corner, (3,) float64 metres, of the named groups' objects, of all things without.

    None where there are none.
    """
    chosen = [s for s in frame.instances if (s.group_uid in uids if uids else s.kind == "thing")]
    if not chosen:
        return None
    bits = np.array([[k & 1, k >> 1 & 1, k >> 2 & 1] for k in range(8)], dtype=np.float64)
    corners = np.concatenate(
        [
            (s.bounds[0] + bits * (s.bounds[1] - s.bounds[0])) @ s.world_from_object[:3, :3].T
            + s.world_from_object[:3, 3]
            for s in chosen
        ]
    )
    return corners.min(axis=0), corners.max(axis=0)
