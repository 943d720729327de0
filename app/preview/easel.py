"""Makes path-traced pictures of samples, pass by pass; it runs in the path tracer's process.

The sample is the one that an export takes, and effects run over every picture that is shown. It knows no pipe.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from myriorama.app.preview.attentive import Attentive, Stop, SupersededError
from myriorama.app.preview.darkroom import seen_from
from myriorama.app.preview.opening import Opener, accepted
from myriorama.app.preview.wire import Wanted
from myriorama.app.preview.workbench import resized
from myriorama.app.production.effects import with_effects
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.sources import Grant
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import U8
from myriorama.scenes.rendering.frame import Frame, Quality, Renderer, RenderRequest
from myriorama.scenes.rendering.optics.renderer import OpticalRenderer
from myriorama.scenes.rendering.optics.shares import freed_later, paths_of_each
from myriorama.scenes.rendering.pathtraced.engine import PathTracer
from myriorama.scenes.rendering.pathtraced.passes import Growing, PassEngine
from myriorama.scenes.rendering.tone import develop
from myriorama.scenes.rendering.tracing import Tracing
from myriorama.scenes.sample import SceneSample

PASS_S: Final = 0.3
"""How long a pass may take, so that it is given up soon."""


@dataclass(frozen=True, eq=False)
class Pass:
    """What is told after a pass. `rgb` is None where the picture is not worth developing yet."""

    rgb: U8 | None
    paths: int
    most: int
    seconds: float
    done: bool
    denoised: bool
    noise: float


class Easel:
    """Traces pictures with one path tracer.

    Parameters
    ----------
    registry : PluginRegistry
    renderer : Renderer
        For truth, which acceptance rules and effects read.
    tracer : PathTracer
    cache_folder : Path or None
        For imported assets; None is the user's.
    """

    def __init__(
        self, registry: PluginRegistry, renderer: Renderer, tracer: PathTracer, cache_folder: Path | None
    ) -> None:
        self._registry = registry
        self._renderer = renderer
        self._tracer = tracer
        self._opener = Opener(registry, cache_folder)
        self._stop: Stop = lambda: False
        self._engine = PassEngine(tracer, self._go_on)
        self._optical = OpticalRenderer(self._engine)

    def close(self) -> None:
        """Free both devices, and end the processes that run third-party code."""
        self._optical.close()
        self._tracer.close()
        self._renderer.close()
        self._registry.close()

    def use(self, grants: Sequence[Grant]) -> None:
        """Use these third-party plugins from now on."""
        self._opener.use(grants)

    def paint(self, wanted: Wanted, tell: Callable[[Pass], None], stop: Stop) -> None:
        """Trace the picture that is wanted until it is done, telling of every pass.

        Raises
        ------
        SupersededError
            `stop` said so; it is asked between passes and inside long ones.
        MyrioramaError
            The picture cannot be made.
        """
        self._stop = stop
        scene, sample, tracing = self._scene(wanted)
        frame = self._truth(scene) if scene.effects else _blank(scene)
        growing = Growing()
        began = time.perf_counter()
        # A picture of many drawings takes its paths from each of them alike, as many in the end as an export does.
        together = self._optical.together(scene, wanted.quality)
        guided = not freed_later(RenderRequest(engine="pathtraced", quality=wanted.quality, tracing=tracing), together)
        whole = together * paths_of_each(tracing, together)
        count, shown = 1, 0
        while True:
            self._go_on()
            lap = time.perf_counter()
            self._engine.begin(anew=growing.paths == 0)
            self._pass(scene, count * together, wanted.quality, tracing.max_depth, growing)
            spent_s = time.perf_counter() - lap
            noise = growing.noise() if tracing.noise_target > 0 and growing.paths > 1 else 0.0
            quiet = 0.0 < noise <= tracing.noise_target
            done = growing.paths >= whole or quiet
            denoised = tracing.denoise or not done
            rgb = None
            if done or growing.paths >= 2 * shown:
                shown = growing.paths
                self._go_on()
                linear = growing.linear(denoise=denoised, guided=guided)
                made = replace(frame, linear=linear, rgb=develop(linear))
                rgb = with_effects(made, scene, sample, self._registry).rgb
            seconds = time.perf_counter() - began
            self._go_on()
            tell(Pass(rgb, growing.paths, whole, seconds, done, denoised, noise))
            if done:
                return
            worth = int(PASS_S * count / max(spent_s, 1e-3))
            count = max(1, min(worth, (whole - growing.paths) // together, (2 * shown - growing.paths) // together))

    def _scene(self, wanted: Wanted) -> tuple[Scene, SceneSample, Tracing]:
        opened = self._opener.open(wanted.project_text, wanted.folder, wanted.asset_roots)
        found = accepted(opened, Attentive(self._renderer, self._stop), wanted.index)
        if wanted.view is not None:
            scene = replace(seen_from(found.scene, wanted), effects=())
        else:
            scene = found.scene
            if (wanted.width, wanted.height) != opened.size:
                scene = resized(scene, wanted.width, wanted.height)
        return scene, found.sample, Tracing(**opened.project.output.tracing.model_dump())

    def _pass(self, scene: Scene, paths: int, quality: Quality, depth: int, growing: Growing) -> None:
        """Take so many more paths through every pixel, all drawings together."""
        tracing = Tracing(samples_per_pixel=paths, denoise=False, max_depth=depth)
        request = RenderRequest(
            rgb=False,
            truth=False,
            amodal=False,
            linear=True,
            coordinates=False,
            quality=quality,
            engine="pathtraced",
            tracing=tracing,
        )
        growing.add(self._optical.render(scene, request), paths)

    def _truth(self, scene: Scene) -> Frame:
        """Return depth, normals and ids, which effects read."""
        return self._renderer.render(scene, RenderRequest(rgb=False, amodal=False))

    def _go_on(self) -> None:
        if self._stop():
            raise SupersededError


def _blank(scene: Scene) -> Frame:
    camera = scene.camera
    return Frame(sample_key=scene.sample_key, width=camera.width, height=camera.height, device="", camera=camera)
