"""A face seen edge-on cannot carry its depth off the object, and nothing that a ray meets is lost for being steep."""

from __future__ import annotations

import numpy as np
import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.build import Builder
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.raster.engine import RasterRenderer

PROJECT = """{"format": "myriorama-project", "version": 1, "name": "bottles", "seed": 20,
 "classes": [{"id": 1, "name": "bottle"}],
 "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {
   "target_m": [0, 0, 0.1], "distance_m": 1.4, "azimuth_deg": {"uniform": [0, 360]},
   "elevation_deg": {"uniform": [20, 70]}}}},
 "objects": [{"uid": "bottles", "type": "bottle", "class": "bottle", "count": 40,
   "parameters": {"detail": 2},
   "placement": {"uid": "place", "type": "scatter",
     "parameters": {"width_m": 1.4, "depth_m": 1.2, "yaw_deg": {"uniform": [0, 360]}}}}]}"""
SAMPLES = (111, 133, 221, 380, 0, 1, 2, 3)
"""The first four are those of the first 400 in which a face seen edge-on carried its depth off the bottle."""


@pytest.mark.gl
def test_depth_of_a_thing_stays_on_the_thing(renderer: RasterRenderer) -> None:
    project, registry = parse_project(PROJECT), builtin_registry()
    plan, builder = compile_plan(project, registry), Builder(project, registry, None)
    farthest = 0.0
    for index in SAMPLES:
        scene = builder.build(plan.draw(index))
        frame = renderer.render(scene, RenderRequest(rgb=False, amodal=False))
        assert frame.surface_id is not None
        assert frame.depth is not None
        owner = scene.instance_of_surface[frame.surface_id]
        for number, instance in enumerate(scene.instances):
            y, x = np.nonzero(owner == number + 1)
            world = scene.camera.unproject(np.stack([x, y], axis=1) + 0.5, frame.depth[y, x].astype(np.float64))
            back = np.linalg.inv(instance.world_from_object)
            points = world @ back[:3, :3].T + back[:3, 3]
            low, high = instance.model.bounds
            outside = np.maximum(low - points, points - high).max(initial=0.0)
            farthest = max(farthest, float(outside / np.linalg.norm(high - low)))
    # the contract's slack: a rasteriser's grid is 1/256 pixel
    assert farthest < 1 / 256


@pytest.mark.gl
@pytest.mark.parametrize("kind", ["thing", "stuff"])
def test_a_flat_piece_far_away_is_seen_though_a_pixel_spans_more_than_all_of_it(renderer, make, kind) -> None:
    """Plates of 2 m lie 23 to 45 m before a camera at 0.5 m, where a row of pixels spans 2 to 6 m of ground."""
    view = make.camera(make.look_at((0.0, 0.0, 0.5), (0.0, 20.0, 0.5)), focal=600.0)
    # Near edges run between two rows of pixels, far edges stay off every row's middle.
    places = [(2.0 * k - 5.03, 0.5 * view.fy / row + 1.0) for k, row in enumerate((13, 12, 11, 10, 8, 7))]
    plates = [make.thing(make.quad(2.0, 2.0), make.pose(x, y, 0.0), kind=kind) for x, y in places]
    frame = renderer.render(make.scene(view, plates), RenderRequest(rgb=False))
    column, row = np.meshgrid(np.arange(view.width) + 0.5 - view.cx, np.arange(view.height) + 0.5 - view.cy)
    ahead = np.where(row > 0, 0.5 * view.fy / np.maximum(row, 0.5), 1e6)
    met, unsure = np.zeros(row.shape, dtype=bool), np.zeros(row.shape, dtype=bool)
    for k, (x, y) in enumerate(places):
        # pixels beyond the plate's left or right edge
        sideways = np.abs(column - x * view.fx / ahead) - view.fx / ahead
        rows = np.abs(ahead - y) <= 1.0
        alone, doubtful = rows & (sideways < 0), rows & (np.abs(sideways) < 0.01)
        met |= alone
        unsure |= doubtful
        if kind == "thing":
            found = frame.amodal[k]
            assert abs(int(found.mask.sum()) - int(alone.sum())) <= doubtful.sum(), (x, y)
    assert met.sum() > 150
    assert unsure.sum() < 20
    assert ((frame.surface_id > 0) == met)[~unsure].all()


@pytest.mark.gl
def test_things_smaller_than_a_pixel_are_seen_where_a_ray_meets_them(renderer, make) -> None:
    """Balls of 0.4 to 1.6 pixels: their faces are all steep, by the measure of their size."""
    view = make.camera()
    depth, ball = 90.0, make.sphere(0.5, 48, 24)
    turns = [(x, y) for x in np.linspace(-45, 45, 23) for y in np.linspace(-33, 33, 17)]
    radii = [(0.2 + 0.6 * (k % 7) / 6) * depth / view.fx for k in range(len(turns))]
    balls = []
    for (x, y), radius in zip(turns, radii, strict=True):
        at = make.pose(x, y, -depth)
        at[:3, :3] *= radius / 0.5
        balls.append(make.thing(ball, at))
    frame = renderer.render(make.scene(view, balls), RenderRequest(rgb=False))
    column, row = np.meshgrid(np.arange(view.width) + 0.5 - view.cx, np.arange(view.height) + 0.5 - view.cy)
    ray = np.stack([column / view.fx, -row / view.fy, -np.ones_like(row)], axis=-1)
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    sure, unsure = np.zeros(row.shape, dtype=bool), np.zeros(row.shape, dtype=bool)
    for (x, y), radius in zip(turns, radii, strict=True):
        apart = np.linalg.norm(np.cross(ray, np.array([x, y, -depth])), axis=-1) / radius
        # a ball of facets is a little smaller than a ball, and corners stand on a grid of 1/256 pixel
        sure |= apart < 0.96
        unsure |= (apart >= 0.96) & (apart <= 1.03)
    assert sure.sum() > 250
    assert ((frame.surface_id > 0) == sure)[~unsure].all()
    assert sum(int(m.mask.sum()) for m in frame.amodal.values()) == (frame.surface_id > 0).sum()
