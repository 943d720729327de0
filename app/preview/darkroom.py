"""Makes the pictures of the viewport, with the very code of an export; it runs in the preview process.

It knows no pipe and no window. A final is what `Producer.produce` makes; a draft is quicker and says so.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from myriorama.app.judging.recipes import recipe_hash
from myriorama.app.preview.attentive import Attentive, Stop, SupersededError
from myriorama.app.preview.coarse import CoarseModels
from myriorama.app.preview.draft_lens import HELD_EFFECTS, HELD_LENS, DraftLens
from myriorama.app.preview.drawn import drawn_values
from myriorama.app.preview.frames import View
from myriorama.app.preview.holding import HELD, HoldingRegistry
from myriorama.app.preview.opening import Opened, Opener, accepted
from myriorama.app.preview.wire import Wanted, annotations_to_json, camera_to_json, scene_to_json
from myriorama.app.preview.wires import wire_layer
from myriorama.app.production.effects import with_effects
from myriorama.app.production.producer import Producer
from myriorama.plugins.annotators import annotate, choose, request_for
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.sources import Grant
from myriorama.scenes.assembly.build import Builder
from myriorama.scenes.assembly.memory import BuildMemory
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.labels.record import Annotation
from myriorama.scenes.rendering.frame import Frame, Renderer, RenderRequest
from myriorama.scenes.sample import SceneSample

_DEAR_EFFECTS_MS: Final = 15.0
_ATTEMPTS_KEPT: Final = 4096


@dataclass(frozen=True, eq=False)
class Picture:
    """A finished answer: what is told as JSON, and arrays by name."""

    told: Mapping[str, Any]
    arrays: Mapping[str, npt.NDArray[Any]]


class Darkroom:
    """Makes pictures with one renderer, keeping whatever the next picture may use.

    Parameters
    ----------
    registry : PluginRegistry
    renderer : Renderer
    cache_folder : Path or None
        For imported assets; None is the user's.
    """

    def __init__(self, registry: PluginRegistry, renderer: Renderer, cache_folder: Path | None) -> None:
        self._registry = registry
        self._renderer = renderer
        self._opener = Opener(registry, cache_folder)
        self._holding = HoldingRegistry(registry)
        self._coarse = CoarseModels()
        self._lens = DraftLens()
        self._drafts: BuildMemory | None = None
        self._finals: BuildMemory | None = None
        self._attempts: dict[tuple[int, int], int] = {}
        self._last: tuple[str, int, SceneSample, Scene] | None = None
        self._effects_ns_px = 0.0

    def close(self) -> None:
        """Free the device, and end the processes that run third-party code."""
        self._renderer.close()
        self._registry.close()

    def use(self, grants: Sequence[Grant]) -> None:
        """Use these third-party plugins from now on."""
        self._opener.use(grants)
        if self._drafts is not None:
            self._drafts.forget_groups()
        self._holding.forget()
        self._last = None

    def make(self, wanted: Wanted, stop: Stop) -> Picture:
        """Return the picture that is wanted.

        Raises
        ------
        SupersededError
            `stop` said so.
        MyrioramaError
            The picture cannot be made.
        """
        clock = _Clock()
        opened = self._opener.open(wanted.project_text, wanted.folder, wanted.asset_roots)
        if opened.memory is not self._finals:
            self._finals, self._drafts = opened.memory, BuildMemory(opened.memory)
            self._holding.forget()
            self._lens.forget()
            self._attempts.clear()
            self._last = None
        clock.lap("open")
        if not wanted.final:
            return self._draft(opened, wanted, stop, clock)
        attentive = Attentive(self._renderer, stop)
        if wanted.view is not None:
            return self._look(opened, wanted, wanted.view, attentive, clock)
        return self._final(opened, wanted, attentive, clock)

    def _final(self, opened: Opened, wanted: Wanted, renderer: Renderer, clock: _Clock) -> Picture:
        self._holding.holding = False
        builder = Builder(opened.project, self._holding, opened.store, opened.memory)
        producer = Producer(
            opened.project,
            self._registry,
            opened.store,
            renderer,
            size=(wanted.width, wanted.height),
            quality=wanted.quality,
            engine="raster",  # paths are traced by a process of their own, over this picture
            plan=opened.plan,
            builder=builder,
        )
        produced = producer.produce(wanted.index)
        record = produced.record
        clock.add(produced.timings_ms)
        if record.scene.effects:
            self._effects_ns_px = produced.timings_ms["effects"] * 1e6 / (wanted.width * wanted.height)
        self._remember(opened, wanted, record.sample, record.scene)
        return self._picture(
            wanted,
            opened,
            record.sample,
            record.scene,
            record.frame,
            clock,
            annotations=record.annotations,
            violations=tuple(str(v) for v in produced.violations),
            refused=produced.refused,
        )

    def _draft(self, opened: Opened, wanted: Wanted, stop: Stop, clock: _Clock) -> Picture:
        sample = opened.plan.draw(wanted.index, self._attempts.get((opened.project.seed, wanted.index), 0))
        clock.lap("draw")
        self._holding.holding = True
        builder = Builder(opened.project, self._holding, opened.store, self._drafts)
        scene = builder.build(sample, size=(wanted.width, wanted.height))
        if wanted.view is not None:
            scene = seen_from(scene, wanted)
        clock.lap("build")
        if stop():
            raise SupersededError
        dear = self._effects_ns_px * wanted.width * wanted.height > _DEAR_EFFECTS_MS * 1e6
        effects = bool(scene.effects) and wanted.view is None and not dear
        coordinates = effects or "object_coordinates" in wanted.layers  # an effect may read them
        request = RenderRequest(amodal=False, linear=effects, quality="draft", coordinates=coordinates)
        drawn, lens_held = self._lens.fitted(scene)
        frame = self._renderer.render(self._coarse.scene(drawn), request)
        self._lens.learnt(drawn, frame)
        clock.lap("render")
        if effects:
            frame = with_effects(frame, drawn, sample, self._registry)
            clock.lap("effects")
        effects_held = dear and bool(scene.effects) and wanted.view is None
        held = [*([HELD_LENS] if lens_held else []), *([HELD_EFFECTS] if effects_held else [])]
        return self._picture(wanted, opened, sample, scene, frame, clock, notes=held)

    def _look(self, opened: Opened, wanted: Wanted, view: View, renderer: Renderer, clock: _Clock) -> Picture:
        sample, scene = self._accepted(opened, wanted, renderer)
        clock.lap("build")
        scene = seen_from(scene, wanted)
        labels = opened.project.output.labels
        request = request_for(choose(self._registry, labels), RenderRequest(amodal=False, quality=wanted.quality))
        frame = renderer.render(scene, request)
        clock.lap("render")
        record = annotate(frame, scene, sample, self._registry, labels)
        clock.lap("annotate")
        return self._picture(wanted, opened, sample, scene, frame, clock, annotations=record.annotations)

    def _accepted(self, opened: Opened, wanted: Wanted, renderer: Renderer) -> tuple[SceneSample, Scene]:
        """Return the sample that an export would take, from the last picture where it is the same."""
        if self._last is not None and self._last[:2] == (wanted.project_text, wanted.index):
            return self._last[2], self._last[3]
        found = accepted(opened, renderer, wanted.index)
        self._remember(opened, wanted, found.sample, found.scene)
        return found.sample, found.scene

    def _remember(self, opened: Opened, wanted: Wanted, sample: SceneSample, scene: Scene) -> None:
        self._last = (wanted.project_text, wanted.index, sample, scene)
        if len(self._attempts) >= _ATTEMPTS_KEPT:
            self._attempts.clear()
        self._attempts[opened.project.seed, wanted.index] = sample.attempt

    def _picture(
        self,
        wanted: Wanted,
        opened: Opened,
        sample: SceneSample,
        scene: Scene,
        frame: Frame,
        clock: _Clock,
        *,
        annotations: Sequence[Annotation] = (),
        violations: tuple[str, ...] = (),
        refused: Mapping[str, int] | None = None,
        notes: Sequence[str] = (),
    ) -> Picture:
        dataset_camera = opened.builder.camera(sample, opened.size)
        told = {
            "type": "picture",
            "generation": wanted.generation,
            "index": wanted.index,
            "sample_key": sample.key,
            "recipe_hash": recipe_hash(sample),
            "width": frame.width,
            "height": frame.height,
            "final": wanted.final,
            "camera": camera_to_json(scene.camera),
            "dataset_camera": camera_to_json(dataset_camera),
            **scene_to_json(scene, anatomy="anatomy" in wanted.layers),
            "annotations": annotations_to_json(annotations),
            "values": drawn_values(sample, self._registry, opened.project.camera.uid),
            "violations": list(violations),
            "refused": dict(refused or {}),
            "device": asdict(self._renderer.device),
            "notes": [*notes, *_notes(scene)],
        }
        told["timings_ms"] = clock.done()
        found = {"rgb": frame.rgb, "surface_id": frame.surface_id, "depth": frame.depth}
        if "normal" in wanted.layers:
            found["normal"] = frame.normal
        if "object_coordinates" in wanted.layers:
            found["object_coordinates"] = frame.object_coordinates
        if "wire" in wanted.layers and frame.depth is not None:
            found["wire"] = wire_layer(scene, frame.depth)
        return Picture(told, {name: array for name, array in found.items() if array is not None})


def seen_from(scene: Scene, wanted: Wanted) -> Scene:
    """Return the scene with the camera of a free look."""
    view = wanted.view
    if view is None:
        return scene
    focal_px = 0.5 * wanted.width / math.tan(0.5 * math.radians(view.field_of_view_deg))
    camera = Camera(
        np.array(view.world_from_camera, dtype=np.float64).reshape(4, 4),
        wanted.width,
        wanted.height,
        focal_px,
        focal_px,
        0.5 * wanted.width,
        0.5 * wanted.height,
        scene.camera.exposure_ev,
    )
    return replace(scene, camera=camera, rig=(), view=0)


def _notes(scene: Scene) -> list[str]:
    told = [note for group in scene.report.get("groups", {}).values() for note in group["notes"]]
    # held is said once, whatever number of groups it is true of
    return [*([HELD] if HELD in told else []), *(note for note in told if note != HELD)]


class _Clock:
    """Wall milliseconds by stage, and in all."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._spent: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self._spent[stage] = self._spent.get(stage, 0.0) + (now - self._last) * 1e3
        self._last = now

    def add(self, spent: Mapping[str, float]) -> None:
        self._spent.update(spent)
        self._last = time.perf_counter()

    def done(self) -> dict[str, float]:
        self.lap("tell")
        return {**self._spent, "total": (self._last - self._began) * 1e3}
