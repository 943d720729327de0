"""Run by an interpreter that has label-studio-sdk: reads tasks with its own decoder, prints one line of JSON."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import numpy as np


def main(folder: str) -> None:
    """Print every mask as runs down its columns, and what its parser makes of the configuration and the tasks."""
    with warnings.catch_warnings(record=True) as caught:
        from label_studio_sdk._extensions.label_studio_tools.core.label_config import parse_config
        from label_studio_sdk.converter.brush import decode_rle
        from label_studio_sdk.label_interface import LabelInterface

        warnings.simplefilter("always")
        caught.clear()
        config = (Path(folder) / "config.xml").read_text(encoding="utf-8")
        tasks = json.loads((Path(folder) / "tasks.json").read_text(encoding="utf-8"))
        interface = LabelInterface(config)
        interface.validate()
        masks, valid = [], []
        for task in tasks:
            for role in ("annotations", "predictions"):
                for made in task.get(role, []):
                    check = interface.validate_annotation if role == "annotations" else interface.validate_prediction
                    valid.append(bool(check(made)))
                    for row in made["result"]:
                        if row["type"] == "brushlabels":
                            size = (row["original_height"], row["original_width"], 4)
                            alpha = np.asarray(decode_rle(row["value"]["rle"])).reshape(size)[:, :, 3]
                            flat = np.concatenate(([0], (alpha > 0).ravel(order="F"), [0]))
                            masks.append(np.flatnonzero(np.diff(flat)).tolist())
        complaints = [str(w.message) for w in caught if not issubclass(w.category, DeprecationWarning)]
    print(json.dumps({"tags": parse_config(config), "masks": masks, "valid": valid, "complaints": complaints}))


if __name__ == "__main__":
    main(sys.argv[1])
