"""croissant.json: mlcroissant finds neither fault nor reason to warn, and reads what is in the dataset."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlcroissant
import pytest

from myriorama.app.conversion.exporting import ExportWanted, export_dataset
from myriorama.app.dataset.folder import DatasetFolder, Job
from myriorama.app.dataset.layout import CARD, CROISSANT
from myriorama.plugins.registry import builtin_registry
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.assembly.scene import SceneClass

Make = Callable[..., Path]

# rdflib's own parser for JSON-LD still makes a graph of a kind that rdflib calls old; mlcroissant has no say in it.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


def opened(folder: Path, monkeypatch: Any, caplog: Any) -> Any:
    """The dataset as mlcroissant sees it, without an error, a warning or a log line."""
    monkeypatch.chdir(folder)
    with caplog.at_level(logging.WARNING):
        dataset = mlcroissant.Dataset(CROISSANT)
    issues = dataset.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []
    return dataset


def test_it_reads_samples_objects_and_pictures(make_dataset: Make, monkeypatch: Any, caplog: Any) -> None:
    folder = make_dataset({"coco": {}, "raw": {}})
    dataset = opened(folder, monkeypatch, caplog)
    records = [json.loads(path.read_bytes()) for path in sorted((folder / "records").glob("*.json"))]
    samples = sorted(dataset.records("samples"), key=lambda row: row["samples/index"])
    assert [row["samples/key"].decode() for row in samples] == [record["key"] for record in records]
    objects = list(dataset.records("objects"))
    told = sorted(
        (row["objects/file"].decode(), row["objects/instance_key"].decode(), row["objects/area_px"]) for row in objects
    )
    assert told == sorted(
        (f"{record['index']:08d}.json", a["instance_key"], a["area_px"])
        for record in records
        for a in record["annotations"]
    )
    assert all(row["images/image"].size == (96, 72) for row in dataset.records("images"))
    names = {row["classes/name"] for row in dataset.records("classes")}
    assert {"ball", "crate"} <= names


def test_its_hashes_are_those_of_the_files(make_dataset: Make) -> None:
    folder = make_dataset({"coco": {}, "yolo": {}})
    files = [row for row in json.loads((folder / CROISSANT).read_bytes())["distribution"] if "sha256" in row]
    assert {row["contentUrl"] for row in files} >= {CARD, "annotations/instances.json", "data.yaml", "project.json"}
    for row in files:
        content = (folder / row["contentUrl"]).read_bytes()
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
        assert row["contentSize"] == f"{len(content)} B"


@pytest.mark.parametrize("name", sorted(builtin_registry().names("writer")))
def test_it_is_valid_whatever_the_format(
    name: str, make_dataset: Make, tmp_path: Path, monkeypatch: Any, caplog: Any
) -> None:
    options = {"models": "none"} if name == "bop" else {}
    source = make_dataset({name: options, "raw": {}})
    opened(source, monkeypatch, caplog)
    if name != "raw":
        export_dataset(ExportWanted(source, tmp_path / "out", name, options))
        opened(tmp_path / "out", monkeypatch, caplog)


def test_it_is_valid_without_a_licence_and_with_hostile_names(
    tmp_path: Path, table_records: Any, monkeypatch: Any, caplog: Any
) -> None:
    harm = '"}\n</script> @id: {x} \\ \u202e'
    classes = (SceneClass(1, "ball", "", "#000000", "thing"), SceneClass(2, "crate", harm, "#000000", "thing"))
    classes += (SceneClass(9, harm, "", "#000000", "stuff"),)
    info = DatasetInfo(harm, "f" * 64, 7, 96, 72, classes, harm, credits=(harm,))
    with DatasetFolder.create(tmp_path / "set", Job(info, range(3), {"coco": {}}), durable=False) as made:
        writer = made.sample_writer()
        for record in table_records:
            made.commit(writer.write(record))
        folder = made.finalize()
    dataset = opened(folder, monkeypatch, caplog)
    assert dataset.metadata.license == ["NOASSERTION"]
    assert [row["classes/name"] for row in dataset.records("classes")][-1] == harm
