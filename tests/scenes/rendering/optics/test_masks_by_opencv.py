"""Rendered masks against outlines that OpenCV's own models give: within a tenth of a pixel, half pixels told apart."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Camera, Distortion
from myriorama.scenes.rendering.engines import open_renderer
from myriorama.scenes.rendering.frame import Renderer, RenderRequest

pytestmark = pytest.mark.gl
LENSES = [
    Distortion("brown_conrady", (-0.3, 0.1, 0.004, -0.003)),
    Distortion("brown_conrady", (0.25, -0.05, -0.002, 0.001, 0.02, 0.05, 0.0, 0.0)),
    Distortion("kannala_brandt", (0.04, -0.01, 0.002, 0.0)),
]
SQUARES = 6


@pytest.fixture(scope="module")
def engine() -> Iterator[Renderer]:
    renderer = open_renderer()
    yield renderer
    renderer.close()


def seen_through(lens: Distortion, scene_kit) -> Scene:
    """Return the white squares of a tilted checkerboard; each is a thing."""
    plain = scene_kit.looking((0.1, -0.25, 0.85), (0.02, 0.0, 0.0), 160, 120, 105.0)
    camera = Camera(plain.world_from_camera, 160, 120, 105.0, 103.0, 81.3, 58.9, distortion=lens)
    size = 0.2
    squares = []
    for x in range(SQUARES):
        for y in range(SQUARES):
            if (x + y) % 2 == 0:
                at = ((x - SQUARES / 2 + 0.5) * size, (y - SQUARES / 2 + 0.5) * size)
                pose = scene_kit.pose_at(*at, 0.0)
                squares.append(scene_kit.instance(f"square/{len(squares)}", scene_kit.shapes.plane(size), pose))
    scene: Scene = scene_kit.scene(camera, squares)
    return scene


def outline(scene: Scene, number: int) -> np.ndarray:
    """Return one square's outline in OpenCV's pixels, 64 points a side."""
    instance, camera = scene.instances[number], scene.camera
    low, high = instance.model.bounds
    corners = np.array([[low[0], low[1], 0], [high[0], low[1], 0], [high[0], high[1], 0], [low[0], high[1], 0]])
    share = np.linspace(0, 1, 64, endpoint=False)[:, None]
    local = np.concatenate([a + share * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)])
    world = local @ instance.world_from_object[:3, :3].T + instance.world_from_object[:3, 3]
    pose = camera.camera_from_world
    turn, _ = cv2.Rodrigues(pose[:3, :3])
    assert camera.distortion is not None
    k = np.array(camera.distortion.coefficients)
    fisheye = camera.distortion.model == "kannala_brandt"
    if fisheye:
        pixels, _ = cv2.fisheye.projectPoints(world[:, None], turn, pose[:3, 3], camera.K_opencv, k)
    else:
        pixels, _ = cv2.projectPoints(world, turn, pose[:3, 3], camera.K_opencv, k)
    return np.asarray(pixels, dtype=np.float64).reshape(-1, 2)


def signed_distances(curve: np.ndarray) -> np.ndarray:
    """Return how far inside a curve each pixel centre of OpenCV's grid is, (120, 160); below 0 is outside."""
    large = (curve * 4096).round() / 4096
    return np.array(
        [
            [cv2.pointPolygonTest(large.astype(np.float32), (float(x), float(y)), True) for x in range(160)]
            for y in range(120)
        ]
    )


@pytest.mark.parametrize("lens", LENSES, ids=lambda lens: lens.model)
def test_masks_of_checkerboard_squares_have_opencvs_outlines(engine: Renderer, scene_kit, lens: Distortion) -> None:
    scene = seen_through(lens, scene_kit)
    frame = engine.render(scene, RenderRequest(amodal=False, rgb=False))
    assert frame.surface_id is not None
    wrong, tested, half_off = 0, 0, 0
    for number in range(0, len(scene.instances), 3):
        curve = outline(scene, number)
        if (curve < 2).any() or (curve[:, 0] > 157).any() or (curve[:, 1] > 117).any():
            continue
        own = frame.surface_id == scene.instances[number].first_surface_id
        inside = signed_distances(curve)
        clear = np.abs(inside) > 0.1
        wrong += int(((inside > 0) != own)[clear].sum())
        tested += int((clear & (np.abs(inside) < 1.0)).sum())
        # What a picture that puts the first pixel's centre at 0.5 would be taken for.
        half = signed_distances(curve + 0.5)
        half_off += int(((half > 0) != own)[np.abs(half) > 0.1].sum())
    assert tested > 200
    assert wrong == 0
    assert half_off > 20
