"""The manifest that an author's tool writes: what the classes declare, always the same, and where a wheel takes it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from myriorama.plugins.api import Float
from myriorama.plugins.discovery import find_in_folder, found_at
from myriorama.plugins.faults import PluginFault
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.manifest import FILE_NAME, Manifest, manifest_from_text
from myriorama.plugins.packaging import Built, build, write
from myriorama.plugins.sources import PluginSource
from myriorama.scenes.errors import InputError

CODE = '''"""Small apples."""

from myriorama.plugins import Float, Generator


class Apple(Generator):
    name = "crab_apple"
    help = "A small apple."
    parameters = (Float("size_m", 0.03, unit="m", help="Across.", minimum=0.01, maximum=0.1),)

    def generate(self, values):
        raise RuntimeError("never asked")
'''
PROJECT = """[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "crab-apples"
version = "1.2"
description = "Small apples."
license = "MIT"
authors = [{ name = "Ann" }, { email = "bo@example.org" }]

[project.entry-points."myriorama.plugins"]
crab = "crab_apples:myriorama_plugin.json"

"""
DATA = f'[tool.setuptools.package-data]\ncrab_apples = ["{FILE_NAME}"]\n'


@pytest.fixture(scope="module")
def hosts() -> Iterator[PluginHosts]:
    made = PluginHosts()
    yield made
    made.close()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An author's project, its manifest not built yet."""
    folder = tmp_path / "project"
    (folder / "crab_apples").mkdir(parents=True)
    (folder / "crab_apples" / "__init__.py").touch()
    (folder / "crab_apples" / "apple.py").write_text(CODE)
    (folder / "pyproject.toml").write_text(PROJECT + DATA)
    return folder


def test_what_the_classes_declare_is_written_where_others_read_it(project: Path, hosts: PluginHosts) -> None:
    built = build(project, hosts)
    assert (built.is_current, built.before, built.problems) == (False, None, ())
    write(built)
    file = project / "crab_apples" / FILE_NAME
    assert built.file == file
    manifest = manifest_from_text(file.read_text())
    assert manifest == built.manifest
    assert replace(manifest, entries=()) == Manifest(
        "crab-apples", "1.2", "Ann, bo@example.org", "Small apples.", "MIT", 1, ()
    )
    (entry,) = manifest.entries
    assert (entry.module, entry.class_name, entry.name) == ("crab_apples.apple", "Apple", "crab_apple")
    assert entry.parameters == (
        Float("size_m", 0.03, unit="m", help="Across.", minimum=0.01, maximum=0.1),  # type: ignore[misc]
    )
    found = found_at(project)
    assert (found.problem, found.manifest) == ("", manifest)
    assert [p.name for p in (project / "crab_apples").glob("*part*")] == []


def test_the_same_code_gives_the_same_bytes(project: Path, hosts: PluginHosts) -> None:
    write(build(project, hosts))
    file = project / "crab_apples" / FILE_NAME
    first, when = file.read_bytes(), file.stat().st_mtime_ns
    again = build(project, hosts)
    assert again.is_current
    write(again)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == (first, when)
    module = project / "crab_apples" / "apple.py"
    module.write_text(CODE.replace("maximum=0.1", "maximum=0.2"))
    stale = build(project, hosts)
    assert not stale.is_current
    assert stale.before == again.manifest != stale.manifest
    file.write_text("{ broken")
    assert build(project, hosts).before is None


def test_a_package_alone_and_a_single_file(project: Path, hosts: PluginHosts, tmp_path: Path) -> None:
    built = build(project / "crab_apples", hosts)
    write(built)
    assert built.manifest.id == "crab_apples"
    (found,) = find_in_folder(project, "user")
    assert found.manifest == built.manifest
    single = tmp_path / "apple.py"
    single.write_text(CODE)
    built = build(single, hosts)
    assert (built.file, built.is_current, built.manifest.entries[0].module) == (None, True, "apple")
    write(built)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["apple.py", "project"]


def test_code_that_fails_is_told_with_its_line(project: Path, hosts: PluginHosts) -> None:
    (project / "crab_apples" / "apple.py").write_text("x = 1\nraise RuntimeError('not today')\n")
    with pytest.raises(PluginFault, match="not today") as error:
        build(project, hosts)
    assert (error.value.fault.line, Path(error.value.fault.file).name) == (2, "apple.py")


def test_a_name_that_is_taken_is_a_problem(project: Path, hosts: PluginHosts) -> None:
    (project / "crab_apples" / "apple.py").write_text(CODE.replace("crab_apple", "mug"))
    (problem,) = build(project, hosts).problems
    assert ("built-in generator" in problem.message, problem.value) == (True, "mug")


class Saying:
    """Stands where hosts do; the wheel's settings are looked at without running code."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest

    def describe(self, source: PluginSource) -> Manifest:
        return replace(self.manifest, id=source.id)


SETUPTOOLS = 'build-backend = "setuptools.build_meta"'
SETTINGS: dict[str, tuple[str, bool]] = {
    "named": (PROJECT + DATA, True),
    "by pattern": (PROJECT + '[tool.setuptools.package-data]\n"*" = ["*.json"]\n', True),
    "by deep pattern": (PROJECT + '[tool.setuptools.package-data]\n"*" = ["**/*"]\n', True),
    "nothing": (PROJECT, False),
    "another package": (PROJECT + f'[tool.setuptools.package-data]\npears = ["{FILE_NAME}"]\n', False),
    "another file": (PROJECT + '[tool.setuptools.package-data]\ncrab_apples = ["py.typed"]\n', False),
    "taken out again": (
        PROJECT + DATA + '[tool.setuptools.exclude-package-data]\n"*" = ["*.json"]\n', False
    ),
    "package left out": (PROJECT + '[tool.setuptools]\npackages = ["pears"]\n' + DATA, False),
    "package named": (PROJECT + '[tool.setuptools]\npackages = ["crab_apples"]\n' + DATA, True),
}  # fmt: skip
BACKENDS = {"hatchling.build": True, "flit_core.buildapi": True, "poetry.core.masonry.api": True, "mine.own": False}


def look(project: Path, manifest: Manifest) -> Built:
    return build(project, Saying(manifest))  # type: ignore[arg-type]


@pytest.mark.parametrize("case", SETTINGS)
def test_a_wheel_that_would_lack_the_manifest_is_refused(
    case: str, project: Path, manifest_for: Callable[..., Manifest]
) -> None:
    text, holds = SETTINGS[case]
    (project / "pyproject.toml").write_text(text)
    problems = look(project, manifest_for("crab_apples")).problems
    assert (problems == ()) is holds
    assert all("pyproject.toml" in p.file and p.place.startswith("tool.setuptools") for p in problems)


@pytest.mark.parametrize("backend", BACKENDS)
def test_backends_that_take_everything_need_no_setting(
    backend: str, project: Path, manifest_for: Callable[..., Manifest]
) -> None:
    (project / "pyproject.toml").write_text(PROJECT.replace("setuptools.build_meta", backend))
    assert (look(project, manifest_for("crab_apples")).problems == ()) is BACKENDS[backend]


def test_a_listing_file_counts_where_it_is_read(project: Path, manifest_for: Callable[..., Manifest]) -> None:
    (project / "pyproject.toml").write_text(PROJECT)
    (project / "MANIFEST.in").write_text(f"include crab_apples/{FILE_NAME}\n")
    assert look(project, manifest_for("crab_apples")).problems == ()
    (project / "pyproject.toml").write_text(PROJECT + "[tool.setuptools]\ninclude-package-data = false\n")
    assert look(project, manifest_for("crab_apples")).problems != ()


@pytest.mark.parametrize("words", [{"api_version": True}, {"entries": ()}])
def test_what_does_not_fit_the_form_is_refused(
    words: dict[str, Any], project: Path, manifest_for: Callable[..., Manifest]
) -> None:
    with pytest.raises(InputError):
        look(project, manifest_for("crab_apples", **words))
    assert not (project / "crab_apples" / FILE_NAME).exists()


@pytest.mark.long
@pytest.mark.parametrize("case", SETTINGS)
def test_a_real_wheel_agrees(case: str, project: Path, manifest_for: Callable[..., Manifest], tmp_path: Path) -> None:
    text, holds = SETTINGS[case]
    (project / "pyproject.toml").write_text(text.replace("pears", "other") if "packages" in text else text)
    (project / "other").mkdir()
    (project / "other" / "__init__.py").touch()
    write(look(project, manifest_for("crab_apples")))
    if case == "package left out":
        (project / "pyproject.toml").write_text(text.replace('["pears"]', '["other"]'))
    out = tmp_path / "wheels"
    script = "import sys, setuptools.build_meta as b; print(b.build_wheel(sys.argv[1]))"
    out.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script, str(out)], cwd=project, capture_output=True, text=True, check=False
    )
    if done.returncode and "Multiple top-level packages" in done.stderr:
        (project / "other" / "__init__.py").unlink()
        (project / "other").rmdir()
        done = subprocess.run(
            [sys.executable, "-c", script, str(out)], cwd=project, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    (wheel,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = f"crab_apples/{FILE_NAME}" in archive.namelist()
        assert inside is holds
        if inside:
            assert json.loads(archive.read(f"crab_apples/{FILE_NAME}"))["id"] == "crab-apples"
