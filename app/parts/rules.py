"""Edits of acceptance rules, each rule in words, and how often one has refused what was seen.

It judges no sample; production does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from myriorama.app.document.addresses import ACCEPTANCE
from myriorama.app.document.edit import Edit
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.model import AcceptanceRule, Project
from myriorama.scenes.project.structure import structure_problems


def in_words(rule: AcceptanceRule) -> str:
    """Return a rule as a sentence: "At least 2 objects of class mug, each at least 30 % visible."."""
    low, high = rule.at_least, rule.at_most
    if low is not None and low == high:
        number = f"Exactly {low}" if low else "No"
    elif low is not None and high is not None:
        number = f"{low} to {high}"
    elif low is not None:
        number = f"At least {low}"
    elif high is not None:
        number = f"At most {high}" if high else "No"
    else:
        return "This rule demands nothing yet."
    noun = "object" if (high if high is not None else low) == 1 else "objects"
    words = f"{number} {noun}" + (f" of class {rule.class_}" if rule.class_ is not None else "")
    demands = []
    if rule.min_visible > 0:
        demands.append(f"at least {100 * rule.min_visible:g} % visible")
    if rule.min_pixels > 1:
        demands.append(f"of at least {rule.min_pixels:,} px")
    if demands:
        words += ", counting those " + " and ".join(demands)
    return words + "."


def add_rule(project: Project) -> Edit:
    """Add a rule that asks for one object to be seen."""
    taken = {rule.name for rule in project.acceptance}
    name, number = "something to see", 2
    while name in taken:
        name, number = f"something to see {number}", number + 1
    rule = AcceptanceRule(name=name, at_least=1)
    return _edit(project, (*project.acceptance, rule), f"Add rule {name}")


def set_rule(project: Project, place: int, **fields: Any) -> Edit:
    """Change fields of the rule at a place of the list; `class_` is the class's name or None for any.

    Raises
    ------
    IndexError
        There is no such rule.
    InputError
        A field does not take this value, another rule has the name, or the rule could never hold.
    """
    rule = project.acceptance[place]
    tree = {**rule.model_dump(), **fields}
    try:
        made = AcceptanceRule.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError(Problem(f"acceptance[{place}].{first['loc'][0]}", str(first["msg"]).lower())) from error
    if any(other.name == made.name for i, other in enumerate(project.acceptance) if i != place):
        # Refusals are counted by name.
        raise InputError(Problem(f"acceptance[{place}].name", "there is a rule of this name already", made.name))
    rules = (*project.acceptance[:place], made, *project.acceptance[place + 1 :])
    edit = _edit(project, rules, f"Change rule {made.name}")
    at = f"acceptance[{place}]"
    problems = [p for p in structure_problems(edit.project.model_dump(by_alias=True)) if p.place.startswith(at)]
    if problems:
        raise InputError(problems[:1])
    return edit


def remove_rule(project: Project, place: int) -> Edit:
    """Take a rule away; raises IndexError where there is none."""
    gone = project.acceptance[place]
    rules = (*project.acceptance[:place], *project.acceptance[place + 1 :])
    return _edit(project, rules, f"Delete rule {gone.name}")


@dataclass(frozen=True)
class Tally:
    """What the rules refused among some samples.

    Attributes
    ----------
    samples : int
        Accepted samples that were looked at.
    refused : mapping
        Rule -> attempts that it refused on the way to them.
    """

    samples: int
    refused: Mapping[str, int]

    @staticmethod
    def of(refused: Iterable[Mapping[str, int]]) -> Tally:
        """Add up what was refused on the way to each sample."""
        count, total = 0, dict[str, int]()
        for found in refused:
            count += 1
            for name, times in found.items():
                total[name] = total.get(name, 0) + times
        return Tally(count, total)

    def in_words(self, rule: str) -> str:
        """Return how often a rule has refused, as a sentence."""
        if self.samples == 0:
            return "Not known yet: go to another sample."
        times = self.refused.get(rule, 0)
        seen = "the last sample" if self.samples == 1 else f"the last {self.samples} samples"
        if times == 0:
            return f"Refused no attempt at {seen}."
        attempts = "1 attempt" if times == 1 else f"{times} attempts"
        return f"Refused {attempts} at {seen}: {times / self.samples:.2g} for each that was accepted."


def _edit(project: Project, rules: tuple[AcceptanceRule, ...], label: str) -> Edit:
    return Edit(project.model_copy(update={"acceptance": rules}), label, (ACCEPTANCE,))
