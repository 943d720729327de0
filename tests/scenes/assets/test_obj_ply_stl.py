"""OBJ, PLY and STL: the same cube by every road, real files against trimesh, and broken ones refused."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from myriorama.scenes.assets.models import read_model
from myriorama.scenes.assets.store import ImportedModel
from myriorama.scenes.errors import AssetError
from myriorama.scenes.geometry.measure import signed_volume_m3

QUADS = ["1 2 4 3", "5 7 8 6", "1 5 6 2", "3 4 8 7", "1 3 7 5", "2 6 8 4"]


def obj_of(forge: Any, faces: list[str], head: str = "") -> bytes:
    rows = [f"v {x} {y} {z}" for x, y, z in forge.cube]
    return "\n".join([head, *rows, *(f"f {f}" for f in faces)]).encode()


def stl_of(forge: Any) -> bytes:
    corners = forge.cube[forge.cube_faces]
    rows = [struct.pack("<12fH", 0, 0, 0, *c.reshape(-1), 0) for c in corners]
    return bytes(80) + struct.pack("<I", len(rows)) + b"".join(rows)


def text_stl_of(forge: Any) -> bytes:
    rows = ["solid cube"]
    for triangle in forge.cube[forge.cube_faces]:
        rows += ["facet normal 0 0 0", "outer loop", *(f"  vertex {x} {y} {z}" for x, y, z in triangle), "endloop"]
        rows += ["endfacet"]
    return "\n".join([*rows, "endsolid cube"]).encode()


def ply_of(forge: Any, order: str, extra: str = "") -> bytes:
    polygons = np.array([[int(n) - 1 for n in q.split()] for q in QUADS])
    head = f"ply\nformat {order} 1.0\ncomment made here\nelement vertex 8\n"
    head += "property float x\nproperty float y\nproperty float z\n"
    head += f"element face 6\nproperty list uchar int vertex_indices\n{extra}end_header\n"
    if order == "ascii":
        rows = [" ".join(map(str, v)) for v in forge.cube] + [" ".join(map(str, [4, *p])) for p in polygons]
        return (head + "\n".join(rows) + "\n").encode()
    arrow = "<" if "little" in order else ">"
    body = forge.cube.astype(arrow + "f4").tobytes()
    return head.encode() + body + b"".join(b"\x04" + p.astype(arrow + "i4").tobytes() for p in polygons)


def is_unit_cube(model: ImportedModel) -> None:
    (part,) = model.parts
    assert len(part.mesh.faces) == 12
    assert signed_volume_m3(part.mesh) == pytest.approx(1.0)
    assert part.mesh.bounds.tolist() == [[-0.5] * 3, [0.5] * 3]
    # Ninety degrees is beyond the crease: every face of the cube is flat.
    corners = part.mesh.positions[part.mesh.faces].astype(np.float64)
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    np.testing.assert_allclose(part.mesh.normals[part.mesh.faces], np.repeat(flat[:, None], 3, 1), atol=1e-6)
    assert part.material.double_sided


def test_an_OBJ_cube_of_quads_and_of_triangles(forge: Any) -> None:
    is_unit_cube(read_model(forge.source("cube.obj", obj_of(forge, QUADS))))
    triangles = [" ".join(str(n + 1) for n in f) for f in forge.cube_faces]
    is_unit_cube(read_model(forge.source("cube.obj", obj_of(forge, triangles))))


def test_OBJ_indices_may_count_backwards_and_lines_may_run_on(forge: Any) -> None:
    back = [" ".join(str(int(n) - 9) for n in q.split()) for q in QUADS]
    is_unit_cube(read_model(forge.source("cube.obj", obj_of(forge, back))))
    broken = [q.replace(" ", " \\\n", 1) for q in QUADS]
    is_unit_cube(read_model(forge.source("cube.obj", obj_of(forge, broken).replace(b"\n", b"\r\n"))))


@pytest.mark.parametrize("order", ["ascii", "binary_little_endian", "binary_big_endian"])
def test_a_PLY_cube_of_quads(forge: Any, order: str) -> None:
    is_unit_cube(read_model(forge.source("cube.ply", ply_of(forge, order))))


def test_an_STL_cube_in_both_forms(forge: Any) -> None:
    is_unit_cube(read_model(forge.source("cube.stl", stl_of(forge))))
    is_unit_cube(read_model(forge.source("cube.stl", text_stl_of(forge))))
    named = b"solid but binary".ljust(80) + stl_of(forge)[80:]
    is_unit_cube(read_model(forge.source("cube.stl", named)))


@pytest.mark.parametrize(
    "name", ["ycb-banana/textured_simple_reoriented.obj", "pyvista/airplane.ply", "pyvista/nut.ply"]
)
def test_real_files_have_the_area_and_extent_that_trimesh_finds(forge: Any, real_files: Path, name: str) -> None:
    path = real_files / "models" / name
    around = {p.name: p.read_bytes() for p in path.parent.iterdir()}
    (part,) = read_model(forge.source(path.name, path.read_bytes(), around)).parts
    other = trimesh.load_mesh(path, process=False)
    assert len(part.mesh.faces) == len(other.faces)
    np.testing.assert_allclose(part.mesh.bounds, other.bounds, rtol=1e-6)
    corners = part.mesh.positions[part.mesh.faces].astype(np.float64)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum() / 2
    assert area == pytest.approx(other.area, rel=1e-5)
    if "banana" in name:
        assert part.material.base_color_texture is not None
        assert part.material.base_color_texture.pixels.shape == (4096, 4096, 3)
        mine = part.mesh.uv[part.mesh.faces].reshape(-1, 2)
        np.testing.assert_allclose(np.sort(mine, axis=0), np.sort(other.visual.uv[other.faces].reshape(-1, 2), axis=0))


def test_MTL_becomes_metallic_roughness(forge: Any) -> None:
    red = forge.picture(np.full((2, 2, 3), (255, 0, 0), dtype=np.uint8))
    grey = forge.picture(np.array([[0, 255], [255, 255]], dtype=np.uint8))
    mtl = b"""# comment
newmtl matt
Kd 0.5 0.5 0.5
Ns 0
newmtl shiny
Kd 1 1 1
Ns 998
d 0.25
newmtl leaf
Kd 0.2 0.2 0.2
map_Kd -s 2 2 2 maps\\red leaf.png
map_d holes.png
map_Bump bumps.png
newmtl metal
Pm 1.0
Pr 0.3
"""
    head = "mtllib my materials.mtl"
    faces = [f"{q}\nusemtl {m}" for q, m in zip(QUADS, ["shiny", "leaf", "metal", "matt", "matt", ""], strict=True)]
    content = obj_of(forge, ["1 2 4 3\nusemtl matt", *faces[:-1], QUADS[5]], head)
    beside = {"my materials.mtl": mtl, "maps\\red leaf.png": red, "holes.png": grey}
    content = content.replace(b"f 1 2 4 3\nusemtl matt", b"usemtl matt", 1)
    model = read_model(forge.source("box.obj", content, beside))
    by_slot = {p.slot: p.material for p in model.parts}
    assert set(by_slot) == {"matt", "shiny", "leaf", "metal"}
    matt, shiny, leaf, metal = (by_slot[k] for k in ("matt", "shiny", "leaf", "metal"))
    assert matt.base_color == pytest.approx([0.2140] * 3, abs=1e-4)  # sRGB 0.5 in linear light
    assert (matt.roughness, matt.alpha) == (1.0, "opaque")
    assert shiny.roughness == pytest.approx(0.2115, abs=1e-3)  # (2 / 1000) ** 0.25
    assert (shiny.alpha, shiny.opacity) == ("transparent", 0.25)
    assert leaf.base_color == (1.0, 1.0, 1.0)
    assert leaf.alpha == "cutout"
    assert leaf.base_color_texture is not None
    assert leaf.base_color_texture.pixels[0].tolist() == [[255, 0, 0, 0], [255, 0, 0, 255]]
    assert (metal.metallic, metal.roughness) == (1.0, 0.3)
    assert any("map_bump" in n for n in model.notes)
    assert any("-s" in n for n in model.notes)


@pytest.mark.parametrize(
    ("head", "expected"),
    [("mtllib gone.mtl", "gone.mtl"), ("mtllib here.mtl\nusemtl other", "other"), ("mtllib here.mtl", "gone.png")],
)
def test_a_missing_material_file_is_an_error_that_names_it(forge: Any, head: str, expected: str) -> None:
    beside = {"here.mtl": b"newmtl here\n" + (b"map_Kd gone.png" if expected == "gone.png" else b"")}
    with pytest.raises(AssetError, match=expected):
        read_model(forge.source("box.obj", obj_of(forge, QUADS, head), beside))


def test_concave_polygons_are_filled_exactly(forge: Any) -> None:
    """An L (six corners), an arrow head (four) and a star (ten): area is that of the outline."""
    shapes = {
        "L": ([(0, 0), (2, 0), (2, 1), (1, 1), (1, 3), (0, 3)], 4.0),
        "arrow": ([(0, 0), (1, 2), (0, 1), (-1, 2)], 1.0),
        "turned arrow": ([(1, 2), (0, 1), (-1, 2), (0, 0)], 1.0),
    }
    angles = np.arange(10) * np.pi / 5
    radii = np.where(np.arange(10) % 2 == 0, 2.0, 0.8)
    star = [(float(r * np.cos(a)), float(r * np.sin(a))) for r, a in zip(radii, angles, strict=True)]
    shapes["star"] = (star, 10 * 0.5 * 2.0 * 0.8 * float(np.sin(np.pi / 5)))
    for name, (outline, area) in shapes.items():
        rows = [f"v {x + 100} {y - 70} 5" for x, y in outline]
        order = " ".join(str(k + 1) for k in range(len(outline)))
        (part,) = read_model(forge.source("s.obj", "\n".join([*rows, f"f {order}"]).encode())).parts
        corners = part.mesh.positions[part.mesh.faces].astype(np.float64)
        z = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2] / 2
        assert (z > 0).all(), name  # no triangle folds over
        assert z.sum() == pytest.approx(area, rel=1e-5), name
        assert len(z) == len(outline) - 2


def test_PLY_keeps_normals_coordinates_and_colours(forge: Any) -> None:
    head = "ply\nformat ascii 1.0\nelement vertex 3\n"
    head += "".join(f"property float {n}\n" for n in ("x", "y", "z", "nx", "ny", "nz", "s", "t"))
    head += "".join(f"property uchar {n}\n" for n in ("red", "green", "blue"))
    head += "element face 1\nproperty uchar flags\nproperty list uchar uint vertex_index\nend_header\n"
    body = "0 0 0 1 0 0 0 0 188 0 0\n1 0 0 0 1 0 1 0 188 0 0\n0 1 0 0 0 2 0 1 188 0 0\n7 3 0 1 2\n"
    (part,) = read_model(forge.source("t.ply", (head + body).encode())).parts
    np.testing.assert_allclose(part.mesh.normals, np.eye(3))
    assert part.mesh.uv.tolist() == [[0, 0], [1, 0], [0, 1]]
    assert part.material.base_color == pytest.approx((0.8 * 0.5029, 0, 0), abs=1e-3)  # sRGB 188 = 0.503 linear


HOSTILE_PLY = [
    ("element vertex 8", "element vertex 4000000", "truncated"),
    ("element vertex 8", "element vertex 6000000", "too many"),
    ("element vertex 8", "element vertex -8", "header line"),
    ("element face 6", "element face 99999999999", "too many"),
    ("element face 6", "element face 600", "truncated"),
    ("element face 6", "element face 0", "no faces"),
    ("property float x", "property float q", "x, y and z"),
    ("property float x", "property string x", "not a PLY property"),
    ("list uchar int", "list float int", "whole number type"),
    ("end_header", "end_heade", "header"),
    ("format ", "format x", "not known"),
    ("element face", "element vertex", "twice"),
]


@pytest.mark.parametrize(("old", "new", "expected"), HOSTILE_PLY)
@pytest.mark.parametrize("order", ["ascii", "binary_little_endian"])
def test_a_spoilt_PLY_is_refused(forge: Any, order: str, old: str, new: str, expected: str) -> None:
    content = ply_of(forge, order).replace(old.encode(), new.encode(), 1)
    with pytest.raises(AssetError, match=expected):
        read_model(forge.source("spoilt.ply", content))


def test_PLY_rows_of_different_length_and_points_alone(forge: Any) -> None:
    head = b"ply\nformat binary_little_endian 1.0\nelement vertex 4\nproperty float x\nproperty float y\n"
    head += b"property float z\nelement face 2\nproperty list uchar uchar vertex_indices\nend_header\n"
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype="<f4").tobytes()
    (part,) = read_model(forge.source("m.ply", head + points + b"\x04\0\1\2\3\x03\0\1\2")).parts
    assert len(part.mesh.faces) == 3
    with pytest.raises(AssetError, match="vertex 9"):
        read_model(forge.source("m.ply", head + points + b"\x04\0\1\2\x09\x03\0\1\2"))
    with pytest.raises(AssetError, match="truncated"):
        read_model(forge.source("m.ply", head + points + b"\x04\0\1\2\3\xff\0\1\2"))
    cloud = head.replace(b"element face 2\nproperty list uchar uchar vertex_indices\n", b"")
    with pytest.raises(AssetError, match="point cloud"):
        read_model(forge.source("m.ply", cloud + points))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 4", "names vertex 4, but there are 3"),
        (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 -5", "beyond the start"),
        (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 0 1 2", "from 1"),
        (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2", "fewer than three"),
        (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 x", "not a number"),
        (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1/1 2/1 3/1", "texture coordinate 1, but there are 0"),
        (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1//1 2//1 3//1", "normal 1, but there are 0"),
        (b"v 0 0 0\nv 1 0 0\nv 0 one 0\nf 1 2 3", "not a number"),
        (b"v 0 0 0\nv 1 0\nv 0 1 0\nf 1 2 3", "truncated or broken"),
        (b"v 0 0 0\nv 1 0 0\nv 0 nan 0\nf 1 2 3", "not finite"),
        (b"v 0 0 0\nv 1 0 0\nv 0 1e300 0\nf 1 2 3", "not finite"),
        (b"v 5 5 5\nv 5 5 5\nv 5 5 5\nf 1 2 3", "no extent"),
        (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nl 1 2", "no faces"),
        (b"f 1 2 3", "no vertices"),
        (b"\x00\x01\x02\x03", "not an OBJ"),
        (b"hello world", "not an OBJ"),
    ],
)
def test_a_spoilt_OBJ_is_refused(forge: Any, content: bytes, expected: str) -> None:
    with pytest.raises(AssetError, match=expected):
        read_model(forge.source("spoilt.obj", content))


def test_a_spoilt_STL_is_refused(forge: Any) -> None:
    whole = stl_of(forge)
    for length in (0, 10, 83, 84, 100, len(whole) - 1):
        with pytest.raises(AssetError):
            read_model(forge.source("cut.stl", whole[:length]))
    lying = whole[:80] + struct.pack("<I", 2**32 - 1) + whole[84:]
    with pytest.raises(AssetError, match="truncated"):
        read_model(forge.source("bomb.stl", lying))
    text = text_stl_of(forge)
    for spoilt, expected in (
        (text[:-20], "endsolid"),
        (text.replace(b"vertex", b"vartex", 1), "three vertices"),
        (text.replace(b"0.5", b"nan"), "not finite"),
        (text.replace(b"0.5", b"abc", 1), "not a number"),
    ):
        with pytest.raises(AssetError, match=expected):
            read_model(forge.source("spoilt.stl", spoilt))
