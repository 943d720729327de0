"""A written dataset is told from its files alone, and tells what the program itself knows of the same samples."""

from __future__ import annotations

import json
import queue
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from myriorama.app.browsing.browse import Condition
from myriorama.app.dataset.encoders import decode_png
from myriorama.app.dataset.manifest import read_manifest
from myriorama.app.overlays import OverlayState
from myriorama.app.preview.tiles import SampleFacts, Tile, TileKey
from myriorama.app.preview.workbench import Workbench
from myriorama.app.queue_view.stored import facts_at, smaller, tile_at
from myriorama.app.queue_view.summary import read_summary
from myriorama.app.queue_view.written import WrittenDataset, read_info
from myriorama.app.viewing.colors import hex_rgb
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.model import ClassUseRow
from myriorama.scenes.rendering.raster.engine import RasterRenderer

pytestmark = pytest.mark.gl


class Models:
    """Calls that come from threads, run by the test."""

    def __init__(self) -> None:
        self._calls: queue.Queue[Callable[[], None]] = queue.Queue()
        self.post = self._calls.put

    def run(self, until: Callable[[], bool], timeout_s: float = 20.0) -> None:
        end_s = time.perf_counter() + timeout_s
        while not until():
            assert time.perf_counter() < end_s, "what was waited for did not happen in time"
            try:
                self._calls.get(timeout=0.2)()
            except queue.Empty:
                continue


def test_the_summary_is_the_manifests(made_set: Path) -> None:
    summary, manifest = read_summary(made_set), read_manifest(made_set)
    assert {**summary.head, "digest": summary.digest} == manifest.head
    assert summary.numbers.tolist() == [row["index"] for row in manifest.samples]
    assert list(summary.quarantined) == [row["index"] for row in manifest.quarantined]
    assert summary.annotations == sum(row["annotations"] for row in manifest.samples)
    assert (summary.files, summary.bytes) == (len(manifest.files), sum(f.bytes for f in manifest.files))
    assert summary.digest == manifest.digest
    assert summary.numbers.tolist() == [0, 1, 4, 5, 7, 8, 9, 11]
    assert list(summary.quarantined) == [2, 6]


@pytest.mark.parametrize("place", [0.01, 0.3, 0.6, 0.9, 0.999])
def test_a_changed_manifest_is_not_believed(made_set: Path, tmp_path: Path, place: float) -> None:
    content = bytearray((made_set / "manifest.json").read_bytes())
    at = int(place * len(content))
    content[at] = content[at] ^ 1
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(InputError, match="manifest"):
        read_summary(tmp_path)
    (tmp_path / "manifest.json").write_bytes(bytes(content[: at // 2]))
    with pytest.raises(InputError, match="manifest"):
        read_summary(tmp_path)


def test_a_picture_and_its_masks_are_those_of_the_files(made_set: Path) -> None:
    info = read_info(made_set)
    for number in info.numbers.tolist():
        tile = tile_at(made_set, number, 10_000)
        assert tile.problem == ""
        record = json.loads((made_set / f"records/{number:08d}.json").read_bytes())
        assert np.array_equal(tile.rgb, decode_png((made_set / record["files"]["rgb"]["path"]).read_bytes()))
        ids = decode_png((made_set / record["files"]["instance_id"]["path"]).read_bytes())
        assert len(tile.items) == len(record["annotations"]) > 0
        for item, told in zip(tile.items, record["annotations"], strict=True):
            height, width = item.mask.shape
            there = ids[item.y : item.y + height, item.x : item.x + width] == told["instance"] + 1
            assert np.array_equal(item.mask, there), "the code says what the written id image says"
            assert item.mask.sum() == told["area_px"]


def test_a_smaller_picture_has_its_labels_in_its_own_pixels(made_set: Path) -> None:
    number = int(read_info(made_set).numbers[0])
    full, small = tile_at(made_set, number, 64), tile_at(made_set, number, 32)
    assert full.rgb.shape == (48, 64, 3)
    assert small.rgb.shape == (24, 32, 3)
    for a, b in zip(full.items, small.items, strict=True):
        assert abs(a.x / 2 - b.x) <= 1
        assert abs(a.mask.shape[0] / 2 - b.mask.shape[0]) <= 1
        assert b.x + b.mask.shape[1] <= 32
        assert b.y + b.mask.shape[0] <= 24
        assert [(x / 2, y / 2, v) for x, y, v in a.keypoints] == list(b.keypoints)
    assert smaller(full.items[0], 1.0, 1.0).mask.shape == full.items[0].mask.shape


def test_facts_are_those_that_the_program_counts(made_set: Path, tmp_path: Path) -> None:
    """The gallery's own process, given the project, counts the same as is read from the files."""
    info, registry = read_info(made_set), builtin_registry()
    number = int(info.numbers[1])
    read = facts_at(made_set, number, registry, info.project.camera.uid, place=1)
    bench = Workbench(registry, RasterRenderer(), tmp_path / "cache")
    text = (made_set / "project.json").read_text(encoding="utf-8")
    opened = bench.open(text, str(made_set), ())
    counted = bench.facts(opened, number, lambda: False)
    bench.close()
    assert read.index == 1
    assert (read.sample_key, read.recipe_hash) == (counted["sample_key"], counted["recipe_hash"])
    assert dict(read.values) == counted["values"]
    assert read.hidden == counted["hidden"]
    for mine, other in zip(read.objects, counted["objects"], strict=True):
        assert (mine.instance_key, mine.box, mine.area_px) == (other["instance_key"], other["box"], other["area_px"])
        assert mine.visible == pytest.approx(other["visible"])
        assert mine.distance_m == pytest.approx(other["distance_m"], abs=1e-6)
        assert mine.viewing_direction == pytest.approx(other["viewing_direction"], abs=1e-6)
        assert dict(mine.attributes) == dict(other["attributes"])


def test_a_dataset_stands_in_for_a_studio(made_set: Path) -> None:
    models = Models()
    info = read_info(made_set)
    dataset = WrittenDataset(models.post, info, builtin_registry(), OverlayState())
    tiles: list[Tile] = []
    dataset.tiles.tile_ready.connect(tiles.append)
    dataset.tiles.want([TileKey(2), TileKey(0), TileKey(99)], 48)
    models.run(lambda: len(tiles) == 2)
    assert [t.key.index for t in tiles] == [2, 0]
    dataset.facts_demand.hold("test")
    models.run(lambda: dataset.table.known == dataset.count)
    indices, numbers = dataset.table.values("index")
    assert numbers.tolist() == info.numbers.tolist(), "a column tells the samples' own numbers"
    assert list(dataset.shown()) == list(range(dataset.count))
    low = float(info.numbers[2])
    dataset.browse.demand(Condition("index", low, None))
    assert [dataset.number(p) for p in dataset.shown()] == [n for n in info.numbers if n >= low]
    dataset.browse.clear()
    dataset.browse.sort_by("objects", descending=True)
    counts = {int(i): float(v) for i, v in zip(*dataset.table.values("objects"), strict=True)}
    told = [counts[p] for p in dataset.shown()]
    assert told == sorted(told, reverse=True)
    assert dataset.place(int(info.numbers[1])) == 1
    assert dataset.place(10_000) is None
    dataset.close()
    assert len(indices) == dataset.count


def test_a_dataset_is_drawn_as_its_own_formats_show_it(made_set: Path) -> None:
    info = read_info(made_set)
    own = info.project.classes[0]
    for row, name in ((ClassUseRow(use="ignore"), own.name), (ClassUseRow(name="vessel"), "vessel")):
        output = info.project.output.model_copy(update={"class_map": {own.name: row}})
        mapped = replace(info, project=info.project.model_copy(update={"output": output}))
        dataset = WrittenDataset(Models().post, mapped, builtin_registry(), OverlayState())
        look = dataset.looks[own.name]
        assert (look.name, look.use, look.color) == (name, row.use, hex_rgb(own.color))
        dataset.close()


def test_what_was_changed_since_is_told_and_the_rest_is_shown(made_set: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(made_set, copy)
    info = read_info(copy)
    first, second, third = (int(n) for n in info.numbers[:3])
    record = json.loads((copy / f"records/{first:08d}.json").read_bytes())
    (copy / record["files"]["rgb"]["path"]).unlink()
    (copy / f"records/{second:08d}.json").write_text('{"annotations": 3}')
    record = json.loads((copy / f"records/{third:08d}.json").read_bytes())
    record["files"]["rgb"]["path"] = "../../etc/passwd"
    (copy / f"records/{third:08d}.json").write_text(json.dumps(record))
    problems = [tile_at(copy, n, 64).problem for n in (first, second, third)]
    assert "not there" in problems[0]
    assert all(problems)
    models = Models()
    dataset = WrittenDataset(models.post, info, builtin_registry(), OverlayState())
    told: list[tuple[int, str]] = []
    facts: list[SampleFacts] = []
    dataset.tiles.trouble.connect(lambda place, why: told.append((place, why)))
    dataset.tiles.facts_ready.connect(facts.append)
    dataset.tiles.want_facts(range(dataset.count))
    models.run(lambda: len(told) + len(facts) == dataset.count)
    assert [place for place, _ in told] == [0, 1, 2]
    dataset.close()


def test_what_is_no_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a finished dataset"):
        read_info(tmp_path)
