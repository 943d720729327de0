"""Taking a plugin away loses no parameter: what a project has for it stays as it was written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.document import edits
from myriorama.app.document.checking import missing_plugins, troubles
from myriorama.app.document.document import Document
from myriorama.app.document.files import open_path, save
from myriorama.app.extensions.installed import Plugins
from myriorama.app.inspection.inspect import inspect
from myriorama.plugins.registry import PluginRegistry

ODD: dict[str, Any] = {
    "size_m": {"uniform": [0.02, 0.05]},
    "colour": {"palette": ["#aa0000", "#00aa00"]},
    "depth": 1e-300,
    "many": 2**53,
    "text": "Grüße\n\u2028'\"\\",
    "empty": "",
    "whether": False,
    "list": [1, 2.5, -0.0],
}
"""Values of many kinds, most of which the plugin does not even declare: an older version might have."""


@pytest.fixture
def written(tmp_path: Path, mugs_tree: Callable[..., dict[str, Any]]) -> Path:
    """A project with an object of the plugin, one in a switched off group, and a mug."""
    tree = mugs_tree()
    (mugs,) = tree["objects"]
    place = {"uid": "apple_place", "type": "fixed"}
    apple = {"uid": "apple", "type": "crab_apple", "class": "mug", "parameters": ODD, "placement": place}
    off = {**apple, "uid": "off", "enabled": False, "placement": {**place, "uid": "off_place"}}
    path = tmp_path / "project" / "project.json"
    path.parent.mkdir()
    path.write_text(json.dumps({**tree, "objects": [apple, mugs, off]}), encoding="utf-8")
    return path


def kept(path: Path) -> list[str]:
    """The two nodes of the plugin, as the bytes of the saved file hold them."""
    tree = json.loads(path.read_text(encoding="utf-8"))
    nodes = [{k: n[k] for k in ("uid", "type", "parameters")} for n in tree["objects"] if n["type"] == "crab_apple"]
    return [json.dumps(node, sort_keys=False) for node in nodes]


def enabled(plugins: Plugins) -> None:
    plugins.refresh()
    assert plugins.flush()
    plugins.enable("installed:crab-apples")
    assert plugins.flush()


def test_editing_and_saving_without_the_plugin_loses_nothing(
    plugins: Plugins, install: Callable[..., Path], document: Document, registry: PluginRegistry, written: Path,
    tmp_path: Path, site: Path,
) -> None:  # fmt: skip
    install()
    enabled(plugins)
    open_path(document, written)
    save(document, state=tmp_path / "state")  # in the program's own order of keys from here on
    before = kept(written)
    assert [json.loads(node)["parameters"] for node in before] == [ODD, ODD]
    assert document.project is not None
    assert missing_plugins(document.project, registry) == {}

    for path in list(site.iterdir()):
        shutil.rmtree(path)
    plugins.refresh()
    assert plugins.flush()
    assert plugins.row("installed:crab-apples").status == "missing"  # type: ignore[union-attr]
    document.close()
    open_path(document, written)
    project = document.project
    assert project is not None
    assert missing_plugins(project, registry) == {"apple": "crab_apple", "off": "crab_apple"}
    told = troubles(project, registry, None)
    assert [
        t for t in told if t.uid == "apple" and "crab_apple" in t.message and "its parameters are kept" in t.way_out
    ]

    shown = inspect(project, registry, ("apple",))
    assert shown.kind == "unknown"
    assert json.loads(shown.kept) == ODD

    selection_free = edits.rename(project, "mugs", "Cups")
    document.replace(selection_free.project, "Rename mugs")
    document.replace(edits.rename(document.project, "apple", "Fruit").project, "Rename apple")
    document.replace(edits.move_by(document.project, ["apple"], 1).project, "Move apple")
    document.history.undo()
    document.history.undo()
    document.history.redo()
    save(document, state=tmp_path / "state")
    assert kept(written) == before
    tree = json.loads(written.read_text(encoding="utf-8"))
    assert [n.get("name") for n in tree["objects"][:2]] == ["Fruit", "Cups"]

    duplicate = edits.duplicate(document.project, ["apple"])
    document.replace(duplicate.project, "Duplicate apple")
    save(document, tmp_path / "project" / "copy.json", state=tmp_path / "state")
    assert [json.loads(n)["parameters"] for n in kept(tmp_path / "project" / "copy.json")] == [ODD, ODD, ODD]

    install()
    plugins.refresh()
    assert plugins.flush()
    assert plugins.row("installed:crab-apples").status == "enabled"  # type: ignore[union-attr]
    document.close()
    open_path(document, written)
    assert document.project is not None
    assert missing_plugins(document.project, registry) == {}
    assert kept(written) == before


def test_disabling_is_as_harmless(
    plugins: Plugins, install: Callable[..., Path], document: Document, registry: PluginRegistry, written: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    install()
    enabled(plugins)
    open_path(document, written)
    save(document, state=tmp_path / "state")
    before = kept(written)
    plugins.disable("installed:crab-apples")
    assert plugins.flush()
    assert document.project is not None
    assert set(missing_plugins(document.project, registry)) == {"apple", "off"}
    document.replace(edits.rename(document.project, "mugs", "Cups").project, "Rename mugs")
    save(document, state=tmp_path / "state")
    assert kept(written) == before
