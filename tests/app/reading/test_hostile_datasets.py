"""Datasets made to do harm: each is refused with a sentence, or read with a list of what is wrong, in bounded time.

Nothing outside the dataset is opened: by the reading process because of its walls, and, with the walls down, by itself.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.preview.tiles import TileKey
from myriorama.app.reading.reader import ForeignReader
from myriorama.app.reading.serving import Server
from myriorama.scenes.errors import InputError

Picture = Callable[..., bytes]
Build = Callable[[Path, Picture], None]
IMAGE = {"id": 1, "file_name": "a.png", "width": 40, "height": 30}
OBJECT = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [2, 3, 10, 8]}
SECRET = "secret.txt"
LONGEST_S = 20.0


def coco(home: Path, picture: Picture, *, raw: str = "", **values: Any) -> None:
    (home / "a.png").write_bytes(picture())
    tree = {"categories": [{"id": 1, "name": "cat"}], "images": [IMAGE], "annotations": [OBJECT], **values}
    (home / "labels.json").write_text(raw or json.dumps(tree), encoding="utf-8")


def yolo(home: Path, picture: Picture, labels: str = "0 0.5 0.5 0.2 0.2\n", data: str = "names: [cat]\n") -> None:
    for name in ("images", "labels"):
        (home / name).mkdir()
    (home / "images/a.png").write_bytes(picture())
    (home / "labels/a.txt").write_text(labels, encoding="utf-8")
    if data:
        (home / "data.yaml").write_text(data, encoding="utf-8")


def voc(home: Path, picture: Picture, box: str = "", head: str = "", filename: str = "a.png") -> None:
    for name in ("Annotations", "JPEGImages"):
        (home / name).mkdir()
    (home / "JPEGImages/a.png").write_bytes(picture())
    box = box or "<xmin>3</xmin><ymin>4</ymin><xmax>12</xmax><ymax>11</ymax>"
    text = f"{head}<annotation><filename>{filename}</filename><size><width>40</width><height>30</height></size>"
    text += f"<object><name>cat</name><bndbox>{box}</bndbox></object></annotation>"
    (home / "Annotations/a.xml").write_text(text, encoding="utf-8")


def png_bomb(width: int, height: int) -> bytes:
    """Return a PNG whose header promises far more pixels than its bytes hold."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def many_boxes(home: Path, picture: Picture) -> None:
    rows = ",".join(json.dumps({**OBJECT, "id": k}) for k in range(60_000))
    coco(home, picture, raw=json.dumps({"categories": [{"id": 1, "name": "cat"}], "images": [IMAGE]})[:-1]
         + f',"annotations":[{rows}]}}')  # fmt: skip


def huge_file(home: Path, picture: Picture) -> None:
    coco(home, picture)
    with open(home / "labels.json", "r+b") as file:
        file.truncate(600 * 2**20)


def laughs(home: Path, picture: Picture) -> None:
    rows = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 10))
    voc(home, picture, head=f'<!DOCTYPE a [<!ENTITY l0 "ha">{rows}]>', filename="&l9;")


def outside_entity(home: Path, picture: Picture) -> None:
    head = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{home.parent / SECRET}">]>'
    voc(home, picture, head=head, filename="&x;")


def zigzag(home: Path, picture: Picture) -> None:
    ring = [v for k in range(90_000) for v in ((k % 2) * 1e15 - 5e14, k % 30)]
    coco(home, picture, annotations=[{**OBJECT, "segmentation": [ring]}])


def link_out(home: Path, picture: Picture) -> None:
    coco(home, picture)
    (home / "a.png").unlink()
    (home / "a.png").symlink_to(home.parent / SECRET)


def folder_link(home: Path, picture: Picture) -> None:
    yolo(home, picture)
    (home / "images/more").symlink_to(home.parent, target_is_directory=True)
    (home / "images/loop").symlink_to(home, target_is_directory=True)


def pipe_for_picture(home: Path, picture: Picture) -> None:
    coco(home, picture)
    (home / "a.png").unlink()
    os.mkfifo(home / "a.png")


def write(home: Path, name: str, content: bytes) -> None:
    (home / name).write_bytes(content)


def replaced(content: Callable[[Picture], bytes]) -> Build:
    def build(home: Path, picture: Picture) -> None:
        coco(home, picture)
        write(home, "a.png", content(picture))

    return build


def of_coco(**values: Any) -> Build:
    return lambda home, picture: coco(home, picture, **values)


def of_raw(raw: str) -> Build:
    return lambda home, picture: coco(home, picture, raw=raw)


def of_yolo(**values: str) -> Build:
    return lambda home, picture: yolo(home, picture, **values)


def of_voc(**values: str) -> Build:
    return lambda home, picture: voc(home, picture, **values)


def with_object(**values: Any) -> Build:
    return of_coco(annotations=[{**OBJECT, **values}])


def with_image(**values: Any) -> Build:
    return of_coco(images=[{**IMAGE, **values}])


READ: dict[str, tuple[Build, tuple[str, ...], int]] = {
    # what it is -> how it is made, what must be among its faults, how many objects are read all the same
    "missing picture": (with_image(file_name="none.png"), ("the picture is not there",), 1),
    "path that goes up": (with_image(file_name=f"../{SECRET}"), ("points out of the dataset's folder",), 1),
    "path from the root": (with_image(file_name="/etc/passwd"), ("points out of the dataset's folder",), 1),
    "path with a drive": (with_image(file_name="C:\\Windows\\a.png"), ("points out of the dataset's folder",), 1),
    "path with a zero": (with_image(file_name="a\0.png"), ("no name of a file",), 1),
    "very long path": (with_image(file_name="a" * 100_000), ("too long",), 1),
    "link that leads out": (link_out, ("points out of the dataset's folder",), 1),
    "links to folders": (folder_link, ("a link to a folder",), 1),
    "pipe for a picture": (pipe_for_picture, ("is no plain file",), 1),
    "truncated picture": (replaced(lambda p: p(400, 300, "JPEG")[:-3000]), ("is cut off",), 1),
    "text for a picture": (replaced(lambda p: b"<svg/>" * 50), ("is no picture",), 1),
    "picture bomb": (replaced(lambda p: png_bomb(60_000, 60_000)), ("megapixels",), 1),
    "picture of another size": (replaced(lambda p: p(80, 60)), ("another size than its labels",), 1),
    "sizes that are none": (with_image(width=-4, height="x"), ("are no sizes",), 1),
    "not a number": (of_raw('{"categories":[{"id":1,"name":"c"}],"images":[' + json.dumps(IMAGE)
                            + '],"annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[NaN,1,Infinity,1e999]}]}'),
                     ("something else than finite numbers",), 0),
    "box of words": (with_object(bbox=["a", None, {}, []]), ("something else than finite numbers",), 0),
    "box outside": (with_object(bbox=[500, 3, 10, 10]), ("lies outside",), 0),
    "box that reaches out": (with_object(bbox=[30, 3, 1e6, 10]), ("reaches out",), 1),
    "box without width": (with_object(bbox=[3, 3, 0, 10]), ("without width",), 0),
    "box of huge whole numbers": (with_object(bbox=[10**400, 1, 1, 1]), ("something else than finite",), 0),
    "unknown category": (with_object(category_id=99), ("category that is not in the file",), 0),
    "category id that is a list": (with_object(category_id=[1]), ("category that is not in the file",), 0),
    "unknown image": (with_object(image_id=99), ("image that is not in the file",), 0),
    "image id that is a map": (with_object(image_id={"a": 1}), ("without an image id",), 0),
    "ids twice": (of_coco(images=[IMAGE, IMAGE], annotations=[OBJECT, OBJECT],
                          categories=[{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]),
                  ("image id that was given", "annotation id that was given", "category id that was given"), 2),
    "rows that are no objects": (of_coco(images=[IMAGE, 3], annotations=[OBJECT, None, [1]], categories=["x", {
        "id": 1, "name": "cat"}]), ("image without an id", "without an image id", "category without an id"), 1),
    "mask of another size": (with_object(segmentation={"size": [9, 9], "counts": "51"}), ("run-length code",), 1),
    "mask that adds up to more": (with_object(segmentation={"size": [30, 40], "counts": [0, 2**30]}),
                                  ("run-length code",), 1),
    "mask of garbage": (with_object(segmentation={"size": [30, 40], "counts": "\x7f~~~~~~~~~~~~~~~~~oooooo"}),
                        ("run-length code",), 1),
    "outline of garbage": (with_object(segmentation=[[1, 2, 3], "x", [1, 2, 3, 4, None, 6]]), ("an outline is no",), 1),
    "outline to and fro": (zigzag, (), 1),
    "keypoints of another count": (of_coco(categories=[{"id": 1, "name": "cat", "keypoints": ["a"],
                                                        "skeleton": [[1, 9]]}],
                                           annotations=[{**OBJECT, "keypoints": [1] * 3000}]),
                                   ("keypoints that are not as many", "a bone between keypoints"), 1),
    "names with control codes": (of_coco(categories=[{"id": 1, "name": "\x1b[31mred\u202e\x07" + "x" * 9000}]), (), 1),
    "very many boxes in one picture": (many_boxes, ("more than 20,000 objects",), 20_000),
    "rows of YOLO": (of_yolo(labels="0 nan 0.5 0.1 0.1\n0 0.5\nx y z\n9 .5 .5 .1 .1\n-1 .5 .5 .1 .1\n0 5 5 .1 .1\n"
                             "1.5 .5 .5 .1 .1\n0 1 1 1 1 1 1 1 1 1\n"),
                     ("too short or has no finite", "something else than numbers", "does not name",
                      "no number of one", "lies outside", "number of columns"), 1),
    "YOLO lists that lead out": (of_yolo(data="train: /etc\nval: ../../..\ntest: x/../../y\nnames: [cat]\n"),
                                 ("points out of the dataset's folder",), 1),
    "boxes of VOC": (of_voc(box="<xmin>inf</xmin><ymin>1</ymin><xmax>2</xmax><ymax>3</ymax>"),
                     ("something else than finite",), 0),
    "VOC that points out": (of_voc(filename=f"../../{SECRET}"), ("points out of the dataset's folder",), 1),
    "billion laughs": (laughs, ("declares a document type",), 0),
    "entity from outside": (outside_entity, ("declares a document type",), 0),
    "XML in XML": (of_voc(box="<a>" * 5000 + "</a>" * 5000), ("nested too deeply",), 0),
}  # fmt: skip

REFUSED: dict[str, tuple[Build, str]] = {
    "no JSON": (of_raw('{"images": [} "annotations"'), "not JSON"),
    "JSON cut off": (of_raw('{"images": [], "annotations": [{"id": 1, '), "not JSON"),
    "JSON nested deeply": (of_raw('{"images": [' + "[" * 500_000 + "]" * 500_000 + '], "annotations": []}'), "deeply"),
    "number of a million digits": (of_raw('{"images": [' + "9" * 10**6 + '], "annotations": []}'), "not JSON that can"),
    "lists that are none": (of_raw('{"images": {"a": 1}, "annotations": 3}'), "is no list"),
    "huge file": (huge_file, "is larger than 512 MiB"),
    "anchors in data.yaml": (of_yolo(data="a: &a [x,x]\nb: [*a,*a]\n? [1]\n: 3\n"), "cannot be understood"),
    "data.yaml of brackets": (of_yolo(data="names: " + "[" * 100_000), "brackets"),
    "nothing": (lambda home, picture: None, "neither labels nor pictures"),
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of a dataset, with something beside it that is nobody's business."""
    (tmp_path / SECRET).write_text("nobody's business", encoding="utf-8")
    made = tmp_path / "set"
    made.mkdir()
    return made


@pytest.mark.parametrize("name", READ)
def test_it_is_read_with_its_faults(name: str, home: Path, picture: Picture) -> None:
    build, wanted, objects = READ[name]
    build(home, picture)
    before_s = time.monotonic()
    with ForeignReader(home, answer_s=LONGEST_S, opening_s=LONGEST_S, memory_bytes=2**30) as reader:
        info = reader.open()
        tiles = [reader.tile(TileKey(place), 200) for place in range(len(info))]
        facts = reader.facts(range(len(info)))
    assert time.monotonic() - before_s < LONGEST_S
    told = "\n".join(f"{f.place}: {f.message} ({f.value})" for f in info.faults)
    for words in wanted:
        assert words in told
    assert info.objects == objects
    assert sum(info.kinds.values()) >= len(info.faults)
    assert sum(tile.problem != "" for tile in tiles) == info.unseen
    assert sum(len(f.objects) for f in facts) == objects
    assert "nobody's business" not in told
    assert told.isprintable() or all(line.isprintable() for line in told.splitlines())
    assert all(row.name.isprintable() and len(row.name) <= 201 for row in info.classes)


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_sentence(name: str, home: Path, picture: Picture) -> None:
    build, words = REFUSED[name]
    build(home, picture)
    before_s = time.monotonic()
    with (
        ForeignReader(home, opening_s=LONGEST_S, memory_bytes=2**30) as reader,
        pytest.raises(InputError, match=words) as error,
    ):
        reader.open()
    assert time.monotonic() - before_s < LONGEST_S
    assert len(str(error.value)) < 2000


class Opened:
    """What this process opens and lists, while it is watched; a hook cannot be taken away, only put to sleep."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.watching = False
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.watching and event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], str | bytes):
            self.seen.append(os.fsdecode(arguments[0]))


@pytest.fixture(scope="module")
def opened() -> Iterator[Opened]:
    made = Opened()
    yield made
    made.watching = False


def test_nothing_outside_is_opened_even_without_walls(tmp_path: Path, picture: Picture, opened: Opened) -> None:
    """The parsers' own checks hold by themselves; the walls of the process are a second line."""
    builds = {**{n: r[0] for n, r in READ.items()}, **{n: r[0] for n, r in REFUSED.items()}}
    del builds["very many boxes in one picture"]
    (tmp_path / SECRET).write_text("nobody's business", encoding="utf-8")
    for number, build in enumerate(builds.values()):
        folder = tmp_path / f"set {number}"
        folder.mkdir()
        build(folder, picture)
    code = tuple(os.path.realpath(p) for p in {sys.prefix, sys.base_prefix, *sys.path, str(Path(__file__).parents[3])})
    for number, name in enumerate(builds):
        folder = tmp_path / f"set {number}"
        opened.seen.clear()
        opened.watching = True
        try:
            server = Server(folder, None, "")
            count = server.open(lambda done, total: None)[0]["count"]
            for place in range(count):
                server.answer({"ask": "tile", "place": place, "size_px": 100})
                server.answer({"ask": "facts", "places": [place]})
        except InputError:
            pass
        finally:
            opened.watching = False
        home = os.path.join(os.path.realpath(folder), "")
        outside = [p for p in opened.seen if not os.path.join(os.path.realpath(p), "").startswith(home)]
        outside = [p for p in outside if not os.path.realpath(p).startswith(code)]
        assert outside == [], name
        assert name == "nothing" or opened.seen, "the watch sees what is opened"


def test_the_walls_stand(home: Path, picture: Picture) -> None:
    """A reader that is led astray in spite of all checks is stopped where it opens or lists."""
    coco(home, picture)
    code = (
        "import sys; from pathlib import Path; from myriorama.app.reading.walls import ReadingWalls;"
        "import os; ReadingWalls([Path(sys.argv[1])]).stand();"
        "print(open(sys.argv[1] + '/labels.json').read()[:1]);\n"
        "for call in (lambda: open(sys.argv[2]), lambda: os.listdir(os.path.dirname(sys.argv[1])),"
        " lambda: open(sys.argv[1] + '/x', 'w'), lambda: os.system('true')):\n"
        "    try:\n        call()\n    except PermissionError as error:\n        print('held')\n"
    )
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", code, str(home), str(home.parent / SECRET)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["{", "held", "held", "held", "held"]


def test_a_process_that_dies_takes_nobody_along(home: Path, picture: Picture) -> None:
    coco(home, picture)
    with ForeignReader(home) as reader:
        reader.open()
        assert reader._companion is not None
        os.kill(reader._companion.pid, 9)
        dead = reader.tile(TileKey(0), 100)
        assert "ended (signal 9)" in dead.problem
        assert "ended" in reader.tile(TileKey(0), 100).problem, "what killed a reader is not tried again"
        assert len(reader.facts([0])) == 0


def test_memory_is_bounded(home: Path, picture: Picture) -> None:
    """A large flat file is refused by the process's own limit, and this process does not grow by it."""
    coco(home, picture)
    with open(home / "labels.json", "w", encoding="utf-8") as file:
        file.write('{"images": [], "annotations": [], "info": [')
        for _ in range(300):
            file.write("[[[]]]," * 30_000)
        file.write("0]}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with ForeignReader(home, memory_bytes=600 * 2**20) as reader, pytest.raises(InputError, match="memory"):
        reader.open()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
