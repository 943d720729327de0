"""Any edits in any order: undoing all gives the start, redoing all the end, and each state can be opened again."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from myriorama.app.document import classes, clipboard, edits, retyping
from myriorama.app.document.document import Document
from myriorama.app.document.edit import Edit, commit
from myriorama.app.document.effect_order import in_order
from myriorama.app.document.uids import items
from myriorama.app.finding import example_names, find_project
from myriorama.app.observable import Selection
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.errors import InputError
from myriorama.scenes.parameters.schema import File
from myriorama.scenes.project.check import project_problems
from myriorama.scenes.project.dump import dump_project
from myriorama.scenes.project.load import load_project, parse_project
from myriorama.scenes.project.model import Project

REGISTRY = builtin_registry()
PLUGINS = [(kind, name) for kind in edits.LISTS_OF_KIND for name in REGISTRY.names(kind)]
NUMBERS = st.integers(min_value=0, max_value=10_000)


class Editing(RuleBasedStateMachine):
    """A person who clicks at random."""

    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self.selection = Selection()
        self.states: list[Project] = []
        self.clipboard = ""
        self.seen = 0

    @initialize(which=st.sampled_from(example_names()))
    def open_example(self, which: str) -> None:
        project = load_project(find_project(which)).project
        self.document.open(project, find_project(which).parent)
        self.states = [project]

    def do(self, edit: Edit) -> None:
        before = self.document.history.done
        if self.document.project is not None:
            try:
                in_order(self.document.project, edit, REGISTRY)
            except InputError:
                return  # effects in no possible order: refused, as in the studio
        commit(edit, self.document, self.selection)
        if self.document.history.done > before:
            del self.states[before + 1 :]
            assert self.document.project is not None
            self.states.append(self.document.project)

    def some(self, first: int, count: int) -> list[str]:
        project = self.document.project
        uids = [item.uid for _, item in items(project)] if project else []
        return [uids[(first + 7 * k) % len(uids)] for k in range(count)] if uids else []

    @rule(which=st.sampled_from(PLUGINS))
    def add(self, which: tuple[str, str]) -> None:
        if self.document.project is not None:
            wanted = [p for p in REGISTRY.parameters(*which) if isinstance(p, File) and p.required and not p.suggested]
            values = {p.name: "resource:hdri/city.exr" for p in wanted}
            self.do(edits.add(self.document.project, REGISTRY, *which, values=values))

    @rule(
        first=NUMBERS, count=st.integers(1, 3), what=st.sampled_from(["remove", "duplicate", "off", "on", "up", "down"])
    )
    def change(self, first: int, count: int, what: str) -> None:
        uids, project = self.some(first, count), self.document.project
        if project is None or not uids:
            return
        if what == "remove":
            self.do(edits.remove(project, uids))
        elif what == "duplicate":
            self.do(edits.duplicate(project, uids))
        elif what in ("on", "off"):
            self.do(edits.set_enabled(project, uids, what == "on"))
        else:
            self.do(edits.move_by(project, uids, -1 if what == "up" else 1))

    @rule(first=NUMBERS, place=NUMBERS)
    def move(self, first: int, place: int) -> None:
        project = self.document.project
        for uid in self.some(first, 1) if project else ():
            from_list = next(name for name, item in items(project) if item.uid == uid)
            target = edits.lists_for(from_list)[place % len(edits.lists_for(from_list))]
            self.do(edits.move(project, [uid], target, place % (len(getattr(project, target)) + 1)))

    @rule(first=NUMBERS, count=st.integers(1, 4))
    def copy(self, first: int, count: int) -> None:
        uids = self.some(first, count)
        if uids and self.document.project is not None:
            self.clipboard = clipboard.copied_text(self.document.project, uids)

    @rule(first=NUMBERS)
    def paste(self, first: int) -> None:
        if self.clipboard and self.document.project is not None:
            self.do(clipboard.paste(self.document.project, self.clipboard, behind=(self.some(first, 1) or [""])[0]))

    @rule(first=NUMBERS, name=st.text(max_size=40).filter(str.isprintable))
    def rename(self, first: int, name: str) -> None:
        for uid in self.some(first, 1):
            assert self.document.project is not None
            self.do(edits.rename(self.document.project, uid, name))

    @rule(which=NUMBERS, what=st.sampled_from(["rename", "remove", "add"]))
    def change_class(self, which: int, what: str) -> None:
        project = self.document.project
        if project is None:
            return
        if what == "add":
            self.do(classes.add_class(project))
        elif project.classes and not any(not isinstance(g.class_, str) for g in project.objects):
            name = project.classes[which % len(project.classes)].name
            taken = {row.name for row in project.classes}
            fresh = next(f"c{n}" for n in range(100) if f"c{n}" not in taken)
            self.do(
                classes.rename_class(project, name, fresh) if what == "rename" else classes.remove_class(project, name)
            )

    @rule(first=NUMBERS, name=st.sampled_from(REGISTRY.names("placement")))
    def place(self, first: int, name: str) -> None:
        project = self.document.project
        groups = [g.uid for g in (*project.objects, *project.stage)] if project else []
        if groups:
            self.do(retyping.change_placement(project, REGISTRY, groups[first % len(groups)], name))

    @rule(to=NUMBERS)
    def go_to(self, to: int) -> None:
        self.document.history.go_to(to % (len(self.document.history.labels) + 1))

    @invariant()
    def every_state_is_the_one_that_was_made(self) -> None:
        if self.document.project is None:
            return
        assert self.document.project == self.states[self.document.history.done]
        text = dump_project(self.document.project)
        assert parse_project(text) == self.document.project
        assert project_problems(self.document.project, REGISTRY, None) == []
        assert self.document.dirty == (self.document.project != self.states[0])

    def teardown(self) -> None:
        if self.document.project is None:
            return
        history = self.document.history
        end = len(history.labels)
        history.go_to(end)
        last = self.document.project
        assert last == self.states[-1]
        history.go_to(0)
        assert self.document.project == self.states[0]
        assert not self.document.dirty
        while history.done < end:
            history.redo()
        assert self.document.project == last


TestEditing = Editing.TestCase
TestEditing.settings = settings(
    max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
