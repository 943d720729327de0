"""A face seen edge-on cannot carry its depth off the object: every pixel of a turned body lies within its box."""

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
    # a rasteriser's grid is 1/256 pixel, and no face may span more than its object's diagonal in one pixel
    assert farthest < 1 / 256
