"""docs/formats.md: every example on the page runs, and every command is one that this program takes."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import typer.main

from myriorama.app.cli.program import program
from myriorama.app.production.job import JobSettings, run_job
from myriorama.plugins.registry import builtin_registry

pytestmark = pytest.mark.gl
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "formats.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
FORMATS = ("bop", "coco", "hugging_face", "raw", "webdataset")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, mugs_tree: Callable[..., dict[str, Any]]) -> Path:
    """A folder with DIR, a dataset in every format that has an example."""
    folder = tmp_path_factory.mktemp("formats")
    tree = mugs_tree(output={"width": 96, "height": 72})
    (folder / "project.json").write_text(json.dumps(tree), encoding="utf-8")
    run_job(JobSettings(folder / "project.json", 2, folder / "DIR", formats=FORMATS))
    return folder


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs(home: Path, number: int) -> None:
    code = EXAMPLES[number]
    needed = [name for name in re.findall(r"^(?:from|import) (\w+)", code, re.MULTILINE) if find_spec(name) is None]
    if needed:
        pytest.skip(f"{needed[0]} is not installed")
    script = home / f"example_{number}.py"
    script.write_text(code, encoding="utf-8")
    # what readers warn of is theirs
    done = subprocess.run([sys.executable, script.name], cwd=home, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr


def test_every_format_that_is_named_is_there_and_every_one_there_is_named() -> None:
    named = set(re.findall(r"`--format ([a-z_]+)", PAGE))
    written = set(builtin_registry().names("writer"))
    assert named <= written
    assert written - named <= {"raw"}


def test_options_in_commands_are_the_program_s() -> None:
    assert COMMANDS
    for line in "".join(COMMANDS).splitlines():
        words = shlex.split(line)
        assert words[0] == "myriorama"
        command = typer.main.get_command(program).commands[words[1]]  # type: ignore[attr-defined]
        known = {name for p in command.params for name in (*p.opts, *p.secondary_opts)}
        assert {word for word in words[2:] if word.startswith("-")} <= known
