"""Messages: what is told is read again, what is hostile is refused, and both sides remember the same."""

from __future__ import annotations

import contextlib
import json
import struct
from collections import Counter
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from myriorama.plugins.hosting.codec import Decoder, Encoder, NotReadable, NotTellable
from myriorama.plugins.hosting.framing import pieces_of, read_message
from myriorama.plugins.hosting.shapes import WrongShape
from myriorama.plugins.hosting.vocabulary import TYPES
from myriorama.scenes.assembly.model import Keypoint, ObjectModel, Part
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.labels.record import Annotation
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import Frame


def through(value: Any, encoder: Encoder | None = None, decoder: Decoder | None = None) -> Any:
    """Send a value over a pipe of bytes."""
    wire = b"".join(bytes(p) for p in pieces_of(*(encoder or Encoder()).encode(value)))
    return read(wire, decoder)


def read(wire: bytes, decoder: Decoder | None = None, limit: int | None = 2**24) -> Any:
    place = 0

    def fill(view: memoryview) -> None:
        nonlocal place
        if place + len(view) > len(wire):
            raise NotReadable("the pipe ended")
        view[:] = wire[place : place + len(view)]
        place += len(view)

    return (decoder or Decoder(checked=True)).decode(*read_message(fill, limit))


def equal(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict | MappingProxyType):
        return list(a) == list(b) and all(equal(a[k], b[k]) for k in a)
    return a == b or (a != a and b != b)


DTYPES = st.sampled_from([np.dtype(c) for c in ("?", "u1", "i1", "<u2", "<i4", "<u4", "<i8", "<f2", "<f4", "<f8")])
ARRAYS = DTYPES.flatmap(lambda d: hnp.arrays(d, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5)))
SCALARS = st.none() | st.booleans() | st.integers(-(2**200), 2**200) | st.floats() | st.text() | st.binary(max_size=80)
KEYS = st.text() | st.integers() | st.booleans() | st.tuples(st.integers(), st.text())
TREES = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=4).map(MappingProxyType)
        | st.frozensets(KEYS, max_size=4)
        | st.dictionaries(st.text(), st.integers(0, 9), max_size=4).map(Counter)
    ),
    max_leaves=20,
)


@given(TREES)
@settings(max_examples=200, deadline=None)
def test_every_tree_comes_back(tree: Any) -> None:
    assert equal(through(tree), tree)


def _mesh(scale: float = 1.0) -> Mesh:
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32) * scale
    return Mesh(corners, np.tile(np.float32([0, 0, 1]), (3, 1)), corners[:, :2], np.array([[0, 1, 2]], np.uint32))


def _model() -> ObjectModel:
    texture = Texture(np.arange(300 * 300 * 3, dtype=np.uint32).astype(np.uint8).reshape(300, 300, 3), True)
    material, mesh = Material(base_color_texture=texture, name="paint"), _mesh()
    parts = (Part("a", mesh, material), Part("b", mesh, Material(normal_texture=texture)))
    return ObjectModel(parts, (Keypoint("k", (0.0, 1.0, 2.0)),), (("k", "k"),), {"n": 1, "w": "x"}, mass_kg=0.3)


def test_what_is_shared_stays_shared() -> None:
    model = through(_model())
    assert model.parts[0].mesh is model.parts[1].mesh
    assert model.parts[0].material.base_color_texture is model.parts[1].material.normal_texture


def test_what_the_other_side_has_is_not_sent_again() -> None:
    encoder, decoder = Encoder(), Decoder(checked=True)
    sizes = []
    for _ in range(3):
        header, buffers = encoder.encode(_model())
        sizes.append(sum(len(b) for b in buffers))
        wire = b"".join(bytes(p) for p in pieces_of(header, buffers))
        model = read(wire, decoder)
        assert model.parts[0].mesh.key == _mesh().key
    assert sizes[0] > 270_000
    assert sizes[1:] == [0, 0]


def test_both_sides_forget_together() -> None:
    encoder = Encoder(kept_bytes=1_000)
    decoder = Decoder(checked=True, kept_bytes=2_000)
    rng = [1.0 + 0.5 * (i * 7 % 23) for i in range(200)]
    for scale in rng:
        assert through(_mesh(scale), encoder, decoder).key == _mesh(scale).key
    assert len(decoder._kept) == len(encoder._kept) <= 10
    large = Texture(np.zeros((50, 50, 3), np.uint8), True)  # larger than all that may be kept
    for _ in range(2):
        assert through((large, _mesh(3.0), large), encoder, decoder)[2].key == large.key
    assert set(decoder._kept) == set(encoder._kept)


def test_a_value_that_cannot_be_sent_leaves_both_sides_as_they_were() -> None:
    encoder, decoder = Encoder(by_identity=True), Decoder(checked=True)
    frame = Frame("k", 2, 2, "none", depth=np.ones((2, 2), np.float32))
    with pytest.raises(NotTellable, match=r"builtins\.object"):
        encoder.encode((_mesh(), frame, object()))
    assert through((_mesh(), frame), encoder, decoder)[0].key == _mesh().key
    first = through(frame, encoder, decoder)
    assert through(frame, encoder, decoder) is first


def test_the_very_frame_is_remembered_and_another_one_is_not_taken_for_it() -> None:
    encoder, decoder = Encoder(by_identity=True), Decoder(checked=True)
    for value in (1.0, 2.0, 3.0):
        frame = Frame("k", 2, 2, "none", depth=np.full((2, 2), value, np.float32))
        for _ in range(2):
            found = through(frame, encoder, decoder)
            assert found.depth[0, 0] == value
        del frame
    assert len(decoder._kept) <= 2


@pytest.mark.parametrize(
    "value",
    [
        object(),
        len,
        int,
        np.array([object()]),
        np.array(["text"]),
        np.zeros(2, ">f8"),
        np.zeros(2, "c16"),
        np.longdouble(1),
        {1, 2},
        iter(()),
        1j,
        2**300,
        np.ma.masked_array([1]),
    ],
    ids=lambda value: type(value).__name__,  # not its text: two processes of one run would give an object two names
)
def test_only_the_closed_set_can_be_sent(value: Any) -> None:
    with pytest.raises(NotTellable):
        Encoder().encode(("a", value))


def test_numbers_of_numpy_become_numbers() -> None:
    told = (np.float32(0.1), np.int64(-3), np.bool_(True), np.float16(2), np.float64("nan"))
    got = through(told)
    assert [type(v) for v in got] == [float, int, bool, float, float]
    assert got[:4] == (float(np.float32(0.1)), -3, True, 2.0)


def test_arrays_come_back_read_only() -> None:
    assert not through(np.ones(3)).flags.writeable
    assert not through(np.ones(100_000)).flags.writeable


WIRE = b"".join(bytes(p) for p in pieces_of(*Encoder().encode(("done", _model()))))


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_damaged_messages_are_refused_or_still_sound(data: st.DataObject) -> None:
    """Whatever bytes come, the answer is a value of the closed set or a refusal; nothing else is raised."""
    wire = bytearray(WIRE[:3000] if data.draw(st.booleans()) else WIRE)
    for _ in range(data.draw(st.integers(1, 6))):
        wire[data.draw(st.integers(0, min(len(wire), 2500) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(NotReadable, WrongShape):
        read(bytes(wire))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=15,
)
TAGS = st.sampled_from(["t", "l", "s", "d", "m", "c", "x", "b", "a", "o", "K", "k", "r", "p", "asset", "?"])
NODES = st.recursive(
    JSON | st.sampled_from([*TYPES, "@x", 0, 1, "<f8", "nan"]),
    lambda inner: st.tuples(TAGS, st.lists(inner, max_size=5)).map(lambda pair: [pair[0], *pair[1]]),
    max_leaves=20,
)


@given(NODES, st.lists(st.binary(max_size=40), max_size=3), JSON)
@settings(max_examples=400, deadline=None)
def test_hostile_trees_are_refused_or_sound(tree: Any, buffers: list[bytes], dropped: Any) -> None:
    header = json.dumps([tree, [len(b) for b in buffers], dropped]).encode()
    wire = b"".join(bytes(p) for p in pieces_of(header, buffers))
    with contextlib.suppress(NotReadable, WrongShape):
        read(wire)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (b"[" * 100_000, "header"),
        (b"[1, [1e9], []]", "sizes"),
        (b"[1, [999999999999], []]", "longer than"),
        (b"[1, [-5], []]", "sizes"),
        (b'[["r", 0], [], []]', "malformed"),
        (b'[["k", "none"], [], []]', "malformed"),
        (b'[["o", "Mesh", 1], [], []]', "fields of Mesh"),
        (b'[["o", "os.system", "true"], [], []]', "malformed"),
        (b'[["d", ["l"], 1], [], []]', "malformed"),
        (b'[["a", 0, "|O", [1]], [8], []]', "block"),
        (b"[1, [], [7]]", "dropped"),
        (b'[["asset", 1], [], []]', "file"),
        (json.dumps([json.loads("[" + '"l",[' * 200 + '"l"' + "]" * 201), [], []]).encode(), "deep"),
    ],
)
def test_each_kind_of_hostile_header_is_named(header: bytes, words: str) -> None:
    wire = struct.pack("<4sII", b"MYR1", len(header), 0) + header
    with pytest.raises(NotReadable, match=words):
        read(wire)


def test_a_length_that_no_one_may_have_takes_no_memory() -> None:
    with pytest.raises(NotReadable, match="longer than"):
        read(struct.pack("<4sII", b"MYR1", 2**32 - 1, 2**32 - 1))
    with pytest.raises(NotReadable, match="no message"):
        read(b"Segmentation fault (core dumped)")


def test_every_type_of_the_vocabulary_has_fields_that_can_be_checked() -> None:
    from myriorama.plugins.hosting.shapes import fields_of

    for kind in TYPES.values():
        assert fields_of(kind), kind
    assert len(fields_of(Annotation)) > 20


def test_fields_are_held_against_their_types() -> None:
    keypoint = Keypoint("k", (0.0, 1.0))  # type: ignore[arg-type]
    with pytest.raises(WrongShape, match=r"Keypoint\.position must be a tuple of 3, not a tuple of 2"):
        through(keypoint)
    with pytest.raises(WrongShape, match=r"Keypoint\.kind must be one of 'surface', 'interior', not 'outside'"):
        through(Keypoint("k", (0.0, 1.0, 2.0), "outside"))  # type: ignore[arg-type]
    with pytest.raises(WrongShape, match=r"Material\.base_color\[1\] must be a finite number"):
        through(Material(base_color=(0.0, float("nan"), 1.0)))
    assert through(Keypoint("k", [0, 1.0, 2.0])).position == (0, 1.0, 2.0)  # type: ignore[arg-type]
    assert through(Path("/a/b")) == Path("/a/b")
