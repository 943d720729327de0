"""The static scan finds what it must and no more; hashes tell contents apart; draws stay inside limits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from myriorama.plugins.api import Bool, Choice, Color, Direction, Float, Int, Rotation, Text, Vector
from myriorama.plugins.conformance.digest import array_bytes, digest
from myriorama.plugins.conformance.drawing import make_draw
from myriorama.plugins.conformance.geometry import distances_m, is_solid, outside_hull_m
from myriorama.plugins.conformance.static_scan import scan
from myriorama.plugins.shapes import box, torus
from myriorama.scenes.parameters.fit import fit_literal


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("import random\nx = random.random()", 2),
        ("import numpy as np\nx = np.random.default_rng(0)", 2),
        ("from numpy import random as r\nx = r.rand()", 1),
        ("from numpy.random import rand", 1),
        ("import time\n\nx = time.time()", 3),
        ("from datetime import datetime\nx = datetime.now()", 2),
        ("import os\nx = os.urandom(3)", 2),
        ("import uuid as u\nx = u.uuid4()", 2),
        ("import secrets\nx = secrets.token_hex()", 2),
        ("x = hash('a')", 1),
        ("import os\nx = os.environ['HOME']", 2),
    ],
)
def test_hidden_inputs_are_seen(code: str, line: int, tmp_path: Path) -> None:
    file = tmp_path / "plugin.py"
    file.write_text(code + "\n", encoding="utf-8")
    found = scan([file])
    assert found
    assert found[0].line == line
    assert found[0].way_out


@pytest.mark.parametrize(
    "code",
    [
        "import hashlib\nx = hashlib.blake2b(b'a')",
        "def hash(x):\n    return 1\n\n\ny = hash(3)",
        "import numpy as np\nx = np.arange(3)",
        "random = 3\nx = random + 1",
        "import datetime\nx = datetime.timedelta(1)",
    ],
)
def test_what_is_harmless_is_left_alone(code: str, tmp_path: Path) -> None:
    file = tmp_path / "plugin.py"
    file.write_text(code + "\n", encoding="utf-8")
    assert scan([file]) == ()


def test_hashes_are_of_content_and_type() -> None:
    a = {"b": np.arange(3), "a": (1, 2.0, "x", None, True)}
    assert digest(a) == digest({"a": (1, 2.0, "x", None, True), "b": np.arange(3)})
    others = [1, 1.0, True, "1", b"1", None, (), (1,), np.float32(1), np.zeros(1), {1: 2}, -0.0, 0.0]
    assert len({digest(o) for o in others}) == len(others)
    with pytest.raises(TypeError, match="compared"):
        digest(object())
    shared = np.zeros(100)
    assert array_bytes((shared, shared)) == 800


def test_draws_lie_inside_and_reach_the_limits() -> None:
    declared = (
        Float("x_m", 0.3, help="X.", unit="m", minimum=0.1, maximum=0.5),
        Int("n", 2, help="N.", minimum=-3, maximum=9),
        Bool("b", True, help="B."),
        Choice("c", "p", help="C.", options=("p", "q", "r")),
        Color("k", "#102030", help="K."),
        Vector("v", [0, 0, 0], help="V.", minimum=-1.0, maximum=2.0),
        Direction("d", [0, 0, 2], help="D."),
        Rotation("r", [1, 0, 0, 0], help="R."),
        Text("t", "word", help="T.", max_length=7),
    )
    seen = [make_draw(declared, number, 5).values for number in range(200)]
    for values in seen:
        for p in declared:
            assert fit_literal(values[p.name], p, p.name)[1] is None, (p.name, values[p.name])
    assert seen[0]["x_m"] == 0.3
    assert (seen[1]["x_m"], seen[2]["x_m"]) == (0.1, 0.5)
    assert 15 <= sum(v["x_m"] == 0.1 for v in seen) <= 45
    assert {v["n"] for v in seen} == set(range(-3, 10))
    assert {v["c"] for v in seen} == {"p", "q", "r"}
    assert seen[7] == make_draw(declared, 7, 5).values != make_draw(declared, 7, 6).values


def test_distances_are_those_of_trimesh() -> None:
    mesh = torus(0.1, 0.03, 16)
    points = np.random.default_rng(1).uniform(-0.15, 0.15, (60, 3))
    witness = trimesh.Trimesh(mesh.positions.astype(np.float64) * 1e3, mesh.faces, process=False)
    expected = [
        np.linalg.norm(
            trimesh.triangles.closest_point(witness.triangles, np.tile(p, (len(witness.triangles), 1))) - p, axis=1
        ).min()
        for p in points * 1e3
    ]
    np.testing.assert_allclose(distances_m(mesh, points), np.array(expected) / 1e3, atol=1e-9)


def test_the_hull_of_a_ring_holds_its_middle() -> None:
    mesh = torus(0.1, 0.03, 16)
    assert outside_hull_m(mesh, np.zeros((1, 3)) + mesh.bounds.mean(axis=0))[0] == 0.0
    cube = box((0.2, 0.2, 0.2))
    far = outside_hull_m(cube, np.array([[0.15, 0.0, float(cube.bounds[:, 2].mean())]]))
    np.testing.assert_allclose(far, 0.05, atol=1e-7)


def test_flat_points_are_not_solid() -> None:
    flat = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], dtype=np.float64)
    assert not is_solid(flat)
    assert is_solid(np.vstack([flat, [[0, 0, 0.01]]]))
