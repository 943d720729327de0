"""A plain lit picture: one sun and a soft sky. It makes no claim to realism."""

from __future__ import annotations

from typing import Any

import moderngl
import numpy as np

from myriorama.scenes.lights import SunLight
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.raster.drawlist import DrawList
from myriorama.scenes.rendering.raster.geometry import ItemBuffer, MeshStore
from myriorama.scenes.rendering.raster.programs import Programs
from myriorama.scenes.rendering.raster.truth import GeometryTargets


def first_look(
    context: moderngl.Context,
    programs: Programs,
    meshes: MeshStore,
    items: ItemBuffer,
    draws: DrawList,
    targets: GeometryTargets,
    request: RenderRequest,
) -> tuple[Any, Any]:
    """Return (rgb, linear)."""
    view = draws.view
    size = (view.width, view.height)
    color = context.texture(size, 4, dtype="f4")
    framebuffer = context.framebuffer([color], targets.depth)
    picture = context.framebuffer([context.renderbuffer(size, 4)])
    framebuffer.depth_mask = False
    framebuffer.use()
    context.enable_only(moderngl.DEPTH_TEST)
    context.depth_func = "<="
    gain = 2.0**draws.scene.camera.exposure_ev
    back = [gain * c for c in draws.scene.background.visible_color]
    framebuffer.clear(*back, 1.0)
    suns = [light for light in draws.scene.lights if isinstance(light, SunLight)]
    turn = draws.scene.camera.camera_from_world[:3, :3]
    clip = np.ascontiguousarray(view.clip_from_camera.T, dtype=np.float32).tobytes()
    for group, first, count in items.draws([g for g in draws.groups if g.labelled]):
        program = programs.get("beauty.vert", "beauty.frag", CUTOUT=0, UV=0)
        program["u_clip_from_camera"].write(clip)
        program["u_first"].value = first
        program["u_color"].value = group.material.base_color
        direction = turn @ np.array(suns[0].direction if suns else (0.0, 0.0, -1.0))
        program["u_sun_direction"].value = tuple(direction)
        program["u_sun"].value = tuple(gain * c for c in suns[0].irradiance) if suns else (0.0, 0.0, 0.0)
        program["u_up"].value = tuple(turn[:, 2])
        meshes.get(group.mesh).array(program).render(instances=count)
    linear = np.empty((view.height, view.width, 3), dtype=np.float32)
    framebuffer.read_into(linear, components=3, dtype="f4")
    picture.use()
    context.enable_only(moderngl.NOTHING)
    program = programs.get("screen.vert", "develop.frag")
    color.use(0)
    program["u_linear"].value = 0
    context.vertex_array(program, []).render(vertices=3)
    rgb = np.empty((view.height, view.width, 3), dtype=np.uint8)
    picture.read_into(rgb, components=3)
    for thing in (framebuffer, color, picture):
        thing.release()
    return rgb, linear if request.linear else None
