"""A concrete scene told to Mitsuba 3: what the raster engine draws, as a path tracer reads it.

Only for `compare_with_mitsuba.py`; the product never imports it. It refuses what it cannot tell faithfully
(emissive surfaces, photo backdrops, pixels that are not square) rather than compare two different scenes.
"""

from __future__ import annotations

from typing import Any

import mitsuba as mi
import numpy as np
from mitsuba_reflectance import MetallicRoughness

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.lights import AreaLight, Background, Light, PointLight, SpotLight, SunLight
from myriorama.scenes.materials.model import Material, Texture

LEAST_ROUGHNESS = 0.045  # the raster engine's own floor
SUN_DISTANCE = 300.0  # in scene radii: parallel to 0.2 degrees from one end to the other

mi.register_bsdf("metallic_roughness", MetallicRoughness)


def to_mitsuba(scene: Scene, samples: int, bounces: int, reflectance: str) -> dict[str, Any]:
    """Return the scene as a dictionary for ``mitsuba.load_dict``.

    Parameters
    ----------
    samples : int
        Paths per pixel.
    bounces : int
        Longest path, in surfaces met.
    reflectance : {"metallic_roughness", "principled"}
        The raster engine's own model, or the one that Mitsuba brings.

    Raises
    ------
    ValueError
        It holds something that is not carried over.
    """
    # Lamps are no bodies in the raster engine; only the volumetric integrator's shadow rays pass through null surfaces.
    lamps = any(not isinstance(light, SunLight) for light in scene.lights)
    path = {"type": "volpath" if lamps else "path", "max_depth": bounces + 1, "rr_depth": 6, "hide_emitters": True}
    out: dict[str, Any] = {
        "type": "scene",
        "integrator": {"type": "aov", "aovs": "albedo:albedo,normal:sh_normal", "image": path},
        "sensor": _sensor(scene, samples),
        "surroundings": _surroundings(scene.background),
    }
    materials: dict[str, Any] = {}
    points = []
    for i, instance in enumerate(scene.instances):
        for j, part in enumerate(instance.model.parts):
            material = part.material
            if material.key not in materials:
                materials[material.key] = mi.load_dict(_bsdf(material, reflectance))
            pose = instance.world_from_object
            positions = part.mesh.positions.astype(np.float64) @ pose[:3, :3].T + pose[:3, 3]
            points.append(positions[np.unique(part.mesh.faces)])
            normals = part.mesh.normals.astype(np.float64) @ pose[:3, :3].T
            normals /= np.linalg.norm(normals, axis=1, keepdims=True)
            # Their rows of a texture run down, ours up.
            uv = part.mesh.uv.astype(np.float64) * material.uv_scale
            uv[:, 1] = 1.0 - uv[:, 1]
            out[f"part_{i}_{j}"] = _mesh(
                f"part_{i}_{j}", positions, normals, uv, part.mesh.faces, materials[material.key]
            )
    every = np.concatenate(points)
    middle = (every.min(axis=0) + every.max(axis=0)) / 2
    radius = float(np.linalg.norm(every - middle, axis=1).max())
    for k, light in enumerate(scene.lights):
        out[f"light_{k}"] = _light(light, middle, radius)
    return out


def _sensor(scene: Scene, samples: int) -> dict[str, Any]:
    camera = scene.camera
    if abs(camera.fx / camera.fy - 1.0) > 1e-6:
        raise ValueError("Mitsuba's camera has square pixels; this one has not")
    pose = camera.world_from_camera @ np.diag([-1.0, -1.0, 1.0, 1.0])  # theirs: x left, y up
    return {
        "type": "perspective",
        "fov": float(np.degrees(2.0 * np.arctan(camera.width / (2.0 * camera.fx)))),
        "fov_axis": "x",
        "principal_point_offset_x": camera.cx / camera.width - 0.5,
        "principal_point_offset_y": camera.cy / camera.height - 0.5,
        "near_clip": 1e-3,
        "far_clip": 1e5,
        "to_world": mi.ScalarTransform4f(pose),
        "sampler": {"type": "independent", "sample_count": samples},
        "film": {
            "type": "hdrfilm",
            "width": camera.width,
            "height": camera.height,
            "pixel_format": "rgba",
            "component_format": "float32",
            "rfilter": {"type": "box"},
        },
    }


def _surroundings(background: Background) -> dict[str, Any]:
    if background.backdrop is not None:
        raise ValueError("a photo backdrop is no light and no body: nothing to compare")
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


def _light(light: Light, middle: F64, radius: float) -> dict[str, Any]:
    T = mi.ScalarTransform4f
    if isinstance(light, SunLight):
        toward = -np.asarray(light.direction) / np.linalg.norm(light.direction)
        if light.angular_diameter_deg == 0:
            return {"type": "directional", "direction": list(-toward), "irradiance": _rgb(light.irradiance)}
        half = np.radians(light.angular_diameter_deg) / 2
        away = SUN_DISTANCE * radius
        place = T().look_at(origin=list(middle + away * toward), target=list(middle), up=_across(toward))
        radiance = np.asarray(light.irradiance) / (np.pi * np.sin(half) ** 2)
        return _lamp("disk", place @ T().scale(float(away * np.tan(half))), radiance)
    if isinstance(light, AreaLight):
        target = np.asarray(light.position) + np.asarray(light.direction)
        place = T().look_at(origin=list(light.position), target=list(target), up=list(light.up))
        size = T().scale([light.width_m / 2, light.height_m / 2, 1.0])
        return _lamp("rectangle", place @ size, np.asarray(light.radiance))
    if isinstance(light, SpotLight):
        # Their cone falls off along another curve between the same two angles; their spot has no size.
        target = np.asarray(light.position) + np.asarray(light.direction)
        return {
            "type": "spot",
            "to_world": T().look_at(
                origin=list(light.position), target=list(target), up=_across(np.asarray(light.direction))
            ),
            "intensity": _rgb(light.intensity),
            "cutoff_angle": light.outer_angle_deg,
            "beam_width": light.inner_angle_deg,
        }
    assert isinstance(light, PointLight)
    if light.radius_m == 0:
        return {"type": "point", "position": list(light.position), "intensity": _rgb(light.intensity)}
    radiance = np.asarray(light.intensity) / (np.pi * light.radius_m**2)
    return _lamp("sphere", T().translate(list(light.position)) @ T().scale(light.radius_m), radiance)


def _lamp(shape: str, place: Any, radiance: F64) -> dict[str, Any]:
    """Emit from the front, and be nothing else: no shadow of its own, no back."""
    return {
        "type": shape,
        "to_world": place,
        "bsdf": {"type": "null"},
        "emitter": {"type": "area", "radiance": _rgb(radiance)},
    }


def _across(direction: F64) -> list[float]:
    return [0.0, 0.0, 1.0] if abs(direction[2]) < 0.9 * np.linalg.norm(direction) else [1.0, 0.0, 0.0]


def _mesh(name: str, positions: F64, normals: F64, uv: F64, faces: np.ndarray, bsdf: Any) -> Any:
    traits = mi.Properties()
    traits["bsdf"] = bsdf
    mesh = mi.Mesh(name, len(positions), len(faces), has_vertex_normals=True, has_vertex_texcoords=True, props=traits)
    values = mi.traverse(mesh)
    values["vertex_positions"] = positions.astype(np.float32).ravel()
    values["vertex_normals"] = normals.astype(np.float32).ravel()
    values["vertex_texcoords"] = uv.astype(np.float32).ravel()
    values["faces"] = faces.ravel()
    values.update()
    return mesh


def _bsdf(material: Material, reflectance: str) -> dict[str, Any]:
    if max(material.emission) > 0:
        raise ValueError("an emissive surface would be hidden together with the lamps: nothing to compare")
    color = np.asarray(material.base_color, dtype=np.float32)
    metal_rough = material.metallic_roughness_texture
    out: dict[str, Any] = {
        "type": reflectance,
        "base_color": _rgb(color)
        if material.base_color_texture is None
        else _bitmap(_linear(material.base_color_texture)[:, :, :3] * color, material.base_color_texture),
    }
    if reflectance == "principled":
        out["specular"] = 0.5  # f0 of 0.04
    for name, factor, channel, least in (
        ("roughness", material.roughness, 1, LEAST_ROUGHNESS),
        ("metallic", material.metallic, 2, 0.0),
    ):
        if metal_rough is None:
            out[name] = {"type": "uniform", "value": max(factor, least)}
        else:
            values = metal_rough.pixels[:, :, channel : channel + 1] / np.float32(255.0) * np.float32(factor)
            out[name] = _bitmap(np.maximum(values, np.float32(least)), metal_rough)
    if material.normal_texture is not None:
        slopes = material.normal_texture.pixels[:, :, :3] / np.float32(127.5) - 1.0
        slopes[:, :, :2] *= material.normal_scale
        slopes /= np.linalg.norm(slopes, axis=2, keepdims=True)
        out = {"type": "normalmap", "normalmap": _bitmap((slopes + 1.0) / 2.0, material.normal_texture), "bsdf": out}
    out = {"type": "twosided", "bsdf": out}
    if material.alpha != "opaque":
        alpha: Any = material.opacity
        texture = material.base_color_texture
        if texture is not None and texture.pixels.shape[2] == 4:
            values = texture.pixels[:, :, 3:] / np.float32(255.0) * np.float32(material.opacity)
            if material.alpha == "cutout":
                values = (values >= material.alpha_cutoff).astype(np.float32)
            alpha = _bitmap(values, texture)
        elif material.alpha == "cutout":
            alpha = float(material.opacity >= material.alpha_cutoff)
        out = {"type": "mask", "opacity": alpha, "bsdf": out}
    return out


def _linear(texture: Texture) -> F32:
    """Return (H, W, C) float32: colour channels decoded to linear light, a grey texture as three channels."""
    values = texture.pixels / np.float32(255.0)
    if values.shape[2] == 1:
        values = np.repeat(values, 3, axis=2)
    if texture.srgb:
        color = values[:, :, :3]
        values[:, :, :3] = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    return np.asarray(values, dtype=np.float32)


def _bitmap(values: F32, texture: Texture) -> dict[str, Any]:
    pixels = mi.Bitmap(np.ascontiguousarray(values, dtype=np.float32))
    return {"type": "bitmap", "bitmap": pixels, "raw": True, "wrap_mode": texture.wrap}


def _rgb(color: Any) -> dict[str, Any]:
    return {"type": "rgb", "value": [float(c) for c in color]}
