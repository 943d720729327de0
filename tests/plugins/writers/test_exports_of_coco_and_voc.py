"""An export of COCO, COCO panoptic and Pascal VOC has the bytes that rendering into the format gives."""

from __future__ import annotations

import pytest

from myriorama.app.conversion.exporting import ExportWanted, export_dataset
from myriorama.app.dataset.verify import verify
from myriorama.plugins.selection import ALL, Filter, Selection
from myriorama.plugins.splitting import Split

FORMATS = {
    "coco": {"segmentation": "polygon"},
    "coco_panoptic": {},
    "pascal_voc": {},
}
OWN = {
    "coco": ("images", "annotations"),
    "coco_panoptic": ("images", "annotations", "panoptic"),
    "pascal_voc": ("JPEGImages", "Annotations", "ImageSets", "SegmentationClass", "SegmentationObject", "labelmap.txt"),
}


def contents(folder, names):
    found = {}
    for name in names:
        paths = [folder / name] if (folder / name).is_file() else (folder / name).rglob("*")
        found |= {str(p.relative_to(folder)): p.read_bytes() for p in paths if p.is_file()}
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_is_as_rendered(make_dataset, tmp_path, name):
    rendered = make_dataset({name: FORMATS[name]}, "rendered")
    plain = make_dataset({"raw": {"rgb": True}}, "plain")
    exported = export_dataset(ExportWanted(plain, tmp_path / "out", name, FORMATS[name])).folder
    expected = contents(rendered, OWN[name])
    assert len(expected) >= 4
    assert contents(exported, OWN[name]) == expected
    assert verify(rendered).findings == ()


@pytest.mark.parametrize("name", FORMATS)
def test_a_selection_goes_into_every_file(make_dataset, tmp_path, name):
    plain = make_dataset({"raw": {"rgb": True}}, "plain")
    whole = export_dataset(ExportWanted(plain, tmp_path / "whole", name, FORMATS[name], ALL))
    wanted = Selection(filter=Filter(min_area_px=200, use="ignore"), split=Split((0.5, 0.25, 0.25), salt="b"))
    some = export_dataset(ExportWanted(plain, tmp_path / "some", name, FORMATS[name], wanted))
    assert len(some.parts) > 1
    assert some.ignored == whole.annotations - some.annotations > 0
    before, after = contents(whole.folder, OWN[name]), contents(some.folder, OWN[name])
    pictures = {path for path in before if path.startswith(("images/", "JPEGImages/"))}
    assert {path: after[path] for path in pictures} == {path: before[path] for path in pictures}
    names = {path.rpartition("/")[2] for path in after}
    for part in some.parts:
        assert any(part in found for found in names)
