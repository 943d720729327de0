"""The distributions a project file may write in place of a value, as frozen values.

They hold numbers only; `dialect` reads them, `fit` holds them against a declaration, `transforms` draws them. None of
them knows a stream, a seed or a node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from myriorama.scenes.parameters.expressions import Expression
from myriorama.scenes.parameters.schema import Scope

Range: TypeAlias = tuple[float, float]
NUMBERS = ("float",)
WHOLE_OR_REAL = ("float", "int")
ANY_KIND = ("float", "int", "bool", "choice", "text", "color", "vector", "direction", "rotation", "file")


@dataclass(frozen=True)
class Distribution:
    """Base. `word` is its key in a project file; `kinds` are the kinds of parameter it may stand for."""

    word: ClassVar[str] = ""
    kinds: ClassVar[tuple[str, ...]] = ()

    def support(self) -> Range | None:
        """Return the lowest and highest number it can give, or None where it gives no single number."""
        return None


@dataclass(frozen=True)
class Uniform(Distribution):
    """Every real number of [low, high] alike."""

    word: ClassVar[str] = "uniform"
    kinds: ClassVar[tuple[str, ...]] = NUMBERS
    low: float
    high: float

    def support(self) -> Range:
        return self.low, self.high


@dataclass(frozen=True)
class Integers(Distribution):
    """Every whole number of low, ..., high alike, both ends included. `real` gives them as floats."""

    word: ClassVar[str] = "integers"
    kinds: ClassVar[tuple[str, ...]] = WHOLE_OR_REAL
    low: int
    high: int
    real: bool = False

    def support(self) -> Range:
        return self.low, self.high


@dataclass(frozen=True)
class LogUniform(Distribution):
    """A number whose logarithm is uniform; 0 < low <= high."""

    word: ClassVar[str] = "log_uniform"
    kinds: ClassVar[tuple[str, ...]] = NUMBERS
    low: float
    high: float

    def support(self) -> Range:
        return self.low, self.high


@dataclass(frozen=True)
class Normal(Distribution):
    """A normal distribution of mean and std before it is cut to [low, high]; what is cut off is not piled up there."""

    word: ClassVar[str] = "normal"
    kinds: ClassVar[tuple[str, ...]] = NUMBERS
    mean: float
    std: float
    low: float
    high: float

    def support(self) -> Range:
        return self.low, self.high


@dataclass(frozen=True)
class Beta(Distribution):
    """Beta(a, b), stretched from [0, 1] to [low, high]."""

    word: ClassVar[str] = "beta"
    kinds: ClassVar[tuple[str, ...]] = NUMBERS
    a: float
    b: float
    low: float
    high: float

    def support(self) -> Range:
        return self.low, self.high


@dataclass(frozen=True)
class Curve(Distribution):
    """A density drawn as straight lines between points (x, density), scaled to area 1."""

    word: ClassVar[str] = "curve"
    kinds: ClassVar[tuple[str, ...]] = NUMBERS
    points: tuple[tuple[float, float], ...]

    def support(self) -> Range:
        return self.points[0][0], self.points[-1][0]


@dataclass(frozen=True)
class OneOf(Distribution):
    """One of the options; without weights all alike. Weights need not sum to 1."""

    word: ClassVar[str] = "choice"
    kinds: ClassVar[tuple[str, ...]] = ANY_KIND
    options: tuple[Any, ...]
    weights: tuple[float, ...] = ()


@dataclass(frozen=True)
class Palette(OneOf):
    """One of some sRGB colours, each ``#rrggbb`` as written."""

    word: ClassVar[str] = "palette"
    kinds: ClassVar[tuple[str, ...]] = ("color",)


@dataclass(frozen=True)
class Hsv(Distribution):
    """An sRGB colour with hue (degrees; beyond 360 wraps round), saturation and value uniform in ranges."""

    word: ClassVar[str] = "hsv"
    kinds: ClassVar[tuple[str, ...]] = ("color",)
    hue_deg: Range
    saturation: Range
    value: Range


@dataclass(frozen=True)
class Sphere(Distribution):
    """A direction, uniform on the unit sphere."""

    word: ClassVar[str] = "sphere"
    kinds: ClassVar[tuple[str, ...]] = ("direction",)


@dataclass(frozen=True)
class Hemisphere(Distribution):
    """A direction, uniform on the cap of the unit sphere within `max_angle_deg` of `axis` (90 is a hemisphere)."""

    word: ClassVar[str] = "hemisphere"
    kinds: ClassVar[tuple[str, ...]] = ("direction",)
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)
    max_angle_deg: float = 90.0


@dataclass(frozen=True)
class UniformRotation(Distribution):
    """A rotation, uniform over SO(3)."""

    word: ClassVar[str] = "rotation"
    kinds: ClassVar[tuple[str, ...]] = ("rotation",)


@dataclass(frozen=True)
class Folder(Distribution):
    """One file of a folder whose name matches `pattern`, all alike."""

    word: ClassVar[str] = "folder"
    kinds: ClassVar[tuple[str, ...]] = ("file",)
    folder: str
    pattern: str = "*"


@dataclass(frozen=True)
class Even(Distribution):
    """Uniform over [low, high], spread evenly over consecutive samples. `whole` gives whole numbers."""

    word: ClassVar[str] = "even"
    kinds: ClassVar[tuple[str, ...]] = WHOLE_OR_REAL
    low: float
    high: float
    whole: bool = False

    def support(self) -> Range:
        return self.low, self.high


@dataclass(frozen=True)
class EvenGroup(Even):
    """As `Even`, and jointly even with all parameters that name the same group."""

    word: ClassVar[str] = "even_group"
    group: str = ""
    dimension: int | None = None


@dataclass(frozen=True)
class Linked(Distribution):
    """Computed from other parameters."""

    word: ClassVar[str] = "linked"
    kinds: ClassVar[tuple[str, ...]] = WHOLE_OR_REAL
    expression: Expression


@dataclass(frozen=True)
class Chance(Distribution):
    """True with the probability of the `Written` that holds it."""

    word: ClassVar[str] = "chance"
    kinds: ClassVar[tuple[str, ...]] = ("bool",)


@dataclass(frozen=True)
class Written:
    """A distribution as it stands in a file.

    Attributes
    ----------
    chance : float
        Probability in [0, 1] that the distribution is used; else `otherwise` is the value.
    has_otherwise : bool
        False means: the declared default.
    scope : str or None
        None means: the scope that the place has by itself.
    """

    distribution: Distribution
    chance: float = 1.0
    otherwise: Any = None
    has_otherwise: bool = False
    scope: Scope | None = None
