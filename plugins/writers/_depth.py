"""Depth for formats: 16-bit steps of a fixed length, what does not fit them, and which stored picture an export takes.

Nothing is clamped, and a depth of one form is never passed off as another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import StoredRecord
from myriorama.plugins.writers._pictures import PNG16_MAX
from myriorama.scenes.conventions import F32
from myriorama.scenes.errors import InputError, Problem

NOTHING: Final = "nothing was hit"
RAW_ROLE: Final = "depth"
"""The role of the depth that the format `raw` stores."""


STEPS: Final = "stored * unit_m"
METRES: Final = "metres"


def depth_steps(depth: F32, unit_m: float) -> npt.NDArray[np.uint16]:
    """Return a depth image (H, W), metres, in steps of `unit_m`; it must fit, see `depth_misfits`."""
    steps: npt.NDArray[np.uint16] = np.rint(depth * np.float32(1.0 / unit_m)).astype(np.uint16)
    return steps


def depth_meaning(unit_m: float) -> dict[str, Any]:
    """Return how to read what `depth_steps` made."""
    return {"value": STEPS, "unit_m": unit_m, "0": NOTHING}


def depth_misfits(depth: F32, unit_m: float, larger: str, smaller: str) -> tuple[str, ...]:
    """Return why a depth image does not fit in 16-bit steps; empty where it does.

    Parameters
    ----------
    depth : (H, W) float32
        Metres; 0 where nothing was hit.
    larger, smaller : str
        What to do for larger and for smaller steps; ``{}`` in `larger` becomes the least step, metres.
    """
    found = []
    farthest = float(depth.max())
    if farthest > (PNG16_MAX + 0.5) * unit_m:
        found.append(
            f"a depth of {farthest:.4g} m does not fit in 16 bits at {unit_m:g} m a step (up to "
            f"{PNG16_MAX * unit_m:.4g} m): {larger.format(f'{farthest / PNG16_MAX:.3g}')}"
        )
    nearest = float(np.min(depth, where=depth > 0, initial=np.inf))
    if nearest < 0.5 * unit_m:
        found.append(f"a depth of {nearest:.4g} m would be stored as 0, which means {NOTHING}: {smaller}")
    return tuple(found)


def stored_depth(
    stored: StoredRecord, roles: Sequence[str], form: Literal["steps", "metres"]
) -> tuple[str, Mapping[str, Any]]:
    """Return role and meaning of the depth that an export takes over: the first of `roles` that has the wanted form.

    Raises
    ------
    InputError
        The dataset has no depth, or none in this form.
    """
    files: Mapping[str, Mapping[str, Any]] = stored["files"]
    there = {role: files[role].get("value", "") for role in roles if role in files}
    for role, value in there.items():
        if value == {"steps": STEPS, "metres": METRES}[form]:
            return role, files[role]
    wanted = {"steps": "16-bit steps", "metres": "float32 metres"}[form]
    have = ", ".join(f"{role} as {value!r}" for role, value in there.items()) or f"only {', '.join(files)}"
    told = f"this format needs a depth image in {wanted}, and an export converts no picture"
    way = "a dataset rendered with this format; or with `raw`, whose option `depth` chooses the form"
    raise InputError(Problem("DATASET", told, f"it has {have}", way))
