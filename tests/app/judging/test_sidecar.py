"""The sidecar keeps what was said, whole, and never trusts what it finds."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from myriorama.app.document.document import Document
from myriorama.app.finding import find_project
from myriorama.app.judging.judgments import Judgment, Judgments
from myriorama.app.judging.sidecar import SOURCE, JudgmentSidecar
from myriorama.app.judging.sidecar_file import UnreadableError, merged, parse, read, sidecar_of, text_of
from myriorama.app.problems import Problems
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project

A, B, C = "a" * 16, "b" * 16, "c" * 16


class Desk:
    """A document with judgments and their sidecar; calls from its thread are run by `settle`."""

    def __init__(self, folder: Path) -> None:
        self.calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.folder = folder
        self.document = Document()
        self.judgments = Judgments(self.document.history)
        self.problems = Problems()
        self.sidecar = JudgmentSidecar(
            self.document, self.judgments, self.problems, self.calls.put, lambda: folder / "state"
        )

    def settle(self) -> None:
        for _ in range(3):
            assert self.sidecar.flush()
            while not self.calls.empty():
                self.calls.get()()

    def open(self, project: Project, path: Path | None, *, saved: bool = True) -> None:
        self.document.open(project, self.folder, path, saved=saved)
        self.settle()


@pytest.fixture
def project() -> Project:
    return load_project(find_project("first_light")).project


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Callable[[], Desk]]:
    made: list[Desk] = []

    def desk() -> Desk:
        made.append(Desk(tmp_path))
        return made[-1]

    yield desk
    for each in made:
        each.sidecar.close()


def test_what_was_said_is_there_when_the_project_is_opened_again(
    desks: Callable[[], Desk], project: Project, tmp_path: Path
) -> None:
    file = tmp_path / "mugs.json"
    first = desks()
    first.open(project, file)
    first.judgments.judge([(A, 3)], "Reject", flag="reject", reason=2)
    first.judgments.judge([(B, 4)], "Stars", stars=5)
    first.settle()
    assert sidecar_of(file).name == "mugs.judgments.json"
    second = desks()
    second.open(project, file)
    assert second.judgments.all == {A: Judgment(3, "reject", 2), B: Judgment(4, stars=5)}
    assert second.document.history.labels == ()


@pytest.mark.timed
def test_it_is_written_within_a_second_without_being_asked(
    desks: Callable[[], Desk], project: Project, tmp_path: Path, within: Callable[[float, float], None]
) -> None:
    desk = desks()
    desk.open(project, tmp_path / "p.json")
    desk.judgments.judge([(A, 0)], "Pick", flag="pick")
    before_s = time.monotonic()
    while not sidecar_of(tmp_path / "p.json").exists():
        within(time.monotonic() - before_s, 1.0)
        time.sleep(0.02)
    assert read(sidecar_of(tmp_path / "p.json")).judgments == {A: Judgment(0, "pick")}


def test_undo_reaches_the_file_and_the_last_judgment_gone_removes_it(
    desks: Callable[[], Desk], project: Project, tmp_path: Path
) -> None:
    desk = desks()
    desk.open(project, tmp_path / "p.json")
    desk.judgments.judge([(A, 0)], "Pick", flag="pick")
    desk.settle()
    desk.document.history.undo()
    desk.settle()
    assert not sidecar_of(tmp_path / "p.json").exists()


def test_another_project_has_its_own(desks: Callable[[], Desk], project: Project, tmp_path: Path) -> None:
    desk = desks()
    desk.open(project, tmp_path / "one.json")
    desk.judgments.judge([(A, 0)], "Pick", flag="pick")
    desk.open(project, tmp_path / "two.json")
    assert desk.judgments.all == {}
    desk.judgments.judge([(B, 1)], "Pick", flag="pick")
    desk.open(project, tmp_path / "one.json")
    assert set(desk.judgments.all) == {A}


def test_an_untitled_project_keeps_them_in_the_state_folder_until_it_is_saved(
    desks: Callable[[], Desk], project: Project, tmp_path: Path
) -> None:
    desk = desks()
    desk.open(project, None, saved=False)
    desk.judgments.judge([(A, 0)], "Pick", flag="pick")
    desk.settle()
    (kept,) = (tmp_path / "state" / "judgments").iterdir()
    assert set(read(kept).judgments) == {A}
    desk.document.mark_saved(tmp_path / "saved.json")
    desk.settle()
    assert not kept.exists()
    assert set(read(sidecar_of(tmp_path / "saved.json")).judgments) == {A}


def test_an_untitled_project_that_is_left_leaves_nothing(
    desks: Callable[[], Desk], project: Project, tmp_path: Path
) -> None:
    desk = desks()
    desk.open(project, None, saved=False)
    desk.judgments.judge([(A, 0)], "Pick", flag="pick")
    desk.settle()
    desk.document.close()
    desk.settle()
    assert list((tmp_path / "state" / "judgments").iterdir()) == []


def test_nothing_is_written_beside_what_came_with_the_program(
    desks: Callable[[], Desk], project: Project, tmp_path: Path
) -> None:
    shipped = find_project("first_light")
    desk = desks()
    desk.open(project, shipped)
    desk.judgments.judge([(A, 0)], "Pick", flag="pick")
    desk.settle()
    assert not sidecar_of(shipped).exists()
    assert len(list((tmp_path / "state" / "judgments").iterdir())) == 1


def test_two_programs_at_once_lose_nothing(desks: Callable[[], Desk], project: Project, tmp_path: Path) -> None:
    one, two = desks(), desks()
    for desk in (one, two):
        desk.open(project, tmp_path / "p.json")
    one.judgments.judge([(A, 0)], "Pick", flag="pick")
    one.settle()
    two.judgments.judge([(B, 1)], "Pick", flag="pick")
    two.settle()
    assert set(read(sidecar_of(tmp_path / "p.json")).judgments) == {A, B}
    assert set(two.judgments.all) == {A, B}
    one.judgments.judge([(A, 0)], "Unflag", flag="")
    one.settle()
    assert set(read(sidecar_of(tmp_path / "p.json")).judgments) == {B}


def test_both_sides_changes_are_merged() -> None:
    base = {A: Judgment(0, "pick"), B: Judgment(1, "pick")}
    ours = {A: Judgment(0, "pick"), C: Judgment(2, stars=1)}
    theirs = {A: Judgment(0, "reject", 1), B: Judgment(1, "pick")}
    assert merged(base, ours, theirs) == {A: Judgment(0, "reject", 1), C: Judgment(2, stars=1)}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"null",
        b'{"format": "myriorama-judgments", "version": 2, "judgments": {}}',
        b'{"format": "something", "version": 1, "judgments": {}}',
        b'{"format": "myriorama-judgments", "version": 1, "judgments": []}',
        b'{"format": "myriorama-judgments", "version": 1, "judgments": NaN}',
        b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00.",
    ],
)
def test_a_hostile_file_is_set_aside_and_told_of(
    desks: Callable[[], Desk], project: Project, tmp_path: Path, content: bytes
) -> None:
    file = sidecar_of(tmp_path / "p.json")
    file.write_bytes(content)
    desk = desks()
    desk.open(project, tmp_path / "p.json")
    aside = tmp_path / "p.judgments.unreadable.json"
    assert aside.read_bytes() == content
    assert not file.exists()
    (trouble,) = desk.problems.all
    assert trouble.source == SOURCE
    assert aside.name in trouble.message
    desk.judgments.judge([(A, 0)], "Pick", flag="pick")
    desk.settle()
    assert set(read(file).judgments) == {A}


@pytest.mark.parametrize(
    "entry",
    [
        {"index": True},
        {"index": -1, "flag": "pick"},
        {"index": 0, "flag": "maybe"},
        {"index": 0, "flag": "pick", "reason": 1},
        {"index": 0, "flag": "reject", "reason": 99},
        {"index": 0, "stars": 6},
        {"index": 0, "stars": 1.5},
        {"index": 2**70, "stars": 1},
        {"index": 0, "stars": 1, "__class__": "x"},
        [0, "pick"],
        None,
    ],
)
def test_an_entry_that_is_no_judgment_is_refused_and_the_others_are_kept(entry: object) -> None:
    tree = {
        "format": "myriorama-judgments",
        "version": 1,
        "judgments": {A: entry, B: {"index": 1, "flag": "pick"}},
    }
    with pytest.raises(UnreadableError) as caught:
        parse(json.dumps(tree).encode())
    assert caught.value.sound == {B: Judgment(1, "pick")}


def test_what_was_set_aside_before_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "p.judgments.json"
    for content in (b"first", b"second"):
        file.write_bytes(content)
        assert read(file).trouble
    kept = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert kept == {"p.judgments.unreadable.json": b"first", "p.judgments.unreadable-2.json": b"second"}


def test_the_text_comes_back_as_it_was_and_by_sample() -> None:
    held = {B: Judgment(2, "reject", 3, 1), A: Judgment(1, "pick"), C: Judgment(9, stars=4)}
    text = text_of(held)
    assert parse(text) == held
    assert [line[3:19] for line in text.decode().splitlines() if line.startswith('  "')] == [A, B, C]
    assert parse(text_of({})) == {}


def test_a_disk_that_refuses_is_told_of_and_forgotten_once_it_writes(
    desks: Callable[[], Desk], project: Project, tmp_path: Path
) -> None:
    file = sidecar_of(tmp_path / "p.json")
    desk = desks()
    desk.open(project, tmp_path / "p.json")
    part = file.with_name(file.name + ".part")
    part.mkdir()  # so that the file cannot be made
    desk.judgments.judge([(A, 0)], "Pick", flag="pick")
    desk.settle()
    assert "cannot be written" in desk.problems.all[0].message
    part.rmdir()
    desk.judgments.judge([(B, 0)], "Pick", flag="pick")
    desk.settle()
    assert desk.problems.all == ()
    assert set(read(file).judgments) == {A, B}


_WRITER = """
import sys
from pathlib import Path
from myriorama.app.judging.judgments import Judgment
from myriorama.app.judging.sidecar_file import write
file = Path(sys.argv[1])
print("ready", flush=True)
n = 0
while True:
    n += 1
    write(file, {f"{k:016x}": Judgment(k, "pick", 0, n % 5) for k in range(2000)})
"""


def test_a_kill_while_writing_leaves_a_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "p.judgments.json"
    for wait_s in (0.03, 0.11, 0.23):
        process = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(file)], stdout=subprocess.PIPE, start_new_session=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        while not file.exists():
            time.sleep(0.005)
        time.sleep(wait_s)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        found = read(file)
        assert not found.trouble
        assert len(found.judgments) == 2000
        assert len({j.stars for j in found.judgments.values()}) == 1
