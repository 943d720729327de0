"""Which samples an export leaves out: those whose recipe, as it would be drawn now, was rejected.

It renders nothing. A sample whose judgment is stale is not left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.browsing.table import FactsTable
from myriorama.app.judging.judgments import Judgment
from myriorama.app.judging.recipes import recipe_hash
from myriorama.scenes.assets.store import AssetStore
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import ProjectError
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import Registry

if TYPE_CHECKING:
    from myriorama.app.studio import Studio  # the studio holds what is judged here


def rejected_recipes(judgments: Mapping[str, Judgment], count: int) -> dict[int, frozenset[str]]:
    """Return the rejected recipe hashes of the samples 0..count-1, by sample: a recipe belongs to one sample only."""
    out: dict[int, set[str]] = {}
    for recipe, judgment in judgments.items():
        if judgment.flag == "reject" and judgment.index < count:
            out.setdefault(judgment.index, set()).add(recipe)
    return {index: frozenset(recipes) for index, recipes in out.items()}


def rejected_indices(studio: Studio, count: int) -> tuple[int, ...]:
    """Return which of the samples 0..count-1 the person has rejected, as they would be drawn now.

    What the facts at hand do not tell is drawn here, about two milliseconds a sample: with many of those, give
    `rejected_by_drawing` to a thread or process instead.

    Raises
    ------
    ProjectError
        The project cannot be drawn.
    """
    judgments = studio.judgments.all
    rejected, unsure = rejected_by_facts(judgments, studio.table, count)
    project = studio.document.project
    if unsure and project is not None:
        recipes = rejected_recipes(judgments, count)
        roots = [Path(root) for root in studio.settings.value.asset_roots]
        store = FileAssetStore(studio.document.folder, roots)
        rejected.update(rejected_by_drawing(project, studio.registry, store, {i: recipes[i] for i in unsure}))
    return tuple(sorted(rejected))


def rejected_by_facts(judgments: Mapping[str, Judgment], table: FactsTable, count: int) -> tuple[set[int], set[int]]:
    """Return (rejected, unsure) of the samples 0..count-1, as far as the facts at hand tell.

    Unsure are those with a rejected recipe and no facts of the project as it is; `rejected_by_drawing` settles them.
    """
    rejected: set[int] = set()
    unsure: set[int] = set()
    for index, recipes in rejected_recipes(judgments, count).items():
        known = table.recipe_hash(index)
        if not known or table.is_stale(index):
            unsure.add(index)
        elif known in recipes:
            rejected.add(index)
    return rejected, unsure


def rejected_by_drawing(
    project: Project,
    registry: Registry,
    store: AssetStore | None,
    recipes: Mapping[int, frozenset[str]],
) -> tuple[int, ...]:
    """Return the samples that would be drawn with one of their rejected recipes.

    A draw takes about two milliseconds, so for many samples this belongs into a process or thread of its own. Where
    acceptance rules make several attempts at a sample, one of the rejected recipes counts whichever attempt gives it:
    which attempt is accepted is only known once it was rendered.

    Parameters
    ----------
    store : AssetStore or None
        A recipe names a file by its content, so without the project's store no recipe with a file is found.
    recipes : mapping
        Sample -> rejected recipe hashes; see `rejected_recipes`.

    Raises
    ------
    ProjectError
        The project cannot be drawn.
    """
    if not recipes:
        return ()
    plan = compile_plan(project, registry, store)
    attempts = project.max_attempts if project.acceptance else 1
    out: list[int] = []
    for index, rejected in sorted(recipes.items()):
        for attempt in range(attempts):
            try:
                drawn = plan.draw(index, attempt)
            except ProjectError:
                break  # it fails in the export as well, and is told of there
            if recipe_hash(drawn) in rejected:
                out.append(index)
                break
    return tuple(out)
