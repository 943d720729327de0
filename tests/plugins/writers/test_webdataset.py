"""WebDataset shards as webdataset itself reads them, and as any tar reader does."""

from __future__ import annotations

import gc
import hashlib
import io
import json
import tarfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import webdataset
from pycocotools import mask as coco_masks

from myriorama.app.conversion.exporting import ExportWanted, export_dataset
from myriorama.app.dataset.verify import verify
from myriorama.plugins.api import PictureError, PluginError
from myriorama.plugins.selection import ClassUse, Selection, View, ViewedRecords
from myriorama.plugins.splitting import Split
from myriorama.plugins.writers import _tar
from myriorama.plugins.writers.webdataset import Webdataset
from myriorama.scenes.errors import MyrioramaError
from myriorama.scenes.labels.stored import record_to_json

Make = Callable[..., Path]
# pycocotools hands numpy an array of its own that knows no `copy`: its affair, not our codes'.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ impl:DeprecationWarning")

HALF = Selection(split=Split((0.5, 0.3, 0.2)))


def read(*shards: Path, how: str | None = "rgb8") -> list[dict[str, Any]]:
    """Every sample as webdataset gives it; `how` None is without its decoding."""
    with warnings.catch_warnings():
        # It leaves closing what it opened to the garbage collector.
        warnings.filterwarnings("ignore", "unclosed file", ResourceWarning)
        dataset = webdataset.WebDataset([str(path) for path in shards], shardshuffle=False)
        samples = list(dataset if how is None else dataset.decode(how))
        gc.collect()
    return samples


class Numbered:
    """Many stored records made of one, with pictures that tell their index."""

    def __init__(self, stored: dict[str, Any], count: int) -> None:
        self._stored = stored
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for k in range(self._count):
            yield {**self._stored, "index": k, "key": hashlib.sha256(str(k).encode()).hexdigest()}

    def picture(self, stored: Any, role: str) -> bytes:
        return f"{role} {stored['index']}".encode()


@pytest.fixture
def numbered(table_records: list[Any]) -> Callable[[int], Numbered]:
    stored = json.loads(json.dumps(record_to_json(table_records[0], {"rgb": {"path": "images/00000000.png"}})))
    return lambda count: Numbered(stored, count)


def shards(info: Any, records: Any, selection: Selection, **values: Any) -> dict[str, bytes]:
    view = View(info, selection)
    made = Webdataset(view.info, values).whole_files(ViewedRecords(records, view))
    return {file.path: b"".join(file.chunks) for file in made}


def test_webdataset_reads_every_picture_and_label(make_dataset: Make, table_records: list[Any]) -> None:
    folder = make_dataset({"webdataset": {"cls": True, "samples_per_shard": 2}})
    paths = sorted((folder / "webdataset").glob("*.tar"))
    assert [path.name for path in paths] == ["train-000000.tar", "train-000001.tar"]
    samples, raw = read(*paths), read(*paths, how=None)
    assert [s["__key__"] for s in samples] == ["00000000", "00000001", "00000002"]
    for sample, plain, record in zip(samples, raw, table_records, strict=True):
        assert np.array_equal(sample["png"], record.rgb)
        assert plain["png"] == (folder / f"images/{record.index:08d}.png").read_bytes()
        stored = json.loads((folder / f"records/{record.index:08d}.json").read_bytes())
        told = sample["json"]
        assert (told["key"], told["part"], told["ignored"]) == (record.key, "train", [])
        for field in ("annotations", "hidden", "image", "camera", "width", "height", "index", "labels"):
            assert told[field] == stored[field]
        for row, label in zip(told["annotations"], record.annotations, strict=True):
            mask = coco_masks.decode({"size": [told["height"], told["width"]], "counts": row["rle"]})
            assert np.array_equal(mask, label.full_mask(72, 96))
        largest = max(record.annotations, key=lambda a: a.area_px)
        assert sample["cls"] == largest.class_id - 1


def test_a_box_is_its_pixels(make_dataset: Make) -> None:
    folder = make_dataset({"webdataset": {}})
    (sample, *_) = read(folder / "webdataset/train-000000.tar")
    for a in sample["json"]["annotations"]:
        mask = coco_masks.decode({"size": [72, 96], "counts": a["rle"]}).astype(bool)
        x, y, w, h = a["box"]
        columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
        assert (columns[0], columns[-1] + 1, rows[0], rows[-1] + 1) == (x, x + w, y, y + h)


def test_other_pictures_come_along(make_dataset: Make) -> None:
    folder = make_dataset({"webdataset": {"buffers": True}, "raw": {"depth": "float32"}})
    (sample, *_) = read(folder / "webdataset/train-000000.tar", how=None)
    stored = json.loads((folder / "records/00000000.json").read_bytes())
    assert len(stored["files"]) > 4
    for role, told in stored["files"].items():
        if role != "rgb":
            assert sample[f"{role}.{told['path'].rpartition('.')[2]}"] == (folder / told["path"]).read_bytes()
    (decoded, *_) = read(folder / "webdataset/train-000000.tar")
    assert np.array_equal(decoded["depth.npy"], np.load(folder / "depth/00000000.npy"))
    assert verify(folder).findings == ()


def test_the_archives_are_plain_and_fixed(make_dataset: Make) -> None:
    folder = make_dataset({"webdataset": {}})
    with tarfile.open(folder / "webdataset/train-000000.tar") as archive:
        members = archive.getmembers()
    assert [m.name for m in members] == [f"{k:08d}.{end}" for k in range(3) for end in ("png", "json")]
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode, m.type) for m in members} == {
        (0, 0, 0, "", "", 0o644, tarfile.REGTYPE)
    }


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 70_000])
def test_a_member_is_what_tarfile_writes(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        info = tarfile.TarInfo("00000012.depth.png")
        info.size = size
        archive.addfile(info, io.BytesIO(content[:size]))
        wanted = buffer.getvalue()
    assert b"".join(_tar.member("00000012.depth.png", content[:size])) == wanted


def test_names_that_do_not_fit_are_refused() -> None:
    for name in ("", "a" * 101, "é" * 51):
        with pytest.raises(PluginError, match="does not fit"):
            list(_tar.member(name, b""))


def test_parts_and_shards(table_info: Any, numbered: Callable[[int], Numbered]) -> None:
    made = shards(table_info, numbered(100), HALF, samples_per_shard=7)
    index = json.loads(made["webdataset/dataset.json"])
    seen: dict[str, list[int]] = {}
    for part, rows in index["shards"].items():
        for row in rows:
            with tarfile.open(fileobj=io.BytesIO(made[f"webdataset/{row['url']}"])) as archive:
                names = [name for name in archive.getnames() if name.endswith(".png")]
                for name in names:
                    stem = int(name[:8])
                    assert archive.extractfile(name).read() == f"rgb {stem}".encode()  # type: ignore[union-attr]
                    seen.setdefault(part, []).append(stem)
                labels = [json.load(archive.extractfile(f"{name[:8]}.json"))["part"] for name in names]  # type: ignore[arg-type]
            assert set(labels) == {part}
            assert len(names) == row["nsamples"]
            assert row is rows[-1] or len(names) == 7
    assert list(seen) == ["train", "val", "test"]
    assert all(indices == sorted(indices) for indices in seen.values())
    assert sorted(k for indices in seen.values() for k in indices) == list(range(100))
    assert len(made) == 1 + sum(len(rows) for rows in index["shards"].values())


def test_a_shard_that_nobody_reads_changes_no_other(table_info: Any, numbered: Callable[[int], Numbered]) -> None:
    view = View(table_info, HALF)
    wanted = shards(table_info, numbered(40), HALF, samples_per_shard=4)
    for number, file in enumerate(
        Webdataset(view.info, {"samples_per_shard": 4}).whole_files(ViewedRecords(numbered(40), view))
    ):
        if number % 3 == 1:
            next(iter(file.chunks))
        elif number % 3 == 2:
            assert b"".join(file.chunks) == wanted[file.path]


def test_shards_out_of_order_are_refused(table_info: Any, numbered: Callable[[int], Numbered]) -> None:
    first, *_ = Webdataset(table_info, {"samples_per_shard": 4}).whole_files(
        ViewedRecords(numbered(8), View(table_info, Selection()))
    )
    with pytest.raises(PluginError, match="in their order"):
        b"".join(first.chunks)


def test_classes_and_what_is_ignored(table_info: Any, numbered: Callable[[int], Numbered]) -> None:
    turned = Selection({"ball": ClassUse(use="ignore"), "crate": ClassUse("box", 30)})
    made = shards(table_info, numbered(1), turned, cls=True)
    index = json.loads(made["webdataset/dataset.json"])
    assert index["cls"] == {"box": 0}
    with tarfile.open(fileobj=io.BytesIO(made["webdataset/train-000000.tar"])) as archive:
        told = json.load(archive.extractfile("00000000.json"))  # type: ignore[arg-type]
        assert {a["class_name"] for a in told["annotations"]} == {"box"}
        assert {a["class_name"] for a in told["ignored"]} == {"ball"}
    empty = shards(
        table_info, numbered(1), Selection(only=("crate",), classes={"crate": ClassUse(use="drop")}), cls=True
    )
    with tarfile.open(fileobj=io.BytesIO(empty["webdataset/train-000000.tar"])) as archive:
        assert archive.getnames() == ["00000000.png", "00000000.json"]


def test_an_empty_set_has_no_shards(table_info: Any, numbered: Callable[[int], Numbered]) -> None:
    assert list(shards(table_info, numbered(0), Selection())) == ["webdataset/dataset.json"]


def test_an_export_has_the_bytes_of_a_render_and_holds_no_picture_twice(make_dataset: Make, tmp_path: Path) -> None:
    rendered = make_dataset({"webdataset": {}, "raw": {}})
    assert verify(rendered).findings == ()
    assert verify(rendered).notes == ()
    exported = tmp_path / "out"
    export_dataset(ExportWanted(make_dataset(name="other"), exported, "webdataset"))
    for path in (rendered / "webdataset").iterdir():
        assert path.read_bytes() == (exported / "webdataset" / path.name).read_bytes()
    assert not (exported / "images").exists()


def test_a_picture_that_is_not_as_it_was_written_is_not_packed(make_dataset: Make, tmp_path: Path) -> None:
    folder = make_dataset({"webdataset": {}})
    picture = folder / "images/00000001.png"
    whole = picture.read_bytes()
    picture.write_bytes(whole[:-9] + b"x" + whole[-8:])
    with pytest.raises(MyrioramaError, match=r"images/00000001\.png is not what the manifest says"):
        export_dataset(ExportWanted(folder, tmp_path / "out", "webdataset"))
    assert not (tmp_path / "out").exists()
    report = verify(folder)
    assert [f.file for f in report.findings if f.fault == "tampered"] == ["images/00000001.png"]
    assert "webdataset/train-000000.tar" in [n.file for n in report.notes]
    picture.unlink()
    assert "webdataset/train-000000.tar" in [n.file for n in verify(folder).notes]


def test_a_dataset_without_pictures_is_told(make_dataset: Make, tmp_path: Path) -> None:
    folder = make_dataset({"raw": {"rgb": False}})
    with pytest.raises(PictureError, match="no picture of the role 'rgb'"):
        export_dataset(ExportWanted(folder, tmp_path / "out", "webdataset"))
