"""What a plugin author imports: base classes, parameter declarations, object types.

Light on purpose: importing it loads numpy and nothing that draws, reads files, or opens a window.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from myriorama.scenes.assembly.model import Attribute, CollisionPiece, Keypoint, ObjectModel, Part
from myriorama.scenes.assembly.scene import Scene, SceneClass
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.labels.record import Record
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.parameters.schema import (
    Bool,
    Choice,
    Color,
    Direction,
    File,
    Float,
    Int,
    Parameter,
    Rotation,
    Text,
    Vector,
)
from myriorama.scenes.registry import (
    Draws,
    EnvironmentParts,
    Item,
    PlaceContext,
    Placed,
    PluginKind,
    SetPiece,
    Values,
)
from myriorama.scenes.rendering.frame import Frame

API_VERSION = 1


class Plugin(ABC):
    """Base of all plugins. Class attributes are data: they are read without running anything.

    Attributes
    ----------
    name : str
        snake_case, unique within its kind; projects refer to it.
    label : str
        For people.
    help : str
        One sentence.
    version : str
        Changes whenever the same values would give another result.
    """

    kind: ClassVar[PluginKind]
    name: ClassVar[str]
    label: ClassVar[str] = ""
    help: ClassVar[str] = ""
    version: ClassVar[str] = "1"
    parameters: ClassVar[tuple[Parameter, ...]] = ()


class Generator(Plugin):
    """Builds one object. Same values, same object: no randomness, no clock, no state."""

    kind: ClassVar[PluginKind] = "generator"

    @abstractmethod
    def generate(self, values: Values) -> ObjectModel:
        """Return the object for these values."""

    def observe(self, values: Values, world_from_object: F64) -> Mapping[str, Attribute]:
        """Return attributes that depend on the final pose, (4, 4) float64. Pure."""
        return {}


class Placement(Plugin):
    """Finds a pose for every object of a group."""

    kind: ClassVar[PluginKind] = "placement"
    per_object: ClassVar[tuple[Parameter, ...]] = ()

    @abstractmethod
    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        """Return one pose (or None with a reason) per item."""


class Environment(Plugin):
    """Adds light, background, or set pieces."""

    kind: ClassVar[PluginKind] = "environment"

    @abstractmethod
    def build(self, values: Values) -> EnvironmentParts:
        """Return what this node adds."""


class Effect(Plugin):
    """Changes the picture, never the labels. Works on linear light, before the tone curve."""

    kind: ClassVar[PluginKind] = "effect"

    @abstractmethod
    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the changed (H, W, 3) float32 linear image."""


class Annotator(Plugin):
    """Computes labels from the buffers of the very frame that is saved. A pure function.

    Attributes
    ----------
    field : str
        The key under which the result is kept in ``Annotation.extra`` or ``Record.extra``; built-ins
        fill the typed fields of Annotation.
    """

    kind: ClassVar[PluginKind] = "annotator"

    @abstractmethod
    def annotate(self, frame: Frame, scene: Scene, truth: Any) -> Mapping[int, Mapping[str, Any]]:
        """Return fields by instance index; index -1 is the image itself."""


class Writer(Plugin):
    """Writes records into a folder, as a context manager: open, write each record, close.

    A writer converts; it never recomputes a label. Files go through the host's `Sink`.
    """

    kind: ClassVar[PluginKind] = "writer"

    @abstractmethod
    def write(self, record: Record) -> None:
        """Write one sample's own files."""

    @abstractmethod
    def close(self) -> None:
        """Write the whole-set files."""


__all__ = [
    "API_VERSION",
    "Annotator",
    "Attribute",
    "Bool",
    "Choice",
    "CollisionPiece",
    "Color",
    "Direction",
    "Draws",
    "Effect",
    "Environment",
    "EnvironmentParts",
    "File",
    "Float",
    "Frame",
    "Generator",
    "Int",
    "Item",
    "Keypoint",
    "Material",
    "Mesh",
    "ObjectModel",
    "Parameter",
    "Part",
    "Path",
    "PlaceContext",
    "Placed",
    "Placement",
    "Plugin",
    "Record",
    "Rotation",
    "Scene",
    "SceneClass",
    "SetPiece",
    "Text",
    "Texture",
    "Values",
    "Vector",
    "Writer",
]
