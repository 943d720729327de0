"""What fruit and bread share: skins over rings, painted textures, and points thin enough for physics.

It holds no shape and no colour of its own.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from myriorama.plugins.api import CollisionPiece, Float, Int, Mesh, Texture
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.geometry.sweep import skin
from myriorama.scenes.materials.noise import smoothstep, uniforms
from myriorama.scenes.placement.settle import MOST_POINTS

PAINT_PX: Final = 256
VARIANT: Final = Int(
    "variant",
    0,
    help="Which individual of this kind: its bumps, spots and streaks.",
    minimum=0,
    maximum=2**31 - 1,
    group="Look",
    suggested={"integers": [0, 9999]},
)


def share(name: str, default: float, help_text: str, group: str, suggested: tuple[float, float]) -> Float:
    """Declare a number from 0 to 1."""
    return Float(
        name,
        default,
        help=help_text,
        minimum=0.0,
        maximum=1.0,
        group=group,
        suggested={"uniform": list(suggested)},
    )


def image_axes(size: int = PAINT_PX) -> tuple[F32, F32]:
    """Return u, (1, size), and v, (size, 1), of the pixel centres; row 0 is the top, where v is 1."""
    centre = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
    return centre[None, :], centre[::-1, None]


def mixed(layer: F32, color: tuple[float, float, float] | F32 | F64, cover: F32) -> F32:
    """Return a picture, (H, W, 3), with a colour laid over it where `cover`, (H, W), is above 0."""
    out: F32 = layer + (np.asarray(color, dtype=np.float32) - layer) * cover[..., None]
    return out


def painted(layer: F32) -> Texture:
    """Return sRGB values in [0, 1], (H, W, 3), as a texture."""
    return Texture(np.rint(np.clip(layer, 0, 1) * np.float32(255)).astype(np.uint8), srgb=True)


def spots(name: str, seed: int, count: int, radius: tuple[float, float], stretch: float) -> F32:
    """Return round spots on a texture that wraps around, (256, 256) float32 in [0, 1], soft at the rim.

    Parameters
    ----------
    radius : (float, float)
        Smallest and largest, in shares of the height of the texture; small ones are more frequent.
    stretch : float
        Width of the texture on the surface over its height: spots are round on the surface.
    """
    u, v = image_axes()
    out = np.zeros((PAINT_PX, PAINT_PX), dtype=np.float32)
    draws = uniforms(name, seed, max(1, count) * 3).reshape(3, -1).astype(np.float32)
    for k in range(count):
        size = radius[0] + (radius[1] - radius[0]) * float(draws[2, k]) ** 3
        rows = np.abs(v[:, 0] - draws[1, k]) < size * 1.1
        du = np.abs(u - draws[0, k])
        away = np.hypot(np.minimum(du, 1 - du) * np.float32(stretch), v[rows] - draws[1, k])
        out[rows] = np.maximum(out[rows], smoothstep(size, size * 0.55, away))
    return out


def closed_skin(grid: F64) -> Mesh:
    """Return the closed surface over rings, each end in the colour of the texture's lower or upper edge."""
    whole = skin(grid)
    fan = grid.shape[1] + 1  # the vertices of one end: its ring and its middle
    uv = whole.uv.copy()
    uv[-2 * fan : -fan] = (0.5, 0.5 / PAINT_PX)
    uv[-fan:] = (0.5, 1 - 0.5 / PAINT_PX)
    return Mesh(whole.positions, whole.normals, uv, whole.faces)


def hull_piece(points: F64) -> CollisionPiece:
    """Return a collision piece of at most as many points as physics keeps: the furthest in even directions."""
    if len(points) > MOST_POINTS:
        k = np.arange(MOST_POINTS) + 0.5
        polar, turn = np.arccos(1 - 2 * k / MOST_POINTS), np.pi * (1 + 5**0.5) * k
        toward = np.stack([np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)])
        points = points[np.unique(np.argmax(points @ toward, axis=0))]
    return CollisionPiece(points.astype(np.float32))


def dropped(mesh: Mesh, down_m: float) -> Mesh:
    """Return the mesh moved down."""
    positions = mesh.positions - np.array([0, 0, down_m], dtype=np.float32)
    return Mesh(positions, mesh.normals, mesh.uv, mesh.faces)
