"""A pair's layers keep what they promise when a lens resamples them: light that adds up, colours within bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.distortion import Distortion
from myriorama.scenes.rendering.frame import Device, Frame, RenderRequest
from myriorama.scenes.rendering.optics.renderer import OpticalRenderer


class Edges:
    """An engine whose direct and indirect light have edges in different places."""

    device = Device("edges", "", "", "", True)

    def render(self, scene: Scene, request: RenderRequest) -> Frame:
        size = scene.camera.height, scene.camera.width
        chance = np.random.default_rng(3)
        direct, indirect = (np.float32(4) * (chance.random((*size, 3), dtype=np.float32) > 0.7) for _ in range(2))
        return Frame(
            scene.sample_key,
            size[1],
            size[0],
            "edges",
            linear=direct + indirect,
            surface_id=np.zeros(size, dtype=np.uint32) if request.truth else None,
            camera=scene.camera,
            layers={
                "clean": direct + indirect,
                "direct": direct,
                "indirect": indirect,
                "albedo": (direct > 0).astype(np.float32),
            },
        )

    def close(self) -> None:
        """Hold nothing."""


@pytest.mark.parametrize("model", ["brown_conrady", "kannala_brandt"])
def test_direct_and_indirect_light_are_the_clean_picture(make, model) -> None:
    camera = replace(make.camera(width=48, height=32, focal=50.0), distortion=Distortion(model, (-0.2, 0.05, 0.0, 0.0)))
    scene = make.scene(camera, [make.thing(make.box(0.5, 0.5, 0.5), make.pose(0, 0, -2.0))])
    request = RenderRequest(truth=False, amodal=False, coordinates=False, linear=True)
    layers = OpticalRenderer(Edges()).render(scene, request).layers
    assert np.array_equal(layers["direct"] + layers["indirect"], layers["clean"])
    assert layers["direct"].min() >= 0.0
    assert layers["indirect"].min() >= 0.0
    assert 0.0 <= layers["albedo"].min() <= layers["albedo"].max() <= 1.0
    assert layers["albedo"].std() > 0.2
