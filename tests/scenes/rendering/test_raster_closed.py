"""Back faces are left out only of what has its front outside, every piece of it: labels stay those of rays."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.optics.ray_truth import RayTracer
from myriorama.scenes.rendering.raster.closed import is_closed


def joined(first: Mesh, second: Mesh, x: float, *, inside_out: bool) -> Mesh:
    """Two pieces in one mesh, the second moved along x; inside out, its faces and normals point inwards."""
    faces = second.faces[:, ::-1] if inside_out else second.faces
    return Mesh(
        np.concatenate([first.positions, second.positions + np.array((x, 0, 0), np.float32)]),
        np.concatenate([first.normals, -second.normals if inside_out else second.normals]),
        np.concatenate([first.uv, second.uv]),
        np.concatenate([first.faces, faces + np.uint32(len(first.positions))]),
    )


def two_sided(mesh: Mesh) -> Mesh:
    """An open mesh with a back of the same faces."""
    return joined(mesh, mesh, 0.0, inside_out=True)


@pytest.mark.parametrize(
    ("name", "closed"),
    [("ball", True), ("two", True), ("inside_out", False), ("cavity", False), ("quad", False), ("sheet", True)],
)
def test_every_piece_has_its_front_outside(make: SimpleNamespace, name: str, closed: bool) -> None:
    meshes = {
        "ball": make.sphere(0.5, 24, 12),
        "two": joined(make.box(1, 1, 1), make.sphere(0.3, 24, 12), 1.2, inside_out=False),
        "inside_out": joined(make.box(1, 1, 1), make.sphere(0.3, 24, 12), 1.2, inside_out=True),
        "cavity": joined(make.box(1, 1, 1), make.sphere(0.3, 24, 12), 0.0, inside_out=True),
        "quad": make.quad(),
        "sheet": joined(make.box(1, 1, 1), two_sided(make.quad()), 1.2, inside_out=False),
    }
    assert is_closed(meshes[name]) == closed


def test_a_long_chain_of_faces_is_one_piece(make: SimpleNamespace) -> None:
    """A thin spiral of a tube whose faces come in any order: all of it is found to hang together."""
    ball = make.sphere(0.5, 96, 48)
    faces = ball.faces[np.random.default_rng(3).permutation(len(ball.faces))]
    shuffled = Mesh(ball.positions, ball.normals, ball.uv, faces)
    assert is_closed(shuffled)
    assert not is_closed(joined(shuffled, make.box(0.01, 0.01, 0.01), 0.8, inside_out=True))


@pytest.mark.gl
def test_a_piece_that_is_inside_out_has_the_depth_of_its_near_side(renderer, make: SimpleNamespace) -> None:
    mesh = joined(make.box(1, 1, 1), make.box(0.5, 0.5, 0.5), 1.2, inside_out=True)
    view = make.camera(width=160, height=120, focal=100.0)
    things = [
        make.thing(mesh, make.pose(-0.5, 0.0, -3.0, axis=(1, 1, 0), deg=30.0)),
        make.thing(make.box(0.05, 0.05, 0.05), make.pose(0.55, 0.0, -2.9, deg=10.0)),
    ]
    scene = make.scene(view, things)
    frame = renderer.render(scene, RenderRequest(rgb=False))
    rays = RayTracer().trace(scene).buffers
    assert (frame.surface_id != rays.surface_id).sum() <= 4
    both = (frame.surface_id == rays.surface_id) & (frame.surface_id > 0)
    assert np.quantile(np.abs(frame.depth - rays.depth)[both], 0.999) < 1e-3
    assert ((frame.normal * rays.normal).sum(axis=2)[both] > 0.999).mean() > 0.995
