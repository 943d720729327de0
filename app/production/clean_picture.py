"""Where a picture can be kept so that its last effects may be drawn again, and what draws them again.

Of a list of effects the end can be drawn again: everything behind the last one that changes the picture and needs more
than the picture. It decides nothing by name; an effect says by `redrawable` what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import Effect
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import Registry, Values

CLEAN_LINEAR: Final = "clean_linear"
"""Layer: linear light after exposure, before the first effect that can be drawn again, (H, W, 3)."""
CLEAN_PICTURE: Final = "clean_picture"
"""Layer: the same where the first such effect stands behind the tone curve: sRGB, 0 to 1 and what lies beyond."""
BEFORE: Final = "clean_"
"""Before the name of a channel: what it held without the effects that can be drawn again."""

Step = tuple[str, Values, str]
"""Name, values and uid of an effect."""
What = Literal["noise", "values"]
_METHODS: Final = {"optics": "equip", "light": "apply", "curve": "develop", "picture": "retouch"}


@dataclass(frozen=True)
class Again:
    """How the effects at the end of the list are drawn again.

    Attributes
    ----------
    epoch : int
        0: as the sample's own picture has them.
    values : callable
        From uids to the values that are drawn anew, by uid and name; empty where only the noise is.
    """

    epoch: int
    values: Callable[[Sequence[str]], Mapping[str, Mapping[str, Any]]] = lambda uids: {}

    def steps(self, steps: Sequence[Step], uids: Sequence[str]) -> tuple[Step, ...]:
        """Return the steps with new values; those of other uids stay."""
        found = self.values(uids) if self.epoch else {}
        return tuple((name, {**values, **found.get(uid, {})}, uid) for name, values, uid in steps)


def draws_of(seed: int, index: int, attempt: int, views: int, uid: str, epoch: int = 0) -> KeyedDraws:
    """Return the random numbers of an effect; each epoch has others, and 0 those of the sample's own picture.

    Parameters
    ----------
    views : int
        How many cameras see one scene; 0 where there is one that is no view.
    """
    # No uid holds an @, so an epoch's stream is no other effect's.
    key = f"{uid}@{epoch}" if epoch else uid
    return KeyedDraws(seed, index, attempt, key, index // max(1, views), index % max(1, views))


def start_of_the_end(steps: Sequence[Step], registry: Registry) -> int:
    """Return how many effects have to be left as they are: those up to the last that is in the way."""
    return max((k + 1 for k, step in enumerate(steps) if _in_the_way(step, registry)), default=0)


def _in_the_way(step: Step, registry: Registry) -> bool:
    name, values, _ = step
    effect: Any = registry.effect(name)
    if effect.redrawable or effect.stage == "optics":
        return False
    if effect.rest and all(values.get(key) == value for key, value in effect.rest.items()):
        return False
    method = _METHODS[effect.stage]
    return getattr(type(effect), method) is not getattr(Effect, method)  # otherwise it measures, and changes nothing


def can_be_drawn_again(project: Project, registry: Registry) -> tuple[str, ...]:
    """Return the names of a project's effects that say so; for a given sample it is the last of them."""
    on = [node.type for node in project.effects if node.enabled]
    return tuple(name for name in on if registry.effect(name).redrawable)


def stored_as(image: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
    """Return an image as it is kept: half floats, or float32 where a value is too large for them.

    Half floats are within 2**-11 of a value, and within 2**-25 of one below 2**-14.
    """
    with np.errstate(over="ignore"):
        half = image.astype(np.float16)
    return image if np.isinf(half).any() else half
