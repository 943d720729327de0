"""The parts that labels may show, in the order in which the raster engine draws them: of equals the last stays.

An item is one part of one instance with its own tight box; what labels see through is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F64
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.materials.model import Material
from myriorama.scenes.rendering.raster.drawlist import ITEM_FLOATS, DrawList


@dataclass(frozen=True, eq=False)
class Item:
    """One part of one instance.

    Attributes
    ----------
    instance : int
        Index into Scene.instances.
    surface_id : int
    corners : (8, 3) float64
        Of the part's own box, world, at time 0.
    world_from_object : (4, 4) float64
        At time 0.
    velocity : (3,) float64
        World, metres a second.
    """

    instance: int
    surface_id: int
    is_thing: bool
    mesh: Mesh
    material: Material
    world_from_object: F64
    object_from_world: F64
    velocity: F64
    corners: F64


def items_of(scene: Scene, draws: DrawList) -> list[Item]:
    """Return what labels may show, in drawing order."""
    out = []
    surface_ids = draws.blocks.view(np.uint32)[:, ITEM_FLOATS - 4]
    inverse: list[F64] = [
        np.asarray(np.linalg.inv(i.world_from_object[:3, :3]), dtype=np.float64) for i in scene.instances
    ]
    for group in draws.groups:
        if not group.labelled:
            continue
        low, high = group.mesh.bounds
        bits = np.array([[k & 1, k >> 1 & 1, k >> 2 & 1] for k in range(8)])
        local = low + bits * (high - low)
        for n in range(group.first, group.first + group.count):
            number = int(draws.instance_of_item[n])
            instance = scene.instances[number]
            pose = instance.world_from_object
            out.append(
                Item(
                    instance=number,
                    surface_id=int(surface_ids[n]),
                    is_thing=instance.kind == "thing",
                    mesh=group.mesh,
                    material=group.material,
                    world_from_object=pose,
                    object_from_world=inverse[number],
                    velocity=np.array(instance.velocity_m_s),
                    corners=local @ pose[:3, :3].T + pose[:3, 3],
                )
            )
    return out
