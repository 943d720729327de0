"""docs/command-line.md and the program say the same: every command, option and exit code, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from myriorama.app.cli.catalogue import Shelf
from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.program import program

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "command-line.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(program).commands  # type: ignore[attr-defined]


def section(command: str) -> str:
    match = re.search(rf"^## {command}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert match, f"docs/command-line.md has no section on {command}"
    return match[1]


def options_of(command: str) -> set[str]:
    return {
        name
        for parameter in COMMANDS[command].params
        if parameter.param_type_name == "option"
        for name in parameter.opts
        if name not in ("--help", "-h")
    }


def test_every_command_has_a_section_and_no_section_is_left_over() -> None:
    sections = set(re.findall(r"^## (\w+)$", PAGE, re.MULTILINE))
    assert sections == set(COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_option_is_documented_and_every_documented_option_exists(command: str) -> None:
    rows = re.findall(r"^\| (`-.*?) \| (.+) \|$", section(command), re.MULTILINE)
    documented = {name for cell, _ in rows for name in re.findall(r"(?<![\w-])--?[a-z][\w-]*", cell)}
    assert documented == options_of(command)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_argument_and_option_has_help(command: str) -> None:
    assert COMMANDS[command].help
    for parameter in COMMANDS[command].params:
        assert parameter.help, f"{command} {parameter.name}"


def test_every_exit_code_is_documented() -> None:
    documented = {int(number) for number in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}
    assert documented == {int(code) for code in ExitCode}


def test_every_kind_that_can_be_listed_is_documented() -> None:
    assert set(re.findall(r"`(\w+)`", section("list").split("|")[0])) >= {shelf.value for shelf in Shelf}
