"""Failures become exit codes and words: which, where, and in which shape."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys

import pytest
import typer

from myriorama.app.cli.exits import ExitCode, exit_code_of, report
from myriorama.app.cli.program import run
from myriorama.scenes.errors import (
    AssetError,
    ContractError,
    DeviceError,
    InputError,
    PluginError,
    Problem,
    ProjectError,
)

PROBLEMS = (
    Problem("objects[0].parameters.height_m", "the range is upside down", "[0.2, 0.1]", "0.02 to 0.4 m", "a.json"),
    Problem("camera", "there is no such rig", "'orbitt'"),
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ProjectError(PROBLEMS), ExitCode.BAD_INPUT),
        (AssetError(PROBLEMS[0]), ExitCode.BAD_INPUT),
        (PluginError("no"), ExitCode.BAD_INPUT),
        (ContractError("no"), ExitCode.CHECK_FAILED),
        (DeviceError("no"), ExitCode.MACHINE),
        (MemoryError(), ExitCode.MACHINE),
        (OSError(errno.ENOSPC, "No space left on device"), ExitCode.MACHINE),
        (PermissionError(errno.EACCES, "Permission denied", "out"), ExitCode.MACHINE),
        (BrokenPipeError(), ExitCode.BROKEN_PIPE),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (typer.Abort(), ExitCode.INTERRUPTED),
        (typer.BadParameter("no"), ExitCode.BAD_INPUT),
        (ZeroDivisionError("no"), ExitCode.BUG),
    ],
)
def test_each_failure_has_its_code(error: BaseException, code: ExitCode) -> None:
    assert exit_code_of(error) is code


def test_every_problem_is_told_with_place_value_and_what_is_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(InputError(PROBLEMS), as_json=False) is ExitCode.BAD_INPUT
    shown = capsys.readouterr()
    assert shown.out == ""
    for word in ("a.json: objects[0].parameters.height_m", "upside down", "[0.2, 0.1]", "0.02 to 0.4 m", "'orbitt'"):
        assert word in shown.err
    assert "Traceback" not in shown.err


def test_json_errors_are_one_document_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    report(InputError(PROBLEMS), as_json=True)
    shown = capsys.readouterr()
    assert shown.err == ""
    error = json.loads(shown.out)["error"]
    assert error["kind"] == "InputError"
    assert error["exit_code"] == 2
    assert error["problems"][0] == {
        "file": "a.json",
        "place": "objects[0].parameters.height_m",
        "message": "the range is upside down",
        "value": "[0.2, 0.1]",
        "allowed": "0.02 to 0.4 m",
    }
    assert len(error["problems"]) == 2


def test_a_bug_shows_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        raise ZeroDivisionError("a plugin divided by zero")
    assert report(caught.value, as_json=False) is ExitCode.BUG
    report(caught.value, as_json=True)
    shown = capsys.readouterr()
    assert "Traceback" in shown.err
    assert "a plugin divided by zero" in shown.err
    assert any("test_exits.py" in line for line in json.loads(shown.out)["error"]["traceback"])


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["no-such-command"],
        ["render"],
        ["render", "first_light", "--count", "0", "--out", "x"],
        ["render", "first_light", "--count", "-1", "--out", "x"],
        ["render", "first_light", "--count", str(2**63), "--out", "x"],
        ["render", "first_light", "--count", "nan", "--out", "x"],
        ["render", "first_light", "--count", "1", "--out", "x", "--start", "-1"],
        ["render", "first_light", "--count", "1", "--out", "x", "--workers", "0"],
        ["render", "first_light", "--count", "1", "--out", "x", "--seed", "-1"],
        ["render", "first_light", "--count", "1", "--out", "x", "--quality", "best"],
        ["render", "first_light", "--count", "1", "--out", "x", "--nonsense"],
        ["sample", "first_light"],
        ["sample", "first_light", "-1"],
        ["list", "gadgets"],
        ["sheet", "x"],
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_a_wrong_command_line_is_bad_input(
    arguments: list[str], as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--json"] if as_json else arguments) == ExitCode.BAD_INPUT
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    if as_json:
        assert json.loads(shown.out)["error"]["exit_code"] == 2
        assert shown.err == ""


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], ["render", "--help"]])
def test_help_and_version_succeed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == ExitCode.OK
    assert "myriorama" in capsys.readouterr().out


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    """As in `myriorama ... | head -1`: the pipe is closed before anything is written."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "myriorama.app.cli", "schema"],
        stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (ExitCode.BROKEN_PIPE, "")
