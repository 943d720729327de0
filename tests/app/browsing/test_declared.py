"""Every value that varies is found under the name that its draws have, and the real draws fit its reference."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.browsing.columns import value_column
from myriorama.app.browsing.declared import Declarations, DeclaredNow
from myriorama.app.browsing.histograms import agreement_of_numbers, agreement_of_words
from myriorama.app.document.document import Document
from myriorama.app.finding import example_names, find_project
from myriorama.app.preview.drawn import drawn_values
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.project.load import load_project


@pytest.mark.parametrize("example", example_names())
def test_what_is_drawn_fits_what_is_declared(example: str) -> None:
    registry = builtin_registry()
    loaded = load_project(find_project(example))
    declarations = Declarations(loaded.project, registry)
    plan = compile_plan(loaded.project, registry, FileAssetStore(loaded.folder))
    drawn: dict[str, list[object]] = {}
    for index in range(0, 150 * declarations.views, declarations.views):
        told: set[str] = set()
        for path, value in drawn_values(plan.draw(index), registry).items():
            column = value_column(path)
            declared = declarations.varying.get(column)
            if declared is None or declared.scope != "sample" or column not in told:  # else it is one draw, told often
                drawn.setdefault(column, []).append(value)
            told.add(column)
    assert set(declarations.varying) <= set(drawn)
    assert set(drawn) <= set(declarations.names)
    compared, off = 0, []
    for column, declared in declarations.varying.items():
        reference = declarations.reference(column)
        values = drawn[column]
        if reference.numbers is not None:
            assert declared.support is None or declared.support[0] <= reference.numbers[0]
            found = agreement_of_numbers(np.array(values, dtype=np.float64), reference.numbers)
        elif reference.shares is not None:
            words = [str(v).lower() if isinstance(v, bool) else str(v) or "(none)" for v in values]
            found = agreement_of_words(Counter(words), reference.shares)
        else:
            continue
        compared += 1
        off += [column] if found.word == "off" else []
    assert compared >= 5
    assert len(off) <= 1, f"p = 0.001 each: {off}"


def test_they_follow_the_document() -> None:
    document, registry = Document(), builtin_registry()
    now = DeclaredNow(document, registry)
    assert now.declarations() is None
    assert now.names() == {}
    loaded = load_project(find_project("first_light"))
    document.open(loaded.project, loaded.folder, loaded.path)
    first = now.declarations()
    assert first is now.declarations()
    document.replace(loaded.project.model_copy(update={"seed": 99}), "Change seed")
    assert now.declarations() is not first
