"""The vispy canvas: one frame, the batches over it, and nothing that moves by itself.

It draws when something changed and at no other time; where no OpenGL is to be had it stays blank and says so.
"""

from __future__ import annotations

from typing import Any

import vispy.app
from PySide6.QtGui import QColor, QFont, QImage
from PySide6.QtWidgets import QWidget
from vispy import gloo, scene

from myriorama.app.overlays import OverlayState
from myriorama.app.pictures.class_looks import NO_LOOKS, Looks
from myriorama.app.viewing import marks
from myriorama.app.viewing.fitting import Fit
from myriorama.widgets.viewport.batches import CaptionBatch, DotBatch, StrokeBatch
from myriorama.widgets.viewport.picture import FrameLayers, Picture


class ViewportCanvas(scene.SceneCanvas):  # type: ignore[misc]
    """Shows a frame at a fit with marks over it.

    Setters take what is to be shown and ask for one repaint; OpenGL is only touched while painting.
    """

    def __init__(self, parent: QWidget) -> None:
        vispy.app.use_app("pyside6")
        super().__init__(size=(640, 480), keys=None, parent=parent, autoswap=False, show=False)
        self.unfreeze()
        self._picture: Picture | None = None
        self._shown: FrameLayers | None = None
        self._shown_stale = True
        self._fit = Fit(0.0, 0.0, 1.0)
        self._state = OverlayState()
        self._chosen: tuple[str, ...] = ()
        self._colors: list[tuple[int, int, int]] = []
        self._looks: Looks = NO_LOOKS
        self._flat: tuple[marks.Strokes, marks.Dots] = (marks.NO_STROKES, marks.NO_DOTS)
        self._captions: tuple[marks.Caption, ...] = ()
        self._solid = marks.NO_STROKES
        self._scenery = marks.NO_STROKES
        self._gizmo: tuple[marks.Strokes, marks.Dots] = (marks.NO_STROKES, marks.NO_DOTS)
        self._batches: dict[str, Any] = {}
        self._ground = QColor("#17181a")
        self._fade = 0.0
        self._closed = False
        self.repaints = 0
        self.freeze()

    @property
    def view_px(self) -> tuple[int, int]:
        """Width and height in device pixels."""
        ratio = self.native.devicePixelRatioF()
        return max(round(self.native.width() * ratio), 1), max(round(self.native.height() * ratio), 1)

    @property
    def ratio(self) -> float:
        """Device pixels per device-independent pixel."""
        return float(self.native.devicePixelRatioF())

    @property
    def works(self) -> bool:
        """Whether there is an OpenGL context; only known once it was shown."""
        return bool(self.native.isValid())

    def show_frame(self, shown: FrameLayers | None) -> None:
        self._shown, self._shown_stale = shown, True
        self.update()

    def set_fit(self, fit: Fit) -> None:
        if fit != self._fit:
            self._fit = fit
            self.update()

    def set_look(
        self,
        state: OverlayState,
        chosen: tuple[str, ...],
        colors: list[tuple[int, int, int]],
        looks: Looks = NO_LOOKS,
    ) -> None:
        self._state, self._chosen, self._colors, self._looks = state, chosen, colors, looks
        self.update()

    def set_marks(
        self,
        flat: tuple[marks.Strokes, marks.Dots],
        solid: marks.Strokes,
        captions: tuple[marks.Caption, ...],
    ) -> None:
        """Take what lies over the picture, what is hidden by its surfaces, and words."""
        self._flat, self._solid, self._captions = flat, solid, captions
        self.update()

    def set_scenery(self, scenery: marks.Strokes) -> None:
        self._scenery = scenery
        self.update()

    def set_gizmo(self, gizmo: tuple[marks.Strokes, marks.Dots]) -> None:
        self._gizmo = gizmo
        self.update()

    def set_ground(self, color: str, fade: float) -> None:
        """Take the colour beside the picture, and how far the picture is dimmed."""
        self._ground, self._fade = QColor(color), fade
        self.update()

    def pixels(self) -> QImage:
        """Draw now and return what is in the framebuffer, in device pixels."""
        image: QImage = self.native.grabFramebuffer()
        return image

    def dispose(self) -> None:
        """Give the context's objects back and draw no more."""
        if self._closed:
            return
        self._closed = True
        self._picture, self._shown = None, None
        self._batches = {}
        self.close()

    def _draw_scene(self, bgcolor: Any = None) -> None:
        if self._closed:
            return
        self.repaints += 1
        view = self.view_px
        gloo.set_viewport(0, 0, *view)
        gloo.set_state(scissor_test=False, depth_test=True, blend=False)
        gloo.set_depth_mask(True)
        gloo.clear(color=self._ground.getRgbF(), depth=1.0)
        if self._shown is None:
            return
        picture = self._picture
        if picture is None:
            picture = self._picture = Picture()
            self._batches = {n: StrokeBatch() for n in ("flat", "solid", "scenery", "gizmo")}
            self._batches |= {"dots": DotBatch(), "knobs": DotBatch(), "words": CaptionBatch()}
        if self._shown_stale:
            picture.set_frame(self._shown)
            self._shown_stale = False
        picture.set_look(self._state, self._chosen, self._colors, self._looks)
        solid = bool(len(self._solid) or len(self._scenery))
        picture.draw(self._fit, view, self.ratio, solid=solid, fade=self._fade)
        if self._fade == 0.0:
            self._draw_marks(view)

    def _draw_marks(self, view: tuple[int, int]) -> None:
        fit, ratio, batches = self._fit, self.ratio, self._batches
        common = {
            "u_view": view,
            "u_place": (fit.left, fit.top, fit.scale),
            "u_near": self._shown.near_m if self._shown is not None else 0.01,
            "u_ratio": ratio,
        }
        gloo.set_state(blend=True, blend_func=("src_alpha", "one_minus_src_alpha"), cull_face=False)
        gloo.set_depth_mask(False)
        for name, strokes in (("scenery", self._scenery), ("solid", self._solid)):
            if len(strokes):
                batches[name].set(strokes)
                gloo.set_state(depth_test=True, depth_func="greater")
                if name == "solid":
                    batches[name].draw(common, strength=0.22, halo=False)
                gloo.set_state(depth_func="lequal")
                batches[name].draw(common, halo=name == "solid")
        gloo.set_state(depth_test=False)
        batches["flat"].set(self._flat[0])
        batches["flat"].draw(common)
        batches["dots"].set(self._flat[1])
        batches["dots"].draw(common)
        gloo.set_state(blend_func=("one", "one_minus_src_alpha"))
        font = QFont(self.native.font())
        font.setPixelSize(12)
        batches["words"].set(self._captions)
        batches["words"].draw(common, fit, view, font, ratio)
        gloo.set_state(blend_func=("src_alpha", "one_minus_src_alpha"))
        batches["gizmo"].set(self._gizmo[0])
        batches["gizmo"].draw(common)
        batches["knobs"].set(self._gizmo[1])
        batches["knobs"].draw(common)
