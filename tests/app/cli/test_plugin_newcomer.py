"""A newcomer's way: a template, one edit, a build, a check; and a broken edit that is named by line and values.

The rest of that way, the object in the viewport within a second of saving, is tested where the window is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.program import run
from myriorama.app.extensions.starting import FILES, start_plugin
from myriorama.scenes.errors import InputError


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """A plugin as `plugin new` makes it."""
    start_plugin(tmp_path / "wooden_spool", "Ann Example")
    return tmp_path / "wooden_spool"


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_template_edit_build_check(spool: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = spool / "wooden_spool" / "generator.py"
    assert run(["plugin", "check", str(spool), "--quick"]) == ExitCode.CHECK_FAILED
    assert "run `myriorama plugin build`" in capsys.readouterr().out
    _edit(code, "maximum=0.95,", "maximum=0.9,")
    _edit(code, '"uniform": [0.3, 0.95]', '"uniform": [0.3, 0.9]')
    assert run(["plugin", "build", str(spool)]) == ExitCode.OK
    capsys.readouterr()
    assert run(["plugin", "check", str(spool), "--quick"]) == ExitCode.OK
    told = capsys.readouterr().out
    assert "FAIL" not in told
    assert "all is well" in told

    _edit(code, "radius = core +", "radius = 1 / (fill_that_is_not_there := 0) +")
    assert run(["plugin", "build", str(spool)]) == ExitCode.OK
    capsys.readouterr()
    assert run(["plugin", "check", str(spool), "--quick"]) == ExitCode.CHECK_FAILED
    told = capsys.readouterr().out
    line = 1 + code.read_text(encoding="utf-8").splitlines().index(
        '        radius = 1 / (fill_that_is_not_there := 0) + float(values["fill"]) * (rim - core)'
    )
    assert f"generator.py, line {line}: radius = 1 /" in told
    assert "ZeroDivisionError" in told
    assert "height_m = 0.045" in told
    assert run(["plugin", "check", str(spool), "--quick", "--json"]) == ExitCode.CHECK_FAILED
    report = json.loads(capsys.readouterr().out)
    assert not report["ok"]
    broken = next(f for f in report["findings"] if f["check"] == "runs_inside_limits")
    assert (broken["ok"], broken["line"], broken["values"]["turns"]) == (False, line, 16)


def test_the_template_passes_its_own_tests_and_ruff(spool: Path) -> None:
    assert run(["plugin", "build", str(spool)]) == ExitCode.OK
    (spool / "pytest.ini").write_text("[pytest]\nmyriorama_plugin = .\nmyriorama_draws = 12\n", encoding="utf-8")
    own = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider"],
        cwd=spool,
        env={**_environment(), "PYTHONPATH": str(spool)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert own.returncode == 0, own.stdout[-4000:]
    assert "[generator:wooden_spool::same_seed_twice] PASSED" in own.stdout
    assert "[source::manifest_current] PASSED" in own.stdout
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    assert ruff is not None
    for arguments in (["check"], ["format", "--check"]):
        linted = subprocess.run([ruff, *arguments, "."], cwd=spool, capture_output=True, text=True, timeout=60)
        assert linted.returncode == 0, linted.stdout


def test_a_failing_plugin_fails_the_authors_tests(spool: Path) -> None:
    _edit(spool / "wooden_spool" / "generator.py", "watertight = True", "watertight = True\n    label = ''")
    own = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-k", "words or current"],
        cwd=spool,
        env={**_environment(), "PYTHONPATH": str(spool)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert own.returncode == 1
    assert "2 failed" in own.stdout
    assert "label is empty" in own.stdout


def _environment() -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}


def test_nothing_is_ever_overwritten(spool: Path) -> None:
    before = {p: p.read_bytes() for p in spool.rglob("*") if p.is_file()}
    assert len(before) == len(FILES)
    assert not any("@" in p.read_text(encoding="utf-8").replace("@v", "") for p in before if p.suffix == ".py")
    with pytest.raises(InputError, match="exists already"):
        start_plugin(spool)
    assert before == {p: p.read_bytes() for p in spool.rglob("*") if p.is_file()}
    assert [p.name for p in spool.parent.iterdir()] == [spool.name]


@pytest.mark.parametrize(
    "name",
    ["Spool", "wooden-spool", "9lives", "class", "json", "mug", "tests", "myriorama", "a" * 41, "_x", "x__y", "ä"],
)
def test_names_that_cannot_be_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="NAME"):
        start_plugin(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
