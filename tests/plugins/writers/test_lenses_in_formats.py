"""A camera with a lens in formats: told where a format can hold it, refused where it knows a pinhole only."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from myriorama.plugins.api import DatasetInfo, Record
from myriorama.plugins.writers.bop import Bop
from myriorama.plugins.writers.coco import Coco
from myriorama.plugins.writers.depth_pose import DepthPose
from myriorama.plugins.writers.exr import Exr
from myriorama.plugins.writers.kitti import Kitti
from myriorama.plugins.writers.raw import Raw
from myriorama.scenes.cameras.camera import Distortion
from myriorama.scenes.errors import InputError
from myriorama.scenes.labels.stored import record_to_json

LENS = Distortion("kannala_brandt", (0.01, 0.02, 0.0, 0.0))


@pytest.fixture
def bent(table_records: list[Record]) -> Record:
    record = table_records[0]
    camera = replace(record.scene.camera, distortion=LENS)
    return replace(record, scene=replace(record.scene, camera=camera))


def stored(record: Record) -> dict[str, Any]:
    told = json.loads(json.dumps(record_to_json(record, {})))
    return {**told, "part": "train", "ignored": []}


@pytest.mark.parametrize("writer", [Kitti, Bop, DepthPose], ids=lambda w: w.name)
def test_formats_of_pinholes_refuse_a_lens(
    writer: Any, bent: Record, table_records: list[Record], table_info: DatasetInfo
) -> None:
    told = writer(table_info).obstacles(bent)
    assert any("lens distorts (kannala_brandt)" in why for why in told)
    assert not any("lens" in why for why in writer(table_info).obstacles(table_records[0]))
    assert any("rolling shutter" in phrase for phrase in writer(table_info).losses())


@pytest.mark.parametrize("writer", [Kitti, Bop, DepthPose], ids=lambda w: w.name)
def test_so_do_exports_of_a_finished_dataset(writer: Any, bent: Record, table_info: DatasetInfo) -> None:
    made = writer(table_info, {"depth": False, "models": "none"} if writer is Bop else None)
    with pytest.raises(InputError, match="lens distorts"):
        [*made.label_files(stored(bent)), *(list(f.chunks) for f in made.whole_files([stored(bent)]))]


def test_formats_with_room_tell_the_lens(bent: Record, table_records: list[Record], table_info: DatasetInfo) -> None:
    assert Raw(table_info).obstacles(bent) == ()
    image = Coco(table_info)._image(stored(bent))
    assert image["distortion"]["coefficients"] == [0.01, 0.02, 0.0, 0.0]
    assert "distortion" not in Coco(table_info)._image(stored(table_records[0]))
    told = stored(bent)["camera"]["distortion"]
    assert (told["model"], told["opencv"], told["k2"]) == ("kannala_brandt", "cv2.fisheye.projectPoints", 0.02)
    assert np.array(told["coefficients"]).shape == (4,)
    (file, *_) = Exr(table_info).sample_files(bent)
    assert b"cameraOptics" in file.content
    (plain, *_) = Exr(table_info).sample_files(table_records[0])
    assert b"cameraOptics" not in plain.content
