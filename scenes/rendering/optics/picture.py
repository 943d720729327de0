"""The picture of a lens with a shutter: pinhole drawings of an engine, averaged in linear light and bent into place.

The engine never hears of a lens. What depends on the engine alone, light and materials, is never changed here.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.rendering.frame import Frame, Quality, Renderer, RenderRequest
from myriorama.scenes.rendering.optics import moments
from myriorama.scenes.rendering.optics.backdrop import Backdrops
from myriorama.scenes.rendering.optics.probe import blur_of
from myriorama.scenes.rendering.optics.ray_truth import RayTracer
from myriorama.scenes.rendering.optics.resampling import Resampler
from myriorama.scenes.rendering.optics.schedule import Shot, schedule
from myriorama.scenes.rendering.optics.shares import freed, freed_later, share_of
from myriorama.scenes.rendering.optics.views import View, views_of

_GRAIN_PX: Final = 4
_MARGIN_PX: Final = 24
"""Rows drawn above and below a band: screen-space shade looks around."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture in linear light, the engine's layers brought into the same pixels, and who drew them."""

    linear: F32
    layers: Mapping[str, F32]
    drawings: int
    device: str


@dataclass(frozen=True, eq=False)
class _Bent:
    view: View
    resampler: Resampler


class _Channels:
    """Linear radiance and float layers of a frame, side by side in one array."""

    def __init__(self) -> None:
        self.spans: dict[str, tuple[int, int, bool]] = {}

    def join(self, frame: Frame) -> F32:
        """Return (h, w, C) float32."""
        if frame.linear is None:
            raise ValueError(f"the engine {frame.device} was asked for linear radiance and returned none")
        parts, self.spans, at = [frame.linear], {}, 3
        for name, layer in frame.layers.items():
            deep = layer[:, :, None] if layer.ndim == 2 else layer
            parts.append(deep.astype(np.float32))
            self.spans[name] = (at, at + deep.shape[2], layer.ndim == 2)
            at += deep.shape[2]
        return frame.linear if len(parts) == 1 else np.concatenate(parts, axis=2)

    def part(self, whole: F32) -> tuple[F32, dict[str, F32]]:
        """Return what `join` joined."""
        layers = {n: whole[:, :, a] if flat else whole[:, :, a:b] for n, (a, b, flat) in self.spans.items()}
        if {"clean", "direct", "indirect"} <= layers.keys():
            # Each was kept within its own neighbourhood's bounds, which breaks their sum at edges.
            layers["clean"] = layers["direct"] + layers["indirect"]
        return np.ascontiguousarray(whole[:, :, :3]), {n: np.ascontiguousarray(v) for n, v in layers.items()}


class PictureMaker:
    """Puts pictures together; keeps the resamplers of the last lens.

    Parameters
    ----------
    inner : Renderer
        Draws pinhole cameras.
    tracer : RayTracer
        For a coarse look at depths, before anything is drawn; its planes are used too.
    """

    def __init__(self, inner: Renderer, tracer: RayTracer) -> None:
        self._inner = inner
        self._tracer = tracer
        self._backdrops = Backdrops()
        self._kept: tuple[Hashable, list[_Bent]] | None = None
        self._free = False
        self._device = ""

    def make(self, scene: Scene, request: RenderRequest) -> Picture:
        """Return the picture of a scene through its camera's optics."""
        camera = scene.camera
        shots = self._shots(scene, request.quality)
        together = _together(shots, camera)
        asked = share_of(request, together)
        self._free = freed_later(request, together)
        self._device = str(self._inner.device)
        if camera.distortion is None:
            linear, layers = self._straight(scene, asked, shots)
        else:
            linear, layers = self._bent(scene, asked, shots)
        return Picture(linear, layers, len(shots), self._device)

    def together(self, scene: Scene, quality: Quality) -> int:
        """Return how many drawings make up one pixel of the picture that `make` returns."""
        return _together(self._shots(scene, quality), scene.camera)

    def _shots(self, scene: Scene, quality: Quality) -> list[Shot]:
        camera = scene.camera
        rolling = moments.rolls(scene)
        times = (
            camera.row_times(np.arange(camera.height, dtype=np.float64) + 0.5) if rolling else np.zeros(camera.height)
        )
        shutter = camera.shutter_s if moments.moves(scene) else 0.0
        return schedule(blur_of(scene, self._tracer), shutter, times, quality)

    def _draw(self, scene: Scene, request: RenderRequest, number: int, camera: Camera, channels: _Channels) -> F32:
        """Draw with a pinhole; every drawing has noise of its own."""
        key = scene.sample_key if number == 0 else f"{scene.sample_key}/{number}"
        scene = replace(scene, sample_key=key, camera=camera)
        frame = self._inner.render(scene, request)
        self._device = frame.device
        return channels.join(frame)

    def _straight(self, scene: Scene, request: RenderRequest, shots: list[Shot]) -> tuple[F32, dict[str, F32]]:
        camera = scene.camera
        channels, out = _Channels(), None
        pad = _GRAIN_PX if len(shots) > 1 and scene.background.backdrop is None else 0
        for number, shot in enumerate(shots):
            moment, shift = _through(scene, shot)
            top, bottom = max(shot.first - _MARGIN_PX, 0), min(shot.end + _MARGIN_PX, camera.height)
            if shot.first == 0 and shot.end == camera.height:
                top, bottom = 0, camera.height
            # An engine's grain that hangs on the pixel grid is another in each drawing, and leaves their mean.
            ahead, above = (number % pad, number // pad % pad) if pad else (0, 0)
            view = replace(
                moment.camera,
                width=camera.width + pad,
                height=bottom - top + pad,
                cx=camera.cx + camera.fx * shift[0] + ahead,
                cy=camera.cy + camera.fy * shift[1] - top + above,
            )
            moment = self._backdrops.cropped(moment, camera, top, bottom)
            drawn = self._draw(moment, request, number, view, channels)
            if out is None:
                out = np.zeros((camera.height, camera.width, drawn.shape[2]), dtype=np.float32)
            seen = drawn[shot.first - top + above : shot.end - top + above, ahead : ahead + camera.width]
            out[shot.first : shot.end] += shot.weights[:, None, None] * seen
        assert out is not None  # a schedule has at least one shot
        return channels.part(self._quiet(out))

    def _bent(self, scene: Scene, request: RenderRequest, shots: list[Shot]) -> tuple[F32, dict[str, F32]]:
        camera = scene.camera
        plane = self._tracer.planes.of(camera, (0, 0, camera.width, camera.height))
        bends = self._bends(camera, plane)
        whole = all(s.first == 0 and s.end == camera.height for s in shots)
        channels, out = _Channels(), None
        if not bends:
            return np.zeros((camera.height, camera.width, 3), dtype=np.float32), {}
        turned = camera.aperture_radius_m > 0 and not all(b.view.ahead for b in bends)
        if whole and not turned:
            for bend in bends:
                total: F32 | None = None
                for number, shot in enumerate(shots):
                    drawn = float(shot.weights[0]) * self._view(
                        scene, request, number, shot, bend, (0, bend.view.height), channels
                    )
                    total = drawn if total is None else total + drawn
                assert total is not None  # a schedule has at least one shot
                taken = bend.resampler.take(self._quiet(total), 0, 0, camera.height)
                out = taken if out is None else out + taken
            assert out is not None  # there is at least one view
            return channels.part(out)
        for number, shot in enumerate(shots):
            own = self._fresh(camera, plane - _shift(camera, shot)[:, None, None]) if turned else bends
            for bend in own:
                used = bend.resampler.rows_used[shot.first : shot.end]
                used = used[used[:, 1] > used[:, 0]]
                if len(used) == 0:
                    continue
                top = max(int(used[:, 0].min()) - _MARGIN_PX, 0)
                bottom = min(int(used[:, 1].max()) + _MARGIN_PX, bend.view.height)
                drawn = self._view(scene, request, number, shot, bend, (top, bottom), channels, still=turned)
                taken = bend.resampler.take(drawn, top, shot.first, shot.end)
                if out is None:
                    out = np.zeros((camera.height, camera.width, taken.shape[2]), dtype=np.float32)
                out[shot.first : shot.end] += shot.weights[:, None, None] * taken
        if out is None:
            return np.zeros((camera.height, camera.width, 3), dtype=np.float32), {}
        return channels.part(self._quiet(out))

    def _quiet(self, drawn: F32) -> F32:
        """Free the mean of many drawings of grain, where that was left to us."""
        if self._free:
            drawn[:, :, :3] = freed(drawn[:, :, :3])
        return drawn

    def _view(
        self,
        scene: Scene,
        request: RenderRequest,
        number: int,
        shot: Shot,
        bend: _Bent,
        rows: tuple[int, int],
        channels: _Channels,
        still: bool = False,
    ) -> F32:
        """Draw rows of one view; `still` where the view's own pixels hold the lens's shift already."""
        moment, shift = _through(scene, shot)
        view = bend.view.camera(moment.camera, *rows)
        if not still:
            view = replace(view, cx=view.cx + view.fx * shift[0], cy=view.cy + view.fy * shift[1])
        moment = self._backdrops.bent(moment, scene.camera, bend.view, *rows)
        drawn = self._draw(moment, request, number, view, channels)
        if not bend.view.ahead and "guide_normal" in channels.spans:
            a, b, _ = channels.spans["guide_normal"]  # told in the view's own frame
            drawn[:, :, a:b] = drawn[:, :, a:b] @ bend.view.axes.astype(np.float32)
        return drawn

    def _bends(self, camera: Camera, plane: F64) -> list[_Bent]:
        key = (camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy, camera.distortion)
        if self._kept is None or self._kept[0] != key:
            self._kept = None  # two lenses' matrices need not stand side by side
            self._kept = (key, self._fresh(camera, plane))
        return self._kept[1]

    @staticmethod
    def _fresh(camera: Camera, plane: F64) -> list[_Bent]:
        return [_Bent(view, Resampler(view)) for view in views_of(plane, max(camera.fx, camera.fy))]


def _together(shots: list[Shot], camera: Camera) -> int:
    return max(1, round(sum(s.end - s.first for s in shots) / camera.height))


def _shift(camera: Camera, shot: Shot) -> F64:
    """Return how far the plane z = 1 moves, seen from a point of the lens, for the sharp plane to stay where it is."""
    return np.array(shot.lens) * (camera.aperture_radius_m / camera.focus_distance_m)


def _through(scene: Scene, shot: Shot) -> tuple[Scene, F64]:
    """Return the scene at a shot's instant with its pinhole at the shot's point of the lens, and that point's shift."""
    camera = scene.camera
    moment = moments.at(scene, shot.time_s)
    shift = _shift(camera, shot)
    if camera.aperture_radius_m > 0:
        pose = moment.camera.world_from_camera.copy()
        pose[:3, 3] += pose[:3, :2] @ (np.array(shot.lens) * camera.aperture_radius_m)
        moment = replace(moment, camera=replace(moment.camera, world_from_camera=pose))
    return moment, shift
