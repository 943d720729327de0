"""A page of the object studio: one generator, its values with an undo of their own, what is known of its object.

It needs no project and changes none; `add_to` gives the object to one that is open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from psygnal import Signal

from myriorama.app.document.document import Document
from myriorama.app.document.edit import commit
from myriorama.app.inspection.candidates import refusal
from myriorama.app.inspection.naming import readable
from myriorama.app.object_studio.adding import added
from myriorama.app.object_studio.bench import (
    OBJECT,
    bench_project,
    compile_suggested,
    drawn_from,
    starting_values,
    values_of,
    with_values,
)
from myriorama.app.object_studio.looks import Draw, Facts, Shows, Turn, facts_of, object_extent
from myriorama.app.object_studio.pictures import Pictures
from myriorama.app.observable import Observable, Post, Selection
from myriorama.app.preview.frames import Failure, SampleFrame
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.sources import Grant
from myriorama.scenes.drawing.plan import Plan
from myriorama.scenes.errors import InputError, PluginError
from myriorama.scenes.parameters.schema import Parameter
from myriorama.scenes.project.model import Project

DRAWS: Final = 18
TURN_DEG_S: Final = 32.0


class ObjectPage:
    """What a window of the object studio shows.

    Parameters
    ----------
    registry : PluginRegistry
        Describes generators; it runs none here.
    post : callable
        Brings a call to the thread of the models.
    cache_folder : Path or None
        For imported assets; None is the user's.

    Attributes
    ----------
    name : Observable of str
        The generator; empty before one is opened.
    document : Document
        The values, as a project of one object, with a history of its own.
    turn : Observable of Turn
    turning : Observable of bool
        The turntable runs.
    shows : Observable of Shows
    seed : Observable of int
        Of the random draws.
    facts : Observable of Facts or None
    frame : SampleFrame or None
        The last picture of the object.
    failure : Observable of Failure or None
        Why there is no newer picture.
    draws : list of Draw
    opened : signal of ()
        Another object, or other parameters.
    framed : signal of (SampleFrame,)
    draw_changed : signal of (int,)
    draws_changed : signal of ()
        All of them are to be drawn anew.
    pictures : Pictures
    """

    opened = Signal()
    framed = Signal(object)
    draw_changed = Signal(int)
    draws_changed = Signal()

    def __init__(self, registry: PluginRegistry, post: Post, cache_folder: Path | None = None) -> None:
        self.registry = registry
        self.name: Observable[str] = Observable("")
        self.document = Document()
        self.turn: Observable[Turn] = Observable(Turn())
        self.turning: Observable[bool] = Observable(False)
        self.shows: Observable[Shows] = Observable(Shows())
        self.seed: Observable[int] = Observable(0)
        self.facts: Observable[Facts | None] = Observable(None)
        self.failure: Observable[Failure | None] = Observable(None)
        self.frame: SampleFrame | None = None
        self.draws: list[Draw] = []
        self.pictures = Pictures(post, cache_folder)
        self._parameters: tuple[Parameter, ...] = ()
        self._plan: Plan | None = None
        self._rolls = 0
        self._made_ms: tuple[Any, float] = (None, 0.0)
        self._moving = False
        self.pictures.shown.connect(self._on_shown)
        self.pictures.failed.connect(self._on_failed)
        self.pictures.drawn.connect(self._on_drawn)
        self.pictures.draw_failed.connect(self._on_draw_failed)
        self.pictures.idle.connect(self._on_idle)
        self.document.changing.connect(self._on_changing)
        self.document.changed.connect(self._on_changed)
        self.turn.changed.connect(self._on_turned)
        self.shows.changed.connect(self._on_shows)
        self.seed.changed.connect(self.roll_draws, check_nargs=True)

    # -- opening ---------------------------------------------------------------------------------------------------

    def open(
        self,
        name: str,
        values: Mapping[str, Any] | None = None,
        *,
        materials: Mapping[str, Any] | None = None,
        title: str = "",
        folder: Path | None = None,
        roots: Sequence[str] = (),
    ) -> None:
        """Show a generator's object: by its defaults, or by these values.

        Parameters
        ----------
        folder : Path or None
            Where relative references start; None is the current folder.

        Raises
        ------
        PluginError
            There is no such generator.
        """
        project = bench_project(self.registry, name, values, materials=materials, title=title)
        place = folder or Path.cwd()
        self.pictures.set_place(place, tuple(roots))
        self.pictures.forget()
        self.frame = None
        self.facts.set(None)
        self.failure.set(None)
        self.turn.set(Turn())
        self._made_ms = (None, 0.0)
        self._parameters = self.registry.parameters("generator", name)
        self.document.open(project, place)
        self.name.set(name)
        self.opened.emit()
        self.pictures.show(project)
        self.roll_draws()

    def start(self) -> None:
        """Start the process that makes the pictures. Call it on the main thread."""
        self.pictures.start()

    def stop(self) -> None:
        """End the process; values, history and the last pictures stay."""
        self.turning.set(False)
        self.pictures.stop()

    def plugins_changed(self, grants: Sequence[Grant]) -> None:
        """Make everything anew with these third-party plugins: values of parameters that are still there stay."""
        self.pictures.use_plugins(grants)
        project, name = self.document.project, self.name.value
        if project is None:
            return
        if name not in self.registry.names("generator"):
            words = f"{project.name} is made by {name}, which is not installed or not enabled any more"
            self.failure.set(Failure(0, 0, "plugin", words))
            return
        held = values_of(project)
        self._parameters = self.registry.parameters("generator", name)
        usable = {p.name: held[p.name] for p in self._parameters if p.name in held and not refusal(held[p.name], p)}
        group = project.objects[0]
        fresh = bench_project(self.registry, name, usable, materials=group.materials, title=group.name)
        self._made_ms = (None, 0.0)
        if values_of(fresh) != held:  # steps of before would bring back what is not declared any more
            self.document.open(fresh, self.document.folder)
        self.opened.emit()
        self.pictures.show(self.document.project or fresh)
        self.roll_draws()

    # -- values ----------------------------------------------------------------------------------------------------

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """As the generator declared them when it was opened, or last changed."""
        return self._parameters

    @property
    def values(self) -> dict[str, Any]:
        """The values that are shown: those of a drag while there is one."""
        project = self.document.shown
        return values_of(project) if project is not None else {}

    def parameter(self, name: str) -> Parameter:
        """Return a declaration. Raises KeyError where there is none."""
        found = next((p for p in self.parameters if p.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def reason_against(self, name: str, value: Any) -> str:
        """Return why a value is refused; empty where it is not."""
        return refusal(value, self.parameter(name))

    def try_value(self, name: str, value: Any) -> None:
        """Show a value while a hand moves it; one that is refused is not shown."""
        project = self.document.project
        if project is not None and not self.reason_against(name, value):
            self.document.preview(with_values(project, {name: value}))

    def cancel(self) -> None:
        """Take back what was tried."""
        self.document.cancel_preview()

    def set_value(self, name: str, value: Any, *, label: str = "", merge: bool = True) -> str:
        """Make a value a step of the page's history; return why not, where it is refused."""
        project = self.document.project
        if project is None:
            return "no object is open"
        reason = self.reason_against(name, value)
        if reason:
            self.document.cancel_preview()
            return reason
        declaration = self.parameter(name)
        words = label or f"Change {_small(declaration)}"
        self.document.replace(with_values(project, {name: value}), words, merge=f"{OBJECT}/{name}" if merge else "")
        return ""

    def take(self, values: Mapping[str, Any], label: str) -> None:
        """Take several values in one step."""
        project = self.document.project
        if project is not None:
            self.document.replace(with_values(project, values), label)

    def default_of(self, name: str) -> Any:
        """Return the value that `reset` gives."""
        return starting_values((self.parameter(name),))[name]

    def reset(self, name: str) -> None:
        """Let the declared default hold again."""
        words = f"Reset {_small(self.parameter(name))}"
        self.set_value(name, self.default_of(name), label=words, merge=False)

    def reset_all(self) -> None:
        """Let all declared defaults hold again."""
        self.take(starting_values(self.parameters), "Reset all values")

    def roll(self, *names: str) -> None:
        """Draw values anew from what is suggested: those named, or all. The same rolls give the same values."""
        project = self.document.project
        plan = self._suggested_plan()
        if project is None or plan is None:
            return
        self._rolls += 1
        drawn = drawn_from(plan, self._parameters, values_of(project), 10**6 + self._rolls)
        wanted = names or tuple(p.name for p in self.parameters if p.suggested is not None)
        one = f"Roll {_small(self.parameter(names[0]))}" if len(names) == 1 else "Roll values"
        self.take({name: drawn[name] for name in wanted}, one)

    def values_text(self) -> str:
        """Return the values as JSON, as a project's group has them."""
        return json.dumps(self.values, indent=1, ensure_ascii=False)

    def add_to(self, document: Document, registry: PluginRegistry, selection: Selection | None = None) -> str:
        """Add a group with these values to an open project, as one step that can be undone; return its uid.

        Raises
        ------
        ValueError
            No project is open.
        PluginError, InputError
            See `adding.added`.
        """
        project, page = document.project, self.document.project
        if project is None or page is None:
            raise ValueError("there is no open project to add the object to")
        edit = added(project, page, registry)
        commit(edit, document, selection)
        return edit.select[0]

    # -- draws -----------------------------------------------------------------------------------------------------

    def roll_draws(self) -> None:
        """Draw the grid anew under the seed, about the values that hold now."""
        self._plan = None
        self.draws = [Draw(i) for i in range(DRAWS)]
        self.draws_changed.emit()
        self._on_idle()

    def take_draw(self, number: int) -> None:
        """Take the values of a draw."""
        values = self.draws[number].values
        if values is not None:
            self.take(values, f"Take draw {number + 1} of seed {self.seed.value}")

    def _suggested_plan(self) -> Plan | None:
        """Return the plan of the draws, made once for the values that held when they were begun."""
        project = self.document.project
        if self._plan is None and project is not None:
            try:
                self._plan = compile_suggested(self.registry, project, self.seed.value)
            except (InputError, PluginError) as error:
                self.draws = [Draw(d.index, problem=str(error)) for d in self.draws]
                self.draws_changed.emit()
        return self._plan

    def _on_idle(self) -> None:
        """Make the next draw that is missing."""
        number = next((i for i, d in enumerate(self.draws) if not d.done), None)
        project = self.document.project
        if number is None or project is None or not self.pictures.can_draw:
            return
        plan = self._suggested_plan()
        if plan is None:
            return
        draw = self.draws[number]
        if draw.values is None:
            draw = self.draws[number] = Draw(number, drawn_from(plan, self._parameters, values_of(project), number))
        self.pictures.draw(number, with_values(project, draw.values or {}))

    def _on_drawn(self, number: int, frame: SampleFrame) -> None:
        if number < len(self.draws):
            self.draws[number] = Draw(number, self.draws[number].values, frame.rgb, object_extent(frame))
            self.draw_changed.emit(number)

    def _on_draw_failed(self, number: int, failure: Failure) -> None:
        if number < len(self.draws):
            self.draws[number] = Draw(number, self.draws[number].values, problem=failure.message)
            self.draw_changed.emit(number)

    # -- what changes ----------------------------------------------------------------------------------------------

    def _on_changing(self, project: Project | None) -> None:
        if project is not None:
            self.pictures.show(project, moving=project is not self.document.project)

    def _on_changed(self, project: Project) -> None:
        self.pictures.show(project)

    def _on_turned(self, turn: Turn) -> None:
        self.pictures.look(turn, moving=self._moving or self.turning.value)

    def turn_by(self, azimuth_deg: float, elevation_deg: float = 0.0) -> None:
        """Turn the object under a hand: drafts follow, the picture in full comes when it rests."""
        self._look(self.turn.value.turned(azimuth_deg, elevation_deg))

    def zoom_by(self, factor: float) -> None:
        """Come nearer."""
        self._look(self.turn.value.zoomed(factor))

    def look_from(self, turn: Turn, *, at_rest: bool = False) -> None:
        """Look from elsewhere, at once; `at_rest` asks for the picture in full also where one looks so already."""
        if at_rest and turn == self.turn.value:
            self.pictures.look(turn, moving=False)
        self.turn.set(turn)

    def _look(self, turn: Turn) -> None:
        self._moving = True
        self.turn.set(turn)
        self._moving = False

    def _on_shows(self, shows: Shows) -> None:
        self.pictures.set_layers(frozenset({"anatomy", "wire"}) if shows.wire else frozenset({"anatomy"}))

    # -- what comes back -------------------------------------------------------------------------------------------

    def _on_shown(self, frame: SampleFrame) -> None:
        self.frame = frame
        self.failure.set(None)
        key = self.document.shown
        spent = frame.timings_ms.get("draw", 0.0) + frame.timings_ms.get("build", 0.0)
        self._made_ms = (key, max(spent, self._made_ms[1] if self._made_ms[0] is key else 0.0))
        self.facts.set(facts_of(frame, self._made_ms[1]) or self.facts.value)
        self.framed.emit(frame)

    def _on_failed(self, failure: Failure) -> None:
        self.failure.set(failure)


def _small(declaration: Parameter) -> str:
    name = readable(declaration.name, declaration.unit)
    return name[:1].lower() + name[1:]
