"""Installed plugins are found by their metadata, with all their hashes, and nothing of theirs is imported."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from myriorama.plugins.discovery import Found, find_installed, rehashed
from myriorama.plugins.fingerprint import fingerprint
from myriorama.plugins.manifest import FILE_NAME, Manifest

Install = Callable[..., Path]


def only(site: Path) -> Found:
    (found,) = find_installed([str(site)])
    return found


def test_a_distribution_is_found_with_what_its_manifest_says(install: Install, site: Path, mark: Path) -> None:
    folder = install()
    found = only(site)
    assert found.problem == ""
    assert found.manifest is not None
    assert [(e.kind, e.name, e.parameters[0].name) for e in found.manifest.entries] == [
        ("generator", "crab_apple", "size_m")
    ]
    source = found.source
    assert (source.key, source.version, source.publisher) == ("installed:crab-apples", "1.2", "Ann")
    assert (source.root, source.package) == (str(folder), "crab_apples")
    assert dict(source.files) == {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir() if p.is_file()
    }
    assert source.sha256 == fingerprint(source.files)
    assert "crab_apples" not in sys.modules
    assert not mark.exists()


def test_what_is_no_plugin_is_not_listed(install: Install, site: Path) -> None:
    install()
    (site / "crab_apples-1.2.dist-info" / "entry_points.txt").write_text("[myriorama.plugins_of_another]\na = b:c\n")
    assert find_installed([str(site)]) == ()


BROKEN = {
    "no colon": ({"entry_point": "crab = crab_apples"}, "entry point"),
    "another file": ({"entry_point": "crab = crab_apples:other.json"}, "entry point"),
    "a dotted package": ({"entry_point": f"crab = crab_apples.inner:{FILE_NAME}"}, "entry point"),
    "a path": ({"entry_point": f"crab = ../../etc:{FILE_NAME}"}, "entry point"),
    "code": ({"entry_point": f"crab = __import__('os').system('x'):{FILE_NAME}"}, "entry point"),
    "two": ({"entry_point": f"a = crab_apples:{FILE_NAME}\nb = crab_apples:{FILE_NAME}"}, "must be one"),
    "Python's own": ({"entry_point": f"crab = email:{FILE_NAME}"}, "not its own"),
    "ours": ({"entry_point": f"crab = myriorama:{FILE_NAME}"}, "not its own"),
    "another's": ({"entry_point": f"crab = numpy:{FILE_NAME}"}, "not where its metadata says"),
    "a keyword": ({"entry_point": f"crab = class:{FILE_NAME}"}, "entry point"),
    "not JSON": ({"manifest": "{"}, "not JSON"),
    "not a manifest": ({"manifest": "[]"}, "not a manifest"),
    "NaN": ({"manifest": '{"format": NaN}'}, "NaN"),
    "a nest": ({"manifest": "[" * 200_000}, "not JSON"),
    "too long": ({"manifest": " " * (4 * 2**20 + 1)}, "too long"),
    "a start file": ({"info": {"RECORD": "crab.pth,,\n"}}, "at every start"),
    "sitecustomize": ({"info": {"RECORD": "sitecustomize.py,,\n"}}, "at every start"),
    "no name": ({"metadata": "Metadata-Version: 2.1\n"}, "none that a distribution may have"),
    "a hostile name": ({"metadata": "Name: \x1b[2J<b>../x\nVersion: 1\n"}, "none that a distribution may have"),
    "a broken link to its code": ({"info": {"direct_url.json": "{"}}, "metadata cannot be read"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_one_is_a_row_with_a_problem(case: str, install: Install, site: Path, mark: Path) -> None:
    how, words = BROKEN[case]
    install("good-apples", "good_apples")
    install(**how)
    found = {f.source.id: f for f in find_installed([str(site)])}
    good = found.pop("good-apples")
    assert good.problem == ""
    (bad,) = found.values()
    assert words in bad.problem
    assert bad.manifest is None
    assert bad.problem.isprintable()
    assert not mark.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"api_version": 2}, "newer Myriorama is needed"),
        ({"api_version": 0}, "never was"),
        ({"id": "pears"}, "that of 'pears'"),
    ],
)
def test_a_manifest_that_is_not_for_it_is_told(
    words: dict[str, object], told: str, install: Install, site: Path, manifest_for: Callable[..., Manifest]
) -> None:
    install(manifest=manifest_for("crab_apples", **words))
    assert told in only(site).problem


def test_a_manifest_that_names_code_elsewhere_is_refused(
    install: Install, site: Path, manifest_for: Callable[..., Manifest]
) -> None:
    manifest = manifest_for("crab_apples")
    elsewhere = replace(manifest, entries=(replace(manifest.entries[0], module="os"),))
    install(manifest=elsewhere)
    assert "names os, which is not in its package" in only(site).problem


def test_metadata_that_cannot_be_decoded_ends_no_search(install: Install, site: Path) -> None:
    install("good-apples", "good_apples")
    install(metadata=b"Name: crab\xff\xfe\x00apples\nVersion: \xff\n")
    (site / "nothing-1.dist-info").mkdir()
    (site / "file-1.dist-info").write_text("I am no folder")
    broken = site / "broken-1.dist-info"
    broken.mkdir()
    (broken / "entry_points.txt").write_bytes(b"[myriorama.plugins]\n\xff\xfe = \x80\n")
    assert "installed:good-apples" in {f.source.key for f in find_installed([str(site)])}


def test_a_link_out_of_the_package_is_refused(install: Install, site: Path, tmp_path: Path) -> None:
    folder = install()
    (tmp_path / "secret.py").write_text("x = 1\n")
    (folder / "secret.py").symlink_to(tmp_path / "secret.py")
    assert "leads out" in only(site).problem


def test_a_link_to_a_folder_is_refused(install: Install, site: Path) -> None:
    folder = install(files={"inner/deep.py": ""})
    (folder / "again").symlink_to(folder / "inner", target_is_directory=True)
    assert "link" in only(site).problem


def test_a_pipe_does_not_hold_the_search_up(install: Install, site: Path) -> None:
    folder = install()
    os.mkfifo(folder / "pipe.py")
    assert "no plain file" in only(site).problem


def test_more_files_than_allowed_are_refused(install: Install, site: Path) -> None:
    folder = install()
    for number in range(1998):
        (folder / f"f{number}").touch()
    assert "too many files" in only(site).problem
    (folder / "f0").unlink()
    assert only(site).problem == ""


def test_more_bytes_than_allowed_are_refused(install: Install, site: Path) -> None:
    folder = install()
    with (folder / "big.bin").open("wb") as stream:
        stream.truncate(256 * 2**20 + 1)
    assert "too large" in only(site).problem


def test_what_no_import_reaches_is_left_out(install: Install, site: Path) -> None:
    hidden = {"__pycache__/apple.cpython-311.pyc": b"\0", ".git/config": "x", ".hidden.py": "x", "a/__pycache__/b": "x"}
    install(files=hidden)
    assert set(only(site).source.files) == {"__init__.py", "apple.py", FILE_NAME}


def test_every_byte_and_every_name_is_in_the_hash(install: Install, site: Path) -> None:
    folder = install(files={"a.py": "1", "sub/b.txt": "2"})
    before = only(site).source
    states = {before.sha256}
    (folder / "sub" / "b.txt").write_text("3")
    states.add(rehashed(before).sha256)
    (folder / "sub" / "b.txt").write_text("2")
    (folder / "a.py").rename(folder / "c.py")
    states.add(rehashed(before).sha256)
    (folder / "c.py").rename(folder / "a.py")
    (folder / "new").touch()
    states.add(rehashed(before).sha256)
    (folder / "new").unlink()
    assert len(states) == 4
    assert rehashed(before) == before


def test_names_and_hashes_cannot_run_into_each_other() -> None:
    one, two = "a" * 64, "b" * 64
    assert fingerprint({"x": one, "y": two}) == fingerprint({"y": two, "x": one})
    assert fingerprint({f"x {one}\n1 y": two}) != fingerprint({"x": one, "y": two})


def test_a_remembered_hash_is_dropped_with_the_files_state(install: Install, site: Path) -> None:
    folder = install()
    cache: dict[str, tuple[tuple[int, int, int, int, int], str]] = {}
    before = find_installed([str(site)], cache)
    assert len(cache) == 3
    assert find_installed([str(site)], cache) == before
    (folder / "apple.py").write_text("changed")
    assert find_installed([str(site)], cache) == find_installed([str(site)]) != before


def test_an_editable_install_is_found_where_its_author_works(
    install: Install, site: Path, tmp_path: Path, mark: Path
) -> None:
    for layout in ("flat", "src"):
        project = tmp_path / f"{layout}-project"
        where = project / "src" if layout == "src" else project
        about = {"direct_url.json": json.dumps({"url": project.as_uri(), "dir_info": {"editable": True}})}
        row = {"RECORD": f"__editable__.{layout}.pth,,\n"}
        folder = install(f"{layout}-apples", f"{layout}_apples", where=where, record=True, info={**about, **row})
        found = {f.source.id: f for f in find_installed([str(site)])}[f"{layout}-apples"]
        assert found.problem == ""
        assert Path(found.source.root) == folder
    assert not mark.exists()


def test_the_first_on_the_path_is_taken(install: Install, site: Path, tmp_path: Path) -> None:
    install()
    first = tmp_path / "first"
    site.rename(first)
    site.mkdir()
    install(files={"more.py": ""})
    (found,) = find_installed([str(first), str(site)])
    assert Path(found.source.root) == first / "crab_apples"


def test_a_package_without_a_manifest_is_glanced_at(install: Install, site: Path, mark: Path) -> None:
    folder = install()
    (folder / FILE_NAME).unlink()
    found = only(site)
    assert found.problem == ""
    assert [(g.kind, g.name, g.label) for g in found.glimpses] == [("generator", "crab_apple", "Crab apple")]
    assert not mark.exists()
