"""Reads any model file that is known here, by its content; the name's ending must not say otherwise.

It parses in the process that calls it: foreign files go through the importer instead.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Final

from myriorama.scenes.assets.gltf import read_gltf
from myriorama.scenes.assets.obj import read_obj
from myriorama.scenes.assets.ply import read_ply
from myriorama.scenes.assets.source import SourceFile
from myriorama.scenes.assets.stl import read_stl
from myriorama.scenes.assets.store import ImportedModel

_READERS: Final[Mapping[str, Callable[[SourceFile], ImportedModel]]] = {
    ".glb": read_gltf,
    ".gltf": read_gltf,
    ".obj": read_obj,
    ".ply": read_ply,
    ".stl": read_stl,
}
MODEL_SUFFIXES: Final = tuple(_READERS)
ALLOWED: Final = "glTF 2.0 (.glb, .gltf), OBJ, PLY or STL"


def read_model(source: SourceFile) -> ImportedModel:
    """Return the model in its own units and axes.

    Raises
    ------
    AssetError
        The format is not known, the ending does not fit the content, or the file is malformed or hostile.
    """
    reader = _READERS.get(source.suffix)
    if reader is None:
        raise source.fault("name", "is not a model file that can be read", source.suffix or "no ending", ALLOWED)
    if not source.content.strip():
        raise source.fault("", "the file is empty", f"{len(source.content)} bytes", ALLOWED)
    found = _looks_like(source.content)
    if found and found != source.suffix:
        allowed = f"the ending {found}" if found in _READERS else ALLOWED
        raise source.fault("", f"the file is named {source.suffix} but holds {found}", allowed=allowed)
    try:
        return reader(source)
    except (ValueError, OverflowError, struct.error, RecursionError) as error:
        # Every known fault has a message of its own; this is the net under them.
        raise source.fault("", f"the file is malformed: {error}") from error


def _looks_like(content: bytes) -> str:
    """Return the ending that the first bytes speak for, or an empty string."""
    head = content[:512].lstrip()
    if head[:4] == b"glTF":
        return ".glb"
    if head[:4] == b"ply\n" or head[:5] == b"ply\r\n":
        return ".ply"
    if head[:1] == b"{":
        return ".gltf"
    for magic, name in (
        (b"\x1f\x8b", "gzip (unpack it first)"),
        (b"PK\x03\x04", "a zip archive (unpack it first)"),
        (b"version https://git-lfs", "a Git LFS pointer (fetch the file itself)"),
        (b"Kaydara FBX", "FBX (export it as .glb)"),
        (b"BLENDER", "a Blender file (export it as .glb)"),
        (b"<", "XML or HTML"),
    ):
        if head.startswith(magic):
            return name
    return ""
