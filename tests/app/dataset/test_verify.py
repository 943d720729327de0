"""Tampering: whatever is changed, removed, added or exchanged in a finished dataset is named."""

from __future__ import annotations

import hashlib
import json
import re
import shutil

import numpy as np
import pytest

from myriorama.app.dataset.encoders import decode_png, encode_png
from myriorama.app.dataset.layout import MANIFEST
from myriorama.app.dataset.manifest import CARD_FORM
from myriorama.app.dataset.verify import verify


@pytest.fixture
def dataset(make_dataset):
    return make_dataset()


def faults(folder):
    return {(f.file, f.fault) for f in verify(folder).findings}


def files_of(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_sound_dataset_is_sound_and_told(dataset):
    steps = []
    report = verify(dataset, on_progress=lambda done, total: steps.append((done, total)))
    assert report.sound
    assert (report.samples, report.annotations, report.notes) == (3, 9, ())
    assert len(report.digest) == 64
    assert steps[-1] == (report.files, report.files)


def test_one_changed_bit_of_any_file_is_named(dataset):
    rng = np.random.default_rng(4)
    for name in files_of(dataset):
        path = dataset / name
        honest = path.read_bytes()
        changed = bytearray(honest)
        changed[rng.integers(len(changed))] ^= 1 << int(rng.integers(8))
        path.write_bytes(changed)
        found = faults(dataset)
        assert (name, "manifest" if name == MANIFEST else "tampered") in found
        path.write_bytes(honest)
    assert faults(dataset) == set()


def test_every_deleted_file_is_named(dataset, tmp_path):
    for name in files_of(dataset):
        shutil.move(dataset / name, tmp_path / "away")
        assert (name, "manifest" if name == MANIFEST else "missing") in faults(dataset)
        shutil.move(tmp_path / "away", dataset / name)
    assert faults(dataset) == set()


@pytest.mark.parametrize(
    "name", ["images/extra.png", "notes.txt", "more/deep/file", "records/.hidden", "images/0.png.part"]
)
def test_an_added_file_is_named(dataset, name):
    (dataset / name).parent.mkdir(parents=True, exist_ok=True)
    (dataset / name).write_text("x")
    found = faults(dataset)
    assert len(found) == 1
    assert next(iter(found))[1] == "extra"
    assert name.startswith(next(iter(found))[0])


def test_two_exchanged_files_are_both_named(dataset):
    a, b = dataset / "images/00000000.png", dataset / "images/00000001.png"
    content = a.read_bytes()
    a.write_bytes(b.read_bytes())
    b.write_bytes(content)
    assert faults(dataset) == {("images/00000000.png", "tampered"), ("images/00000001.png", "tampered")}


def test_a_link_in_place_of_a_file_is_named(dataset, tmp_path):
    path = dataset / "images/00000000.png"
    shutil.move(path, tmp_path / "same.png")
    path.symlink_to(tmp_path / "same.png")
    assert faults(dataset) == {("images/00000000.png", "tampered")}


def forge(dataset, name, content):
    """Change a file and make the manifest agree, as a wrong writer would."""
    old = (dataset / name).read_bytes()
    (dataset / name).write_bytes(content)
    body = (dataset / MANIFEST).read_bytes().rpartition(b'],\n"digest":"')[0]
    row = '{{"path":"{}","sha256":"{}","bytes":{}}}'
    before = row.format(name, hashlib.sha256(old).hexdigest(), len(old)).encode()
    assert before in body
    body = body.replace(before, row.format(name, hashlib.sha256(content).hexdigest(), len(content)).encode())
    (dataset / MANIFEST).write_bytes(body + b'],\n"digest":"' + hashlib.sha256(body).hexdigest().encode() + b'"}\n')


def forge_record(dataset, change):
    record = json.loads((dataset / "records/00000000.json").read_bytes())
    change(record)
    forge(dataset, "records/00000000.json", json.dumps(record).encode())


def forge_picture(dataset, role, change):
    pixels = decode_png((dataset / f"{role}/00000000.png").read_bytes()).copy()
    change(pixels)
    forge(dataset, f"{role}/00000000.png", encode_png(pixels))


def crate(record):
    return record["annotations"][1]


def set_pixel(place, value):
    def change(pixels):
        assert not np.array_equal(pixels[place], value)
        pixels[place] = value

    return change


RECORD_FAULTS = {
    "box": (3, lambda r: crate(r)["box"].__setitem__(2, 5)),
    "area": (3, lambda r: crate(r).update(area_px=5)),
    "code of another": (1, lambda r: crate(r).update(rle=r["annotations"][0]["rle"])),
    "broken code": (3, lambda r: crate(r).update(rle=crate(r)["rle"][:-2])),
    "amodal code": (2, lambda r: crate(r).update(amodal_rle=r["annotations"][0]["amodal_rle"])),
    "class": (4, lambda r: crate(r).update(class_id=1, class_name="ball")),
    "class name": (4, lambda r: crate(r).update(class_name="box")),
    "keypoint": (7, lambda r: crate(r)["keypoints"][0].update(x=1.0)),
    "keypoint state": (7, lambda r: crate(r)["keypoints"][0].update(v=0)),
    "fraction": (8, lambda r: crate(r).update(visible=1.2)),
    "unoccluded": (8, lambda r: crate(r).update(unoccluded=0.9)),
    "annotation dropped": (4, lambda r: r["annotations"].pop()),
    "hidden dropped": (4, lambda r: r["hidden"].pop()),
    "surface row": (4, lambda r: r["surfaces"][3].update(class_id=1)),
    "key": (9, lambda r: r.update(key="00000000-ffffffffffffffff")),
}


@pytest.mark.parametrize("fault", RECORD_FAULTS)
def test_a_wrong_label_with_a_right_hash_breaks_its_invariant(dataset, fault):
    invariant, change = RECORD_FAULTS[fault]
    forge_record(dataset, change)
    report = verify(dataset)
    told = [f.message for f in report.findings if f.file == "records/00000000.json" and f.fault == "contract"]
    assert any(m.startswith(f"contract {invariant}:") for m in told), report.findings


@pytest.mark.parametrize(
    ("role", "invariant", "change"),
    [
        ("surface_id", 1, set_pixel((40, 45), 1)),
        ("surface_id", 4, set_pixel((40, 45), 500)),
        ("instance_id", 4, set_pixel((40, 45), 1)),
        ("class_id", 4, set_pixel((40, 45), 2)),
        ("depth", 5, set_pixel((40, 45), 0)),
        ("normal", 5, set_pixel((40, 45), (0, 0, 0))),
    ],
)
def test_a_wrong_picture_with_a_right_hash_breaks_its_invariant(dataset, role, invariant, change):
    forge_picture(dataset, role, change)
    told = [f.message for f in verify(dataset).findings if f.fault == "contract"]
    assert any(m.startswith(f"contract {invariant}:") for m in told), told


@pytest.mark.parametrize("name", ["README.md", "croissant.json"])
def test_a_card_that_says_something_else_is_named(dataset, name):
    text = (dataset / name).read_text(encoding="utf-8")
    assert "CC0-1.0" in text
    forge(dataset, name, text.replace("CC0-1.0", "CC-BY-4.0").encode())
    expected = {(name, "contract"), ("croissant.json", "contract")}  # which holds the hash of the other
    assert faults(dataset) == expected


def test_a_dataset_of_before_there_were_cards_is_whole(dataset):
    content = (dataset / MANIFEST).read_bytes().rpartition(b'],\n"digest":"')[0].replace(b'"card":%d,' % CARD_FORM, b"")
    for name in ("README.md", "croissant.json", "samples.jpg"):
        (dataset / name).unlink()
        content = re.sub(rb',\n\{"path":"%s"[^}]*\}' % re.escape(name.encode()), b"", content)
    digest = hashlib.sha256(content).hexdigest().encode()
    (dataset / MANIFEST).write_bytes(content + b'],\n"digest":"' + digest + b'"}\n')
    assert faults(dataset) == set()


def test_a_whole_set_file_that_says_something_else_is_named(dataset):
    name = "annotations/instances.json"
    coco = json.loads((dataset / name).read_bytes())
    coco["annotations"][0]["bbox"][0] += 1
    forge(dataset, name, json.dumps(coco).encode())
    assert faults(dataset) == {(name, "contract"), ("croissant.json", "contract")}  # which holds its hash


def test_a_manifest_without_a_sample_is_named(dataset):
    body = (dataset / MANIFEST).read_bytes().rpartition(b'],\n"digest":"')[0]
    body = body.replace(b'"count":3', b'"count":4')
    (dataset / MANIFEST).write_bytes(body + b'],\n"digest":"' + hashlib.sha256(body).hexdigest().encode() + b'"}\n')
    assert (MANIFEST, "manifest") in faults(dataset)


def test_without_id_pictures_the_labels_are_still_checked(make_dataset):
    dataset = make_dataset({"coco": {}})
    assert verify(dataset).sound
    forge_record(dataset, RECORD_FAULTS["area"][1])
    assert not verify(dataset).sound
