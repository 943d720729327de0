"""A scene as arrays: every part of every instance, sorted into groups that one draw call can serve.

The order is by content key and instance, so it depends on the scene alone. It talks to no device.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from myriorama.scenes.assembly.scene import Instance, Scene
from myriorama.scenes.conventions import F32, F64, U32, Mask
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.materials.model import Material
from myriorama.scenes.rendering.raster.view import Placement, View, place, view_of

ITEM_FLOATS: Final = 32
"""Floats of an item's block on the device: position rows (12), normal rows (12), object coordinates (4), ids (4).

The fourth column of the normal rows holds half the size of the object's own box over its diagonal. The third id
holds the bits of a float: 1 / diagonal of the instance as it stands, metres; the fourth is 1 for a thing."""

_IDS: Final = 28


@dataclass(frozen=True, eq=False)
class Group:
    """Items `first` .. `first + count` that share mesh and material, all or none seen from outside."""

    mesh: Mesh
    material: Material
    first: int
    count: int
    outside: bool

    @property
    def labelled(self) -> bool:
        """False for what labels see through."""
        return not (self.material.alpha == "transparent" and self.material.label_policy == "see_through")

    @property
    def transparent(self) -> bool:
        return self.material.alpha == "transparent"

    @property
    def cutout(self) -> bool:
        return self.material.alpha == "cutout"


@dataclass(frozen=True, eq=False)
class DrawList:
    """What to draw, in drawing order; M items of N instances.

    Attributes
    ----------
    instance_of_item : (M,) int64
    outside : (N,) bool
        The camera sees the instance whole and from outside: of a closed mesh it sees front faces only.
    blocks : (M, 32) float32
        As the device reads them; see ITEM_FLOATS.
    screen_boxes : (N, 4) float64
        Pixels x0, y0, x1, y1.
    """

    scene: Scene
    view: View
    placement: Placement
    groups: tuple[Group, ...]
    instance_of_item: np.ndarray
    blocks: F32
    outside: Mask
    screen_boxes: F64

    def subset(self, items: np.ndarray, numbers: U32) -> tuple[F32, tuple[Group, ...]]:
        """Return blocks and groups of some items only, each carrying a number for the amodal pass.

        Parameters
        ----------
        items : (K,) int64
            Ascending item indices.
        numbers : (K,) uint32
        """
        blocks = self.blocks[items]
        blocks.view(np.uint32)[:, _IDS + 1] = numbers
        groups = []
        for group in self.groups:
            first, last = np.searchsorted(items, [group.first, group.first + group.count])
            if last > first:
                groups.append(replace(group, first=int(first), count=int(last - first)))
        return blocks, tuple(groups)


def draw_list(scene: Scene) -> DrawList:
    """Sort a scene's parts, bring them into the camera frame, and choose the clip planes."""
    instances = scene.instances
    poses = np.array([i.world_from_object for i in instances]).reshape(-1, 4, 4)
    bounds = np.array([i.model.bounds for i in instances]).reshape(-1, 2, 3)
    placement = place(scene.camera, poses, bounds)
    view, outside = view_of(scene.camera, placement, [[p.mesh for p in i.model.parts] for i in instances])
    groups, instance_of_item, surface_of_item = _grouped(instances, outside)
    blocks = _blocks(instances, placement)[instance_of_item]
    blocks.view(np.uint32)[:, _IDS] = surface_of_item
    return DrawList(
        scene=scene,
        view=view,
        placement=placement,
        groups=groups,
        instance_of_item=instance_of_item,
        blocks=blocks,
        outside=outside,
        screen_boxes=view.screen_boxes(placement),
    )


def _grouped(instances: tuple[Instance, ...], outside: Mask) -> tuple[tuple[Group, ...], np.ndarray, U32]:
    members: dict[tuple[str, str, bool], list[tuple[int, int]]] = {}
    looks: dict[tuple[str, str, bool], tuple[Mesh, Material]] = {}
    for i, instance in enumerate(instances):
        for p, part in enumerate(instance.model.parts):
            key = (part.material.key, part.mesh.key, bool(outside[i]))
            looks.setdefault(key, (part.mesh, part.material))
            members.setdefault(key, []).append((i, instance.first_surface_id + p))
    groups: list[Group] = []
    flat: list[tuple[int, int]] = []
    for key in sorted(members):
        mesh, material = looks[key]
        groups.append(Group(mesh, material, len(flat), len(members[key]), key[2]))
        flat.extend(members[key])
    table = np.array(flat, dtype=np.int64).reshape(-1, 2)
    return tuple(groups), table[:, 0], table[:, 1].astype(np.uint32)


def _blocks(instances: tuple[Instance, ...], placement: Placement) -> F32:
    count = len(instances)
    out = np.zeros((count, ITEM_FLOATS), dtype=np.float32)
    pose = placement.camera_from_object
    out[:, 0:12] = pose[:, :3, :].reshape(count, 12)
    normal = np.linalg.inv(pose[:, :3, :3]).transpose(0, 2, 1)
    normal /= np.cbrt(np.abs(np.linalg.det(normal)))[:, None, None]
    out[:, 12:24].reshape(count, 3, 4)[:, :, :3] = normal
    size = placement.high - placement.low
    diagonal = np.maximum(np.linalg.norm(size, axis=1), 1e-12)
    center = (placement.high + placement.low) / 2
    thing = np.array([i.kind == "thing" for i in instances])
    out[:, 12:24].reshape(count, 3, 4)[:, :, 3] = size / 2 / diagonal[:, None]
    out[:, 24:27] = 0.5 - center / diagonal[:, None]
    out[:, 27] = 1.0 / diagonal
    scale = np.cbrt(np.abs(np.linalg.det(pose[:, :3, :3])))
    out[:, _IDS + 2] = 1.0 / (diagonal * scale)
    out.view(np.uint32)[:, _IDS + 3] = thing
    return out
