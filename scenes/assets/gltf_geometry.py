"""Triangles of a glTF primitive, plain or Draco-compressed, in the mesh's own frame.

A Draco primitive is checked against the counts that the JSON declares, because a decoder that is absent
or confused tends to hand back zeros. Points and lines are passed over with a note.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assets.gltf_document import DRACO, Array, GltfDocument
from myriorama.scenes.assets.json_view import JsonView
from myriorama.scenes.assets.limits import MAX_FACES, MAX_VERTICES
from myriorama.scenes.assets.pieces import Tally
from myriorama.scenes.conventions import F64

_TRIANGLES, _STRIP, _FAN = 4, 5, 6
_WIDTHS = {"POSITION": 3, "NORMAL": 3, "TEXCOORD": 2, "COLOR": 4, "JOINTS": 4, "WEIGHTS": 4}


@dataclass(eq=False)
class Primitive:
    """Arrays of one primitive.

    Attributes
    ----------
    positions, normals : (V, 3) float64
    uv : dict of int to (V, 2) float64
        By texture coordinate set, as stored: v = 0 at the *top*.
    colors : (V, 4) float64 or None
        Linear RGB and alpha in [0, 1].
    joints, weights : (V, 4 k) int64 and float64
        Only where the primitive is skinned.
    """

    positions: F64
    faces: npt.NDArray[np.int64]
    normals: F64 | None = None
    uv: dict[int, F64] = field(default_factory=dict)
    colors: F64 | None = None
    joints: npt.NDArray[np.int64] | None = None
    weights: F64 | None = None
    material: int | None = None


def read_primitive(document: GltfDocument, view: JsonView, tally: Tally) -> Primitive | None:
    """Return a primitive's triangles, or None for points and lines."""
    mode = view.integer("mode", _TRIANGLES, high=6)
    if mode < _TRIANGLES:
        tally.note(f"{view.place}: points and lines are not drawn")
        return None
    attributes = view.need("attributes")
    position_index = attributes.index("POSITION")
    if position_index is None:
        raise attributes.fault("POSITION", "is missing")
    vertices = document.accessor_count(position_index, attributes)
    index_accessor = view.index("indices")
    corners = vertices if index_accessor is None else document.accessor_count(index_accessor, view)
    if vertices > MAX_VERTICES or corners > 3 * MAX_FACES:
        tally.add(view.place, vertices, corners // 3)
    draco = (view.child("extensions") or JsonView({}, view.file)).child(DRACO)
    if draco is not None:
        stored, faces = _decode_draco(document, view, draco, vertices)
    else:
        stored = {name: _stored(document, attributes, name, vertices) for name in _wanted(attributes)}
        faces = _faces(document, view, mode, index_accessor, corners)
    return _assembled(document, attributes, stored, faces, view.index("material"))


def _wanted(attributes: JsonView) -> list[str]:
    names = [n for n in attributes.value if n.split("_")[0] in _WIDTHS]
    return [n for n in names if not n.startswith("COLOR") or n == "COLOR_0"]


def _width(document: GltfDocument, attributes: JsonView, name: str) -> int:
    width = _WIDTHS[name.split("_")[0]]
    if name == "COLOR_0":
        accessor = document.root.entry("accessors", attributes.integer(name), attributes)
        return 3 if accessor.text("type") == "VEC3" else 4
    return width


def _stored(document: GltfDocument, attributes: JsonView, name: str, vertices: int) -> Array:
    index = attributes.integer(name)
    out = document.accessor(index, _width(document, attributes, name), attributes)
    if len(out) != vertices:
        raise attributes.fault(name, f"has {len(out)} elements for {vertices} vertices")
    return out


def _faces(
    document: GltfDocument, view: JsonView, mode: int, accessor: int | None, corners: int
) -> npt.NDArray[np.int64]:
    if accessor is None:
        order = np.arange(corners, dtype=np.int64)
    else:
        stored = document.accessor(accessor, 1, view)
        if stored.dtype.kind != "u":
            raise view.fault("indices", "must be unsigned whole numbers", str(stored.dtype))
        order = stored[:, 0].astype(np.int64)
    if mode == _TRIANGLES:
        if corners % 3:
            raise view.fault("indices", "is not a whole number of triangles", f"{corners} corners")
        return order.reshape(-1, 3)
    if corners < 3:
        return np.zeros((0, 3), dtype=np.int64)
    if mode == _FAN:
        return np.stack([np.full(corners - 2, order[0]), order[1:-1], order[2:]], axis=1)
    strip = np.stack([order[:-2], order[1:-1], order[2:]], axis=1)
    strip[1::2] = strip[1::2][:, [1, 0, 2]]
    # A strip jumps by repeating a vertex; such triangles have no area.
    flat = (strip[:, 0] == strip[:, 1]) | (strip[:, 1] == strip[:, 2]) | (strip[:, 0] == strip[:, 2])
    return np.asarray(strip[~flat])


def _decode_draco(
    document: GltfDocument, view: JsonView, draco: JsonView, vertices: int
) -> tuple[dict[str, Array], npt.NDArray[np.int64]]:
    try:
        import DracoPy
    except ImportError as error:
        raise draco.fault("", "the mesh is Draco-compressed and the package DracoPy is not installed") from error
    content, _ = document.buffer_view(draco.integer("bufferView"), draco)
    try:
        mesh = DracoPy.decode(bytes(content))
    except (DracoPy.FileTypeException, ValueError, EOFError, RuntimeError, IndexError) as error:
        what = f"the Draco mesh is truncated or broken: {error}"
        allowed = "a whole Draco stream; export the model again, or without compression"
        raise draco.fault("bufferView", what, f"{len(content)} bytes", allowed) from error
    if not hasattr(mesh, "faces") or len(mesh.faces) == 0:
        raise draco.fault("bufferView", "the Draco stream holds no triangles")
    by_id = {int(a["unique_id"]): np.asarray(a["data"]) for a in mesh.attributes}
    attributes, names = view.need("attributes"), draco.need("attributes")
    stored: dict[str, Array] = {}
    for name in _wanted(attributes):
        if name not in names:
            stored[name] = _stored(document, attributes, name, vertices)
            continue
        found = by_id.get(names.integer(name))
        if found is None:
            what = "names an attribute that the Draco stream does not hold"
            raise names.fault(name, what, names.integer(name), f"one of {sorted(by_id)}")
        width = _width(document, attributes, name)
        if found.shape != (vertices, width):
            what = f"the Draco stream holds {found.shape} where the file declares ({vertices}, {width})"
            raise names.fault(name, what, str(found.shape), f"({vertices}, {width})")
        stored[name] = found
    if not np.any(stored["POSITION"]):
        raise draco.fault("", "the Draco stream decoded to zeros only", "0 x 0 x 0", "a model with some size")
    return stored, np.asarray(mesh.faces, dtype=np.int64).reshape(-1, 3)


def _assembled(
    document: GltfDocument,
    attributes: JsonView,
    stored: dict[str, Array],
    faces: npt.NDArray[np.int64],
    material: int | None,
) -> Primitive:
    def floats(name: str) -> F64:
        return document.as_floats(stored[name], attributes.integer(name))

    out = Primitive(floats("POSITION"), faces, material=material)
    bad = np.flatnonzero(~np.isfinite(out.positions).all(axis=1))
    if len(bad):  # here, because a transform would spread one NaN over the whole vertex
        what = f"{len(bad)} vertices are not finite numbers, the first is vertex {bad[0]}"
        raise attributes.fault("POSITION", what, str(out.positions[bad[0]].tolist()), "finite numbers")
    if "NORMAL" in stored:
        out.normals = floats("NORMAL")
    for name in stored:
        kind, _, number = name.partition("_")
        if kind == "TEXCOORD" and number.isdigit():
            out.uv[int(number)] = floats(name)
    if "COLOR_0" in stored:
        colors = np.ones((len(out.positions), 4))
        colors[:, : stored["COLOR_0"].shape[1]] = floats("COLOR_0")
        out.colors = colors
    sets = sorted(n for n in stored if n.startswith("JOINTS_") and n.replace("JOINTS", "WEIGHTS") in stored)
    if sets:
        out.joints = np.concatenate([stored[n].astype(np.int64) for n in sets], axis=1)
        out.weights = np.concatenate([floats(n.replace("JOINTS", "WEIGHTS")) for n in sets], axis=1)
    return out
