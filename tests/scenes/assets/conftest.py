"""Makers of foreign files, good and hostile: each known trap of real collections has a small twin made here."""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import DracoPy
import numpy as np
import pytest
from PIL import Image

from myriorama.scenes.assets.source import SourceFile, asset_fault

CUBE = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)], dtype=np.float32)
CUBE_FACES = np.array(
    [
        *([0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]),
        *([2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]),
    ],
    dtype=np.uint32,
)
_KINDS = {"<f4": 5126, "<u4": 5125, "<u2": 5123, "|u1": 5121, "<i2": 5122, "|i1": 5120}


class GltfMaker:
    """Puts a glTF file together; `json` stays open to spoil."""

    def __init__(self) -> None:
        self.binary = bytearray()
        self.json: dict[str, Any] = {
            "asset": {"version": "2.0"},
            "buffers": [{}],
            "bufferViews": [],
            "accessors": [],
            "meshes": [],
            "nodes": [],
        }

    def view(self, content: bytes) -> int:
        """Add bytes as a buffer view."""
        self.binary += bytes(-len(self.binary) % 4)
        self.json["bufferViews"].append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(content)})
        self.binary += content
        return len(self.json["bufferViews"]) - 1

    def accessor(self, array: np.ndarray, **more: Any) -> int:
        """Add an array as an accessor."""
        array = np.ascontiguousarray(array)
        rows = array.reshape(len(array), -1)
        kind = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}[rows.shape[1]]
        row = {"componentType": _KINDS[array.dtype.str], "count": len(rows), "type": kind}
        self.json["accessors"].append({"bufferView": self.view(array.tobytes()), **row, **more})
        return len(self.json["accessors"]) - 1

    def mesh(self, *primitives: Mapping[str, Any], **more: Any) -> int:
        """Add a mesh of these primitives."""
        self.json["meshes"].append({"primitives": list(primitives), **more})
        return len(self.json["meshes"]) - 1

    def primitive(
        self, positions: np.ndarray = CUBE, faces: np.ndarray | None = CUBE_FACES, **attributes: np.ndarray
    ) -> dict[str, Any]:
        """Add arrays and return the primitive that uses them."""
        named = {"POSITION": self.accessor(positions)} | {k: self.accessor(v) for k, v in attributes.items()}
        out: dict[str, Any] = {"attributes": named}
        if faces is not None:
            out["indices"] = self.accessor(faces.reshape(-1, 1))
        return out

    def node(self, **row: Any) -> int:
        """Add a node."""
        self.json["nodes"].append(row)
        return len(self.json["nodes"]) - 1

    def image(self, content: bytes, **sampler: int) -> int:
        """Add an embedded image and a texture of it; return the texture."""
        for key in ("images", "textures", "samplers"):
            self.json.setdefault(key, [])
        self.json["images"].append({"bufferView": self.view(content), "mimeType": "image/png"})
        self.json["samplers"].append(sampler)
        count = len(self.json["images"]) - 1
        self.json["textures"].append({"source": count, "sampler": count})
        return len(self.json["textures"]) - 1

    def material(self, **row: Any) -> int:
        """Add a material."""
        self.json.setdefault("materials", []).append(row)
        return len(self.json["materials"]) - 1

    def glb(self) -> bytes:
        """Return the binary form."""
        self.json["buffers"][0].setdefault("byteLength", len(self.binary))
        text = json.dumps(self.json).encode()
        text += b" " * (-len(text) % 4)
        binary = bytes(self.binary) + bytes(-len(self.binary) % 4)
        body = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(binary), 0x004E4942) + binary
        return b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body

    def gltf(self) -> bytes:
        """Return the JSON form with the buffer embedded."""
        self.json["buffers"][0] = {
            "byteLength": len(self.binary),
            "uri": "data:application/octet-stream;base64," + base64.b64encode(self.binary).decode(),
        }
        return json.dumps(self.json).encode()


class Forge:
    """Makes files."""

    Gltf = GltfMaker
    cube, cube_faces = CUBE, CUBE_FACES

    @staticmethod
    def source(name: str, content: bytes, beside: Mapping[str, bytes] | None = None) -> SourceFile:
        """A source whose neighbours are these, by the very text that refers to them."""
        around = dict(beside or {})

        def read(reference: str, place: str) -> bytes:
            if reference not in around:
                raise asset_fault(name, place, "refers to a file that is missing", reference)
            return around[reference]

        return SourceFile(name, content, read)

    def cube_glb(self) -> bytes:
        """A plain cube of side 1, 12 triangles, without normals."""
        maker = GltfMaker()
        maker.node(mesh=maker.mesh(maker.primitive()))
        return maker.glb()

    def draco_glb(self, positions: np.ndarray = CUBE, faces: np.ndarray = CUBE_FACES) -> GltfMaker:
        """A Draco-compressed mesh whose accessors have no bytes of their own, as exporters write them."""
        maker = GltfMaker()
        normals = positions / np.maximum(np.linalg.norm(positions, axis=1, keepdims=True), 1e-9)
        uv = np.ascontiguousarray(positions[:, :2] + 0.5, dtype=np.float64)
        stream = DracoPy.encode(
            positions,
            faces=faces,
            normals=normals.astype(np.float64),
            tex_coord=uv,
            quantization_bits=16,
            preserve_order=True,
        )
        view = maker.view(stream)
        rows = [("SCALAR", 5125, faces.size), ("VEC3", 5126, len(positions)), ("VEC3", 5126, len(positions))]
        for kind, code, count in [*rows, ("VEC2", 5126, len(positions))]:
            maker.json["accessors"].append({"componentType": code, "count": count, "type": kind})
        ids = {a["attribute_type"]: a["unique_id"] for a in DracoPy.decode(stream).attributes}
        named = {"POSITION": ids[0], "NORMAL": ids[1], "TEXCOORD_0": ids[3]}
        primitive = {
            "attributes": {"POSITION": 1, "NORMAL": 2, "TEXCOORD_0": 3},
            "indices": 0,
            "extensions": {"KHR_draco_mesh_compression": {"bufferView": view, "attributes": named}},
        }
        maker.json["extensionsRequired"] = maker.json["extensionsUsed"] = ["KHR_draco_mesh_compression"]
        maker.node(mesh=maker.mesh(primitive))
        return maker

    @staticmethod
    def picture(pixels: np.ndarray, form: str = "PNG", **options: Any) -> bytes:
        """Encode (H, W), (H, W, 3) or (H, W, 4) uint8 pixels."""
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, form, **options)
        return out.getvalue()

    @staticmethod
    def png_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
        """A few hundred bytes that declare a huge picture."""

        def chunk(kind: bytes, body: bytes) -> bytes:
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

        head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        body = zlib.compress(bytes(100_000), 9)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")

    @staticmethod
    def exr(channels: Mapping[str, np.ndarray]) -> bytes:
        """An OpenEXR file of these float32 channels."""
        import OpenEXR

        stream = io.BytesIO()
        header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
        OpenEXR.File(header, {k: np.ascontiguousarray(v) for k, v in channels.items()}).write(stream)
        return stream.getvalue()

    @staticmethod
    def hdr(rgbe: np.ndarray, *, encoded: str = "runs", size: str = "-Y {h} +X {w}", header: str = "") -> bytes:
        """A Radiance file of (H, W, 4) uint8 pixels, run-length encoded or flat."""
        height, width = rgbe.shape[:2]
        head = f"#?RADIANCE\n{header}FORMAT=32-bit_rle_rgbe\n\n{size.format(h=height, w=width)}\n".encode()
        if encoded == "flat":
            return head + rgbe.tobytes()
        out = bytearray(head)
        for row in rgbe:
            out += bytes((2, 2, width >> 8, width & 255))
            for channel in row.T:
                out += _packets(channel.tobytes())
        return bytes(out)


def _packets(channel: bytes) -> bytes:
    """Runs of three and more as runs, everything else literally."""
    out, at = bytearray(), 0
    while at < len(channel):
        run = 1
        while at + run < len(channel) and run < 127 and channel[at + run] == channel[at]:
            run += 1
        if run >= 3:
            out += bytes((128 + run, channel[at]))
            at += run
            continue
        end = at + 1
        while end < len(channel) and end - at < 128 and channel[end : end + 3] != channel[end : end + 1] * 3:
            end += 1
        out += bytes((end - at,)) + channel[at:end]
        at = end
    return bytes(out)


@pytest.fixture(scope="session")
def forge() -> Forge:
    """Makers of foreign files."""
    return Forge()


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The folder of real test data beside the repository; tests that need it are skipped where it is not."""
    found = Path(__file__).resolve().parents[4] / "shared" / "data"
    if not (found / "models").is_dir():
        pytest.skip("the real test data is not beside this checkout")
    return found
