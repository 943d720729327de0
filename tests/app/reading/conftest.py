"""Small foreign datasets, made by hand, and a way to look into them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

Make = Callable[..., Path]


@pytest.fixture(scope="session")
def picture() -> Callable[..., bytes]:
    """Returns an encoded picture of a gradient: width, height, format."""

    def made(width: int = 40, height: int = 30, kind: str = "PNG", **more: Any) -> bytes:
        x, y = np.meshgrid(np.arange(width), np.arange(height))
        rgb = np.stack([x * 255 // max(1, width - 1), y * 255 // max(1, height - 1), x * 0 + 90], axis=2)
        out = io.BytesIO()
        Image.fromarray(rgb.astype(np.uint8)).save(out, kind, **more)
        return out.getvalue()

    return made


@pytest.fixture
def coco_set(tmp_path: Path, picture: Callable[..., bytes]) -> Make:
    """Makes a COCO dataset of two pictures and two objects; keywords replace or add top-level values."""

    def made(folder: str = "coco", **values: Any) -> Path:
        home = tmp_path / folder
        (home / "images").mkdir(parents=True, exist_ok=True)
        for name in ("a.png", "b.png"):
            (home / "images" / name).write_bytes(picture())
        tree: dict[str, Any] = {
            "categories": [{"id": 1, "name": "cat"}, {"id": 7, "name": "dog"}],
            "images": [
                {"id": 1, "file_name": "a.png", "width": 40, "height": 30},
                {"id": 2, "file_name": "b.png", "width": 40, "height": 30},
            ],
            "annotations": [
                {"id": 1, "image_id": 1, "category_id": 1, "bbox": [2, 3, 10, 8], "area": 80, "iscrowd": 0},
                {"id": 2, "image_id": 2, "category_id": 7, "bbox": [5.5, 6, 4, 4], "area": 16, "iscrowd": 0},
            ],
        }
        tree |= values
        (home / "labels.json").write_text(json.dumps(tree), encoding="utf-8")
        return home

    return made
