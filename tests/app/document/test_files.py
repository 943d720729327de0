"""Opening and saving: whole or not at all, nothing of somebody else's overwritten unasked."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from myriorama.app.document import files
from myriorama.app.document.backups import KEPT, backup_folder, backups
from myriorama.app.document.document import Document
from myriorama.app.document.templates import template_names
from myriorama.plugins.registry import builtin_registry
from myriorama.resources import resource_path
from myriorama.scenes.errors import InputError
from myriorama.scenes.parameters.wording import shown
from myriorama.scenes.project.check import project_problems
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project


def edit(document: Document, seed: int) -> Project:
    assert document.project is not None
    changed = document.project.model_copy(update={"seed": seed})
    document.replace(changed, "Change seed")
    return changed


def test_a_saved_project_is_read_back(document: Document, tmp_path: Path) -> None:
    assert document.path == tmp_path / "belt" / "project.json"
    assert not document.dirty
    changed = edit(document, 99)
    assert document.dirty
    saved = files.save(document, state=tmp_path / "state")
    assert saved == files.Saved(document.path, "")
    assert not document.dirty
    other = Document()
    files.open_path(other, tmp_path / "belt")
    assert other.project == changed
    assert other.file_hash == document.file_hash == hashlib.sha256(document.path.read_bytes()).hexdigest()
    files.close(other)
    assert (other.project, other.path, other.file_hash) == (None, None, "")


def test_what_cannot_be_opened_leaves_the_open_one(document: Document, tmp_path: Path) -> None:
    before = document.project
    bad = tmp_path / "bad.json"
    bad.write_text("{", encoding="utf-8")
    for path in (bad, tmp_path / "nowhere", tmp_path):
        with pytest.raises(InputError):
            files.open_path(document, path)
    assert document.project is before


@pytest.mark.parametrize("name", template_names())
def test_every_template_starts_an_untitled_project(name: str, tmp_path: Path) -> None:
    document = Document()
    files.new_from(document, name)
    assert document.project is not None
    assert document.dirty
    assert project_problems(document.project, builtin_registry(), None) == []
    with pytest.raises(files.NoFileYetError):
        files.save(document)
    files.save(document, tmp_path / "mine.json")
    assert load_project(tmp_path / "mine.json").project == document.project
    assert document.folder == tmp_path


def test_an_example_asks_where_to_keep_it(tmp_path: Path) -> None:
    document = Document()
    files.open_path(document, "dice_tray")
    assert document.path is None
    assert not document.dirty
    assert document.folder == resource_path("examples") / "dice_tray"
    edit(document, 4)
    with pytest.raises(files.NoFileYetError):
        files.save(document)
    with pytest.raises(InputError, match="belongs to the program"):
        files.save(document, resource_path("examples") / "dice_tray" / "project.json")
    files.save(document, tmp_path / "p.json")
    assert document.path == tmp_path / "p.json"


def test_a_file_that_somebody_changed_is_not_overwritten(document: Document, tmp_path: Path) -> None:
    assert document.path is not None
    edit(document, 5)
    theirs = document.path.read_bytes().replace(b'"seed": 7', b'"seed": 8')
    document.path.write_bytes(theirs)
    assert files.changed_on_disk(document)
    with pytest.raises(files.ChangedOnDiskError) as caught:
        files.save(document, state=tmp_path)
    assert caught.value.path == document.path
    assert document.path.read_bytes() == theirs
    files.save(document, overwrite=True, state=tmp_path)
    assert load_project(document.path).project.seed == 5
    assert backups(document.path, tmp_path)[0].read_bytes() == theirs
    document.path.unlink()
    assert not files.changed_on_disk(document)
    edit(document, 6)
    files.save(document, state=tmp_path)
    assert load_project(document.path).project.seed == 6


def test_backups_are_ten_deep_and_elsewhere(document: Document, tmp_path: Path) -> None:
    assert document.path is not None
    state = tmp_path / "state"
    for seed in range(20, 34):
        edit(document, seed)
        files.save(document, state=state)
    held = backups(document.path, state)
    assert [load_project(b).project.seed for b in held] == list(range(32, 32 - KEPT, -1))
    assert backup_folder(document.path, state).is_relative_to(state)
    assert sorted(p.name for p in document.path.parent.iterdir()) == ["project.json"]


def test_a_missing_backup_folder_does_not_stop_a_save(document: Document, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    edit(document, 3)
    saved = files.save(document, state=blocked)
    assert "backup" in saved.note
    assert load_project(saved.path).project.seed == 3


def test_a_full_disk_leaves_the_old_file(document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert document.path is not None
    before = document.path.read_bytes()
    edit(document, 12)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("myriorama.app.dataset.atomic.os.fsync", full)
    monkeypatch.setattr("myriorama.app.document.files.keep_backup", lambda *_: None)
    with pytest.raises(InputError, match="No space left"):
        files.save(document, state=tmp_path / "state")
    assert document.path.read_bytes() == before
    assert document.dirty
    assert sorted(p.name for p in document.path.parent.iterdir()) == ["project.json"]


def test_permissions_and_links_stay(document: Document, tmp_path: Path) -> None:
    assert document.path is not None
    document.path.chmod(0o640)
    link = tmp_path / "link.json"
    link.symlink_to(document.path)
    files.open_path(document, link)
    edit(document, 77)
    files.save(document, state=tmp_path / "state")
    files.save(document, link, state=tmp_path / "state")
    assert link.is_symlink()
    assert stat.S_IMODE(document.path.stat().st_mode) == 0o640
    assert load_project(link).project.seed == 77


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_write_protected_file_stays(document: Document) -> None:
    assert document.path is not None
    document.path.chmod(0o444)
    edit(document, 1)
    with pytest.raises(InputError, match="write-protected"):
        files.save(document)


@pytest.mark.parametrize("name", ["", "nowhere/p.json", "a.part"])
def test_places_that_cannot_hold_a_project_are_refused(document: Document, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        files.save(document, tmp_path / name, state=tmp_path / "state")


def test_what_could_not_be_opened_again_is_not_saved(document: Document, tmp_path: Path) -> None:
    assert document.project is not None
    assert document.path is not None
    before = document.path.read_bytes()
    broken = document.project.objects[0].model_copy(update={"class_": "nowhere"})
    document.replace(document.project.model_copy(update={"objects": (broken,)}), "Break")
    with pytest.raises(InputError, match=f"no such class.*{shown('nowhere')}"):
        files.save(document, state=tmp_path)
    assert document.path.read_bytes() == before


def test_new_in_a_folder_that_exists_is_refused(document: Document, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="exists already"):
        files.new_from(document, "blank", tmp_path / "belt")
    with pytest.raises(InputError, match="no such example"):
        files.new_from(document, "nothing", tmp_path / "x")
    assert document.title == "belt"


@pytest.mark.timed
def test_a_save_is_cheap(
    document: Document,
    tmp_path: Path,
    benchmark_s: Callable[[Callable[[], object]], float],
    within: Callable[[float, float], None],
) -> None:
    """The text is made and checked in a few milliseconds; the rest is the disk's."""
    seeds = iter(range(1000, 2000))

    def once() -> None:
        edit(document, next(seeds))
        files.save(document, state=tmp_path / "state")

    within(benchmark_s(once), 0.25)
