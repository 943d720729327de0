"""The whole program, as a person has it, in a folder of its own: started here, or in a process that may be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from pytestqt.qtbot import QtBot

from myriorama.app.finding import find_project
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.settings.store import Settings
from myriorama.widgets.application import Application

Start = Callable[..., Application]


def write_small(folder: Path, example: str, size: tuple[int, int] = (96, 64), **changes: Any) -> Path:
    """Write an example with a smaller picture as a project of one's own; return its file."""
    tree = json.loads(find_project(example).read_text(encoding="utf-8"))
    tree["output"] = {**tree.get("output", {}), "width": size[0], "height": size[1]}
    tree.update(changes)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "project.json"
    file.write_text(json.dumps(tree), encoding="utf-8")
    return file


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """Writes a small project: ``small("dice_tray", name="<b>")``."""

    def made(example: str = "first_light", size: tuple[int, int] = (96, 64), **changes: Any) -> Path:
        return write_small(tmp_path / "projects" / example, example, size, **changes)

    return made


@pytest.fixture
def start(start: Callable[[], Application], tmp_path: Path) -> Start:
    """Starts the program with few thumbnails and what else is set; a second start finds what the first one kept."""

    def started(**settings: Any) -> Application:
        file = tmp_path / "settings.json"
        if not file.exists():
            file.write_text(Settings(theme="dark", gallery_count=4, **settings).model_dump_json(), encoding="utf-8")
        return start()

    return started


@pytest.fixture
def frames(program: Application) -> list[SampleFrame]:
    """Every picture that the viewport is given from now on."""
    seen: list[SampleFrame] = []
    program.studio.preview.frame_ready.connect(seen.append)
    return seen


@pytest.fixture
def until_final(program: Application, frames: list[SampleFrame], qtbot: QtBot) -> Callable[[], SampleFrame]:
    """Waits for the full picture of what is asked for now."""

    def wait() -> SampleFrame:
        def is_there() -> bool:
            return bool(frames) and frames[-1].final and frames[-1].generation == program.studio.preview.generation

        qtbot.waitUntil(is_there, timeout=60_000)
        return frames[-1]

    return wait


class Child:
    """A script of this folder in a process of its own, spoken to by lines."""

    def __init__(self, script: str, *arguments: object) -> None:
        command = [sys.executable, str(Path(__file__).with_name(script)), *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=dict(os.environ)
        )

    @property
    def out(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def say(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def close(self) -> None:
        """End it, however it stands."""
        self.process.kill()
        self.process.wait(20)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def run_script() -> Iterator[Callable[..., Child]]:
    """Runs a script of this folder; what still runs at the end is killed."""
    running: list[Child] = []

    def run(script: str, *arguments: object) -> Child:
        running.append(Child(script, *arguments))
        return running[-1]

    yield run
    for child in running:
        child.close()
