"""What is asked of an author's plugin is kept by every plugin that is shipped."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from myriorama.plugins.conformance.checks import check_class, fresh_digests
from myriorama.plugins.conformance.options import Options
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.registry import PluginKind

REGISTRY = builtin_registry()
NOT_BY_VALUES = {
    "mesh_file": "its size is that of a file, and it refuses what comes out larger than 10 km or smaller than 0.1 mm",
}
REFUSES = {"fisheye": "folds the picture"}
"""What a plugin may refuse with reason although each of its values lies inside its own limits."""
DRAWS = 12
SLOW = {"soil_patch": 3, "shelf_unit": 6, "bread_roll": 6, "blackgrass": 6, "chickweed": 6, "can": 6}
"""What takes a second and more to make, and how many draws are tried: defaults, lower and upper limits first."""
GENERATORS = [name for name in REGISTRY.names("generator") if name not in NOT_BY_VALUES]
OTHERS: list[tuple[PluginKind, str]] = [
    (kind, name)
    for kind in ("environment", "effect", "annotator", "writer")
    for name in REGISTRY.names(kind)  # type: ignore[arg-type]
]


def _told(kind: PluginKind, name: str, options: Options) -> list[str]:
    plugin = REGISTRY.plugin_class(kind, name)
    findings = check_class(plugin, options, [Path(inspect.getsourcefile(plugin) or "")])
    assert len(findings) > 12
    failed = [f for f in findings if not f.ok and not (name in REFUSES and REFUSES[name] in f.message)]
    return [f"{f.check}: {f.message} {dict(f.values)}" for f in failed]


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_keeps_every_law(name: str) -> None:
    assert _told("generator", name, Options(draws=SLOW.get(name, DRAWS), repeats=3, leak_calls=0)) == []


@pytest.mark.long
@pytest.mark.parametrize("name", SLOW)
def test_a_slow_generator_keeps_every_law_in_as_many_draws(name: str) -> None:
    assert _told("generator", name, Options(draws=DRAWS, repeats=3, leak_calls=0)) == []


@pytest.mark.parametrize(("kind", "name"), OTHERS)
def test_every_other_kind_keeps_its_laws(kind: PluginKind, name: str) -> None:
    assert _told(kind, name, Options(draws=9, repeats=3, leak_calls=0)) == []


@pytest.mark.parametrize("name", REGISTRY.names("placement"))
def test_a_placement_keeps_its_laws(name: str) -> None:
    # At its upper limits scatter tries ten thousand places for each object.
    assert _told("placement", name, Options(draws=2 if name == "scatter" else 6, repeats=2, leak_calls=0)) == []


def test_another_process_makes_the_same_objects() -> None:
    """With another seed of Python's hashes, so that the order of a set would show."""
    names = [name for name in GENERATORS if name != "soil_patch"]
    code = (
        "import json, sys\n"
        "from myriorama.plugins.conformance.checks import fresh_digests\n"
        "from myriorama.plugins.conformance.options import Options\n"
        "from myriorama.plugins.registry import builtin_registry as r\n"
        "o = Options(draws=1, repeats=1)\n"
        "print(json.dumps({n: fresh_digests(r().plugin_class('generator', n), o) for n in sys.argv[1:]}))\n"
    )
    there = json.loads(
        subprocess.run(
            [sys.executable, "-c", code, *names],
            env={**os.environ, "PYTHONHASHSEED": "20011"},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
    )
    options = Options(draws=1, repeats=1)
    assert {n: fresh_digests(REGISTRY.plugin_class("generator", n), options) for n in names} == there
