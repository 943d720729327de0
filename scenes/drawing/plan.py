"""Draws samples of a project. A plan is compiled once; each draw then is a pure function of index and attempt.

It builds no mesh and finds no place for an object: what it returns are the numbers of the recipe.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from myriorama.scenes.assets.store import AssetStore
from myriorama.scenes.drawing.batch import Batch
from myriorama.scenes.drawing.cells import Cell, Entry
from myriorama.scenes.drawing.compile import MAX_OBJECTS, Compiled, compile_project
from myriorama.scenes.drawing.links import Link
from myriorama.scenes.drawing.owners import Shipped
from myriorama.scenes.errors import Problem, ProjectError
from myriorama.scenes.parameters.expressions import ExpressionError, Reference
from myriorama.scenes.parameters.fit import ComputedValueError, check_computed, normalised
from myriorama.scenes.parameters.schema import File, Scope
from myriorama.scenes.project.dump import project_hash
from myriorama.scenes.project.model import Node, ObjectGroup, Project
from myriorama.scenes.project.structure import structure_problems
from myriorama.scenes.registry import Registry
from myriorama.scenes.sample import (
    GroupSample,
    MemberSample,
    NodeSample,
    SceneSample,
    ViewSample,
    sample_key,
    sample_to_json,
)

MAX_INDEX: Final = 2**63


def compile_plan(
    project: Project, registry: Registry, store: AssetStore | None = None, shipped: Shipped | None = None
) -> Plan:
    """Hold a project against its plugins' declarations and make it ready to be drawn.

    Parameters
    ----------
    store : AssetStore or None
        None: file references are kept unchecked and folders are refused.
    shipped : Shipped or None
        Declarations of rigs, lens and materials; None means the built-in ones.

    Raises
    ------
    ProjectError
        With every problem found.
    """
    problems = structure_problems(project.model_dump(by_alias=True))
    compiled, more = compile_project(project, registry, store, shipped)
    problems += [p for p in more if p not in problems]
    if problems:
        raise ProjectError(problems)
    return Plan(project, compiled)


class Plan:
    """A project, ready to be drawn. Made by `compile_plan`; holds no state that drawing changes."""

    def __init__(self, project: Project, compiled: Compiled) -> None:
        self.project = project
        self.project_hash = project_hash(project)
        self._compiled = compiled
        self._groups = (*project.stage, *project.objects)
        self._on = [group.enabled for group in self._groups]
        self._dataset, self._sample, self._object = (
            Batch(project.seed, self._drawn(scope)) for scope in ("dataset", "sample", "object")
        )
        self._links = {
            scope: tuple(link for link in compiled.links if (link.scope == "object") == (scope == "object"))
            for scope in ("sample", "object")
        }
        self._object_groups = np.array([cell.group for cell in self._object.cells], dtype=np.intp)
        self._entries = {
            (key, per_object): {name: entry for name, entry in entries.items() if self._per_object(entry) == per_object}
            for key, entries in compiled.entries.items()
            for per_object in (False, True)
        }
        constants: list[Any] = [cell.constant for cell in compiled.cells]
        self._fill(constants, self._dataset, 0, 0)
        self._constants = tuple(constants)

    def _drawn(self, scope: Scope) -> list[tuple[int, Cell]]:
        """Return the cells that draw words in a scope: all but constants, and links that are always used."""
        return [
            (i, cell)
            for i, cell in enumerate(self._compiled.cells)
            if i in self._compiled.needed
            and cell.written is not None
            and cell.scope == scope
            and (cell.linked is None or cell.written.chance < 1.0)
            and (scope != "object" or self._on[cell.group])
        ]

    def _fill(self, slots: list[Any], batch: Batch, index: int, attempt: int) -> None:
        ones = np.ones(len(batch.cells), dtype=np.intp)
        found = batch.draw(index, attempt, ones)
        for number, cell, values in zip(batch.numbers, batch.cells, found, strict=True):
            slots[number] = self._opened(cell, values[0])

    def _opened(self, cell: Cell, value: Any) -> Any:
        return self._compiled.files.drawn(value, cell.place) if isinstance(cell.declaration, File) else value

    def draw(self, index: int, attempt: int = 0) -> SceneSample:
        """Return the sample of an index.

        Where several cameras are mounted on the rig, an index counts pictures: the views of one scene follow each
        other, and all that is drawn hangs on the scene's number.

        Parameters
        ----------
        index : int
            From 0.
        attempt : int
            How many earlier draws of this index were refused; each gives other values of scope sample and object.

        Raises
        ------
        ProjectError
            A computed value leaves its limits or divides by zero, or a drawn direction has no length.
        ValueError
            Index or attempt is negative or 2**63 and more.
        """
        if not 0 <= index < MAX_INDEX or not 0 <= attempt < MAX_INDEX:
            raise ValueError(f"index and attempt lie in [0, 2**63), not {index}, {attempt}")
        scene = index // max(1, len(self.project.camera.views))
        where = f"in sample {index}" + (f", attempt {attempt}" if attempt else "")
        slots = self._of_the_sample(scene, attempt, where)
        counts = self._counts(slots, where)
        self._draw_objects(slots, scene, attempt, counts, where)
        return self._assembled(slots, index, attempt, counts, where)

    def values_of(
        self, names: Mapping[str, Collection[str]], index: int, attempt: int = 0
    ) -> dict[str, dict[str, Any]]:
        """Return what `draw` gives for some parameters alone, by owner's key and name; none may be an object's own."""
        where = f"in sample {index}" + (f", attempt {attempt}" if attempt else "")
        slots = self._of_the_sample(index // max(1, len(self.project.camera.views)), attempt, where)
        return {
            key: {name: self._columns(self._entries[key, False][name], slots, 1, where)[0] for name in wanted}
            for key, wanted in names.items()
        }

    def _of_the_sample(self, scene: int, attempt: int, where: str) -> list[Any]:
        """Return the slots with everything that is no object's own."""
        slots = list(self._constants)
        self._fill(slots, self._sample, scene, attempt)
        for link in self._links["sample"]:
            # Of a link's cell the slot so far says whether it is used at all.
            slots[link.cell] = self._computed(link, slots, slots[link.cell] is not False, -1, where)
        return slots

    def _counts(self, slots: list[Any], where: str) -> list[int]:
        counts = []
        for group, on in zip(self._groups, self._on, strict=True):
            entry = self._compiled.entries[f"{group.uid}/count"]["count"]
            counts.append(int(slots[entry.cells[0]]) if on else 0)
        if sum(counts) > MAX_OBJECTS:
            message = f"the groups together ask for too many objects {where}"
            raise ProjectError(Problem("objects", message, str(sum(counts)), f"at most {MAX_OBJECTS}"))
        return counts

    def _draw_objects(self, slots: list[Any], index: int, attempt: int, counts: list[int], where: str) -> None:
        repeats = np.array(counts, dtype=np.intp)[self._object_groups]
        found = self._object.draw(index, attempt, repeats)
        for number, cell, values in zip(self._object.numbers, self._object.cells, found, strict=True):
            slots[number] = [self._opened(cell, v) for v in values] if isinstance(cell.declaration, File) else values
        for link in self._links["object"]:
            group = self._compiled.cells[link.cell].group
            used = slots[link.cell]
            slots[link.cell] = [
                self._computed(link, slots, not isinstance(used, list) or used[number], number, where)
                for number in range(counts[group])
            ]

    def _computed(self, link: Link, slots: list[Any], used: bool, number: int, where: str) -> Any:
        cell = self._compiled.cells[link.cell]
        if not used:
            return cell.otherwise
        if number >= 0:
            where = f"{where}, object {number}"

        def lookup(reference: Reference) -> float:
            target = link.names[reference]
            value = slots[target]
            if self._compiled.scopes[target] == "object":
                value = value[number]
            if value is None:
                raise ExpressionError(f"{reference} has no value")
            return float(value)

        try:
            value = link.expression.evaluate(lookup)
            return check_computed(value, cell.declaration, cell.place, where)
        except ExpressionError as error:
            text = f'"{link.expression.text}"'
            message = f"{error} {where}"
            raise ProjectError(Problem(f"{cell.place}.linked", message, text, "an expression with a value")) from error
        except ComputedValueError as error:
            raise ProjectError(error.problem) from error

    def _assembled(self, slots: list[Any], index: int, attempt: int, counts: list[int], where: str) -> SceneSample:
        project = self.project
        groups = [
            self._group(group, count, slots, where) if on else None
            for group, count, on in zip(self._groups, counts, self._on, strict=True)
        ]
        stage = len(project.stage)

        def nodes(listed: tuple[Node, ...]) -> tuple[NodeSample, ...]:
            return tuple(self._node(node, slots, where) for node in listed if node.enabled)

        sample = SceneSample(
            key="",
            project_hash=self.project_hash,
            seed=project.seed,
            index=index,
            attempt=attempt,
            rig=self._node(project.camera.rig, slots, where),
            lens=self._single(f"{project.camera.uid}/lens", slots, where),
            environment=nodes(project.environment),
            lights=nodes(project.lights),
            stage=tuple(g for g in groups[:stage] if g is not None),
            objects=tuple(g for g in groups[stage:] if g is not None),
            effects=nodes(project.effects),
            views=tuple(ViewSample(v.uid, v.name, self._single(v.uid, slots, where)) for v in project.camera.views),
        )
        return replace(sample, key=sample_key(sample_to_json(sample)))

    def _node(self, node: Node, slots: list[Any], where: str) -> NodeSample:
        return NodeSample(node.uid, node.type, node.name, self._single(node.uid, slots, where), node.class_)

    def _per_object(self, entry: Entry) -> bool:
        return any(self._compiled.cells[n].per_object for n in entry.cells)

    def _single(self, key: str, slots: list[Any], where: str) -> dict[str, Any]:
        """Return the values of an owner that has one of each."""
        found = self._entries[key, False]
        return {name: self._columns(entry, slots, 1, where)[0] for name, entry in found.items()}

    def _group(self, group: ObjectGroup, count: int, slots: list[Any], where: str) -> GroupSample:
        def rows(key: str) -> list[dict[str, Any]]:
            entries = self._entries[key, True]
            columns = [self._columns(entry, slots, count, where) for entry in entries.values()]
            return [dict(zip(entries, row, strict=True)) for row in zip(*columns, strict=True)] or [{}] * count

        values, placed = rows(group.uid), rows(group.placement.uid)
        slotted = {slot: rows(f"{group.uid}/materials/{slot}") for slot in group.materials}
        moving = rows(f"{group.uid}/motion") if group.motion else [{}] * count
        members = tuple(
            MemberSample(i, values[i], {slot: found[i] for slot, found in slotted.items()}, placed[i], moving[i])
            for i in range(count)
        )
        class_spec = group.class_ if isinstance(group.class_, str) else group.class_.model_dump()
        placement = self._node(group.placement, slots, where)
        return GroupSample(group.uid, group.type, group.name, class_spec, members, placement)

    def _columns(self, entry: Entry, slots: list[Any], count: int, where: str) -> list[Any]:
        """Return the value of one parameter for each of `count` objects."""
        scopes = self._compiled.scopes
        columns = [slots[n] if scopes[n] == "object" else [slots[n]] * count for n in entry.cells]
        if not entry.is_list:
            return columns[0]
        joined: list[Any] = list(zip(*columns, strict=True))
        if entry.unit_length:
            for i, value in enumerate(joined):
                unit_vector = normalised(value)
                if unit_vector is None:
                    message = f"the drawn {entry.name} has no length {where}"
                    raise ProjectError(Problem(entry.place, message, str(list(value)), "numbers that are not all 0"))
                joined[i] = unit_vector
        return joined
