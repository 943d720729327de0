"""What the domain needs of plugins. scenes/ declares it; plugins/ fulfils it.

This file names no plugin and imports none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

import numpy.typing as npt

from myriorama.scenes.assembly.model import Attribute, ObjectModel
from myriorama.scenes.assembly.scene import Instance, Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64, SurfaceKind
from myriorama.scenes.lights import Background, Light
from myriorama.scenes.parameters.schema import Parameter
from myriorama.scenes.rendering.frame import Frame

PluginKind = Literal["generator", "placement", "environment", "effect", "annotator", "writer"]
EffectStage = Literal["optics", "light", "curve", "picture"]
Values = Mapping[str, Any]
"""Drawn values by parameter name: floats, ints, bools, strings, tuples, OpenAsset or None."""


class Draws(Protocol):
    """Keyed random numbers for plugins that must choose among derived things (where to scatter).

    The host owns the stream: the same name, number and sample always give the same values.
    """

    def uniforms(self, name: str, number: int, count: int) -> F64:
        """Return (count,) float64 in [0, 1) for `name` of object `number`."""
        ...

    def of_the_world(self) -> Draws:
        """Return the draws that all cameras of a rig share: for what is there whoever looks, such as a puddle."""
        ...

    def device(self, number: int) -> int:
        """Return the number of this camera's own sensor or lens, for the number that a project gives."""
        ...


@dataclass(frozen=True)
class Item:
    """An object that waits for a place. `values` are the placement's per-object values."""

    number: int
    model: ObjectModel
    values: Values


@dataclass(frozen=True)
class PlaceContext:
    """What a placement may look at.

    Attributes
    ----------
    standing : tuple of Instance
        What stands already: the stage, and the groups placed before.
    draws : Draws
        Keyed by the placement's uid.
    """

    standing: tuple[Instance, ...]
    draws: Draws


@dataclass(frozen=True)
class Placed:
    """Where the items went.

    Attributes
    ----------
    poses : tuple of ((4, 4) float64 or None)
        world_from_object per item, in order; None = could not be placed (say why in `rejections`).
    rejections : Counter of str
        Reason -> how often, tries included.
    notes : tuple of str
        Sentences for the sample's report.
    """

    poses: tuple[F64 | None, ...]
    rejections: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SetPiece:
    """Geometry that an environment brings (a ground, a wall); class comes from the node, or unlabelled."""

    name: str
    model: ObjectModel
    world_from_object: F64


@dataclass(frozen=True, eq=False)
class EnvironmentParts:
    """What an environment or light node adds to the scene; the last background given wins."""

    background: Background | None = None
    lights: tuple[Light, ...] = ()
    pieces: tuple[SetPiece, ...] = ()


class PluginLike(Protocol):
    """What every plugin has. `per_object` names a placement's parameters that are drawn for each object."""

    kind: ClassVar[PluginKind]
    name: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    version: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]]


class GeneratorLike(PluginLike, Protocol):
    """Builds one object from values; see plugins.api.Generator."""

    def generate(self, values: Values) -> ObjectModel: ...

    def observe(self, values: Values, world_from_object: F64) -> Mapping[str, Attribute]: ...


class PlacementLike(PluginLike, Protocol):
    """Finds poses for a group; `per_object` is drawn for each object."""

    per_object: ClassVar[tuple[Parameter, ...]]

    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed: ...


class EnvironmentLike(PluginLike, Protocol):
    """Adds light, background or set pieces."""

    def build(self, values: Values) -> EnvironmentParts: ...


class EffectLike(PluginLike, Protocol):
    """Changes the camera before rendering, or the picture after it; never the labels."""

    stage: ClassVar[EffectStage]
    redrawable: ClassVar[bool]

    def equip(self, values: Values, camera: Camera) -> Camera: ...

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32: ...

    def develop(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32: ...

    def retouch(self, values: Values, picture: F32, frame: Frame, draws: Draws) -> F32: ...

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]: ...


class AnnotatorLike(PluginLike, Protocol):
    """Computes labels from a frame."""

    def annotate(self, frame: Frame, scene: Scene, truth: Any) -> Any: ...


class Registry(Protocol):
    """Finds plugins by kind and name."""

    def generator(self, name: str) -> GeneratorLike: ...

    def placement(self, name: str) -> PlacementLike: ...

    def environment(self, name: str) -> EnvironmentLike: ...

    def effect(self, name: str) -> EffectLike: ...

    def names(self, kind: PluginKind) -> tuple[str, ...]:
        """Return all names of a kind, sorted."""
        ...

    def shipped(self, kind: PluginKind) -> tuple[str, ...]:
        """Return the names of a kind that are no third party's, sorted: their code may be run at any time."""
        ...

    def parameters(self, kind: PluginKind, name: str) -> tuple[Parameter, ...]:
        """Return the declarations of a plugin without running its code.

        Raises PluginError where the name is unknown, naming near matches.
        """
        ...

    def per_object_parameters(self, placement: str) -> tuple[Parameter, ...]:
        """Return a placement's declarations that are drawn once per object."""
        ...

    def effect_stage(self, name: str) -> EffectStage:
        """Return the stage of an effect without running its code."""
        ...


__all__ = [
    "AnnotatorLike",
    "Draws",
    "EffectLike",
    "EffectStage",
    "EnvironmentLike",
    "EnvironmentParts",
    "GeneratorLike",
    "Item",
    "PlaceContext",
    "Placed",
    "PlacementLike",
    "PluginKind",
    "PluginLike",
    "Registry",
    "SetPiece",
    "SurfaceKind",
    "Values",
]
