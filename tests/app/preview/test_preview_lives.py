"""The life of the preview process: killed, replaced, ended, and nothing of it left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from myriorama.app.preview import blocks
from myriorama.app.preview.ahead import start_preview
from myriorama.app.preview.frames import FrameRequest
from myriorama.app.preview.service import PreviewService
from myriorama.scenes.project.model import Project

if TYPE_CHECKING:
    from conftest import Desk, Models

pytestmark = [pytest.mark.gl, pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")]
SHARED = Path("/dev/shm")


def shared_names() -> set[str]:
    mine = f"{blocks.PREFIX}{os.getpid()}_*"
    return {p.name for p in SHARED.glob(mine)} if SHARED.is_dir() else set()


@pytest.mark.timed
@pytest.mark.alone
def test_a_killed_process_is_replaced_and_the_picture_comes(
    make_desk: Callable[[], Desk], small: Project, within: Callable[[float, float], None]
) -> None:
    desk = make_desk()
    desk.frame(small)
    pid = desk.service.pid
    assert pid is not None
    generation = desk.service.request(desk.wanted(small, index=1))
    os.kill(pid, signal.SIGKILL)
    killed = time.monotonic()
    desk.models.until(lambda: "lost" in desk.models.states)
    desk.models.until(lambda: desk.service.pid not in (None, pid))
    within(time.monotonic() - killed, 1.0)
    desk.models.until(lambda: any(f.generation == generation for f in desk.models.frames), "the newest picture again")
    assert desk.models.failures == []
    assert desk.service.state.value == "ready"


def test_a_process_that_was_started_ahead_is_taken_over(models: Models, small: Project, tmp_path: Path) -> None:
    started = start_preview(tmp_path / "cache")
    service = PreviewService(models.post, tmp_path / "cache", started)
    try:
        models.watch(service)
        assert service.pid in (None, started.pid)
        wanted = FrameRequest(small, str(tmp_path), 0, small.output.width, small.output.height)
        generation = service.request(wanted)
        models.until(lambda: bool(models.frames), "a picture")
        assert models.frames[-1].generation == generation
        assert service.pid == started.pid
    finally:
        service.close()
    assert not psutil.pid_exists(started.pid)


def test_a_final_that_is_under_way_is_not_asked_for_again(make_desk: Callable[[], Desk], small: Project) -> None:
    desk = make_desk()
    ahead = desk.service.request(desk.wanted(small, layers=frozenset({"normal"})))
    again = desk.service.request(desk.wanted(small.model_copy()))
    assert again == ahead
    desk.models.until(lambda: bool(desk.models.frames), "a picture")
    assert [f.generation for f in desk.models.frames] == [ahead]
    assert desk.models.frames[0].normal is not None
    more = desk.service.request(desk.wanted(small, layers=frozenset({"object_coordinates"})))
    assert more == ahead + 1
    assert desk.service.request(desk.wanted(small, index=1)) == more + 1


def test_a_request_that_ends_two_processes_is_told_and_not_repeated(
    make_desk: Callable[[], Desk], small: Project
) -> None:
    desk = make_desk()
    desk.frame(small)
    generation = desk.service.request(desk.wanted(small, index=2))
    killed: set[int] = set()
    while not desk.models.failures:
        pid = desk.service.pid
        if pid is not None and pid not in killed and desk.service.state.value == "rendering":
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
        desk.models.run(0.01)
    (failure,) = desk.models.failures
    assert len(killed) == 2
    assert (failure.kind, failure.generation, failure.index) == ("lost", generation, 2)
    assert "signal 9" in failure.message
    assert desk.frame(small, index=3).index == 3


@pytest.mark.timed
@pytest.mark.alone
def test_close_leaves_no_process_thread_or_shared_memory(
    make_desk: Callable[[], Desk], small: Project, within: Callable[[float, float], None]
) -> None:
    names, threads = shared_names(), set(threading.enumerate())
    desk = make_desk()
    desk.frame(small)
    desk.frame(small, width=400, height=300)  # larger blocks take the place of the first
    assert shared_names() - names, "no shared memory was used: this test sees nothing"
    pid = desk.service.pid
    assert pid is not None
    started = time.monotonic()
    desk.service.close()
    within(time.monotonic() - started, 2.0)
    assert shared_names() == names
    assert not psutil.pid_exists(pid)
    assert set(threading.enumerate()) <= threads
    desk.service.close()
    assert desk.service.request(desk.wanted(small)) > 0
    assert desk.service.pid is None


def test_pictures_come_without_room_for_shared_memory(
    make_desk: Callable[[], Desk], small: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = make_desk().frame(small)
    names = shared_names()
    monkeypatch.setattr(blocks, "_has_room", lambda size: False)
    frame = make_desk().frame(small)
    assert shared_names() == names
    assert (frame.rgb == plain.rgb).all()
    assert (frame.surface_id == plain.surface_id).all()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the way to lose EGL is Linux's")
def test_a_machine_without_a_device_is_told_so(
    make_desk: Callable[[], Desk], small: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("__EGL_VENDOR_LIBRARY_FILENAMES", str(tmp_path / "none.json"))
    desk = make_desk()
    generation = desk.service.request(desk.wanted(small))
    desk.models.until(lambda: bool(desk.models.failures))
    (failure,) = desk.models.failures
    assert (failure.kind, failure.generation) == ("device", generation)
    assert "install a graphics driver" in failure.message
    assert desk.service.state.value == "lost"
    monkeypatch.delenv("__EGL_VENDOR_LIBRARY_FILENAMES")
    assert desk.frame(small).final  # the next request tries again
    assert desk.service.state.value == "ready"


PARENT = """
import sys, time
from myriorama.app.preview.gallery import TileService
from myriorama.app.preview.service import PreviewService

def main():
    preview, tiles = PreviewService(lambda call: None), TileService(lambda call: None, workers=1)
    preview.start()
    tiles.start()
    while preview.pid is None or not tiles.pids:
        time.sleep(0.01)
    print(preview.pid, *tiles.pids, flush=True)
    time.sleep(60)

if __name__ == "__main__":
    main()
"""


def test_the_processes_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(textwrap.dedent(PARENT))
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.kill()
    end = time.monotonic() + 10.0
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids):
        assert time.monotonic() < end, "a process outlived its parent"
        time.sleep(0.05)
