"""Path tracing in small passes, for a picture that grows better while somebody looks at it.

Each pass is a noisy picture of paths that no earlier pass took; `Growing` adds them up. Nothing is denoised before it
is asked for, and nothing here knows a window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.rendering.frame import Device, Frame, RenderRequest
from myriorama.scenes.rendering.optics.shares import freed
from myriorama.scenes.rendering.pathtraced.backdrop import behind
from myriorama.scenes.rendering.pathtraced.engine import PathTracer, seed_of
from myriorama.scenes.rendering.pathtraced.film import denoised, noise_of
from myriorama.scenes.rendering.pathtraced.giving_back import give_back
from myriorama.scenes.rendering.pathtraced.probe import SCALAR
from myriorama.scenes.rendering.tracing import Tracing

LARGEST_BAND_PX: Final = 500_000
"""Pixels that are traced at once: between two bands a pass can be given up."""
_PARTS: Final = ("light", "back", "open", "albedo", "normal", "squares")


class PassEngine:
    """Fulfils `Renderer` for noisy pictures alone; an `OpticalRenderer` over it sees lenses and shutters.

    A request's `tracing.samples_per_pixel` says how many paths to take from where the last pass ended.

    Parameters
    ----------
    tracer : PathTracer
        Not closed with this.
    may_go_on : callable
        Called before every band of every drawing; what it raises ends the pass.
    """

    def __init__(self, tracer: PathTracer, may_go_on: Callable[[], None]) -> None:
        self._tracer = tracer
        self._may_go_on = may_go_on
        self._first = 0
        self._most = 0
        self._stock: tuple[Scene, Any] | None = None

    @property
    def device(self) -> Device:
        return self._tracer.device

    def begin(self, *, anew: bool) -> None:
        """Begin a pass: with paths that none took yet, or, `anew`, with the first ones of another picture."""
        if anew:
            give_back()  # pictures differ in size, and what one left behind serves no other
        self._first = 0 if anew else self._first + self._most
        self._most = 0

    def render(self, scene: Scene, request: RenderRequest) -> Frame:
        """Return exposed linear light with its grain, and as layers what `Growing` adds up beside it."""
        camera, count = scene.camera, request.tracing.samples_per_pixel
        if self._tracer.variant == SCALAR:
            sums, table = self._slowly(scene, request.tracing), self._tracer.table(scene)
        else:
            told, table, origin = self._tracer.told(scene)
            sums = self._sums(told, scene, origin, count, request.tracing.max_depth)
        self._most = max(self._most, count)
        exposure = float(2.0**camera.exposure_ev)
        shape = (camera.height, camera.width, -1)
        mean = {name: (rows / count).reshape(shape) for name, rows in sums.items()}
        back = mean["open"] * behind(scene, table, mean["open"][:, :, 0] > 0)
        light = mean["light"] * exposure
        layers = {
            "light": light,
            "back": back,
            "open": mean["open"],
            "albedo": mean["albedo"],
            "normal": mean["normal"],
            "squares": mean["squares"] * exposure**2,
        }
        return Frame(
            sample_key=scene.sample_key,
            width=camera.width,
            height=camera.height,
            device=str(self.device),
            linear=np.asarray(light + back, dtype=np.float32),
            camera=camera,
            layers=MappingProxyType({name: np.asarray(v, dtype=np.float32) for name, v in layers.items()}),
        )

    def _sums(self, told: Any, scene: Scene, origin: F64, count: int, depth: int) -> dict[str, F64]:
        from myriorama.scenes.rendering.pathtraced.tracer import Eye, trace

        camera = scene.camera
        seed = seed_of(scene.sample_key, "picture")
        rows = max(1, LARGEST_BAND_PX // camera.width)
        found: dict[str, list[npt.NDArray[Any]]] = {}
        for number, top in enumerate(range(0, camera.height, rows)):
            self._may_go_on()
            band = replace(camera, height=min(rows, camera.height - top), cy=camera.cy - top)
            # Bands number their pixels alike: each needs chances of its own.
            own = (seed[0], seed[1] ^ number)
            sums = trace(told, Eye(band, origin), self._first, self._first + count, depth, own, False)
            for name, values in vars(sums).items():
                found.setdefault(name, []).append(values)
        return {name: np.concatenate(parts).astype(np.float64) for name, parts in found.items()}

    def _slowly(self, scene: Scene, tracing: Tracing) -> dict[str, F64]:
        """Trace by Mitsuba's own plugins, for want of LLVM."""
        from myriorama.scenes.rendering.pathtraced.stock import StockScene, refuse

        self._may_go_on()
        refuse(scene, tracing)
        if self._stock is None or self._stock[0] is not scene:
            self._stock = (scene, StockScene(scene, tracing.max_depth))
        last = self._first + tracing.samples_per_pixel
        sums = self._stock[1].sums(self._first, last, seed_of(scene.sample_key, "picture"))
        return {name: np.asarray(values, dtype=np.float64) for name, values in sums.items()}

    def close(self) -> None:
        """Let go of the scene that is held."""
        self._stock = None


class Growing:
    """The sum of the passes of one picture."""

    def __init__(self) -> None:
        self._total: dict[str, F64] = {}
        self.paths = 0

    def add(self, frame: Frame, paths: int) -> None:
        """Add a pass of so many paths a pixel."""
        for name in _PARTS:
            part = np.asarray(frame.layers[name], dtype=np.float64) * paths
            self._total[name] = self._total[name] + part if name in self._total else part
        self.paths += paths

    def noise(self) -> float:
        """Return the mean standard error of the picture before denoising, as `film.noise_of` measures it."""
        light = self._total["light"] / self.paths
        spread = np.maximum(self._total["squares"] / self.paths - light**2, 0.0) / max(self.paths - 1, 1)
        return noise_of({"light": _single(light), "error": _single(np.sqrt(spread))})

    def linear(self, *, denoise: bool, guided: bool = True) -> F32:
        """Return the (H, W, 3) exposed linear picture so far.

        Parameters
        ----------
        guided : bool
            Denoise by albedo and normals, as the picture of a pinhole; else as one of many drawings through a lens.
        """
        mean = {name: _single(total / self.paths) for name, total in self._total.items()}
        light = mean["light"]
        if denoise and not guided:
            return freed(light + mean["back"])
        if denoise:
            # Where no path hit anything there is nothing to clean, and a trace of light would be left.
            quiet = denoised(light, mean["albedo"], mean["normal"])
            light = np.where(mean["open"] >= 1.0, np.float32(0.0), quiet)
        return np.asarray(light + mean["back"], dtype=np.float32)


def _single(values: F64) -> F32:
    return np.ascontiguousarray(values, dtype=np.float32)
