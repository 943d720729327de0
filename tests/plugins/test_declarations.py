"""Every declaration that is shipped: its default and its suggestion are values that it accepts itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.drawing.cells import CellMaker
from myriorama.scenes.drawing.files import Files
from myriorama.scenes.drawing.owners import TAKEN_NAMES, Owner, shipped_declarations
from myriorama.scenes.parameters.schema import File, Parameter, by_name


def tables() -> Iterator[tuple[str, tuple[Parameter, ...]]]:
    registry, shipped = builtin_registry(), shipped_declarations()
    for kind in ("generator", "placement", "environment", "effect"):
        for name in registry.names(kind):
            yield f"{kind} {name}", registry.parameters(kind, name)
            if kind == "placement":
                wide, each = registry.parameters(kind, name), registry.per_object_parameters(name)
                yield f"{kind} {name}, per object", (*wide, *each)
    yield from ((f"rig {name}", declared) for name, declared in shipped.rigs.items())
    yield "lens", shipped.lens
    yield "material", shipped.material


TABLES = dict(tables())


@pytest.mark.parametrize("title", TABLES)
def test_defaults_and_suggestions_are_accepted(title: str) -> None:
    declared = by_name(TABLES[title])
    suggested = {name: p.suggested for name, p in declared.items() if p.suggested is not None}
    named = {name: "some.file" for name, p in declared.items() if isinstance(p, File) and p.required}
    for written in (named, {**named, **suggested}):
        maker = CellMaker(Files(None))
        maker.add(Owner("x", "x", "@x", "parameters", title, written, per_object=tuple(declared.values())))
        assert [str(problem) for _, problem in maker.problems] == []


@pytest.mark.parametrize("title", [t for t in TABLES if t.startswith("generator")])
def test_no_generator_takes_a_word_of_the_group(title: str) -> None:
    assert {p.name for p in TABLES[title]}.isdisjoint(TAKEN_NAMES)
