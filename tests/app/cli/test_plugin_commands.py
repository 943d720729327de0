"""``plugin``: what is shown before a person says yes, a yes that names the hash, one run, and what cannot be."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.cli.program import run
from myriorama.app.extensions.approvals import Approvals, approvals_file, user_plugin_folder
from myriorama.app.extensions.reproducing import command_for
from myriorama.plugins.discovery import source_at
from myriorama.plugins.faults import Fault
from myriorama.plugins.sources import PluginSource

CODE = '''"""Fruit \x1b[31mof mine."""

import numpy as np

from myriorama.plugins import Environment, EnvironmentParts, Float, Generator, Material, Mesh, ObjectModel, Part

__version__ = "0.4"
__author__ = "Ann"
SIZE = Float("size_m", default=0.03, help="Across.", minimum=0.01, maximum=0.1, suggested={"uniform": [0.02, 0.05]})


class Apple(Generator):
    name = "crab_apple"
    label = "Crab apple"
    help = "A small apple."
    parameters = (SIZE,)

    def generate(self, values):
        size = values["size_m"]
        if size > 0.09:
            raise RuntimeError("too large an apple")
        points = np.array([[0, 0, 0], [size, 0, 0], [0, size, 0], [0, 0, size]], dtype=np.float32)
        faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], dtype=np.uint32)
        normals = np.tile(np.array([0, 0, 1], dtype=np.float32), (4, 1))
        mesh = Mesh(positions=points, normals=normals, uv=np.zeros((4, 2), dtype=np.float32), faces=faces)
        return ObjectModel((Part("body", mesh, Material()),))


class Dark(Environment):
    name = "darkness"
    help = "No light."
    parameters = (SIZE,)

    def build(self, values):
        return EnvironmentParts()
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's plugin folder, with one file in it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    made = user_plugin_folder()
    made.mkdir(parents=True)
    (made / "fruit.py").write_text(CODE)
    return made


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def ask(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(list(words))
        return code, *capsys.readouterr()

    return ask


def test_what_a_person_must_know_is_shown(folder: Path, asked: Callable[..., Any]) -> None:
    code, shown, _ = asked("plugin", "info", "fruit")
    source = source_at(folder / "fruit.py")
    assert code == 0
    for fact in ("user:fruit", "0.4", "Ann (says the plugin; not verified)", source.sha256, source.files["fruit.py"]):
        assert fact in shown
    for fact in ("generator/crab_apple", "environment/darkness", "network:", "memory:", str(folder / "fruit.py")):
        assert fact in shown
    assert "\x1b" not in shown
    code, shown, _ = asked("plugin", "info", "user:fruit", "--json")
    tree = json.loads(shown)
    assert (tree["state"], tree["sha256"], tree["files"]) == ("new", source.sha256, dict(source.files))
    assert {e["name"] for e in tree["enforced"]} >= {"memory", "network", "files"}


def test_enable_asks_and_takes_no_for_an_answer(
    folder: Path, asked: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, told = asked("plugin", "enable", "fruit")
    assert (code, "nobody can be asked here" in told) == (2, True)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    questions: list[Any] = []

    def answer(reply: bool) -> Callable[..., bool]:
        def confirm(*words: Any, **options: Any) -> bool:
            questions.append((words, options))
            return reply

        return confirm

    monkeypatch.setattr("typer.confirm", answer(False))
    code, shown, _ = asked("plugin", "enable", "fruit")
    assert (code, "nothing was enabled" in shown, "sha256" in shown) == (1, True, True)
    assert questions[0][1] == {"default": False}
    assert not approvals_file().exists()
    monkeypatch.setattr("typer.confirm", answer(True))
    code, shown, _ = asked("plugin", "enable", "fruit")
    assert (code, "user:fruit is enabled" in shown) == (0, True)
    assert Approvals(approvals_file()).held["user:fruit"].enabled
    assert json.loads(asked("plugin", "list", "--json")[1])["plugins"][0]["state"] == "enabled"
    assert "crab_apple" in asked("list", "generators")[1]
    (folder / "fruit.py").write_text(CODE + "\n")
    assert json.loads(asked("plugin", "list", "--json")[1])["plugins"][0]["state"] == "changed"
    assert "file changed: fruit.py" in asked("plugin", "info", "fruit")[1]
    assert "crab_apple" not in asked("list", "generators")[1]
    assert asked("plugin", "disable", "fruit")[0] == 0
    assert not Approvals(approvals_file()).held["user:fruit"].enabled


@pytest.mark.parametrize("prefix", ["", "0" * 8, "{7}", "{64}x", "yes", "{8}0000000000"])
def test_a_yes_that_names_another_hash_enables_nothing(prefix: str, folder: Path, asked: Callable[..., Any]) -> None:
    sha256 = source_at(folder / "fruit.py").sha256
    given = prefix.replace("{7}", sha256[:7]).replace("{8}", sha256[:8]).replace("{64}", sha256)
    code, _, told = asked("plugin", "enable", "fruit", "--yes", given)
    assert (code, "--yes" in told) == (2, True)
    assert not approvals_file().exists()


def test_names_that_fit_none_or_several_are_told(folder: Path, asked: Callable[..., Any], tmp_path: Path) -> None:
    code, _, told = asked("plugin", "info", "pear")
    assert (code, "user:fruit" in told) == (2, True)
    beside = tmp_path / "project" / "plugins"
    beside.mkdir(parents=True)
    (beside / "fruit.py").write_text(CODE)
    (beside.parent / "project.json").write_text("{}")
    code, _, told = asked("plugin", "info", "fruit", "--project", str(beside.parent))
    assert (code, "several plugins have this id" in told) == (2, True)
    assert asked("plugin", "info", str(beside / "fruit.py"), "--project", str(beside.parent))[0] == 0


def test_one_run_tells_what_was_made_or_how_it_failed(folder: Path, asked: Callable[..., Any]) -> None:
    path = str(folder / "fruit.py")
    code, shown, _ = asked("plugin", "run", path, "crab_apple", "--seed", "5", "--index", "3")
    made = json.loads(shown)
    size = made["values"]["size_m"]
    assert (code, 0.02 <= size <= 0.05) == (0, True)
    assert made["bounds_m"]["highest"] == pytest.approx([size] * 3)
    assert made["volume_m3"] == pytest.approx(size**3 / 6)
    assert made["parts"] == [{"name": "body", "vertices": 4, "faces": 4}]
    assert asked("plugin", "run", path, "crab_apple", "--seed", "5", "--index", "3")[1] == shown
    assert json.loads(asked("plugin", "run", path, "crab_apple", "--seed", "5")[1])["values"]["size_m"] != size
    assert json.loads(asked("plugin", "run", path, "environment/darkness")[1])["lights"] == []

    code, shown, _ = asked("plugin", "run", path, "crab_apple", "--values", '{"size_m": 0.095}', "--json")
    fault = json.loads(shown)["fault"]
    assert (code, fault["cause"], fault["values"]) == (1, "raised", {"size_m": 0.095})
    again = shlex.split(command_for(Fault(**fault), 5, 3, source_at(folder / "fruit.py")))
    assert again[:4] == ["myriorama", "plugin", "run", path]
    code, shown, _ = asked(*again[1:])
    assert (code, "too large an apple" in shown, "fruit.py:21" in shown) == (1, True, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fruit", "crab_apple"), "is not enabled"),
        (("PATH", "pear"), "no such plugin in it"),
        (("PATH", "crab_apple", "--values", "{"), "not JSON"),
        (("PATH", "crab_apple", "--values", "[1]"), "no object"),
        (("PATH", "crab_apple", "--values", '{"size_m": 9, "stem_m": 1}'), "2 problems"),
        (("gone.py", "crab_apple"), "no plugin here"),
    ],
)
def test_what_cannot_be_run_is_told(words: tuple[str, ...], told: str, folder: Path, asked: Callable[..., Any]) -> None:
    code, _, shown = asked("plugin", "run", *(w.replace("PATH", str(folder / "fruit.py")) for w in words))
    assert (code, told in shown) == (2, True), shown


def test_the_command_for_a_fault_is_safe_to_paste() -> None:
    nasty = 'it\'s; $(touch x) `y` "z"\n\\ é \x1b'
    fault = Fault("fruit", "generator", "crab_apple", "raised", "m", values={"text": nasty, "size": float("inf")})
    source = PluginSource("fruit", "path", "/a b/it's.py", "fruit", {}, "0")
    words = shlex.split(command_for(fault, 1, 2, source))
    assert words[3:5] == ["/a b/it's.py", "generator/crab_apple"]
    assert json.loads(words[6]) == {"text": nasty, "size": "inf"}
    assert words[7:] == ["--seed", "1", "--index", "2"]
    assert "\n" not in command_for(fault)
    assert "\x1b" not in command_for(fault)
    other = Fault("fruit", "placement", "rows", "raised", "m")
    assert command_for(other, source=source) == """myriorama plugin check '/a b/it'"'"'s.py'"""
    assert shlex.split(command_for(fault))[3] == "fruit"
