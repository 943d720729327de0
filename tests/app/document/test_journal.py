"""Autosave and recovery: what is left after a kill at any moment, and what is not left after a save."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from myriorama.app.document import files
from myriorama.app.document.document import Document
from myriorama.app.document.journal import LOCK_SUFFIX, SUFFIX, Journal
from myriorama.app.document.lines import Change, Head, entry_of, line_of
from myriorama.app.document.locking import Lock
from myriorama.app.document.recovery import Recoverable, discard, find_left, restore
from myriorama.app.observable import no_post
from myriorama.app.problems import Problems
from myriorama.scenes.project.load import load_project

EDITOR = Path(__file__).with_name("editing_until_killed.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journals"


@pytest.fixture
def journal(document: Document, folder: Path):
    made = Journal(document, Problems(), no_post, folder)
    yield made
    made.close()


def edit(document: Document, seed: int) -> None:
    assert document.project is not None
    document.replace(document.project.model_copy(update={"seed": seed}), f"Seed {seed}")


def left(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}")) if folder.exists() else []


def died(journal: Journal) -> None:
    """Leave the journal as a process would that ended without a word."""
    assert journal.flush()
    journal.close()


@pytest.mark.parametrize("run", range(10))
def test_a_kill_at_a_random_moment_loses_less_than_a_second(
    document: Document, folder: Path, tmp_path: Path, run: int
) -> None:
    """With saves in between in every other run: the file is then whole too, whenever the kill comes."""
    path = document.path
    assert path is not None
    saving = 7 if run % 2 else 0
    process = subprocess.Popen(
        [sys.executable, str(EDITOR), str(path), str(folder), "0.004", str(saving)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.25 + 0.137 * run)
    killed_s = time.monotonic()
    process.kill()
    done = [
        (int(n), float(at)) for n, at in (line.split() for line in process.stdout.read().splitlines() if " " in line)
    ]
    process.stdout.close()
    process.wait(10)
    must_be_there = max((n for n, at in done if at <= killed_s - 1.0), default=0)
    last = done[-1][0]

    saved = load_project(path).project  # whole, or this raises
    found = find_left(folder)
    assert found.unreadable == ()
    kept = [e.project.seed for e in found.recoverable]
    newest = max([saved.seed, *kept]) - 100
    assert must_be_there <= newest <= last + 1
    if not saving:
        (entry,) = found.recoverable
        assert entry.changes == newest
        assert entry.last == f"Edit {newest}"
        assert entry.path == path
        assert entry.differences == (f"the seed: 7 became {100 + newest}",)
        assert not entry.file_changed
        # With a gap of a write every 0.15 s, far less than a second is lost where nobody else wants the disk.
        assert last - newest < 1.0 / 0.004


def test_a_save_a_close_and_the_way_back_leave_no_journal(document: Document, journal: Journal, folder: Path) -> None:
    for clean in (
        lambda: files.save(document, state=folder / "state"),
        document.history.undo,
        lambda: files.close(document),
    ):
        edit(document, (document.project.seed if document.project else 0) + 1)
        assert journal.flush()
        assert len(left(folder)) == 1
        clean()
        assert journal.flush()
        assert left(folder) == []
    journal.close()
    assert list(folder.glob("*.*")) == []


def test_what_was_not_saved_is_offered_and_opened(document: Document, journal: Journal, folder: Path) -> None:
    edit(document, 5)
    edit(document, 6)
    died(journal)
    (entry,) = find_left(folder).recoverable
    assert (entry.name, entry.changes, entry.last) == ("belt", 2, "Seed 6")
    assert abs(entry.time_s - entry.journal.stat().st_mtime) < 1e-6

    other = Document()
    second = Journal(other, Problems(), no_post, folder)
    restore(other, entry, second)
    assert other.project == document.project
    assert other.path == document.path
    assert other.dirty
    assert not entry.journal.exists()  # the new process's own holds it now
    died(second)
    (again,) = find_left(folder).recoverable
    assert (again.project.seed, again.changes) == (6, 2)
    discard(again)
    assert find_left(folder).recoverable == ()


def test_a_recovered_project_may_be_saved_over_its_file(document: Document, journal: Journal, folder: Path) -> None:
    edit(document, 5)
    died(journal)
    (entry,) = find_left(folder).recoverable
    other = Document()
    restore(other, entry)
    files.save(other, state=folder / "state")
    assert load_project(document.path).project.seed == 5
    assert find_left(folder).recoverable == ()  # nothing in it that the file has not


def test_a_file_changed_meanwhile_is_told(document: Document, journal: Journal, folder: Path) -> None:
    edit(document, 5)
    died(journal)
    assert document.path is not None
    document.path.write_bytes(document.path.read_bytes() + b"\n")
    (entry,) = find_left(folder).recoverable
    assert entry.file_changed
    document.path.unlink()
    (entry,) = find_left(folder).recoverable
    assert not entry.file_changed
    assert entry.differences[0].startswith("never saved")


def test_journals_of_living_processes_are_left_alone(document: Document, journal: Journal, folder: Path) -> None:
    edit(document, 5)
    assert journal.flush()
    code = f"from myriorama.app.document.recovery import find_left; from pathlib import Path; print(len(find_left(Path({str(folder)!r})).recoverable))"  # noqa: E501
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert seen.stdout.strip() == "0"
    assert len(left(folder)) == 1


def test_a_new_project_untouched_is_no_loss(folder: Path) -> None:
    document = Document()
    journal = Journal(document, Problems(), no_post, folder)
    files.new_from(document, "blank")
    died(journal)
    assert find_left(folder).recoverable == ()
    assert left(folder) == []


def torn(lines: list[bytes]) -> list[list[bytes]]:
    """Every way in which the end of a file can be missing, by bytes, and single bits that have turned over."""
    whole = b"".join(lines)
    cuts = [whole[:at] for at in range(len(lines[0]), len(whole), max(1, len(whole) // 97))]
    return [cut.splitlines(keepends=True) for cut in cuts]


def test_a_torn_journal_gives_the_newest_whole_line(document: Document, journal: Journal, folder: Path) -> None:
    for seed in (5, 6, 8):
        edit(document, seed)
        assert journal.flush()
    died(journal)
    (file,) = left(folder)
    lines = file.read_bytes().splitlines(keepends=True)
    assert isinstance(entry_of(lines[0]), Head)
    assert len(lines) == 4
    seeds = []
    for cut in torn(lines):
        file.write_bytes(b"".join(cut))
        found = find_left(folder)
        assert found.unreadable == ()
        seeds += [e.project.seed for e in found.recoverable]
    assert seeds == sorted(seeds)
    assert set(seeds) == {5, 6}


def test_a_damaged_line_is_passed_over(document: Document, journal: Journal, folder: Path) -> None:
    for seed in (15, 16):
        edit(document, seed)
        assert journal.flush()
    died(journal)
    (file,) = left(folder)
    content = bytearray(file.read_bytes())
    content[-40] ^= 1
    file.write_bytes(bytes(content))
    (entry,) = find_left(folder).recoverable
    assert entry.project.seed == 15
    nothing = b"\0\1\2 no journal\n" * 3
    file.write_bytes(nothing)
    found = find_left(folder)
    assert found.recoverable == ()
    assert found.unreadable == (file,)
    assert file.read_bytes() == nothing


def test_lines_carry_their_checksum() -> None:
    line = line_of(Change(3, "Change ✓", "text\nof two lines"))
    assert line.count(b"\n") == 1
    assert entry_of(line) == Change(3, "Change ✓", "text\nof two lines")
    assert entry_of(line[:-1]) is None
    for at in range(len(line) - 1):
        assert entry_of(line[:at] + bytes([line[at] ^ 2]) + line[at + 1 :]) is None
    assert entry_of(line_of(Head("", "", "", version=99))) is None


def test_the_journal_stays_small(document: Document, journal: Journal, folder: Path, monkeypatch) -> None:
    monkeypatch.setattr("myriorama.app.document.journal._LARGEST", 20_000)
    monkeypatch.setattr("myriorama.app.document.journal._GATHER_S", 0.0)
    largest = 0
    for seed in range(100, 160):
        edit(document, seed)
        assert journal.flush()
        largest = max(largest, journal.file.stat().st_size)
    assert largest < 8 * 8000 + 20_000
    died(journal)
    (entry,) = find_left(folder).recoverable
    assert (entry.project.seed, entry.changes) == (159, 60)


def test_a_folder_that_cannot_be_written_is_told_and_tried_again(document: Document, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("", encoding="utf-8")
    problems = Problems()
    journal = Journal(document, problems, no_post, blocked)
    edit(document, 5)
    assert not journal.flush(0.5)
    (trouble,) = problems.all
    assert "cannot be kept safe" in trouble.message
    assert trouble.place == str(blocked)
    blocked.unlink()
    assert journal.flush(6.0)
    assert problems.all == ()
    assert len(left(blocked)) == 1
    journal.close()


@pytest.mark.timed
def test_a_change_costs_the_window_next_to_nothing(
    document: Document, journal: Journal, within: Callable[[float, float], None]
) -> None:
    alone = Document()
    alone.open(document.project, document.folder)

    def least_s(one: Document) -> float:
        durations = []
        for seed in range(200, 260):
            start = time.perf_counter()
            edit(one, seed)
            durations.append(time.perf_counter() - start)
        return sorted(durations)[len(durations) // 2]

    within(least_s(document) - least_s(alone), 0.005)


def test_one_lock_for_one_file(tmp_path: Path) -> None:
    path = tmp_path / f"x{LOCK_SUFFIX}"
    first = Lock.take(path)
    assert first is not None
    assert Lock.take(path) is None
    first.release()
    assert not path.exists()
    second = Lock.take(path)
    assert second is not None
    second.release()
    second.release()


def test_the_newest_is_first(folder: Path, document: Document) -> None:
    entries: list[Recoverable] = []
    for seed in (40, 41):
        journal = Journal(document, Problems(), no_post, folder)
        edit(document, seed)
        died(journal)
        time.sleep(0.02)
    entries = list(find_left(folder).recoverable)
    assert [e.project.seed for e in entries] == [41, 40]
