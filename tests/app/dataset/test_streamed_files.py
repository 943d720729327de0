"""Many files at once: as durable as one by one, each filled before the next is made, nothing half-written left."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from myriorama.app.dataset import atomic, folder
from myriorama.app.dataset.atomic import FILES_AT_ONCE, write_file, write_streamed
from myriorama.app.dataset.folder import DatasetFolder, Job
from myriorama.app.dataset.receipts import holds
from myriorama.app.dataset.samples import SampleWriter
from myriorama.app.dataset.whole_set import whole_set
from myriorama.plugins.api import TextFile, Writer
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.errors import PluginError

COUNT = 2 * FILES_AT_ONCE + 5


def numbered(count):
    return ((f"labels/{k:04d}.txt", (str(k).encode(),)) for k in range(count))


def test_files_are_the_same_as_one_by_one(tmp_path):
    alone = [write_file(tmp_path / "a", path, content) for path, content in numbered(COUNT)]
    assert list(write_streamed(tmp_path / "b", numbered(COUNT))) == alone
    for entry in alone:
        assert (tmp_path / "b" / entry.path).read_bytes() == (tmp_path / "a" / entry.path).read_bytes()


def test_every_file_is_synced_before_it_gets_its_name(tmp_path, monkeypatch):
    synced, early = set(), []
    real_sync, real_replace = os.fsync, os.replace

    def sync(descriptor):
        synced.add(os.fstat(descriptor).st_ino)
        real_sync(descriptor)

    def replace(part, target):
        early.extend([target] if os.stat(part).st_ino not in synced else [])
        real_replace(part, target)

    monkeypatch.setattr(atomic.os, "fsync", sync)
    monkeypatch.setattr(atomic.os, "replace", replace)
    assert len(list(write_streamed(tmp_path, numbered(COUNT)))) == COUNT
    assert early == []
    assert len(synced) == COUNT
    list(write_streamed(tmp_path / "not", numbered(3), durable=False))
    assert len(early) == 3


def test_each_is_filled_before_the_next_is_made_and_few_are_open(tmp_path):
    most_open = 0

    def files():
        nonlocal most_open
        for k in range(COUNT):
            taken = []
            yield f"{k}.txt", (taken.append(c) or c for c in (b"a", b"b"))
            assert taken == [b"a", b"b"]
            most_open = max(most_open, sum(1 for _ in tmp_path.glob("*.part")))

    assert sum(e.bytes for e in write_streamed(tmp_path, files())) == 2 * COUNT
    assert 1 < most_open <= FILES_AT_ONCE


def test_a_sample_of_many_files_needs_few_of_them_open(tmp_path, table_info, table_records):
    """BOP writes two masks an object: a bin of five hundred would be past what a system lets a program have open."""
    open_at_once = []

    class ManyMasks(Writer):
        name = "many_masks"
        label = "Many"
        help = "As many files as a bin has masks."
        version = "1"
        parameters = ()

        def sample_files(self, record):
            for k in range(COUNT):
                open_at_once.append(len(list(tmp_path.rglob("*.part"))))
                yield TextFile(f"mask_{k}", f"mask/{k:06d}.txt", str(k))

        def label_files(self, stored):
            for k in range(COUNT):
                open_at_once.append(len(list(tmp_path.rglob("*.part"))))
                yield TextFile("seen", f"seen/{k:06d}.txt", str(k))

    registry = SimpleNamespace(writer_class=lambda name: ManyMasks)
    receipt = SampleWriter(tmp_path, table_info, {"many_masks": {}}, registry).write(table_records[0])
    assert len(receipt.files) == 2 * COUNT + 1
    assert receipt.files[-1].path == "records/00000000.json"
    assert 1 < max(open_at_once) <= FILES_AT_ONCE
    assert holds(tmp_path, receipt, hashed=True)


def test_what_fails_on_the_way_leaves_no_part(tmp_path):
    def files():
        yield from numbered(FILES_AT_ONCE + 3)
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        list(write_streamed(tmp_path, files()))
    assert len(list(tmp_path.rglob("*.txt"))) == FILES_AT_ONCE
    assert not list(tmp_path.rglob("*.part"))


def test_folders_of_the_whole_set_are_synced_before_the_dataset_gets_its_name(
    tmp_path, table_info, table_records, monkeypatch
):
    """The folders in which others lie are names too, as those of BOP's scenes."""
    synced = []
    monkeypatch.setattr(folder, "sync_folder", synced.append)
    job = Job(table_info, range(1), {"coco": {}, "bop": {"models": "none"}, "yolo": {"task": "pose"}})
    with DatasetFolder.create(tmp_path / "d", job) as made:
        made.commit(made.sample_writer().write(table_records[0]))
        made.finalize()
    partial = tmp_path / "d.partial"
    told = {p.relative_to(partial).as_posix() for p in synced if p.is_relative_to(partial)}
    on_disk = {p.relative_to(tmp_path / "d").as_posix() for p in (tmp_path / "d").rglob("*") if p.is_dir()}
    assert {"annotations", "labels", "train"} < on_disk
    assert on_disk <= told
    assert synced[-1] == tmp_path


def test_two_formats_may_not_write_one_file(table_info):
    registry = builtin_registry()
    taken = ["annotations/instances.json"]
    with pytest.raises(PluginError, match=r"'coco': annotations/instances.json is written twice"):
        list(whole_set({"coco": {}}, registry, table_info, [], taken))
