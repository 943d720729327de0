"""The host processes of one worker: kept, replaced, shared by threads, and gone when they are not wanted."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from myriorama.plugins.faults import PluginFault
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.hosting.leftovers import own_scratch
from myriorama.plugins.hosting.limits import Limits, limits_from_json
from myriorama.plugins.sources import Grant
from myriorama.scenes.errors import PluginError

PID = "return thing(attributes={'pid': os.getpid(), 'n': values.get('n', 0)})"


@pytest.fixture
def own_hosts(short: Limits, tmp_path: Path) -> Iterator[PluginHosts]:
    made = PluginHosts(short, tmp_path)
    yield made
    made.close()


def _call(hosts: PluginHosts, grant: Grant, **values: Any) -> dict[str, Any]:
    return dict(hosts.call(grant, grant.manifest.entries[0], "generate", (values,), values=values).attributes)


def _gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_one_process_for_a_source_and_another_for_another(own_hosts: PluginHosts, write_bad: Callable) -> None:
    first, second = write_bad(PID, "import os", "first"), write_bad(PID, "import os", "second")
    pids = {_call(own_hosts, g)["pid"] for g in (first, second, first, second)}
    assert len(pids) == 2
    assert os.getpid() not in pids
    assert set(own_hosts.pids()) == pids


def test_the_source_unused_for_longest_gives_way(
    own_hosts: PluginHosts, write_bad: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("myriorama.plugins.hosting.hosts.MOST_LOADED", 2)
    grants = [write_bad(PID, "import os", name) for name in ("one", "two", "three")]
    one, two = (_call(own_hosts, g)["pid"] for g in grants[:2])
    assert _call(own_hosts, grants[0])["pid"] == one
    three = _call(own_hosts, grants[2])["pid"]
    assert _gone(two)
    assert set(own_hosts.pids()) == {one, three}
    assert _call(own_hosts, grants[1])["pid"] != two


def test_nothing_runs_before_it_is_needed(own_hosts: PluginHosts, tmp_path: Path) -> None:
    assert own_hosts.pids() == ()
    own_hosts.keep([])
    assert not list(tmp_path.iterdir()), "neither a process nor its folder"


def test_a_source_that_is_not_kept_ends(own_hosts: PluginHosts, write_bad: Callable) -> None:
    first, second = write_bad(PID, "import os", "first"), write_bad(PID, "import os", "second")
    gone, stays = _call(own_hosts, first)["pid"], _call(own_hosts, second)["pid"]
    own_hosts.keep([second])
    assert _gone(gone)
    assert _call(own_hosts, second)["pid"] == stays
    own_hosts.keep([])
    assert _gone(stays)
    assert _call(own_hosts, second)["pid"] not in (gone, stays)


def test_changed_files_of_a_new_grant_run_in_a_new_process(own_hosts: PluginHosts, write_bad: Callable) -> None:
    old = write_bad(PID, "import os", "edited")
    before = _call(own_hosts, old)["pid"]
    new = write_bad("return thing(attributes={'new': True})", "", "edited")
    own_hosts.keep([new])
    assert _call(own_hosts, new) == {"new": True}
    assert _gone(before)


@pytest.mark.timed
@pytest.mark.alone
def test_a_hanging_source_holds_up_nobody_else(own_hosts: PluginHosts, write_bad: Callable, within: Callable) -> None:
    hanging, good = write_bad("time.sleep(60)", "import time", "hanging"), write_bad(PID, "import os", "good")
    _call(own_hosts, good)
    faults: list[PluginFault] = []

    def hang() -> None:
        try:
            _call(own_hosts, hanging)
        except PluginFault as error:
            faults.append(error)

    thread = threading.Thread(target=hang)
    thread.start()
    longest_s, calls = 0.0, 0
    while thread.is_alive():
        began = time.perf_counter()
        _call(own_hosts, good)
        longest_s, calls = max(longest_s, time.perf_counter() - began), calls + 1
        time.sleep(0.02)
    assert faults[0].fault.cause == "timeout"
    assert calls > 30
    within(longest_s, 1.5)


def test_threads_share_a_process_and_get_their_own_answers(own_hosts: PluginHosts, write_bad: Callable) -> None:
    grant = write_bad(PID, "import os", "shared")
    wrong: list[int] = []
    pids: set[int] = set()

    def work(first: int) -> None:
        for n in range(first, first + 40):
            told = _call(own_hosts, grant, n=n)
            pids.add(told["pid"])
            if told["n"] != n:
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(1000 * i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(pids) == 1


def test_a_process_that_ends_between_calls_is_replaced_without_a_word(
    own_hosts: PluginHosts, write_bad: Callable
) -> None:
    grant = write_bad(PID, "import os", "fragile")
    before = _call(own_hosts, grant)["pid"]
    os.kill(before, 9)
    assert _gone_or_zombie(before)
    assert _call(own_hosts, grant)["pid"] != before


def _gone_or_zombie(pid: int) -> bool:
    time.sleep(0.1)
    return True if _missing(pid) else "Z" in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1][:3]


def _missing(pid: int) -> bool:
    return not Path(f"/proc/{pid}/stat").exists()


def test_an_interrupted_call_is_not_answered_by_the_next(own_hosts: PluginHosts, write_bad: Callable) -> None:
    """A question that fails in the program ends the process: no later call reads the answer to an older one."""
    body = "return thing(attributes={'n': values['n'], 'w': values['picture'].image().pixels.shape[0]})"
    grant = write_bad(body, "", "asking")
    from myriorama.scenes.assets.store import Asset, OpenAsset

    class Broken:
        def image(self, asset: Asset, *, srgb: bool) -> Any:
            raise KeyboardInterrupt

    values = {"picture": OpenAsset(Asset("a.png", Path("/a.png"), "0" * 64), Broken()), "n": 1}  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        own_hosts.call(grant, grant.manifest.entries[0], "generate", (values,), values=values)
    assert own_hosts.pids() == ()
    plain = write_bad(PID, "import os", "asking")
    assert _call(own_hosts, plain, n=2)["n"] == 2


@pytest.mark.timed
@pytest.mark.alone
def test_closing_ends_a_call_that_hangs(short: Limits, tmp_path: Path, write_bad: Callable, within: Callable) -> None:
    made = PluginHosts(short, tmp_path / "..")
    grant = write_bad("time.sleep(60)", "import time", "hung")
    causes: list[str] = []

    def hang() -> None:
        try:
            _call(made, grant)
        except PluginFault as error:
            causes.append(error.fault.cause)

    thread = threading.Thread(target=hang)
    thread.start()
    while not made.pids():
        time.sleep(0.01)
    time.sleep(0.1)
    began = time.perf_counter()
    made.close()
    thread.join(20.0)
    assert not thread.is_alive()
    within(time.perf_counter() - began, 1.5)
    assert causes == ["killed"]


def test_scratch_is_bounded_together(own_hosts: PluginHosts, write_bad: Callable) -> None:
    body = "for i in range(4): open(f'part{i}', 'wb').write(bytes(1_500_000))\nreturn thing()"
    grant = write_bad(body, "", "filling")
    with pytest.raises(PluginFault, match="temporary folder") as caught:
        _call(own_hosts, grant)
    assert caught.value.fault.cause == "file_size"


def test_nothing_is_left_when_closed(short: Limits, tmp_path: Path, write_bad: Callable) -> None:
    place = tmp_path / "scratch"
    place.mkdir()
    made = PluginHosts(short, place)
    grant = write_bad("open('kept', 'w').write('x')\n" + PID, "import os", "leaving")
    pid = _call(made, grant)["pid"]
    made.close()
    assert _gone(pid)
    assert not list(place.iterdir())
    with pytest.raises(PluginError, match="closed"):
        _call(made, grant)
    made.close()


def test_what_a_killed_program_left_is_swept(tmp_path: Path) -> None:
    dead, alive = tmp_path / "myriorama-plugins-999999999-abcd", tmp_path / f"myriorama-plugins-{os.getpid()}-abcd"
    other = tmp_path / "myriorama-plugins-notes"
    for folder in (dead, alive, other):
        folder.mkdir()
    made = own_scratch(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([alive, other, made])


def test_limits_travel_as_json(short: Limits) -> None:
    assert limits_from_json(short.to_json()) == short


def test_functions_of_the_program_run_beside_the_plugin(own_hosts: PluginHosts, write_bad: Callable) -> None:
    grant = write_bad(PID, "import os", "looked_at")
    told = own_hosts.run(grant.source, "myriorama.plugins.hosting.describing:describe_for", {"x": 1})
    assert [p["name"] for p in told["plugins"]] == ["bad"]
    with pytest.raises(ValueError, match="program itself"):
        own_hosts.run(grant.source, "os:system", "true")
    slow = write_bad("return thing()", "import time\ntime.sleep(1.0)", "slow_import")
    with pytest.raises(PluginFault, match=r"within 0\.3 s"):
        own_hosts.run(slow.source, "myriorama.plugins.hosting.describing:describe_for", {}, wall_s=0.3)
