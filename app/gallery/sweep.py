"""One value of the project run from low to high, to be looked at as a row of pictures.

It says which value and how far; the projects that show it are made by `variants`.
"""

from __future__ import annotations

from dataclasses import dataclass

from myriorama.app.document.addresses import Address


@dataclass(frozen=True)
class Sweep:
    """A wish to see one value at evenly spaced places.

    Attributes
    ----------
    address : Address
    component : int or None
        Which number of a vector or colour runs; None for a value that is one number.
    low, high : float
        In the unit of the parameter, both ends shown; low < high.
    title : str
        What the row is called: "mug / height (m)".
    """

    address: Address
    component: int | None
    low: float
    high: float
    title: str
