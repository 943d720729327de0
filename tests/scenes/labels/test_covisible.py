"""Which pixels both cameras of a pair see: known strips beside a box, cutouts, glass, and rays of our own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.cameras.views import mounted, rig_from_view
from myriorama.scenes.conventions import Mask
from myriorama.scenes.labels.covisible import covisible
from myriorama.scenes.labels.rays import CameraRays
from myriorama.scenes.materials.model import Material
from myriorama.scenes.rendering.frame import Frame
from myriorama.scenes.rendering.optics.bvh import TracerStore

W, H, FOCAL = 160, 120, 150.0
BASELINE_M = 0.2
Trace = Callable[[Scene], Frame]


def right_of(camera: Camera, by_m: float) -> Camera:
    return mounted(camera, rig_from_view({"right_m": by_m}))


def seen_by_both(scene: Scene, by_m: float, traced: Trace) -> tuple[Mask, Frame]:
    frame = traced(scene)
    assert frame.depth is not None
    return covisible(scene, right_of(scene.camera, by_m), frame.depth, frame.normal, TracerStore()), frame


def wall_with_board(scene_kit: Any, **board: Any) -> Scene:
    """A wall 2 m away, and a board of 0.4 m, 1 m away, both upright and facing the camera."""
    camera = scene_kit.looking((0.0, 0.0, 1.0), (0.0, 1.0, 1.0), W, H, FOCAL)
    wall = scene_kit.instance("wall/0", scene_kit.shapes.box(8.0, 0.2, 4.0), scene_kit.pose_at(0.0, 2.1, -1.0))
    thin = scene_kit.shapes.box(0.4, 0.002, 0.4)
    stands = scene_kit.instance("board/0", thin, scene_kit.pose_at(0.0, 1.001, 0.8), **board)
    return scene_kit.scene(camera, [wall, stands])  # type: ignore[no-any-return]


@pytest.mark.parametrize("by_m", [BASELINE_M, -BASELINE_M])
def test_a_board_hides_a_strip_of_the_wall_as_wide_as_the_difference_of_disparities(
    scene_kit: Any, traced: Trace, by_m: float
) -> None:
    seen, frame = seen_by_both(wall_with_board(scene_kit), by_m, traced)
    assert frame.surface_id is not None
    row = H // 2
    board = frame.surface_id[row] == 2
    assert seen[row][board].all(), "the board is in front of everything and inside both pictures"
    near_px, far_px = FOCAL * BASELINE_M / 1.0, FOCAL * BASELINE_M / 2.0
    strip = ~seen[row] & ~board
    # Columns whose point falls outside the partner's picture are a strip of their own at one side.
    outside = np.arange(W) < far_px if by_m > 0 else np.arange(W) >= W - far_px
    assert strip[outside].all()
    hidden = np.flatnonzero(strip & ~outside)
    assert len(hidden) == pytest.approx(near_px - far_px, abs=1)
    assert (np.diff(hidden) == 1).all()
    edge = np.flatnonzero(board)[0 if by_m > 0 else -1]
    assert (hidden[-1] + 1 if by_m > 0 else hidden[0] - 1) == edge, (
        "it touches the side that the partner stands away from"
    )


def test_what_a_cutout_removes_and_what_glass_lets_pass_hides_nothing(scene_kit: Any, traced: Trace) -> None:
    def hidden(material: Material) -> int:
        seen, frame = seen_by_both(wall_with_board(scene_kit, material=material), BASELINE_M, traced)
        assert frame.surface_id is not None
        inside = np.arange(W) >= FOCAL * BASELINE_M / 2.0
        return int((~seen & (frame.surface_id == 1))[:, inside].sum())

    assert hidden(Material()) > 500
    assert hidden(Material(opacity=0.2, alpha="cutout", alpha_cutoff=0.5)) == 0
    assert hidden(Material(opacity=0.2, alpha="transparent", label_policy="see_through")) == 0
    assert hidden(Material(opacity=0.2, alpha="transparent", label_policy="opaque")) > 500


def test_every_pixel_agrees_with_single_rays(scene_kit: Any, traced: Trace) -> None:
    """The labels' own rays, which share no code with Embree, asked about a crowded table."""
    scene = scene_kit.table(1, W, H)
    for by_m in (0.25, -0.25):
        partner = right_of(scene.camera, by_m)
        seen, frame = seen_by_both(scene, by_m, traced)
        assert frame.depth is not None
        rows, columns = np.nonzero(frame.depth > 0)
        points = scene.camera.unproject(
            np.stack([columns, rows], axis=1) + 0.5, frame.depth[rows, columns].astype(float)
        )
        pixels, _ = partner.project(points)
        inside = (pixels[:, 0] >= 0) & (pixels[:, 0] < W)
        toward = points[inside] - partner.world_from_camera[:3, 3]
        rays = CameraRays(replace(scene, camera=partner))
        every = np.arange(len(toward))
        nearest = rays.first_hits([(i, every, None) for i in range(len(scene.instances))], toward)
        expected = np.zeros(len(points), dtype=np.bool_)
        expected[np.flatnonzero(inside)] = nearest > 1.0 - 1e-4
        found = seen[rows, columns]
        assert 0.5 < found.mean() < 0.95
        assert (found == expected).mean() > 0.998
        assert not seen[frame.depth == 0].any()


def test_a_pair_sees_the_same_points_from_both_sides(scene_kit: Any, traced: Trace) -> None:
    """Warped to the partner, a pixel that both see lands on the same surface there, off edges."""
    scene = scene_kit.table(2, W, H)
    seen, frame = seen_by_both(scene, BASELINE_M, traced)
    partner = replace(scene, camera=right_of(scene.camera, BASELINE_M))
    other = traced(partner)
    assert frame.depth is not None
    assert frame.surface_id is not None
    assert other.surface_id is not None
    rows, columns = np.nonzero(seen)
    disparity = scene.camera.fx * BASELINE_M / frame.depth[rows, columns]
    there = np.floor(columns + 0.5 - disparity).astype(int)
    flat = _flat(other.surface_id)[rows, there] & _flat(frame.surface_id)[rows, columns]
    same = frame.surface_id[rows, columns] == other.surface_id[rows, there]
    assert flat.mean() > 0.7
    assert same[flat].mean() >= 0.99


def _flat(ids: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    padded = np.pad(ids, 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5))
    return np.asarray((windows == ids[:, :, None, None]).all(axis=(2, 3)))
