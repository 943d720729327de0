"""What a plugin author imports: base classes, parameter declarations, object types.

Light on purpose: importing it loads numpy and nothing that draws, reads files, or opens a window.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

import numpy.typing as npt

from myriorama.plugins.writing import (
    ArrayFile,
    BytesFile,
    DatasetInfo,
    PictureError,
    PngFile,
    ReusedFile,
    SampleFile,
    StoredRecord,
    StoredRecords,
    TextFile,
    WholeFile,
)
from myriorama.scenes.assembly.model import Attribute, CollisionPiece, Keypoint, ObjectModel, Part
from myriorama.scenes.assembly.scene import Scene, SceneClass
from myriorama.scenes.cameras.camera import Camera, Distortion
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.errors import PluginError
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.labels.record import Record
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.lights import AreaLight, Background, PointLight, RadianceMap, SpotLight, SunLight
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
    EffectStage,
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
WHOLE_IMAGE: Final = -1
"""The index under which an annotator returns fields of the image itself."""


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
    """Builds one object. Same values, same object: no randomness, no clock, no state.

    Attributes
    ----------
    home : str
        The project's list that a new group joins: what is counted, or what it stands on. It may stand in either.
    watertight : bool
        Whether all parts together close a volume for every value inside the limits; checked where it says so.
    extent_m : (float, float)
        The smallest and the largest diagonal that its bounds may have, metres; checked.
    """

    kind: ClassVar[PluginKind] = "generator"
    home: ClassVar[Literal["objects", "stage"]] = "objects"
    watertight: ClassVar[bool] = False
    extent_m: ClassVar[tuple[float, float]] = (0.0005, 500.0)

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
    """Adds light, background, or set pieces.

    Attributes
    ----------
    home : str
        The project's list that a new node joins: surroundings, or single lamps. It may stand in either.
    """

    kind: ClassVar[PluginKind] = "environment"
    home: ClassVar[Literal["environment", "lights"]] = "environment"

    @abstractmethod
    def build(self, values: Values) -> EnvironmentParts:
        """Return what this node adds."""


class Effect(Plugin):
    """Changes the picture, or the camera before anything is rendered; never a label.

    Effects run in the order of the project's list. An effect that is to change nothing returns the very object that it
    was given, and the picture keeps its bytes.

    Attributes
    ----------
    stage : str
        Which of the methods does the work. ``optics``: `equip`, before rendering, and picture and labels follow the
        camera alike. ``light``: `apply`, in linear light after exposure. ``curve``: `develop`, from linear light to
        a picture, instead of the studio's own tone curve; at most one. ``picture``: `retouch`, after the curve.
    redrawable : bool
        It needs nothing but the picture before it and its draws, so it may be drawn again when a dataset is loaded.
    rest : mapping or None
        Values of some parameters with which it changes nothing, whatever the others are: ``{"strength": 0.0}``. What
        is declared here is held to it; None where there are no such values.
    """

    kind: ClassVar[PluginKind] = "effect"
    stage: ClassVar[EffectStage] = "light"
    redrawable: ClassVar[bool] = False
    rest: ClassVar[Mapping[str, Any] | None] = None

    def equip(self, values: Values, camera: Camera) -> Camera:
        """Return the camera with what this effect gives it: distortion, an aperture, a shutter, ..."""
        return camera

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the changed (H, W, 3) float32 linear image."""
        return linear

    def develop(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        """Return the (H, W, 3) float32 sRGB picture in [0, 1] of a linear image. Only of stage ``curve``.

        To hand back the very linear image leaves it to the studio's own curve.
        """
        raise PluginError(f"effect {self.name!r} has no tone curve of its own")

    def retouch(self, values: Values, picture: F32, frame: Frame, draws: Draws) -> F32:
        """Return the changed (H, W, 3) float32 sRGB picture, [0, 1]."""
        return picture

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]:
        """Return further images that stand beside the labels, (H, W) or (H, W, C), by name: what a sensor measures."""
        return {}


class Annotator(Plugin):
    """Computes labels from the buffers of the very frame that is saved. A pure function.

    Attributes
    ----------
    fills : tuple of str
        The fields that it may return. A name that `Annotation` declares is set there; any other is
        kept in ``extra`` of the annotation, or of the record for the whole image. Two annotators of
        one run may not fill the same field.
    passes : frozenset of str
        Which passes of the renderer it reads: ``truth``, ``amodal``, ``rgb``, ``linear``.
    """

    kind: ClassVar[PluginKind] = "annotator"
    fills: ClassVar[tuple[str, ...]] = ()
    passes: ClassVar[frozenset[str]] = frozenset({"truth"})

    def applies(self, scene: Scene) -> bool:
        """Return whether this scene can have such labels; one that does not apply is as if it were not chosen."""
        return True

    @abstractmethod
    def annotate(self, frame: Frame, scene: Scene, truth: Truth) -> Mapping[int, Mapping[str, Any]]:
        """Return fields by instance index; index `WHOLE_IMAGE` is the image itself.

        Things without a visible pixel may be given fields too: they are kept in ``Record.hidden``.
        Values are numbers, words, lists and dicts (finite and JSON-able); for the whole image also
        numpy arrays of the image's height and width, which become ``Record.layers``.
        """


class Writer(Plugin):
    """Turns records into the files of a format. It converts; it never recomputes a label.

    A worker asks for each sample's own files; after the last sample the driver asks for the files of
    the whole set, which are made from the stored records alone, so that any number of workers gives
    the same bytes. The host encodes, hashes and commits.

    Parameters
    ----------
    info : DatasetInfo
    values : mapping
        By parameter name; what is missing takes its declared default.

    Raises
    ------
    PluginError
        A value has no declaration.
    """

    kind: ClassVar[PluginKind] = "writer"

    def __init__(self, info: DatasetInfo, values: Values | None = None) -> None:
        given = dict(values or {})
        self.info = info
        self.values: dict[str, Any] = {p.name: given.pop(p.name, p.default) for p in self.parameters}
        if given:
            known = ", ".join(p.name for p in self.parameters) or "none"
            raise PluginError(f"writer {self.name!r} has no option {', '.join(sorted(given))}; its options: {known}")

    def obstacles(self, record: Record) -> tuple[str, ...]:
        """Return why this record cannot be written without loss; empty if it can.

        The host asks before a job starts, with a first sample, and again before each commit: a value is
        refused, never clamped.
        """
        return ()

    def sample_files(self, record: Record) -> Iterable[SampleFile]:
        """Return the files of one sample. Runs in a worker; depends on nothing but the record."""
        return ()

    def label_files(self, stored: StoredRecord) -> Iterable[SampleFile]:
        """Return the files of one sample that its stored record alone tells.

        Runs in a worker beside `sample_files`, and again whenever a finished dataset is exported; classes are those of
        the project's class map by then, and ``stored["ignored"]`` holds what is to be neither rewarded nor punished.
        """
        return ()

    def reused_files(self, stored: StoredRecord) -> Iterable[ReusedFile]:
        """Return the pictures that an export of a finished dataset takes over: what `sample_files` gave them as."""
        return ()

    def losses(self) -> tuple[str, ...]:
        """Return what this format cannot hold of a record, one phrase each; told in the dataset's card."""
        return ()

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        """Return the files of the whole set, streamed from the stored records. Runs once, in the driver."""
        return ()


__all__ = [
    "API_VERSION",
    "WHOLE_IMAGE",
    "Annotator",
    "AreaLight",
    "ArrayFile",
    "Attribute",
    "Background",
    "Bool",
    "BytesFile",
    "Camera",
    "Choice",
    "CollisionPiece",
    "Color",
    "DatasetInfo",
    "Direction",
    "Distortion",
    "Draws",
    "Effect",
    "EffectStage",
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
    "PictureError",
    "PlaceContext",
    "Placed",
    "Placement",
    "Plugin",
    "PluginError",
    "PngFile",
    "PointLight",
    "RadianceMap",
    "Record",
    "ReusedFile",
    "Rotation",
    "SampleFile",
    "Scene",
    "SceneClass",
    "SetPiece",
    "SpotLight",
    "StoredRecord",
    "StoredRecords",
    "SunLight",
    "Text",
    "TextFile",
    "Texture",
    "Truth",
    "Values",
    "Vector",
    "WholeFile",
    "Writer",
]
