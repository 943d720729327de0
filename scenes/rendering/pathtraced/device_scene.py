"""A scene on the device: triangles in Mitsuba's acceleration structure, everything else as plain arrays.

The arrays' contents change from scene to scene, the program that reads them does not: it is compiled once. It
shades nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import drjit as dr
import mitsuba as mi
import numpy as np

from myriorama.scenes.conventions import F32
from myriorama.scenes.rendering.pathtraced.geometry import Triangles
from myriorama.scenes.rendering.pathtraced.lamps import Lights
from myriorama.scenes.rendering.pathtraced.surfaces import Surfaces
from myriorama.scenes.rendering.pathtraced.surroundings import RadianceTable, Surroundings
from myriorama.scenes.rendering.pathtraced.uploading import uploaded
from myriorama.scenes.rendering.raster.reflectance import directional_albedo


@dataclass(frozen=True)
class Kinds:
    """Which branches the program needs; scenes that agree share one."""

    mapped: bool
    bumpy: bool
    glowing: bool
    porous: bool
    lit: bool
    lamps: bool
    panorama: bool
    parts: bool = False


@dataclass(frozen=True, eq=False)
class Body:
    """Triangles on the device; `scene` is None where there are none.

    Attributes
    ----------
    vertices : Float
        Eight numbers a vertex: position, normal, uv.
    faces : UInt32
        Three vertices a face.
    parts : UInt32
        Part of each face.
    """

    scene: Any
    vertices: Any
    faces: Any
    parts: Any


def body_of(triangles: Triangles) -> Body:
    """Build the acceleration structure."""
    if len(triangles.faces) == 0:
        return Body(None, uploaded(mi.Float, ()), uploaded(mi.UInt32, ()), uploaded(mi.UInt32, ()))
    mesh = mi.Mesh("surfaces", len(triangles.positions), len(triangles.faces))
    faces = uploaded(mi.UInt32, triangles.faces)
    values = mi.traverse(mesh)
    values["vertex_positions"] = uploaded(mi.Float, triangles.positions)
    values["faces"] = faces
    values.update()
    vertices = np.concatenate([triangles.positions, triangles.normals, triangles.uv], axis=1)
    return Body(
        mi.load_dict({"type": "scene", "surfaces": mesh}),
        uploaded(mi.Float, vertices),
        faces,
        uploaded(mi.UInt32, triangles.part_of_face),
    )


@dataclass(frozen=True, eq=False)
class Sky:
    """A radiance map on the device, untinted and unturned."""

    texels: Any
    picks: Any
    density: Any
    shape: tuple[int, int, int, int]


def sky_of(table: RadianceTable) -> Sky:
    """Upload a map."""
    return Sky(
        uploaded(mi.Float, table.texels),
        uploaded(mi.UInt32, table.picks),
        uploaded(mi.Float, table.density),
        (table.width, table.height, table.blocks_x, table.blocks_y),
    )


class DeviceScene:
    """Everything that the program reads.

    Parameters
    ----------
    numbers : sequence of float
        Scalars of one picture (camera, limits), kept on the device so that no value is compiled in.
    """

    def __init__(
        self,
        body: Body,
        surfaces: Surfaces,
        texels: Any,
        material_of_part: Any,
        lights: Lights,
        surroundings: Surroundings,
        sky: Sky | None,
    ) -> None:
        self.body = body
        self.material_of_part = uploaded(mi.UInt32, material_of_part)
        self.numbers = uploaded(mi.Float, surfaces.numbers)
        self.words = uploaded(mi.UInt32, surfaces.words)
        self.textures = uploaded(mi.UInt32, surfaces.textures)
        self.texels = texels
        self.light_rows = uploaded(mi.Float, lights.rows)
        self.light_kinds = uploaded(mi.UInt32, lights.kinds)
        self.light_faces = uploaded(mi.UInt32, lights.faces)
        self.light_chosen = uploaded(mi.Float, lights.chosen)
        self.light_picks = uploaded(mi.UInt32, lights.picks)
        self.share_of_face = uploaded(mi.Float, lights.share_of_face)
        self.sky: Any = sky
        self.albedo_table = uploaded(mi.Float, directional_albedo())
        self.kinds = Kinds(
            mapped=surfaces.mapped,
            bumpy=surfaces.bumpy,
            glowing=surfaces.glowing,
            porous=surfaces.porous,
            lit=lights.count > 0,
            lamps=lights.lamps > 0,
            panorama=sky is not None,
        )
        shape = sky.shape if sky is not None else (1, 1, 1, 1)
        self._reals = uploaded(mi.Float, np.concatenate([surroundings.turn.ravel(), np.asarray(surroundings.tint)]))
        self._wholes = uploaded(mi.UInt32, [lights.lamps, *shape])

    @property
    def tint(self) -> Any:
        """What the surroundings are multiplied with."""
        return mi.Color3f(*(dr.gather(mi.Float, self._reals, 9 + k) for k in range(3)))

    @property
    def turn(self) -> Any:
        """Map from world."""
        return mi.Matrix3f(*(dr.gather(mi.Float, self._reals, k) for k in range(9)))

    @property
    def lamp_count(self) -> Any:
        return dr.gather(mi.UInt32, self._wholes, 0)

    @property
    def sky_shape(self) -> tuple[Any, Any, Any, Any]:
        """Width and height in texels, and in blocks."""
        width, height, across, down = (dr.gather(mi.UInt32, self._wholes, 1 + k) for k in range(4))
        return width, height, across, down


def halves(texels: Any) -> Any:
    """Return (N, 4) float16 texels on the device."""
    return uploaded(mi.Float16, texels)


def as_rows(value: Any, channels: int, count: int) -> F32:
    """Return (count, channels) float32 of a device vector; what is the same everywhere stands there once."""
    rows = np.array(value, dtype=np.float32).reshape(channels, -1).T
    return np.ascontiguousarray(np.broadcast_to(rows, (count, channels)))
