"""Every check fails where it must: one source with a fault in each plugin, checked in host processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from myriorama.plugins.conformance.checking import check_path
from myriorama.plugins.conformance.findings import Report, report_from_json
from myriorama.plugins.conformance.options import Options

HEAD = '''"""Faults."""
import os

import numpy as np

from myriorama.plugins import CollisionPiece, Float, Generator, Keypoint, Material, Mesh, ObjectModel, Part
from myriorama.plugins.shapes import sphere

KEPT = []
WIDTH = Float("diameter_m", 0.07, help="Its width.", unit="m", minimum=0.05, maximum=0.12)


class _Ball(Generator):
    label = "Ball"
    help = "A ball."
    parameters = (WIDTH,)

    def generate(self, values):
        return self.make(float(values["diameter_m"]) / 2)


def ball(r, **more):
    return ObjectModel((Part("ball", sphere(r, 8), Material()),), **more)


def with_mesh(positions=None, normals=None, faces=None, material=None, name="ball"):
    m = sphere(0.03, 8)
    mesh = Mesh(m.positions if positions is None else positions, m.normals if normals is None else normals, m.uv,
                m.faces if faces is None else faces)
    return ObjectModel((Part(name, mesh, material or Material()),))
'''
OTHERS = """
class Observes(_Ball):
    name = "observes"

    def generate(self, values):
        return ball(0.03)

    def observe(self, values, world_from_object):
        world_from_object[0, 3] = 7.0
        return {"x": 1.0}


class Sound(_Ball):
    name = "sound"
    watertight = True

    def make(self, r):
        return ball(r)
"""
FAULTS: dict[str, tuple[str, str, str]] = {
    # name: (check that must fail, class body besides `make`, body of `make`)
    "no_help": ("words", 'help = ""', "return ball(r)"),
    "short_help": (
        "help_of_parameters",
        'parameters = (Float("diameter_m", 0.07, help="w", unit="m", minimum=0.05, maximum=0.12),)',
        "return ball(r)",
    ),
    "unit_unsaid": (
        "units_in_names",
        'parameters = (WIDTH, Float("turn", 0.0, help="Turn.", unit="deg", minimum=0.0, maximum=1.0),)',
        "return ball(r)",
    ),
    "unlimited": ("limits", 'parameters = (Float("diameter_m", 0.07, help="Width.", unit="m"),)', "return ball(r)"),
    "default_outside": (
        "limits",
        'parameters = (Float("diameter_m", 0.5, help="Width.", unit="m", minimum=0.05, maximum=0.12),)',
        "return ball(r)",
    ),
    "far_suggestion": (
        "suggestions",
        (
            'parameters = (Float("diameter_m", 0.07, help="Width.", unit="m", minimum=0.05, maximum=0.12,\n'
            '                    suggested={"uniform": [0.0, 1.0]}),)'
        ),
        "return ball(r)",
    ),
    "raises": (
        "runs_inside_limits",
        "",
        'if r > 0.0599:\n            raise ValueError("too wide")\n        return ball(r)',
    ),
    "exits": ("runs_inside_limits", "", "os._exit(3)"),
    "hangs": ("runs_inside_limits", "", "while r > 0.0599:\n            pass\n        return ball(r)"),
    "not_a_model": ("object_is_sound", "", "return 3"),
    "inside_out": ("object_is_sound", "", "return with_mesh(faces=sphere(0.03, 8).faces[:, ::-1])"),
    "long_normals": ("object_is_sound", "", "return with_mesh(normals=sphere(0.03, 8).normals * 2)"),
    "too_large": ("bounds_as_declared", "extent_m = (0.01, 0.1)", "return ball(r * 10)"),
    "open_mesh": ("watertight", "watertight = True", "return with_mesh(faces=sphere(0.03, 8).faces[:-2])"),
    "point_off": ("keypoints_in_place", "", 'return ball(r, keypoints=(Keypoint("top", (0.0, 0.0, r * 1.2)),))'),
    "point_outside": (
        "keypoints_in_place",
        "",
        'return ball(r, keypoints=(Keypoint("heart", (0.0, 0.0, r * 1.2), kind="interior"),))',
    ),
    "part_named_oddly": ("parts_and_labels", "", 'return with_mesh(name="Part 1")'),
    "color_negative": ("parts_and_labels", "", "return with_mesh(material=Material((-1.0, 0.0, 0.0)))"),
    "numpy_attribute": ("attributes_typed", "", 'return ball(r, attributes={"size": np.float32(r)})'),
    "attribute_at_times": ("attributes_typed", "", 'return ball(r, attributes={"wide": 1} if r > 0.05 else {})'),
    "flat_collision": (
        "physics",
        "",
        "return ball(r, collision=(CollisionPiece(np.zeros((4, 3), np.float32)),))",
    ),
    "stateful": ("same_seed_twice", "", "KEPT.append(1)\n        return ball(r + 0.0001 * len(KEPT))"),
    "set_order": (
        "fresh_process",
        "",
        'return ball(r, attributes={"first": next(iter({"a", "b", "c", "d", "e", "f"}))})',
    ),
    "draws_globally": ("global_state_untouched", "", "return ball(r * (1 + np.random.rand()))"),
    "heavy": ("memory_budget", "", "np.empty(80 * 2**20)\n        return ball(r)"),
    "leaks": ("no_leak", "", "KEPT.append(np.ones(30000))\n        return ball(r)"),
}


def _source() -> str:
    classes = [
        f"class {name.title().replace('_', '')}(_Ball):\n    name = {name!r}\n    {body or 'watertight = False'}\n\n"
        f"    def make(self, r):\n        {make}\n"
        for name, (_, body, make) in FAULTS.items()
    ]
    return "\n\n".join([HEAD, *classes, OTHERS])


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    file = tmp_path_factory.mktemp("faults") / "faults.py"
    file.write_text(_source(), encoding="utf-8")
    return check_path(file, Options(draws=5, repeats=3, leak_calls=100, call_s=2.0))


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_found_by_its_check(name: str, report: Report) -> None:
    finding = report.of(FAULTS[name][0], "generator", name)
    assert not finding.ok, [f.check for f in report.findings if f.name == name and not f.ok]
    assert finding.message


def test_nothing_else_is_said_of_them(report: Report) -> None:
    """Hidden randomness is of the whole file; every other check fails for its own plugin alone."""
    allowed = {"no_hidden_randomness"}
    follows = {
        "stateful": {"fresh_process"},
        "draws_globally": {"same_seed_twice", "fresh_process", "runs_inside_limits"},
        "hangs": {"same_seed_twice"},
    }
    wrong = [
        (f.name, f.check, f.message)
        for f in report.failures
        if f.name in FAULTS and f.check not in {FAULTS[f.name][0], *allowed, *follows.get(f.name, ())}
    ]
    assert wrong == []
    assert [f.check for f in report.failures if f.name == "sound"] == ["no_hidden_randomness"]


def test_an_observation_may_change_nothing(report: Report) -> None:
    assert "changed what it was given" in report.of("observe_is_pure", "generator", "observes").message


def test_line_and_values_are_named(report: Report) -> None:
    raised = report.of("runs_inside_limits", "generator", "raises")
    assert raised.file.endswith("faults.py")
    assert raised.code == 'raise ValueError("too wide")'
    assert raised.values == {"diameter_m": 0.12}
    assert report.of("runs_inside_limits", "generator", "exits").values == {"diameter_m": 0.07}
    hung = report.of("runs_inside_limits", "generator", "hangs")
    assert hung.line > 0
    assert "longer than 2 s" in hung.message
    assert "KEPT.append" in report.of("no_leak", "generator", "leaks").code


def test_hidden_randomness_is_named_by_its_line(report: Report) -> None:
    finding = report.of("no_hidden_randomness", "generator", "sound")
    assert "numpy.random" in finding.message
    assert "np.random.rand()" in finding.code


def test_a_report_is_the_same_after_json(report: Report) -> None:
    assert report_from_json(report.to_json()) == report


def test_a_file_that_cannot_be_imported_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text("from myriorama.plugins import Generator\n\nraise KeyError('at import')\n", encoding="utf-8")
    report = check_path(file, Options(draws=3).quick())
    assert not report.ok
    assert report.findings[0].check == "imported"
    assert (report.findings[0].file, report.findings[0].line) == (str(file), 3)
