"""The container gives back what was put in, bit for bit, and notices any change to its bytes."""

from __future__ import annotations

import hashlib
import json
import struct
from typing import Any

import numpy as np
import pytest

from myriorama.scenes.assets.container import ContainerError, pack, unpack
from myriorama.scenes.assets.models import read_model
from myriorama.scenes.assets.store import ImportedModel, TextureSet
from myriorama.scenes.lights import RadianceMap
from myriorama.scenes.materials.model import Texture


def model_of(forge: Any) -> ImportedModel:
    maker = forge.Gltf()
    texture = {"index": maker.image(forge.picture(np.arange(48, dtype=np.uint8).reshape(4, 4, 3)))}
    maker.material(name="a", alphaMode="MASK", pbrMetallicRoughness={"baseColorTexture": texture})
    maker.material(name="b", emissiveFactor=[0.1, 0.2, 0.3], pbrMetallicRoughness={"baseColorTexture": texture})
    primitive = maker.primitive(TEXCOORD_0=np.zeros((8, 2), dtype=np.float32))
    maker.node(name="n", mesh=maker.mesh(primitive | {"material": 0}, primitive | {"material": 1}))
    maker.json["animations"] = [{}]
    return read_model(forge.source("m.glb", maker.glb()))


def test_a_model_comes_back_whole(forge: Any) -> None:
    model = model_of(forge)
    found, extra = unpack(pack(model, {"notes": ["ü"], "n": 1}))
    assert isinstance(found, ImportedModel)
    assert extra == {"notes": ["ü"], "n": 1}
    assert (found.up_axis, found.source_format, found.notes) == (model.up_axis, model.source_format, model.notes)
    for mine, theirs in zip(found.parts, model.parts, strict=True):
        assert (mine.name, mine.slot, mine.material.name) == (theirs.name, theirs.slot, theirs.material.name)
        assert mine.mesh.key == theirs.mesh.key
        assert mine.material.key == theirs.material.key
        assert not mine.mesh.positions.flags.writeable
    assert found.parts[0].material.base_color_texture is found.parts[1].material.base_color_texture


def test_sets_maps_and_images_come_back_whole() -> None:
    grey = Texture(np.arange(12, dtype=np.uint8).reshape(3, 4, 1), srgb=False, wrap="clamp")
    found, _ = unpack(pack(TextureSet(None, grey, None, grey, notes=("x",)), {}))
    assert isinstance(found, TextureSet)
    assert found.color is None
    assert found.normal is found.occlusion
    assert found.normal is not None
    assert found.normal.key == grey.key
    assert found.notes == ("x",)
    radiance = RadianceMap(np.arange(24, dtype=np.float32).reshape(2, 4, 3))
    again, _ = unpack(pack(radiance, {}))
    assert isinstance(again, RadianceMap)
    assert again.key == radiance.key
    pixels, _ = unpack(pack(grey.pixels, {}))
    np.testing.assert_array_equal(pixels, grey.pixels)  # type: ignore[arg-type]


def test_equal_values_make_equal_bytes(forge: Any) -> None:
    assert pack(model_of(forge), {}) == pack(model_of(forge), {})


def test_any_changed_or_missing_byte_is_noticed(forge: Any) -> None:
    content = pack(RadianceMap(np.ones((2, 4, 3), dtype=np.float32)), {"a": 1})
    for at in range(len(content)):
        spoilt = bytearray(content)
        spoilt[at] ^= 0x10
        with pytest.raises(ContainerError):
            unpack(bytes(spoilt))
        with pytest.raises(ContainerError):
            unpack(content[:at])
    with pytest.raises(ContainerError):
        unpack(content + b"\0")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "other"},
        {"kind": "model"},
        {"kind": "image"},
        {"arrays": [{"dtype": "|O", "shape": [3], "offset": 0}]},
        {"arrays": [{"dtype": "<f4", "shape": [2**40, 2**40, 3], "offset": 0}]},
        {"arrays": [{"dtype": "<f4", "shape": [2, 4, 3], "offset": 10**6}]},
        {"arrays": [{"dtype": "<f4", "shape": [2, 4, 3], "offset": -64}]},
        {"arrays": [{"dtype": "<f4", "shape": [2, 4, -3], "offset": 0}]},
        {"arrays": []},
        {"body": {}},
        {"textures": [{}]},
        {"extra": 3},
    ],
)
def test_a_head_that_lies_is_refused_even_with_a_right_digest(change: dict[str, Any]) -> None:
    content = pack(RadianceMap(np.ones((2, 4, 3), dtype=np.float32)), {})
    (length,) = struct.unpack_from("<Q", content, 8)
    head = json.loads(content[16 : 16 + length]) | change
    text = json.dumps(head).encode()
    body = content[:8] + struct.pack("<Q", len(text)) + text + content[16 + length : -32]
    with pytest.raises(ContainerError):
        unpack(body + hashlib.sha256(body).digest())
