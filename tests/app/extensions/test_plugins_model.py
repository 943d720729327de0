"""The list of plugins: where each stands, what a person enabled, and that nothing else runs."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.document.document import Document
from myriorama.app.extensions.approvals import Approvals
from myriorama.app.extensions.installed import Plugins
from myriorama.app.extensions.rows import PluginRow
from myriorama.app.observable import no_post
from myriorama.plugins.faults import Fault
from myriorama.plugins.manifest import FILE_NAME, Manifest
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.project.model import Project

Install = Callable[..., Path]
Code = Callable[..., str]


def look(plugins: Plugins) -> dict[str, PluginRow]:
    plugins.refresh()
    assert plugins.flush()
    return {row.key: row for row in plugins.rows}


def enable(plugins: Plugins, key: str) -> PluginRow:
    look(plugins)
    plugins.enable(key)
    assert plugins.flush()
    row = plugins.row(key)
    assert row is not None
    return row


def test_a_new_one_is_listed_and_nothing_of_it_runs(
    plugins: Plugins, install: Install, user_folder: Path, code: Code, mark: Path, hosts: Any, registry: PluginRegistry
) -> None:
    install()
    (user_folder / "plum.py").write_text(code("plum"))
    rows = look(plugins)
    assert {k: r.status for k, r in rows.items()} == {"installed:crab-apples": "new", "user:plum": "new"}
    assert [g.name for g in rows["user:plum"].glimpses] == ["plum"]
    assert plugins.grants == ()
    assert registry.grants == ()
    assert hosts.asked == []
    assert not mark.exists()


def test_enabling_reaches_the_registry_and_lasts(
    plugins: Plugins, install: Install, registry: PluginRegistry, approvals_at: Path, document: Document, site: Path,
    user_folder: Path, hosts: Any,
) -> None:  # fmt: skip
    install()
    told: list[int] = []
    plugins.grants_changed.connect(lambda grants: told.append(len(grants)))
    assert enable(plugins, "installed:crab-apples").status == "enabled"
    assert told == [1]
    assert "crab_apple" in registry.names("generator")
    assert hosts.asked == []  # its manifest says all
    again = Plugins(no_post, document, Approvals(approvals_at), None, user_folder, (str(site),))
    assert look(again)["installed:crab-apples"].status == "enabled"
    assert [g.source for g in again.grants] == [g.source for g in plugins.grants]
    again.close()
    plugins.disable("installed:crab-apples")
    assert plugins.flush()
    assert told == [1, 0]
    assert "crab_apple" not in registry.names("generator")
    row = plugins.row("installed:crab-apples")
    assert row is not None
    assert (row.status, row.change) == ("disabled", None)


def test_a_single_file_is_asked_once_for_each_state_of_its_bytes(
    plugins: Plugins, user_folder: Path, code: Code, hosts: Any
) -> None:
    file = user_folder / "apple.py"
    file.write_text(code())
    row = enable(plugins, "user:apple")
    assert row.status == "enabled"
    assert row.manifest is not None
    assert [s.sha256 for s in hosts.asked] == [row.source.sha256]
    plugins.disable("user:apple")
    enable(plugins, "user:apple")
    assert len(hosts.asked) == 1
    file.write_text(code() + "# more\n")
    enable(plugins, "user:apple")
    assert len(hosts.asked) == 2


def test_one_changed_byte_takes_the_permission_away(
    plugins: Plugins, install: Install, registry: PluginRegistry
) -> None:
    folder = install()
    enable(plugins, "installed:crab-apples")
    file = folder / "apple.py"
    stat = file.stat()
    content = file.read_bytes()
    file.write_bytes(content.replace(b"Across.", b"Acrosz."))
    row = look(plugins)["installed:crab-apples"]
    assert row.status == "changed"
    assert plugins.grants == registry.grants == ()
    assert row.change is not None
    assert (row.change.changed, row.change.added, row.change.removed) == (("apple.py",), (), ())
    file.write_bytes(content)
    assert stat.st_size == file.stat().st_size
    assert look(plugins)["installed:crab-apples"].status == "enabled"


def test_a_change_that_keeps_size_and_times_is_seen_for_a_permission(
    plugins: Plugins, install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list may remember hashes; a grant reads every byte."""
    import myriorama.plugins.fingerprint as module

    folder = install()
    enable(plugins, "installed:crab-apples")
    known = dict(plugins._hashes)
    file = folder / "apple.py"
    file.write_bytes(file.read_bytes().replace(b"Across.", b"Acrosz."))
    found = file.stat()
    identity = (found.st_dev, found.st_ino, found.st_size, found.st_ctime_ns, found.st_mtime_ns)
    plugins._hashes[str(file)] = (identity, known[str(file)][1])  # as if nothing told of the change
    assert module.files_of(folder, plugins._hashes)["apple.py"] == known[str(file)][1]
    assert look(plugins)["installed:crab-apples"].status == "changed"
    assert plugins.grants == ()


def test_what_changed_while_it_was_looked_at_is_not_approved(plugins: Plugins, install: Install) -> None:
    folder = install()
    look(plugins)
    (folder / "more.py").write_text("x = 1\n")
    plugins.enable("installed:crab-apples")
    assert plugins.flush()
    row = plugins.row("installed:crab-apples")
    assert row is not None
    assert row.status == "new"
    assert plugins.grants == ()
    plugins.enable("installed:crab-apples")  # now the row tells the new bytes
    assert plugins.flush()
    assert [g.source.key for g in plugins.grants] == ["installed:crab-apples"]


def test_the_change_names_version_files_and_parameters(
    plugins: Plugins, install: Install, site: Path, manifest_for: Callable[..., Manifest], a_size: Callable[..., Any]
) -> None:
    install()
    enable(plugins, "installed:crab-apples")
    for path in list(site.iterdir()):
        shutil.rmtree(path)
    folder = install(version="2.0")
    source = plugins.rows[0].source
    newer = manifest_for(source, "crab_apple", a_size(maximum=0.2), a_size(name="stem_m"), version="2.0")
    (folder / FILE_NAME).write_text(newer.to_text())
    (folder / "stem.py").write_text("")
    change = look(plugins)["installed:crab-apples"].change
    assert change is not None
    assert (change.version_before, change.version_after) == ("1.2", "2.0")
    assert (change.added, change.changed) == (("stem.py",), (FILE_NAME,))
    assert change.parameters_added == ("generator crab_apple: stem_m",)
    assert change.parameters_changed == ("generator crab_apple: size_m (maximum 0.1 is now 0.2)",)


def test_what_is_gone_is_missing_and_comes_back(plugins: Plugins, install: Install, site: Path) -> None:
    folder = install()
    enable(plugins, "installed:crab-apples")
    aside = site.parent / "aside"
    site.rename(aside)
    row = look(plugins)["installed:crab-apples"]
    assert (row.status, plugins.grants) == ("missing", ())
    assert row.manifest is not None
    assert str(folder) in row.problem
    aside.rename(site)
    assert look(plugins)["installed:crab-apples"].status == "enabled"


def test_a_project_brings_rows_and_enables_nothing(
    plugins: Plugins, document: Document, tmp_path: Path, code: Code, mark: Path, hosts: Any, approvals_at: Path
) -> None:
    for name in ("one", "two"):
        beside = tmp_path / name / "plugins"
        beside.mkdir(parents=True)
        (beside / f"{name}_apple.py").write_text(code(f"{name}_apple"))
        (beside / "plugins.json").write_text(approvals_at.read_text() if approvals_at.exists() else "{}")
    tree = {"name": "p", "camera": {"rig": {"uid": "rig", "type": "orbit"}}}
    project = Project.model_validate(tree)
    document.open(project, tmp_path / "one", tmp_path / "one" / "project.json")
    key = f"project:{tmp_path / 'one' / 'plugins' / 'one_apple.py'}"
    assert {k: r.status for k, r in look(plugins).items()} == {key: "new"}
    assert plugins.grants == ()
    assert hosts.asked == []
    assert not mark.exists()
    assert enable(plugins, key).status == "enabled"
    document.open(project, tmp_path / "two", tmp_path / "two" / "project.json")
    assert plugins.flush()
    assert [r.source.id for r in plugins.rows] == ["two_apple"]  # what another project has is not missed here
    assert plugins.grants == ()
    document.open(project, tmp_path / "one", tmp_path / "one" / "project.json")
    assert plugins.flush()
    assert [g.source.key for g in plugins.grants] == [key]
    document.close()
    assert plugins.flush()
    assert plugins.rows == plugins.grants == ()


def test_names_that_are_taken_are_told(
    plugins: Plugins, install: Install, user_folder: Path, code: Code, hosts: Any
) -> None:
    install("mugs", "mug")
    install("crab-apples")
    (user_folder / "apple.py").write_text(code())
    enable(plugins, "installed:mugs")
    enable(plugins, "installed:crab-apples")
    enable(plugins, "user:apple")
    problems = {r.key: (r.status, r.problem) for r in plugins.rows}
    assert problems["installed:crab-apples"] == ("enabled", "")
    assert problems["installed:mugs"] == (
        "enabled",
        "generator mug is left out: one that is built in has this name",
    )
    assert problems["user:apple"] == (
        "enabled",
        "generator crab_apple is left out: one of crab-apples has this name",
    )


def test_a_broken_one_cannot_be_enabled(plugins: Plugins, install: Install, approvals_at: Path) -> None:
    folder = install()
    (folder / FILE_NAME).write_text((folder / FILE_NAME).read_text().replace('"api_version": 1', '"api_version": 99'))
    row = enable(plugins, "installed:crab-apples")
    assert row.status == "broken"
    assert "newer Myriorama" in row.problem
    assert not approvals_at.exists()


def test_a_file_whose_code_fails_is_not_approved_and_says_why(
    plugins: Plugins, user_folder: Path, code: Code, hosts: Any, approvals_at: Path
) -> None:
    (user_folder / "apple.py").write_text(code())
    hosts.fault = Fault("apple", "", "", "raised", "ZeroDivisionError: division by zero", "apple.py", 3, "1 / 0")
    row = enable(plugins, "user:apple")
    assert (row.status, row.fault) == ("new", hosts.fault)
    assert "division by zero" in row.problem
    assert not approvals_at.exists()
    hosts.fault = None
    row = enable(plugins, "user:apple")
    assert (row.status, row.problem, row.fault) == ("enabled", "", None)


def test_what_is_worked_on_is_used_until_the_end_and_kept_nowhere(
    plugins: Plugins, tmp_path: Path, code: Code, hosts: Any, approvals_at: Path, registry: PluginRegistry
) -> None:
    file = tmp_path / "mine" / "apple.py"
    file.parent.mkdir()
    file.write_text(code())
    plugins.develop(file)
    assert plugins.flush()
    (row,) = plugins.rows
    assert (row.status, row.key) == ("development", f"path:{file}")
    (grant,) = plugins.grants
    assert grant.development
    assert grant.source.sha256 == row.source.sha256
    file.write_text("class (")
    hosts.fault = Fault("apple", "", "", "import", "SyntaxError: invalid syntax", str(file), 1, "class (")
    plugins.develop(file)
    assert plugins.flush()
    (row,) = plugins.rows
    assert row.fault == hosts.fault
    assert plugins.grants == (grant,)  # the last that could be used stays
    hosts.fault = None
    file.write_text(code("other_apple"))
    hosts.name = "other_apple"
    plugins.develop(file)
    assert plugins.flush()
    assert plugins.rows[0].fault is None
    assert "other_apple" in registry.names("generator")
    plugins.disable(f"path:{file}")
    assert plugins.flush()
    assert plugins.rows == plugins.grants == ()
    assert not approvals_at.exists()


def test_working_on_nothing_is_told(plugins: Plugins, tmp_path: Path) -> None:
    plugins.develop(tmp_path / "gone.py")
    assert plugins.flush()
    (row,) = plugins.rows
    assert row.status == "development"
    assert "no plugin" in row.problem


def test_slow_work_keeps_nobody_waiting(plugins: Plugins, user_folder: Path, code: Code, hosts: Any) -> None:
    (user_folder / "apple.py").write_text(code())
    look(plugins)
    gate = threading.Event()
    hosts.before = lambda: gate.wait(10.0) or None
    plugins.enable("user:apple")
    assert plugins.busy
    assert plugins.row("user:apple").status == "new"  # type: ignore[union-attr]
    gate.set()
    assert plugins.flush()
    assert not plugins.busy


def test_approvals_that_cannot_be_kept_are_told(
    plugins: Plugins, install: Install, approvals_at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install()
    look(plugins)
    approvals_at.with_name(approvals_at.name + ".part").mkdir()
    plugins.enable("installed:crab-apples")
    assert plugins.flush()
    row = plugins.row("installed:crab-apples")
    assert row is not None
    assert row.status == "new"
    assert "directory" in row.problem.lower()
    assert plugins.grants == ()


def test_closing_ends_the_hosts_and_the_thread(plugins: Plugins, user_folder: Path, code: Code, hosts: Any) -> None:
    (user_folder / "apple.py").write_text(code())
    enable(plugins, "user:apple")
    plugins.close()
    assert hosts.closed
    assert not any(t.name == "plugins" and t.is_alive() for t in threading.enumerate())
    plugins.refresh()
    assert plugins.flush()
