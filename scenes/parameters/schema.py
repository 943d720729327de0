"""How a plugin declares its parameters: as data, so that rows, docs and checks come from it alone.

Nothing is drawn here; a declaration only says what a value may be.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Literal

from myriorama.scenes.conventions import Json

Scope = Literal["object", "sample", "dataset"]
FileRole = Literal["model", "image", "radiance", "texture_set"]


@dataclass(frozen=True)
class Parameter:
    """Base of all declarations.

    Attributes
    ----------
    name : str
        snake_case; a number carries its unit as suffix (``height_m``, ``angle_deg``).
    default : JSON value
        Used where a project says nothing.
    help : str
        One sentence for people; required.
    unit : str
        Shown beside the value: m, deg, px, s, kg, K, ...; empty for a ratio or a word.
    group : str
        Heading under which an inspector shows it.
    suggested : dict or None
        A distribution, as in a project file, that a new node may start with.
    """

    kind: ClassVar[str] = ""
    name: str
    default: Json
    _: KW_ONLY
    help: str
    unit: str = ""
    group: str = ""
    suggested: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if not self.help.strip():
            raise ValueError(f"parameter {self.name} needs a help text")


@dataclass(frozen=True)
class Float(Parameter):
    """A real number with inclusive hard limits."""

    kind: ClassVar[str] = "float"
    _: KW_ONLY
    minimum: float = float("-inf")
    maximum: float = float("inf")


@dataclass(frozen=True)
class Int(Parameter):
    """A whole number with inclusive hard limits."""

    kind: ClassVar[str] = "int"
    _: KW_ONLY
    minimum: int = -(2**31)
    maximum: int = 2**31 - 1


@dataclass(frozen=True)
class Bool(Parameter):
    """True or false; ``chance`` draws it."""

    kind: ClassVar[str] = "bool"


@dataclass(frozen=True)
class Choice(Parameter):
    """One word of a fixed list."""

    kind: ClassVar[str] = "choice"
    _: KW_ONLY
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Text(Parameter):
    """Free text."""

    kind: ClassVar[str] = "text"
    _: KW_ONLY
    max_length: int = 200


@dataclass(frozen=True)
class Color(Parameter):
    """An sRGB colour: ``"#rrggbb"`` or three numbers in [0, 1]. Drawn values are three floats, sRGB."""

    kind: ClassVar[str] = "color"


@dataclass(frozen=True)
class Vector(Parameter):
    """`size` real numbers with the same limits; each may be a distribution of its own."""

    kind: ClassVar[str] = "vector"
    _: KW_ONLY
    size: int = 3
    minimum: float = float("-inf")
    maximum: float = float("inf")


@dataclass(frozen=True)
class Direction(Parameter):
    """A unit vector, three numbers; normalised when read, (0, 0, 0) is refused."""

    kind: ClassVar[str] = "direction"


@dataclass(frozen=True)
class Rotation(Parameter):
    """A unit quaternion (w, x, y, z); normalised when read."""

    kind: ClassVar[str] = "rotation"


@dataclass(frozen=True)
class File(Parameter):
    """A file reference: relative to the project, ``resource:...``; empty means none, unless it is `required`.

    The plugin receives an `OpenAsset` (or None), already found, hashed and allowed.
    """

    kind: ClassVar[str] = "file"
    _: KW_ONLY
    role: FileRole = "image"
    required: bool = False
    """A project that names no file is refused before anything is drawn."""


def by_name(parameters: Iterable[Parameter]) -> dict[str, Parameter]:
    """Return the declarations by name.

    Raises
    ------
    ValueError
        A name is used twice.
    """
    out: dict[str, Parameter] = {}
    for parameter in parameters:
        if parameter.name in out:
            raise ValueError(f"parameter {parameter.name} is declared twice")
        out[parameter.name] = parameter
    return out
