"""The frame on the graphics card: its layers as textures, the masks over it, and its depth.

A layer is uploaded when it is first looked at; toggling an overlay uploads nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from vispy import gloo

from myriorama.app.overlays import Base, OverlayState
from myriorama.app.pictures.class_looks import NO_LOOKS, Looks
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.viewing import colors, layers
from myriorama.app.viewing.fitting import Fit
from myriorama.scenes.conventions import F32, U8, U32
from myriorama.scenes.labels.record import Box
from myriorama.widgets.viewport import shaders
from myriorama.widgets.viewport.batches import fill

_KINDS: Final = {"rgb": 0, "instances": 1, "classes": 1, "depth": 2, "normals": 3, "object_coordinates": 4, "amodal": 0}
_FULL: Final = np.array([[-1, -1], [3, -1], [-1, 3]], dtype=np.float32)
_OUTLINE_PX: Final = 2.0
STRIPE_PX: Final = 5.0
"""Of the hatching: device-independent pixels, at every zoom."""


class FrameLayers:
    """What is made of one frame for showing, each when it is first needed."""

    def __init__(self, frame: SampleFrame) -> None:
        self.frame = frame

    def recolored(self, frame: SampleFrame) -> FrameLayers:
        """Return the layers of a frame that has other colours and the same truth, with what is made already."""
        other = FrameLayers(frame)
        other.__dict__.update({**self.__dict__, "frame": frame})
        return other

    @cached_property
    def near_m(self) -> float:
        """Depth codes are 1 - near / z."""
        return max(0.3 * self.depth_range[0], 1e-3)

    @cached_property
    def ids(self) -> U32:
        return layers.instance_ids(self.frame)

    @cached_property
    def depth_range(self) -> tuple[float, float]:
        return layers.depth_range(self.frame.depth)

    @cached_property
    def tiles(self) -> layers.Tiles:
        has_mask = np.array([False, *(s.kind == "thing" for s in self.frame.instances)])
        return layers.tiles_of(self.ids, has_mask)

    @cached_property
    def measured_boxes(self) -> dict[int, Box]:
        return layers.boxes_of_ids(self.ids)

    def missing(self, base: Base) -> bool:
        """Say whether the frame came without this layer."""
        if base == "normals":
            return self.frame.normal is None
        if base == "object_coordinates":
            return self.frame.object_coordinates is None
        if base == "amodal":
            return all(a.amodal_mask is None for a in self.frame.annotations) and bool(
                self.frame.annotations or not self.frame.final
            )
        return False


class Picture:
    """Draws a frame with its masks. All of it is called while the canvas's context is current."""

    def __init__(self) -> None:
        self._layers: FrameLayers | None = None
        self._state = OverlayState()
        self._chosen: tuple[str, ...] = ()
        self._textures: dict[str, gloo.Texture2D] = {}
        self._stale: set[str] = set()
        self._programs: dict[tuple[Any, ...], gloo.Program] = {}
        self._spots: dict[tuple[Any, ...], gloo.VertexBuffer | None] = {}
        self._colors: Sequence[tuple[int, int, int]] = ()
        self._looks: Looks = NO_LOOKS
        nothing = np.zeros((1, 1, 4), dtype=np.uint8)
        self._nothing = gloo.Texture2D(nothing, interpolation="nearest")
        self._corner = gloo.VertexBuffer(_FULL)
        self._textures["t_ramp"] = gloo.Texture2D(colors.DEPTH_RAMP[None], interpolation="linear")

    def set_frame(self, shown: FrameLayers | None) -> None:
        self._layers = shown
        self._stale = {"t_rgb", "t_ids", "t_depth", "t_normals", "t_object_coordinates", "t_amodal", "t_table"}
        self._stale |= {"t_over", "t_select"}
        self._spots.clear()

    def set_look(
        self,
        state: OverlayState,
        chosen: tuple[str, ...],
        instance_colors: Sequence[tuple[int, int, int]],
        looks: Looks = NO_LOOKS,
    ) -> None:
        """Take overlays, the selected groups, the colour of every instance and the look of every class."""
        if looks != self._looks:
            self._stale |= {"t_over", "t_table"}
            self._looks = looks
        if state.base != self._state.base:
            self._stale.add("t_table")
        if instance_colors != self._colors:
            self._stale |= {"t_over", "t_amodal"}
        if chosen != self._chosen:
            self._stale.add("t_select")
        self._state, self._chosen, self._colors = state, chosen, instance_colors

    def draw(self, fit: Fit, view: tuple[int, int], ratio: float, *, solid: bool, fade: float) -> None:
        """Draw the layer, then masks and the outline of what is selected.

        Parameters
        ----------
        ratio : float
            Device pixels per device-independent pixel.
        solid : bool
            Write depth, for what is drawn behind the picture's surfaces.
        """
        shown = self._layers
        if shown is None:
            return
        base = "rgb" if shown.missing(self._state.base) else self._state.base
        kind = _KINDS[base]
        taps = min(max(int(np.ceil(1.0 / fit.scale - 0.25)), 1), 4) if kind == 0 else 1
        key = ("picture", kind, taps, int(solid), int(fade > 0.0))
        program = self._programs.get(key)
        if program is None:
            source = shaders.with_words(
                shaders.PICTURE_FRAGMENT, BASE=kind, TAPS=taps, SOLID=int(solid), FADED=int(fade > 0.0)
            )
            program = self._programs[key] = gloo.Program(shaders.PICTURE_VERTEX, source)
            program["a_corner"] = self._corner
        exact = fit.scale == 1.0 or (fit.scale >= 2.0 and shown.frame.final)
        color = self._texture("t_" + base) if kind in (0, 3, 4) else self._nothing
        if kind == 0:
            color.interpolation = "nearest" if exact else "linear"
        size = (shown.frame.width, shown.frame.height)
        common = {
            "u_view": view,
            "u_place": (fit.left, fit.top, fit.scale),
            "u_size": size,
            "u_fade": fade,
            "u_unit": _unit(fit, size),
            "u_stripe": _stripe(ratio),
            "u_near": shown.near_m,
            "u_range": shown.depth_range if kind == 2 else (0.1, 1.0),
            "t_color": color,
            "t_ids": self._texture("t_ids") if kind == 1 else self._nothing,
            "t_table": self._texture("t_table") if kind == 1 else self._nothing,
            "t_depth": self._texture("t_depth") if kind == 2 or solid else self._nothing,
            "t_ramp": self._textures["t_ramp"],
            "u_rows": float(self._textures["t_table"].shape[0]) if kind == 1 else 1.0,
        }
        fill(program, common)
        gloo.set_state(depth_test=solid, depth_func="always", blend=False, cull_face=False, scissor_test=True)
        gloo.set_depth_mask(solid)
        gloo.set_scissor(*_scissor(fit, size, view))
        program.draw("triangles")
        if fade == 0.0:
            self._draw_masks(shown, fit, size, view, ratio)
        gloo.set_state(scissor_test=False, depth_test=False)

    def _draw_masks(
        self, shown: FrameLayers, fit: Fit, size: tuple[int, int], view: tuple[int, int], ratio: float
    ) -> None:
        state = self._state
        lit = not state.hidden and state.mask != "off"
        filled = lit and state.mask in ("fill", "both")
        contour = lit and state.mask in ("contour", "both")
        select = bool(self._chosen) and any(s.group_uid in self._chosen for s in shown.frame.instances)
        if not (filled or contour or select):
            return
        gloo.set_state(blend=True, blend_func=("one", "one_minus_src_alpha"), depth_test=False)
        gloo.set_depth_mask(False)
        reach = max(state.contour_px if contour else 0.0, _OUTLINE_PX if select else 0.0) * ratio
        common = {
            "u_view": view,
            "u_place": (fit.left, fit.top, fit.scale),
            "u_size": size,
            "u_unit": _unit(fit, size),
            "u_stripe": _stripe(ratio),
            "u_fill": state.opacity if filled else 0.0,
            "u_contour": float(round(state.contour_px * ratio)),
            "u_outline": _OUTLINE_PX * ratio,
            "t_ids": self._texture("t_ids"),
            "t_over": self._texture("t_over"),
            "t_select": self._texture("t_select"),
        }
        common["u_rows"] = float(self._textures["t_over"].shape[0])
        for edges in (False, True):
            if not edges and not filled:
                continue
            spots = self._tiles(shown, edges=edges, rims=contour or select, reach_px=reach / fit.scale)
            if spots is None:
                continue
            words = {"CONTOUR": int(edges and contour), "SELECT": int(edges and select)}
            key = ("masks", *words.values())
            program = self._programs.get(key)
            if program is None:
                source = shaders.with_words(shaders.MASK_FRAGMENT, **words)
                program = self._programs[key] = gloo.Program(shaders.MASK_VERTEX, source)
            program["a_spot"] = spots
            fill(program, common)
            program.draw("triangles")

    def _tiles(self, shown: FrameLayers, *, edges: bool, rims: bool, reach_px: float) -> gloo.VertexBuffer | None:
        """Return the tiles with something on their rims, or the others that have a mask; no tile is in both."""
        steps = int(np.ceil(reach_px / layers.TILE_PX)) if rims else 0
        key = (edges, steps)
        if key not in self._spots:
            tiles = shown.tiles
            rim = tiles.grown(reach_px) if rims else np.zeros_like(tiles.edge)
            spots = tiles.spots(rim if edges else tiles.lit & ~rim)
            self._spots[key] = gloo.VertexBuffer(spots) if len(spots) else None
        return self._spots[key]

    def _texture(self, name: str) -> gloo.Texture2D:
        texture = self._textures.get(name)
        if texture is not None and name not in self._stale:
            return texture
        data = self._made(name)
        form = {1: "r32f", 3: "rgb32f"}[data.shape[2]] if data.dtype == np.float32 else None
        if texture is None:
            texture = gloo.Texture2D(data, interpolation="nearest", internalformat=form)
            self._textures[name] = texture
        else:
            texture.set_data(data)
        self._stale.discard(name)
        return texture

    def _made(self, name: str) -> U8 | F32:
        shown = self._layers
        if shown is None:
            raise RuntimeError("there is no frame to draw")
        frame = shown.frame
        if name == "t_ids":
            return np.ascontiguousarray(shown.ids).view(np.uint8).reshape(frame.height, frame.width, 4)
        if name == "t_depth":
            return frame.depth[..., None]
        if name == "t_normals" and frame.normal is not None:
            return frame.normal
        if name == "t_object_coordinates" and frame.object_coordinates is not None:
            return frame.object_coordinates
        if name == "t_amodal":
            return layers.amodal_picture(frame, shown.ids, self._colors)
        if name == "t_table":
            return colors.layer_table(frame, by_class=self._state.base == "classes", looks=self._looks)
        if name == "t_over":
            return colors.overlay_table(frame, self._colors, self._looks)
        if name == "t_select":
            return colors.selection_table(frame, self._chosen)
        return frame.rgb


def _unit(fit: Fit, size: tuple[int, int]) -> tuple[float, float]:
    """Return one view pixel in the image's 0 to 1."""
    return 1.0 / (fit.scale * size[0]), 1.0 / (fit.scale * size[1])


def _stripe(ratio: float) -> float:
    """Return how wide a stripe of the hatching is, whole view pixels."""
    return float(max(round(STRIPE_PX * ratio), 2))


def _scissor(fit: Fit, size: tuple[int, int], view: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return x, y, width, height of the picture in the view, y from the bottom."""
    left, top = max(round(fit.left), 0), max(round(fit.top), 0)
    right = min(round(fit.left + size[0] * fit.scale), view[0])
    bottom = min(round(fit.top + size[1] * fit.scale), view[1])
    return left, view[1] - bottom, max(right - left, 0), max(bottom - top, 0)
