"""Edits of the engine, and the engine in words."""

from __future__ import annotations

import pytest

from myriorama.app.finding import find_project
from myriorama.app.parts.engine import engine_in_words, set_engine, set_tracing
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project


@pytest.fixture
def project() -> Project:
    return load_project(find_project("first_light")).project


def test_engine_in_words(project: Project) -> None:
    assert engine_in_words("raster", project.output.tracing) == "raster"
    traced = set_engine(project, "pathtraced").project
    assert engine_in_words(traced.output.engine, traced.output.tracing) == "path traced, 8 paths, denoised"
    traced = set_tracing(traced, "noise_target", 0.01).project
    traced = set_tracing(traced, "samples_per_pixel", 4096).project
    traced = set_tracing(traced, "denoise", False).project
    assert engine_in_words(traced.output.engine, traced.output.tracing) == "path traced, up to 4,096 paths"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("samples_per_pixel", 0, "1 to 65536"),
        ("noise_target", 1.0, "below 1"),
        ("max_depth", 65, "1 to 64"),
        ("max_depth", 2.5, "1 to 64"),
    ],
)
def test_values_outside_are_refused_with_what_is_allowed(project: Project, name: str, value: float, words: str) -> None:
    with pytest.raises(InputError, match=words):
        set_tracing(project, name, value)


def test_an_unknown_engine_is_refused(project: Project) -> None:
    with pytest.raises(InputError, match="raster or pathtraced"):
        set_engine(project, "cycles")
