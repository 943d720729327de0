"""What formats cost: their share of a sample's time, and the memory and time of the files of a whole set.

``python tests/benchmarks/bench_formats.py [--count N] [--samples N] [--only NAME] [--json]``. The samples are those of
`bench_table` with every label (20 objects); the whole set is made of stored records of 10 annotations each, so that
100,000 records have 1,000,000, in three parts, and every format runs in a process of its own. It writes nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

EXAMPLE = "bench_table"
ANNOTATIONS = 10
WARM_UP = 2
CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("raw", {}),
    ("coco", {}),
    ("coco", {"segmentation": "polygon"}),
    ("coco_panoptic", {}),
    ("yolo", {}),
    ("yolo", {"task": "segment"}),
    ("yolo", {"task": "pose"}),
    ("yolo", {"task": "obb"}),
    ("pascal_voc", {}),
    ("kitti", {}),
    ("bop", {}),
    ("depth_pose", {}),
    ("exr", {}),
    ("webdataset", {}),
    ("hugging_face", {}),
    ("hugging_face", {"form": "parquet"}),
    ("cvat", {}),
    ("cvat", {"shapes": "polygon"}),
    ("label_studio", {}),
    ("label_studio", {"shapes": "polygon"}),
)


class Repeated:
    """Fulfils `StoredRecords`: one record under many numbers, read from JSON each time as from a disk."""

    def __init__(self, text: bytes, picture: bytes, count: int) -> None:
        self._text = text
        self._picture = picture
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.at(range(self._count))

    def at(self, places: Iterable[int]) -> Iterator[dict[str, Any]]:
        """As the records of a dataset: some without the others."""
        for index in places:
            stored: dict[str, Any] = json.loads(self._text)
            stored["index"] = index
            stored["key"] = f"{index:08d}-{hashlib.sha256(str(index).encode()).hexdigest()[:16]}"
            yield stored

    def picture(self, stored: Any, role: str) -> bytes:
        return self._picture


def project_with_all_labels(folder: Path) -> Path:
    """Return a copy of the example that asks for every annotator."""
    from myriorama.app.finding import find_project
    from myriorama.plugins.registry import builtin_registry

    found = find_project(EXAMPLE)
    raw = json.loads(found.read_text())
    raw.setdefault("output", {})["labels"] = list(builtin_registry().names("annotator"))
    place = folder / "project"
    shutil.copytree(found.parent, place)
    (place / found.name).write_text(json.dumps(raw))
    return place / found.name


def cost_of_samples(samples: int, only: str, template: Path) -> dict[str, Any]:
    """Return CPU milliseconds a sample: to make one, and to write it in each format; leave a record in `template`."""
    from myriorama.app import open_project
    from myriorama.app.dataset.samples import SampleWriter
    from myriorama.app.production.snapshot import dataset_info

    told: dict[str, Any] = {"make_ms": 0.0, "cases": {}}
    with tempfile.TemporaryDirectory() as name, open_project(str(project_with_all_labels(Path(name)))) as opened:
        info = dataset_info(opened.project, (640, 480))
        out = Path(name) / "out"
        wanted = [(case, values) for case, values in CASES if only in ("", case)]
        writers = {}
        for number, (case, values) in enumerate(wanted):
            (out / str(number)).mkdir(parents=True)
            writers[f"{case} {values}"] = SampleWriter(out / str(number), info, {case: values}, durable=False)
        told["cases"] = dict.fromkeys(writers, 0.0)
        first = opened.produced(0).record
        for index in range(samples + WARM_UP):  # in turn, since a machine that others use changes its pace
            before = time.process_time()
            record = opened.produced(index).record
            told["make_ms"] += (time.process_time() - before) * 1000 / samples * (index >= WARM_UP)
            for words, writer in writers.items():
                before = time.process_time()
                writer.write(record)
                told["cases"][words] += (time.process_time() - before) * 1000 / samples * (index >= WARM_UP)
        alone = SampleWriter(out / "alone", info, {"raw": {}}, durable=False)
        (out / "alone").mkdir(parents=True)
        alone.write(first)
        stored = json.loads((out / f"alone/records/{first.index:08d}.json").read_bytes())
        stored["annotations"] = stored["annotations"][:ANNOTATIONS]
        picture = (out / "alone" / stored["files"]["rgb"]["path"]).read_bytes()
    (template / "record.json").write_text(json.dumps(stored))
    (template / "picture.png").write_bytes(picture)
    (template / "info.json").write_text(json.dumps({"name": info.name, "classes": [vars(c) for c in info.classes]}))
    return told


def whole_set(template: Path, case: str, values: dict[str, Any], count: int) -> dict[str, Any]:
    """Make the files of a whole set as `finalize` does, throw the bytes away; return seconds, bytes, peak memory."""
    from myriorama.app.dataset.atomic import FileEntry
    from myriorama.plugins.registry import builtin_registry
    from myriorama.plugins.selection import Selection, View, ViewedRecords
    from myriorama.plugins.splitting import Split
    from myriorama.plugins.writing import DatasetInfo
    from myriorama.scenes.assembly.scene import SceneClass

    told = json.loads((template / "info.json").read_text())
    classes = tuple(SceneClass(**row) for row in told["classes"])
    view = View(DatasetInfo(told["name"], "0" * 64, 1, 640, 480, classes), Selection(split=Split((0.8, 0.1, 0.1))))
    records = Repeated((template / "record.json").read_bytes(), (template / "picture.png").read_bytes(), count)
    writer = builtin_registry().writer_class(case)(view.info, values)
    entries = []
    before = time.process_time()
    for file in writer.whole_files(ViewedRecords(records, view)):
        digest, size = hashlib.sha256(), 0
        for chunk in file.chunks:
            digest.update(chunk)
            size += len(chunk)
        entries.append(FileEntry(file.path, digest.hexdigest(), size))
    spent = time.process_time() - before
    return {"cpu_s": spent, "files": len(entries), "bytes": sum(e.bytes for e in entries), "peak_mib": peak_mib()}


def peak_mib() -> float:
    """Return the most memory that this process ever had resident, MiB."""
    line = next(row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def apart(template: Path, case: str, values: dict[str, Any], count: int) -> dict[str, Any]:
    """Run `whole_set` in a process of its own."""
    command = [sys.executable, __file__, "--whole", str(template), case, json.dumps(values), str(count)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each format")
    parser.add_argument("--whole", nargs=4, default=())
    given = parser.parse_args()
    if given.whole:
        folder, case, values, count = given.whole
        print(json.dumps(whole_set(Path(folder), case, json.loads(values), int(count))))
        return
    with tempfile.TemporaryDirectory() as name:
        cost = cost_of_samples(given.samples, given.only, Path(name))
        if not given.json:
            print(f"to make a sample: {cost['make_ms']:.0f} CPU ms\n")
            print("| format | a sample, CPU ms | whole set, CPU ms a sample | share | files | MB | peak MiB |")
            print("|---|---|---|---|---|---|---|", flush=True)
        for case, values in CASES:
            if given.only and case != given.only:
                continue
            each_ms = cost["cases"][f"{case} {values}"]
            whole = apart(Path(name), case, values, given.count)
            later_ms = whole["cpu_s"] * 1000 / given.count
            share = (each_ms + later_ms) / (cost["make_ms"] + each_ms + later_ms)
            words = f"{case} {' '.join(f'{k}={v}' for k, v in values.items())}".strip()
            if given.json:
                print(json.dumps({"case": words, "each_ms": each_ms, "later_ms": later_ms, "share": share, **whole}))
                continue
            print(
                f"| {words} | {each_ms:.1f} | {later_ms:.1f} | {share:.1%} | {whole['files']} | "
                f"{whole['bytes'] / 1e6:.0f} | {whole['peak_mib']:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
