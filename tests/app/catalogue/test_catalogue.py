"""What can be added: all of it, with words and pictures, found by a few letters, read off the window's thread."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from myriorama.app.catalogue.catalogue import Catalogue
from myriorama.app.catalogue.entries import SHELVES, Entries, Entry, all_entries
from myriorama.app.catalogue.search import is_subsequence, search
from myriorama.app.observable import no_post
from myriorama.plugins.registry import PluginRegistry, builtin_registry
from myriorama.scenes.parameters.schema import by_name


@pytest.fixture(scope="module")
def entries() -> Entries:
    return all_entries(builtin_registry())


def names(entries: Entries, text: str) -> list[str]:
    return [e.name for e in search(entries.found, text)]


def test_everything_of_the_registry_is_there(entries: Entries) -> None:
    registry = builtin_registry()
    for kind in ("generator", "environment", "effect", "placement"):
        assert {e.name for e in entries.found if e.kind == kind} == set(registry.names(kind))
    assert any(e.kind == "rig" for e in entries.found)
    assert entries.broken == ()
    assert all(e.label and e.help and e.shelf in SHELVES for e in entries.found)
    assert [e.name for e in entries.of("lights")] == ["area", "headlights", "point", "spot", "street_lamps", "sun"]
    assert entries.of() == entries.found


def test_built_ins_have_a_picture(entries: Entries) -> None:
    assert [e.key for e in entries.found if e.picture is None or not e.picture.is_file()] == []


def test_an_entry_says_which_file_it_cannot_do_without(entries: Entries) -> None:
    asked = {e.name: (e.asks_file, e.asks_for) for e in entries.found if e.asks_file}
    assert asked["mesh_file"] == ("model", "file")
    assert "hdri" not in asked  # it suggests one
    for name, (role, parameter) in asked.items():
        kind = next(e.kind for e in entries.found if e.name == name)
        assert by_name(builtin_registry().parameters(kind, name))[parameter].role == role  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("mug", "mug"),
        ("mu", "mug"),
        ("cone", "cone_marker"),
        ("belt", "conveyor_belt"),
        ("cb", "conveyor_belt"),
        ("gp", "ground_plane"),
        ("HDRI", "hdri"),
        ("area li", "area"),
        ("noise", "sensor_noise"),
        ("marker", "cone_marker"),
    ],
)
def test_a_few_letters_find_it(entries: Entries, text: str, first: str) -> None:
    assert names(entries, text)[0] == first


def test_better_matches_come_first() -> None:
    rows = [("sample", ""), ("cable_table", ""), ("table", ""), ("tablet", ""), ("lamp", "Stands on a table")]
    made = [Entry("generator", name, name.capitalize(), told, "objects") for name, told in rows]
    assert [e.name for e in search(made, "table")] == ["table", "tablet", "cable_table", "lamp"]
    assert search(made, "") == tuple(made)
    assert search(made, "  ") == tuple(made)
    assert search(made, "zzz") == ()
    assert [e.name for e in search(made, "table cable")] == ["cable_table"]


def test_letters_in_order_start_a_word() -> None:
    assert is_subsequence("cb", "conveyor belt")
    assert is_subsequence("gpl", "ground plane")
    assert not is_subsequence("bc", "conveyor belt")
    assert not is_subsequence("on", "conveyor belt")


def test_a_broken_plugin_is_told_and_the_rest_is_there() -> None:
    registry = PluginRegistry(
        {
            ("generator", "gone"): "myriorama.plugins.no_such_module",
            ("generator", "mug"): "myriorama.plugins.generators.mug",
        }
    )
    found = all_entries(registry)
    assert [e.name for e in found.of("objects")] == ["mug"]
    assert found.broken[0][0] == "generator/gone"
    assert "no_such_module" in found.broken[0][1]


@pytest.mark.timed
def test_the_catalogue_is_read_on_a_thread(within: Callable[[float, float], None]) -> None:
    told: list[Entries] = []
    start = time.perf_counter()
    made = Catalogue(builtin_registry(), no_post)
    within(time.perf_counter() - start, 0.05)
    made.ready.connect(told.append)
    assert made.entries.found
    assert made.is_ready


def test_importing_the_catalogue_imports_no_plugin() -> None:
    code = (
        "import sys; from myriorama.app.catalogue.catalogue import Catalogue;"
        "from myriorama.app.catalogue.search import search;"
        "folders = ('generators', 'placements', 'environments', 'effects', 'annotators', 'writers');"
        "print([m for m in sys.modules if m.startswith('myriorama.plugins.') and m.count('.') > 2"
        " and m.split('.')[2] in folders])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
