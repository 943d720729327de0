"""An installed plugin that is not enabled never runs: not one of its bytes is imported, whatever the program is asked.

The plugin would write a file when it is imported. Every command below is a process of its own that has the plugin on
its path; the last test shows that the trap works: once enabled, its code is reached.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LOOKING = """
import json, sys
from pathlib import Path
watched = []
sys.addaudithook(lambda event, args: watched.append(str(args[0])) if event == "import" else None)
from myriorama.app.catalogue.entries import all_entries
from myriorama.app.catalogue.search import search
from myriorama.app.document.checking import troubles
from myriorama.app.document.document import Document
from myriorama.app.document.files import open_path
from myriorama.app.extensions.approvals import Approvals, approvals_file, user_grants
from myriorama.app.extensions.installed import Plugins
from myriorama.app.inspection.inspect import inspect
from myriorama.app.observable import no_post
from myriorama.plugins.discovery import find_installed
from myriorama.plugins.registry import registry_with
document, registry = Document(), registry_with(user_grants())
plugins = Plugins(no_post, document, Approvals(approvals_file()), registry)
plugins.refresh(); plugins.flush(60)
open_path(document, sys.argv[1])
plugins.flush(60)
entries = all_entries(registry)
troubles(document.project, registry, None)
inspect(document.project, registry, ("apple",))
print(json.dumps({
    "rows": {row.key: row.status for row in plugins.rows},
    "problems": [row.problem for row in plugins.rows],
    "imported": sorted({name for name in watched if "crab" in name or "plum" in name}),
    "modules": sorted(name for name in sys.modules if "crab" in name or "plum" in name),
    "entries": len(entries.found), "grants": len(plugins.grants),
}))
plugins.close()
"""


@pytest.fixture
def environment(tmp_path: Path, site: Path) -> dict[str, str]:
    """Of a person who has the plugin on the path and nothing enabled."""
    own = {"XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache"}
    return {**os.environ, **{k: str(tmp_path / v) for k, v in own.items()}, "PYTHONPATH": str(site)}


@pytest.fixture
def project(tmp_path: Path, mugs_tree: Callable[..., dict[str, Any]], code: Callable[..., str]) -> Path:
    """A project that uses the plugin, with another plugin in the folder beside it."""
    tree = mugs_tree()
    apple = {
        "uid": "apple",
        "type": "crab_apple",
        "class": "mug",
        "placement": {"uid": "apple_place", "type": "fixed"},
    }
    path = tmp_path / "project" / "project.json"
    (path.parent / "plugins").mkdir(parents=True)
    (path.parent / "plugins" / "plum.py").write_text(code("plum"))
    path.write_text(json.dumps({**tree, "objects": [*tree["objects"], apple]}))
    return path


COMMANDS = """
import contextlib, io, json, sys
from pathlib import Path
from myriorama.app.cli.program import run
told = []
for words in json.loads(sys.argv[1]):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = run([w.replace("HASH", told[0][1][:12]) if told else w for w in words])
    shown = out.getvalue()
    if "--json" in words and words[:2] == ["plugin", "info"]:
        shown = json.loads(shown)["sha256"]
    told.append((int(code), shown, Path(sys.argv[2]).exists()))
print(json.dumps(told))
"""


def commands(environment: dict[str, str], mark: Path, *asked: tuple[str, ...]) -> list[tuple[int, str, bool]]:
    """Run commands in one process; return exit code, output, and whether the plugin had run by then, of each."""
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS, json.dumps(asked), str(mark)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [(code, shown, ran) for code, shown, ran in json.loads(done.stdout)]


def test_the_models_of_the_window_import_nothing_of_it(
    install: Callable[..., Path], environment: dict[str, str], project: Path, mark: Path, user_folder: Path,
    code: Callable[..., str],
) -> None:  # fmt: skip
    install()
    own = Path(environment["XDG_CONFIG_HOME"]) / "myriorama" / "plugins"
    own.mkdir(parents=True)
    (own / "crab.py").write_text(code("crab"))
    done = subprocess.run(
        [sys.executable, "-c", LOOKING, str(project)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["rows"] == {
        "installed:crab-apples": "new",
        "user:crab": "new",
        f"project:{project.parent / 'plugins' / 'plum.py'}": "new",
    }
    assert set(told["problems"]) == {""}
    assert told["imported"] == told["modules"] == []
    assert told["entries"] > 0
    assert told["grants"] == 0
    assert not mark.exists()


def test_no_command_imports_it_before_it_is_enabled(
    install: Callable[..., Path], environment: dict[str, str], project: Path, mark: Path, tmp_path: Path
) -> None:
    install()
    asked = {
        ("plugin", "list", "--project", str(project), "--json"): 0,
        ("plugin", "info", "crab-apples"): 0,
        ("list", "generators"): 0,
        ("describe", "crab_apple"): 2,
        ("sample", str(project), "0"): 2,
        ("render", str(project), "--count", "1", "--out", str(tmp_path / "out")): 2,
        ("plugin", "run", "crab-apples", "crab_apple"): 2,
        ("plugin", "enable", "crab-apples"): 2,
        ("plugin", "enable", "crab-apples", "--yes", "0" * 64): 2,
        ("plugin", "disable", "crab-apples"): 0,
    }
    for words, (code, shown, ran) in zip(asked, commands(environment, mark, *asked), strict=True):
        assert (code, ran) == (asked[words], False), (words, shown)
    assert not (Path(environment["XDG_CONFIG_HOME"]) / "myriorama" / "plugins.json").exists()


def test_once_enabled_its_code_is_reached(
    install: Callable[..., Path], environment: dict[str, str], mark: Path
) -> None:
    """The trap is real: the host process imports it, and tells that it tried to write."""
    install()
    info, enabled, ran, listed = commands(
        environment,
        mark,
        ("plugin", "info", "crab-apples", "--json"),
        ("plugin", "enable", "crab-apples", "--yes", "HASH", "--json"),
        ("plugin", "run", "crab-apples", "crab_apple", "--json"),
        ("describe", "crab_apple"),
    )
    assert (info[0], enabled[0], json.loads(enabled[1])["state"], enabled[2]) == (0, 0, "enabled", False)
    fault = json.loads(ran[1])["fault"]
    assert (ran[0], fault["cause"], str(mark) in fault["message"]) == (1, "forbidden", True)
    assert fault["file"].endswith("apple.py")
    assert (listed[0], "size_m" in listed[1]) == (0, True)
    assert not mark.exists()


def test_one_beside_a_project_is_used_by_that_project_once_it_is_enabled(
    environment: dict[str, str], project: Path, mark: Path, code: Callable[..., str], tmp_path: Path
) -> None:
    """Other projects do not get it, and it has to be enabled by its place."""
    file = project.parent / "plugins" / "plum.py"
    file.write_text(code("crab_apple", harmless=True))
    other = tmp_path / "other" / "project.json"
    other.parent.mkdir()
    other.write_text(project.read_text())
    named = ("--project", str(project), "--json")
    told = commands(
        environment,
        mark,
        ("plugin", "info", str(file), *named),
        ("sample", str(project), "0"),
        ("plugin", "enable", str(file), "--yes", "HASH", *named),
        ("sample", str(project), "0"),
        ("sample", str(other), "0"),
    )
    assert [code for code, _, _ in told] == [0, 2, 0, 0, 2]
    drawn = json.loads(told[3][1])
    (apple,) = [group for group in drawn["objects"] if group["uid"] == "apple"]
    assert apple["members"][0]["values"] == {"size_m": 0.03}
