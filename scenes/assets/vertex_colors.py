"""Vertex colours of scans and low-poly models, kept as a palette texture with one texel per face colour.

A mesh carries no colour of its own here. One colour for all becomes a factor; many become the mean colour
of each face, which is noted. It never touches a piece that has a base colour texture.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from myriorama.scenes.assets.limits import MAX_SIDE_PX
from myriorama.scenes.assets.normals import with_smooth_normals
from myriorama.scenes.assets.pieces import RawPiece, Tally
from myriorama.scenes.assets.source import asset_fault
from myriorama.scenes.conventions import F64, U8
from myriorama.scenes.materials.model import Texture


def with_vertex_colors(piece: RawPiece, colors: F64, tally: Tally) -> RawPiece:
    """Return `piece` wearing its vertex colours.

    Parameters
    ----------
    colors : (V, 4) float64
        Linear RGB and alpha in [0, 1].
    """
    if len(piece.faces) == 0 or not _is_sound(piece):
        return piece  # the shared gate says what is wrong with it
    if not np.isfinite(colors).all():
        raise asset_fault(tally.file, piece.place, "vertex colours are not finite numbers")
    colors = np.clip(colors, 0.0, 1.0)
    used = colors[np.unique(piece.faces)]
    material = piece.material
    if np.ptp(used, axis=0).max() <= 0.5 / 255:
        r, g, b, a = (float(c) for c in used.mean(axis=0))
        tint = (material.base_color[0] * r, material.base_color[1] * g, material.base_color[2] * b)
        opacity = material.opacity if material.alpha == "opaque" else material.opacity * a
        return replace(piece, material=replace(material, base_color=tint, opacity=opacity))
    if material.textures:
        tally.note(f"{piece.place}: vertex colours were left out, because the material has textures")
        return piece
    tally.note(f"{piece.place}: vertex colours became one colour per face")
    mean = colors[piece.faces].mean(axis=1)
    encoded = _encode_srgb(mean)
    palette, index = np.unique(encoded, axis=0, return_inverse=True)
    index = index.reshape(-1)
    width = min(MAX_SIDE_PX, int(np.ceil(np.sqrt(len(palette)))))
    height = -(-len(palette) // width)
    pixels = np.zeros((height * width, 4), dtype=np.uint8)
    pixels[: len(palette)] = palette
    column, row = index % width, index // width
    uv = np.stack([(column + 0.5) / width, 1.0 - (row + 0.5) / height], axis=1)
    texture = Texture(np.ascontiguousarray(pixels.reshape(height, width, 4)), srgb=True, wrap="clamp")
    return _split(replace(piece, material=replace(material, base_color_texture=texture)), np.repeat(uv, 3, axis=0))


def _is_sound(piece: RawPiece) -> bool:
    in_range = piece.faces.min() >= 0 and piece.faces.max() < len(piece.positions)
    with np.errstate(over="ignore"):
        return bool(in_range and np.isfinite(piece.positions.astype(np.float32)).all())


def _split(piece: RawPiece, corner_uv: F64) -> RawPiece:
    """Give every corner a vertex of its own, so that faces share no texture coordinate."""
    positions, faces, normals = piece.positions, piece.faces, piece.normals
    if normals is None:
        zero = np.zeros((len(positions), 2), dtype=np.float32)
        smooth = with_smooth_normals(positions.astype(np.float32), zero, faces.astype(np.uint32), piece.crease_deg)
        # The smooth mesh keeps the order of corners, so corner k here is corner k there.
        corners = smooth.faces.reshape(-1).astype(np.int64)
        positions, normals = smooth.positions.astype(np.float64)[corners], smooth.normals.astype(np.float64)[corners]
    else:
        corners = faces.reshape(-1)
        positions, normals = positions[corners], normals[corners]
    own = np.arange(len(positions), dtype=np.int64).reshape(-1, 3)
    return replace(piece, positions=positions, normals=normals, faces=own, uv=corner_uv)


def _encode_srgb(linear: F64) -> U8:
    """Return (N, 4) uint8: sRGB-encoded colour, alpha as it is (IEC 61966-2-1)."""
    out = linear.copy()
    rgb = out[:, :3]
    out[:, :3] = np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * np.power(rgb, 1 / 2.4) - 0.055)
    return np.asarray(np.round(out * 255.0), dtype=np.uint8)
