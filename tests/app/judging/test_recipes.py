"""What a recipe tells apart: every number that is drawn, and no word."""

from __future__ import annotations

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.finding import find_project
from myriorama.app.judging.recipes import recipe_hash
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.project.load import load_project


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
