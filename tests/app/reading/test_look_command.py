"""``look`` and ``sheet`` on foreign datasets, from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from myriorama.app.cli.program import run
from myriorama.app.pictures.overlay import PALETTE

Make = Callable[..., Path]


def test_what_a_dataset_holds(coco_set: Make, capsys: pytest.CaptureFixture[str]) -> None:
    home = coco_set()
    assert run(["look", str(home), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["format"], told["pictures"], told["objects"], told["faults"]) == ("COCO", 2, 2, [])
    assert told["classes"] == [
        {"name": "cat", "objects": 1, "pictures": 1},
        {"name": "dog", "objects": 1, "pictures": 1},
    ]
    assert told["largest_picture"] == [40, 30]
    assert run(["look", str(home / "labels.json")]) == 0
    words = capsys.readouterr().out
    assert "COCO" in words
    assert "no faults" in words


def test_faults_are_listed_and_counted(coco_set: Make, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": k, "image_id": 1, "category_id": 1, "bbox": [99, 1, 2, 2]} for k in range(300)]
    home = coco_set(annotations=rows)
    (home / "images/a.png").unlink()
    picture = home / "images/b.png"
    content = bytearray(picture.read_bytes())
    content[60] ^= 255
    picture.write_bytes(content)
    assert run(["look", str(home), "--decode"]) == 0
    words = capsys.readouterr().out
    assert "302 faults" in words
    assert "300 x  a box lies outside" in words
    assert "the picture is not there" in words
    assert "the picture is cut off or broken" in words
    assert "--all-faults lists them" in words
    assert run(["look", str(home), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["faults"]) == 201
    assert told["faults_by_kind"]["a box lies outside its picture; the object is left out"] == 300


def test_what_is_no_dataset_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["look", str(tmp_path)]) == 2
    assert "neither labels nor pictures" in capsys.readouterr().err
    assert run(["look", str(tmp_path / "none"), "--json"]) == 2
    assert "no such file" in json.loads(capsys.readouterr().out)["error"]["message"]
    assert run(["look", str(tmp_path), "--images", str(tmp_path / "x")]) == 2


def test_a_sheet_of_a_foreign_dataset(coco_set: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = coco_set()
    assert run(["sheet", str(home), "--out", str(tmp_path / "sheet.png"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["samples"] == 2
    with Image.open(tmp_path / "sheet.png") as page:
        assert page.width > 2 * 360
        found = {color for _, color in page.convert("RGB").getcolors(2**24) or ()}
    assert found & set(PALETTE), "labels are drawn in the palette's colours"
    (home / "images/a.png").unlink()
    (home / "images/b.png").unlink()
    assert run(["sheet", str(home), "--out", str(tmp_path / "none.png")]) == 2
