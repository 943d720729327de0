"""Single files and packages in a folder, and what lies at a path: found by signs, never by import."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from myriorama.plugins.discovery import find_in_folder, found_at, source_at
from myriorama.plugins.manifest import FILE_NAME, Manifest
from myriorama.scenes.errors import InputError

PROJECT = """
[project]
name = "crab-apples"
version = "1.2"
description = "Small apples."
license = "MIT"
authors = [{{ name = "Ann" }}]
[project.entry-points."myriorama.plugins"]
crab = "{point}"
"""


def names(folder: Path) -> dict[str, str]:
    return {f.source.id: f.problem for f in find_in_folder(folder, "user")}


def test_single_files_and_packages_are_found(
    tmp_path: Path, code: str, mark: Path, manifest_for: Callable[..., Manifest]
) -> None:
    (tmp_path / "apple.py").write_text(code)
    package = tmp_path / "pears"
    package.mkdir()
    (package / "__init__.py").write_text(code)
    (package / FILE_NAME).write_text(manifest_for("pears", id="pears").to_text())
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "__init__.py").write_text(code)
    found = {f.source.id: f for f in find_in_folder(tmp_path, "project")}
    assert sorted(found) == ["apple", "bare", "pears"]
    assert not any(f.problem for f in found.values())
    assert found["apple"].source.is_single_file
    assert found["apple"].source.key == f"project:{tmp_path / 'apple.py'}"
    assert found["apple"].description == "Apples."
    assert [g.help for g in found["apple"].glimpses] == ["A small apple."]
    assert found["pears"].manifest is not None
    assert [g.class_name for g in found["bare"].glimpses] == ["Apple"]
    assert not mark.exists()


def test_what_has_no_sign_of_a_plugin_is_passed_over(tmp_path: Path, code: str) -> None:
    for name in ("_private.py", ".hidden.py", "notes.txt", "apple.pyc", "apple.py.bak"):
        (tmp_path / name).write_text(code)
    (tmp_path / "tool.py").write_text("import os\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("x = 1\n")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "pyproject.toml").write_text('[project]\nname = "other"\n')
    assert names(tmp_path) == {}
    assert find_in_folder(tmp_path / "nowhere", "user") == ()
    assert find_in_folder(tmp_path / "notes.txt", "user") == ()


def test_what_cannot_be_used_says_why(tmp_path: Path, code: str) -> None:
    inside, outside = tmp_path / "plugins", tmp_path / "outside.py"
    inside.mkdir()
    outside.write_text(code)
    (inside / "linked.py").symlink_to(outside)
    (inside / "my-apple.py").write_text(code)
    (inside / "broken.py").write_text("from myriorama.plugins import\n")
    (inside / "binary.py").write_bytes(b"\0\1\2")
    (inside / "apple.py").write_text(code)
    (inside / "apple").mkdir()
    (inside / "apple" / "__init__.py").write_text(code)
    (inside / "toml").mkdir()
    (inside / "toml" / "pyproject.toml").write_text("# myriorama.plugins\n= = =")
    found = {Path(f.source.root).name: f.problem for f in find_in_folder(inside, "user")}
    assert "leads out" in found["linked.py"]
    assert "name of Python" in found["my-apple.py"]
    assert "line 1" in found["broken.py"]
    assert "no Python" in found["binary.py"]
    assert found["apple"] == ""
    assert "has the same id" in found["apple.py"]
    assert "cannot be read" in found["toml"]


@pytest.mark.parametrize("layout", ["apples", "src/apples"])
def test_a_project_folder_is_its_package(tmp_path: Path, code: str, mark: Path, layout: str) -> None:
    package = tmp_path / layout
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(code)
    (tmp_path / "pyproject.toml").write_text(PROJECT.format(point=f"apples:{FILE_NAME}"))
    found = found_at(tmp_path)
    assert (found.source.id, found.source.version, found.source.publisher) == ("crab-apples", "1.2", "Ann")
    assert (found.source.root, found.source.package, found.source.key) == (str(package), "apples", f"path:{package}")
    assert found.description == "Small apples."
    assert source_at(tmp_path) == found.source
    assert not mark.exists()


WRONG = {
    "nothing": ("", "no name|names the package"),
    "no group": ('[project]\nname = "a"\n', "names the package that holds the plugins"),
    "two": (
        PROJECT.format(point=f"apples:{FILE_NAME}") + f'pear = "apples:{FILE_NAME}"\n',
        "names the package",
    ),
    "a class": (PROJECT.format(point="apples.apple:Apple"), "package:file"),
    "a list": (PROJECT.replace('"{point}"', "[1]").format(), "package:file"),
    "not here": (PROJECT.format(point=f"pears:{FILE_NAME}"), "pears is not here"),
    "upwards": (PROJECT.format(point=f"..:{FILE_NAME}"), "package:file"),
    "a bad name": (PROJECT.format(point=f"apples:{FILE_NAME}").replace("crab-apples", "../x"), "has a name"),
    "a wrong table": ("project = 1\n", "this is a table"),
    "a nest": ("a = " + "[" * 50_000, "cannot be read"),
    "binary": ("\udcff", "cannot be read"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_project_that_cannot_be_used_names_the_place(tmp_path: Path, case: str) -> None:
    text, words = WRONG[case]
    (tmp_path / "apples").mkdir()
    (tmp_path / "pyproject.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=words) as error:
        found_at(tmp_path)
    assert all(p.file == str(tmp_path / "pyproject.toml") for p in error.value.problems)


def test_a_package_mapped_out_of_its_project_is_not_followed(tmp_path: Path, code: str) -> None:
    outside = tmp_path / "outside" / "apples"
    outside.mkdir(parents=True)
    (outside / "__init__.py").write_text(code)
    project = tmp_path / "project"
    project.mkdir()
    text = PROJECT.format(point=f"apples:{FILE_NAME}") + '[tool.setuptools.package-dir]\napples = "../outside/apples"\n'
    (project / "pyproject.toml").write_text(text)
    with pytest.raises(InputError, match="is not here"):
        found_at(project)
    inner = project / "lib" / "apples"
    inner.mkdir(parents=True)
    (project / "pyproject.toml").write_text(text.replace("../outside/apples", "lib/apples"))
    assert found_at(project).source.root == str(inner)


def test_nothing_at_a_path_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").touch()
    for path in (tmp_path / "gone.py", tmp_path / "gone", tmp_path / "empty", tmp_path / "notes.txt"):
        with pytest.raises(InputError, match="no plugin"):
            source_at(path)


def test_broken_code_at_a_path_still_has_a_source(tmp_path: Path) -> None:
    """Its author is told the line by whoever runs it."""
    file = tmp_path / "apple.py"
    file.write_text(textwrap.dedent("class Apple(\n"))
    assert set(source_at(file).files) == {"apple.py"}
