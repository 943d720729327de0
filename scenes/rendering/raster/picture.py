"""From a drawn truth pass to a picture: light, shade, smooth the edges, develop.

Each visible point is shaded once, against the truth pass's depth; only pixels that an edge runs through
are shaded again, finer. It makes no label.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import moderngl
import numpy as np

from myriorama.scenes.conventions import F32, U8
from myriorama.scenes.materials.model import Texture
from myriorama.scenes.rendering.raster.beauty import BeautyPass, Look
from myriorama.scenes.rendering.raster.drawlist import DrawList
from myriorama.scenes.rendering.raster.environment import EnvironmentStore, environment_from_world
from myriorama.scenes.rendering.raster.geometry import ItemBuffer, MeshStore
from myriorama.scenes.rendering.raster.ground import ground_below
from myriorama.scenes.rendering.raster.lighting import BLOCK_BYTES, LIGHTING_BINDING, checked, pack_lighting
from myriorama.scenes.rendering.raster.pixels import Screen, Surface
from myriorama.scenes.rendering.raster.programs import Programs
from myriorama.scenes.rendering.raster.quality import Settings
from myriorama.scenes.rendering.raster.reflectance import directional_albedo
from myriorama.scenes.rendering.raster.shadowfit import receiver_points
from myriorama.scenes.rendering.raster.shadows import ShadowMaps
from myriorama.scenes.rendering.raster.textures import TextureStore
from myriorama.scenes.rendering.raster.truth import GeometryTargets

SHADOW_REACH: Final = 40
_FINE_SAMPLES_AT_ONCE: Final = 1280 * 1024
_OCCLUSION_STRENGTH: Final = 1.3
_OCCLUSION_REACH: Final = 1.2
_OCCLUSION_CAP: Final = 6.0

Lap = Callable[[str], None]


class PicturePass:
    """The beauty side of the engine."""

    def __init__(
        self,
        context: moderngl.Context,
        programs: Programs,
        meshes: MeshStore,
        textures: TextureStore,
        environments: EnvironmentStore,
        beauty: BeautyPass,
        shadows: ShadowMaps,
    ) -> None:
        self._context = context
        self._programs = programs
        self._meshes = meshes
        self._textures = textures
        self._environments = environments
        self._beauty = beauty
        self._shadows = shadows
        self._screen = Screen(context)
        self._linear = Surface(context, 4, "f4")
        self._half = Surface(context, 4, "f4"), Surface(context, 4, "f4")
        self._many: Any = None
        self._mask = Surface(context, 1, "f1")
        self._fine = Surface(context, 4, "f4")
        self._developed = Surface(context, 4, "f1")
        self._developed_linear = Surface(context, 4, "f4")
        self._lighting = context.buffer(reserve=BLOCK_BYTES)
        table = directional_albedo()
        self._albedo_table = context.texture(table.shape[1::-1], 2, table, dtype="f4")
        self._albedo_table.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._albedo_table.repeat_x = self._albedo_table.repeat_y = False

    def run(
        self,
        draws: DrawList,
        items: ItemBuffer,
        solid: GeometryTargets,
        every: GeometryTargets,
        depth: F32,
        settings: Settings,
        linear: bool,
        lap: Lap,
    ) -> tuple[U8, F32 | None]:
        """Render and return the picture, (H, W, 3) uint8, and where asked for its linear radiance, (H, W, 3) float32.

        Parameters
        ----------
        solid, every : GeometryTargets
            Truth passes of the opaque and cutout surfaces, and of all surfaces; the same where nothing is clear.
        depth : (H, W) float32
            Of `solid`.
        lap
            Called with a stage's name when the stage ends.
        """
        view = draws.view
        width, height = view.width, view.height
        look = self._prepare(draws, solid, depth, settings, lap)
        if settings.multisamples:
            self._shade_multisampled(draws, items, look, settings.multisamples)
        else:
            self._linear.resize(width, height, depth=solid.depth)
            self._linear.framebuffer.viewport = (0, 0, width, height)
            self._linear.framebuffer.use()
            self._layers(self._linear.framebuffer, draws, items, look, (1, 0))
        lap("shade")
        outputs = [(0, self._developed)] + ([(1, self._developed_linear)] if linear else [])
        for is_linear, surface in outputs:
            surface.resize(width, height)
            self._develop(surface, LINEAR=is_linear)
        if settings.edge_samples > 1 and not settings.multisamples:
            self._find_edges(draws, [solid] if solid is every else [solid, every])
            self._refine(draws, items, look, settings.edge_samples, outputs)
            lap("edges")
        rgba = np.empty((height, width, 4), dtype=np.uint8)
        self._developed.framebuffer.read_into(rgba, components=4)
        radiance: F32 | None = None
        if linear:
            full = np.empty((height, width, 4), dtype=np.float32)
            self._developed_linear.framebuffer.read_into(full, components=4, dtype="f4")
            radiance = np.ascontiguousarray(full[:, :, :3])
        picture = np.ascontiguousarray(rgba[:, :, :3])
        lap("read")
        return picture, radiance

    def _shade_multisampled(self, draws: DrawList, items: ItemBuffer, look: Look, samples: int) -> None:
        size = (draws.view.width, draws.view.height)
        context = self._context
        if self._many is None or self._many.size != size or self._many.samples != samples:
            self._free_many()
            color = context.renderbuffer(size, 4, samples=samples, dtype="f2")
            self._many = context.framebuffer([color], context.depth_renderbuffer(size, samples=samples))
        framebuffer = self._many
        framebuffer.depth_mask = True
        framebuffer.use()
        framebuffer.clear(depth=1.0)
        context.multisample = True
        self._layers(framebuffer, draws, items, look, (1, 0))
        self._linear.resize(*size)
        context.copy_framebuffer(self._linear.framebuffer, framebuffer)

    def _free_many(self) -> None:
        if self._many is not None:
            for thing in (*self._many.color_attachments, self._many.depth_attachment, self._many):
                thing.release()
            self._many = None

    def _layers(
        self, framebuffer: Any, draws: DrawList, items: ItemBuffer, look: Look, window: tuple[int, int]
    ) -> None:
        """Draw solids, background and clear surfaces; `window` is samples per pixel and the rows left out above."""
        context = self._context
        context.enable_only(moderngl.DEPTH_TEST)
        # The same state at every resolution, so that a software device compiles each shader once: against the truth
        # pass's depth this writes equal over equal, in a buffer of its own it sorts.
        context.depth_func = "<="
        framebuffer.depth_mask = True
        framebuffer.use()
        self._beauty.solids(draws, items, look, window)
        self._background(draws, look, window)
        if any(g.transparent for g in draws.groups):
            framebuffer.depth_mask = False
            framebuffer.use()
            self._beauty.clear_ones(draws, items, look, window)

    def _develop(self, surface: Surface, **switches: int) -> None:
        program = self._programs.get("screen.vert", "develop.frag", EDGES=0, **switches)
        self._linear.texture.use(0)
        program["u_linear"].value = 0
        surface.framebuffer.use()
        self._context.enable_only(moderngl.NOTHING)
        self._screen.draw(program)

    def _refine(
        self, draws: DrawList, items: ItemBuffer, look: Look, fine: int, outputs: list[tuple[int, Surface]]
    ) -> None:
        """Shade edge pixels again at fine x fine samples and put their mean into the developed pictures."""
        context = self._context
        width, height = draws.view.width, draws.view.height
        band = min(height, max(1, _FINE_SAMPLES_AT_ONCE // (fine * fine * width)))
        self._fine.resize(width * fine, band * fine, own_depth=True)
        framebuffer = self._fine.framebuffer
        for first_row in range(0, height, band):
            framebuffer.viewport = (0, -first_row * fine, width * fine, height * fine)
            framebuffer.depth_mask = True
            framebuffer.color_mask = (False,) * 4
            framebuffer.use()
            framebuffer.clear(depth=0.0)
            context.enable_only(moderngl.DEPTH_TEST)
            context.depth_func = "1"
            program = self._programs.get("screen.vert", "open.frag", FINE=fine)
            self._mask.texture.use(0)
            program["u_mask"].value = 0
            program["u_first_row"].value = first_row
            self._screen.draw(program, depth=1.0)
            framebuffer.color_mask = (True,) * 4
            framebuffer.use()
            self._layers(framebuffer, draws, items, look, (fine, first_row * fine))
            for is_linear, surface in outputs:
                program = self._programs.get("screen.vert", "develop.frag", EDGES=fine, LINEAR=is_linear)
                self._mask.texture.use(0)
                self._fine.texture.use(1)
                program["u_mask"].value = 0
                program["u_fine"].value = 1
                program["u_first_row"].value = first_row
                surface.framebuffer.scissor = (0, first_row, width, min(band, height - first_row))
                surface.framebuffer.use()
                context.enable_only(moderngl.NOTHING)
                self._screen.draw(program)
                surface.framebuffer.scissor = None

    def _prepare(self, draws: DrawList, solid: GeometryTargets, depth: F32, settings: Settings, lap: Lap) -> Look:
        scene = draws.scene
        background = scene.background
        environment = self._environments.get(background.radiance) if background.radiance is not None else None
        lap("environment")
        lights = checked(scene.lights)
        casting = any(light.casts_shadow for light in lights)
        receivers = receiver_points(depth, draws.view) if casting else np.zeros((0, 3))
        placements = self._shadows.draw(lights, draws, receivers, settings.shadow_side)
        lap("shadow")
        ground = ground_below(draws, lights, environment, self._meshes, self._textures)
        lighting = pack_lighting(lights, placements, scene.camera, background, environment, ground)
        self._lighting.write(lighting.block)
        self._lighting.bind_to_uniform_block(LIGHTING_BINDING)
        occlusion = self._occlusion(draws, solid, settings) if settings.occlusion_directions else None
        lap("occlusion")
        return Look(
            lighting=lighting,
            environment=environment,
            tint=background.color,
            shadow_map=self._shadows.texture if lighting.casting else None,
            shadow_taps=settings.shadow_taps,
            shadow_reach=SHADOW_REACH,
            occlusion=occlusion,
            albedo_table=self._albedo_table,
            exposure=float(2.0**scene.camera.exposure_ev),
        )

    def _occlusion(self, draws: DrawList, solid: GeometryTargets, settings: Settings) -> Any:
        view = draws.view
        raw, smooth = self._half
        for surface in self._half:
            surface.resize((view.width + 1) // 2, (view.height + 1) // 2)
        context = self._context
        context.enable_only(moderngl.NOTHING)
        program = self._programs.get(
            "screen.vert", "occlusion.frag", DIRECTIONS=settings.occlusion_directions, STEPS=settings.occlusion_steps
        )
        solid.normal_depth.use(0)
        program["u_normal_depth"].value = 0
        program["u_camera"].value = (view.fx, view.fy, view.cx, view.cy)
        program["u_reach"].value = (
            _reach(draws),
            max(view.width, view.height) / _OCCLUSION_CAP,
            _OCCLUSION_STRENGTH,
            0.0,
        )
        raw.framebuffer.use()
        self._screen.draw(program)
        program = self._programs.get("screen.vert", "occlusion_blur.frag")
        raw.texture.use(0)
        program["u_occlusion"].value = 0
        smooth.framebuffer.use()
        self._screen.draw(program)
        return smooth.texture

    def _background(self, draws: DrawList, look: Look, window: tuple[int, int]) -> None:
        background, view, environment = draws.scene.background, draws.view, look.environment
        photo = background.backdrop is not None
        panorama = not photo and background.visible and environment is not None
        program = self._programs.get("screen.vert", "background.frag", PANORAMA=int(panorama), BACKDROP=int(photo))
        numbers = {
            "u_camera": (view.fx, view.fy, view.cx, view.cy),
            "u_window": window,
            "u_image": 0,
        }
        color = background.color if background.visible else background.visible_color
        numbers["u_tint"] = tuple(look.exposure * c for c in color)
        if panorama and environment is not None:
            turn = environment_from_world(background) @ draws.scene.camera.world_from_camera[:3, :3]
            numbers["u_environment_from_camera"] = tuple(turn.T.ravel())
            environment.panorama.use(0)
        elif background.backdrop is not None:
            self._textures.get(Texture(background.backdrop, srgb=True, wrap="clamp")).use(0)
            tall, wide = background.backdrop.shape[:2]
            numbers["u_cover"] = cover(wide, tall, view.width, view.height)
        for name, value in numbers.items():
            if name in program:
                program[name].value = value
        self._screen.draw(program, depth=1.0)

    def _find_edges(self, draws: DrawList, layers: list[GeometryTargets]) -> None:
        view = draws.view
        self._mask.resize(view.width, view.height)
        self._mask.framebuffer.use()
        self._context.enable_only(moderngl.NOTHING)
        self._mask.framebuffer.clear()
        program = self._programs.get("screen.vert", "edges.frag")
        program["u_camera"].value = (view.fx, view.fy, view.cx, view.cy)
        program["u_normal_depth"].value = 0
        program["u_surface"].value = 1
        for targets in layers:
            targets.normal_depth.use(0)
            targets.surface_id.use(1)
            self._screen.draw(program)

    def release(self) -> None:
        """Free everything."""
        for surface in (self._linear, *self._half, self._mask, self._fine, self._developed, self._developed_linear):
            surface.release()
        self._free_many()
        self._screen.release()
        self._lighting.release()
        self._albedo_table.release()


def _reach(draws: DrawList) -> float:
    """Return how far ambient occlusion looks, metres: as far as the things in the scene are large."""
    size = np.linalg.norm(draws.placement.corners[:, 7] - draws.placement.corners[:, 0], axis=1)
    kinds = np.array([i.kind != "stuff" for i in draws.scene.instances], dtype=bool)
    chosen = size[kinds] if kinds.any() else size
    return _OCCLUSION_REACH * float(np.median(chosen)) if len(chosen) else 1.0


def cover(image_width: int, image_height: int, width: int, height: int) -> tuple[float, float, float, float]:
    """Return scale x, y and offset x, y from frame pixels to texture coordinates of a photo fitted to cover the frame.

    The photo keeps its shape and is centred; what is too long on one axis is cut off on both sides alike.
    """
    scale = max(width / image_width, height / image_height)
    across, down = width / (scale * image_width), height / (scale * image_height)
    return across / width, -down / height, (1.0 - across) / 2, 1.0 - (1.0 - down) / 2
