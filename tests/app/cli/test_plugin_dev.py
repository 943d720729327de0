"""``plugin dev`` leads to the window with the plugin's path, and says what is wrong before one opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from myriorama.app.cli.program import run

TEXT = "from myriorama.plugins import Generator\n\n\nclass One(Generator):\n    name = 'one'\n"


def test_the_window_is_opened_on_the_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str | None, Path | None]] = []

    def open_studio(project: str | None, *, develop: Path | None = None) -> int:
        asked.append((project, develop))
        return 7

    (tmp_path / "one.py").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    assert run(["plugin", "dev", "one.py"], open_studio=open_studio) == 7
    assert run(["plugin", "dev", "one.py", "--project", "first_light"], open_studio=open_studio) == 7
    assert asked == [(None, tmp_path / "one.py"), ("first_light", tmp_path / "one.py")]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone.py", None, "no plugin here"),
        ("words.txt", "an apple", "no plugin"),
        ("empty", None, "no plugin"),
    ],
)
def test_what_is_no_plugin_is_told_and_no_window_opens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    elif name == "empty":
        (tmp_path / name).mkdir()

    def open_studio(project: str | None, *, develop: Path | None = None) -> int:
        raise AssertionError("no window is wanted")

    assert run(["plugin", "dev", str(tmp_path / name)], open_studio=open_studio) == 2
    assert words in capsys.readouterr().err


def test_the_command_line_alone_says_that_it_has_no_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one.py").write_text(TEXT)
    assert run(["plugin", "dev", str(tmp_path / "one.py")]) == 2
    assert "no window" in capsys.readouterr().err
