"""What a ray meets: the triangle's own point, normals, material and textures, read from the scene's arrays.

It follows the raster engine's rules: normals face the eye, cutouts are tested at full resolution, a clear surface has
a front alone unless its material is double-sided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import drjit as dr
import mitsuba as mi

from myriorama.scenes.rendering.pathtraced.device_scene import DeviceScene
from myriorama.scenes.rendering.pathtraced.surfaces import CLEAR, CUTOUT, LEAST_ROUGHNESS


@dataclass(frozen=True, eq=False)
class Place:
    """Where a ray met a face.

    Attributes
    ----------
    face, part, material : UInt32
    point : Vector3f
        From the corners and not along the ray: exact on the face.
    facet : Normal3f
        Unit, of the triangle, as it is wound.
    edges : (Vector3f, Vector3f)
    normal : Vector3f
        Interpolated, as the mesh has it.
    uv : Point2f
        Unscaled.
    uv_edges : (Vector2f, Vector2f)
    """

    face: Any
    part: Any
    material: Any
    point: Any
    facet: Any
    area2: Any
    edges: tuple[Any, Any]
    normal: Any
    uv: Any
    uv_edges: tuple[Any, Any]


def place_of(scene: DeviceScene, face: Any, inside: Any, active: Any) -> Place:
    """Return the place at barycentric (u, v) = `inside` of a face."""
    body = scene.body
    corners = [dr.gather(mi.UInt32, body.faces, 3 * face + k, active) for k in range(3)]
    first = [dr.gather(mi.Vector4f, body.vertices, 2 * c, active) for c in corners]
    second = [dr.gather(mi.Vector4f, body.vertices, 2 * c + 1, active) for c in corners]
    positions = [mi.Vector3f(a.x, a.y, a.z) for a in first]
    normals = [mi.Vector3f(a.w, b.x, b.y) for a, b in zip(first, second, strict=True)]
    uvs = [mi.Vector2f(b.z, b.w) for b in second]
    u, v = inside.x, inside.y
    edge_a, edge_b = positions[1] - positions[0], positions[2] - positions[0]
    across = dr.cross(edge_a, edge_b)
    area2 = dr.norm(across)
    uv_a, uv_b = uvs[1] - uvs[0], uvs[2] - uvs[0]
    part = dr.gather(mi.UInt32, body.parts, face, active)
    return Place(
        face=face,
        part=part,
        material=dr.gather(mi.UInt32, scene.material_of_part, part, active),
        point=mi.Vector3f(positions[0] + edge_a * u + edge_b * v),
        facet=across * dr.rcp(dr.maximum(area2, 1e-30)),
        area2=area2,
        edges=(edge_a, edge_b),
        normal=normals[0] * (1.0 - u - v) + normals[1] * u + normals[2] * v,
        uv=uvs[0] + uv_a * u + uv_b * v,
        uv_edges=(uv_a, uv_b),
    )


@dataclass(frozen=True, eq=False)
class Rows:
    """A material's rows: base and opacity; metallic, roughness, normal scale, cutoff; textures; alpha and flags."""

    base: Any
    traits: Any
    textures: Any
    flags: Any


def rows_of(scene: DeviceScene, material: Any, active: Any) -> Rows:
    """Gather a material."""
    return Rows(
        dr.gather(mi.Vector4f, scene.numbers, 4 * material, active),
        dr.gather(mi.Vector4f, scene.numbers, 4 * material + 1, active),
        dr.gather(mi.Vector4u, scene.words, 2 * material, active),
        dr.gather(mi.Vector4u, scene.words, 2 * material + 1, active),
    )


def scaled_uv(scene: DeviceScene, place: Place, active: Any) -> Any:
    """Return texture coordinates with the material's scale."""
    row = dr.gather(mi.Vector4f, scene.numbers, 4 * place.material + 3, active)
    return mi.Vector2f(place.uv.x * row.x, place.uv.y * row.y)


def texel(scene: DeviceScene, texture: Any, uv: Any, active: Any) -> Any:
    """Return a texture's bilinear value, four channels."""
    row = dr.gather(mi.Vector4u, scene.textures, texture, active)
    first, width, height, repeats = row.x, mi.Int32(row.y), mi.Int32(row.z), row.w == 1
    # Where it repeats only the fraction counts; rows run down, v runs up.
    u = dr.select(repeats, uv.x - dr.floor(uv.x), dr.clip(uv.x, 0.0, 1.0))
    v = dr.select(repeats, uv.y - dr.floor(uv.y), dr.clip(uv.y, 0.0, 1.0))
    x = dr.fma(u, mi.Float(width), -0.5)
    y = dr.fma(1.0 - v, mi.Float(height), -0.5)
    x0, y0 = dr.floor(x), dr.floor(y)
    fx, fy = x - x0, y - y0
    columns = [_wrapped(mi.Int32(x0) + k, width, repeats) for k in (0, 1)]
    lines = [_wrapped(mi.Int32(y0) + k, height, repeats) for k in (0, 1)]
    packet = dr.float16_array_t(mi.Vector4f)
    corners = [
        mi.Vector4f(dr.gather(packet, scene.texels, first + mi.UInt32(line * width + column), active))
        for line in lines
        for column in columns
    ]
    upper = dr.fma(corners[1] - corners[0], fx, corners[0])
    lower = dr.fma(corners[3] - corners[2], fx, corners[2])
    return dr.fma(lower - upper, fy, upper)


def _wrapped(index: Any, size: Any, repeats: Any) -> Any:
    around = dr.select(index < 0, index + size, dr.select(index >= size, index - size, index))
    return dr.select(repeats, around, dr.clip(index, 0, size - 1))


def passes(scene: DeviceScene, place: Place, rows: Rows, base_alpha: Any, direction: Any) -> Any:
    """Return where a face is not there at all: cut out, or the back of a clear surface that has none."""
    mode, double_sided = rows.flags.x, rows.flags.y == 1
    gone = (mode == CUTOUT) & (base_alpha < rows.traits.w)
    return gone | ((mode == CLEAR) & ~double_sided & (dr.dot(place.facet, direction) > 0))


def emission(scene: DeviceScene, place: Place, active: Any) -> Any:
    """Return the radiance that a place gives off."""
    if not scene.kinds.glowing:
        return mi.Color3f(0.0)
    row = dr.gather(mi.Vector4f, scene.numbers, 4 * place.material + 2, active)
    texture = dr.gather(mi.UInt32, scene.words, 8 * place.material + 3, active)
    mapped = active & (texture > 0)
    value = texel(scene, texture, scaled_uv(scene, place, mapped), mapped)
    told = dr.select(mapped, mi.Color3f(value.x, value.y, value.z), 1.0)
    return mi.Color3f(row.x, row.y, row.z) * told


@dataclass(frozen=True, eq=False)
class Look:
    """A place as a ray sees it: its own colours, and the normal that it is shaded with, facing the ray's origin."""

    base: Any
    opacity: Any
    metallic: Any
    roughness: Any
    normal: Any
    smooth: Any
    facet: Any
    clear: Any
    gone: Any


def look_of(scene: DeviceScene, place: Place, direction: Any, active: Any) -> Look:
    """Read material and textures of a place, seen along `direction`."""
    rows = rows_of(scene, place.material, active)
    base = mi.Color3f(rows.base.x, rows.base.y, rows.base.z)
    opacity, metallic, roughness = rows.base.w, rows.traits.x, rows.traits.y
    uv = mi.Vector2f(0.0)
    if scene.kinds.mapped or scene.kinds.bumpy:
        uv = scaled_uv(scene, place, active)
    if scene.kinds.mapped:
        mapped = active & (rows.textures.x > 0)
        value = texel(scene, rows.textures.x, uv, mapped)
        base = dr.select(mapped, base * mi.Color3f(value.x, value.y, value.z), base)
        opacity = dr.select(mapped, opacity * value.w, opacity)
        mapped = active & (rows.textures.y > 0)
        value = texel(scene, rows.textures.y, uv, mapped)
        roughness = dr.select(mapped, roughness * value.y, roughness)
        metallic = dr.select(mapped, metallic * value.z, metallic)
    facet = dr.select(dr.dot(place.facet, direction) > 0, -place.facet, place.facet)
    smooth = facing(place.normal, facet, direction)
    normal = smooth
    if scene.kinds.bumpy:
        bumpy = active & (rows.flags.w == 1)
        normal = dr.select(bumpy, _mapped_normal(scene, place, rows, uv, smooth, direction, bumpy), smooth)
    gone = passes(scene, place, rows, opacity, direction) if scene.kinds.porous else mi.Bool(False)
    return Look(
        base=base,
        opacity=opacity,
        metallic=metallic,
        roughness=dr.clip(roughness, LEAST_ROUGHNESS, 1.0),
        normal=normal,
        smooth=smooth,
        facet=facet,
        clear=rows.flags.x == CLEAR,
        gone=gone,
    )


def facing(normal: Any, facet: Any, direction: Any) -> Any:
    """Return the interpolated normal on the facet's side, bent back to the horizon where it points behind it."""
    n = dr.normalize(normal)
    n = dr.select(dr.dot(n, facet) < 0, -n, n)
    behind = dr.dot(n, direction)
    n = dr.select(behind > -1e-3, n - direction * (behind + 1e-3), n)
    return dr.normalize(n)


def _mapped_normal(
    scene: DeviceScene, place: Place, rows: Rows, uv: Any, smooth: Any, direction: Any, active: Any
) -> Any:
    """Return the normal of a tangent-space map; the axes are how u and v, scaled, grow over the face."""
    value = texel(scene, rows.textures.z, uv, active)
    row = dr.gather(mi.Vector4f, scene.numbers, 4 * place.material + 3, active)
    (edge_a, edge_b), (uv_a, uv_b) = place.edges, (edge * mi.Vector2f(row.x, row.y) for edge in place.uv_edges)
    along_a, along_b = dr.cross(edge_b, place.facet), dr.cross(place.facet, edge_a)
    tangent = along_a * uv_a.x + along_b * uv_b.x
    bitangent = along_a * uv_a.y + along_b * uv_b.y
    longest = dr.maximum(dr.squared_norm(tangent), dr.squared_norm(bitangent))
    scale = dr.select(longest > 0, dr.rsqrt(longest), 0.0) * rows.traits.z
    x, y, z = (2.0 * c - 1.0 for c in (value.x, value.y, value.z))
    n = dr.normalize(tangent * (x * scale) + bitangent * (y * scale) + smooth * dr.maximum(z, 1e-3))
    behind = -dr.dot(n, direction)
    return dr.normalize(dr.select(behind < 0.02, n - direction * (0.02 - behind), n))
