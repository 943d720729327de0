"""Saving is noticed once, in time, and whatever way an editor writes; what is no source is not watched."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from myriorama.app.extensions import watching
from myriorama.app.extensions.watching import SourceWatch, look_at


class Ear:
    """Counts calls, and waits for one."""

    def __init__(self) -> None:
        self.calls = 0
        self.threads: set[int] = set()
        self._heard = threading.Event()

    def __call__(self) -> None:
        self.calls += 1
        self.threads.add(threading.get_ident())
        self._heard.set()

    def hears(self, within_s: float = 5.0) -> bool:
        heard = self._heard.wait(within_s)
        self._heard.clear()
        return heard


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def watch(ear: Ear) -> Iterator[Callable[[Path], SourceWatch]]:
    made: list[SourceWatch] = []

    def start(path: Path) -> SourceWatch:
        made.append(SourceWatch(path, ear, every_s=0.02))
        return made[-1]

    yield start
    for one in made:
        one.close()


def test_each_save_is_told_once(tmp_path: Path, ear: Ear, watch: Callable[[Path], SourceWatch]) -> None:
    file = tmp_path / "apple.py"
    file.write_text("a = 1\n")
    watch(file)
    for number in range(3):
        file.write_text(f"a = {number + 10}\n")
        assert ear.hears()
    time.sleep(0.15)
    assert ear.calls == 3
    assert threading.get_ident() not in ear.threads


def test_a_file_that_is_replaced_or_emptied_first_is_told_when_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "SETTLE_S", 0.2)  # where other tests have the cores, a moment is longer
    file = tmp_path / "apple.py"
    file.write_text("old\n")
    seen: list[str] = []
    heard = threading.Event()

    def read() -> None:
        seen.append(file.read_text())
        heard.set()

    one = SourceWatch(file, read, every_s=0.01)
    try:
        other = tmp_path / "apple.py.new"
        other.write_text("replaced\n")
        os.replace(other, file)
        assert heard.wait(5)
        heard.clear()
        with file.open("w") as stream:  # emptied, and written a moment later
            time.sleep(0.015)
            stream.write("written late\n")
        assert heard.wait(5)
        file.unlink()
        time.sleep(0.05)
        heard.clear()
        file.write_text("back\n")
        assert heard.wait(5)
    finally:
        one.close()
    assert [text for text in seen if text] == ["replaced\n", "written late\n", "back\n"]
    assert seen.count("") == 0


def test_a_package_is_watched_with_what_is_new_in_it_and_without_what_is_no_source(
    tmp_path: Path, ear: Ear, watch: Callable[[Path], SourceWatch]
) -> None:
    package = tmp_path / "apples"
    (package / "__pycache__").mkdir(parents=True)
    (package / ".git").mkdir()
    (package / "__init__.py").write_text("")
    watch(package)
    for quiet in ("__pycache__/a.pyc", ".git/index", "apple.py~", ".apple.py.swp", "#apple.py#"):
        (package / quiet).write_text("x")
    assert not ear.hears(0.3)
    (package / "leaf.py").write_text("x = 1\n")
    assert ear.hears()
    (package / "leaf.py").unlink()
    assert ear.hears()


def test_a_closed_watch_is_silent_and_its_thread_is_gone(tmp_path: Path, ear: Ear) -> None:
    file = tmp_path / "apple.py"
    file.write_text("a\n")
    before = threading.active_count()
    one = SourceWatch(file, ear, every_s=0.01)
    assert threading.active_count() == before + 1
    one.close()
    one.close()
    assert threading.active_count() == before
    file.write_text("b\n")
    assert not ear.hears(0.1)


def test_it_may_be_closed_by_whom_it_calls(tmp_path: Path) -> None:
    file = tmp_path / "apple.py"
    file.write_text("a\n")
    closed = threading.Event()
    watches: list[SourceWatch] = []

    def end() -> None:
        watches[0].close()
        closed.set()

    watches.append(SourceWatch(file, end, every_s=0.01))
    file.write_text("bb\n")
    assert closed.wait(5)


def test_a_folder_that_is_no_plugin_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_FILES", 3)
    for number in range(4):
        (tmp_path / f"{number}.py").write_text("")
    with pytest.raises(ValueError, match="more than 3 files"):
        look_at(tmp_path)


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text("")
    package = tmp_path / "package"
    package.mkdir()
    (package / "in.py").write_text("")
    try:
        (package / "link").symlink_to(outside, target_is_directory=True)
        (package / "file.py").symlink_to(outside / "secret.py")
    except OSError:
        pytest.skip("this system lets no one make links")
    assert [Path(name).name for name, *_ in look_at(package)] == ["in.py"]
