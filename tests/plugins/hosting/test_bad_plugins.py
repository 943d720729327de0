"""Plugins that misbehave: the cause is named, others go on, and the process is replaced at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from myriorama.plugins.faults import Fault, PluginFault
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.sources import Grant

VALUES = {"size_m": 1.0}

# Name, code above the class, body of generate, cause, words of the message.
BAD: tuple[tuple[str, str, str, str, str], ...] = (
    ("raises_value_error", "", "raise ValueError('too thin')", "raised", "ValueError: too thin"),
    ("raises_own", "class Mine(Exception): pass", "raise Mine('my own')", "raised", "Mine: my own"),
    ("raises_bare", "class Deep(BaseException): pass", "raise Deep()", "raised", "Deep"),
    ("raises_interrupt", "", "raise KeyboardInterrupt", "raised", "KeyboardInterrupt"),
    ("raises_generator_exit", "", "raise GeneratorExit", "raised", "GeneratorExit"),
    ("raises_stop", "", "raise StopIteration(3)", "raised", "StopIteration"),
    ("raises_key_error", "", "return values['no_such']", "raised", "KeyError: 'no_such'"),
    ("raises_zero", "", "return 1 / 0", "raised", "ZeroDivisionError"),
    ("raises_from", "", "try: [][1]\nexcept IndexError as e: raise RuntimeError('x') from e", "raised", "x"),
    ("raises_unicode", "", r"raise ValueError('\ud800 \x00 é')", "raised", "ValueError"),
    ("raises_unsayable", "class U(Exception):\n    def __str__(self): raise ValueError", "raise U", "raised", "U"),
    ("recursion", "def f(n): return f(n + 1)", "return f(0)", "raised", "RecursionError"),
    ("sys_exit", "import sys", "sys.exit(3)", "exited", "sys.exit(3)"),
    ("os_exit", "import os", "os._exit(0)", "exited", "ended its own process (exit code 0)"),
    ("closes_pipes", "import os", "os.closerange(0, 100)\nreturn thing()", "exited", "closed the connection"),
    ("loops", "", "while True: pass", "cpu", "processor time"),
    ("sleeps", "import time", "time.sleep(1e6)", "timeout", "no answer within"),
    ("waits_on_lock", "import threading", "l = threading.Lock(); l.acquire(); l.acquire()", "timeout", "no answer"),
    ("segfaults", "import ctypes", "ctypes.string_at(0)", "killed", "segmentation fault"),
    ("aborts", "import os", "os.abort()", "killed", "abort()"),
    ("kills_itself", "import os", "os.kill(os.getpid(), 15)", "killed", "SIGTERM"),
    ("kills_itself_hard", "import os", "os.kill(os.getpid(), 9)", "killed", "SIGKILL"),
    ("allocates", "", "return np.ones(2**30)", "memory", "more memory"),
    ("allocates_bytes", "", "return bytearray(8 * 2**30)", "memory", "more memory"),
    ("leaks_all", "kept = []", "while True: kept.append(np.empty(2**20))", "memory", "more memory"),
    ("leaks_files", "kept = []", "while True: kept.append(open(__file__))", "raised", "Too many open files"),
    ("forks", "import os", "os.fork()", "forbidden", "start another process"),
    ("runs_program", "import subprocess", "subprocess.run(['true'])", "forbidden", "start another process"),
    ("system", "import os", "os.system('true')", "forbidden", "start another process"),
    ("multiprocessing", "import multiprocessing as m", "m.Process().start()", "forbidden", "another process"),
    ("prints_much", "", "while True: print('x' * 100_000)", "output", "printed more than 8 MB"),
    ("writes_outside", "", "open('/tmp/outside_of_it', 'w')", "forbidden", "tried to write /tmp/outside_of_it"),
    ("writes_beside", "", "open(__file__, 'a')", "forbidden", "tried to write"),
    ("removes", "import os", "os.remove(__file__)", "forbidden", "tried to change"),
    ("reads_home", "import pathlib", "pathlib.Path('/etc/passwd').read_text()", "forbidden", "tried to read /etc"),
    ("huge_file", "", "open('big', 'wb').write(bytes(8_000_000))", "file_size", "larger than plugins may write"),
    ("socket", "import socket", "socket.socket()", "forbidden", "use the network"),
    ("downloads", "import urllib.request as u", "u.urlopen('http://example.com')", "forbidden", "use the network"),
    ("patches_numpy", "", "np.random.rand = len\nreturn thing()", "tampered", "replaced numpy.random.rand"),
    ("patches_time", "import time", "time.time = lambda: 0\nreturn thing()", "tampered", "replaced time.time"),
    ("draws_numpy", "", "np.random.rand()\nreturn thing()", "tampered", "drew from numpy's global random state"),
    ("seeds_numpy", "np.random.seed(0)", "return thing()", "tampered", "drew from numpy's global random state"),
    ("draws_python", "import random", "random.random()\nreturn thing()", "tampered", "Python's random module"),
    ("seterr", "", "np.seterr(all='ignore')\nreturn thing()", "tampered", "np.seterr"),
    ("kills_parent", "import os", "os.kill(os.getppid(), 9)", "forbidden", "send a signal"),
    ("nothing", "", "pass", "result", "must be an ObjectModel, not None"),
    ("wrong_type", "", "return [1, 2]", "result", "must be an ObjectModel, not a list of 2"),
    ("own_type", "class X: pass", "return X()", "result", "X cannot be handed over"),
    ("a_function", "", "return thing(attributes={'a': len})", "result", "cannot be handed over"),
    ("part_name", "", "return ObjectModel((Part(5, triangle(), Material()),))", "result", "must be text, not 5"),
    ("not_finite", "", "return thing(attributes={'a': float('nan')})", "result", "ObjectModel.attributes['a']"),
    ("nan_mesh", "", "triangle(np.nan)\nreturn thing()", "raised", "positions holds values that are not finite"),
    ("nan_forced", "", "t = thing(); p = t.parts[0].mesh.positions; p.flags.writeable = True; p[:] = np.nan\nreturn t",
     "result", "not finite"),
    ("no_faces", "", "m = triangle(); Mesh(m.positions, m.normals, m.uv, m.faces[:0])", "raised", "at least one face"),
    ("index_forced", "", "t = thing(); f = t.parts[0].mesh.faces; f.flags.writeable = True; f[:] = 9\nreturn t",
     "result", "face index 9 is out of range"),
    ("many_faces", "", "return thing(many=60_000)", "result", "60000 faces; at most 50000"),
    ("long_normals", "", "return thing(length=2)", "result", "must have length 1; one has 2"),
    ("half_a_pair", "", r"return thing(attributes={'a': '\ud800'})", "result", "text that UTF-8 can write"),
    ("keypoint", "", "return thing(keypoints=(Keypoint('a', (0.0, float('inf'), 0.0)),))", "result", "position[1]"),
    ("skeleton", "", "return thing(skeleton=(('a', 'b'),))", "result", "which is no keypoint"),
    ("deep", "", "d = {}\nfor _ in range(500): d = {'a': d}\nreturn thing(attributes=d)", "result", "nested deeper"),
    ("deep_tuple", "", "d = ()\nfor _ in range(100_000): d = (d,)\nreturn d", "result", "nested deeper"),
    ("import_error", "import no_such_module_at_all", "return thing()", "import", "ModuleNotFoundError"),
    ("import_raises", "raise RuntimeError('at import')", "return thing()", "import", "RuntimeError: at import"),
    ("syntax", "def broken(:\n    pass", "return thing()", "import", "SyntaxError"),
    ("import_hangs", "while True: pass", "return thing()", "cpu", "processor time"),
    ("import_writes", "open('/tmp/outside_of_it', 'w')", "return thing()", "forbidden", "tried to write"),
)  # fmt: skip
ENDS = frozenset(("exited", "timeout", "cpu", "killed", "memory", "output", "tampered"))


@pytest.fixture(scope="module")
def neighbour(
    tmp_path_factory: pytest.TempPathFactory, hosts: PluginHosts, head: str, sourced: Callable, granted: Callable
) -> tuple[Grant, Callable[[], int]]:
    """Another source in the same hosts; the function calls it and returns the id of its process."""
    path = tmp_path_factory.mktemp("good") / "good_one.py"
    path.write_text(head + "import os\nclass Good(Generator):\n    name = 'good'\n    help = 'Good.'\n"
                    "    def generate(self, values): return thing(attributes={'pid': os.getpid()})\n")  # fmt: skip
    grant = granted(sourced(path), "good", class_name="Good")

    def call() -> int:
        model = hosts.call(grant, grant.manifest.entries[0], "generate", (VALUES,), values=VALUES)
        return int(model.attributes["pid"])

    return grant, call


def _fault(hosts: PluginHosts, grant: Grant) -> Fault:
    with pytest.raises(PluginFault) as caught:
        hosts.call(grant, grant.manifest.entries[0], "generate", (VALUES,), values=VALUES)
    return caught.value.fault


@pytest.mark.parametrize(("name", "top", "body", "cause", "words"), BAD, ids=[row[0] for row in BAD])
def test_the_cause_is_named_and_others_go_on(
    hosts: PluginHosts,
    write_bad: Callable[..., Grant],
    neighbour: tuple[Grant, Callable[[], int]],
    name: str,
    top: str,
    body: str,
    cause: str,
    words: str,
) -> None:
    neighbour_grant, call_neighbour = neighbour
    before = call_neighbour()
    grant = write_bad(body, top, f"bad_{name}")
    fault = _fault(hosts, grant)
    assert (fault.cause, words in fault.message) == (cause, True), fault
    assert fault.source == f"bad_{name}"
    assert dict(fault.values) == VALUES
    assert call_neighbour() == before, "the other source's process is the same"
    again = write_bad("return thing()", "", f"{name}_mended")
    hosts.call(again, again.manifest.entries[0], "generate", (VALUES,), values=VALUES)
    hosts.keep([neighbour_grant])
    assert call_neighbour() == before


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("x = 1\nraise ValueError('here')", "raise ValueError('here')"),
        ("np.zeros(3).reshape(2)", "np.zeros(3).reshape(2)"),
        ("while True: pass", "while True: pass"),
        ("import time\ntime.sleep(60)", "time.sleep(60)"),
        ("import ctypes\nctypes.string_at(0)", "ctypes.string_at(0)"),
        ("open('/etc/passwd')", "open('/etc/passwd')"),
    ],
)
def test_the_authors_own_line_is_told(
    hosts: PluginHosts, write_bad: Callable[..., Grant], body: str, line: str
) -> None:
    grant = write_bad("print('so far')\n" + body, name="lined")
    fault = _fault(hosts, grant)
    lines = Path(grant.source.root).read_text().splitlines()
    assert fault.file == grant.source.root
    assert lines[fault.line - 1].strip() == line == fault.code
    assert "so far" in fault.output
    assert f'File "{fault.file}", line {fault.line}' in fault.trace
    assert "hosting/" not in fault.trace, "only the plugin's own frames"


@pytest.mark.timed
@pytest.mark.alone
def test_a_lost_process_is_replaced_within_a_second(
    hosts: PluginHosts, write_bad: Callable[..., Grant], within: Callable[[float, float], None]
) -> None:
    grant = write_bad("if values['n']: os._exit(1)\nreturn thing()", "import os", "replaced")
    entry, times_s = grant.manifest.entries[0], []
    for _ in range(4):  # the best of some: other programs may have the cores
        with pytest.raises(PluginFault):
            hosts.call(grant, entry, "generate", ({"n": 1},), values={})
        began = time.perf_counter()
        hosts.call(grant, entry, "generate", ({"n": 0},), values={})
        times_s.append(time.perf_counter() - began)
    within(min(times_s), 1.0)


def test_a_leak_over_many_calls_ends_in_a_new_process(hosts: PluginHosts, write_bad: Callable[..., Grant]) -> None:
    grant = write_bad("kept.append(bytearray(20_000_000)); return thing(attributes={'pid': os.getpid()})",
                      "import os\nkept = []", "leaks")  # fmt: skip
    entry = grant.manifest.entries[0]
    pids, causes = set(), set()
    for _ in range(45):
        try:
            pids.add(hosts.call(grant, entry, "generate", (VALUES,), values=VALUES).attributes["pid"])
        except PluginFault as error:
            causes.add(error.fault.cause)
    assert causes == {"memory"}
    assert len(pids) >= 2


def test_files_that_were_changed_after_the_approval_do_not_run(
    hosts: PluginHosts, write_bad: Callable[..., Grant], tmp_path: Path
) -> None:
    grant = write_bad(name="altered")
    with open(grant.source.root, "a") as file:
        file.write(f"\nopen({str(tmp_path / 'ran')!r}, 'w')\n")
    fault = _fault(hosts, grant)
    assert fault.cause == "changed"
    assert "altered.py" in fault.message
    Path(grant.source.root).unlink()
    assert _fault(hosts, grant).cause == "missing"
    assert not (tmp_path / "ran").exists()


def test_what_was_printed_is_kept_to_its_last_part(hosts: PluginHosts, write_bad: Callable[..., Grant]) -> None:
    fault = _fault(hosts, write_bad("for i in range(20_000): print('row', i)\nraise ValueError", name="prints"))
    assert len(fault.output) <= 16 * 1024
    assert "row 19999" in fault.output
    assert "row 0\n" not in fault.output


def test_printing_does_not_disturb_answers(hosts: PluginHosts, write_bad: Callable[..., Grant]) -> None:
    grant = write_bad("print('x' * 300_000, flush=True); os.write(1, b'raw')\nreturn thing()", "import os", "chatty")
    for _ in range(3):
        hosts.call(grant, grant.manifest.entries[0], "generate", (VALUES,), values=VALUES)


def test_what_a_plugin_says_cannot_write_over_what_a_person_reads(
    hosts: PluginHosts, write_bad: Callable[..., Grant]
) -> None:
    fault = _fault(hosts, write_bad(r"print('\x1b[2Jgone'); raise ValueError('\x1b[1mred\ro\ud800')", name="escapes"))
    told = fault.message + fault.output + fault.code + fault.trace
    assert "red" in told
    assert "gone" in told
    assert not {"\x1b", "\r", "\ud800"} & set(told)


def test_a_name_of_pythons_own_is_refused(hosts: PluginHosts, write_bad: Callable[..., Grant]) -> None:
    fault = _fault(hosts, write_bad(name="json"))
    assert fault.cause == "import"
    assert "rename" in fault.way_out


FORGED = (
    "5",
    "('done',)",
    "('fault', 5)",
    "('fault', {'cause': np.zeros(2), 'message': (), 'line': 'x', 'file': 3, 'ends': np.ones(2)})",
    "('ask', 5)",
    "('ask', np.zeros(3))",
    "('ask', 'asset', np.zeros(3), np.zeros(3), np.zeros(3))",
    "('ask', 'asset', 'image', 1, 2)",
    "('ask', 'records', 'open')",
    "('ask', 'records', 'more', 10**30)",
    "(np.zeros(2), 1)",
    "('done', {'no': 'model'})",
    "('ready', 1)",
)


@pytest.mark.parametrize("message", FORGED)
def test_messages_that_a_plugin_forges_deceive_nobody(
    hosts: PluginHosts, write_bad: Callable[..., Grant], message: str
) -> None:
    body = f"""
        wire = b"".join(bytes(p) for p in pieces_of(*Encoder().encode({message})))
        for n in range(3, 12):
            try: os.write(n, wire)
            except OSError: pass
        return thing()
    """
    top = "import os\nfrom myriorama.plugins.hosting.codec import Encoder\n"
    grant = write_bad(body, top + "from myriorama.plugins.hosting.framing import pieces_of\n", "forging")
    causes = set()
    for _ in range(3):
        try:  # what it forges may harm its own answers, and nothing else is raised
            model = hosts.call(grant, grant.manifest.entries[0], "generate", (VALUES,), values=VALUES)
            assert model.parts[0].name == "body"
        except PluginFault as error:
            causes.add(error.fault.cause)
    assert causes <= {"result", "raised"}


def test_an_answer_before_the_question_is_not_taken(hosts: PluginHosts, write_bad: Callable[..., Grant]) -> None:
    body = """
        import gc
        from myriorama.plugins.hosting.child import Line
        line = next(o for o in gc.get_objects() if type(o) is Line)
        for n in range(3):
            line.send(("done", thing(attributes={"forged": n})))
        return thing()
    """
    grant = write_bad(body, name="early")
    fault = _fault(hosts, grant)
    assert fault.cause == "result"
    assert "cannot be read" in fault.message


def test_bytes_that_are_no_message_end_the_process(hosts: PluginHosts, write_bad: Callable[..., Grant]) -> None:
    body = "for n in range(3, 12):\n    try: os.write(n, b'no message at all, of any kind')\n    except OSError: pass\n"
    fault = _fault(hosts, write_bad(body + "return thing()", "import os", "raw_bytes"))
    assert fault.cause == "result"
    assert "no message" in fault.message
