"""A concrete scene: everything that one frame is rendered from, and nothing random left in it.

The surface table is the only source of identity; no label is ever derived from a second render.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from myriorama.scenes.assembly.model import Attribute, ObjectModel
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.cameras.views import RigView
from myriorama.scenes.conventions import F64, SurfaceKind
from myriorama.scenes.geometry.mesh import frozen_array
from myriorama.scenes.lights import Background, Light


@dataclass(frozen=True, eq=False)
class Instance:
    """One placed object. Its position in `Scene.instances`, plus one, is its pixel id in an instance image.

    Attributes
    ----------
    instance_key : str
        ``uid/number``: stable between samples, gives overlay colours.
    world_from_object : (4, 4) float64
        Rigid, or rigid with one uniform scale.
    class_id : int
        0 where kind is ``unlabelled``.
    first_surface_id : int
        Part p has surface id ``first_surface_id + p``.
    attributes : mapping
        The model's attributes plus what the generator observed after placement.
    velocity_m_s : (float, float, float)
        In the world; the pose is that of time 0, the middle of the exposure.
    """

    instance_key: str
    group_uid: str
    group_name: str
    number: int
    model: ObjectModel
    world_from_object: F64
    kind: SurfaceKind
    class_id: int
    first_surface_id: int
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: MappingProxyType({}))
    velocity_m_s: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        pose = frozen_array(self.world_from_object, np.float64, (4, 4), "world_from_object")
        object.__setattr__(self, "world_from_object", pose)

    @property
    def drift_m_s(self) -> F64 | None:
        """(3,) float64, the velocity; None where it stands still, as `Camera.project` takes it."""
        return np.array(self.velocity_m_s) if any(self.velocity_m_s) else None

    @cached_property
    def world_bounds(self) -> F64:
        """(2, 3) float64: axis-aligned bounds in the world of the object's own box, metres."""
        low, high = self.model.bounds
        corners = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
        world = corners @ self.world_from_object[:3, :3].T + self.world_from_object[:3, 3]
        return np.stack([world.min(axis=0), world.max(axis=0)])


@dataclass(frozen=True)
class SurfaceRow:
    """What a surface id means. `instance` is an index into `Scene.instances`."""

    surface_id: int
    instance: int
    part: str
    kind: SurfaceKind
    class_id: int


@dataclass(frozen=True)
class SceneClass:
    """A row of the project's class table."""

    id: int
    name: str
    supercategory: str
    color: str
    kind: SurfaceKind = "thing"


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything one frame is rendered from.

    Attributes
    ----------
    sample_key : str
        Stamped on every buffer and record made from this scene.
    resolved : mapping
        JSON-able: what the drawn sample became (poses, attributes), enough to build the scene again.
    report : mapping
        JSON-able: rejections counted by reason, too few placed, notes.
    effects : tuple of (name, values, uid)
        Image effects in order; applied after rendering.
    rig : tuple of RigView
        Every camera that is mounted on the rig, of which `camera` is the one numbered `view`; empty where it is alone,
        and in a scene that is looked at from elsewhere.
    """

    sample_key: str
    index: int
    camera: Camera
    instances: tuple[Instance, ...]
    lights: tuple[Light, ...]
    background: Background
    classes: tuple[SceneClass, ...]
    resolved: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    report: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    effects: tuple[tuple[str, Mapping[str, Any], str], ...] = ()
    rig: tuple[RigView, ...] = ()
    view: int = 0

    @cached_property
    def moves(self) -> bool:
        """Whether the camera or anything in it moves."""
        return self.camera.moves or any(any(i.velocity_m_s) for i in self.instances)

    @property
    def rolls(self) -> bool:
        """Whether rows of the picture show different instants: a rolling shutter, and something that moves."""
        return self.camera.readout_s > 0 and self.moves

    @cached_property
    def surfaces(self) -> tuple[SurfaceRow, ...]:
        """The surface table, ordered by id from 1.

        Raises
        ------
        ValueError
            The instances' surface ids leave a gap or are given twice.
        """
        rows = []
        for i, instance in enumerate(self.instances):
            for p, part in enumerate(instance.model.parts):
                sid = instance.first_surface_id + p
                rows.append(SurfaceRow(sid, i, part.name, instance.kind, instance.class_id))
        if [r.surface_id for r in rows] != list(range(1, len(rows) + 1)):
            raise ValueError("surface ids must run densely from 1 in draw order")
        return tuple(rows)

    @cached_property
    def instance_of_surface(self) -> np.ndarray:
        """(S + 1,) uint32: surface id -> instance index + 1; entry 0 is 0."""
        return np.array([0] + [r.instance + 1 for r in self.surfaces], dtype=np.uint32)

    @cached_property
    def class_of_surface(self) -> np.ndarray:
        """(S + 1,) uint32: surface id -> class id; 0 for nothing and for unlabelled."""
        return np.array([0] + [r.class_id for r in self.surfaces], dtype=np.uint32)
