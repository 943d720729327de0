"""The sheet's command is the sheet's export; counts, losses and the making of it in a process of its own."""

from __future__ import annotations

import json
import os
import shlex
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.cli.program import run
from myriorama.app.conversion import exporting
from myriorama.app.conversion.child import packed, unpacked
from myriorama.app.conversion.class_map import shown_rows
from myriorama.app.conversion.conversions import Conversions
from myriorama.app.conversion.counting import Counted, columns_of
from myriorama.app.conversion.drafting import (
    ExportDraft,
    command_of,
    folder_problem,
    free_place,
    selection_of,
    wanted_of,
)
from myriorama.app.conversion.exporting import ExportWanted, export_dataset, shown_records
from myriorama.app.conversion.objects import ObjectCounts
from myriorama.app.conversion.source import open_source, what_is_lost
from myriorama.app.dataset.folder import DatasetFolder, Job
from myriorama.app.dataset.layout import partial_of
from myriorama.app.exporting.running import Running
from myriorama.plugins.registry import builtin_registry
from myriorama.plugins.selection import ClassUse, Filter, Selection, View
from myriorama.plugins.splitting import Split
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.labels.record import Record

Make = Callable[..., Path]
PROJECT = '{"name":"table"}\n'


class Hand:
    """The thread of the models: runs what is posted while a test waits."""

    def __init__(self) -> None:
        self._calls: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()

    def post(self, call: Callable[[], None]) -> None:
        with self._lock:
            self._calls.append(call)

    def until(self, done: Callable[[], bool], limit_s: float = 60.0) -> None:
        end_s = time.monotonic() + limit_s
        while not done():
            assert time.monotonic() < end_s, "waited too long"
            with self._lock:
                calls = list(self._calls)
                self._calls.clear()
            for call in calls:
                call()
            time.sleep(0.005)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def dataset(tmp_path: Path, table_records: list[Record], table_info: DatasetInfo) -> Path:
    """A dataset that was written with a class map and a split of its own."""
    shown = Selection({"ball": ClassUse("toy", 7)}, split=Split((0.5, 0.5, 0.0), salt="s"))
    job = Job(
        table_info,
        range(3),
        {"coco": {}},
        project_text='{"name":"table"}\n',
        versions={"myriorama": "0"},
        selection=shown,
    )
    with DatasetFolder.create(tmp_path / "table", job, durable=False) as folder:
        writer = folder.sample_writer()
        for record in table_records:
            folder.commit(writer.write(record))
        return folder.finalize()


STORED = {"ball": ClassUse("toy", 7)}
DRAFTS: list[dict[str, Any]] = [
    {"uses": STORED},
    {"uses": STORED, "shares": (0.5, 0.5, 0.0)},
    {"uses": {}, "shares": (0.8, 0.1, 0.1)},
    {"uses": {"ball": ClassUse("box"), "crate": ClassUse("box")}},
    {"uses": {**STORED, "crate": ClassUse(use="ignore"), "ground": ClassUse(use="drop")}, "link": True},
    {"uses": {"ball": ClassUse("toy", 7, "drop")}, "filter": Filter(0.25, 8, 40, "ignore")},
    {"uses": {"ball": ClassUse("toy", 19), "crate": ClassUse(id=4)}, "salt": "s"},
    {"uses": {"ball": ClassUse(id=7), "crate": ClassUse("toy")}, "salt": "other"},
    {"uses": {"ball": ClassUse("toy"), "crate": ClassUse("toy", 5), "ground": ClassUse(use="drop")}, "salt": "a b"},
    {"uses": STORED, "shares": (1.0, 0.0, 0.0), "salt": "changes nothing"},
    {"uses": STORED, "shares": (0.6, 0.2, 0.2), "by": "camera.rig/distance_m", "options": {"segmentation": "polygon"}},
]


@pytest.mark.parametrize("given", DRAFTS)
def test_the_command_makes_the_very_export(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
) -> None:
    registry = builtin_registry()
    source = open_source(dataset)
    defaults = {p.name: p.default for p in registry.parameters("writer", "coco")}
    more = {"shares": (0.5, 0.5, 0.0), **given, "options": {**defaults, **given.get("options", {})}}
    draft = ExportDraft(dataset, str(tmp_path / "an out"), "coco", **more)
    asked: list[ExportWanted] = []

    def caught(wanted: ExportWanted, *more: Any) -> Any:
        asked.append(wanted)
        return export_dataset(wanted, *more)

    monkeypatch.setattr(exporting, "export_dataset", caught)
    words = shlex.split(command_of(draft, source.info, source.stored, registry))
    assert words[0] == "myriorama"
    assert run(words[1:]) == 0
    wanted = wanted_of(draft, source.info, source.stored, registry)
    assert asked[0].selection == wanted.selection
    assert (asked[0].options, asked[0].link, asked[0].out) == (wanted.options, wanted.link, wanted.out)
    shown = View(source.info, wanted.selection)
    for row in shown_rows(source.info.classes, draft.uses):
        assert shown.use_of_class(row.name) == row.use
        made = shown.shown_class(row.name)
        assert (
            made is None
            if row.use != "label"
            else made is not None
            and (made.name, made.id)
            == (
                row.shown_name,
                row.shown_id,
            )
        )


def test_an_unchanged_draft_shows_what_the_dataset_shows(dataset: Path) -> None:
    source = open_source(dataset)
    split = source.stored.split
    same = ExportDraft(dataset, "/x", "coco", uses=source.stored.classes, shares=split.shares, salt=split.salt)
    assert selection_of(same, source.info, source.stored) == source.stored
    assert source.stored.split.salt == "s"


def test_ids_and_salts_of_a_command_reach_the_files(dataset: Path, tmp_path: Path) -> None:
    def exported(name: str, *words: str) -> tuple[dict[str, int], dict[str, Any]]:
        out = tmp_path / name
        assert run(["export", str(dataset), "--format", "coco", "--out", str(out), *words]) == 0
        told = json.loads((out / "export.json").read_text())
        found: dict[str, int] = {}
        for path in sorted((out / "annotations").glob("*.json")):
            found |= {c["name"]: c["id"] for c in json.loads(path.read_text())["categories"]}
        return found, told["selection"]

    ids, selection = exported("kept")
    assert ids["toy"] == 7
    assert selection["split"]["salt"] == "s", "what the dataset has stays where nothing else is asked for"
    ids, selection = exported("given", "--ids", "ball=11, crate=300", "--salt", "new")
    assert (ids["toy"], ids["crate"]) == (11, 300)
    assert selection["split"] == {"shares": [0.5, 0.5, 0.0], "by": "", "salt": "new"}
    ids, _ = exported("merged", "--rename", "crate=toy", "--ids", "crate=12")
    assert ids["toy"] == 12, "of merged classes one is asked for, the others follow"
    _, selection = exported("shares", "--split", "0.2,0.8")
    assert selection["split"] == {"shares": [0.2, 0.8, 0.0], "by": "", "salt": "s"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--ids", "dragon=3"), ("--ids", "'dragon'", "ball")),
        (("--ids", "ball=0"), ("'ball'", "1 to 65535")),
        (("--ids", "crate=70000"), ("'crate'", "1 to 65535")),
        (("--ids", "crate=2.5"), ("'crate'", "whole number")),
        (("--ids", "crate"), ("'crate'", "A=3")),
        (("--ids", "crate=3,crate=4"), ("'crate'", "twice")),
        (("--ids", "crate=7"), ("'crate'", "'toy'", "the id 7")),
        (("--ids", "ball=5,crate=5"), ("'toy'", "'crate'", "the id 5")),
        (("--rename", "crate=toy", "--ids", "ball=5,crate=6"), ("'toy'", "several ids")),
        (("--ignore", "crate", "--ids", "crate=4"), ("'crate'", "not labelled")),
        (("--classes", "ball", "--ids", "crate=4"), ("'crate'", "not labelled")),
        (("--salt", "x" * 65), ("--salt", "64")),
        (("--split", "1,0,0", "--salt", "x"), ("--salt", "not divided")),
    ],
)
def test_ids_and_salts_that_cannot_be_are_told_by_name(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    assert run(["export", str(dataset), "--format", "coco", "--out", str(out), *words]) == 2
    said = " ".join(capsys.readouterr().err.split())
    for piece in told:
        assert piece in said
    assert not out.exists()


def test_places_that_cannot_be(dataset: Path, tmp_path: Path) -> None:
    assert folder_problem("", dataset)
    assert "whole path" in folder_problem("here", dataset)
    assert "exists already" in folder_problem(str(tmp_path), dataset)
    assert "inside the dataset" in folder_problem(str(dataset / "coco"), dataset)
    (tmp_path / "y.partial").mkdir()
    assert "y.partial" in folder_problem(str(tmp_path / "y"), dataset)
    assert folder_problem(str(tmp_path / "new"), dataset) == ""
    first = free_place(dataset, "coco")
    assert first.name == "table-coco"
    first.mkdir()
    assert free_place(dataset, "coco").name == "table-coco-2"


def test_columns_cross_the_pipe_unchanged(dataset: Path) -> None:
    source = open_source(dataset)
    whole = columns_of(shown_records(dataset), source.info)
    back = unpacked(json.loads(json.dumps(packed([whole]))))
    for name in vars(whole):
        assert getattr(back, name).tolist() == pytest.approx(getattr(whole, name).tolist(), nan_ok=True, rel=0, abs=0)


@pytest.fixture
def counts(dataset: Path, hand: Hand) -> Iterator[ObjectCounts]:
    made = ObjectCounts(open_source(dataset), hand.post)
    yield made
    made.close()


def test_counts_follow_the_newest_question(counts: ObjectCounts, dataset: Path, hand: Hand) -> None:
    told: list[Counted] = []
    counts.counted.connect(told.append)
    refused: list[Exception] = []
    counts.refused.connect(refused.append)
    counts.ask(Selection())
    counts.ask(Selection(filter=Filter(0.5)))
    hand.until(lambda: bool(told))
    view = View(counts.source.info, Selection(filter=Filter(0.5)))
    shown = [view.apply(record) for record in shown_records(dataset)]
    assert [t.labelled for t in told] == [sum(len(r["annotations"]) for r in shown)]
    assert sum(counts.own.values()) == counts.source.objects
    split = Split((0.5, 0.25, 0.25), "camera.rig/distance_m")
    counts.ask(Selection(split=split))
    hand.until(lambda: bool(told[-1].parts) and len(told[-1].parts) == 3)
    assert sum(told[-1].parts.values()) == 3
    counts.ask(Selection(only=("dragon",)))
    hand.until(lambda: bool(refused))
    assert "no class of this name" in str(refused[0])


def test_losses_are_the_writer_s_and_missing_pictures_are_told(dataset: Path, make_dataset: Make, hand: Hand) -> None:
    source = open_source(dataset)
    writer = builtin_registry().writer_class("coco")(source.info, {})
    losses, missing = what_is_lost(writer, View(source.info, Selection()), source.first)
    assert losses == writer.losses()
    assert missing == ""
    assert source.first is not None
    bare = {**source.first, "files": {}}
    assert "rgb" in what_is_lost(writer, View(source.info, Selection()), bare)[1]
    heard: list[dict[str, Any]] = []
    ended: list[int] = []
    request = {"type": "losses", "folder": str(dataset), "format": "coco", "options": {}, "selection": {}}
    Running(request, hand.post, heard.append, ended.append)
    hand.until(lambda: bool(ended))
    assert heard == [{"type": "losses", "losses": list(losses), "missing": ""}]


def test_an_export_is_made_beside_the_window(dataset: Path, tmp_path: Path, hand: Hand) -> None:
    conversions = Conversions(hand.post)
    wanted = ExportWanted(dataset, tmp_path / "out", "coco", {}, Selection(filter=Filter(0.5)))
    conversion = conversions.start(wanted)
    assert conversions.running == (conversion,)
    hand.until(lambda: conversion.state.value.ended)
    state = conversion.state.value
    assert state.status == "finished", state.message
    assert state.made is not None
    same = export_dataset(ExportWanted(dataset, tmp_path / "same", "coco", {}, Selection(filter=Filter(0.5))))
    assert (state.made.samples, state.made.annotations, state.made.removed) == (3, same.annotations, same.removed)
    files = {p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*") if p.is_file()}
    for name in files:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "same" / name).read_bytes()
    again = conversions.start(wanted)
    hand.until(lambda: again.state.value.ended)
    assert again.state.value.status == "failed"
    assert "never written over" in again.state.value.message
    conversions.close()


@pytest.fixture(scope="module")
def long_dataset(
    tmp_path_factory: pytest.TempPathFactory, table_records: list[Record], table_info: DatasetInfo
) -> Path:
    """Samples enough that an export takes a while."""
    count = 400
    job = Job(table_info, range(count), {"coco": {}}, project_text=PROJECT, versions={"myriorama": "0"})
    with DatasetFolder.create(tmp_path_factory.mktemp("long") / "set", job, durable=False) as folder:
        writer = folder.sample_writer()
        for index in range(count):
            one = table_records[index % 3]
            scene = replace(one.scene, index=index, sample_key=f"{index:08d}-0123456789abcdef")
            frame = replace(one.frame, sample_key=scene.sample_key)
            sample = replace(one.sample, key=scene.sample_key, index=index)
            folder.commit(
                writer.write(replace(one, key=scene.sample_key, index=index, scene=scene, frame=frame, sample=sample))
            )
        return folder.finalize()


@pytest.mark.parametrize("how", ["stop", "close"])
def test_nothing_is_left_of_an_export_that_was_stopped(
    long_dataset: Path, tmp_path: Path, hand: Hand, how: str
) -> None:
    out = tmp_path / "out"
    conversions = Conversions(hand.post)
    conversion = conversions.start(ExportWanted(long_dataset, out, "coco"))
    hand.until(lambda: conversion.state.value.done > 0)
    if how == "stop":
        conversion.stop()
        hand.until(lambda: conversion.state.value.ended)
        assert conversion.state.value.status == "stopped"
    else:
        conversions.close()
    assert not os.path.lexists(out)
    assert not partial_of(out).exists()
