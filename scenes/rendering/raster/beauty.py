"""Shades surfaces: for each group the program that its material and the scene's lights need, and its numbers.

It draws into whatever framebuffer is in use, against whatever depth that holds; it keeps no state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import moderngl
import numpy as np

from myriorama.scenes.materials.model import Material
from myriorama.scenes.rendering.raster.drawlist import DrawList, Group
from myriorama.scenes.rendering.raster.environment import DeviceEnvironment
from myriorama.scenes.rendering.raster.geometry import Culling, ItemBuffer, MeshStore
from myriorama.scenes.rendering.raster.lighting import Lighting
from myriorama.scenes.rendering.raster.programs import Programs
from myriorama.scenes.rendering.raster.textures import TextureStore
from myriorama.scenes.rendering.raster.view import View

_UNITS: Final = {
    "u_base_map": 0,
    "u_rough_map": 1,
    "u_normal_map": 2,
    "u_occlusion_map": 3,
    "u_emission_map": 4,
    "u_mirrors": 5,
    "u_dfg": 6,
    "u_occlusion": 7,
    "u_shadow_map": 8,
}


@dataclass(frozen=True, eq=False)
class Look:
    """What all surfaces of one frame share."""

    lighting: Lighting
    environment: DeviceEnvironment | None
    tint: tuple[float, float, float]
    shadow_map: Any
    shadow_taps: int
    shadow_reach: int
    occlusion: Any
    albedo_table: Any
    exposure: float


class BeautyPass:
    """Draws shaded groups."""

    def __init__(
        self, context: moderngl.Context, programs: Programs, meshes: MeshStore, textures: TextureStore
    ) -> None:
        self._context = context
        self._programs = programs
        self._meshes = meshes
        self._textures = textures

    def solids(self, draws: DrawList, items: ItemBuffer, look: Look, window: tuple[int, int]) -> None:
        """Draw every opaque and cutout group."""
        ready: set[Any] = set()
        self._bind(look)
        culling = Culling(self._context)
        for group, first, count in items.draws(g for g in draws.groups if not g.transparent):
            program = self._program(group, look, draws.view, window, ready)
            program["u_first"].value = first
            mesh = self._meshes.get(group.mesh)
            culling.set(mesh.closed and group.outside and not group.cutout)
            mesh.array(program).render(instances=count)
        culling.set(False)

    def clear_ones(self, draws: DrawList, items: ItemBuffer, look: Look, window: tuple[int, int]) -> None:
        """Draw transparent items over what is there, farthest first."""
        ready: set[Any] = set()
        self._bind(look)
        context = self._context
        Culling(context)
        context.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        for item in back_to_front(draws):
            for group, first, _ in items.draws([item]):
                program = self._program(group, look, draws.view, window, ready)
                program["u_first"].value = first
                array = self._meshes.get(group.mesh).array(program)
                context.enable(moderngl.CULL_FACE | moderngl.BLEND)
                for side in ("front", "back") if group.material.double_sided else ("back",):
                    context.cull_face = side
                    array.render(instances=1)
        context.disable(moderngl.CULL_FACE | moderngl.BLEND)

    def _bind(self, look: Look) -> None:
        look.albedo_table.use(_UNITS["u_dfg"])
        if look.environment is not None:
            look.environment.mirrors.use(_UNITS["u_mirrors"])
        if look.occlusion is not None:
            look.occlusion.use(_UNITS["u_occlusion"])
        if look.shadow_map is not None:
            look.shadow_map.use(_UNITS["u_shadow_map"])

    def _program(self, group: Group, look: Look, view: View, window: tuple[int, int], ready: set[Any]) -> Any:
        material = group.material
        chosen = switches(material, look, self._textures.plain) | {"REACHES_FAR": int(view.reaches_far)}
        program = self._programs.get("beauty.vert", "beauty.frag", **chosen)
        if program not in ready:
            ready.add(program)
            program["u_clip_from_camera"].write(
                np.ascontiguousarray(view.clip_from_camera.T, dtype=np.float32).tobytes()
            )
            if view.reaches_far:
                program["u_order"].value = view.order
            for name, unit in _UNITS.items():
                if name in program:
                    program[name].value = unit
            program["u_exposure"].value = look.exposure
            if "u_window" in program:
                program["u_window"].value = window
            if "u_shadow_taps" in program:
                program["u_shadow_taps"].value = look.shadow_taps
            program["u_tint"].value = look.tint
            if "u_counts" in program:
                lighting = look.lighting
                program["u_counts"].value = (lighting.suns, lighting.soft_suns, lighting.points, lighting.areas)
            if look.environment is not None:
                program["u_mirror_stack"].value = (look.environment.mirror_size, look.environment.last_level)
            program["Lighting"].binding = 1
        program["u_base"].value = (*material.base_color, material.opacity)
        program["u_metal_rough"].value = (
            material.metallic,
            material.roughness,
            material.normal_scale,
            material.alpha_cutoff,
        )
        program["u_emission"].value = material.emission
        if "u_uv_scale" in program:
            program["u_uv_scale"].value = material.uv_scale
        for texture, unit in (
            (material.base_color_texture, 0),
            (material.metallic_roughness_texture, 1),
            (material.normal_texture, 2),
            (material.occlusion_texture, 3),
            (material.emission_texture, 4),
        ):
            if texture is not None:
                self._textures.get(texture).use(unit)
        return program


def switches(material: Material, look: Look, strips: bool = False) -> dict[str, int]:
    """Return what the beauty shader must be compiled with."""
    return {
        "UV": int(bool(material.textures)),
        "BASE_MAP": int(material.base_color_texture is not None),
        "ROUGH_MAP": int(material.metallic_roughness_texture is not None),
        "NORMAL_MAP": int(material.normal_texture is not None),
        "OCCLUSION_MAP": int(material.occlusion_texture is not None),
        "EMISSION_MAP": int(material.emission_texture is not None),
        "STRIPS": int(strips and bool(material.textures)),
        "CUTOUT": int(material.alpha == "cutout"),
        "BLEND": int(material.alpha == "transparent"),
        "ENVIRONMENT": int(look.environment is not None),
        "OCCLUSION": int(look.occlusion is not None),
        "SHADOWS": int(look.lighting.casting),
        "SHADOW_REACH": look.shadow_reach,
        "SUNS": min(look.lighting.suns, 2),
        "SOFT_SUNS": min(look.lighting.soft_suns, 2),
        "POINTS": min(look.lighting.points, 2),
        "AREAS": min(look.lighting.areas, 2),
    }


def back_to_front(draws: DrawList) -> Iterable[Group]:
    """Return each transparent item as a group of its own, farthest box centre first."""
    singles = []
    for group in draws.groups:
        if group.transparent:
            for k in range(group.first, group.first + group.count):
                centre = draws.placement.corners[draws.instance_of_item[k]].mean(axis=0)
                singles.append((-float(np.linalg.norm(centre)), k, replace(group, first=k, count=1)))
    singles.sort(key=lambda row: row[:2])
    return [group for _, _, group in singles]
