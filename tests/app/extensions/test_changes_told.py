"""What changed between two states of a plugin, named so that a person can judge it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from myriorama.app.extensions.changes import change_between, manifest_change
from myriorama.plugins.manifest import Manifest
from myriorama.plugins.sources import PluginSource
from myriorama.scenes.parameters.schema import Choice

SOURCE = PluginSource("apples", "path", "apples", "apples", {}, "")


def test_the_same_is_no_change(manifest_for: Callable[..., Manifest], a_size: Callable[..., Any]) -> None:
    manifest = manifest_for(SOURCE, "apple", a_size())
    change = change_between({"a.py": "1"}, {"a.py": "1"}, manifest, manifest, "1", "1")
    assert change.sentences() == ()


def test_every_kind_of_change_is_a_sentence(manifest_for: Callable[..., Manifest], a_size: Callable[..., Any]) -> None:
    before = manifest_for(SOURCE, "apple", a_size(), a_size(name="stem_m"), a_size(name="skin"))
    after = manifest_for(
        SOURCE,
        "apple",
        a_size(default=0.04, help="Wide."),
        a_size(name="leaf_m"),
        Choice("skin", default="red", help="Across.", options=("red",)),
    )
    pear = replace(after.entries[0], name="pear")
    after = replace(after, entries=(replace(after.entries[0], version="2"), pear))
    change = change_between({"a.py": "1", "b.py": "1"}, {"a.py": "2", "c.py": "1"}, before, after, "1.0", "1.1")
    assert change.sentences() == (
        "version 1.0 is now 1.1",
        "file changed: a.py",
        "file added: c.py",
        "file removed: b.py",
        "plugin: generator pear: new",
        "plugin: generator apple: version 1 is now 2",
        "parameter added: generator apple: leaf_m",
        "parameter removed: generator apple: stem_m",
        "parameter changed: generator apple: size_m (default 0.03 is now 0.04, help Across. is now Wide.)",
        "parameter changed: generator apple: skin (kind float is now choice)",
    )


def test_what_is_drawn_for_each_object_is_compared_too(
    manifest_for: Callable[..., Manifest], a_size: Callable[..., Any]
) -> None:
    plain = manifest_for(SOURCE, "row")
    before = replace(plain, entries=(replace(plain.entries[0], kind="placement", per_object=(a_size(),)),))
    after = replace(plain, entries=(replace(plain.entries[0], kind="placement"),))
    assert manifest_change(before, after).parameters_removed == ("placement row: size_m (of each object)",)


def test_without_a_manifest_it_says_that_it_does_not_know(manifest_for: Callable[..., Manifest]) -> None:
    change = change_between({"a.py": "1"}, {"a.py": "2"}, manifest_for(SOURCE), None)
    assert not change.parameters_known
    assert "known once it is enabled" in change.sentences()[-1]
