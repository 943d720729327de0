"""The project: what a scene is made of and what varies, as one frozen tree and one JSON file.

Parameters stay here as written (a literal or a distribution in place), so that a project with an
unknown plugin is kept without loss; compiling them against declarations happens when drawing.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

FORMAT = "myriorama-project"
VERSION = 1

MAX_DEPTH = 64
"""Nesting of lists and objects in a project file, the outermost included."""


def plain_json(value: Any, depth: int = 0) -> Any:
    """Return a value with tuples turned into lists, so that it equals itself after a round trip through a file.

    Raises
    ------
    ValueError
        It holds something that JSON cannot: another type, NaN, infinity, a key that is no text; or it is too deep.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if any("\ud800" <= c <= "\udfff" for c in value):
            raise ValueError("a text holds half of a character (a lone surrogate)")
        return str(value)
    if isinstance(value, int | float):
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{value} is not a finite number")
        # Subclasses (numpy.float64, IntEnum) would not survive the file.
        return int(value) if isinstance(value, int) else float(value)
    if depth >= MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, list | tuple):
        return [plain_json(v, depth + 1) for v in value]
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise ValueError(f"{key!r} is no text and cannot be a key")
        return {plain_json(k): plain_json(v, depth + 1) for k, v in value.items()}
    raise ValueError(f"a {type(value).__name__} cannot be written as JSON")


def _plain_parameters(value: Any) -> Any:
    # Parameters sit at most eight levels below the root, so what passes here also fits into a file.
    return plain_json(value, 8)


Whole = Annotated[int, Field(strict=True)]
"""An int that is neither a bool nor a text nor 1.0."""
Flag = Annotated[bool, Field(strict=True)]
Uid = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="Permanent; kept on rename and move.")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Value = Annotated[Any, BeforeValidator(_plain_parameters)]
Parameters = Annotated[dict[str, Any], BeforeValidator(_plain_parameters)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ClassRow(_Frozen):
    """A row of the class table. Ids are permanent and start at 1."""

    id: Whole = Field(ge=1, le=65535)
    name: Name
    supercategory: str = ""
    color: str = Field(default="#888888", pattern=r"^#[0-9a-fA-F]{6}$")
    kind: Literal["thing", "stuff"] = "thing"


class ClassFromAttribute(_Frozen):
    """Take the class from an attribute of each object. Without a map the attribute's text is the class name."""

    attribute: Name
    map: dict[str, str] = Field(default_factory=dict)


class Node(_Frozen):
    """A plugin with its parameters. ``class`` only matters to environments that bring geometry."""

    uid: Uid
    type: Name
    name: str = Field(default="", max_length=200)
    enabled: Flag = True
    class_: str = Field(default="unlabelled", alias="class")
    parameters: Parameters = Field(default_factory=dict)


class ObjectGroup(_Frozen):
    """Objects of one generator, their class, their number, their materials, where they go and how they move."""

    uid: Uid
    type: Name
    name: str = Field(default="", max_length=200)
    enabled: Flag = True
    class_: str | ClassFromAttribute = Field(alias="class")
    count: Value = 1
    parameters: Parameters = Field(default_factory=dict)
    materials: dict[str, Parameters] = Field(default_factory=dict)
    placement: Node
    motion: Parameters = Field(default_factory=dict, description="Each object's velocity; what is empty stands still.")


class MountedView(_Frozen):
    """One camera of several that are mounted on the rig."""

    uid: Uid
    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="Tells it from the other views: left, right.")
    parameters: Parameters = Field(default_factory=dict)


class CameraNode(_Frozen):
    """Where the camera stands and what it is.

    ``lens`` takes ``focal_length_mm`` with ``sensor_width_mm``, or ``field_of_view_deg`` (horizontal), and
    ``exposure_ev``.
    """

    uid: Uid = "camera"
    rig: Node
    lens: Parameters = Field(default_factory=lambda: {"field_of_view_deg": 50.0})
    views: tuple[MountedView, ...] = Field(
        default=(), max_length=64, description="Cameras mounted on the rig; every sample has a picture of each."
    )


class AcceptanceRule(_Frozen):
    """A demand on a sample; a sample that fails is drawn again with the next attempt number."""

    name: Name
    class_: str | None = Field(default=None, alias="class")
    at_least: Whole | None = Field(default=None, ge=0)
    at_most: Whole | None = Field(default=None, ge=0)
    min_visible: float = Field(
        default=0.0, strict=True, ge=0, le=1, description="Only objects at least this visible count."
    )
    min_pixels: Whole = Field(default=1, ge=1)


class ClassUseRow(_Frozen):
    """What becomes of a class in the formats that a dataset is written in. Raw buffers keep every class as it is.

    ``name`` empty and ``id`` null keep its own; classes of one name are merged. ``ignore`` makes regions that a trainer
    neither rewards nor punishes, ``drop`` makes background of it.
    """

    name: str = Field(default="", max_length=200)
    id: Whole | None = Field(default=None, ge=1, le=65535)
    use: Literal["label", "ignore", "drop"] = "label"


class SplitShares(_Frozen):
    """Shares of the parts of a dataset; their sum is 1. A sample's part follows from its key, so it never changes.

    ``by`` is the path of a drawn value (``backdrop/image``): samples that share it share a part.
    """

    train: float = Field(default=1.0, ge=0, le=1)
    val: float = Field(default=0.0, ge=0, le=1)
    test: float = Field(default=0.0, ge=0, le=1)
    by: str = Field(default="", max_length=400)
    salt: str = Field(default="", max_length=64)

    @model_validator(mode="after")
    def _sum(self) -> SplitShares:
        if abs(self.train + self.val + self.test - 1.0) > 1e-9:
            raise ValueError("train, val and test are shares whose sum is 1")
        return self


class TracingOptions(_Frozen):
    """How the path tracer works; see `myriorama.scenes.rendering.tracing.Tracing`."""

    samples_per_pixel: Whole = Field(default=8, ge=1, le=65536)
    noise_target: float = Field(default=0.0, ge=0, lt=1)
    denoise: Flag = True
    max_depth: Whole = Field(default=6, ge=1, le=64)
    pairs: Flag = Field(default=False, description="Also keep the noisy and the clean picture, albedo and light parts.")
    clean_factor: Whole = Field(
        default=16, ge=1, le=1024, description="How many times the samples the clean picture of a pair has."
    )


class Output(_Frozen):
    """Image size and what is written by default."""

    width: Whole = Field(default=640, ge=16, le=16384)
    height: Whole = Field(default=480, ge=16, le=16384)
    formats: tuple[str, ...] = ("coco", "raw")
    writer_options: dict[str, Parameters] = Field(
        default_factory=dict, description="Writer -> its options, as `describe` lists them; literals only."
    )
    labels: tuple[str, ...] = ()
    class_map: dict[Name, ClassUseRow] = Field(
        default_factory=dict, description="Class -> under which name and id formats show it, or whether at all."
    )
    split: SplitShares = SplitShares()
    quality: Literal["draft", "standard", "high"] = "standard"
    engine: Literal["raster", "pathtraced"] = Field(
        default="raster", description="What makes the picture; labels are the same for both."
    )
    tracing: TracingOptions = TracingOptions()
    clean: Flag = Field(
        default=False,
        description="Keep each picture as it was before the last effects that can be drawn again when it is loaded.",
    )


class Project(_Frozen):
    """A whole project file."""

    format: Literal["myriorama-project"] = "myriorama-project"
    version: Literal[1] = 1
    name: Name
    description: str = ""
    licence: str = ""
    credits: tuple[str, ...] = ()
    seed: Whole = Field(default=0, ge=0, le=2**63 - 1)
    classes: tuple[ClassRow, ...] = ()
    parameters: Parameters = Field(default_factory=dict, description="Named values that `linked` may refer to.")
    camera: CameraNode
    environment: tuple[Node, ...] = ()
    lights: tuple[Node, ...] = ()
    stage: tuple[ObjectGroup, ...] = ()
    objects: tuple[ObjectGroup, ...] = ()
    effects: tuple[Node, ...] = ()
    acceptance: tuple[AcceptanceRule, ...] = ()
    max_attempts: Whole = Field(default=20, ge=1, le=1000)
    output: Output = Output()
