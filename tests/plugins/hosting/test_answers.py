"""Answers of the other kinds that cannot be used: each is refused with its place and what to return instead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.plugins.faults import PluginFault
from myriorama.plugins.hosting.checks import check_path
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.registry import PluginRegistry, registry_with
from myriorama.plugins.sources import Grant
from myriorama.plugins.writing import PictureError
from myriorama.scenes.errors import MyrioramaError
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.registry import Item, PlaceContext

METHODS = {
    "placement": ("Placement", "def place(self, values, items, context):"),
    "environment": ("Environment", "def build(self, values):"),
    "effect": ("Effect", "def apply(self, values, linear, frame, draws):"),
    "annotator": ("Annotator", "def annotate(self, frame, scene, truth):"),
    "sample": ("Writer", "def sample_files(self, record):"),
    "whole": ("Writer", "def whole_files(self, records):"),
    "obstacles": ("Writer", "def obstacles(self, record):"),
}
TOP = """
from collections import Counter
from myriorama.scenes.lights import *
from myriorama.scenes.materials.model import Texture
"""
WRONG = (
    ("placement", "return None", "must be a Placed, not None"),
    ("placement", "return Placed(())", "1 of them, not 0"),
    ("placement", "return Placed((np.eye(3),))", "must be a (4, 4) array of float64, not an array"),
    (
        "placement",
        "return Placed((np.eye(4, dtype=np.float32),))",
        "must be an array of float64 or None, not an array float32",
    ),
    ("placement", "return Placed((np.full((4, 4), np.nan),))", "not finite"),
    ("placement", "return Placed((np.diag([1.0, 2.0, 1.0, 1.0]),))", "a rotation, one scale and a shift"),
    ("placement", "return Placed((np.diag([1.0, 1.0, -1.0, 1.0]),))", "a rotation, one scale and a shift"),
    ("placement", "return Placed(('here',))", "Placed.poses[0] must be"),
    ("placement", "return Placed((None,), Counter(a='b'))", "Placed.rejections['a'] must be a whole number"),
    ("placement", "return Placed((None,), notes='one note')", "Placed.notes must be a tuple"),
    ("environment", "return 3", "must be EnvironmentParts"),
    ("environment", "return EnvironmentParts(lights=(PointLight((0, 0, 'z'), (1, 1, 1)),))", "position[2]"),
    ("environment", "return EnvironmentParts(lights=(PointLight((0, 0, 1), (1, -1, 1)),))", "must not be negative"),
    ("environment", "return EnvironmentParts(lights=(SunLight((0, 0, 3), (1, 1, 1)),))", "must have length 1, not 3"),
    ("environment", "return EnvironmentParts(lights=(7,))", "lights[0] must be SunLight or PointLight"),
    ("environment", "return EnvironmentParts(Background(color=(-1, 0, 0)))", "must not be negative"),
    ("environment", "return EnvironmentParts(Background(backdrop=np.zeros((2, 2), np.uint8)))", "(H, W, 3) array"),
    ("environment", "return EnvironmentParts(Background(backdrop=np.zeros((2, 2, 3))))", "an array of uint8"),
    ("environment", "return EnvironmentParts(pieces=(SetPiece('a', thing(), np.eye(3)),))", "world_from_object of set"),
    ("environment", "return EnvironmentParts(pieces=(SetPiece('a', thing(many=60000), np.eye(4)),))", "60000 faces"),
    ("effect", "return None", "the picture must be a float32 array"),
    ("effect", "return linear.astype(float)", "the picture must be a float32 array"),
    ("effect", "return linear[:1]", "the picture must be a float32 array"),
    ("effect", "x = linear.copy(); x[3, 4, 1] = np.inf; return x", "pixel x = 4, y = 3 is not"),
    ("effect", "linear[:] = 0; return linear", "read-only"),
    ("annotator", "return [1]", "must be a dict of instance index"),
    ("annotator", "return {999: {}}", "is no instance index"),
    ("annotator", "return {0: 5}", "must be a dict of fields"),
    ("annotator", "return {0: {'n': float('nan')}}", "is not finite"),
    ("annotator", "return {0: {'n': np.zeros(2)}}", "is not a JSON value"),
    ("annotator", "return {0: {'a name': 1}}", "must be a Python name"),
    ("annotator", "return {-1: {'n': np.zeros((2, 2))}}", "rows and"),
    ("annotator", "return {0: {'box': (1, 2, 3, 4)}}", "box of instance 0 must be a Box"),
    ("annotator", "return {0: {'visible': 'much'}}", "visible of instance 0 must be a finite number or None"),
    ("sample", "return [1]", "PngFile, ArrayFile, TextFile and BytesFile"),
    ("sample", "return [TextFile('a', '../a.txt', 'x')]", "must be relative"),
    ("sample", "return [TextFile('a', '/etc/a.txt', 'x')]", "must be relative"),
    ("sample", "return [TextFile('a', 'a.txt', 'x'), TextFile('b', 'a.txt', 'x')]", "two files have the path"),
    ("sample", "return [TextFile('a', 'a.txt', 'x'), TextFile('a', 'b.txt', 'x')]", "two files have the role"),
    ("sample", "return [TextFile('a', 'a.txt', b'x')]", "TextFile.text must be text"),
    ("sample", "return [TextFile('a', 'a.txt', 'x', {'m': float('inf')})]", "not finite"),
    ("sample", "return [PngFile('a', 'a.png', np.zeros((2, 2, 4), np.uint8))]", "(H, W, 3) array of uint8 or uint16"),
    ("sample", "return [PngFile('a', 'a.png', np.zeros((2, 2), np.int8))]", "PngFile.pixels must be"),
    ("sample", "return 5", "not iterable"),
    ("obstacles", "return 'no'", "must give a list of sentences"),
    ("obstacles", "return [1]", "must be a tuple of sentences"),
    ("whole", "return [1]", "must give WholeFile objects, not int"),
    ("whole", "return [WholeFile('../a', [b'x'])]", "must be relative"),
    ("whole", "return [WholeFile('a', ['x'])]", "must be bytes, not str"),
    ("whole", "yield WholeFile('a', [b'x']); raise ValueError('half way')", "ValueError: half way"),
    ("whole", "for r in records: raise KeyError(r['index'])", "KeyError"),
)


@pytest.fixture
def use(hosts: PluginHosts, tmp_path: Path, head: str, sourced: Callable, table_info: Any, table_records: Any,
        table_frames: Any) -> Callable[[str, str], Any]:  # fmt: skip
    """Return a function that calls a plugin of a kind with this body."""

    def call(kind: str, body: str) -> Any:
        base, method = METHODS[kind]
        path = tmp_path / "answering.py"
        path.write_text(
            f"{head}{TOP}class Bad({base}):\n    name = 'bad_one'\n    help = 'Bad.'\n    fills = ('n',)\n"
            f"    {method}\n"
            f"        {body}\n"
        )
        source = sourced(path)
        registry = registry_with([Grant(source, hosts.describe(source))], hosts)
        return _answer(registry, kind, table_info, table_records, table_frames)

    return call


def _answer(registry: PluginRegistry, kind: str, info: Any, records: Any, frames: Any) -> Any:
    scene, frame = frames[0]
    draws = KeyedDraws(1, 0, 0, "uid")
    if kind == "placement":
        item = Item(0, scene.instances[0].model, {})
        return registry.placement("bad_one").place({}, (item,), PlaceContext((), draws))
    if kind == "environment":
        return registry.environment("bad_one").build({})
    if kind == "effect":
        linear = np.ones((frame.height, frame.width, 3), np.float32)
        return registry.effect("bad_one").apply({}, linear, frame, draws)
    if kind == "annotator":
        return registry.annotator("bad_one").annotate(frame, scene, Truth.of(frame, scene))
    writer = registry.writer_class("bad_one")(info)
    if kind == "whole":
        return [(f.path, b"".join(f.chunks)) for f in writer.whole_files([{"index": 3}, {"index": 4}])]
    return tuple(writer.sample_files(records[0]) if kind == "sample" else writer.obstacles(records[0]))


@pytest.mark.parametrize(("kind", "body", "words"), WRONG, ids=[f"{k}-{i}" for i, (k, _, _) in enumerate(WRONG)])
def test_what_cannot_be_used_is_refused_with_its_place(
    use: Callable[[str, str], Any], kind: str, body: str, words: str
) -> None:
    with pytest.raises(PluginFault) as caught:
        use(kind, body)
    fault = caught.value.fault
    assert fault.cause in ("result", "raised"), fault
    assert words in fault.message, fault.message
    assert fault.line > 0, fault
    assert fault.file.endswith("answering.py")


def test_sound_answers_pass(use: Callable[[str, str], Any]) -> None:
    assert use("placement", "return Placed((None,), Counter(full=1))").rejections["full"] == 1
    assert use("environment", "return EnvironmentParts(lights=[SunLight((0, 0, -1), (1, 1, 1))])").lights
    assert use("annotator", "return {-1: {'n': np.zeros((frame.height, frame.width))}, 0: {'n': [1, 'a', None]}}")
    assert use("sample", "yield TextFile('a', 'labels/a.txt', 'x', {'unit': 'm'})")[0].path == "labels/a.txt"
    assert use("obstacles", "return []") == ()


def test_whole_files_stream_from_the_records(use: Callable[[str, str], Any]) -> None:
    body = (
        "n = [r['index'] for r in records]; m = [r['index'] for r in records]; "
        "yield WholeFile('a/n.txt', (str(v).encode() for v in n)); "
        "yield WholeFile('big.bin', (bytes(700_000) for _ in range(5))); "
        "yield WholeFile('empty', []); yield WholeFile('m', [b'', str((len(records), m)).encode(), b''])"
    )
    assert use("whole", body) == [
        ("a/n.txt", b"34"),
        ("big.bin", bytes(3_500_000)),
        ("empty", b""),
        ("m", b"(2, [3, 4])"),
    ]


class _WithPictures(list[Any]):
    """Stored records whose pictures are there for one role."""

    def picture(self, stored: Any, role: str) -> bytes:
        if role != "rgb":
            raise PictureError(f"sample {stored['index']} has no picture of the role {role!r}")
        return bytes([stored["index"]]) * 200_000


@pytest.fixture
def packer(hosts: PluginHosts, sourced: Callable[..., Any], tmp_path: Path, table_info: Any) -> Callable[[str], Any]:
    """Run a writer's `whole_files` over records with pictures."""

    def call(chunks: str) -> Any:
        path = tmp_path / "packing.py"
        path.write_text(
            "from myriorama.plugins import *\n\n\nclass Packer(Writer):\n    name = 'packer'\n    help = 'Packs.'\n"
            f"    def whole_files(self, records):\n        yield WholeFile('pack.bin', {chunks})\n"
        )
        source = sourced(path)
        registry = registry_with([Grant(source, hosts.describe(source))], hosts)
        stored = _WithPictures({"index": k, "files": {"rgb": {"path": "/etc/passwd"}}} for k in range(100))
        (content,) = (b"".join(f.chunks) for f in registry.writer_class("packer")(table_info).whole_files(stored))
        return content

    return call


def test_a_writer_packs_pictures_of_the_records_that_it_reads(packer: Callable[[str], Any]) -> None:
    assert packer("(records.picture(r, 'rgb') for r in records)") == b"".join(bytes([k]) * 200_000 for k in range(100))


def test_pictures_are_of_records_at_hand_and_of_roles_that_are_there(packer: Callable[[str], Any]) -> None:
    with pytest.raises(PictureError, match="sample 0 has no picture of the role 'depth'"):
        packer("(records.picture(r, 'depth') for r in records)")
    with pytest.raises(MyrioramaError, match="picture of sample 3 is asked for"):
        packer("(records.picture({'index': 3}, 'rgb') for r in list(records))")


@pytest.mark.parametrize("path", ["a", "a/b.txt", "images/00000012-ab.png", "ä/ö.txt", "a.b/c-d_e.json"])
def test_plain_paths_pass(path: str) -> None:
    assert check_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/a",
        "a/../b",
        "..",
        "./a",
        "a//b",
        "a/",
        "C:/a",
        "a\\b",
        "a\nb",
        "a\0b",
        "a ",
        "a.",
        "x" * 500,
        5,
        None,
        "a?b",
    ],
)
def test_paths_that_lead_elsewhere_are_refused(path: Any) -> None:
    with pytest.raises(ValueError, match="path must be"):
        check_path(path)
