"""Makes the record of any sample of a project: draw, build, render, annotate, accept, check.

The viewport, the gallery, the queue and Python scripts all call this one function, so that what is
seen is what is exported. It writes nothing.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from myriorama.app.production.acceptance import RULES_READ, missing_labels, refusals
from myriorama.app.production.clean_picture import Again, What
from myriorama.app.production.effects import with_effects
from myriorama.plugins.annotators import annotate, choose, request_for
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.assembly.build import Builder
from myriorama.scenes.assembly.memory import BuildMemory
from myriorama.scenes.assets.store import AssetStore
from myriorama.scenes.drawing.again import EffectValues
from myriorama.scenes.drawing.plan import Plan, compile_plan
from myriorama.scenes.errors import MyrioramaError, ProjectError
from myriorama.scenes.labels.contract import check
from myriorama.scenes.labels.record import Record
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.labels.violation import Violation
from myriorama.scenes.project.model import Project
from myriorama.scenes.rendering.frame import Quality, Renderer, RenderRequest
from myriorama.scenes.rendering.tracing import Engine, Tracing
from myriorama.scenes.sample import SceneSample

STAGES: Final = ("draw", "build", "render", "effects", "annotate", "check")


class AcceptanceError(MyrioramaError):
    """No attempt at a sample satisfied the project's acceptance rules."""

    def __init__(self, sample: SceneSample, refused: Mapping[str, int]) -> None:
        self.sample = sample
        self.refused = dict(refused)
        told = ", ".join(f"{name} ({n} times)" for name, n in sorted(refused.items()))
        super().__init__(f"sample {sample.index}: none of the attempts was accepted; refused by {told}")


@dataclass(frozen=True, eq=False)
class Produced:
    """A record with what the label contract found, and what it cost.

    Attributes
    ----------
    violations : tuple of Violation
        Empty for a record that may enter a dataset.
    refused : mapping
        Acceptance rule -> how many earlier attempts it refused.
    timings_ms : mapping
        Wall milliseconds by stage, all attempts added.
    """

    record: Record
    violations: tuple[Violation, ...]
    refused: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    timings_ms: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Judged:
    """Which draw of a scene with several views is accepted.

    Attributes
    ----------
    first : int
        Index of the scene's first view.
    refused : mapping
        Acceptance rule -> how many earlier attempts it refused.
    """

    first: int
    attempt: int
    refused: Mapping[str, int]


class Producer:
    """Makes records of one project with one renderer.

    Parameters
    ----------
    project : Project
        Checked already (see scenes.project.check).
    registry : PluginRegistry
    store : AssetStore or None
    renderer : Renderer
    size : (int, int) or None
        Width and height in pixels instead of the project's.
    quality : str or None
        Instead of the project's.
    engine : str or None
        Instead of the project's.
    labels : tuple of str or None
        Names of annotators instead of the project's; empty means all.
    on_stage : callable or None
        Called with the name of every stage of `STAGES` that has ended: a sign of life.
    plan, builder
        Where the caller has them already, of this very project.
    """

    def __init__(
        self,
        project: Project,
        registry: PluginRegistry,
        store: AssetStore | None,
        renderer: Renderer,
        *,
        size: tuple[int, int] | None = None,
        quality: Quality | None = None,
        engine: Engine | None = None,
        labels: tuple[str, ...] | None = None,
        on_stage: Callable[[str], None] | None = None,
        plan: Plan | None = None,
        builder: Builder | None = None,
    ) -> None:
        self.project = project
        self._on_stage = on_stage
        self.renderer = renderer
        self._registry = registry
        self._size = size or (project.output.width, project.output.height)
        self._labels = project.output.labels if labels is None else labels
        problems = missing_labels(project, self._labels)
        if problems:
            raise ProjectError(problems)
        output = project.output
        base = RenderRequest(
            amodal=False,
            quality=quality or output.quality,
            engine=engine or output.engine,
            tracing=Tracing(**output.tracing.model_dump()),
        )
        self._request = request_for(choose(registry, self._labels), base)
        self._plan = plan or compile_plan(project, registry, store)
        # Views of one scene follow each other, and are built from the same things in the same places.
        memory = BuildMemory() if project.camera.views else None
        self._builder = builder or Builder(project, registry, store, memory)
        self._judged: Judged | None = None
        self._new_values: EffectValues | None = None

    def draw(self, index: int, attempt: int = 0) -> SceneSample:
        """Return the recipe of sample `index`."""
        return self._plan.draw(index, attempt)

    def produce(self, index: int, *, epoch: int = 0, what: What = "noise") -> Produced:
        """Return sample `index`, drawn again until the acceptance rules hold.

        With several views the rules are asked of the first view of the scene alone, and every view shows the draw that
        it accepts.

        Parameters
        ----------
        epoch : int
            From 1: the last effects, as far as they are redrawable, are drawn anew over the same picture.
        what : {"noise", "values"}
            Whether their values are drawn anew as well.

        Raises
        ------
        AcceptanceError
            `project.max_attempts` draws were all refused.
        MyrioramaError
            The sample cannot be built or rendered.
        """
        spent: defaultdict[str, float] = defaultdict(float)
        view = index % max(1, len(self.project.camera.views))
        judged = self._judged_by(index, index - view, spent) if view else None
        refused: Counter[str] = Counter(judged.refused if judged else {})
        attempt = judged.attempt if judged else 0
        while True:
            clock = _Clock(spent, self._on_stage)
            sample = self.draw(index, attempt)
            clock.lap("draw")
            record, truth = self._record(sample, clock, epoch, what)
            found = () if judged else refusals(self.project, record)
            if not found:
                violations = tuple(check(record, truth))
                clock.lap("check")
                if not view:
                    self._judged = Judged(index, attempt, dict(refused))
                return Produced(record, violations, MappingProxyType(dict(refused)), MappingProxyType(dict(spent)))
            refused.update(found)
            attempt += 1
            if attempt == self.project.max_attempts:
                raise AcceptanceError(sample, refused)

    def _judged_by(self, index: int, first: int, spent: defaultdict[str, float]) -> Judged:
        """Return which draw of its scene a picture shows: what the first view accepts, by labels alone.

        The last answer is kept.
        """
        if self._judged is None or self._judged.first != first:
            judged = Judged(first, 0, {})
            if self.project.acceptance:
                judged = self._judge(index, first, _Clock(spent, self._on_stage))
            self._judged = judged
        return self._judged

    def _judge(self, index: int, first: int, clock: _Clock) -> Judged:
        request = request_for(choose(self._registry, RULES_READ), RenderRequest(rgb=False, amodal=False))
        refused: Counter[str] = Counter()
        for attempt in range(self.project.max_attempts):
            sample = self.draw(first, attempt)
            clock.lap("draw")
            scene = self._builder.build(sample, size=self._size)
            clock.lap("build")
            frame = self.renderer.render(scene, request)
            clock.lap("render")
            found = refusals(self.project, annotate(frame, scene, sample, self._registry, RULES_READ))
            clock.lap("annotate")
            if not found:
                return Judged(first, attempt, dict(refused))
            refused.update(found)
        raise AcceptanceError(self.draw(index, self.project.max_attempts - 1), refused)

    def record(self, sample: SceneSample) -> Record:
        """Return the record of a recipe as it is, without acceptance or check."""
        return self._record(sample, _Clock(defaultdict(float), None))[0]

    def _record(self, sample: SceneSample, clock: _Clock, epoch: int = 0, what: What = "noise") -> tuple[Record, Truth]:
        scene = self._builder.build(sample, size=self._size)
        clock.lap("build")
        request = replace(self._request, linear=True) if scene.effects else self._request
        frame = self.renderer.render(scene, request)
        clock.lap("render")
        again = self._again(sample, epoch, what) if epoch else None
        frame = with_effects(frame, scene, sample, self._registry, clean=self.project.output.clean, again=again)
        clock.lap("effects")
        truth = Truth.of(frame, scene)
        record = annotate(frame, scene, sample, self._registry, self._labels, truth)
        clock.lap("annotate")
        return record, truth

    def _again(self, sample: SceneSample, epoch: int, what: What) -> Again:
        if what == "noise":
            return Again(epoch)
        if self._new_values is None:
            self._new_values = EffectValues(self.project, self._registry)
        draw = self._new_values.draw
        return Again(epoch, lambda uids: draw(uids, sample.index, sample.attempt, epoch))


class _Clock:
    """Adds wall milliseconds since the last lap to a stage."""

    def __init__(self, spent: defaultdict[str, float], on_stage: Callable[[str], None] | None) -> None:
        self._spent = spent
        self._on_stage = on_stage
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self._spent[stage] += (now - self._last) * 1000.0
        self._last = now
        if self._on_stage is not None:
            self._on_stage(stage)
