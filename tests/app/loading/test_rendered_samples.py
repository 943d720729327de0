"""Samples rendered for a training loop: those of a dataset, in order, begun again at will, and no process is left."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from myriorama.app.loading import RenderedSamples, WrittenSamples
from myriorama.app.loading.maker import UnmadeError
from myriorama.app.loading.wire import receive_sample, send_sample
from myriorama.app.production.job import JobSettings, run_job
from myriorama.plugins.selection import Selection
from myriorama.plugins.splitting import Split
from myriorama.scenes.errors import InputError, MyrioramaError

pytestmark = pytest.mark.gl
SIZE = (96, 72)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, mugs_tree: Callable[..., dict[str, Any]]) -> Path:
    path = tmp_path_factory.mktemp("project") / "project.json"
    path.write_text(json.dumps(mugs_tree()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def samples(project: Path) -> Iterator[RenderedSamples]:
    """Two processes for all tests that do no harm to them."""
    with RenderedSamples(project, range(5), workers=2, size=SIZE) as made:
        yield made


def children() -> set[int]:
    return {p.pid for p in psutil.Process().children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE}


def test_they_are_the_samples_of_a_dataset(project: Path, samples: RenderedSamples, tmp_path: Path) -> None:
    settings = JobSettings(project, 5, tmp_path / "set", width=SIZE[0], height=SIZE[1], formats=("raw",))
    written = WrittenSamples(run_job(settings).folder)
    for stored, made in zip(written, samples, strict=True):
        for name in ("image", "masks", "boxes", "class_ids", "keypoints", "visible", "surface_id", "K", "amodal_masks"):
            assert np.array_equal(stored[name], made[name], equal_nan=True), name
            assert stored[name].dtype == made[name].dtype
        assert (stored["key"], stored["class_names"]) == (made["key"], made["class_names"])
        assert np.abs(stored["depth"] - made["depth"]).max() <= 0.0005 + 1e-6
        assert set(stored) == set(made)


def test_each_iteration_begins_anew_in_order(samples: RenderedSamples) -> None:
    for _ in range(2):
        assert [sample["index"] for sample in samples] == [0, 1, 2, 3, 4]
    left = iter(samples)
    assert next(left)["index"] == 0
    assert [sample["index"] for sample in samples] == [0, 1, 2, 3, 4]
    with pytest.raises(MyrioramaError, match="another iteration"):
        next(left)
    for _ in range(12):  # more beginnings than requests that fit
        assert next(iter(samples))["index"] == 0


def test_without_end_and_in_any_order(project: Path) -> None:
    with RenderedSamples(project, workers=1, size=SIZE, fields=("index", "image")) as endless:
        assert [sample["index"] for sample in islice(endless, 3)] == [0, 1, 2]
        assert set(next(iter(endless))) == {"index", "image"}
        endless.indices = (7, 3, 3)
        rows = list(endless)
    assert [row["index"] for row in rows] == [7, 3, 3]
    assert np.array_equal(rows[1]["image"], rows[2]["image"])


def test_no_process_is_left(project: Path) -> None:
    before = children()
    samples = RenderedSamples(project, range(100), workers=2, size=SIZE)
    assert children() == before, "they start with the first sample"
    with samples:
        next(iter(samples))
        assert len(children() - before) >= 2
    assert children() == before
    next(iter(samples))
    del samples
    assert children() == before, "one that is forgotten takes them along"


def test_in_this_process(project: Path, samples: RenderedSamples) -> None:
    here = list(RenderedSamples(project, range(2), workers=0, size=SIZE))
    for one, other in zip(here, samples, strict=False):
        assert np.array_equal(one["masks"], other["masks"])
        assert np.abs(one["image"].astype(int) - other["image"]).max() <= 1


def test_a_process_that_is_killed_is_an_error(project: Path) -> None:
    before = children()
    with RenderedSamples(project, range(100), workers=1, size=SIZE) as samples:
        rows = iter(samples)
        next(rows)
        for pid in children() - before:
            if "spawn_main" in " ".join(psutil.Process(pid).cmdline()):
                psutil.Process(pid).kill()
        with pytest.raises(MyrioramaError, match="exit code -9"):
            list(rows)


def test_what_cannot_be_made_is_raised_or_left_out(tmp_path: Path, mugs_tree: Callable[..., dict[str, Any]]) -> None:
    tree = mugs_tree(acceptance=[{"name": "four", "class": "mug", "at_least": 4}], max_attempts=1)
    (tmp_path / "project.json").write_text(json.dumps(tree), encoding="utf-8")
    with RenderedSamples(tmp_path, range(8), size=SIZE, unmade="skip", fields=("index",)) as samples:
        kept = [row["index"] for row in samples]
        assert sorted([*kept, *samples.skipped]) == list(range(8))
        assert samples.skipped
        assert all("none of the attempts" in why for why in samples.skipped.values())
    strict = RenderedSamples(tmp_path, range(8), workers=0, size=SIZE)
    with pytest.raises(UnmadeError, match="refused by four"):
        list(strict)


def test_a_part_of_the_split(project: Path, samples: RenderedSamples) -> None:
    chosen = Selection(split=Split((0.5, 0.5, 0.0)))
    with RenderedSamples(project, range(5), selection=chosen, part="val", size=SIZE, fields=("index", "part")) as val:
        rows = list(val)
    expected = [s["index"] for s in samples if chosen.split.part_of(s["record"]) == "val"]
    assert [row["index"] for row in rows] == expected
    assert {row["part"] for row in rows} == {"val"}


def test_nonsense_is_refused_before_anything_starts(project: Path, tmp_path: Path) -> None:
    before = children()
    for told, settings in (
        ("a number of processes", {"workers": -1}),
        ("no such part", {"part": "training"}),
        ("labels", {"labels": ("no_such",)}),
    ):
        with pytest.raises(InputError, match=told):
            RenderedSamples(project, **settings)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        RenderedSamples(tmp_path / "none.json")
    assert children() == before


def test_a_message_holds_what_was_sent() -> None:
    import multiprocessing

    ours, theirs = multiprocessing.Pipe()
    sent = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "none": np.zeros((0, 4), dtype=np.uint8)}
    send_sample(theirs, {"token": 3}, sent)
    told, arrays = receive_sample(ours)
    ours.close()
    theirs.close()
    assert told == {"token": 3}
    for name, array in sent.items():
        assert arrays[name].dtype == array.dtype
        assert np.array_equal(arrays[name], array)
        assert arrays[name].flags.writeable
