"""The commit protocol: nothing half-written gets a name, nothing is overwritten, bytes depend on the job alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from myriorama.app.dataset.atomic import inside, write_file
from myriorama.app.dataset.folder import DatasetError, DatasetFolder, Job
from myriorama.app.dataset.layout import quarantine_of
from myriorama.app.dataset.manifest import read_manifest
from myriorama.app.dataset.quarantine import quarantine_record, quarantine_sample
from myriorama.app.dataset.samples import SampleWriter, UnwritableError
from myriorama.app.dataset.verify import verify
from myriorama.scenes.errors import InputError
from myriorama.scenes.labels.violation import Violation

FORMATS = {"coco": {}, "raw": {}}


@pytest.fixture
def job(table_info):
    return Job(table_info, range(3), FORMATS)


def every_byte(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_bytes_do_not_depend_on_order_or_place(make_dataset):
    first = every_byte(make_dataset(name="a"))
    assert every_byte(make_dataset(name="b", order=(2, 0, 1))) == first
    told = json.loads(first["manifest.json"])
    assert [s["index"] for s in told["samples"]] == [0, 1, 2]
    assert {f["path"] for f in told["files"]} | {"manifest.json"} == set(first)
    for f in told["files"]:
        assert hashlib.sha256(first[f["path"]]).hexdigest() == f["sha256"]
        assert len(first[f["path"]]) == f["bytes"]


def test_a_picture_that_two_formats_share_is_written_once(make_dataset):
    paths = [f.path for f in read_manifest(make_dataset()).files]
    assert len(set(paths)) == len(paths)
    assert sum(p.startswith("images/") for p in paths) == 3


def test_it_is_partial_until_it_is_whole(tmp_path, job, table_records):
    with DatasetFolder.create(tmp_path / "d", job, durable=False) as folder:
        writer = folder.sample_writer()
        folder.commit(writer.write(table_records[0]))
        assert (tmp_path / "d.partial").is_dir()
        assert not (tmp_path / "d").exists()
        assert folder.missing == (1, 2)
        with pytest.raises(DatasetError, match="2 samples are neither"):
            folder.finalize()
        report = verify(folder.partial)
        assert not report.sound
        assert "never finished" in report.findings[0].message
        for record in table_records[1:]:
            folder.commit(writer.write(record))
        assert folder.finalize() == tmp_path / "d"
    assert not (tmp_path / "d.partial").exists()
    assert not list((tmp_path / "d").rglob("*.part"))
    assert verify(tmp_path / "d").sound


def test_what_lies_there_is_never_written_over(tmp_path, job):
    for name in ("d", "d.partial", "d.quarantine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "precious").write_text("x")
        with pytest.raises(InputError, match=r"exists already|left this behind"):
            DatasetFolder.create(tmp_path / "d", job)
        assert (tmp_path / name / "precious").read_text() == "x"
        (tmp_path / name / "precious").unlink()
        (tmp_path / name).rmdir()


def test_an_unfinished_run_can_be_discarded_when_asked(tmp_path, job, table_records):
    with DatasetFolder.create(tmp_path / "d", job, durable=False) as folder:
        folder.sample_writer().write(table_records[0])
    with DatasetFolder.create(tmp_path / "d", job, discard_partial=True, durable=False) as folder:
        assert list(folder.partial.rglob("*.png")) == []
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "e.partial").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="left this behind"):
        DatasetFolder.create(tmp_path / "e", job, discard_partial=True)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"indices": range(0)}, "at least one"),
        ({"indices": range(0, 9, 2)}, "numbered"),
        ({"formats": {}}, "no output format"),
    ],
)
def test_a_job_that_makes_no_sense_is_refused_before_anything_is_written(tmp_path, job, changes, said):
    with pytest.raises(InputError, match=said):
        DatasetFolder.create(tmp_path / "d", replace(job, **changes))
    assert list(tmp_path.iterdir()) == []


def test_a_receipt_counts_once_and_only_with_its_files(tmp_path, job, table_records):
    with DatasetFolder.create(tmp_path / "d", job, durable=False) as folder:
        receipt = folder.sample_writer().write(table_records[0])
        with pytest.raises(DatasetError, match="not of this job"):
            folder.commit(replace(receipt, index=99))
        (folder.partial / receipt.files[0].path).write_bytes(b"short")
        with pytest.raises(DatasetError, match="not there as it was reported"):
            folder.commit(receipt)
        folder.commit(folder.sample_writer().write(table_records[0]))
        with pytest.raises(DatasetError, match="settled before"):
            folder.commit(receipt)


def test_a_refused_record_writes_nothing(tmp_path, job, table_info, table_records):
    far = replace(table_records[0], frame=replace(table_records[0].frame, depth=table_records[0].frame.depth * 100))
    (tmp_path / "p").mkdir()
    with pytest.raises(UnwritableError, match="does not fit in 16 bits"):
        SampleWriter(tmp_path / "p", table_info, FORMATS).write(far)
    assert list((tmp_path / "p").iterdir()) == []


def test_a_quarantined_sample_is_beside_the_dataset_and_in_its_manifest(tmp_path, job, table_records):
    path = tmp_path / "d"
    with DatasetFolder.create(path, job, durable=False) as folder:
        folder.commit(folder.sample_writer().write(table_records[0]))
        violation = Violation(5, "a hole", "ball/0")
        folder.add_quarantined(quarantine_record(path, table_records[1], [violation]))
        folder.add_quarantined(quarantine_sample(path, 2, ["the generator broke"]))
        assert folder.missing == ()
        folder.finalize()
    kept = quarantine_of(path) / table_records[1].key
    assert sorted(p.name for p in kept.iterdir()) == ["picture.png", "reason.json", "recipe.json", "surface_id.png"]
    assert json.loads((kept / "reason.json").read_bytes())["reasons"] == ["contract 5: ball/0: a hole"]
    assert json.loads((kept / "recipe.json").read_bytes())["key"] == table_records[1].key
    manifest = read_manifest(path)
    assert [(q["index"], q["reasons"]) for q in manifest.quarantined] == [
        (1, ["contract 5: ball/0: a hole"]),
        (2, ["the generator broke"]),
    ]
    report = verify(path)
    assert report.sound
    assert (report.samples, report.quarantined) == (1, 2)


def test_what_dead_workers_left_does_not_get_into_the_dataset(tmp_path, job, table_records):
    path = tmp_path / "d"
    with DatasetFolder.create(path, job, durable=False) as folder:
        writer = folder.sample_writer()
        for record in table_records[:2]:
            folder.commit(writer.write(record))
        writer.write(table_records[2])  # and then the worker died, and again, until the sample was given up
        (folder.partial / "images/00000001.png.part").write_bytes(b"half")
        folder.add_quarantined(quarantine_sample(path, 2, ["its worker died three times"]))
        folder.finalize()
    assert verify(path).findings == ()
    assert not list(path.rglob("*00000002*"))


def test_an_interrupted_write_leaves_the_old_file(tmp_path):
    write_file(tmp_path, "a/b.txt", (b"whole",))

    def broken():
        yield b"ha"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path, "a/b.txt", broken())
    assert (tmp_path / "a/b.txt").read_bytes() == b"whole"


@pytest.mark.parametrize("path", ["", "/x", "../x", "a/../x", "a//b", "a\\b", "C:x", "./a", "x.part", "a/"])
def test_paths_that_leave_the_dataset_are_refused(tmp_path, path):
    with pytest.raises(ValueError, match=r"path|written"):
        inside(tmp_path, path)


def test_a_record_has_every_number_exactly(make_dataset, table_records):
    told = json.loads((make_dataset() / "records/00000000.json").read_bytes())
    for a, label in zip(told["annotations"], table_records[0].annotations, strict=True):
        assert a["visible"] == label.visible
        assert np.array_equal(a["world_from_object"], label.world_from_object)
