"""Which samples are left out: by recipes as they are drawn, not by number alone."""

from __future__ import annotations

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.document.history import History
from myriorama.app.finding import find_project
from myriorama.app.judging.judgments import Judgments
from myriorama.app.judging.recipes import recipe_hash
from myriorama.app.judging.rejected import rejected_by_drawing, rejected_recipes
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.project.load import load_project


def test_rejected_recipes_are_found_again_and_stale_ones_are_not() -> None:
    loaded = load_project(find_project("mugs_on_conveyor"))
    registry, store = builtin_registry(), FileAssetStore(loaded.folder)
    plan = compile_plan(loaded.project, registry, store)
    judgments = Judgments(History())
    named = {i: recipe_hash(plan.draw(i)) for i in range(6)}
    judgments.judge([(named[1], 1), (named[4], 4)], "Reject", flag="reject")
    judgments.judge([("0" * 16, 2)], "Reject", flag="reject")  # of a recipe that is no more
    judgments.judge([(named[3], 3)], "Pick", flag="pick")
    recipes = rejected_recipes(judgments.all, 6)
    assert set(recipes) == {1, 2, 4}
    assert rejected_by_drawing(loaded.project, registry, store, recipes) == (1, 4)
    assert rejected_by_drawing(loaded.project, registry, store, rejected_recipes(judgments.all, 3)) == (1,)
    reseeded = loaded.project.model_copy(update={"seed": 12345})
    assert rejected_by_drawing(reseeded, registry, store, recipes) == ()


def test_a_recipe_outlives_names_and_descriptions_and_nothing_else() -> None:
    loaded = load_project(find_project("mugs_on_conveyor"))
    registry, store = builtin_registry(), FileAssetStore(loaded.folder)
    project = loaded.project
    group = project.objects[0]
    before = recipe_hash(compile_plan(project, registry, store).draw(0))

    def after(**update: object) -> str:
        return recipe_hash(compile_plan(project.model_copy(update=update), registry, store).draw(0))

    assert after(description="other words", licence="MIT") == before
    renamed = group.model_copy(update={"name": "Cups", "placement": group.placement.model_copy(update={"name": "p"})})
    assert after(objects=(renamed, *project.objects[1:])) == before
    lens = project.camera.model_copy(update={"lens": {"field_of_view_deg": 30}})
    assert after(camera=lens) != before
    taller = group.model_copy(update={"parameters": {**group.parameters, "height_m": 0.2}})
    assert after(objects=(taller, *project.objects[1:])) != before
