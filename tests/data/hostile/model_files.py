"""Model files: what real collections hold and what an attacker would send, each made of one small cube."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import DracoPy
import numpy as np
from picture_files import png, png_bomb

CUBE = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)], dtype="<f4")
FACES = np.array(
    [
        *([0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]),
        *([2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]),
    ],
    dtype="<u4",
)
Document = dict[str, Any]
GRADIENT = png(np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], dtype=np.uint8))
DRACO = "KHR_draco_mesh_compression"


def model_files() -> dict[str, bytes]:
    """Return every model file by its name."""
    return {**_good(), **_broken_glb(), **_draco_and_meshopt(), **_references(), **_other_formats(), **_disguises()}


def _good() -> dict[str, bytes]:
    document, _ = _document(CUBE * np.float32([2, 1, 0.5]), buffer={"uri": "box.bin"})
    _paint(document, "box.png")
    document["meshes"][0]["primitives"][0]["attributes"]["TEXCOORD_0"] = 2
    uv = np.ascontiguousarray(CUBE[:, :2] + 0.5)
    binary = (CUBE * np.float32([2, 1, 0.5])).tobytes() + FACES.tobytes() + uv.tobytes()
    document["bufferViews"].append({"buffer": 0, "byteOffset": 240, "byteLength": 64})
    document["accessors"].append({"bufferView": 2, "componentType": 5126, "count": 8, "type": "VEC2"})
    document["buffers"][0]["byteLength"] = len(binary)
    return {
        "cube.glb": _glb(),
        "box.gltf": _text(document),
        "box.bin": binary,
        "box.png": GRADIENT,
        "draco.glb": _draco(),
        # As the PLY airplane of PyVista's examples, whose largest extent is 1,516 of some unit.
        "odd_units.ply": _ply(CUBE * np.float32([1516, 1100, 420])),
    }


def _broken_glb() -> dict[str, bytes]:
    nan, infinite, wrong = CUBE.copy(), CUBE.copy(), FACES.copy()
    nan[5, 1], infinite[2, 2], wrong[3, 1] = np.nan, np.inf, 8
    return {
        "zero_extent.glb": _glb(np.full_like(CUBE, 7.5)),
        "nan_positions.glb": _glb(nan),
        "infinite_positions.glb": _glb(infinite),
        "bad_index.glb": _glb(faces=wrong),
        "truncated.glb": _glb()[:400],
        "long_chunk.glb": _glb()[:12] + struct.pack("<I", 2**31) + _glb()[16:],
        "ten_million_faces.glb": _glb(change=_put("accessors", 1, "count", 30_000_000)),
        "more_than_ten_million_faces.glb": _glb(change=_put("accessors", 1, "count", 30_000_003)),
        "count_without_bytes.glb": _glb(change=_drop("accessors", 0, "bufferView")),
        "negative_count.glb": _glb(change=_put("accessors", 0, "count", -8)),
        "missing_accessor.glb": _glb(change=_put("meshes", 0, "primitives", 0, "indices", 7)),
        "cyclic_nodes.glb": _glb(change=_cycle),
        "crowd_of_parts.glb": _glb(change=_crowd),
        "points_only.glb": _glb(change=_put("meshes", 0, "primitives", 0, "mode", 0)),
        "gltf_1.glb": _glb(change=_put("asset", "version", "1.0")),
        "nan_in_json.glb": _glb(change=_put("nodes", 0, "scale", [float("nan"), 1, 1])),
        "texture_bomb.glb": _glb(change=_embedded_bomb, more=png_bomb()),
    }


def _draco_and_meshopt() -> dict[str, bytes]:
    stream = _draco_stream(CUBE)

    def meshopt(document: Document) -> None:
        document["extensionsUsed"] = document["extensionsRequired"] = ["EXT_meshopt_compression"]
        coded = {"buffer": 0, "byteLength": 96, "byteStride": 12, "count": 8, "mode": "ATTRIBUTES"}
        document["bufferViews"][0]["extensions"] = {"EXT_meshopt_compression": coded}

    return {
        "meshopt.glb": _glb(change=meshopt),
        "draco_broken.glb": _draco(stream[:20] + bytes(len(stream) - 20)),
        "draco_truncated.glb": _draco(stream[: len(stream) // 2]),
        # A decoder that fails softly hands back zeros; so does this stream, by right.
        "draco_zeros.glb": _draco(_draco_stream(np.zeros_like(CUBE))),
        "draco_other_count.glb": _draco(change=_put("accessors", 1, "count", 9)),
    }


def _references() -> dict[str, bytes]:
    textures = {
        "texture_missing": "Textures/colormap.png",
        "texture_climbs": "../pictures/small.png",
        "texture_climbs_encoded": "%2e%2e/pictures/small.png",
        "texture_absolute": "/etc/hostname",
        "texture_file_url": "file:///etc/hostname",
        "texture_http_url": "http://localhost:9/colormap.png",
        "texture_drive": "C:/colormap.png",
        "texture_share": "//server/share/colormap.png",
        "texture_device": "con.png",
    }
    out = {f"{name}.glb": _glb(change=_painter(uri)) for name, uri in textures.items()}
    out["buffer_missing.gltf"] = _text(_document(buffer={"uri": "gone.bin"})[0])
    out["buffer_short.gltf"] = _text(_document(buffer={"uri": "box.png"})[0])
    out["buffer_climbs.gltf"] = _text(_document(buffer={"uri": "../models/box.bin"})[0])
    out["buffer_not_base64.gltf"] = _text(_document(buffer={"uri": "data:application/octet-stream,plain"})[0])
    out["material_missing.obj"] = b"mtllib gone.mtl\nusemtl red\n" + _obj()
    out["material_climbs.obj"] = b"mtllib ..\\..\\secret.mtl\nusemtl red\n" + _obj()
    return out


def _other_formats() -> dict[str, bytes]:
    wrong = FACES.copy()
    wrong[3, 1] = 8
    stl = bytes(80) + struct.pack("<I", 12)
    for a, b, c in CUBE[FACES]:
        stl += np.cross(b - a, c - a).astype("<f4").tobytes() + a.tobytes() + b.tobytes() + c.tobytes() + bytes(2)
    header = b"ply\nformat binary_little_endian 1.0\nelement vertex 8\nproperty float x\nproperty float y\n"
    header += b"property float z\nelement face %d\nproperty list uchar int vertex_indices\nend_header\n"
    return {
        "zero_extent.ply": _ply(np.zeros_like(CUBE)),
        "bad_index.ply": _ply(CUBE, wrong),
        "points_only.ply": _ply(CUBE, FACES[:0]).replace(
            b"element face 0\nproperty list uchar int vertex_indices\n", b""
        ),
        "truncated.ply": (header % 12) + CUBE.tobytes()[:60],
        "ten_million_faces.ply": (header % 10_000_000) + CUBE.tobytes(),
        "more_than_ten_million_faces.ply": (header % 10_000_001) + CUBE.tobytes(),
        "not_credible.ply": _ply(CUBE * np.float32(1e6)),
        "bad_index.obj": _obj().replace(b"f 1 2 4", b"f 1 2 9"),
        "index_before_start.obj": _obj().replace(b"f 1 2 4", b"f -9 -8 -7"),
        "nan_positions.obj": _obj().replace(b"v 0.5 0.5 0.5", b"v 0.5 nan 0.5"),
        "truncated.stl": stl[:300],
        "ten_million_faces.stl": stl[:80] + struct.pack("<I", 10_000_000) + stl[84:],
    }


def _disguises() -> dict[str, bytes]:
    deflate = zlib.compressobj(0, zlib.DEFLATED, -15)
    packed = deflate.compress(_glb()) + deflate.flush()
    gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + packed + struct.pack("<II", zlib.crc32(_glb()), len(_glb()))
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
    return {
        "gzip.glb": gzip,
        "binary_named_text.obj": _glb(),
        "web_page.gltf": b"<!doctype html><title>404</title>\n",
        "git_lfs_pointer.glb": pointer.encode(),
        "cube.fbx": b"Kaydara FBX Binary  \0\x1a\0" + bytes(40),
        "empty.glb": b"",
    }


# --- makers


def _document(positions: Any = CUBE, faces: Any = FACES, buffer: Document | None = None) -> tuple[Document, bytes]:
    """Return the JSON of a cube, and its binary."""
    binary = positions.tobytes() + faces.tobytes()
    split = positions.nbytes
    views = [(0, split), (split, faces.nbytes)]
    document: Document = {
        "asset": {"version": "2.0"},
        "buffers": [{**(buffer or {}), "byteLength": len(binary)}],
        "bufferViews": [{"buffer": 0, "byteOffset": start, "byteLength": length} for start, length in views],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": len(positions), "type": "VEC3"},
            {"bufferView": 1, "componentType": 5125, "count": faces.size, "type": "SCALAR"},
        ],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "nodes": [{"mesh": 0}],
    }
    return document, binary


def _glb(
    positions: Any = CUBE, faces: Any = FACES, change: Callable[[Document], None] | None = None, more: bytes = b""
) -> bytes:
    """Return a cube as GLB, its JSON spoilt by `change`, with `more` bytes behind its own."""
    document, binary = _document(positions, faces)
    document["buffers"][0]["byteLength"] += len(more)
    if change is not None:
        change(document)
    return _container(document, binary + more)


def _container(document: Document, binary: bytes) -> bytes:
    text = _text(document)
    text += b" " * (-len(text) % 4)
    binary += bytes(-len(binary) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


def _text(document: Document) -> bytes:
    return json.dumps(document).encode()


def _put(*steps: Any) -> Callable[[Document], None]:
    """Return a change that puts the last argument at the place that the others name."""

    def change(document: Document) -> None:
        at: Any = document
        for step in steps[:-2]:
            at = at[step]
        at[steps[-2]] = steps[-1]

    return change


def _drop(*steps: Any) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        at: Any = document
        for step in steps[:-1]:
            at = at[step]
        del at[steps[-1]]

    return change


def _cycle(document: Document) -> None:
    document["nodes"] = [{"mesh": 0, "children": [1]}, {"children": [0]}]
    document["scenes"] = [{"nodes": [0]}]


def _crowd(document: Document) -> None:
    """Make 65 nodes of one mesh of 64 primitives: 4,160 parts of 12 faces each."""
    document["meshes"][0]["primitives"] *= 64
    document["nodes"] *= 65


def _paint(document: Document, uri: str) -> None:
    document |= {"images": [{"uri": uri}], "textures": [{"source": 0}]}
    document["materials"] = [{"name": "paint", "pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}]
    document["meshes"][0]["primitives"][0]["material"] = 0


def _painter(uri: str) -> Callable[[Document], None]:
    return lambda document: _paint(document, uri)


def _embedded_bomb(document: Document) -> None:
    _paint(document, "")
    document["bufferViews"].append({"buffer": 0, "byteOffset": 240, "byteLength": len(png_bomb())})
    document["images"] = [{"bufferView": 2, "mimeType": "image/png"}]


def _draco_stream(positions: Any) -> bytes:
    found: bytes = DracoPy.encode(positions, faces=FACES, quantization_bits=14, preserve_order=True)
    return found


def _draco(stream: bytes | None = None, change: Callable[[Document], None] | None = None) -> bytes:
    """Return a GLB whose mesh is a Draco stream; as exporters write it, the accessors have no bytes of their own."""
    stream = _draco_stream(CUBE) if stream is None else stream
    document, _ = _document()
    document["buffers"] = [{"byteLength": len(stream)}]
    document["bufferViews"] = [{"buffer": 0, "byteOffset": 0, "byteLength": len(stream)}]
    for accessor in document["accessors"]:
        del accessor["bufferView"]
    document["accessors"].reverse()
    primitive = {"attributes": {"POSITION": 1}, "indices": 0}
    primitive["extensions"] = {DRACO: {"bufferView": 0, "attributes": {"POSITION": 0}}}
    document["meshes"][0]["primitives"] = [primitive]
    document["extensionsUsed"] = document["extensionsRequired"] = [DRACO]
    if change is not None:
        change(document)
    return _container(document, stream)


def _ply(positions: Any, faces: Any = FACES) -> bytes:
    lines = ["ply", "format ascii 1.0", f"element vertex {len(positions)}"]
    lines += [f"property float {axis}" for axis in "xyz"]
    lines += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header"]
    lines += [" ".join(f"{float(v):g}" for v in row) for row in positions]
    lines += ["3 " + " ".join(str(int(v)) for v in row) for row in faces]
    return ("\n".join(lines) + "\n").encode()


def _obj() -> bytes:
    lines = ["v " + " ".join(f"{float(v):g}" for v in row) for row in CUBE]
    lines += ["f " + " ".join(str(int(v) + 1) for v in row) for row in FACES]
    return ("\n".join(lines) + "\n").encode()
