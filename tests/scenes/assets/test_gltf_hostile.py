"""Hostile and broken glTF: every spoilt file is an AssetError with a place, never anything else."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from myriorama.scenes.assets.models import read_model
from myriorama.scenes.errors import AssetError

Json = dict[str, Any]


def spoil(path: str, value: object) -> Callable[[Json], None]:
    """Return a change of one value; the path is dotted, numbers are list indices."""

    def change(document: Json) -> None:
        *steps, last = (int(p) if p.isdigit() else p for p in path.split("."))
        at: Any = document
        for step in steps:
            at = at[step]
        at[last] = value

    return change


def chain(document: Json) -> None:
    document["nodes"] = [{"children": [i + 1]} for i in range(5000)] + [{"mesh": 0}]
    document["scenes"] = [{"nodes": [0]}]


def cycle(document: Json) -> None:
    document["nodes"] = [{"children": [1], "mesh": 0}, {"children": [0]}]
    document["scenes"] = [{"nodes": [0]}]


def crowd(document: Json) -> None:
    """Many nodes of one mesh: small file, huge scene."""
    document["nodes"] = [{"mesh": 0} for _ in range(5000)]


SPOILT: list[tuple[Callable[[Json], None], str]] = [
    (spoil("accessors.0.count", 2**31), "accessors"),
    (spoil("accessors.0.count", 5_000), "needs more bytes"),
    (spoil("accessors.0.count", -1), "whole number in range"),
    (spoil("accessors.0.count", 1.5), "whole number in range"),
    (spoil("accessors.0.count", "8"), "whole number in range"),
    (spoil("accessors.0.count", True), "whole number in range"),
    (spoil("accessors.0.byteOffset", 90), "needs more bytes"),
    (spoil("accessors.0.type", "VEC2"), "3 components"),
    (spoil("accessors.0.componentType", 5124), "component type"),
    (spoil("accessors.0.bufferView", 99), r"bufferViews\[99\]"),
    (spoil("accessors.1.count", 35), "whole number of triangles"),
    (spoil("bufferViews.0.byteLength", 10**9), "beyond its buffer"),
    (spoil("bufferViews.0.byteOffset", 10**12), "beyond its buffer"),
    (spoil("bufferViews.0.byteStride", 4), "stride"),
    (spoil("bufferViews.0.buffer", 1), r"buffers\[1\]"),
    (spoil("buffers.0.byteLength", 10**7), "truncated"),
    (spoil("buffers.0.byteLength", 2**40), "whole number in range"),
    (spoil("buffers.0.uri", "../secret.bin"), "climbs|missing"),
    (spoil("buffers.0.uri", "data:text/plain,hello"), "not base64"),
    (spoil("buffers.0.uri", "data:;base64,!!!!"), "not base64"),
    (spoil("meshes.0.primitives.0.indices", 7), r"accessors\[7\]"),
    (spoil("meshes.0.primitives.0.attributes", {}), "POSITION"),
    (spoil("meshes.0.primitives.0.mode", 9), "whole number in range"),
    (spoil("meshes.0.primitives.0.material", 3), r"materials\[3\]"),
    (spoil("meshes.0.primitives", "no"), "must be a list"),
    (spoil("meshes.0.primitives", []), "no faces"),
    (spoil("meshes.0.primitives.0", None), "JSON object"),
    (spoil("nodes.0.mesh", 4), r"meshes\[4\]"),
    (spoil("nodes.0.rotation", [0, 0, 0, 0]), "rotation"),
    (spoil("nodes.0.scale", [0, 0, 0]), "no extent"),
    (spoil("nodes.0.scale", [1e300, 1, 1]), "not finite"),
    (spoil("nodes.0.translation", [1, 2]), "3 numbers"),
    (spoil("nodes.0.matrix", ["a"] * 16), "finite number"),
    (spoil("nodes.0.skin", 0), "skins"),
    (spoil("nodes", []), "no faces"),
    (spoil("scenes", [{"nodes": [9]}]), r"nodes\[9\]"),
    (spoil("scenes", [{"nodes": ["0"]}]), "indices"),
    (spoil("asset.version", "1.0"), "version"),
    (spoil("extensionsRequired", ["EXT_meshopt_compression"]), "meshopt"),
    (spoil("extensionsRequired", ["KHR_texture_basisu"]), "basisu"),
    (spoil("extensionsRequired", [["x"]]), "cannot be read"),
    (chain, "nested deeper"),
    (cycle, "twice|must form a tree"),
    (crowd, "too many"),
]


@pytest.mark.parametrize(("change", "expected"), SPOILT, ids=[f"{i}-{e}" for i, (_, e) in enumerate(SPOILT)])
def test_a_spoilt_value_is_told_with_its_place(forge: Any, change: Callable[[Json], None], expected: str) -> None:
    maker = forge.Gltf()
    maker.node(mesh=maker.mesh(maker.primitive()))
    maker.json["buffers"][0]["byteLength"] = len(maker.binary)
    change(maker.json)
    with pytest.raises(AssetError, match=expected) as caught:
        read_model(forge.source("spoilt.glb", maker.glb()))
    assert all(p.file == "spoilt.glb" for p in caught.value.problems)


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.zeros((8, 3), dtype=np.float32), "no extent"),
        (np.full((8, 3), 7.5, dtype=np.float32), "no extent"),
        (np.full((8, 3), np.nan, dtype=np.float32), "not finite"),
        (np.full((8, 3), np.inf, dtype=np.float32), "not finite"),
    ],
)
def test_useless_positions_are_refused(forge: Any, array: np.ndarray, expected: str) -> None:
    maker = forge.Gltf()
    maker.node(mesh=maker.mesh(maker.primitive(array)))
    with pytest.raises(AssetError, match=expected):
        read_model(forge.source("m.glb", maker.glb()))


def test_an_index_beyond_the_vertices_is_refused(forge: Any) -> None:
    maker = forge.Gltf()
    faces = forge.cube_faces.copy()
    faces[3, 1] = 8
    maker.node(mesh=maker.mesh(maker.primitive(faces=faces)))
    with pytest.raises(AssetError, match="vertex 8, but there are 8"):
        read_model(forge.source("m.glb", maker.glb()))


def test_ten_million_faces_are_refused_before_memory_is_taken(forge: Any) -> None:
    maker = forge.Gltf()
    primitive = maker.primitive()
    maker.json["accessors"][1]["count"] = 30_000_003
    maker.node(mesh=maker.mesh(primitive))
    with pytest.raises(AssetError, match="whole number in range"):
        read_model(forge.source("m.glb", maker.glb()))
    maker.json["accessors"][1]["count"] = 30_000_000
    with pytest.raises(AssetError, match="needs more bytes"):
        read_model(forge.source("m.glb", maker.glb()))
    maker.json["accessors"][0] |= {"count": 5_000_001}
    with pytest.raises(AssetError, match="too many vertices"):
        read_model(forge.source("m.glb", maker.glb()))


def test_a_count_without_bytes_is_no_free_memory(forge: Any) -> None:
    """The 61-byte trap: a count alone would mean that many zeros."""
    maker = forge.Gltf()
    primitive = maker.primitive()
    del maker.json["accessors"][0]["bufferView"]
    maker.json["accessors"][0]["count"] = 4_000_000
    maker.node(mesh=maker.mesh(primitive))
    with pytest.raises(AssetError, match="no bytes"):
        read_model(forge.source("m.glb", maker.glb()))


def test_a_missing_texture_is_an_error_that_names_it(forge: Any) -> None:
    """The trap of kenney-city: a .glb moved without its external texture."""
    maker = forge.Gltf()
    maker.json |= {"images": [{"uri": "Textures/colormap.png"}], "textures": [{"source": 0}]}
    maker.material(pbrMetallicRoughness={"baseColorTexture": {"index": 0}})
    maker.node(mesh=maker.mesh(maker.primitive() | {"material": 0}))
    with pytest.raises(AssetError, match=r"images\[0\].uri.*Textures/colormap.png"):
        read_model(forge.source("house.glb", maker.glb()))


def test_a_draco_stream_that_lies_is_refused(forge: Any) -> None:
    """The trap of Draco: a decoder that fails softly hands back zeros or other counts."""
    maker = forge.draco_glb()
    maker.json["accessors"][1]["count"] = 9
    with pytest.raises(AssetError, match="declares"):
        read_model(forge.source("m.glb", maker.glb()))
    maker = forge.draco_glb(positions=np.zeros((8, 3), dtype=np.float32))
    with pytest.raises(AssetError, match=r"zeros only|no triangles|no extent|declares|truncated or broken"):
        read_model(forge.source("m.glb", maker.glb()))
    maker = forge.draco_glb()
    maker.binary[40:80] = bytes(40)
    with pytest.raises(AssetError):
        read_model(forge.source("m.glb", maker.glb()))
    maker = forge.draco_glb()
    maker.json["meshes"][0]["primitives"][0]["extensions"]["KHR_draco_mesh_compression"]["attributes"]["POSITION"] = 55
    with pytest.raises(AssetError, match="does not hold"):
        read_model(forge.source("m.glb", maker.glb()))


def test_draco_without_its_decoder_says_so(forge: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    content = forge.draco_glb().glb()
    monkeypatch.setitem(__import__("sys").modules, "DracoPy", None)
    with pytest.raises(AssetError, match="DracoPy is not installed"):
        read_model(forge.source("m.glb", content))


def test_every_truncation_is_an_error(forge: Any) -> None:
    content = forge.cube_glb()
    for length in range(len(content)):
        with pytest.raises(AssetError):
            read_model(forge.source("cut.glb", content[:length]))


def test_no_flipped_bit_escapes_as_another_exception(forge: Any) -> None:
    """Every byte of the head and a stride through the rest, each with two flips: read, or refused."""
    maker = forge.Gltf()
    texture = maker.image(forge.picture(np.zeros((2, 2, 3), dtype=np.uint8)))
    maker.material(pbrMetallicRoughness={"baseColorTexture": {"index": texture}})
    uv = np.zeros((8, 2), dtype=np.float32)
    maker.node(mesh=maker.mesh(maker.primitive(TEXCOORD_0=uv) | {"material": 0}))
    content = maker.glb()
    refused = 0
    for at in range(len(content)):
        for flip in (0x01, 0x80):
            spoilt = bytearray(content)
            spoilt[at] ^= flip
            try:
                read_model(forge.source("flip.glb", bytes(spoilt)))
            except AssetError:
                refused += 1
    assert refused > 200


@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b"null",
        b"{",
        b'{"asset": NaN}',
        b'{"asset":' * 100_000,
        b"\xff\xfe{\0}\0",
        b'{"asset": {"version": "2.0"}, "nodes": {"length": 3}}',
    ],
)
def test_json_that_is_not_glTF_is_refused(forge: Any, text: bytes) -> None:
    with pytest.raises(AssetError):
        read_model(forge.source("m.gltf", text))


def test_chunks_that_overlap_the_end_are_refused(forge: Any) -> None:
    content = bytearray(forge.cube_glb())
    struct.pack_into("<I", content, 12, 2**31)
    with pytest.raises(AssetError, match="chunk"):
        read_model(forge.source("m.glb", bytes(content)))


def test_an_ending_that_lies_is_told(forge: Any) -> None:
    with pytest.raises(AssetError, match=r"\.obj but holds \.glb"):
        read_model(forge.source("m.obj", forge.cube_glb()))
    with pytest.raises(AssetError, match="gzip"):
        read_model(forge.source("m.glb", b"\x1f\x8b\x08" + bytes(100)))
    with pytest.raises(AssetError, match="not a model file"):
        read_model(forge.source("m.fbx", b"Kaydara FBX"))
    with pytest.raises(AssetError, match="empty"):
        read_model(forge.source("m.glb", b"  "))
    assert json.loads(b"{}") == {}
