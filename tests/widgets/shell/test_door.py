"""The front door: who gets the window, who the command line, and what is said where there is no display."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from myriorama.app.cli.program import run
from myriorama.widgets.launch import missing_display

LAUNCH = [sys.executable, "-m", "myriorama.widgets.launch"]


def environment(**more: str) -> dict[str, str]:
    bare = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return {**bare, **more}


def launched(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LAUNCH, *arguments], env=environment(**more), capture_output=True, text=True, timeout=60, check=False
    )


def test_without_a_display_words_and_a_code() -> None:
    done = launched()
    assert done.returncode == 4
    assert "there is no display" in done.stderr
    assert "xvfb-run" in done.stderr
    assert "Traceback" not in done.stderr


def test_with_a_display_that_does_not_answer_words_and_a_code() -> None:
    done = launched("studio", DISPLAY=":987", QT_QPA_PLATFORM="xcb")
    assert done.returncode == 4, done.stderr
    assert "the window cannot be opened" in done.stderr
    assert "core dumped" not in done.stderr


def test_a_project_that_is_not_there_is_refused_before_a_window_opens() -> None:
    done = launched("studio", "no_such_project", QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 2
    assert "there is no such project" in done.stderr


def test_the_help_names_the_studio_and_loads_no_toolkit() -> None:
    code = (
        "import sys\nfrom myriorama.widgets.launch import main\nsys.argv = ['myriorama', '--help']\n"
        "assert main() == 0\nprint(sorted(m for m in ('PySide6', 'numpy', 'pydantic', 'vispy') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "studio" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def test_no_word_and_the_word_studio_open_the_window_and_other_words_do_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from myriorama.widgets import launch

    opened: list[str | None] = []

    def open_studio(project: str | None) -> int:
        opened.append(project)
        return 7

    monkeypatch.setattr(launch, "open_studio", open_studio)
    for arguments, code in (([], 7), (["studio"], 7), (["studio", "first_light"], 7), (["--version"], 0)):
        monkeypatch.setattr(sys, "argv", ["myriorama", *arguments])
        assert launch.main() == code
    assert opened == [None, None, "first_light"]
    assert run(["studio"]) == 2  # the command line alone has no window to open
    assert "no window" in capsys.readouterr().err


def test_a_project_alone_opens_the_window_on_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "project.json").write_text("{}", encoding="utf-8")
    (tmp_path / "render").mkdir()
    (tmp_path / "render" / "project.json").write_text("{}", encoding="utf-8")
    opened: list[str | None] = []

    def open_studio(project: str | None) -> int:
        opened.append(project)
        return 7

    # an example, a file, a folder, and a wrong path, which the window's door refuses by name
    projects = ["first_light", "project.json", ".", "./render", "gone/project.json"]
    for project in projects:
        assert run([project], open_studio=open_studio) == 7
    assert opened == projects
    # a command's name is the command, whatever lies there; what is neither gets both ways out
    assert run(["render"], open_studio=open_studio) == 2
    assert "Missing argument" in capsys.readouterr().err
    assert run(["no_such_thing"], open_studio=open_studio) == 2
    told = capsys.readouterr().err
    assert "No such command 'no_such_thing'" in told
    assert "myriorama --help" in told
    assert "myriorama PROJECT" in told
    assert opened == projects


@pytest.mark.parametrize(
    ("system", "variables", "there"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_where_a_display_is_looked_for(system: str, variables: dict[str, str], there: bool) -> None:
    assert (missing_display(system, variables) == "") is there
