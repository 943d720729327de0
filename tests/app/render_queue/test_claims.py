"""One unfinished dataset is written by one job, or by shards, whatever queue they are in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from myriorama.app.dataset.layout import partial_of
from myriorama.app.render_queue.claims import DrivenElsewhereError, claimed
from myriorama.app.render_queue.driver import Driver
from myriorama.app.render_queue.jobs import Jobs
from myriorama.app.render_queue.merging import merge
from myriorama.scenes.errors import InputError


@pytest.fixture
def begun(yard: Any) -> Any:
    """A job that was stopped in the middle."""
    entry = yard.add(count=30, workers=1)
    made = []
    driver = yard.driver(entry, stop=lambda: len(made) >= 10, on_progress=made.append)
    assert driver.run() != "finished"
    return entry


def test_a_job_of_another_queue_does_not_write_into_a_dataset_under_way(yard: Any, begun: Any, tmp_path: Path) -> None:
    partial = partial_of(Path(begun.out))
    other = Jobs(tmp_path / "other queue")
    same = other.add(yard.snapshot(count=30), workers=1)
    with claimed(partial, shared=False):
        before = sorted(p.name for p in partial.rglob("*"))
        with pytest.raises(DrivenElsewhereError, match="another process writes into it"):
            Driver(other, same, durable=False).run()
        assert sorted(p.name for p in partial.rglob("*")) == before
    assert yard.driver(begun).run() == "finished"
    assert not partial.exists()


def test_shards_share_a_dataset_and_merging_waits_for_none_of_them(yard: Any) -> None:
    for part in (1, 2):
        entry = yard.add(count=20, workers=1, shard=(part, 2))
        partial = partial_of(Path(entry.out))
        if part == 2:
            with claimed(partial, shared=True):
                assert yard.driver(entry).run()
                with pytest.raises(InputError, match="another process writes into it"):
                    merge(Path(entry.out))
        else:
            yard.driver(entry).run()
    assert merge(Path(entry.out))
    assert Path(entry.out).is_dir()


def test_a_whole_job_and_a_shard_keep_each_other_out(yard: Any, begun: Any) -> None:
    partial = partial_of(Path(begun.out))
    with claimed(partial, shared=True), pytest.raises(DrivenElsewhereError):
        yard.driver(begun).run()
    with claimed(partial, shared=False), pytest.raises(DrivenElsewhereError), claimed(partial, shared=True):
        pass
