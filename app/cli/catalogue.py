"""``list``, ``describe`` and ``schema``: what there is to build a project from. They open no project."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_json, print_rows, wrapped
from myriorama.app.finding import example_names, examples_folder
from myriorama.scenes.errors import InputError, Problem

if TYPE_CHECKING:
    from myriorama.plugins.registry import PluginRegistry
    from myriorama.scenes.parameters.schema import Parameter
    from myriorama.scenes.registry import PluginKind


class Shelf(StrEnum):
    """What can be listed."""

    GENERATORS = "generators"
    PLACEMENTS = "placements"
    ENVIRONMENTS = "environments"
    EFFECTS = "effects"
    ANNOTATORS = "annotators"
    WRITERS = "writers"
    RIGS = "rigs"
    CAMERAS = "cameras"
    EXAMPLES = "examples"


KIND_OF_SHELF: Final[Mapping[Shelf, PluginKind]] = {
    Shelf.GENERATORS: "generator",
    Shelf.PLACEMENTS: "placement",
    Shelf.ENVIRONMENTS: "environment",
    Shelf.EFFECTS: "effect",
    Shelf.ANNOTATORS: "annotator",
    Shelf.WRITERS: "writer",
}
WITHOUT_PARAMETERS: Final = (Shelf.EXAMPLES, Shelf.CAMERAS)
"""Whole projects and whole cameras: what is in them has parameters."""


@dataclass(frozen=True)
class Entry:
    """One thing that can be described.

    Attributes
    ----------
    per_object : tuple of Parameter
        Those that a placement draws for each object.
    traits : mapping
        What an effect says of itself: its stage, and whether it can be drawn anew when a dataset is loaded.
    """

    kind: str
    name: str
    label: str
    help: str
    version: str
    parameters: tuple[Parameter, ...]
    per_object: tuple[Parameter, ...] = ()
    traits: Mapping[str, Any] = field(default_factory=dict)


def list_names(
    shelf: Annotated[Shelf, typer.Argument(metavar="KIND", help=f"One of: {', '.join(s.value for s in Shelf)}.")],
    as_json: JsonOption = False,
) -> int:
    """List what there is of a kind, with a sentence on each."""
    from myriorama.app.extensions.registries import user_registry

    if shelf is Shelf.EXAMPLES:
        rows = [(name, _example_description(name)) for name in example_names()]
    elif shelf is Shelf.CAMERAS:
        from myriorama.app.catalogue.camera_presets import camera_presets

        rows = [(preset.name, preset.help) for preset in camera_presets()]
    else:
        rows = [(entry.name, entry.help or entry.label) for entry in entries(shelf, user_registry())]
    if as_json:
        print_json([{"name": name, "help": text} for name, text in rows])
    else:
        print_rows(("name", "what it is"), rows)
    return ExitCode.OK


def describe(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A name that `list` shows, with its kind where two share it (generator/mug); or lens, or material.",
        ),
    ],
    as_json: JsonOption = False,
) -> int:
    """Show every parameter of a plugin or rig: unit, limits, default and help."""
    found = find_entries(name)
    if as_json:
        print_json([_entry_json(entry) for entry in found])
        return ExitCode.OK
    for number, entry in enumerate(found):
        if number:
            typer.echo("")
        typer.echo(f"{entry.kind} {entry.name}" + (f" ({entry.label})" if entry.label else ""))
        if entry.help:
            typer.echo(wrapped(entry.help))
        if entry.traits:
            again = "; can be drawn anew when a dataset is loaded" if entry.traits["redrawable"] else ""
            typer.echo(f"stage: {entry.traits['stage']}{again}")
        _print_parameters("", entry.parameters)
        if entry.per_object:
            _print_parameters("drawn for each object:", entry.per_object)
    return ExitCode.OK


def schema() -> int:
    """Print the JSON Schema of a project file, with the parameters of every plugin that is shipped or enabled."""
    from myriorama.app.extensions.registries import user_registry
    from myriorama.scenes.project.json_schema import project_schema

    print_json(project_schema(user_registry()))
    return ExitCode.OK


def entries(shelf: Shelf, registry: PluginRegistry | None = None) -> tuple[Entry, ...]:
    """Return everything on a shelf but the examples, sorted by name.

    Parameters
    ----------
    registry : PluginRegistry or None
        None is everything that is shipped.
    """
    if shelf is Shelf.RIGS:
        from myriorama.scenes.cameras.rigs import RIGS

        return tuple(Entry("rig", n, "", RIGS[n].help, "", RIGS[n].parameters) for n in sorted(RIGS))
    if shelf in WITHOUT_PARAMETERS:
        raise ValueError(f"what is on the shelf {shelf.value} has no parameters of its own")
    from myriorama.plugins.registry import builtin_registry

    registry, kind = registry or builtin_registry(), KIND_OF_SHELF[shelf]
    out = []
    for name in registry.names(kind):
        plugin = registry.plugin_class(kind, name)
        per_object = registry.per_object_parameters(name) if kind == "placement" else ()
        told: Any = plugin
        traits = {"stage": told.stage, "redrawable": told.redrawable} if kind == "effect" else {}
        out.append(Entry(kind, name, plugin.label, plugin.help, plugin.version, plugin.parameters, per_object, traits))
    return tuple(out)


def find_entries(name: str) -> tuple[Entry, ...]:
    """Return what `name` (or ``kind/name``) stands for; more than one where kinds share a name.

    Raises
    ------
    InputError
        Nothing has that name; near matches are named.
    """
    kind, _, bare = name.rpartition("/")
    from myriorama.app.extensions.registries import user_registry

    registry = user_registry()
    everything = [entry for shelf in Shelf if shelf not in WITHOUT_PARAMETERS for entry in entries(shelf, registry)]
    everything += parts_of_a_project()
    found = tuple(e for e in everything if e.name == bare and kind in ("", e.kind, e.kind + "s"))
    if not found:
        names = sorted({e.name for e in everything})
        near = difflib.get_close_matches(bare, names, n=3, cutoff=0.5)
        allowed = f"did you mean {' or '.join(near)}?" if near else ", ".join(names)
        raise InputError(Problem("NAME", "nothing has this name", repr(name[:80]), allowed))
    return found


def parts_of_a_project() -> list[Entry]:
    """Return what is no plugin and has parameters all the same: the lens, views, the material and motion."""
    from myriorama.scenes.assembly.motion import MOTION_PARAMETERS
    from myriorama.scenes.cameras.lens import LENS_PARAMETERS
    from myriorama.scenes.cameras.views import VIEW_PARAMETERS
    from myriorama.scenes.materials.spec import MATERIAL_PARAMETERS

    return [
        Entry("part", "lens", "", "The camera's lens, as camera.lens takes it.", "", tuple(LENS_PARAMETERS)),
        Entry("part", "view", "", "A camera of several on the rig, as camera.views take it.", "", VIEW_PARAMETERS),
        Entry("part", "material", "", "A slot's material, as a group's materials take it.", "", MATERIAL_PARAMETERS),
        Entry("part", "motion", "", "How objects move, as a group's motion takes it.", "", MOTION_PARAMETERS),
    ]


def _print_parameters(heading: str, parameters: tuple[Parameter, ...]) -> None:
    from myriorama.app.cli.limits import allowed_values, default_text

    if not parameters:
        typer.echo("" if heading else "It takes no parameters.")
        return
    rows = [(p.name, p.unit, allowed_values(p), default_text(p), p.help) for p in parameters]
    typer.echo("")
    print_rows(("parameter", "unit", "allowed", "default", "help"), rows, title=heading)


def _entry_json(entry: Entry) -> dict[str, object]:
    from myriorama.app.cli.limits import parameter_json

    out: dict[str, object] = {"kind": entry.kind, "name": entry.name, "label": entry.label, "help": entry.help}
    if entry.version:
        out["version"] = entry.version
    out |= entry.traits
    out["parameters"] = [parameter_json(p) for p in entry.parameters]
    if entry.kind == "placement":
        out["per_object"] = [parameter_json(p) for p in entry.per_object]
    return out


def _example_description(name: str) -> str:
    text = (examples_folder() / name / "project.json").read_text(encoding="utf-8")
    return str(json.loads(text).get("description", ""))
