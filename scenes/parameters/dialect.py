"""Reads a distribution as a project file writes it: ``{"uniform": [0.08, 0.12], "scope": "sample"}``.

Only what can be judged without a declaration is judged here; every problem is reported, not the first alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from myriorama.scenes.errors import Problem
from myriorama.scenes.parameters import distributions as d
from myriorama.scenes.parameters.readers import READERS, Fault, is_number
from myriorama.scenes.parameters.wording import MAX_UNKNOWN, near_matches, shown, unknown_keys

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
    words = [word for word in READERS if word in written]
    problems = [*_key_problems(written, words, place), *_modifier_problems(written, words, place)]
    distribution: d.Distribution = d.Chance()
    for word in words[:1]:
        try:
            distribution = READERS[word](written[word], f"{place}.{word}", written)
        except Fault as fault:
            problems.append(fault.problem)
    if problems:
        return None, problems
    chance, scope = float(written.get("chance", 1.0)), written.get("scope")
    return d.Written(distribution, chance, written.get("otherwise"), "otherwise" in written, scope), []


def _key_problems(written: Mapping[str, Any], words: Sequence[str], place: str) -> Iterator[Problem]:
    companions = [c for word in words for c in _COMPANIONS.get(word, ())]
    known = [*READERS, *MODIFIERS, *companions]
    unknown = [key for key in written if key not in known]
    if words or "chance" in written or any(near_matches(key, known) for key in unknown[:MAX_UNKNOWN]):
        yield from unknown_keys(unknown, known, place, "unknown key in a distribution")
    else:
        allowed = f"a plain value or one of {', '.join(READERS)}"
        yield Problem(place, "this object is no distribution", shown(written), allowed)
    if len(words) > 1:
        yield Problem(place, f"{' and '.join(words)} together", shown(written), "one distribution")


def _modifier_problems(written: Mapping[str, Any], words: Sequence[str], place: str) -> Iterator[Problem]:
    chance = written.get("chance", 1.0)
    if not is_number(chance) or not 0.0 <= chance <= 1.0:
        yield Problem(f"{place}.chance", "a chance is a probability", shown(chance), "0 to 1")
    if "otherwise" in written:
        if "chance" not in written or not words:
            message = "otherwise has a meaning only beside a distribution with a chance"
            yield Problem(f"{place}.otherwise", message, shown(written["otherwise"]))
        elif isinstance(written["otherwise"], dict):
            message = "otherwise is a plain value"
            yield Problem(f"{place}.otherwise", message, shown(written["otherwise"]), "no distribution")
    scope = written.get("scope")
    if "scope" in written and (not isinstance(scope, str) or scope not in SCOPES):
        yield Problem(f"{place}.scope", "unknown scope", shown(scope), ", ".join(SCOPES))
