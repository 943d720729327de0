"""An older dataset is replaced only when the new one is complete, and nothing else is ever replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from myriorama.app.cli.replacing import Replacement
from myriorama.scenes.errors import InputError

MANIFEST = '{"format":"myriorama-dataset","version":1}\n'


def dataset(folder: Path, content: str) -> Path:
    folder.mkdir()
    (folder / "manifest.json").write_text(MANIFEST, encoding="utf-8")
    (folder / "content.txt").write_text(content, encoding="utf-8")
    return folder


def tree(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text("utf-8") for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_free_name_is_used_as_it_is(tmp_path: Path) -> None:
    replacement = Replacement(tmp_path / "set")
    assert replacement.target == tmp_path / "set"
    dataset(replacement.target, "new")
    replacement.finish()
    assert [p.name for p in tmp_path.iterdir()] == ["set"]


def test_the_old_one_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    old = dataset(tmp_path / "set", "old")
    replacement = Replacement(old)
    replacement.clear()
    dataset(replacement.target, "new")
    assert (old / "content.txt").read_text() == "old"
    replacement.finish()
    assert (old / "content.txt").read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["set"]


def test_the_quarantine_follows_its_dataset(tmp_path: Path) -> None:
    dataset(tmp_path / "set", "old")
    (tmp_path / "set.quarantine" / "old").mkdir(parents=True)
    replacement = Replacement(tmp_path / "set")
    dataset(replacement.target, "new")
    (tmp_path / f"{replacement.target.name}.quarantine" / "new").mkdir(parents=True)
    replacement.finish()
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_dir()) == [
        "set", "set.quarantine", "set.quarantine/new",
    ]  # fmt: skip


def test_an_old_quarantine_goes_with_its_dataset(tmp_path: Path) -> None:
    dataset(tmp_path / "set", "old")
    (tmp_path / "set.quarantine").mkdir()
    replacement = Replacement(tmp_path / "set")
    dataset(replacement.target, "new")
    replacement.finish()
    assert [p.name for p in tmp_path.iterdir()] == ["set"]


def test_what_a_cut_off_run_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    old = dataset(tmp_path / "set", "old")
    for left in ("set.new.partial", "set.new.quarantine", "set.partial", "other.partial"):
        (tmp_path / left / "records").mkdir(parents=True)
    dataset(tmp_path / "set.new", "complete, but never put in place")
    Replacement(old).clear()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["other.partial", "set", "set.partial"]
    assert (old / "content.txt").read_text() == "old"


@pytest.mark.parametrize("kind", ["folder", "file", "link", "empty folder", "other manifest"])
def test_anything_else_is_refused_and_left_as_it_is(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "set"
    if kind == "file":
        out.write_text("precious", encoding="utf-8")
    elif kind == "link":
        out.symlink_to(dataset(tmp_path / "elsewhere", "precious"))
    else:
        out.mkdir()
        if kind == "folder":
            (out / "precious.txt").write_text("precious", encoding="utf-8")
        elif kind == "other manifest":
            (out / "manifest.json").write_text('{"format":"something else"}', encoding="utf-8")
    before = tree(tmp_path)
    with pytest.raises(InputError):
        Replacement(out)
    assert tree(tmp_path) == before
