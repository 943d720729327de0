"""Jobs of the fast test engine, in folders of their own."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from myriorama.app.dataset.sampleset import SampleSet
from myriorama.app.dataset.verify import verify
from myriorama.app.production.snapshot import versions
from myriorama.app.render_queue.driver import Driver
from myriorama.app.render_queue.jobs import JobEntry, Jobs
from myriorama.app.render_queue.snapshot import JobSnapshot
from myriorama.scenes.project.dump import dump_project, project_hash
from myriorama.scenes.project.load import parse_project
from tests.app.render_queue import fast_engine

ROOT = Path(__file__).parents[3]
FEW = fast_engine.PROJECT["output"]["writer_options"]["raw"]


def tree_of(folder: Path) -> dict[str, str]:
    """Every file below a folder with its hash."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


class Yard:
    """A queue, and datasets made by it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jobs = Jobs(folder / "queue")
        self.home = folder / "project"
        self.home.mkdir()

    def behave(self, **how: Any) -> None:
        """Tell the workers how to misbehave from now on; things that happen once may happen again."""
        (self.home / fast_engine.BEHAVIOUR).write_text(json.dumps(how), encoding="utf-8")
        for path in self.home.glob("*.once"):
            path.unlink()

    def snapshot(self, out: str = "set", count: int = 40, **more: Any) -> JobSnapshot:
        project = parse_project(json.dumps(fast_engine.PROJECT))
        given: dict[str, Any] = {
            "name": project.name,
            "out": str(self.folder / out),
            "project_text": dump_project(project),
            "project_hash": project_hash(project),
            "project_folder": str(self.home),
            "samples": SampleSet.between(0, count),
            "width": 64,
            "height": 64,
            "formats": {"coco": {}, "raw": FEW},
            "labels": ("visible",),
            "quality": "draft",
            "versions": versions(),
            "seed": project.seed,
        }
        return JobSnapshot(**{**given, **more}).named()

    def add(self, out: str = "set", count: int = 40, workers: int = 2, **more: Any) -> JobEntry:
        return self.jobs.add(self.snapshot(out, count, **more), workers=workers)

    def driver(self, entry: JobEntry, **more: Any) -> Driver:
        return Driver(self.jobs, self.jobs.entry(entry.id), **more)

    def make(self, out: str = "set", count: int = 40, workers: int = 2, **more: Any) -> Path:
        """Make a dataset without any trouble."""
        entry = self.add(out, count, workers, **more)
        assert self.driver(entry).run() == "finished"
        return Path(entry.out)

    def program(self, *arguments: str, fault: str = "", **more: Any) -> subprocess.Popen[str]:
        """Start the fast engine as a program: ``drive JOB`` or ``run``."""
        what, *rest = arguments
        command = [sys.executable, "-m", "tests.app.render_queue.fast_engine", what, str(self.jobs.folder), *rest]
        environment = {**os.environ, "MYRIORAMA_FAULT": fault}
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **more,
        )

    def process(self, entry: JobEntry, fault: str = "") -> Any:
        """Start a process that drives a job; how it ended is in `answer`."""
        self.answer_path.unlink(missing_ok=True)
        arguments = (str(self.jobs.folder), entry.id, fault, str(self.answer_path))
        process = FORKS.Process(target=fast_engine.drive, args=arguments)
        process.start()
        return process

    @property
    def answer_path(self) -> Path:
        return self.folder / "answer"

    @property
    def answer(self) -> str:
        """What the last process said at its end; empty where it did not come to it."""
        return self.answer_path.read_text(encoding="utf-8") if self.answer_path.is_file() else ""

    def log(self) -> list[tuple[int, int, str, float]]:
        """(process, sample, begin or end, when) in order."""
        path = self.home / fast_engine.LOG
        rows = [line.split() for line in path.read_text(encoding="ascii").splitlines()] if path.is_file() else []
        return [(int(pid), int(index), what, float(at)) for pid, index, what, at in rows]

    def leftovers(self, out: Path) -> list[str]:
        """What lies beside and in a finished dataset that should not."""
        beside = [p.name for p in out.parent.glob(out.name + ".*") if p.name != out.name + ".quarantine"]
        return sorted(beside + [p.as_posix() for p in out.rglob("*") if p.suffix == ".part" or p.name == ".receipts"])

    def same(self, out: Path, calm: Path) -> None:
        """Assert that a dataset is a calm one's, byte for byte, with nothing beside it, and sound."""
        assert tree_of(out) == tree_of(calm)
        assert self.leftovers(out) == []


def descendants_alive(pids: set[int]) -> set[int]:
    """Those of some processes that still run (a zombie does not)."""
    alive = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if state != "Z":
            alive.add(pid)
    return alive


# A server that has loaded everything already forks workers in milliseconds; users' workers are spawned, as they are in
# the tests of app.production and in those here that start a program.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["__main__", "tests.app.render_queue.fast_engine", "myriorama.app.render_queue.driver"])


def use_quick_workers(patch: pytest.MonkeyPatch) -> None:
    """Have crews start the fast engine's workers from the fork server."""
    patch.setattr("myriorama.app.render_queue.crew.worker_main", fast_engine.worker_main)
    patch.setattr(multiprocessing, "get_context", lambda kind=None: FORKS)


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder in memory where there is such a thing: these tests sync tens of thousands of files."""
    memory = Path("/dev/shm")
    where = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    with TemporaryDirectory(prefix="myriorama-test-", dir=where) as folder:
        yield Path(folder)


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """An empty folder that is quick to sync."""
    with quick_folder() as folder:
        yield folder


@pytest.fixture
def yard(quick_path: Path, monkeypatch: pytest.MonkeyPatch) -> Yard:
    """A queue whose workers are the fast engine's."""
    use_quick_workers(monkeypatch)
    return Yard(quick_path)


@pytest.fixture(scope="session")
def calm_sets() -> Iterator[Callable[[int], Path]]:
    """Return undisturbed datasets by their number of samples; made once, by one worker, verified, never changed."""
    made: dict[int, Path] = {}
    with quick_folder() as folder:

        def of(count: int) -> Path:
            if count not in made:
                with pytest.MonkeyPatch.context() as patch:
                    use_quick_workers(patch)
                    (folder / str(count)).mkdir()
                    made[count] = Yard(folder / str(count)).make(count=count, workers=1)
                assert verify(made[count]).findings == ()
            return made[count]

        yield of


@pytest.fixture(scope="session")
def tree() -> Callable[[Path], dict[str, str]]:
    """Every file below a folder with its hash."""
    return tree_of


@pytest.fixture(scope="session")
def still_alive() -> Callable[[set[int]], set[int]]:
    """Those of some processes that still run."""
    return descendants_alive


@pytest.fixture(scope="session")
def eventually() -> Callable[..., bool]:
    """Wait until something holds, and say whether it did in time."""

    def wait(holds: Callable[[], bool], within_s: float = 20.0) -> bool:
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            if holds():
                return True
            time.sleep(0.01)
        return holds()

    return wait
