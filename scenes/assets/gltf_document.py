"""A glTF 2.0 file opened: its JSON, its buffers, and typed arrays out of them.

Every count is held against the bytes that are there before an array is made. Extensions that would
change what the bytes mean, and that are not known here, are refused.
"""

from __future__ import annotations

import base64
import binascii
import struct
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assets.json_view import JsonView, parse_json
from myriorama.scenes.assets.limits import MAX_DATA_URI_BYTES, MAX_FACES, MAX_FILE_BYTES
from myriorama.scenes.assets.source import SourceFile
from myriorama.scenes.conventions import F64

DRACO: Final = "KHR_draco_mesh_compression"
KNOWN_EXTENSIONS: Final = frozenset(
    {
        DRACO,
        "KHR_mesh_quantization",
        "KHR_texture_transform",
        "KHR_materials_unlit",
        "KHR_materials_emissive_strength",
        "KHR_materials_pbrSpecularGlossiness",
        "EXT_texture_webp",
    }
)
_WAY_OUT: Final = {
    "EXT_meshopt_compression": "a file without it, e.g. exported without meshopt compression",
    "KHR_meshopt_compression": "a file without it, e.g. exported without meshopt compression",
    "KHR_texture_basisu": "a file whose textures are PNG, JPEG or WebP",
}
_COMPONENTS: Final = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS: Final = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_MAX_ELEMENTS: Final = 3 * MAX_FACES
_WHOLE: Final = "the whole file; fetch or export it again"
Array = npt.NDArray[np.generic]


class GltfDocument:
    """A .gltf or .glb file.

    Parameters
    ----------
    source : SourceFile
        Its `beside` reads external buffers and images.

    Raises
    ------
    AssetError
        From every method: truncated, malformed, a wrong count or index, an extension that is not known.
    """

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.binary: memoryview | None = None
        self.is_binary = source.content[:4] == b"glTF"
        text = self._open_container() if self.is_binary else source.content
        self.root = parse_json(text, source.name, "JSON chunk" if self.is_binary else "")
        self.root.place = ""
        version = self.root.need("asset").text("version")
        if version.split(".")[0] != "2":
            raise self.root.fault("asset.version", "this glTF version cannot be read", version, "2.x")
        required = self.root.list_at("extensionsRequired")
        for name in required:
            if not isinstance(name, str) or name not in KNOWN_EXTENSIONS:
                allowed = _WAY_OUT.get(str(name), "a file that does not require it")
                raise self.root.fault(
                    "extensionsRequired", "the file needs an extension that cannot be read", name, allowed
                )
        self._buffers: dict[int, memoryview] = {}

    def _open_container(self) -> bytes:
        content, fault = self.source.content, self.source.fault
        if len(content) < 20:
            raise fault("header", "the GLB file is truncated", f"{len(content)} bytes", _WHOLE)
        version, length = struct.unpack_from("<II", content, 4)
        if version != 2:
            raise fault("header", "this GLB version cannot be read", version, "2")
        if length > len(content):
            raise fault("header", "the GLB file is truncated", f"{len(content)} bytes of {length}", _WHOLE)
        text: bytes | None = None
        offset = 12
        while offset + 8 <= length:
            size, kind = struct.unpack_from("<II", content, offset)
            start, end = offset + 8, offset + 8 + size
            if end > length:
                raise fault("chunks", "a GLB chunk is longer than the file", f"{size} bytes at {offset}", _WHOLE)
            if kind == 0x4E4F534A and text is None:
                text = content[start:end]
            elif kind == 0x004E4942 and self.binary is None:
                self.binary = memoryview(content)[start:end]
            offset = end
        if text is None:
            raise fault("chunks", "the GLB file holds no JSON chunk")
        return text

    def read_uri(self, view: JsonView, what: str) -> bytes:
        """Return the bytes behind the ``uri`` of an image or a buffer: embedded, or a file beside this one."""
        uri = view.text("uri")
        if not uri.startswith("data:"):
            return self.source.beside(uri, f"{view.place}.uri")
        head, comma, payload = uri.partition(",")
        if not comma or not head.endswith(";base64"):
            raise view.fault("uri", f"the embedded {what} is not base64", head, "data:...;base64,...")
        if len(payload) * 3 // 4 > MAX_DATA_URI_BYTES:
            allowed = f"at most {MAX_DATA_URI_BYTES // 2**20} MB; save the model as .glb"
            raise view.fault("uri", f"the embedded {what} is too large", f"{len(payload)} characters", allowed)
        try:
            return base64.b64decode(payload, validate=True)
        except binascii.Error as error:
            raise view.fault("uri", f"the embedded {what} is not base64: {error}") from error

    def buffer(self, index: int, asked_by: JsonView) -> memoryview:
        """Return the bytes of a buffer, exactly as many as it declares."""
        if index not in self._buffers:
            view = self.root.entry("buffers", index, asked_by)
            length = view.integer("byteLength", low=1, high=MAX_FILE_BYTES)
            if "uri" in view:
                found = memoryview(self.read_uri(view, "buffer"))
            elif index == 0 and self.binary is not None:
                found = self.binary
            else:
                raise view.fault("uri", "is missing, and there is no binary chunk")
            if len(found) < length:
                raise view.fault("byteLength", "the buffer is truncated", f"{len(found)} bytes of {length}", _WHOLE)
            self._buffers[index] = found[:length]
        return self._buffers[index]

    def buffer_view(self, index: int, asked_by: JsonView) -> tuple[memoryview, int]:
        """Return the bytes of a buffer view, and its stride (0 = tightly packed)."""
        view = self.root.entry("bufferViews", index, asked_by)
        buffer = self.buffer(view.integer("buffer"), view)
        start, length = view.integer("byteOffset", 0), view.integer("byteLength", low=1)
        if start + length > len(buffer):
            raise view.fault("byteLength", "reaches beyond its buffer", f"{start}+{length} of {len(buffer)}")
        return buffer[start : start + length], view.integer("byteStride", 0, high=252)

    def accessor_count(self, index: int, asked_by: JsonView) -> int:
        """Return how many elements an accessor declares, within the limits."""
        view = self.root.entry("accessors", index, asked_by)
        return view.integer("count", low=1, high=_MAX_ELEMENTS)

    def accessor(self, index: int, width: int, asked_by: JsonView) -> Array:
        """Return (count, width) in the stored type."""
        view = self.root.entry("accessors", index, asked_by)
        kind = view.text("type")
        if _WIDTHS.get(kind) != width:
            raise view.fault("type", f"must have {width} components for {asked_by.place}", kind)
        dtype = self._dtype(view)
        count = self.accessor_count(index, asked_by)
        if "bufferView" in view:
            out = self._elements(view, view.integer("bufferView"), view.integer("byteOffset", 0), count, width, dtype)
        elif "sparse" in view:
            out = np.zeros((count, width), dtype=dtype)
        else:
            what = "is missing: the accessor has a count but no bytes"
            raise view.fault("bufferView", what, f"count {count}", "the index of a buffer view")
        sparse = view.child("sparse")
        return out if sparse is None else self._with_sparse(out, sparse, dtype)

    def _dtype(self, view: JsonView) -> np.dtype[np.generic]:
        code = view.integer("componentType")
        if code not in _COMPONENTS:
            raise view.fault("componentType", "is not a glTF component type", code)
        return np.dtype(_COMPONENTS[code])

    def _elements(
        self, view: JsonView, buffer_view: int, offset: int, count: int, width: int, dtype: np.dtype[np.generic]
    ) -> Array:
        content, stride = self.buffer_view(buffer_view, view)
        size = width * dtype.itemsize
        stride = stride or size
        if stride < size:
            raise view.fault("bufferView", f"its stride of {stride} bytes is shorter than an element of {size}")
        if offset + stride * (count - 1) + size > len(content):
            allowed = f"at most {max(0, (len(content) - offset - size) // stride + 1)} in {len(content)} bytes"
            raise view.fault("count", "needs more bytes than its buffer view has", f"{count:,}", allowed)
        strides = (stride, dtype.itemsize)
        return np.ndarray((count, width), dtype, buffer=content, offset=offset, strides=strides).copy()

    def _with_sparse(self, base: Array, sparse: JsonView, dtype: np.dtype[np.generic]) -> Array:
        count = sparse.integer("count", low=1, high=len(base))
        where, what = sparse.need("indices"), sparse.need("values")
        at = self._elements(
            where, where.integer("bufferView"), where.integer("byteOffset", 0), count, 1, self._dtype(where)
        )
        rows = at[:, 0].astype(np.int64)
        if rows.min() < 0 or rows.max() >= len(base):
            raise where.fault("", f"names element {int(rows.max())} of {len(base)}")
        offset = what.integer("byteOffset", 0)
        base[rows] = self._elements(what, what.integer("bufferView"), offset, count, base.shape[1], dtype)
        return base

    def floats(self, index: int, width: int, asked_by: JsonView) -> F64:
        """Return (count, width) float64, integers scaled as the accessor's ``normalized`` says."""
        return self.as_floats(self.accessor(index, width, asked_by), index)

    def as_floats(self, stored: Array, index: int) -> F64:
        """Return `stored` values, read for accessor `index`, as float64."""
        view = self.root.entry("accessors", index)
        out = stored.astype(np.float64)
        if stored.dtype.kind in "iu" and view.flag("normalized", False):
            out /= float(np.iinfo(self._dtype(view).str).max)
            np.maximum(out, -1.0, out=out)
        return out
