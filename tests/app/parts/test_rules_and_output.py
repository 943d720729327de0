"""Acceptance rules in words and in fields; the output's size, formats and labels."""

from __future__ import annotations

import pytest

from myriorama.app.finding import find_project
from myriorama.app.parts import output, rules
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.check import project_problems
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import AcceptanceRule, Project

REGISTRY = builtin_registry()


@pytest.fixture
def project() -> Project:
    return load_project(find_project("mugs_on_conveyor")).project


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"at_least": 1}, "At least 1 object."),
        ({"at_least": 2, "class_": "mug"}, "At least 2 objects of class mug."),
        ({"at_most": 0}, "No objects."),
        ({"at_least": 3, "at_most": 3}, "Exactly 3 objects."),
        ({"at_least": 1, "at_most": 4, "min_visible": 0.3}, "1 to 4 objects, counting those at least 30 % visible."),
        (
            {"at_most": 5, "min_visible": 0.25, "min_pixels": 1200},
            "At most 5 objects, counting those at least 25 % visible and of at least 1,200 px.",
        ),
    ],
)
def test_a_rule_in_words(fields: dict[str, object], words: str) -> None:
    assert rules.in_words(AcceptanceRule.model_validate({"name": "r", **fields})) == words


def test_a_rule_that_can_never_hold_is_refused(project: Project) -> None:
    with pytest.raises(InputError, match="never hold"):
        rules.set_rule(project, 0, at_least=5, at_most=4)
    with pytest.raises(InputError, match="demands nothing"):
        rules.set_rule(project, 0, at_least=None, at_most=None)
    with pytest.raises(InputError, match="no such class"):
        rules.set_rule(project, 0, class_="cup")
    with pytest.raises(InputError):
        rules.set_rule(project, 0, min_visible=1.5)


def test_rules_keep_names_of_their_own(project: Project) -> None:
    two = rules.add_rule(rules.add_rule(project).project).project
    names = [rule.name for rule in two.acceptance]
    assert len(set(names)) == len(names) == len(project.acceptance) + 2
    with pytest.raises(InputError, match="already"):
        rules.set_rule(two, 1, name=names[0])
    assert rules.remove_rule(two, 1).project.acceptance == (*two.acceptance[:1], *two.acceptance[2:])


def test_a_tally_counts_attempts_by_rule() -> None:
    tally = rules.Tally.of([{"a": 2}, {}, {"a": 1, "b": 1}])
    assert tally.in_words("a") == "Refused 3 attempts at the last 3 samples: 1 for each that was accepted."
    assert tally.in_words("b").startswith("Refused 1 attempt at the last 3 samples")
    assert tally.in_words("c") == "Refused no attempt at the last 3 samples."
    assert rules.Tally.of([]).in_words("a") == "Not known yet: go to another sample."


def test_a_size_outside_the_limits_is_refused_not_clamped(project: Project) -> None:
    with pytest.raises(InputError, match="16 to 16384"):
        output.set_size(project, 15, 480)
    assert output.set_size(project, 16384, 16).project.output.width == 16384


@pytest.mark.parametrize(("width", "height"), [(640, 480), (1920, 1080), (333, 77)])
def test_a_kept_shape_is_kept_to_the_pixel(width: int, height: int) -> None:
    for new in (16, 100, 1111):
        wide, tall = output.kept_shape(width, height, new_width=new)
        assert wide == new
        assert abs(tall - new * height / width) <= 0.5
        wide, tall = output.kept_shape(width, height, new_height=new)
        assert tall == new
        assert abs(wide - new * width / height) <= 0.5


def test_shapes_in_words() -> None:
    assert output.shape_in_words(1920, 1080) == "2.1 MP, 16:9"
    assert output.shape_in_words(641, 480) == "0.31 MP, 1.34:1"


def test_the_last_format_and_the_last_label_stay(project: Project) -> None:
    one = output.set_format(project, "raw", False).project
    with pytest.raises(InputError, match="needs a format"):
        output.set_format(one, "coco", False)
    free = project.model_copy(update={"acceptance": ()})
    for name in REGISTRY.names("annotator")[:-1]:
        free = output.set_label(free, REGISTRY, name, False).project
    with pytest.raises(InputError, match="no label"):
        output.set_label(free, REGISTRY, REGISTRY.names("annotator")[-1], False)


def test_a_label_that_a_rule_judges_by_stays(project: Project) -> None:
    assert any(rule.min_visible > 0 for rule in project.acceptance)
    with pytest.raises(InputError, match="needs the visible fraction"):
        output.set_label(project, REGISTRY, "fractions", False)


def test_all_labels_are_written_as_none_named(project: Project) -> None:
    less = output.set_label(project, REGISTRY, "amodal", False).project
    assert "amodal" not in less.output.labels
    assert len(less.output.labels) == len(REGISTRY.names("annotator")) - 1
    assert output.set_label(less, REGISTRY, "amodal", True).project.output.labels == ()


def test_options_are_held_against_their_declaration(project: Project) -> None:
    with pytest.raises(InputError, match="no such option"):
        output.set_option(project, REGISTRY, "coco", "colour", True)
    with pytest.raises(InputError, match="limits"):
        output.set_option(project, REGISTRY, "raw", "depth_unit_m", 11.0)
    made = output.set_option(project, REGISTRY, "raw", "depth", "float32").project
    assert made.output.writer_options == {"raw": {"depth": "float32"}}
    assert project_problems(made, REGISTRY, None) == project_problems(project, REGISTRY, None)
    assert output.set_option(made, REGISTRY, "raw", "depth", "png16").project.output.writer_options == {}


def test_every_preset_is_a_size_that_is_taken(project: Project) -> None:
    for preset in output.PRESETS:
        made = output.set_size(project, preset.width, preset.height).project.output
        assert (made.width, made.height) == (preset.width, preset.height)
