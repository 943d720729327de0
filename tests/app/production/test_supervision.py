"""Workers die, samples fail, rules refuse: the job goes on, and says what happened."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from myriorama.app import open_project
from myriorama.app.production.job import JobSettings, Progress, run_job
from myriorama.app.production.producer import AcceptanceError
from myriorama.app.render_queue.crew import Crew
from myriorama.scenes.errors import DeviceError, InputError

pytestmark = pytest.mark.gl


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_killed_workers_are_replaced_and_the_dataset_is_the_same(
    small_project: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_project()
    calm = run_job(JobSettings(path, 8, tmp_path / "calm"))
    crews: list[Crew] = []
    enter = Crew.__enter__

    def remember(self: Crew) -> Crew:
        crews.append(self)
        return enter(self)

    monkeypatch.setattr(Crew, "__enter__", remember)
    killed: dict[int, int] = {}

    def kill_now_and_then(progress: Progress) -> None:
        if progress.done in (2, 5) and progress.done not in killed:
            alive = [w.pid for w in crews[0].workers if w.pid not in killed.values()]  # deaths show late
            killed[progress.done] = alive[0]
            os.kill(killed[progress.done], signal.SIGKILL)

    stormy = run_job(JobSettings(path, 8, tmp_path / "stormy", workers=2), kill_now_and_then)
    assert len(set(killed.values())) == 2
    assert stormy.quarantined == ()
    assert files_of(stormy.folder) == files_of(calm.folder)


def test_no_worker_outlives_its_job(small_project: Callable[..., Path], tmp_path: Path) -> None:
    seen: list[Crew] = []
    enter = Crew.__enter__
    with pytest.MonkeyPatch.context() as patch:

        def remember(self: Crew) -> Crew:
            seen.append(self)
            return enter(self)

        patch.setattr(Crew, "__enter__", remember)
        pids: list[int] = []
        run_job(
            JobSettings(small_project(), 2, tmp_path / "set"), lambda _: pids.extend(w.pid for w in seen[0].workers)
        )
    assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_sample_that_cannot_be_built_is_quarantined_and_the_others_are_written(
    small_project: Callable[..., Path], tmp_path: Path
) -> None:
    # the class of a mug is taken from its height, and only one of the two heights has a class
    def classed_by_height(raw: dict[str, Any]) -> None:
        raw["objects"][0]["class"] = {"attribute": "height_m", "map": {"0.1": "mug"}}
        raw["objects"][0]["parameters"]["height_m"] = {"choice": [0.1, 0.11]}
        raw["objects"][0]["count"] = 1

    result = run_job(JobSettings(small_project(classed_by_height), 8, tmp_path / "set"))
    assert 0 < len(result.quarantined) < 8
    assert result.written == 8 - len(result.quarantined)
    assert all("mugs.class" in q.reasons[0] for q in result.quarantined)
    kept = sorted(p.name for p in (tmp_path / "set.quarantine").iterdir())
    assert kept == sorted(q.key for q in result.quarantined)
    assert all((tmp_path / "set.quarantine" / name / "recipe.json").is_file() for name in kept)


def test_acceptance_rules_draw_again_and_count_why(small_project: Callable[..., Path], tmp_path: Path) -> None:
    def at_least_four(raw: dict[str, Any]) -> None:
        raw["acceptance"] = [{"name": "four mugs", "class": "mug", "at_least": 4, "min_visible": 0.05}]

    result = run_job(JobSettings(small_project(at_least_four), 5, tmp_path / "set"))
    assert result.written == 5
    assert result.refused["four mugs"] > 0
    with open_project(small_project(at_least_four)) as opened:
        for record in opened.records(range(5)):
            seen = [a for a in record.annotations if a.class_name == "mug"]
            assert len(seen) >= 4
            assert all(a.visible is not None for a in seen)


def test_a_rule_that_never_holds_ends_with_its_name(small_project: Callable[..., Path]) -> None:
    def impossible(raw: dict[str, Any]) -> None:
        raw["acceptance"] = [{"name": "a crowd", "at_least": 99}]
        raw["max_attempts"] = 3

    with (
        open_project(small_project(impossible)) as opened,
        pytest.raises(AcceptanceError, match=r"a crowd \(3 times\)"),
    ):
        opened.record(0)


def test_nothing_is_left_behind_where_a_job_is_refused(small_project: Callable[..., Path], tmp_path: Path) -> None:
    def broken(raw: dict[str, Any]) -> None:
        raw["objects"][0]["parameters"]["height_m"] = {"uniform": [0.2, 0.1]}

    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError):
        run_job(JobSettings(small_project(broken), 2, tmp_path / "out" / "set"))
    assert sorted(p for p in tmp_path.iterdir() if p.name != "project") == before


def test_a_writer_takes_its_options_from_the_project(small_project: Callable[..., Path], tmp_path: Path) -> None:
    def exact_depth(raw: dict[str, Any]) -> None:
        raw["output"]["writer_options"] = {"raw": {"depth": "float32", "normals": "none"}}

    result = run_job(JobSettings(small_project(exact_depth), 1, tmp_path / "set"))
    assert (result.folder / "depth" / "00000000.npy").is_file()
    assert not (result.folder / "normal").exists()


def test_a_wrong_writer_option_names_its_place(small_project: Callable[..., Path], tmp_path: Path) -> None:
    def wrong(raw: dict[str, Any]) -> None:
        raw["output"]["writer_options"] = {"raw": {"depth": "png17", "deepness": 1}, "cocoa": {}}

    with pytest.raises(InputError) as told:
        run_job(JobSettings(small_project(wrong), 1, tmp_path / "set"))
    places = [p.place for p in told.value.problems]
    assert places == [
        "output.writer_options.raw.depth",
        "output.writer_options.raw.deepness",
        "output.writer_options.cocoa",
    ]


def test_a_far_ground_is_refused_before_the_first_file(small_project: Callable[..., Path], tmp_path: Path) -> None:
    # 16-bit depth in millimetres ends at 65.5 m, and this ground reaches a kilometre
    def far(raw: dict[str, Any]) -> None:
        raw["environment"][0]["parameters"] = {"width_m": 2000, "depth_m": 2000}
        raw["camera"]["rig"]["parameters"].update(elevation_deg=5, distance_m=20)

    with pytest.raises(InputError, match="depth"):
        run_job(JobSettings(small_project(far), 2, tmp_path / "set"))
    assert not (tmp_path / "set.partial").exists()


def test_a_sample_that_kills_its_workers_is_kept_apart(
    small_project: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import myriorama.app.render_queue.crew as module

    monkeypatch.setattr(module, "worker_main", _worker_that_dies_over_sample_2)
    result = run_job(JobSettings(small_project(), 4, tmp_path / "set"))
    assert result.written == 3
    assert [q.index for q in result.quarantined] == [2]
    assert "the worker ended with code -11" in result.quarantined[0].reasons[0]
    kept = tmp_path / "set.quarantine" / result.quarantined[0].key
    assert sorted(p.name for p in kept.iterdir()) == ["reason.json", "recipe.json"]


def _worker_that_dies_over_sample_2(pipe: Any, setup_text: str, parent: int) -> None:
    import myriorama.app.production.worker as module

    make = module.Worker.make

    def dying(self: Any, index: int, *, last: bool = True) -> Any:
        if index == 2:
            os.kill(os.getpid(), signal.SIGSEGV)
        return make(self, index, last=last)

    module.Worker.make = dying  # type: ignore[method-assign]
    module.worker_main(pipe, setup_text, parent)


def test_a_device_that_keeps_failing_ends_the_job_and_leaves_nothing(
    small_project: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import myriorama.app.render_queue.crew as module

    monkeypatch.setattr(module, "worker_main", _worker_without_a_device)
    with pytest.raises(DeviceError, match="lost for good"):
        run_job(JobSettings(small_project(), 4, tmp_path / "set"))
    assert [p.name for p in tmp_path.iterdir()] == ["project"]


def _worker_without_a_device(pipe: Any, setup_text: str, parent: int) -> None:
    import myriorama.app.production.worker as module

    def fail(self: Any, index: int, *, last: bool = True) -> Any:
        raise DeviceError("lost for good")

    module.Worker.make = fail  # type: ignore[method-assign]
    module.worker_main(pipe, setup_text, parent)
