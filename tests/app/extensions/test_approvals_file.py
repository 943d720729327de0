"""The approvals file: what it grants is bound to bytes, and whatever is wrong with it grants nothing."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.extensions.approvals import Approvals, approvals_file, user_grants, user_plugin_folder
from myriorama.plugins.discovery import source_at
from myriorama.plugins.manifest import Manifest
from myriorama.plugins.sources import PluginSource

AT = "2031-05-06T07:08:09+00:00"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "plugins.json"


@pytest.fixture
def source(tmp_path: Path, code: Callable[..., str]) -> PluginSource:
    path = tmp_path / "apple.py"
    path.write_text(code())
    return replace(source_at(path), origin="user")


@pytest.fixture
def manifest(source: PluginSource, manifest_for: Callable[..., Manifest], a_size: Callable[..., Any]) -> Manifest:
    return manifest_for(source, "crab_apple", a_size())


@pytest.fixture
def held(file: Path, source: PluginSource, manifest: Manifest) -> dict[str, Any]:
    """The tree of a file with one approval."""
    Approvals(file).approve(source, manifest, AT)
    tree: dict[str, Any] = json.loads(file.read_text())
    return tree


def test_what_is_approved_is_read_again(file: Path, source: PluginSource, manifest: Manifest) -> None:
    Approvals(file).approve(source, manifest, AT)
    read = Approvals(file)
    assert read.trouble == ""
    (approval,) = read.held.values()
    assert (approval.source, approval.manifest, approval.approved_at, approval.enabled) == (source, manifest, AT, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in file.parent.iterdir()] == ["plugins.json"]


def test_no_moment_shows_the_file_to_others(
    file: Path, source: PluginSource, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    real = os.replace

    def watched(part: Path, target: Path) -> None:
        seen.append(stat.S_IMODE(Path(part).stat().st_mode))
        real(part, target)

    monkeypatch.setattr(os, "replace", watched)
    before = os.umask(0)
    try:
        Approvals(file).approve(source, manifest, AT)
    finally:
        os.umask(before)
    assert seen == [0o600]


def test_two_programs_do_not_undo_each_other(file: Path, source: PluginSource, manifest: Manifest) -> None:
    first, second = Approvals(file), Approvals(file)
    first.approve(source, manifest, AT)
    second.approve(replace(source, id="pear"), replace(manifest, id="pear"), AT)
    assert set(Approvals(file).held) == {"user:apple", "user:pear"}
    first.withdraw("user:pear")
    assert {k: a.enabled for k, a in Approvals(file).held.items()} == {"user:apple": True, "user:pear": False}
    second.forget("user:apple")
    assert set(Approvals(file).held) == {"user:pear"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"format": "other"}',
        b"[" * 100_000,
        b'{"format":"myriorama-approvals","version":1}',
    ],
)
def test_a_file_that_cannot_be_read_is_set_aside(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    file.chmod(0o600)
    read = Approvals(file)
    assert read.held == {}
    assert "kept as plugins.unreadable.json" in read.trouble
    assert not file.exists()
    assert file.with_name("plugins.unreadable.json").read_bytes() == content


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_counts_for_nothing(held: dict[str, Any], file: Path, mode: int) -> None:
    file.chmod(mode)
    read = Approvals(file)
    assert read.held == {}
    assert "can be written by others" in read.trouble
    assert file.exists()


def damage(held: dict[str, Any], *path: str | int, value: Any) -> dict[str, Any]:
    tree: Any = held["approved"][0]
    for key in path[:-1]:
        tree = tree[key]
    tree[path[-1]] = value
    return held


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("source", "sha256"), "0" * 64),
        (("source", "files", "apple.py"), "0" * 64),
        (("source", "files", "apple.py"), 5),
        (("source", "files"), []),
        (("source", "origin"), "built-in"),
        (("source", "id"), None),
        (("source",), "user:apple"),
        (("manifest",), {}),
        (("manifest", "plugins", 0, "name"), "../x"),
        (("approved_at",), 7),
        (("enabled",), "yes"),
    ],
)
def test_a_damaged_row_counts_for_nothing_and_spares_the_others(
    held: dict[str, Any], file: Path, path: tuple[str | int, ...], value: Any, source: PluginSource, manifest: Manifest
) -> None:
    Approvals(file).approve(replace(source, id="pear"), replace(manifest, id="pear"), AT)
    tree = json.loads(file.read_text())
    file.write_text(json.dumps(damage(tree, *path, value=value)))
    read = Approvals(file)
    assert set(read.held) == {"user:pear"}
    assert "damaged" in read.trouble


def test_only_what_has_all_its_hashes_can_be_approved(file: Path, source: PluginSource, manifest: Manifest) -> None:
    approvals = Approvals(file)
    for bad in (replace(source, sha256="0" * 64), replace(source, files={}), replace(source, origin="path")):
        with pytest.raises(ValueError, match="cannot be approved"):
            approvals.approve(bad, manifest, AT)
    assert not file.exists()


@pytest.fixture
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    folder = user_plugin_folder()
    folder.mkdir(parents=True)
    return folder


def test_grants_are_of_these_bytes_alone(
    own_settings: Path, code: Callable[..., str], manifest_for: Callable[..., Manifest]
) -> None:
    path = own_settings / "apple.py"
    path.write_text(code())
    source = replace(source_at(path), origin="user")
    assert user_grants() == ()
    Approvals(approvals_file()).approve(source, manifest_for(source), AT)
    (grant,) = user_grants()
    assert (grant.source.sha256, grant.source.root, grant.development) == (source.sha256, str(path), False)
    path.write_text(code() + " ")
    assert user_grants() == ()
    path.write_text(code())
    assert len(user_grants()) == 1
    Approvals(approvals_file()).withdraw("user:apple")
    assert user_grants() == ()


def test_what_lies_beside_a_project_is_granted_to_that_project_alone(
    own_settings: Path, tmp_path: Path, code: Callable[..., str], manifest_for: Callable[..., Manifest]
) -> None:
    path = tmp_path / "mine" / "plugins" / "apple.py"
    path.parent.mkdir(parents=True)
    path.write_text(code())
    source = replace(source_at(path), origin="project")
    Approvals(approvals_file()).approve(source, manifest_for(source), AT)
    assert user_grants() == ()
    assert user_grants(tmp_path / "other" / "project.json") == ()
    assert [g.source.root for g in user_grants(tmp_path / "mine" / "project.json")] == [str(path)]


def test_an_approval_that_names_another_place_moves_nothing(
    own_settings: Path, tmp_path: Path, code: Callable[..., str], manifest_for: Callable[..., Manifest]
) -> None:
    """The place is where the plugin is found, never what the file says."""
    elsewhere = tmp_path / "elsewhere" / "apple.py"
    elsewhere.parent.mkdir()
    elsewhere.write_text(code())
    source = replace(source_at(elsewhere), origin="user")
    Approvals(approvals_file()).approve(source, manifest_for(source), AT)
    assert user_grants() == ()
