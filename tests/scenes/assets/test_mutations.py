"""Spoilt bytes of every format: what comes out is a model, a picture or an AssetError; nothing else ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from myriorama.scenes.assets.images import decode_image
from myriorama.scenes.assets.models import read_model
from myriorama.scenes.assets.radiance import read_radiance
from myriorama.scenes.errors import AssetError

TEXT_PLY = b"""ply
format ascii 1.0
element vertex 4
property float x
property float y
property float z
element face 2
property list uchar int vertex_indices
end_header
0 0 0
1 0 0
1 1 0
0 1 1
3 0 1 2
3 0 2 3
"""
OBJ = b"""mtllib a.mtl
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 1
vt 0 0
vt 1 1
vn 0 0 1
usemtl a
f 1/1/1 2/2/1 3/1/1 4/2/1
f -4 -3 -2
"""
MTL = b"newmtl a\nKd 0.1 0.2 0.3\nNs 10\nd 0.5\nPr 0.2\nmap_Kd -s 1 1 1 a.png\n"
STL = (
    b"solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\nendsolid a"
)
REPLACEMENTS = (0x00, 0x2D, 0x31, 0x39, 0x65, 0x7F, 0xFF)


def mutants(content: bytes) -> list[bytes]:
    """Each byte replaced by each of a few telling ones, and each byte left out."""
    out = [content[:k] + content[k + 1 :] for k in range(len(content))]
    return out + [content[:k] + bytes((r,)) + content[k + 1 :] for k in range(len(content)) for r in REPLACEMENTS]


def survives(contents: list[bytes], read: Callable[[bytes], object]) -> int:
    """Return how many were refused; any exception but AssetError fails the test."""
    refused = 0
    for content in contents:
        try:
            read(content)
        except AssetError:
            refused += 1
    return refused


@pytest.mark.parametrize(
    ("name", "content", "least"), [("a.ply", TEXT_PLY, 500), ("a.obj", OBJ, 300), ("a.stl", STL, 300)]
)
def test_text_models(forge: Any, name: str, content: bytes, least: int) -> None:
    beside = {"a.mtl": MTL, "a.png": forge.picture(np.zeros((1, 1, 3), dtype=np.uint8))}
    read_model(forge.source(name, content, beside))
    assert survives(mutants(content), lambda c: read_model(forge.source(name, c, beside))) >= least


def test_material_libraries(forge: Any) -> None:
    picture = forge.picture(np.zeros((1, 1, 3), dtype=np.uint8))
    beside = {"a.png": picture}

    def read(mtl: bytes) -> object:
        return read_model(forge.source("a.obj", OBJ, {**beside, "a.mtl": mtl}))

    assert survives(mutants(MTL), read) >= 50


def test_binary_models(forge: Any) -> None:
    head = TEXT_PLY[: TEXT_PLY.index(b"0 0 0\n")].replace(b"ascii", b"binary_little_endian")
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 1]], dtype="<f4").tobytes()
    faces = b"".join(b"\x03" + np.array(f, dtype="<i4").tobytes() for f in ([0, 1, 2], [0, 2, 3]))
    content = head + points + faces
    read_model(forge.source("a.ply", content))
    assert survives(mutants(content), lambda c: read_model(forge.source("a.ply", c))) >= 500


def test_pictures(forge: Any) -> None:
    pixels = (np.arange(6 * 8 * 3) % 251).astype(np.uint8).reshape(6, 8, 3)
    for form in ("PNG", "JPEG", "WEBP"):
        content = forge.picture(pixels, form)
        sample = mutants(content)[:: max(1, len(content) * 8 // 1500)]
        assert survives(sample, lambda c: decode_image(c, file="a")) > 0


def test_radiance_pictures(forge: Any) -> None:
    rgbe = np.full((8, 16, 4), 130, dtype=np.uint8)
    content = forge.hdr(rgbe)
    assert survives(mutants(content), lambda c: read_radiance(forge.source("a.hdr", c))) > 300
