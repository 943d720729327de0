"""The same scene told to Mitsuba's own plugins: the slow way, where no LLVM is there to run our light transport.

It refuses what its plugins cannot tell apart: pairs, a target of noise, pixels that are not square. Lamps with a size
are seen by the camera in scenes where something glows, for Mitsuba hides all that shines or nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import mitsuba as mi
import numpy as np

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.errors import DeviceError
from myriorama.scenes.labels.rays import opacity_at
from myriorama.scenes.lights import AreaLight, Background, Light, PointLight, SpotLight, SunLight
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.pathtraced.geometry import triangles_of
from myriorama.scenes.rendering.pathtraced.probe import LLVM_WAY
from myriorama.scenes.rendering.pathtraced.surfaces import LEAST_ROUGHNESS, decode
from myriorama.scenes.rendering.tracing import Tracing

_FINER: Final = 16
_MOST_TEXELS: Final = 2**21
"""A cutout's alpha is told up to so many times as finely along each side as its texture, in so many texels at most."""


def refuse(scene: Scene, tracing: Tracing) -> None:
    """Refuse what this way cannot do.

    Raises
    ------
    DeviceError
        With how to get the better way.
    """
    asked = [("pairs", tracing.pairs), ("a target of noise", tracing.noise_target > 0)]
    asked.append(("pixels that are not square", abs(scene.camera.fx / scene.camera.fy - 1.0) > 1e-6))
    told = [name for name, wanted in asked if wanted]
    if told:
        raise DeviceError(f"the path tracer without LLVM knows no {', no '.join(told)}: {LLVM_WAY}")


class StockScene:
    """A scene in Mitsuba's own terms."""

    def __init__(self, scene: Scene, depth: int) -> None:
        self._shape = (scene.camera.height * scene.camera.width, -1)
        self._glows = any(max(p.material.emission) > 0 for i in scene.instances for p in i.model.parts)
        self._scene = mi.load_dict(_told(scene, depth, hide=not self._glows))

    def sums(self, first: int, last: int, seed: tuple[int, int]) -> Mapping[str, F32]:
        """Return what `tracer.trace` returns, without a measure of noise."""
        count = last - first
        image = np.array(mi.render(self._scene, spp=count, seed=(seed[0] ^ (first * 0x9E3779B9)) & 0xFFFFFFFF))
        rows = np.nan_to_num(image.astype(np.float32)).reshape(self._shape) * np.float32(count)
        light, alpha, albedo, normal = rows[:, :3], rows[:, 3:4], rows[:, 4:7], rows[:, 7:10]
        nothing = np.zeros_like(light)
        return {
            "light": light,
            "squares": nothing,
            "direct": nothing,
            "open": np.float32(count) - alpha,
            "albedo": albedo,
            "normal": normal,
        }


def _told(scene: Scene, depth: int, *, hide: bool) -> dict[str, Any]:
    triangles = triangles_of(scene)
    sized = any(not isinstance(light, SunLight) for light in scene.lights)
    path = {"type": "volpath" if sized else "path", "max_depth": depth, "rr_depth": 6, "hide_emitters": hide}
    out: dict[str, Any] = {
        "type": "scene",
        "integrator": {"type": "aov", "aovs": "albedo:albedo,normal:sh_normal", "image": path},
        "sensor": _sensor(scene, triangles.origin),
        "surroundings": _surroundings(scene.background),
    }
    bsdfs = [mi.load_dict(_bsdf(m)) for m in triangles.materials]
    for part in range(len(triangles.material_of_part)):
        faces = triangles.faces[triangles.part_of_face == part]
        used, inverse = np.unique(faces, return_inverse=True)
        number = int(triangles.material_of_part[part])
        material = triangles.materials[number]
        uv = triangles.uv[used] * np.asarray(material.uv_scale, dtype=np.float32)
        uv[:, 1] = 1.0 - uv[:, 1]  # their rows of a texture run down, ours up
        out[f"part_{part}"] = _mesh(
            triangles.positions[used], triangles.normals[used], uv, inverse.reshape(-1, 3), bsdfs[number], material
        )
    size = float(np.linalg.norm(triangles.positions, axis=1).max()) if len(triangles.positions) else 1.0
    for k, light in enumerate(scene.lights):
        out[f"light_{k}"] = _light(light, triangles.origin, size)
    return out


def _sensor(scene: Scene, origin: F64) -> dict[str, Any]:
    camera = scene.camera
    pose = camera.world_from_camera @ np.diag([-1.0, -1.0, 1.0, 1.0])  # theirs: x left, y up
    pose[:3, 3] -= origin
    film = {"type": "hdrfilm", "width": camera.width, "height": camera.height, "pixel_format": "rgba"}
    return {
        "type": "perspective",
        "fov": float(np.degrees(2.0 * np.arctan(camera.width / (2.0 * camera.fx)))),
        "fov_axis": "x",
        "principal_point_offset_x": camera.cx / camera.width - 0.5,
        "principal_point_offset_y": camera.cy / camera.height - 0.5,
        "near_clip": 1e-3,
        "far_clip": 1e5,
        "to_world": mi.ScalarTransform4f(pose),
        "sampler": {"type": "independent"},
        "film": {**film, "component_format": "float32", "rfilter": {"type": "box"}},
    }


def _surroundings(background: Background) -> dict[str, Any]:
    if background.radiance is None:
        return {"type": "constant", "radiance": _rgb(background.color)}
    # Their map: up is y, the centre column looks along z, and x lies a quarter left of it.
    ours_from_theirs = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    angle = np.radians(background.rotation_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])
    pose = np.eye(4)
    pose[:3, :3] = turn @ ours_from_theirs
    pixels = background.radiance.pixels * np.asarray(background.color, dtype=np.float32)
    return {"type": "envmap", "bitmap": mi.Bitmap(pixels), "to_world": mi.ScalarTransform4f(pose)}


_SUN_DISTANCE: Final = 300.0
"""In scene radii: parallel to 0.2 degrees from one end to the other."""


def _light(light: Light, origin: F64, radius: float) -> dict[str, Any]:
    T = mi.ScalarTransform4f
    if isinstance(light, SunLight):
        toward = -np.asarray(light.direction) / np.linalg.norm(light.direction)
        if light.angular_diameter_deg == 0:
            return {"type": "directional", "direction": list(-toward), "irradiance": _rgb(light.irradiance)}
        half = np.radians(light.angular_diameter_deg) / 2
        away = _SUN_DISTANCE * radius
        place = T().look_at(origin=list(away * toward), target=[0, 0, 0], up=_across(toward))
        radiance = np.asarray(light.irradiance) / (np.pi * np.sin(half) ** 2)
        return _lamp("disk", place @ T().scale(float(away * np.tan(half))), radiance)
    position = np.asarray(light.position) - origin
    if isinstance(light, AreaLight):
        place = T().look_at(origin=list(position), target=list(position + light.direction), up=list(light.up))
        size = T().scale([light.width_m / 2, light.height_m / 2, 1.0])
        return _lamp("rectangle", place @ size, np.asarray(light.radiance))
    if isinstance(light, SpotLight):
        # Their cone falls off along another curve between the same two angles; their spot has no size.
        up = _across(np.asarray(light.direction))
        return {
            "type": "spot",
            "to_world": T().look_at(origin=list(position), target=list(position + light.direction), up=up),
            "intensity": _rgb(light.intensity),
            "cutoff_angle": light.outer_angle_deg,
            "beam_width": min(light.inner_angle_deg, 0.999 * light.outer_angle_deg),
        }
    assert isinstance(light, PointLight)
    if light.radius_m == 0:
        return {"type": "point", "position": list(position), "intensity": _rgb(light.intensity)}
    radiance = np.asarray(light.intensity) / (np.pi * light.radius_m**2)
    return _lamp("sphere", T().translate(list(position)) @ T().scale(light.radius_m), radiance)


def _lamp(shape: str, place: Any, radiance: Any) -> dict[str, Any]:
    """Emit from the front, and be nothing else: no shadow of its own, no back."""
    glow = {"type": "area", "radiance": _rgb(radiance)}
    return {"type": shape, "to_world": place, "bsdf": {"type": "null"}, "emitter": glow}


def _across(direction: F64) -> list[float]:
    return [0.0, 0.0, 1.0] if abs(direction[2]) < 0.9 * np.linalg.norm(direction) else [1.0, 0.0, 0.0]


def _radiance(material: Material) -> dict[str, Any]:
    """Return what a material gives off. What glows shines through Mitsuba's mask, so its light is cut by itself."""
    texture, base = material.emission_texture, material.base_color_texture
    color = np.asarray(material.emission, dtype=np.float32)
    if material.alpha != "cutout" or base is None or base.pixels.shape[2] != 4:
        return _rgb(color) if texture is None else _bitmap(_colors(texture)[:, :, :3] * color, texture)
    light = _cut(material, base) * color
    if texture is not None:
        height, width = light.shape[:2]
        tall, wide = texture.pixels.shape[:2]
        rows, columns = np.arange(height) * tall // height, np.arange(width) * wide // width
        light = light * _colors(texture)[rows[:, None], columns, :3]
    return _bitmap(light, base) | {"filter_type": "nearest"}


def _mesh(positions: F32, normals: F32, uv: F32, faces: Any, bsdf: Any, material: Material) -> Any:
    traits = mi.Properties()
    traits["bsdf"] = bsdf
    if max(material.emission) > 0:
        traits["emitter"] = mi.load_dict({"type": "area", "radiance": _radiance(material)})
    mesh = mi.Mesh("part", len(positions), len(faces), has_vertex_normals=True, has_vertex_texcoords=True, props=traits)
    values = mi.traverse(mesh)
    values["vertex_positions"] = np.ascontiguousarray(positions, dtype=np.float32).ravel()
    values["vertex_normals"] = np.ascontiguousarray(normals, dtype=np.float32).ravel()
    values["vertex_texcoords"] = np.ascontiguousarray(uv, dtype=np.float32).ravel()
    values["faces"] = np.ascontiguousarray(faces, dtype=np.uint32).ravel()
    values.update()
    return mesh


def _bsdf(material: Material) -> dict[str, Any]:
    color = np.asarray(material.base_color, dtype=np.float32)
    base, metal_rough = material.base_color_texture, material.metallic_roughness_texture
    out: dict[str, Any] = {
        "type": "principled",
        "specular": 0.5,  # f0 of 0.04
        "base_color": _rgb(color) if base is None else _bitmap(_colors(base)[:, :, :3] * color, base),
    }
    rows = (("roughness", material.roughness, 1, LEAST_ROUGHNESS), ("metallic", material.metallic, 2, 0.0))
    for name, factor, channel, least in rows:
        if metal_rough is None:
            out[name] = {"type": "uniform", "value": max(factor, least)}
        else:
            values = metal_rough.pixels[:, :, channel : channel + 1] / np.float32(255.0) * np.float32(factor)
            out[name] = _bitmap(np.maximum(values, np.float32(least)), metal_rough)
    if material.normal_texture is not None:
        slopes = material.normal_texture.pixels[:, :, :3] / np.float32(127.5) - np.float32(1.0)
        slopes[:, :, :2] *= material.normal_scale
        slopes /= np.linalg.norm(slopes, axis=2, keepdims=True)
        out = {"type": "normalmap", "normalmap": _bitmap((slopes + 1.0) / 2.0, material.normal_texture), "bsdf": out}
    out = {"type": "twosided", "bsdf": out}
    if material.alpha == "opaque":
        return out
    alpha: Any = material.opacity
    if base is not None and base.pixels.shape[2] == 4:
        if material.alpha == "cutout":
            alpha = _bitmap(_cut(material, base), base) | {"filter_type": "nearest"}
        else:
            alpha = _bitmap(base.pixels[:, :, 3:] / np.float32(255.0) * np.float32(material.opacity), base)
    elif material.alpha == "cutout":
        alpha = float(material.opacity >= material.alpha_cutoff)
    return {"type": "mask", "opacity": alpha, "bsdf": out}


def _cut(material: Material, texture: Texture) -> F32:
    """Return what a cutout leaves, (kH, kW, 1) of 0 and 1: the labels' own alpha test between the texels as well.

    Mitsuba's mask knows no threshold, so it is asked beforehand, k times as finely as there are texels: a cut's edge is
    right to half of a k-th of one.
    """
    height, width = texture.pixels.shape[:2]
    k = max(1, min(_FINER, math.isqrt(_MOST_TEXELS // (height * width))))
    u, v = (np.arange(width * k) + 0.5) / (width * k), 1.0 - (np.arange(height * k) + 0.5) / (height * k)
    places = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    stays = opacity_at(replace(material, uv_scale=(1.0, 1.0)), places) >= material.alpha_cutoff
    return stays.astype(np.float32).reshape(height * k, width * k, 1)


def _colors(texture: Texture) -> F32:
    height, width = texture.pixels.shape[:2]
    return decode(texture).reshape(height, width, 4).astype(np.float32)


def _bitmap(values: Any, texture: Texture) -> dict[str, Any]:
    pixels = mi.Bitmap(np.ascontiguousarray(values, dtype=np.float32))
    return {"type": "bitmap", "bitmap": pixels, "raw": True, "wrap_mode": texture.wrap}


def _rgb(color: Any) -> dict[str, Any]:
    return {"type": "rgb", "value": [float(c) for c in color]}
