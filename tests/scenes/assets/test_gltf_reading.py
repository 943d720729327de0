"""glTF means what its specification says: positions against trimesh, the rest against worked examples."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from myriorama.scenes.assets.models import read_model
from myriorama.scenes.assets.store import ImportedModel
from myriorama.scenes.errors import AssetError
from myriorama.scenes.geometry.measure import signed_volume_m3

QUAD = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=np.float32)
QUAD_UV = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], dtype=np.float32)  # v runs down in glTF
QUAD_FACES = np.array([[0, 1, 2], [0, 2, 3]], dtype=np.uint32)
RED_OVER_BLUE = np.array([[[255, 0, 0]], [[0, 0, 255]]], dtype=np.uint8)


def triangles_of(model: ImportedModel) -> np.ndarray:
    """(F, 3, 3) corners over all parts, sorted so that order does not matter."""
    corners = np.concatenate([p.mesh.positions[p.mesh.faces].astype(np.float64) for p in model.parts])
    return _sorted(corners)


def _sorted(corners: np.ndarray) -> np.ndarray:
    turned = []
    for triangle in np.round(corners, 4) + 0.0:
        start = min(range(3), key=lambda k: tuple(triangle[k]))
        turned.append(np.concatenate([triangle[start:], triangle[:start]]).reshape(-1))
    rows = np.array(turned)
    return rows[np.lexsort(rows.T[::-1])].reshape(-1, 3, 3)


def by_trimesh(path_or_file: Any, file_type: str | None = None) -> np.ndarray:
    scene = trimesh.load_scene(path_or_file, file_type=file_type)
    out = []
    for node in scene.graph.nodes_geometry:
        transform, name = scene.graph[node]
        mesh = scene.geometry[name]
        corners = trimesh.transform_points(mesh.vertices, transform)[mesh.faces]
        out.append(corners if np.linalg.det(transform[:3, :3]) > 0 else corners[:, ::-1])
    return _sorted(np.concatenate(out))


def read(forge: Any, maker: Any, **beside: bytes) -> ImportedModel:
    return read_model(forge.source("model.glb", maker.glb(), beside))


@pytest.mark.parametrize("folder", ["kaykit", "kenney-city", "kenney-draco", "pmndrs-assets", "market-draco"])
def test_real_models_have_the_triangles_that_trimesh_finds(forge: Any, real_files: Path, folder: str) -> None:
    paths = sorted(p for p in (real_files / "models" / folder).iterdir() if p.suffix in (".gltf", ".glb"))
    assert paths
    for path in paths:
        if path.name == "mug.gltf":
            continue  # 114,688 faces: its counts are compared below
        around = {str(p.relative_to(path.parent)): p.read_bytes() for p in path.parent.rglob("*") if p.is_file()}
        mine = triangles_of(read_model(forge.source(path.name, path.read_bytes(), around)))
        assert mine.shape == by_trimesh(path).shape
        np.testing.assert_allclose(mine, by_trimesh(path), atol=2e-4, err_msg=path.name)


def test_the_large_draco_mug_is_whole(forge: Any, real_files: Path) -> None:
    model = read_model(forge.source("mug.gltf", (real_files / "models/market-draco/mug.gltf").read_bytes()))
    assert sum(len(p.mesh.faces) for p in model.parts) == 114_688
    np.testing.assert_allclose(np.ptp(model.parts[0].mesh.bounds, axis=0), [1.780, 1.499, 1.261], atol=1e-3)


def test_nested_nodes_with_every_kind_of_transform_agree_with_trimesh(forge: Any) -> None:
    maker = forge.Gltf()
    mesh = maker.mesh(maker.primitive())
    leaf = maker.node(mesh=mesh, translation=[1, 2, 3], rotation=[0.1, 0.2, 0.3, 0.9273618495], scale=[1, 2, 0.5])
    middle = maker.node(children=[leaf], matrix=[0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1, 0, 5, 6, 7, 1], mesh=mesh)
    maker.json["scenes"] = [{"nodes": [maker.node(children=[middle], scale=[2, 2, 2])]}]
    content = maker.glb()
    model = read_model(forge.source("m.glb", content))
    assert len(model.parts) == 2
    np.testing.assert_allclose(triangles_of(model), by_trimesh(trimesh.util.wrap_as_stream(content), "glb"), atol=1e-4)


def test_a_mirroring_node_keeps_outside_outside(forge: Any) -> None:
    maker = forge.Gltf()
    normals = (forge.cube / np.linalg.norm(forge.cube, axis=1, keepdims=True)).astype(np.float32)
    mesh = maker.mesh(maker.primitive(NORMAL=normals))
    maker.node(mesh=mesh, scale=[-1, 1, 3], translation=[4, 0, 0])
    maker.node(mesh=mesh, scale=[1, 1, 3])
    mirrored, plain = (p.mesh for p in read(forge, maker).parts)
    assert signed_volume_m3(mirrored) == pytest.approx(3.0)
    assert signed_volume_m3(plain) == pytest.approx(3.0)
    for mesh_read, middle in ((mirrored, (4, 0, 0)), (plain, (0, 0, 0))):
        outwards = mesh_read.positions - np.array(middle)
        assert ((outwards * mesh_read.normals).sum(axis=1) > 0).all()
        # Normals of a stretched cube lean away from the stretched axis.
        np.testing.assert_allclose(np.abs(mesh_read.normals[:, 2]), 1 / math.sqrt(1 + 9 + 9), atol=1e-5)


def test_a_texture_stands_upright(forge: Any) -> None:
    maker = forge.Gltf()
    texture = maker.image(forge.picture(RED_OVER_BLUE))
    maker.material(name="flag", pbrMetallicRoughness={"baseColorTexture": {"index": texture}})
    maker.node(mesh=maker.mesh(maker.primitive(QUAD, QUAD_FACES, TEXCOORD_0=QUAD_UV) | {"material": 0}))
    (part,) = read(forge, maker).parts
    top = part.mesh.uv[part.mesh.positions[:, 1] == 1.0]
    bottom = part.mesh.uv[part.mesh.positions[:, 1] == 0.0]
    assert (top[:, 1] == 1.0).all()
    assert (bottom[:, 1] == 0.0).all()
    texture_read = part.material.base_color_texture
    assert texture_read is not None
    assert texture_read.srgb
    assert texture_read.pixels[0, 0].tolist() == [255, 0, 0]  # row 0 is the top, where v = 1


def test_materials_are_read_to_the_letter(forge: Any) -> None:
    maker = forge.Gltf()
    grey = forge.picture(np.full((4, 4, 3), 128, dtype=np.uint8))
    color, surface = maker.image(grey), maker.image(grey, wrapS=33071, wrapT=33071)
    maker.material(
        name="leaf",
        doubleSided=True,
        alphaMode="MASK",
        alphaCutoff=0.3,
        emissiveFactor=[0.1, 0.2, 0.3],
        normalTexture={"index": surface, "scale": 0.7},
        occlusionTexture={"index": surface},
        emissiveTexture={"index": color},
        extensions={"KHR_materials_emissive_strength": {"emissiveStrength": 10.0}},
        pbrMetallicRoughness={
            "baseColorFactor": [0.1, 0.2, 0.3, 0.4],
            "metallicFactor": 0.25,
            "roughnessFactor": 0.75,
            "baseColorTexture": {"index": color},
            "metallicRoughnessTexture": {"index": surface},
        },
    )
    maker.material(name="glass", alphaMode="BLEND", pbrMetallicRoughness={"baseColorFactor": [1, 1, 1, 0.25]})
    maker.material(name="stone", pbrMetallicRoughness={"baseColorFactor": [1, 1, 1, 0.25]})
    primitive = maker.primitive(QUAD, QUAD_FACES, TEXCOORD_0=QUAD_UV)
    maker.node(mesh=maker.mesh(*(primitive | {"material": k} for k in range(3)), primitive))
    leaf, glass, stone, default = (p.material for p in read(forge, maker).parts)
    assert leaf.base_color == (0.1, 0.2, 0.3)
    assert (leaf.opacity, leaf.metallic, leaf.roughness, leaf.normal_scale) == (0.4, 0.25, 0.75, 0.7)
    assert (leaf.alpha, leaf.alpha_cutoff, leaf.double_sided) == ("cutout", 0.3, True)
    assert leaf.emission == pytest.approx((1.0, 2.0, 3.0))
    assert leaf.base_color_texture is leaf.emission_texture
    assert leaf.metallic_roughness_texture is leaf.normal_texture is leaf.occlusion_texture
    assert leaf.normal_texture is not None
    assert (leaf.normal_texture.srgb, leaf.normal_texture.wrap) == (False, "clamp")
    assert (glass.alpha, glass.opacity, glass.double_sided) == ("transparent", 0.25, False)
    assert (stone.alpha, stone.opacity) == ("opaque", 1.0)
    assert (default.metallic, default.roughness, default.base_color) == (1.0, 1.0, (1.0, 1.0, 1.0))


def test_texture_transform_moves_coordinates_as_seen(forge: Any) -> None:
    maker = forge.Gltf()
    moved = {"offset": [0.25, 0.5], "rotation": math.pi / 2, "scale": [2.0, 4.0]}
    info = {"index": maker.image(forge.picture(RED_OVER_BLUE)), "extensions": {"KHR_texture_transform": moved}}
    maker.material(pbrMetallicRoughness={"baseColorTexture": info})
    maker.node(mesh=maker.mesh(maker.primitive(QUAD, QUAD_FACES, TEXCOORD_0=QUAD_UV) | {"material": 0}))
    (part,) = read(forge, maker).parts
    corner = int(np.flatnonzero((part.mesh.positions == QUAD[1]).all(axis=1))[0])  # (u, v) = (1, 1), v down
    # Scaled to (2, 4); turned counter-clockwise as seen, v down: (4, -2); moved: (4.25, -1.5); v up: 2.5.
    np.testing.assert_allclose(part.mesh.uv[corner], [4.25, 2.5], atol=1e-6)


def test_strips_fans_and_lists_draw_the_same_square(forge: Any) -> None:
    areas = []
    for mode, order in ((4, [0, 1, 2, 0, 2, 3]), (5, [0, 1, 3, 2]), (6, [0, 1, 2, 3])):
        maker = forge.Gltf()
        primitive = maker.primitive(QUAD, np.array(order, dtype=np.uint32)) | {"mode": mode}
        maker.node(mesh=maker.mesh(primitive))
        (part,) = read(forge, maker).parts
        assert (part.mesh.normals[:, 2] > 0.999).all()  # missing normals are flat, and all wind the same way
        corners = part.mesh.positions[part.mesh.faces].astype(np.float64)
        areas.append(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2].sum() / 2)
    assert areas == pytest.approx([1.0, 1.0, 1.0])


def test_points_and_lines_are_noted_and_alone_refused(forge: Any) -> None:
    maker = forge.Gltf()
    maker.node(mesh=maker.mesh(maker.primitive() | {"mode": 1}, maker.primitive()))
    model = read(forge, maker)
    assert len(model.parts) == 1
    assert any("lines" in n for n in model.notes)
    maker = forge.Gltf()
    maker.node(mesh=maker.mesh(maker.primitive() | {"mode": 0}))
    with pytest.raises(AssetError, match="no faces"):
        read(forge, maker)


def test_quantised_attributes_are_scaled(forge: Any) -> None:
    maker = forge.Gltf()
    whole = np.round(QUAD * 32767).astype("<i2")
    packed = np.zeros((4, 4), dtype="<i2")
    packed[:, :3] = whole
    position = maker.accessor(whole, normalized=True)
    padded = maker.view(packed.tobytes())  # rows of eight bytes, as the extension asks
    maker.json["bufferViews"][padded]["byteStride"] = 8
    maker.json["accessors"][position]["bufferView"] = padded
    uv = maker.accessor((QUAD_UV * 255).astype(np.uint8), normalized=True)
    primitive = {
        "attributes": {"POSITION": position, "TEXCOORD_0": uv},
        "indices": maker.accessor(QUAD_FACES.reshape(-1, 1)),
    }
    maker.json["extensionsRequired"] = ["KHR_mesh_quantization"]
    maker.node(mesh=maker.mesh(primitive), scale=[2, 2, 2])
    (part,) = read(forge, maker).parts
    np.testing.assert_allclose(part.mesh.bounds, [[0, 0, 0], [2, 2, 0]], atol=1e-6)
    assert part.mesh.uv.max() == 1.0


def test_sparse_accessors_replace_single_elements(forge: Any) -> None:
    maker = forge.Gltf()
    primitive = maker.primitive(QUAD, QUAD_FACES)
    at, to = maker.view(np.array([2], dtype="<u2").tobytes()), maker.view(np.array([[1, 5, 0]], dtype="<f4").tobytes())
    maker.json["accessors"][primitive["attributes"]["POSITION"]]["sparse"] = {
        "count": 1,
        "indices": {"bufferView": at, "componentType": 5123},
        "values": {"bufferView": to},
    }
    maker.node(mesh=maker.mesh(primitive))
    (part,) = read(forge, maker).parts
    assert part.mesh.bounds[1].tolist() == [1, 5, 0]


def test_morph_targets_and_skins_take_their_rest_pose(forge: Any) -> None:
    maker = forge.Gltf()
    joints = np.zeros((4, 4), dtype=np.uint8)
    joints[2:, 0] = 1
    weights = np.tile(np.array([[1, 0, 0, 0]], dtype=np.float32), (4, 1))
    primitive = maker.primitive(QUAD, QUAD_FACES, JOINTS_0=joints, WEIGHTS_0=weights)
    lifted = np.zeros((4, 3), dtype=np.float32)
    lifted[:, 2] = 2.0
    primitive["targets"] = [{"POSITION": maker.accessor(lifted)}]
    mesh = maker.mesh(primitive, weights=[0.5])
    inverse = np.tile(np.eye(4, dtype=np.float32), (2, 1, 1))
    inverse[1, 3, :3] = [0, -1, 0]  # column-major: a translation by -1 in y
    fixed, lowered = maker.node(), maker.node(translation=[0, 3, 0])
    maker.json["skins"] = [{"joints": [fixed, lowered], "inverseBindMatrices": maker.accessor(inverse.reshape(2, 16))}]
    maker.node(mesh=mesh, skin=0, translation=[100, 0, 0])  # a skinned node's own place does not count
    maker.json["animations"] = [{"channels": [], "samplers": []}]
    model = read(forge, maker)
    (part,) = model.parts
    # Morph lifts z by 1; the upper two vertices follow the second joint: y = 1 - 1 + 3.
    np.testing.assert_allclose(part.mesh.bounds, [[0, 0, 1], [1, 3, 1]], atol=1e-6)
    assert any("animations" in n for n in model.notes)


def test_a_draco_twin_equals_its_plain_form(forge: Any) -> None:
    plain = triangles_of(read_model(forge.source("cube.glb", forge.cube_glb())))
    packed = read(forge, forge.draco_glb())
    np.testing.assert_allclose(triangles_of(packed), plain, atol=1e-4)
    mesh = packed.parts[0].mesh
    np.testing.assert_allclose(mesh.normals, mesh.positions / np.linalg.norm(mesh.positions[0]), atol=2e-2)
    np.testing.assert_allclose(
        mesh.uv, np.stack([mesh.positions[:, 0] + 0.5, 0.5 - mesh.positions[:, 1]], 1), atol=1e-3
    )


def test_one_vertex_colour_is_a_factor_and_many_become_face_colours(forge: Any) -> None:
    maker = forge.Gltf()
    same = np.tile(np.array([[0.25, 0.5, 1.0, 1.0]], dtype=np.float32), (4, 1))
    different = same.copy()
    different[0] = [1, 0, 0, 1]
    maker.material(pbrMetallicRoughness={"baseColorFactor": [0.5, 0.5, 0.5, 1]})
    first = maker.primitive(QUAD, QUAD_FACES, COLOR_0=same) | {"material": 0}
    maker.node(mesh=maker.mesh(first, maker.primitive(QUAD, QUAD_FACES, COLOR_0=different) | {"material": 0}))
    model = read(forge, maker)
    tinted, painted = model.parts
    assert tinted.material.base_color == pytest.approx((0.125, 0.25, 0.5))
    texture = painted.material.base_color_texture
    assert texture is not None
    height, width = texture.pixels.shape[:2]
    for face, expected in zip(painted.mesh.faces, [[0.5, 1 / 3, 2 / 3], [0.5, 1 / 3, 2 / 3]], strict=True):
        u, v = painted.mesh.uv[face].mean(axis=0)
        texel = texture.pixels[int((1 - v) * height), int(u * width), :3] / 255.0
        linear = np.where(texel <= 0.04045, texel / 12.92, ((texel + 0.055) / 1.055) ** 2.4)
        np.testing.assert_allclose(linear, expected, atol=0.01)
    assert any("one colour per face" in n for n in model.notes)


def test_equal_names_stay_apart_and_textures_are_shared(forge: Any) -> None:
    maker = forge.Gltf()
    texture = {"index": maker.image(forge.picture(RED_OVER_BLUE))}
    for _ in range(2):
        maker.material(name="same", pbrMetallicRoughness={"baseColorTexture": texture})
    primitive = maker.primitive(QUAD, QUAD_FACES, TEXCOORD_0=QUAD_UV)
    maker.node(name="thing", mesh=maker.mesh(primitive | {"material": 0}, primitive | {"material": 1}))
    maker.node(name="thing", mesh=0, translation=[0, 0, 1])
    parts = read(forge, maker).parts
    assert len({p.name for p in parts}) == 4
    assert [p.slot for p in parts] == ["same", "same 2", "same", "same 2"]
    assert parts[0].material is parts[2].material
    assert parts[0].material.base_color_texture is parts[1].material.base_color_texture


def test_an_unknown_look_is_noted_and_a_required_one_refused(forge: Any) -> None:
    maker = forge.Gltf()
    maker.material(extensions={"KHR_materials_clearcoat": {}, "KHR_materials_unlit": {}})
    maker.node(mesh=maker.mesh(maker.primitive() | {"material": 0}))
    model = read(forge, maker)
    assert any("clearcoat" in n for n in model.notes)
    assert (model.parts[0].material.metallic, model.parts[0].material.roughness) == (0.0, 1.0)
    maker.json["extensionsRequired"] = ["EXT_meshopt_compression"]
    with pytest.raises(AssetError, match=r"EXT_meshopt_compression.*exported without"):
        read(forge, maker)


def test_json_and_binary_forms_are_the_same_model(forge: Any) -> None:
    maker = forge.Gltf()
    maker.node(mesh=maker.mesh(maker.primitive()))
    binary = read(forge, maker)
    text = read_model(forge.source("model.gltf", maker.gltf()))
    assert [p.mesh.key for p in text.parts] == [p.mesh.key for p in binary.parts]
    assert (text.source_format, binary.source_format, text.up_axis) == ("gltf", "glb", "y")
    assert json.loads(maker.gltf())["buffers"][0]["uri"].startswith("data:")
