"""The kernel's own layers, with the audit hook out of the way: network, files, processes, memory, file size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from myriorama.plugins.faults import Fault, PluginFault
from myriorama.plugins.hosting import landlock, seccomp
from myriorama.plugins.hosting.enforcement import enforced
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.hosting.limits import Limits
from myriorama.plugins.sources import Grant

KEPT = {e.name: e.kept for e in enforced()}
needs_calls = pytest.mark.skipif(not KEPT["network"], reason="this system has no seccomp")
needs_walls = pytest.mark.skipif(not KEPT["files"], reason="this system has no Landlock")
CALL = "import ctypes, errno\nlibc = ctypes.CDLL(None, use_errno=True)\n"


@pytest.fixture(scope="module")
def bare_hosts(tmp_path_factory: pytest.TempPathFactory, short: Limits) -> Iterator[PluginHosts]:
    """Hosts without the audit hook."""
    made = PluginHosts(short, tmp_path_factory.mktemp("scratch"), layers=("kernel",))
    yield made
    made.close()


def _fault(hosts: PluginHosts, grant: Grant) -> Fault:
    with pytest.raises(PluginFault) as caught:
        hosts.call(grant, grant.manifest.entries[0], "generate", ({},), values={})
    return caught.value.fault


def _attributes(hosts: PluginHosts, grant: Grant) -> dict[str, object]:
    return dict(hosts.call(grant, grant.manifest.entries[0], "generate", ({},), values={}).attributes)


@needs_calls
@pytest.mark.parametrize(
    "body",
    [
        "import socket; socket.socket()",
        "import socket; socket.socket(socket.AF_UNIX)",
        "import socket; socket.socketpair()",
        "import os; os.fork()",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        "import os; os.execv('/bin/true', ['true'])",
        "import subprocess; subprocess.run(['/bin/true'])",
        "import os; os.kill(os.getppid(), 9)",
        "import os; os.kill(-1, 9)",
        "import os; os.chmod(__file__, 0o777)",
        "import resource, os; resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
    ],
)
def test_calls_are_refused_by_the_kernel(bare_hosts: PluginHosts, write_bad: Callable[..., Grant], body: str) -> None:
    fault = _fault(bare_hosts, write_bad(body, name="calls"))
    assert fault.cause == "forbidden", fault
    assert "may not do" in fault.message


@needs_calls
@pytest.mark.parametrize("number", [41, 425, 101, 321, 250, 165, 57, 58] if seccomp._column() == 0 else [198, 425, 117])
def test_raw_calls_are_refused_by_the_kernel(
    bare_hosts: PluginHosts, write_bad: Callable[..., Grant], number: int
) -> None:
    body = f"r = libc.syscall({number}, 2, 1, 0, 0, 0, 0)\nreturn thing(attributes={{'r': r, 'e': ctypes.get_errno()}})"
    assert _attributes(bare_hosts, write_bad(body, CALL, "raw_calls")) == {"r": -1, "e": 1}


@needs_walls
@pytest.mark.parametrize(
    "body",
    [
        "open(beside, 'w')",
        "open(__file__, 'a')",
        "import os; os.remove(__file__)",
        "import os; os.rename(__file__, __file__ + 'x')",
        "import os; os.mkdir(beside)",
        "import os; os.symlink('/etc', beside)",
        "import os; os.truncate(__file__, 0)",
        "open('/etc/passwd').read()",
        "import os; os.listdir('/root')",
        "import os; os.listdir('/')",
        "open('/proc/1/environ', 'rb').read()",
        "import os; os.symlink('/etc/passwd', 'link'); open('link').read()",
    ],
)
def test_files_are_closed_by_the_kernel(
    bare_hosts: PluginHosts, write_bad: Callable[..., Grant], tmp_path: Path, body: str
) -> None:
    beside = tmp_path / "of_a_plugin"
    grant = write_bad(f"beside = {str(beside)!r}\n{body}", name="files")
    before = Path(grant.source.root).read_bytes()
    fault = _fault(bare_hosts, grant)
    assert fault.cause == "forbidden", fault
    assert Path(grant.source.root).read_bytes() == before
    assert sorted(tmp_path.iterdir()) == [Path(grant.source.root)]


def test_what_a_plugin_needs_stays_open(bare_hosts: PluginHosts, hosts: PluginHosts, write_bad: Callable) -> None:
    body = """
        import importlib.resources, json, os, pathlib, tempfile, threading, time, zoneinfo
        import scipy.spatial, scipy.optimize
        found = []
        worker = threading.Thread(target=lambda: found.append(1))
        worker.start(); worker.join()
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "a").write_text("a")
            os.rename(os.path.join(folder, "a"), os.path.join(folder, "b"))
            found += os.listdir(folder)
        pathlib.Path("kept.txt").write_text("scratch")
        os.urandom(4); open(os.devnull, "w").write("x")
        hull = scipy.spatial.ConvexHull(np.eye(3, 2) + np.float64([[0, 0], [1, 0], [0, 0]]))
        found.append(pathlib.Path(__file__).read_text()[:1] == "\\n")
        return thing(attributes={"found": str(found), "cwd": os.getcwd(), "home": os.environ["HOME"],
                                 "known": ",".join(sorted(os.environ))})
    """
    for kind in (bare_hosts, hosts):
        told = _attributes(kind, write_bad(body, name="needs"))
        assert told["found"] == "[1, 'b', True]"
        assert told["cwd"] == told["home"]
        assert "SECRET_TOKEN" not in str(told["known"])


def test_the_environment_of_the_program_is_not_handed_on(
    write_bad: Callable[..., Grant], short: Limits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "mine")
    own = PluginHosts(short, tmp_path)
    told = _attributes(own, write_bad("return thing(attributes={'e': str(dict(os.environ))})", "import os", "env"))
    own.close()
    assert "SECRET_TOKEN" not in str(told["e"])
    assert not list(tmp_path.glob("myriorama-plugins-*")), "nothing is left behind"


def test_a_fault_of_memory_and_file_size_without_the_hook(bare_hosts: PluginHosts, write_bad: Callable) -> None:
    assert _fault(bare_hosts, write_bad("return np.ones(2**30)", name="much")).cause == "memory"
    body = "f = open('big', 'wb')\nfor _ in range(8): f.write(bytes(1_000_000))\nf.close()"
    assert _fault(bare_hosts, write_bad(body, name="big_file")).cause == "file_size"


def test_set_order_is_the_same_in_every_process(short: Limits, tmp_path: Path, write_bad: Callable) -> None:
    grant = write_bad("return thing(attributes={'o': ''.join({'ab', 'cd', 'ef', 'gh', 'ij'})})", name="ordered")
    orders = []
    for seed in (0, 0, 1, 2, 3):
        own = PluginHosts(short, tmp_path, hash_seed=seed)
        orders.append(_attributes(own, grant)["o"])
        own.close()
    assert orders[0] == orders[1]
    assert len(set(orders)) > 1


def test_the_system_tells_what_it_enforces() -> None:
    names = [e.name for e in enforced()]
    assert names == ["memory", "processor time", "wall time", "file size", "network", "files", "other programs"]
    assert all(e.how and "\n" not in e.how for e in enforced())
    assert KEPT["network"] == seccomp.available()
    assert KEPT["files"] == (landlock.version() >= 1)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_hosts_end_with_the_program(write_bad: Callable[..., Grant], tmp_path: Path) -> None:
    """A program that is killed in the middle of a call leaves no process behind."""
    grant = write_bad("open('started', 'w').close()\ntime.sleep(600)", "import time", "sleeper")
    program = (
        "import json, sys\nfrom pathlib import Path\nfrom myriorama.plugins.hosting.hosts import PluginHosts\n"
        "from myriorama.plugins.sources import grant_from_json\n"
        "g = grant_from_json(json.loads(sys.argv[1]))\nh = PluginHosts(scratch=Path(sys.argv[2]))\n"
        "h.call(g, g.manifest.entries[0], 'generate', ({},), values={})\n"
    )
    child = subprocess.Popen([sys.executable, "-c", program, json.dumps(grant.to_json()), str(tmp_path)])
    deadline = time.monotonic() + 20
    while not list(tmp_path.glob("myriorama-plugins-*/*/started")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    family = [int(p) for p in Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()]
    family += [int(p) for t in Path(f"/proc/{child.pid}/task").iterdir() for p in (t / "children").read_text().split()]
    assert family
    child.kill()
    child.wait()
    deadline = time.monotonic() + 5
    while any(_runs(pid) for pid in family):
        assert time.monotonic() < deadline, family
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
