"""Which format lies in a folder, and the way from there to a set that was gone through.

A format is known by its files, never by asking each reader to try.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Final, Literal, get_args

from myriorama.app.dataset.layout import MANIFEST, RECORDS
from myriorama.app.reading.classed import TABLE_NAMES, PicturesReader
from myriorama.app.reading.coco import CocoReader
from myriorama.app.reading.finding import Progress, find_pictures
from myriorama.app.reading.limits import MAX_CLASSES, MAX_OBJECTS
from myriorama.app.reading.neutral import Faults, ForeignSet, refused
from myriorama.app.reading.ours import OwnReader
from myriorama.app.reading.reach import Reach
from myriorama.app.reading.voc import VocReader
from myriorama.app.reading.yolo import DATA_NAMES, YoloReader

Format = Literal["myriorama", "coco", "yolo", "pascal_voc", "pictures"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
_LABEL_FOLDERS: Final = ("annotations", "labels")
_PEEKED_BYTES: Final = 64 * 2**10
_MANY_FILES: Final = 200
_COCO_LIST: Final = re.compile(rb'"(?:images|annotations|categories|licenses|info)"\s*:\s*[\[{]')
_OTHER_JSON: Final = ("captions", "panoptic", "image_info", "stuff")


def root_of(target: Path) -> Path:
    """Return the folder of the dataset to which a file or folder belongs."""
    if target.is_dir():
        return target
    home = target.parent
    return home.parent if home.name.lower() in _LABEL_FOLDERS else home


def open_set(target: Path, pictures: Path | None, wanted: str, progress: Progress) -> tuple[ForeignSet, Faults, Reach]:
    """Go through a dataset once.

    Parameters
    ----------
    target : Path
        Its folder, or one of its files of labels.
    pictures : Path or None
        A folder of pictures elsewhere.
    wanted : str
        One of `FORMATS`, or empty: what is there.

    Raises
    ------
    InputError
        There is nothing that can be read, or too much of it.
    """
    if not os.path.exists(target):
        raise refused("DATASET", "there is no such file or folder", str(target))
    reach = Reach(root_of(target), pictures)
    named = "" if target.is_dir() else Path(os.path.realpath(target)).relative_to(reach.root).as_posix()
    found = [wanted] if wanted else formats_of(reach, named)
    made = _read(found[0], reach, named, reach.faults, progress)
    others = [name for name in found[1:] if name != "pictures"]
    if others:
        made.notes.append(f"there are labels in further formats too: {', '.join(others)}")
    if len(made.classes) > MAX_CLASSES:
        raise refused("", "this dataset has too many classes", f"{len(made.classes):,}", f"{MAX_CLASSES:,}")
    return made, reach.faults, reach


def formats_of(reach: Reach, named: str = "") -> list[str]:
    """Return the formats of which there are files, the one with most to say first.

    Parameters
    ----------
    named : str
        The file that was chosen, inside the dataset; it decides.
    """
    if named:
        ending = PurePosixPath(named).suffix.lower()
        by_ending = {
            ".json": "coco",
            ".yaml": "yolo",
            ".yml": "yolo",
            ".xml": "pascal_voc",
            ".txt": "yolo",
            ".csv": "pictures",
        }
        if ending not in by_ending:
            allowed = ", ".join(by_ending)
            raise refused(named, "no format of labels has such a file", ending, allowed)
        return [by_ending[ending]]
    found: list[str] = []
    files = reach.files
    if MANIFEST in files and any(name.startswith(f"{RECORDS}/") for name in files):
        found.append("myriorama")
    if coco_files(reach):
        found.append("coco")
    if data_file(reach) or any("labels/" in f"/{n}" and n.endswith(".txt") for n in files):
        found.append("yolo")
    if xml_files(reach):
        found.append("pascal_voc")
    if not found and _yolo_beside(files):
        found.append("yolo")
    return [*found, "pictures"]


def coco_files(reach: Reach, named: str = "") -> list[str]:
    """Return the annotation files of COCO: those of instances where there are some."""
    if named:
        return [named]
    names = [n for n in reach.files if n.endswith(".json") and not n.startswith(f"{RECORDS}/")]
    likely = [n for n in names if not PurePosixPath(n).name.startswith(_OTHER_JSON)]
    found = [n for n in likely[:_MANY_FILES] if _looks_like_coco(reach, n)]
    for word in ("instances", "person_keypoints"):
        chosen = [n for n in found if PurePosixPath(n).name.startswith(word)]
        if chosen:
            return chosen
    return found


def data_file(reach: Reach, named: str = "") -> str:
    """Return the data.yaml of a YOLO dataset, empty where there is none."""
    if named.endswith((".yaml", ".yml")):
        return named
    top = [n for n in reach.files if "/" not in n and n.endswith((".yaml", ".yml"))]
    known = [n for n in top if n in DATA_NAMES]
    if known:
        return known[0]
    return next((n for n in top if _peek(reach, n).find(b"names:") >= 0), "")


def xml_files(reach: Reach) -> list[str]:
    """Return the XML files that may be annotations of Pascal VOC."""
    names = [n for n in reach.files if n.lower().endswith(".xml")]
    own = [n for n in names if "Annotations/" in f"/{n}"]
    return own or [n for n in names if b"<annotation" in _peek(reach, n)[:2000]]


def _looks_like_coco(reach: Reach, name: str) -> bool:
    head = _peek(reach, name)
    return head.lstrip()[:1] == b"{" and b'"@context"' not in head and _COCO_LIST.search(head) is not None


def _peek(reach: Reach, name: str) -> bytes:
    path = os.path.realpath(os.path.join(reach.root, name))
    if not (path.startswith(os.path.join(reach.root, "")) and os.path.isfile(path)):
        return b""
    with open(path, "rb") as file:
        return file.read(_PEEKED_BYTES)


def _yolo_beside(files: Sequence[str]) -> bool:
    """Tell whether text files lie beside pictures of the same name."""
    stems = {name.rpartition(".")[0] for name in files if name.endswith(".txt")}
    return any(name.rpartition(".")[0] in stems for name in files if not name.endswith(".txt"))


def _read(format_name: str, reach: Reach, named: str, faults: Faults, progress: Progress) -> ForeignSet:
    if format_name == "myriorama":
        return OwnReader(reach, faults).read(progress)
    if format_name == "coco":
        names = coco_files(reach, named)
        if not names:
            raise refused(str(reach.root), "there is no annotation file of COCO")
        return _read_coco(CocoReader(reach, names, faults), reach, faults, progress)
    if format_name == "yolo":
        return YoloReader(reach, data_file(reach, named), faults).read(progress)
    if format_name == "pascal_voc":
        names = xml_files(reach)
        if not names:
            raise refused(str(reach.root), "there is no annotation file of Pascal VOC")
        return VocReader(reach, names, faults).read(progress)
    if format_name == "pictures":
        table = named or next((n for n in TABLE_NAMES if n in reach.files), "")
        return PicturesReader(reach, table, faults).read(progress)
    raise refused("--format", "there is no such format", format_name, ", ".join(FORMATS))


def _read_coco(reader: CocoReader, reach: Reach, faults: Faults, progress: Progress) -> ForeignSet:
    made = reader.start()
    find_pictures(made, reach, reader.folders_of, faults, lambda done, total: progress(done, 2 * total))
    for place in range(len(made)):
        made.count(reader.objects_of(place, faults))
        if made.objects > MAX_OBJECTS:
            raise refused("", "this dataset has too many objects", "", f"{MAX_OBJECTS:,}")
        progress(len(made) + place + 1, 2 * len(made))
    return made
