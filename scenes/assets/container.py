"""The parsed form of an asset on disk: a JSON head, raw arrays, and a digest over both.

It carries values from the importer's process to the others, and it is the cache's file format. Reading
makes views on the bytes and trusts nothing: a wrong digest, type, shape or length is a `ContainerError`.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assembly.model import Part
from myriorama.scenes.assets.store import ImportedModel, TextureSet
from myriorama.scenes.conventions import U8
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.lights import RadianceMap
from myriorama.scenes.materials.model import Material, Texture

MAGIC: Final = b"MYRASSET"
_DTYPES: Final = ("<f4", "<u4", "|u1")
_HEAD_LIMIT: Final = 64 * 2**20
_ALIGN: Final = 64
_SET_MAPS: Final = ("color", "normal", "metallic_roughness", "occlusion", "opacity", "emission")

Parsed: TypeAlias = ImportedModel | TextureSet | RadianceMap | U8
"""What an importer makes: a model, a texture set, a radiance map, or the pixels of an image."""
Array: TypeAlias = npt.NDArray[Any]


class ContainerError(ValueError):
    """The bytes are not a whole container of this version."""


class _Packer:
    def __init__(self) -> None:
        self.arrays: list[Array] = []
        self._textures: dict[str, int] = {}
        self.textures: list[dict[str, Any]] = []

    def array(self, array: Array) -> int:
        self.arrays.append(np.ascontiguousarray(array))
        return len(self.arrays) - 1

    def texture(self, texture: Texture | None) -> int | None:
        if texture is None:
            return None
        if texture.key not in self._textures:
            self._textures[texture.key] = len(self.textures)
            row = {"pixels": self.array(texture.pixels), "srgb": texture.srgb, "wrap": texture.wrap}
            self.textures.append(row)
        return self._textures[texture.key]

    def material(self, material: Material) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for f in fields(material):
            value = getattr(material, f.name)
            out[f.name] = self.texture(value) if f.name.endswith("_texture") else value
        return out

    def model(self, model: ImportedModel) -> dict[str, Any]:
        shared: dict[str, int] = {}
        materials: list[dict[str, Any]] = []
        parts = []
        for part in model.parts:
            identity = part.material.key + part.material.name
            if identity not in shared:
                shared[identity] = len(materials)
                materials.append(self.material(part.material))
            mesh = {f.name: self.array(getattr(part.mesh, f.name)) for f in fields(part.mesh)}
            parts.append({"name": part.name, "slot": part.slot, "mesh": mesh, "material": shared[identity]})
        return {
            "parts": parts,
            "materials": materials,
            "up_axis": model.up_axis,
            "source_format": model.source_format,
            "notes": list(model.notes),
        }

    def texture_set(self, found: TextureSet) -> dict[str, Any]:
        out: dict[str, Any] = {name: self.texture(getattr(found, name)) for name in _SET_MAPS}
        return out | {"notes": list(found.notes)}


def pack(value: Parsed, extra: dict[str, Any]) -> bytes:
    """Return the container of a parsed asset, with `extra` JSON-able facts beside it."""
    packer = _Packer()
    if isinstance(value, ImportedModel):
        kind, body = "model", packer.model(value)
    elif isinstance(value, TextureSet):
        kind, body = "texture_set", packer.texture_set(value)
    elif isinstance(value, RadianceMap):
        kind, body = "radiance", {"pixels": packer.array(value.pixels)}
    else:
        kind, body = "image", {"pixels": packer.array(value)}
    rows: list[dict[str, Any]] = []
    starts: list[int] = []
    offset = 0
    for array in packer.arrays:
        offset += -offset % _ALIGN
        rows.append({"dtype": array.dtype.str, "shape": list(array.shape), "offset": offset})
        starts.append(offset)
        offset += array.nbytes
    head = {"kind": kind, "body": body, "textures": packer.textures, "arrays": rows, "extra": extra}
    text = json.dumps(head, sort_keys=True, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 16) % _ALIGN)
    out = bytearray(MAGIC + struct.pack("<Q", len(text)) + text)
    start = len(out)
    for at, array in zip(starts, packer.arrays, strict=True):
        out += bytes(start + at - len(out))
        out += array.tobytes()
    return bytes(out) + hashlib.sha256(out).digest()


def unpack(content: bytes) -> tuple[Parsed, dict[str, Any]]:
    """Return the parsed asset and its extra facts; arrays are read-only views on `content`.

    Raises
    ------
    ContainerError
        The digest is wrong, or anything in it does not fit.
    """
    if len(content) < 48 or content[:8] != MAGIC:
        raise ContainerError("not a container")
    if hashlib.sha256(memoryview(content)[:-32]).digest() != content[-32:]:
        raise ContainerError("the digest does not match")
    (length,) = struct.unpack_from("<Q", content, 8)
    if length > min(_HEAD_LIMIT, len(content) - 48):
        raise ContainerError("the head is longer than the file")
    try:
        head = json.loads(content[16 : 16 + length])
        unpacker = _Unpacker(content, 16 + length, head)
        make: dict[str, Callable[[dict[str, Any]], Parsed]] = {
            "model": unpacker.model,
            "texture_set": unpacker.texture_set,
            "radiance": unpacker.radiance,
            "image": unpacker.image,
        }
        return make[head["kind"]](head["body"]), dict(head["extra"])
    except (KeyError, TypeError, IndexError, ValueError, RecursionError, AttributeError) as error:
        raise ContainerError(f"the head does not fit: {error}") from error


class _Unpacker:
    def __init__(self, content: bytes, start: int, head: dict[str, Any]) -> None:
        self.arrays = [self._array(content, start, row) for row in head["arrays"]]
        self.textures = [Texture(self.arrays[t["pixels"]], bool(t["srgb"]), t["wrap"]) for t in head["textures"]]
        for texture in self.textures:
            if texture.wrap not in ("repeat", "clamp"):
                raise ContainerError("a texture's wrap is not known")

    @staticmethod
    def _array(content: bytes, start: int, row: dict[str, Any]) -> Array:
        shape = tuple(int(n) for n in row["shape"])
        if row["dtype"] not in _DTYPES or not 1 <= len(shape) <= 3 or min(shape) < 0:
            raise ContainerError("an array's type or shape is not allowed")
        dtype = np.dtype(row["dtype"])
        count = int(np.prod([int(n) for n in shape], dtype=object))
        offset = start + int(row["offset"])
        if int(row["offset"]) < 0 or offset + count * dtype.itemsize > len(content) - 32:
            raise ContainerError("an array reaches beyond the file")
        return np.frombuffer(content, dtype, count, offset).reshape(shape)

    def texture(self, index: int | None) -> Texture | None:
        return None if index is None else self.textures[index]

    def material(self, row: dict[str, Any]) -> Material:
        values: dict[str, Any] = {}
        for f in fields(Material):
            value = row[f.name]
            if f.name.endswith("_texture"):
                value = self.texture(value)
            elif isinstance(value, list):
                value = tuple(float(v) for v in value)
            values[f.name] = value
        return Material(**values)

    def model(self, body: dict[str, Any]) -> ImportedModel:
        materials = [self.material(m) for m in body["materials"]]
        parts = []
        for row in body["parts"]:
            mesh = Mesh(**{f.name: self.arrays[row["mesh"][f.name]] for f in fields(Mesh)})
            parts.append(Part(str(row["name"]), mesh, materials[row["material"]], str(row["slot"])))
        if not parts:
            raise ContainerError("a model without parts")
        return ImportedModel(tuple(parts), str(body["up_axis"]), str(body["source_format"]), _notes(body))

    def texture_set(self, body: dict[str, Any]) -> TextureSet:
        return TextureSet(**{name: self.texture(body[name]) for name in _SET_MAPS}, notes=_notes(body))

    def radiance(self, body: dict[str, Any]) -> RadianceMap:
        return RadianceMap(self.arrays[body["pixels"]])

    def image(self, body: dict[str, Any]) -> U8:
        # Texture checks type and shape; the colour space is the caller's to say.
        return Texture(self.arrays[body["pixels"]], srgb=True).pixels


def _notes(body: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(n) for n in body["notes"])
