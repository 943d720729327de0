"""Axes, units and array types that every other file relies on.

World: right-handed, Z up, metres. Camera frame: x right, y down, z forward.
Images: row 0 at the top; the first pixel covers [0, 1) x [0, 1), so its centre is
(0.5, 0.5). Quaternions are (w, x, y, z). Angles are radians in code and degrees
in project files, where the parameter's name ends in ``_deg``.

This file holds no behaviour.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

F32: TypeAlias = npt.NDArray[np.float32]
F64: TypeAlias = npt.NDArray[np.float64]
U8: TypeAlias = npt.NDArray[np.uint8]
U32: TypeAlias = npt.NDArray[np.uint32]
Mask: TypeAlias = npt.NDArray[np.bool_]
Json: TypeAlias = "None | bool | int | float | str | list[Any] | dict[str, Any]"

SurfaceKind = Literal["thing", "stuff", "unlabelled"]
"""thing: counted and annotated; stuff: labelled by class alone; unlabelled: drawn on purpose without a label."""

NOTHING: Final = 0
"""Surface id, depth and class of a pixel whose centre ray hits nothing."""
