"""What grows when: leaf ages and sizes by stage, divergence angles, and the BBCH code.

Codes: U. Meier (ed.), Growth stages of mono- and dicotyledonous plants, BBCH Monograph, 2018, principal stage 1:
10 is cotyledons unfolded (grasses: first leaf through the coleoptile), 1n is n true leaves unfolded, 19 is nine or
more. It draws nothing from outside: every chance is a function of the plant's name, variant and place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from myriorama.plugins.api import Values
from myriorama.scenes.conventions import F64
from myriorama.scenes.materials.noise import uniforms

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Growth:
    """The drawn values of one plant."""

    species: str
    leaves: float
    size: float
    wilting: float
    damage: float
    yellowing: float
    color: Rgb
    variant: int
    detail: int

    @staticmethod
    def of(species: str, values: Values) -> Growth:
        """Read the values."""
        r, g, b = values["leaf_color"]
        return Growth(
            species=species,
            leaves=float(values["leaves"]),
            size=float(values["size"]),
            wilting=float(values["wilting"]),
            damage=float(values["damage"]),
            yellowing=float(values["yellowing"]),
            color=(float(r), float(g), float(b)),
            variant=int(values["variant"]),
            detail=int(values["detail"]),
        )

    @property
    def unfolded(self) -> int:
        """Leaves that are unfolded; one that is part-grown does not count yet."""
        return math.floor(self.leaves + 1e-9)

    @property
    def begun(self) -> int:
        """Leaves that can be seen, a part-grown one included."""
        return math.ceil(self.leaves - 1e-9)

    @property
    def bbch(self) -> int:
        """The BBCH code of leaf development."""
        return 10 + min(9, self.unfolded)

    def age(self, rank: int) -> float:
        """Return the age of leaf `rank` (1 is the first), in leaves that came after it began; above 0."""
        return self.leaves - (rank - 1)

    def chances(self, what: str, rank: int, count: int) -> F64:
        """Return (count,) float64 in [0, 1) for one thing of this individual."""
        return uniforms(f"{self.species} {what} {rank}", self.variant, count)

    def signed(self, what: str, rank: int, count: int) -> F64:
        """Return (count,) float64 in [-1, 1)."""
        return 2 * self.chances(what, rank, count) - 1


def grown(age: float, full_at: float = 2.6) -> float:
    """Return the share of its final length that a leaf has at an age: slow, fast, slow; 0.12 at first sight."""
    t = min(1.0, max(0.0, age / full_at))
    return 0.12 + 0.88 * t * t * (3 - 2 * t)


def opened(age: float, full_at: float = 1.8) -> float:
    """Return how far a leaf has bent away from the bud, 0 to 1."""
    t = min(1.0, max(0.0, age / full_at))
    return t * t * (3 - 2 * t)


def by_rank(table: tuple[float, ...], rank: float) -> float:
    """Return the value for a leaf's rank; entry 0 of the table belongs to rank 1, ranks between are interpolated."""
    return float(np.interp(rank, np.arange(1, len(table) + 1), table))


def spiral_deg(rank: int, divergence_deg: float) -> float:
    """Return where a leaf stands about a stem: the first two across the cotyledons, the others in a spiral."""
    return 90.0 + 180.0 * (rank - 1) if rank <= 2 else 270.0 + divergence_deg * (rank - 2)


def lingering(leaves: float, fading_from: float, gone_at: float) -> float:
    """Return 1 while cotyledons are fresh, falling to 0 where they drop."""
    return float(np.clip((gone_at - leaves) / (gone_at - fading_from), 0.0, 1.0))
