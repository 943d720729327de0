"""Reads a distribution as a project file writes it: ``{"uniform": [0.08, 0.12], "scope": "sample"}``.

Only what can be judged without a declaration is judged here; every problem is reported, not the first alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from myriorama.scenes.errors import Problem
from myriorama.scenes.parameters import distributions as d
from myriorama.scenes.parameters.readers import READERS, Fault, is_number
from myriorama.scenes.parameters.wording import child_place, shown, suggestion

MODIFIERS: Final = ("chance", "otherwise", "scope")
SCOPES: Final = ("object", "sample", "dataset")
_COMPANIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "choice": ("weights",),
    "palette": ("weights",),
    "folder": ("pattern",),
}


DISTRIBUTION_WORDS: Final = tuple(READERS)


def read_distribution(written: Mapping[str, Any], place: str) -> tuple[d.Written | None, list[Problem]]:
    """Read a distribution object.

    Parameters
    ----------
    written : mapping
        As decoded from JSON.
    place : str
        Path of the object in the file.

    Returns
    -------
    Written or None
        None where there are problems.
    list of Problem
    """
    problems: list[Problem] = []
    words = [word for word in READERS if word in written]
    companions = tuple(c for word in words for c in _COMPANIONS.get(word, ()))
    for key in written:
        if key not in READERS and key not in MODIFIERS and key not in companions:
            known = (*READERS, *MODIFIERS, *companions)
            message = "unknown key in a distribution"
            problems.append(Problem(child_place(place, key), message, shown(key), suggestion(key, known)))
    if len(words) > 1:
        problems.append(Problem(place, f"{' and '.join(words)} together", shown(written), "one distribution"))
    if not words and "chance" not in written and not problems:
        allowed = f"a plain value or one of {', '.join(READERS)}"
        problems.append(Problem(place, "this object is no distribution", shown(written), allowed))
    distribution: d.Distribution = d.Chance()
    for word in words[:1]:
        try:
            distribution = READERS[word](written[word], f"{place}.{word}", written)
        except Fault as fault:
            problems.append(fault.problem)
    chance = written.get("chance", 1.0)
    if not is_number(chance) or not 0.0 <= chance <= 1.0:
        problems.append(Problem(f"{place}.chance", "a chance is a probability", shown(chance), "0 to 1"))
    if "otherwise" in written:
        if "chance" not in written or not words:
            message = "otherwise has a meaning only beside a distribution with a chance"
            problems.append(Problem(f"{place}.otherwise", message, shown(written["otherwise"])))
        elif isinstance(written["otherwise"], dict):
            message = "otherwise is a plain value"
            problems.append(Problem(f"{place}.otherwise", message, shown(written["otherwise"]), "no distribution"))
    scope = written.get("scope")
    if "scope" in written and (not isinstance(scope, str) or scope not in SCOPES):
        problems.append(Problem(f"{place}.scope", "unknown scope", shown(scope), ", ".join(SCOPES)))
    if problems:
        return None, problems
    return d.Written(distribution, float(chance), written.get("otherwise"), "otherwise" in written, scope), []
