"""Reads a glTF 2.0 scene (.gltf, .glb) as one model: every node's triangles, in the scene's frame, Y up.

The rest pose is taken: skins and morph targets are applied with the file's own joints and weights, and
animations are left out with a note. Cameras and lights of the file are not part of a model.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from myriorama.scenes.assets.gltf_document import GltfDocument
from myriorama.scenes.assets.gltf_geometry import Primitive, read_primitive
from myriorama.scenes.assets.gltf_materials import GltfMaterial, MaterialReader
from myriorama.scenes.assets.json_view import JsonView
from myriorama.scenes.assets.limits import MAX_NODE_DEPTH
from myriorama.scenes.assets.pieces import RawPiece, Tally, finished_model
from myriorama.scenes.assets.source import SourceFile
from myriorama.scenes.assets.store import ImportedModel
from myriorama.scenes.assets.vertex_colors import with_vertex_colors
from myriorama.scenes.conventions import F64


def read_gltf(source: SourceFile) -> ImportedModel:
    """Return the model of the file's default scene.

    Raises
    ------
    AssetError
        The file is malformed or hostile, needs an unknown extension, or refers to a file that is missing.
    """
    document = GltfDocument(source)
    tally = Tally(source.name)
    if document.root.list_at("animations"):
        tally.note("animations were left out; the model stands in its rest pose")
    nodes = _Nodes(document)
    materials = MaterialReader(document, tally)
    pieces: list[RawPiece] = []
    read: dict[str, Primitive | None] = {}
    for index, node in nodes.with_mesh():
        mesh = document.root.entry("meshes", node.integer("mesh"), node)
        label = node.text("name", "") or mesh.text("name", "") or f"node {index}"
        for view in mesh.entries("primitives"):
            if view.place not in read:
                read[view.place] = read_primitive(document, view, tally)
            primitive = read[view.place]
            if primitive is None:
                continue
            tally.add(view.place, len(primitive.positions), len(primitive.faces))
            material = materials.material(primitive.material, view)
            positions, normals = _rest_shape(document, view, mesh, node, primitive, tally)
            world_from_mesh = nodes.skin_transforms(node, primitive) if "skin" in node else nodes.world(index)
            pieces.append(_piece(label, view.place, primitive, material, positions, normals, world_from_mesh, tally))
    return finished_model(source.name, pieces, "y", "glb" if document.is_binary else "gltf", tally)


def _piece(
    label: str,
    place: str,
    primitive: Primitive,
    material: GltfMaterial,
    positions: F64,
    normals: F64 | None,
    world_from_mesh: F64,
    tally: Tally,
) -> RawPiece:
    linear = world_from_mesh[..., :3, :3]
    moved = np.einsum("...ij,...j->...i", linear, positions) + world_from_mesh[..., :3, 3]
    faces = primitive.faces
    # A mirroring node turns triangles inside out; glTF says to reverse their winding.
    if world_from_mesh.ndim == 2 and np.linalg.det(linear) < 0.0:
        faces = faces[:, ::-1]
    if normals is not None:
        normals = np.einsum("...ij,...j->...i", _cofactors(linear), normals)
    uv = primitive.uv.get(material.uv_set)
    if uv is None and material.material.textures:
        tally.note(
            f"{place}: the material has textures, but there are no texture coordinates TEXCOORD_{material.uv_set}"
        )
    if uv is not None:
        uv = uv @ material.uv_transform[:, :2].T + material.uv_transform[:, 2]
        uv = np.stack([uv[:, 0], 1.0 - uv[:, 1]], axis=1)
    # The specification asks for flat normals where a primitive has none.
    piece = RawPiece(
        f"{label}/{material.slot}", material.slot, place, moved, faces, material.material, normals, uv, crease_deg=0.0
    )
    return piece if primitive.colors is None else with_vertex_colors(piece, primitive.colors, tally)


def _cofactors(linear: F64) -> F64:
    """Return the matrices that carry normals: det * inverse transposed, defined for flat scales too."""
    rows = (linear[..., 0, :], linear[..., 1, :], linear[..., 2, :])
    cof = np.stack([np.cross(rows[1], rows[2]), np.cross(rows[2], rows[0]), np.cross(rows[0], rows[1])], axis=-2)
    sign = np.sign(np.linalg.det(linear))
    return np.asarray(cof * np.where(sign == 0.0, 1.0, sign)[..., np.newaxis, np.newaxis])


def _rest_shape(
    document: GltfDocument, view: JsonView, mesh: JsonView, node: JsonView, primitive: Primitive, tally: Tally
) -> tuple[F64, F64 | None]:
    """Return positions and normals with the morph targets' default weights applied."""
    positions, normals = primitive.positions, primitive.normals
    targets = list(view.entries("targets"))
    owner = node if "weights" in node else mesh
    if not targets or "weights" not in owner:
        return positions, normals
    weights = owner.numbers("weights", (0.0,) * len(targets))
    positions, normals = positions.copy(), None if normals is None else normals.copy()
    for target, weight in zip(targets, weights, strict=True):
        if weight == 0.0:
            continue
        for name, base in (("POSITION", positions), ("NORMAL", normals)):
            index = target.index(name)
            if index is None or base is None:
                continue
            offsets = document.floats(index, 3, target)
            if offsets.shape != base.shape:
                raise target.fault(name, f"has {len(offsets)} elements for {len(base)} vertices")
            base += weight * offsets
    return positions, normals


class _Nodes:
    """The node forest of the default scene, with world transforms."""

    def __init__(self, document: GltfDocument) -> None:
        self.document = document
        self.root = document.root
        self._world: dict[int, F64] = {}
        scenes = self.root.list_at("scenes")
        if scenes:
            scene = self.root.entry("scenes", self.root.integer("scene", 0), self.root)
            tops, place = scene.integers("nodes"), scene
        else:
            count = len(self.root.list_at("nodes"))
            children = {c for n in self.root.entries("nodes") for c in n.integers("children")}
            tops, place = tuple(i for i in range(count) if i not in children), self.root
        waiting = [(i, np.eye(4), 1, place) for i in reversed(tops)]
        while waiting:
            index, above, depth, asked_by = waiting.pop()
            node = self.root.entry("nodes", index, asked_by)
            if index in self._world:
                raise node.fault("", "the node is reached twice", index, "nodes that form a tree")
            if depth > MAX_NODE_DEPTH:
                raise node.fault("", f"the nodes are nested deeper than {MAX_NODE_DEPTH}")
            world = above @ _local(node)
            if not np.isfinite(world).all():
                raise node.fault("", "the node's transform is not finite")
            self._world[index] = world
            waiting += [(c, world, depth + 1, node) for c in reversed(node.integers("children"))]

    def with_mesh(self) -> Iterator[tuple[int, JsonView]]:
        """Yield the nodes of the scene that have a mesh, parents first."""
        for index in self._world:
            node = self.root.entry("nodes", index)
            if "mesh" in node:
                yield index, node

    def world(self, index: int) -> F64:
        """Return (4, 4) world_from_node."""
        return self._world[index]

    def skin_transforms(self, node: JsonView, primitive: Primitive) -> F64:
        """Return (V, 4, 4) world_from_mesh of every vertex, by the skin's joints; the node's own pose is ignored."""
        skin = self.root.entry("skins", node.integer("skin"), node)
        joints = skin.integers("joints")
        if primitive.joints is None or primitive.weights is None or not joints:
            raise node.fault("skin", "the mesh has no JOINTS and WEIGHTS, or the skin has no joints")
        missing = [j for j in joints if j not in self._world]
        if missing:
            raise skin.fault("joints", "a joint is not in the scene", missing[0])
        world = np.stack([self._world[j] for j in joints])
        inverse = skin.index("inverseBindMatrices")
        if inverse is not None:
            stored = self.document.floats(inverse, 16, skin)
            if len(stored) < len(joints):
                raise skin.fault("inverseBindMatrices", f"has {len(stored)} matrices for {len(joints)} joints")
            world = world @ stored[: len(joints)].reshape(-1, 4, 4).transpose(0, 2, 1)
        if int(primitive.joints.max()) >= len(joints):
            raise skin.fault("joints", f"a vertex names joint {int(primitive.joints.max())} of {len(joints)}")
        total = primitive.weights.sum(axis=1, keepdims=True)
        if not (total > 0.0).all():
            raise skin.fault("", "a vertex has no joint weight")
        out = np.zeros((len(primitive.positions), 4, 4))
        for k in range(primitive.joints.shape[1]):
            out += (primitive.weights[:, k] / total[:, 0])[:, np.newaxis, np.newaxis] * world[primitive.joints[:, k]]
        return out


def _local(node: JsonView) -> F64:
    """Return (4, 4) parent_from_node."""
    if "matrix" in node:
        return np.array(node.numbers("matrix", (0.0,) * 16)).reshape(4, 4).T
    x, y, z, w = node.numbers("rotation", (0.0, 0.0, 0.0, 1.0))
    length = float(np.sqrt(x * x + y * y + z * z + w * w))
    if length < 1e-12:
        raise node.fault("rotation", "is not a rotation", [x, y, z, w])
    x, y, z, w = x / length, y / length, z / length, w / length
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    out = np.eye(4)
    out[:3, :3] = rotation * np.array(node.numbers("scale", (1.0, 1.0, 1.0)))
    out[:3, 3] = node.numbers("translation", (0.0, 0.0, 0.0))
    return out
