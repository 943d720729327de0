"""The path-traced picture of a scene: what `RenderRequest.engine == "pathtraced"` asks for.

It makes no label; truth is the raster engine's. What it keeps between scenes is found by content key and bounded, so a
picture depends on its scene, its options and its sample key alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F32
from myriorama.scenes.errors import DeviceError
from myriorama.scenes.rendering.frame import Device
from myriorama.scenes.rendering.pathtraced.backdrop import behind
from myriorama.scenes.rendering.pathtraced.film import Exposed, Trace, denoised, expose
from myriorama.scenes.rendering.pathtraced.geometry import Triangles, triangles_of
from myriorama.scenes.rendering.pathtraced.giving_back import SCENES, give_back
from myriorama.scenes.rendering.pathtraced.keeping import Kept
from myriorama.scenes.rendering.pathtraced.lamps import lights_of
from myriorama.scenes.rendering.pathtraced.probe import INSTALL, SCALAR
from myriorama.scenes.rendering.pathtraced.surfaces import surfaces_of
from myriorama.scenes.rendering.pathtraced.surroundings import RadianceTable, surroundings_of, table_of
from myriorama.scenes.rendering.pathtraced.variant import load_mitsuba, refuse_after_fork
from myriorama.scenes.rendering.tracing import Tracing

if TYPE_CHECKING:
    from myriorama.scenes.rendering.pathtraced.device_scene import Body, DeviceScene, Sky

_DECODED_BYTES: Final = 96 * 2**20
_TEXEL_BYTES: Final = 32 * 2**20
_BODY_BYTES: Final = 32 * 2**20
"""Of a scene whose passes, views or materials follow one another; the next sample's things stand elsewhere."""
_SKY_BYTES: Final = 80 * 2**20
_BYTES_A_FACE: Final = 200
_CARD_TROUBLE: Final = ("out of memory", "cuda_error", "cuda_check", "optix_error", "optix_check")
"""In what Dr.Jit says when the device is to blame: another process may fare better, another sample would not."""


@dataclass(frozen=True, eq=False)
class Traced:
    """A path-traced picture: (H, W, 3) float32 linear radiance after exposure, and layers by name."""

    linear: F32
    layers: Mapping[str, npt.NDArray[Any]]


class PathTracer:
    """Mitsuba's rays under our own light transport. Not to be shared between threads, nor with a forked process.

    Attributes
    ----------
    variant : str
        Of Mitsuba.

    Raises
    ------
    DeviceError
        Mitsuba cannot run here; the text says what is missing.
    """

    def __init__(self) -> None:
        mi, tracer = load_mitsuba()
        self.variant = tracer.variant
        self._denoises = tracer.denoises
        self._device = Device(
            engine="pathtraced",
            vendor="Mitsuba",
            renderer=f"{tracer.variant}, {tracer.card}" if tracer.card else tracer.variant,
            version=str(mi.__version__),
            software=not tracer.variant.startswith("cuda"),
        )
        self._decoded: Kept[Any] = Kept(_DECODED_BYTES)
        self._texels: Kept[Any] = Kept(_TEXEL_BYTES)
        self._tables: Kept[RadianceTable] = Kept(_SKY_BYTES)
        self._skies: Kept[Sky] = Kept(_SKY_BYTES)
        self._bodies: Kept[tuple[Triangles, Body]] = Kept(_BODY_BYTES)
        self._rendered = 0

    @property
    def device(self) -> Device:
        """What it runs on."""
        return self._device

    def render(self, scene: Scene, tracing: Tracing) -> Traced:
        """Return the picture of a scene, through a pinhole.

        Raises
        ------
        DeviceError
            The denoiser is asked for and not installed; this process was forked from the one that opened the tracer; or
            a graphics card failed, or has too little memory.
        """
        if tracing.denoise and not self._denoises:
            raise DeviceError(f"denoising needs the package pyoidn: {INSTALL}; or switch it off (--no-denoise)")
        refuse_after_fork()
        try:
            found = self._slowly(scene, tracing) if self.variant == SCALAR else self._traced(scene, tracing)
        except RuntimeError as error:
            if any(word in str(error).lower() for word in _CARD_TROUBLE):
                raise DeviceError(
                    f"{self._device.renderer} failed, which is not this sample's fault: {error}"
                ) from error
            raise
        self._rendered += 1
        if self._rendered % SCENES == 0:
            give_back()
        return found

    def _traced(self, scene: Scene, tracing: Tracing) -> Traced:
        from myriorama.scenes.rendering.pathtraced.tracer import Eye, trace

        camera = scene.camera
        told, table, origin = self.told(scene)
        eye = Eye(camera, origin)

        def tracer_of(seed: tuple[int, int]) -> Trace:
            return lambda first, last: vars(trace(told, eye, first, last, tracing.max_depth, seed, tracing.pairs))

        exposure = float(2.0**camera.exposure_ev)
        noisy = expose(tracer_of(seed_of(scene.sample_key, "picture")), tracing, camera.width, camera.height, exposure)
        back = behind(scene, table, noisy.open[:, :, 0] > 0)
        linear = self._developed(noisy, back, tracing)
        layers = self._pair(noisy, back, tracer_of, scene, tracing) if tracing.pairs else {}
        return Traced(linear, MappingProxyType(layers))

    def _slowly(self, scene: Scene, tracing: Tracing) -> Traced:
        """Return the picture by Mitsuba's own plugins, for want of LLVM."""
        from myriorama.scenes.rendering.pathtraced.stock import StockScene, refuse

        refuse(scene, tracing)
        camera = scene.camera
        told = StockScene(scene, tracing.max_depth)
        seed = seed_of(scene.sample_key, "picture")
        exposure = float(2.0**camera.exposure_ev)
        found = expose(lambda a, b: told.sums(a, b, seed), tracing, camera.width, camera.height, exposure)
        back = behind(scene, self.table(scene), found.open[:, :, 0] > 0)
        return Traced(self._developed(found, back, tracing), MappingProxyType({}))

    def table(self, scene: Scene) -> RadianceTable | None:
        """Return the table of a scene's surroundings; None where they are of one colour."""
        radiance = scene.background.radiance
        return None if radiance is None else self._tables.get(radiance.key, lambda: _sized(table_of(radiance)))

    def _pair(
        self, noisy: Exposed, back: F32, tracer_of: Callable[[tuple[int, int]], Trace], scene: Scene, tracing: Tracing
    ) -> dict[str, npt.NDArray[Any]]:
        """Return what trains a denoiser or a renderer; `clean` is the sum of `direct` and `indirect`.

        Both pictures are whole: what lies behind is in them, and in `direct`.
        """
        camera = scene.camera
        # The factor is no option of its own: both within their bounds, their product may be beyond that of samples.
        spent = replace(tracing, samples_per_pixel=noisy.samples, noise_target=0.0)
        trace, exposure = tracer_of(seed_of(scene.sample_key, "clean")), float(2.0**camera.exposure_ev)
        clean = expose(trace, spent, camera.width, camera.height, exposure, tracing.clean_factor)
        direct = clean.direct + clean.open * back
        indirect = clean.light - clean.direct
        turn = camera.camera_from_world[:3, :3].astype(np.float32)
        return {
            "noisy": np.asarray(noisy.light + noisy.open * back, dtype=np.float32),
            "clean": np.asarray(direct + indirect, dtype=np.float32),
            "albedo": clean.albedo,
            "guide_normal": np.ascontiguousarray(clean.normal @ turn.T),
            "direct": np.asarray(direct, dtype=np.float32),
            "indirect": np.asarray(indirect, dtype=np.float32),
        }

    def _developed(self, found: Exposed, back: F32, tracing: Tracing) -> F32:
        light = found.light
        if tracing.denoise:
            # Where no path hit anything there is nothing to clean, and a trace of light would be left.
            light = np.where(found.open >= 1.0, np.float32(0.0), denoised(light, found.albedo, found.normal))
        return np.asarray(light + found.open * back, dtype=np.float32)

    def told(self, scene: Scene) -> tuple[DeviceScene, RadianceTable | None, npt.NDArray[np.float64]]:
        """Return a scene as the device holds it, the table of its surroundings, and where the device's origin lies."""
        from myriorama.scenes.rendering.pathtraced.device_scene import DeviceScene, body_of, halves, sky_of

        def known(key: str) -> Triangles | None:
            found = self._bodies.find(key)
            return None if found is None else found[0]

        triangles = triangles_of(scene, known)
        held = self._bodies.get(
            triangles.key,
            lambda: ((triangles, body_of(triangles)), triangles.nbytes * 2 + len(triangles.faces) * _BYTES_A_FACE),
        )
        surfaces = surfaces_of(triangles.materials, self._decoded)
        texels = self._texels.get(surfaces.key, lambda: (halves(surfaces.texels), surfaces.texels.nbytes))
        radiance = scene.background.radiance
        table = sky = None
        if radiance is not None:
            table = self._tables.get(radiance.key, lambda: _sized(table_of(radiance)))
            sky = self._skies.get(radiance.key, lambda: (sky_of(table), table.nbytes))
        lights = lights_of(scene.lights, triangles, surfaces)
        told = DeviceScene(
            held[1],
            surfaces,
            texels,
            triangles.material_of_part,
            lights,
            surroundings_of(scene.background, table),
            sky,
        )
        return told, table, triangles.origin

    def close(self) -> None:
        """Let go of what was kept. Safe to call twice."""
        for kept in (self._decoded, self._texels, self._tables, self._skies, self._bodies):
            kept.clear()


def _sized(table: RadianceTable) -> tuple[RadianceTable, int]:
    return table, table.nbytes


def seed_of(sample_key: str, use: str) -> tuple[int, int]:
    """Return two uint32 of a sample key: the same sample has the same grain, whenever and wherever it is traced."""
    digest = blake2b(f"{use}/{sample_key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")
