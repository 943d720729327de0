"""Plugins that misbehave in every way: the window goes on answering, the cause is named, the next picture comes."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from myriorama.app.document import edits
from myriorama.app.preview.frames import Failure, SampleFrame
from myriorama.widgets.application import Application

pytestmark = pytest.mark.gl
_PATIENCE_MS = 90_000
_ALLOWED_S = 0.1

MANY = """
def many():
    corners, normals = np.eye(3, dtype="f4"), np.tile(np.array([0, 0, 1], dtype="f4"), (3, 1))
    faces = np.tile(np.array([[0, 1, 2]], dtype="u4"), (10_000_000, 1))
    return ObjectModel((Part("a", Mesh(corners, normals, np.zeros((3, 2), "f4"), faces), Material()),))
"""

# Name, top of the module, beginning of `generate`, the cause that is to be named.
QUICK = (
    ("exits", "import os", "os._exit(3)", "exited"),
    ("segfaults", "import ctypes", "ctypes.string_at(0)", "killed"),
    ("not_a_number", "", "return float('nan')", "result"),
)
REST = (
    ("raises", "", "raise ValueError('no')", "raised"),
    ("prints", "", "while True: print('x' * 100_000)", "output"),
    ("writes", "", "open('/tmp/outside_of_it', 'w')", "forbidden"),
    ("sys_exit", "import sys", "sys.exit(1)", "exited"),
    ("recursion", "def f(n): return f(n + 1)", "f(0)", "raised"),
    ("interrupt", "", "raise KeyboardInterrupt", "raised"),
    ("aborts", "import os", "os.abort()", "killed"),
    ("kills_itself", "import os", "os.kill(os.getpid(), 9)", "killed"),
    ("loops", "", "while True: pass", "timeout"),
    ("sleeps", "import time", "time.sleep(1e6)", "timeout"),
    ("locks", "import threading", "x = threading.Lock(); x.acquire(); x.acquire()", "timeout"),
    ("allocates", "", "return np.ones(2**30)", "memory"),
    ("leaks", "kept = []", "while True: kept.append(bytearray(5_000_000))", "memory"),
    ("forks", "import os", "os.fork()", "forbidden"),
    ("runs_program", "import subprocess", "subprocess.run(['true'])", "forbidden"),
    ("socket", "import socket", "socket.socket()", "forbidden"),
    ("reads", "", "open('/etc/passwd').read()", "forbidden"),
    ("huge_file", "", "open('big', 'wb').write(bytes(80_000_000))", "file_size"),
    ("patches_numpy", "", "np.random.rand = len", "tampered"),
    ("draws", "", "np.random.rand()", "tampered"),
    ("closes_pipes", "import os", "os.closerange(0, 100)", "exited"),
    ("nothing", "", "return None", "result"),
    ("own_type", "class X: pass", "return X()", "result"),
    ("deep", "", "d = ()\n        for _ in range(100_000): d = (d,)\n        return d", "result"),
    ("many_faces", MANY, "return many()", "result"),
)  # fmt: skip


@pytest.fixture(scope="session")
def heart_module() -> ModuleType:
    """The watch on the event loop that the tour uses as well."""
    path = Path(__file__).resolve().parents[2] / "heart.py"
    spec = importlib.util.spec_from_file_location("studio_heart", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Ward:
    """The program with a plugin that is enabled, put into the project, and gone again; what was seen meanwhile."""

    def __init__(self, program: Application, heart: object, text_of: Callable[..., str], qtbot: QtBot) -> None:
        self.program, self.heart = program, heart
        self.pulse: Pulse | None = None
        self.recovered_s = 0.0
        self._text_of, self._qtbot = text_of, qtbot
        self.frames: list[SampleFrame] = []
        self.failures: list[Failure] = []
        program.studio.preview.frame_ready.connect(self.frames.append)
        program.studio.preview.failed.connect(self.failures.append)

    def until(self, there: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(there, timeout=_PATIENCE_MS)

    def idle(self) -> None:
        self.until(lambda: not self.program.studio.plugins.busy)
        QApplication.processEvents()

    def treat(self, name: str, top: str, body: str) -> Failure | None:
        """Enable a plugin and have it make an object; return how it failed, after the project is well again."""
        studio, document = self.program.studio, self.program.studio.document
        self.heart.step = name
        studio.plugin_folder.mkdir(parents=True, exist_ok=True)
        path = studio.plugin_folder / f"bad_{name}.py"  # its own name might be that of a module of Python's
        text = self._text_of(body, name=f"test_{name}").replace("\n\n\nclass Pyramid", f"\n{top}\n\n\nclass Pyramid")
        path.write_text(text, encoding="utf-8")
        studio.plugins.refresh()
        self.idle()
        studio.plugins.enable(f"user:bad_{name}")
        self.idle()
        row = studio.plugins.row(f"user:bad_{name}")
        assert row is not None
        assert (row.status, row.problem) == ("enabled", "")
        before = document.project
        assert before is not None
        self.frames.clear()
        self.failures.clear()
        document.replace(edits.add(before, studio.registry, "generator", f"test_{name}").project, "Add it")
        self.until(lambda: bool(self.failures) or any(frame.final for frame in self.frames))
        failure = self.failures[-1] if self.failures else None
        self._qtbot.wait(200)
        self.frames.clear()
        began = time.perf_counter()
        document.replace(before, "Take it out")
        self.until(lambda: any(frame.final for frame in self.frames))
        self.recovered_s = time.perf_counter() - began
        studio.plugins.disable(f"user:bad_{name}")
        self.idle()
        path.unlink()
        return failure


@pytest.fixture
def ward(program: Application, heart_module: ModuleType, text_of: Callable[..., str], qtbot: QtBot) -> Iterator[Ward]:
    program.window.dialogs.new_blank()
    made = Ward(program, None, text_of, qtbot)
    made.until(lambda: any(frame.final for frame in made.frames))
    qtbot.waitUntil(lambda: program.window.dialogs.prepared, timeout=_PATIENCE_MS)
    qtbot.wait(1500)
    made.heart = heart_module.Heart()
    made.pulse = Pulse()
    made.heart.stalls.clear()
    yield made
    made.pulse.stop()
    made.heart.stop()


class Pulse:
    """Beats beside the heart, and keeps how long the machine gave the window's thread no core between two beats."""

    def __init__(self) -> None:
        self.waits: list[tuple[float, float]] = []
        self._last = time.perf_counter(), _kept_waiting_s()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(5)

    def _beat(self) -> None:
        now = time.perf_counter(), _kept_waiting_s()
        if now[0] - self._last[0] > _ALLOWED_S:
            self.waits.append((now[0] - self._last[0], now[1] - self._last[1]))
        self._last = now

    def waited_s(self, stall_s: float) -> float:
        """Return how much of a stall, told by its length, was the machine's."""
        near = min(self.waits, key=lambda wait: abs(wait[0] - stall_s), default=(0.0, 0.0))
        return near[1] if abs(near[0] - stall_s) < 0.05 else 0.0

    def stop(self) -> None:
        self._timer.stop()


def _kept_waiting_s() -> float:
    """Return how long this thread was ready to run and had no core, since it began (Linux; 0 elsewhere)."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def _stalls_s(ward: Ward) -> list[tuple[str, float, float, str]]:
    """Return the stalls so far in which the window's own thread computed, or waited for something; and forget them.

    One in which it was in Qt's event loop and had nothing to do is the machine's: other processes had its cores. So is
    the time in which it was ready and had no core.
    """
    found = []
    for step, wall_s, cpu_s, seen in ward.heart.stalls:
        in_event_loop = not seen or seen.startswith(("qt_compat.py", Path(__file__).name))
        own_s = wall_s - ward.pulse.waited_s(wall_s)
        if own_s > _ALLOWED_S and (cpu_s > _ALLOWED_S or not in_event_loop):
            found.append((step, own_s, cpu_s, seen))
    ward.heart.stalls.clear()
    ward.pulse.waits.clear()
    return found


def _judge(ward: Ward, kinds: tuple[tuple[str, str, str, str], ...]) -> None:
    for number in range(2):  # what a plugin that is well costs on this machine, now
        assert ward.treat(f"well_{number}", "", "pass") is None
    noise_s = max((stall[1] for stall in _stalls_s(ward)), default=0.0)
    wrong, stalls = [], []
    for name, top, body, cause in kinds:
        failure = ward.treat(name, top, body)
        fault = None if failure is None else failure.fault
        told = (fault.cause, fault.source, fault.name) if fault is not None else failure
        print(f"{name}: {told}, well again after {ward.recovered_s:.2f} s", flush=True)
        if told != (cause, f"bad_{name}", f"test_{name}"):
            wrong.append((name, told))
        stalls += _stalls_s(ward)
    assert wrong == []
    allowed_s = max(_ALLOWED_S, 1.25 * noise_s)
    told = "\n".join(f"{step}: {wall_s:.3f} s, {cpu_s:.3f} s of them computing: {seen}" for step, wall_s, cpu_s, seen in
                     stalls if wall_s > allowed_s)  # fmt: skip
    assert not told, f"{told}\n(noise of this machine: {noise_s:.3f} s)"


@pytest.mark.alone
def test_the_window_goes_on_whatever_a_plugin_does(ward: Ward) -> None:
    _judge(ward, QUICK)


@pytest.mark.long
@pytest.mark.alone
def test_the_window_goes_on_whatever_else_a_plugin_does(ward: Ward) -> None:
    _judge(ward, REST)
