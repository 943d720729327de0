"""Opens projects in a picture process and keeps what outlives an edit: plugins, files, generated objects, plans.

It renders nothing. A project that cannot be drawn is refused with every problem found.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.production.acceptance import RULES_READ, refusals
from myriorama.app.production.producer import AcceptanceError
from myriorama.plugins.annotators import annotate, choose, request_for
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.sources import Grant
from myriorama.scenes.assembly.build import Builder
from myriorama.scenes.assembly.memory import BuildMemory
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.drawing.plan import Plan, compile_plan
from myriorama.scenes.labels.record import Record
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project
from myriorama.scenes.project.references import file_references
from myriorama.scenes.rendering.frame import Renderer, RenderRequest
from myriorama.scenes.sample import SceneSample

_STATES_KEPT: Final = 6
_MODEL_BYTES: Final = 64 * 2**20


@dataclass(frozen=True, eq=False)
class Opened:
    """One state of a project, ready to be drawn and built.

    Attributes
    ----------
    builder : Builder
        Shares what it generates with the builders of other states.
    """

    project: Project
    plan: Plan
    builder: Builder
    registry: PluginRegistry
    store: FileAssetStore
    memory: BuildMemory

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of an exported picture."""
        return self.project.output.width, self.project.output.height


class Opener:
    """Opens states of projects from their text.

    Parameters
    ----------
    registry : PluginRegistry
    cache_folder : Path or None
        For imported assets; None is the user's.
    """

    def __init__(self, registry: PluginRegistry, cache_folder: Path | None) -> None:
        self.registry = registry
        self._cache_folder = cache_folder
        self._place: tuple[str, tuple[str, ...]] | None = None
        self._store = FileAssetStore(None, cache_folder=cache_folder)
        self._memory = BuildMemory(model_bytes=_MODEL_BYTES)
        self._read: frozenset[tuple[str, str]] = frozenset()
        self._states: OrderedDict[str, Opened] = OrderedDict()

    def open(self, text: str, folder: str, asset_roots: tuple[str, ...]) -> Opened:
        """Return a state of a project.

        Raises
        ------
        InputError
            It cannot be drawn, or a file that it names is missing or broken; every problem is told.
        """
        if self._place != (folder, asset_roots):
            roots = tuple(Path(root) for root in asset_roots)
            self._store = FileAssetStore(Path(folder), extra_roots=roots, cache_folder=self._cache_folder)
            self._memory = BuildMemory(model_bytes=_MODEL_BYTES)
            self._read = frozenset()
            self._states.clear()
            self._place = (folder, asset_roots)
        found = self._states.get(text)
        if found is None:
            found = self._open(text)
        self._states[text] = found
        self._states.move_to_end(text)
        while len(self._states) > _STATES_KEPT:
            self._states.popitem(last=False)
        return found

    def use(self, grants: Sequence[Grant]) -> None:
        """Use these third-party plugins from now on; what others placed is forgotten, what built-ins built is not."""
        self.registry.use(grants)
        self._states.clear()
        self._memory.forget_groups()

    def _open(self, text: str) -> Opened:
        project = parse_project(text)
        plan = compile_plan(project, self.registry, self._store)
        choose(self.registry, project.output.labels)
        named = file_references(project, self.registry, self._store)
        if not self._read.issuperset(named):
            self._store.preflight(named)  # tells what is wrong with all of them, not with the first that is opened
            self._read = frozenset(named)
        builder = Builder(project, self.registry, self._store, self._memory)
        return Opened(project, plan, builder, self.registry, self._store, self._memory)


@dataclass(frozen=True, eq=False)
class Accepted:
    """The attempt at a sample that an export takes, with the scene at export size.

    Attributes
    ----------
    record : Record or None
        Truth and labels that the rules read, at export size; None where the project has no rules and none was made.
    """

    sample: SceneSample
    scene: Scene
    record: Record | None
    refused: dict[str, int]


def accepted(opened: Opened, renderer: Renderer, index: int, *, truth: bool = False) -> Accepted:
    """Return the attempt at sample `index` that an export takes, without rendering its picture.

    With several views it is the one that the first view of the scene accepts, as in `Producer.produce`.

    Parameters
    ----------
    truth : bool
        Make the record also where no rule needs it.

    Raises
    ------
    AcceptanceError
        No attempt is accepted.
    """
    refused: dict[str, int] = {}
    attempt = 0
    rules = bool(opened.project.acceptance)
    view = index % max(1, len(opened.project.camera.views))
    if view and rules:
        first = accepted(opened, renderer, index - view)
        attempt, refused, rules = first.sample.attempt, first.refused, False
    while True:
        sample = opened.plan.draw(index, attempt)
        scene = opened.builder.build(sample)
        if not rules and not truth:
            return Accepted(sample, scene, None, refused)
        record = truth_record(opened, renderer, sample, scene)
        found = refusals(opened.project, record) if rules else ()
        if not found:
            return Accepted(sample, scene, record, refused)
        for rule in found:
            refused[rule] = refused.get(rule, 0) + 1
        attempt += 1
        if attempt == opened.project.max_attempts:
            raise AcceptanceError(sample, refused)


def truth_record(opened: Opened, renderer: Renderer, sample: SceneSample, scene: Scene) -> Record:
    """Return masks, boxes and visible fractions of a scene, from a truth pass without a picture."""
    request = request_for(choose(opened.registry, RULES_READ), RenderRequest(rgb=False, amodal=False))
    return annotate(renderer.render(scene, request), scene, sample, opened.registry, RULES_READ)
