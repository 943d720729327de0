"""Exports of a finished dataset: the bytes that rendering gives, filtered and split, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app.cli.program import run
from myriorama.app.conversion.counting import Columns, ObjectTable
from myriorama.app.conversion.exporting import (
    ExportWanted,
    StoppedError,
    export_dataset,
    shown_records,
)
from myriorama.app.dataset.layout import CARD, CARD_PICTURE, CHECKSUMS, CROISSANT, EXPORT
from myriorama.app.dataset.manifest import read_manifest
from myriorama.app.dataset.verify import verify
from myriorama.plugins.selection import ClassUse, Filter, Selection, View
from myriorama.plugins.splitting import Split
from myriorama.scenes.errors import InputError

Make = Callable[..., Path]


@pytest.fixture
def dataset(make_dataset: Make) -> Path:
    return make_dataset()


def tree(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()
    }


def test_an_export_has_the_bytes_that_rendering_gave(dataset: Path, tmp_path: Path) -> None:
    before = tree(dataset)
    seen: list[tuple[int, int]] = []
    made = export_dataset(ExportWanted(dataset, tmp_path / "out", "coco"), on_progress=lambda *s: seen.append(s))
    after = tree(tmp_path / "out")
    own = {CHECKSUMS, EXPORT, CARD, CROISSANT}  # an export's card is its own, and tells how it was made
    shared = {name for name in after if name in before} - own
    assert {"annotations/instances.json", "images/00000000.png"} <= shared
    assert all(after[name] == before[name] for name in shared)
    assert set(after) - shared == own
    assert CARD_PICTURE in shared, "the same samples with the same labels are shown"
    assert tree(dataset) == before
    [finding] = verify(tmp_path / "out").findings
    assert "an export" in str(finding)
    assert CHECKSUMS in str(finding)
    assert made.samples == 3
    assert seen == [(1, 3), (2, 3), (3, 3)]
    done = subprocess.run(
        ["sha256sum", "-c", CHECKSUMS], cwd=tmp_path / "out", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert len(done.stdout.splitlines()) == made.files == len(after) - 1
    told = json.loads((tmp_path / "out" / EXPORT).read_text())
    assert told["dataset_digest"] == read_manifest(dataset).digest


def test_the_same_export_twice_is_the_same(dataset: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        export_dataset(
            ExportWanted(dataset, tmp_path / name, "coco", selection=Selection(split=Split((0.5, 0.5, 0.0))))
        )
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_links_share_the_pictures(dataset: Path, tmp_path: Path) -> None:
    export_dataset(ExportWanted(dataset, tmp_path / "out", "coco", link=True))
    assert (tmp_path / "out/images/00000000.png").samefile(dataset / "images/00000000.png")


def test_a_stopped_or_failed_export_leaves_nothing(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        export_dataset(ExportWanted(dataset, tmp_path / "out", "coco"), stop=lambda: True)
    picture = dataset / "images/00000001.png"
    picture.write_bytes(picture.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError, match=r"00000001\.png.*not what the manifest says"):
        export_dataset(ExportWanted(dataset, tmp_path / "out", "coco"))
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("out")] == []


def test_what_cannot_be_exported_is_said(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match="never written over"):
        export_dataset(ExportWanted(dataset, tmp_path / "taken", "coco"))
    with pytest.raises(InputError, match="not a finished dataset"):
        export_dataset(ExportWanted(tmp_path / "taken", tmp_path / "out", "coco"))
    with pytest.raises(InputError, match="no class of this name"):
        export_dataset(ExportWanted(dataset, tmp_path / "out", "coco", selection=Selection(only=("dragon",))))


SELECTIONS = [
    Selection(),
    Selection(only=("ball",)),
    Selection({"ball": ClassUse("toy", 5), "crate": ClassUse("toy")}),
    Selection({"ball": ClassUse(use="ignore")}, filter=Filter(0.5, 6, 40)),
    Selection(filter=Filter(0.9, 10, 100, "ignore")),
]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_counts_are_those_of_the_export(dataset: Path, tmp_path: Path, selection: Selection) -> None:
    manifest = read_manifest(dataset)
    table = ObjectTable(manifest.info)
    table.read(shown_records(dataset))
    counted = table.count(selection)
    removed: Counter[str] = Counter()
    view = View(manifest.info, selection)
    shown = [view.apply(record, removed) for record in shown_records(dataset)]
    assert counted.labelled == sum(len(r["annotations"]) for r in shown)
    assert counted.ignored == sum(len(r["ignored"]) for r in shown)
    assert {k: v for k, v in counted.removed.items() if v} == dict(removed)
    names = Counter(a["class_name"] for r in shown for a in r["annotations"])
    assert {k: v for k, v in counted.by_class.items() if v} == dict(names)
    assert counted.empty_samples == sum(not r["annotations"] for r in shown)
    made = export_dataset(ExportWanted(dataset, tmp_path / "out", "coco", selection=selection))
    assert (made.annotations, made.ignored, dict(made.removed)) == (counted.labelled, counted.ignored, dict(removed))


@pytest.mark.timed
def test_counting_a_million_objects_keeps_up_with_a_hand(dataset: Path, within: Callable[[float, float], None]) -> None:
    info = read_manifest(dataset).info
    table = ObjectTable(info)
    rng = np.random.default_rng(0)
    for _ in range(10):
        table.take(
            Columns(
                kind=rng.integers(0, 2, 100_000).astype(np.uint16),
                visible=rng.random(100_000),
                side_px=rng.integers(1, 300, 100_000).astype(np.int32),
                area_px=rng.integers(1, 9000, 100_000).astype(np.int32),
                objects=np.full(10_000, 10, dtype=np.int32),
                place=rng.random(10_000),
            )
        )
    table.join()
    taken_s = []
    for least in (0.1, 0.3, 0.5, 0.7, 0.9):
        begun_s = time.perf_counter()
        counted = table.count(Selection(filter=Filter(least, 20, 100), split=Split((0.8, 0.1, 0.1))))
        taken_s.append(time.perf_counter() - begun_s)
        assert counted.labelled + sum(counted.removed.values()) == 1_000_000
        assert sum(counted.parts.values()) == 100_000
    within(min(taken_s), 0.05)


@pytest.mark.parametrize(
    "split", [Split(), Split((0.5, 0.5, 0.0)), Split((0.0, 0.4, 0.6)), Split((0.3, 0.3, 0.4), "camera.rig/distance_m")]
)
def test_parts_are_counted_as_they_are_divided(dataset: Path, split: Split) -> None:
    info, records = read_manifest(dataset).info, list(shown_records(dataset))
    table = ObjectTable(info, split)
    rng = np.random.default_rng(1)
    many = [{**records[0], "key": f"{key:x}"} for key in rng.integers(0, 2**60, 400)]
    table.read(many)
    parts = Counter(split.part_of(record) for record in many)
    assert table.count(Selection(split=split)).parts == {part: parts[part] for part in split.parts}


def command(*words: str) -> int:
    return run(list(words))


def test_the_command(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "yes"
    code = command(
        "export",
        str(dataset),
        "-o",
        str(out),
        "-f",
        "coco",
        "--min-visible",
        "0.9",
        "--min-size",
        "6",
        "--classes",
        "ball,crate",
        "--rename",
        "ball=toy",
        "--split",
        "0.5,0.25,0.25",
        "--option",
        "extras=false",
    )
    assert code == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    assert "3 samples" in said
    assert "too little of them is visible" in said
    files = sorted((out / "annotations").iterdir())
    parts = json.loads((out / "export.json").read_text())["parts"]
    assert [f.name for f in files] == [f"instances_{part}.json" for part in sorted(parts)]
    for part, file in zip(sorted(parts), files, strict=True):
        told: dict[str, Any] = json.loads(file.read_text())
        assert len(told["images"]) == parts[part]
        assert sorted(c["name"] for c in told["categories"]) == ["crate", "toy"]
        assert all("attributes" not in a for a in told["annotations"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-f", "cocoa"), "no such format"),
        (("-f", "coco", "--rename", "ball"), "renames no class"),
        (("-f", "coco", "--rename", "dragon=x"), "no class of this name"),
        (("-f", "coco", "--split", "0.5,0.6"), "sum is 1"),
        (("-f", "coco", "--split", "much"), "sum is 1"),
        (("-f", "coco", "--split-by", "nothing/there"), "no drawn value"),
        (("-f", "coco", "--classes", ","), "list is empty"),
        (("-f", "coco", "--option", "extra=1"), "no such option"),
    ],
)
def test_a_wrong_command_says_what_is_wrong(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert command("export", str(dataset), "-o", str(tmp_path / "no"), *words) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.glob("no*"))
