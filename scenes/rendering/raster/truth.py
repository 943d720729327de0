"""The truth pass: surface id, depth, normal and object coordinates at pixel centres, never anti-aliased.

It knows nothing of light; what labels see through is not drawn here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np

from myriorama.scenes.conventions import F32, F64, U32
from myriorama.scenes.rendering.raster.drawlist import Group
from myriorama.scenes.rendering.raster.geometry import Culling, ItemBuffer, MeshStore
from myriorama.scenes.rendering.raster.programs import Programs
from myriorama.scenes.rendering.raster.textures import TextureStore


@dataclass(frozen=True, eq=False)
class TruthBuffers:
    """The truth pass read back; row 0 at the top. See `Frame` for each."""

    surface_id: U32
    depth: F32
    normal: F32
    object_coordinates: F32 | None


class GeometryTargets:
    """The framebuffer that holds a truth pass; later passes sample it and test against its depth."""

    def __init__(self, context: moderngl.Context, width: int, height: int) -> None:
        size = (width, height)
        self.normal_depth = _nearest(context.texture(size, 4, dtype="f4"))
        self.surface_id = _nearest(context.texture(size, 1, dtype="u4"))
        self.object_coordinates = _nearest(context.texture(size, 4, dtype="f4"))
        self.depth = context.depth_renderbuffer(size)
        self.framebuffer = context.framebuffer(
            [self.normal_depth, self.surface_id, self.object_coordinates], self.depth
        )

    def release(self) -> None:
        """Free every attachment."""
        for thing in (self.framebuffer, self.normal_depth, self.surface_id, self.object_coordinates, self.depth):
            thing.release()


def _nearest(texture: Any) -> Any:
    texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
    texture.repeat_x = texture.repeat_y = False
    return texture


class GeometryPass:
    """Draws geometry with a program that reads items; shared by truth, amodal and shadow passes."""

    def __init__(
        self, context: moderngl.Context, programs: Programs, meshes: MeshStore, textures: TextureStore
    ) -> None:
        self._context = context
        self._programs = programs
        self._meshes = meshes
        self._textures = textures

    def draw(
        self,
        vertex: str,
        fragment: str,
        items: ItemBuffer,
        groups: Iterable[Group],
        clip_from_camera: F64,
        from_outside: bool | None = None,
        order: tuple[float, float] | None = None,
    ) -> None:
        """Draw `groups` into the framebuffer in use; cutouts discard by the one alpha test.

        `from_outside` says whether the eye of this pass sees everything from outside; None: as the camera does.
        `order`, of a view that reaches far, is `View.order`.
        """
        culling = Culling(self._context)
        clip = np.ascontiguousarray(clip_from_camera.T, dtype=np.float32).tobytes()
        ready: set[Any] = set()
        for group, first, count in items.draws(groups):
            program = self._programs.get(vertex, fragment, CUTOUT=int(group.cutout), REACHES_FAR=int(order is not None))
            if program not in ready:
                program["u_clip_from_camera"].write(clip)
                if order is not None:
                    program["u_order"].value = order
                ready.add(program)
            program["u_first"].value = first
            if group.cutout:
                self._bind_alpha(program, group)
            mesh = self._meshes.get(group.mesh)
            outside = group.outside if from_outside is None else from_outside
            culling.set(mesh.closed and outside and not group.cutout)
            mesh.array(program).render(instances=count)
        culling.set(False)

    def _bind_alpha(self, program: moderngl.Program, group: Group) -> None:
        material = group.material
        texture = material.base_color_texture
        program["u_cutoff"].value = (material.opacity, material.alpha_cutoff, float(texture is not None))
        program["u_uv_scale"].value = material.uv_scale
        if texture is not None:
            self._textures.get(texture).use(0)
            program["u_base_color"].value = 0


def read_truth(targets: GeometryTargets, *, coordinates: bool = True) -> TruthBuffers:
    """Copy the truth pass from the device, with or without object coordinates."""
    width, height = targets.framebuffer.size
    surface_id = np.empty((height, width), dtype=np.uint32)
    both = np.empty((height, width, 4), dtype=np.float32)
    targets.framebuffer.read_into(both, components=4, attachment=0, dtype="f4")
    targets.framebuffer.read_into(surface_id, components=1, attachment=1, dtype="u4")
    placed: F32 | None = None
    if coordinates:
        four = np.empty((height, width, 4), dtype=np.float32)
        targets.framebuffer.read_into(four, components=4, attachment=2, dtype="f4")
        placed = np.ascontiguousarray(four[:, :, :3])
    return TruthBuffers(
        surface_id=surface_id,
        depth=np.ascontiguousarray(both[:, :, 3]),
        normal=np.ascontiguousarray(both[:, :, :3]),
        object_coordinates=placed,
    )


def read_depth(targets: GeometryTargets) -> F32:
    """Copy the depth alone, (H, W) float32, metres; 0 = nothing hit."""
    width, height = targets.framebuffer.size
    both = np.empty((height, width, 4), dtype=np.float32)
    targets.framebuffer.read_into(both, components=4, attachment=0, dtype="f4")
    return np.ascontiguousarray(both[:, :, 3])
