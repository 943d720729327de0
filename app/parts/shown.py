"""Edits of how formats show a project: its class map, and the parts that its datasets are divided into.

It writes no dataset and changes no label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from myriorama.app.conversion.class_map import ShownRow, Uses, shown_rows, with_use
from myriorama.app.document.addresses import CLASSES, OUTPUT
from myriorama.app.document.edit import Edit
from myriorama.app.document.uids import items, title_of
from myriorama.app.inspection.naming import readable
from myriorama.app.pictures.class_looks import ClassLook, class_looks, named
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.selection import ClassUse, Use
from myriorama.plugins.splitting import ALL_OBJECTS, MAX_SALT, PARTS, drawn_paths, starred
from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.assets.store import AssetStore
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.model import ClassUseRow, ObjectGroup, Output, Project, SplitShares
from myriorama.scenes.sample import sample_to_json

_LOOKED_AT: Final = 6
"""Samples that are drawn to see which values there are and which of them vary."""

_UNITS: Final = ("deg", "mm", "px", "ev", "m", "s", "k")


@dataclass(frozen=True)
class DividingValue:
    """A drawn value that datasets may be divided by.

    Attributes
    ----------
    path : str
        As `splitting.drawn_paths` has it.
    title : str
        For people: whose it is, and what.
    word : bool
        It is a word or a file, of which there are few; a number is another one in nearly every sample.
    """

    path: str
    title: str
    word: bool


def class_rows(project: Project) -> tuple[ShownRow, ...]:
    """Return how each class of a project is shown."""
    return shown_rows(_classes(project), uses_of(project))


def looks_of(project: Project | None) -> dict[str, ClassLook]:
    """Return how each class of a project is drawn."""
    return class_looks(class_rows(project)) if project is not None else {}


def names_of(project: Project | None) -> dict[str, str]:
    """Return what each class that is not shown as itself is called: `mug` for a merged cup, or `bowl (ignored)`."""
    called = {name: named(look.name, look.use) for name, look in looks_of(project).items()}
    return {name: other for name, other in called.items() if other != name}


def uses_of(project: Project) -> dict[str, ClassUse]:
    """Return the project's class map."""
    return {name: ClassUse(row.name, row.id, row.use) for name, row in project.output.class_map.items()}


def set_shown(
    project: Project,
    name: str,
    *,
    shown_name: str | None = None,
    shown_id: int | None = None,
    use: Use | None = None,
) -> Edit:
    """Show a class otherwise; see `class_map.with_use` for what is taken and what is refused."""
    changed = with_use(_classes(project), uses_of(project), name, shown_name=shown_name, shown_id=shown_id, use=use)
    what = "Show" if shown_name else "Number" if shown_id else {"ignore": "Ignore", "drop": "Leave out"}.get(use or "")
    return _mapped(project, changed, f"{what or 'Show'} class {name}" + (f" as {shown_name}" if shown_name else ""))


def reset_shown(project: Project) -> Edit:
    """Show every class as itself."""
    return _mapped(project, {}, "Show every class as it is")


def set_shares(project: Project, train: float, val: float, test: float) -> Edit:
    """Divide datasets by these shares.

    Raises
    ------
    InputError
        They are no shares whose sum is 1.
    """
    told = ", ".join(f"{100 * s:g} % {p}" for p, s in zip(PARTS, (train, val, test), strict=True) if s > 0)
    return _split(project, f"Split {told}", train=train, val=val, test=test)


def set_divided_by(project: Project, path: str) -> Edit:
    """Keep samples of one drawn value together; an empty path divides each sample by itself."""
    return _split(project, f"Split by {path}" if path else "Split by sample", by=path)


def set_salt(project: Project, salt: str) -> Edit:
    """Divide datasets otherwise into the same shares.

    Raises
    ------
    InputError
        The text is too long.
    """
    if len(salt) > MAX_SALT:
        told = f"a text of {len(salt)} characters"
        raise InputError(Problem("output.split.salt", "this is too long", told, f"up to {MAX_SALT} characters"))
    return _split(project, f"Salt the split with {salt}" if salt else "Split without a salt", salt=salt)


def dividing_values(
    project: Project, registry: PluginRegistry, store: AssetStore | None = None
) -> tuple[DividingValue, ...]:
    """Return the drawn values that every sample has and that vary, words and files first.

    A few samples are drawn for it, with the files that they name looked up in `store`; nothing is rendered.

    Raises
    ------
    InputError
        The project cannot be drawn.
    """
    plan = compile_plan(project, registry, store)
    records = [{"drawn": sample_to_json(plan.draw(index))} for index in range(_LOOKED_AT)]
    return dividing_of(records, titles_of(project))


def dividing_of(records: Sequence[Any], titles: Mapping[str, str]) -> tuple[DividingValue, ...]:
    """Return what `dividing_values` does, from stored records; `titles` has the name of each uid."""
    drawn = [drawn_paths(record) for record in records]
    out = []
    for path in drawn[0] if drawn else ():
        values = [found[path] for found in drawn if path in found]
        if len(values) == len(drawn) and any(value != values[0] for value in values):
            word = _is_word(values[0]) or path.endswith("/count")
            out.append(DividingValue(path, _title(path, titles), word))
    return tuple(sorted((*_of_all_objects(drawn, titles), *out), key=lambda value: not value.word))


def _of_all_objects(drawn: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> Iterator[DividingValue]:
    """Yield the values that all objects of a group have and of which several share one: words, files, few numbers."""
    gathered: dict[str, list[Any]] = {}
    several: set[str] = set()
    for found in drawn:
        times = Counter(path for path in map(starred, found) if ALL_OBJECTS in path)
        several |= {path for path, count in times.items() if count > 1}
        for path, value in found.items():
            gathered.setdefault(starred(path), []).append(value)
    for path in sorted(several):
        values = gathered[path]
        kinds = len(set(map(repr, values)))
        shared = 2 * kinds <= len(values) if not _is_word(values[0]) else not isinstance(values[0], bool)
        if kinds > 1 and shared:
            yield DividingValue(path, _title(path, titles), word=True)


def _is_word(value: Any) -> bool:
    return isinstance(value, str | bool) or hasattr(value, "keys")


def titles_of(project: Project) -> dict[str, str]:
    """Return what the owner of each drawn value is called."""
    out = {project.camera.rig.uid: "Camera", "lens": "Lens"}
    out |= {view.uid: f"View {view.name}" for view in project.camera.views}
    for _, item in items(project):
        out[item.uid] = title_of(item)
        if isinstance(item, ObjectGroup):
            out[item.placement.uid] = f"{title_of(item)}, placement"
    return out


def in_words(shares: tuple[float, float, float], by: str, title: str = "") -> str:
    """Return what a split means, in one or two sentences."""
    told = [f"{100 * share:.3g} % {part}" for part, share in zip(PARTS, shares, strict=True) if share > 0]
    if len(told) == 1:
        return f"Not divided: every sample is in {told[0].partition('% ')[2]}."
    listed = f"{', '.join(told[:-1])} and {told[-1]}"
    if ALL_OBJECTS in by:
        return (
            f"About {listed} of the values of {title or by}: one held-out object holds its whole picture out, "
            "so no object that is tested was ever trained on. With many objects a picture, few are for training."
        )
    if not by:
        return f"About {listed}. Each sample keeps its part when more are made."
    return (
        f"About {listed} of the values of {title or by}: samples that share one share a part, "
        "so what is tested was never trained on."
    )


def _title(path: str, titles: Mapping[str, str]) -> str:
    uid, _, rest = path.partition("/")
    number, _, name = rest.rpartition("/")
    told = f" {int(number) + 1}" if number.isdecimal() else ", every one" if number == "*" else f" {number}"
    owner = titles.get(uid, uid) + (told if number else "")
    unit = next((u for u in _UNITS if name.endswith(f"_{u}")), "")
    return f"{owner} · {readable(name, unit)}"


def _classes(project: Project) -> tuple[SceneClass, ...]:
    return tuple(SceneClass(c.id, c.name, c.supercategory, c.color, c.kind) for c in project.classes)


def _mapped(project: Project, uses: Uses, label: str) -> Edit:
    rows = {name: ClassUseRow(name=use.name, id=use.id, use=use.use) for name, use in uses.items()}
    return Edit(_with(project, class_map=rows), label, (CLASSES,))


def _split(project: Project, label: str, **fields: Any) -> Edit:
    try:
        made = SplitShares.model_validate({**project.output.split.__dict__, **fields})
    except ValidationError as error:
        raise InputError(Problem("output.split", "shares from 0 to 1 whose sum is 1")) from error
    return Edit(_with(project, split=made), label, (OUTPUT,))


def _with(project: Project, **fields: Any) -> Project:
    output = Output.model_validate({**project.output.__dict__, **fields})
    return project.model_copy(update={"output": output})
