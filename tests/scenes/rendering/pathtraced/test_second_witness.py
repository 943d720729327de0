"""Mitsuba's rays through pixel centres against the raster engine's truth: two programs, one answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import maximum_filter, minimum_filter

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.finding import example_names, find_project
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.build import Builder
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.project.load import load_project
from myriorama.scenes.rendering.frame import RenderRequest

pytestmark = pytest.mark.gl

TRUTH = RenderRequest(rgb=False, amodal=False)
HEAVY = {"crop_field": (1280, 960), "shop_shelf": (1280, 960), "real_models": (640, 480)}
SLOW = {*HEAVY, "food_on_conveyor", "mugs_on_conveyor"}
CASES = [pytest.param(n, marks=[pytest.mark.long] if n in SLOW else []) for n in example_names()]


def off_edges(*images):
    return np.logical_and.reduce([maximum_filter(i, 5) == minimum_filter(i, 5) for i in images])


def hold(frame, seen) -> None:
    flat = off_edges(frame.surface_id, seen.surface_id)
    assert flat.mean() >= 0.8, "too many edges to judge by: a larger picture is needed"
    same = frame.surface_id == seen.surface_id
    assert same[flat].mean() >= 0.999
    assert same.mean() >= 0.985
    both = same & (frame.surface_id > 0)
    close = np.abs(frame.depth - seen.depth) <= 1e-3 * frame.depth
    assert close[both].mean() >= 0.999


@pytest.mark.parametrize("name", CASES)
def test_an_example_is_seen_alike(both, tracer, name) -> None:
    from myriorama.scenes.rendering.pathtraced.witness import seen_at_centres

    loaded = load_project(find_project(name))
    store, registry = FileAssetStore(loaded.folder), builtin_registry()
    builder, plan = Builder(loaded.project, registry, store), compile_plan(loaded.project, registry, store)
    scene = builder.build(plan.draw(1, 0), size=HEAVY.get(name, (480, 360)))
    hold(both.render(scene, TRUTH), seen_at_centres(tracer, scene))


def test_cutouts_and_what_labels_see_through_are_seen_alike(both, tracer, make) -> None:
    from myriorama.scenes.rendering.pathtraced.witness import seen_at_centres

    leaf = np.full((8, 8, 4), 255, np.uint8)
    leaf[:, :4, 3] = 0
    cut = Material(base_color_texture=Texture(leaf, srgb=True), alpha="cutout")
    glass = Material(opacity=0.2, alpha="transparent")
    through = Material(opacity=0.2, alpha="transparent", label_policy="see_through")
    things = [make.thing(make.quad(9, 9), make.pose(z=-3.0), kind="stuff")]
    for k, material in enumerate((cut, glass, through)):
        things.append(make.thing(make.quad(0.6, 0.6), make.pose(x=0.8 * (k - 1), z=-2.0 - 0.1 * k), material))
    scene = make.scene(make.camera(width=320, height=240, focal=240.0), things)
    frame, seen = both.render(scene, TRUTH), seen_at_centres(tracer, scene)
    hold(frame, seen)
    assert set(np.unique(seen.surface_id)) == {1, 2, 3}
