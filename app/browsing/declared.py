"""What a project declares for its drawn values, by column: names for people, and what the real sampler gives.

Compiling reads declarations alone; nothing of a sample is drawn or built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np

from myriorama.app.browsing.columns import ValueName
from myriorama.app.document.document import Document
from myriorama.app.inspection.naming import axis_name, readable
from myriorama.app.preview.drawn import hex_color
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.conventions import F64
from myriorama.scenes.drawing.batch import Batch
from myriorama.scenes.drawing.cells import Cell
from myriorama.scenes.drawing.compile import Compiled, compile_project
from myriorama.scenes.parameters import distributions as d
from myriorama.scenes.parameters.schema import Color, Direction, Parameter, Rotation, Scope
from myriorama.scenes.project.model import Project

REFERENCE_DRAWS: Final = 4000
_BEYOND: Final = 2**40
"""An index that no sample has, so that the reference is not made of the very draws it is held against."""
_MAX_WORDS: Final = 64
_NAMED: Final = "project/"


@dataclass(frozen=True)
class Declared:
    """A value that varies.

    Attributes
    ----------
    column : str
        Of the facts table.
    owner : str
        Uid of the node or group.
    scope : str
        ``object``: each object its own; ``sample``: all objects of a sample alike.
    support : (float, float) or None
        Lowest and highest number.
    computed : bool
        It follows from other values, so nothing is declared of it alone.
    """

    column: str
    name: ValueName
    owner: str
    kind: Literal["number", "word", "color"]
    scope: Scope
    support: tuple[float, float] | None
    computed: bool
    cell: Cell = field(compare=False, repr=False)
    component: int | None = None


@dataclass(frozen=True, eq=False)
class Reference:
    """What the real sampler gives, many times over: sorted numbers, or words with their shares."""

    numbers: F64 | None = None
    shares: Mapping[str, float] | None = None


class Declarations:
    """The drawn values of one project.

    Parameters
    ----------
    project : Project
        May have problems: what cannot be compiled is left out.
    """

    def __init__(self, project: Project, registry: PluginRegistry) -> None:
        compiled, _ = compile_project(project, registry)
        owners = _owner_names(project)
        self._seed = project.seed
        self.views = max(1, len(project.camera.views))
        """Pictures of one scene: they share its draws."""
        self._references: dict[str, Reference] = {}
        self.names: Mapping[str, ValueName] = dict(_names(compiled, owners, registry))
        self.varying: Mapping[str, Declared] = {
            found.column: found
            for cell in compiled.cells
            if cell.written is not None and cell.enabled and cell.scope != "dataset" and not _is_named(cell)
            for found in _declared(cell, owners)
        }

    def reference(self, column: str) -> Reference:
        """Return what the sampler gives for a varying column; empty where it is computed or a file of a folder."""
        if column not in self._references:
            self._references[column] = self._draw(self.varying[column])
        return self._references[column]

    def _draw(self, declared: Declared) -> Reference:
        cell = declared.cell
        if declared.computed or cell.written is None or isinstance(cell.written.distribution, d.Folder):
            return Reference()
        batch = Batch(self._seed, [(0, cell)])
        values = batch.draw(_BEYOND, 0, np.array([REFERENCE_DRAWS], dtype=np.intp))[0]
        if declared.component is not None:
            values = [v[declared.component] for v in values]
        if declared.kind == "number":
            return Reference(numbers=np.sort(np.array(values, dtype=np.float64)))
        words = [_word(v, declared.kind) for v in values]
        found, counts = np.unique(np.array(words, dtype=object), return_counts=True)
        if len(found) > _MAX_WORDS:
            return Reference()
        return Reference(shares={str(w): float(n) / len(words) for w, n in zip(found, counts, strict=True)})


class DeclaredNow:
    """The declarations of whatever is open, compiled again only when they are asked for after a change."""

    def __init__(self, document: Document, registry: PluginRegistry) -> None:
        self._document = document
        self._registry = registry
        self._held: tuple[Project, Declarations] | None = None

    def declarations(self) -> Declarations | None:
        """Return what the open project declares; None where nothing is open."""
        project = self._document.project
        if project is None:
            return None
        if self._held is None or self._held[0] is not project:
            self._held = (project, Declarations(project, self._registry))
        return self._held[1]

    def forget(self) -> None:
        """Compile again when next asked: the plugins are others."""
        self._held = None

    def names(self) -> Mapping[str, ValueName]:
        """Return how people call the drawn values, by column, in the project's order."""
        found = self.declarations()
        return found.names if found is not None else {}


def _word(value: Any, kind: str) -> str:
    if kind == "color":
        return hex_color(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return str(value.get("file", ""))
    return str(value) if value not in (None, "") else "(none)"


def _is_named(cell: Cell) -> bool:
    """Tell whether it is one of the project's named values: a recipe holds what they lead to, not themselves."""
    return cell.path.startswith(_NAMED)


def _declared(cell: Cell, owners: Mapping[str, str]) -> list[Declared]:
    assert cell.written is not None
    declaration = cell.declaration
    found = cell.written.distribution
    column = f"value:{cell.path}"
    owner = cell.path.partition("/")[0]
    computed = cell.linked is not None
    if isinstance(declaration, Color):
        return [Declared(column, _name(cell.path, declaration, owners), owner, "color", cell.scope, None, False, cell)]
    if isinstance(declaration, Direction | Rotation):
        size = 3 if isinstance(declaration, Direction) else 4
        parts = [(i, _name(f"{cell.path}/{i}", declaration, owners)) for i in range(size)]
        return [
            Declared(f"{column}/{i}", name, owner, "number", cell.scope, (-1.0, 1.0), False, cell, i)
            for i, name in parts
        ]
    kind: Literal["number", "word"] = "number" if declaration.kind in ("float", "int") else "word"
    support = found.support() if kind == "number" else None
    if support is not None and cell.written.chance < 1.0 and isinstance(cell.otherwise, int | float):
        support = min(support[0], cell.otherwise), max(support[1], cell.otherwise)
    return [Declared(column, _name(cell.path, declaration, owners), owner, kind, cell.scope, support, computed, cell)]


def _names(compiled: Compiled, owners: Mapping[str, str], registry: PluginRegistry) -> list[tuple[str, ValueName]]:
    out = []
    for cell in compiled.cells:
        out.append((f"value:{cell.path}", _name(cell.path, cell.declaration, owners)))
        size = getattr(cell.declaration, "size", 0) or {"direction": 3, "rotation": 4}.get(cell.declaration.kind, 0)
        out += [
            (f"value:{cell.path}/{i}", _name(f"{cell.path}/{i}", cell.declaration, owners))
            for i in range(size)
            if not cell.path.rpartition("/")[2].isdecimal()
        ]
    return out


def _name(path: str, declaration: Parameter, owners: Mapping[str, str]) -> ValueName:
    owner, _, rest = path.partition("/")
    words = readable(declaration.name, declaration.unit)
    parts = rest.split("/")
    if parts[0] == "materials":
        words = f"{parts[1]} {words.lower()}" if parts[1] != "*" else f"material {words.lower()}"
    if parts[-1].isdecimal():
        words += f" {axis_name(declaration, int(parts[-1]))}"
    return ValueName(f"{owners.get(owner, owner)}: {words[:1].lower()}{words[1:]}", declaration.unit)


def _owner_names(project: Project) -> dict[str, str]:
    camera = project.camera
    names = {camera.uid: "Camera", camera.rig.uid: "Camera", "project": "Project"}
    names |= {view.uid: f"View {view.name}" for view in camera.views}
    for node in (*project.environment, *project.lights, *project.effects):
        names[node.uid] = node.name or node.type.replace("_", " ").capitalize()
    for group in (*project.stage, *project.objects):
        title = group.name or group.type.replace("_", " ").capitalize()
        names[group.uid] = title
        names[group.placement.uid] = f"{title}, placement"
    return names
