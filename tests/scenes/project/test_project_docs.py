"""The page on the project file says what the program does: its examples are read, its words and figures are ours."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.drawing.compile import MAX_OBJECTS
from myriorama.scenes.drawing.owners import MAX_COUNT
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.parameters.dialect import DISTRIBUTION_WORDS, read_distribution
from myriorama.scenes.parameters.distributions import Chance, Distribution
from myriorama.scenes.parameters.expressions import MAX_DEPTH as LINK_DEPTH
from myriorama.scenes.parameters.expressions import MAX_LENGTH
from myriorama.scenes.parameters.readers import MAX_ENTRIES
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import MAX_DEPTH, AcceptanceRule, Project
from myriorama.scenes.project.structure import MAX_LINK_TEXT, MAX_NODES
from myriorama.scenes.project.text import MAX_BYTES, MAX_VALUES

PAGE = (Path(__file__).parents[3] / "docs" / "project-format.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```json\n(.*?)```", PAGE, re.S)
ROWS = re.findall(r"^\| `(\{.*?\})` \| .*? \| (.*?) \|$", PAGE, re.M)


def test_the_whole_project_is_drawn() -> None:
    sample = compile_plan(parse_project(BLOCKS[0]), builtin_registry()).draw(0)
    assert len(sample.objects[0].members) in (2, 4, 6, 8)


def test_the_rule_is_a_rule() -> None:
    AcceptanceRule.model_validate(json.loads(BLOCKS[1]))


def test_every_distribution_is_on_the_page_and_for_these_kinds() -> None:
    told = {}
    for text, kinds in ROWS:
        written, problems = read_distribution(json.loads(text), "")
        assert problems == []
        assert written is not None
        told[written.distribution.word] = (type(written.distribution), kinds)
    assert set(told) == {*DISTRIBUTION_WORDS, Chance.word}
    for kind, kinds in told.values():
        assert issubclass(kind, Distribution)
        assert kinds == "every kind" or sorted(kinds.split(", ")) == sorted(kind.kinds)


@pytest.mark.parametrize("key", list(Project.model_fields))
def test_every_key_is_on_the_page(key: str) -> None:
    assert re.search(rf"^\|.*`{key}`.*\|", PAGE, re.M)


def test_figures_are_the_programs() -> None:
    for row in (
        f"| file | {MAX_BYTES // 2**20} MB |",
        f"| nesting | {MAX_DEPTH} |",
        f"| values in the file | {MAX_VALUES:,} |",
        f"| nodes | {MAX_NODES:,} |",
        f"| objects in a group, in a sample | {MAX_COUNT:,}, {MAX_OBJECTS:,} |",
        f"| options of a choice, points of a curve | {MAX_ENTRIES:,} |",
        f"| one linked expression, all together | {MAX_LENGTH}, {MAX_LINK_TEXT:,} characters |",
        f"at most {MAX_LENGTH} characters and {LINK_DEPTH} levels deep",
    ):
        assert row in PAGE, row
