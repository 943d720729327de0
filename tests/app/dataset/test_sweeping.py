"""What dead workers left is taken away whatever a format names its files."""

from __future__ import annotations

import json

from myriorama.app.dataset.folder import DatasetFolder, Job
from myriorama.app.dataset.layout import receipt_path
from myriorama.app.dataset.quarantine import quarantine_sample
from myriorama.app.dataset.verify import verify

FORMATS = {"bop": {"models": "none"}, "depth_pose": {"layout": "tartanair"}, "coco": {}}


def test_files_of_a_given_up_sample_go_by_receipts(tmp_path, table_info, table_records):
    path = tmp_path / "d"
    job = Job(table_info, range(3), FORMATS, project_text='{"name":"table"}\n')
    with DatasetFolder.create(path, job, durable=False) as folder:
        writer = folder.sample_writer()
        for record in (table_records[0], table_records[2]):
            folder.commit(writer.write(record))
        writer.write(table_records[1])
        (folder.partial / receipt_path(1)).unlink()  # the worker died before its receipt
        (folder.partial / "train/000000/rgb/000001.png.part").write_bytes(b"half")
        folder.add_quarantined(quarantine_sample(path, 1, ["its worker died three times"]))
        folder.finalize()
    assert verify(path).findings == ()
    left = [p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file()]
    assert not [p for p in left if p.startswith("train/000000/rgb/000001") or "00000001" in p]
    assert "train/image_left/00000002_left.png" in left
    assert set(json.loads((path / "train/000000/scene_gt.json").read_text())) == {"0", "2"}
