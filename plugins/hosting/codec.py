"""Values as messages and back: a JSON tree for the structure, raw bytes for arrays. Nothing in a message can run.

Each node of the tree is a JSON scalar, or a list whose first entry says what it is. Only types of the vocabulary can
be told. A message that breaks this form is refused, and so is one that is too deep; an object that is there twice is
sent once.

Sources: none; the form is this program's own and lives as long as one process.
"""

from __future__ import annotations

import json
import math
import weakref
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from myriorama.plugins.hosting.shapes import WrongShape, fields_of
from myriorama.plugins.hosting.vocabulary import DTYPES, KEPT_BY_CONTENT, KEPT_BY_IDENTITY, NAMES, TYPES
from myriorama.scenes.assets.store import OpenAsset

DEEPEST: Final = 64
KEPT_BYTES: Final = 256 * 2**20
LONGEST_INT_BITS: Final = 256
_MOST_KEPT: Final = 100_000

Buffer = bytes | memoryview


class NotTellable(ValueError):
    """A value is not of the closed set that can be sent; the text says which and where it may come from."""


class NotReadable(ValueError):
    """A message does not keep to the form, or holds a value that its own type refuses."""


class Encoder:
    """Writes one side's messages.

    Parameters
    ----------
    by_identity : bool
        Whether frames, scenes and records are remembered, too; only the side that never changes them may.
    """

    def __init__(self, *, by_identity: bool = False, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept: OrderedDict[str, int] = OrderedDict()
        self._kept_bytes = 0
        self._most_bytes = kept_bytes
        self._by_identity = by_identity
        self._seen: dict[str, tuple[weakref.ref[Any], str]] = {}
        self._number = 0
        self._memo: dict[int, int] = {}
        self._alive: list[Any] = []
        self._buffers: list[Buffer] = []
        self._fresh: dict[str, int] = {}
        self.assets: list[OpenAsset] = []

    def encode(self, value: Any) -> tuple[bytes, list[Buffer]]:
        """Return header and buffers of a message.

        Raises
        ------
        NotTellable
            Something in it is of no type that can be sent. What was remembered stays as it was.
        """
        self._memo, self._buffers, self._fresh, self.assets, self._alive = {}, [], {}, [], []
        seen = dict(self._seen)
        try:
            tree = self._node(value, 0)
            dropped = self._settle()
            header = json.dumps([tree, [len(b) for b in self._buffers], dropped], separators=(",", ":"))
        except BaseException:
            self._seen = seen
            raise
        finally:
            self._memo, self._alive = {}, []
        return header.encode(), self._buffers

    def _settle(self) -> list[str]:
        """Take over what this message brings; return the names that the other side shall forget."""
        for key, size in self._fresh.items():
            self._kept[key] = size
            self._kept_bytes += size
        dropped = []
        while self._kept_bytes > self._most_bytes and self._kept:
            key, size = self._kept.popitem(last=False)
            self._kept_bytes -= size
            dropped.append(key)
        current = {name for _, name in self._seen.values()}
        for key in [k for k in self._kept if k.startswith("@") and k not in current]:
            self._kept_bytes -= self._kept.pop(key)
            dropped.append(key)
        return dropped

    def _node(self, value: Any, depth: int) -> Any:
        if value is None or value is True or value is False:
            return value
        kind = type(value)
        if kind is str:
            return value
        if kind is int:
            if value.bit_length() > LONGEST_INT_BITS:
                raise NotTellable(f"a whole number of {value.bit_length()} bits is too long")
            return value
        if kind is float:
            return value if math.isfinite(value) else ["x", repr(value)]
        if depth > DEEPEST:
            raise NotTellable(f"it is nested deeper than {DEEPEST} levels")
        simple = _SIMPLE.get(kind)
        if simple is not None:
            return [simple, *(self._node(v, depth + 1) for v in value)]
        mapping = _MAPPINGS.get(kind)
        if mapping is not None:
            out: list[Any] = [mapping]
            for k, v in value.items():
                out.append(self._node(k, depth + 1))
                out.append(self._node(v, depth + 1))
            return out
        if isinstance(value, np.ndarray):
            return self._once(value, lambda: self._array(value))
        name = NAMES.get(kind)
        if name is not None:
            return self._once(value, lambda: self._told(name, kind, value, depth))
        return self._rare(value)

    def _once(self, value: Any, tell: Callable[[], Any]) -> Any:
        number = self._memo.get(id(value))
        if number is not None:
            return ["r", number]
        told = tell()
        self._memo[id(value)] = len(self._memo)
        self._alive.append(value)  # an id may not be given to another object while it counts
        return told

    def _told(self, name: str, kind: type, value: Any, depth: int) -> Any:
        key, size = "", 0
        if kind in KEPT_BY_CONTENT:
            key = value.key
            size = value.pixels.nbytes if hasattr(value, "pixels") else value.nbytes
        elif self._by_identity and kind in KEPT_BY_IDENTITY:
            seen = self._seen.get(name)
            if seen is not None and seen[0]() is value:
                key = seen[1]
            else:
                self._number += 1
                key = f"@{name}{self._number}"
                self._seen[name] = (weakref.ref(value), key)
        if key and key in self._kept:
            self._kept.move_to_end(key)
            return ["k", key]
        if key and key in self._fresh:
            return ["k", key]
        plain = ["o", name, *(self._node(getattr(value, f), depth + 1) for f, _ in fields_of(kind))]
        if not key:
            return plain
        self._fresh[key] = size
        return ["K", key, plain]

    def _array(self, value: np.ndarray) -> Any:
        code = value.dtype.str
        if code not in DTYPES or type(value) is not np.ndarray:
            raise NotTellable(f"an array of {type(value).__name__} {value.dtype} cannot be handed over")
        flat = np.ascontiguousarray(value)
        self._buffers.append(flat.reshape(-1).view(np.uint8).data if flat.size else b"")
        return ["a", len(self._buffers) - 1, code, list(value.shape)]

    def _rare(self, value: Any) -> Any:
        if isinstance(value, np.bool_):
            return bool(value)
        if isinstance(value, np.integer):
            return int(value)
        if isinstance(value, np.floating) and value.dtype.itemsize <= 8:
            number = float(value)  # exact: float16, float32 and float64 are all told by a float
            return number if math.isfinite(number) else ["x", repr(number)]
        if isinstance(value, str):
            return str.__str__(value)  # a word of a StrEnum, or numpy's
        if isinstance(value, bytes | bytearray):
            self._buffers.append(bytes(value))
            return ["b", len(self._buffers) - 1]
        if isinstance(value, Path):
            return ["p", str(value)]
        if isinstance(value, OpenAsset):
            self.assets.append(value)
            return ["asset", self._node(value.asset, 0)]
        raise NotTellable(f"a {type(value).__module__}.{type(value).__qualname__} cannot be handed over")


_SIMPLE: Final[Mapping[type, str]] = MappingProxyType({tuple: "t", list: "l", frozenset: "s"})
_MAPPINGS: Final[Mapping[type, str]] = MappingProxyType({dict: "d", MappingProxyType: "m", Counter: "c"})


class Decoder:
    """Reads the other side's messages.

    Parameters
    ----------
    checked : bool
        Whether every field is held against its type; only what the program itself wrote may go unchecked.
    open_asset : callable or None
        Makes the `OpenAsset` of an `Asset`; None refuses assets.
    """

    def __init__(
        self, *, checked: bool, open_asset: Callable[[Any], Any] | None = None, kept_bytes: int = 2 * KEPT_BYTES
    ) -> None:
        self._checked = checked
        self._open_asset = open_asset
        self._kept: dict[str, Any] = {}
        self._kept_sizes: dict[str, int] = {}
        self._most_bytes = kept_bytes
        self._memo: list[Any] = []
        self._buffers: Sequence[Any] = ()

    def decode(self, tree: Any, buffers: Sequence[Any], dropped: Sequence[str]) -> Any:
        """Return the value of a message.

        Parameters
        ----------
        tree, dropped
            The first and the third entry of its header.
        buffers : sequence of uint8 arrays
            Not written to afterwards by anybody.

        Raises
        ------
        NotReadable
            It does not keep to the form.
        WrongShape
            A field is not of its type.
        """
        self._memo, self._buffers = [], buffers
        try:
            value = self._value(tree, 0)
            for key in dropped:
                self._kept.pop(key, None)
                self._kept_sizes.pop(key, None)
            if sum(self._kept_sizes.values()) > self._most_bytes or len(self._kept) > _MOST_KEPT:
                raise NotReadable("more was to be kept than was agreed")
        except (NotReadable, WrongShape):
            raise
        except (KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError, ValueError) as error:
            raise NotReadable(f"the message is malformed ({type(error).__name__})") from error
        finally:
            self._memo, self._buffers = [], ()
        return value

    def _value(self, node: Any, depth: int) -> Any:
        if not isinstance(node, list):
            if isinstance(node, dict):
                raise NotReadable("the message is malformed (an object)")
            if self._checked and isinstance(node, str) and not node.isascii():
                _require_unicode(node)
            return node
        if depth > 2 * DEEPEST:
            raise NotReadable("the message is too deep")
        return _READERS[node[0]](self, node, depth + 1)

    def _all(self, node: list[Any], depth: int) -> list[Any]:
        return [self._value(v, depth) for v in node[1:]]

    def _pairs(self, node: list[Any], depth: int) -> dict[Any, Any]:
        flat = self._all(node, depth)
        if len(flat) % 2:
            raise NotReadable("the message is malformed (a key without value)")
        return dict(zip(flat[::2], flat[1::2], strict=True))

    def _special(self, node: list[Any], depth: int) -> float:
        if node[1] not in ("nan", "inf", "-inf"):
            raise NotReadable("the message is malformed (a number)")
        return float(node[1])

    def _raw(self, node: list[Any], depth: int) -> bytes:
        return bytes(self._buffer(node[1]))

    def _buffer(self, number: Any) -> Any:
        if type(number) is not int or number < 0:
            raise NotReadable("the message is malformed (a buffer)")
        return self._buffers[number]

    def _array(self, node: list[Any], depth: int) -> np.ndarray:
        _, number, code, shape = node
        if code not in DTYPES or len(shape) > 8 or not all(type(n) is int and n >= 0 for n in shape):
            raise NotReadable("the message is malformed (an array)")
        raw = self._buffer(number)
        dtype = np.dtype(code)
        if math.prod(shape) * dtype.itemsize != len(raw):
            raise NotReadable("the message is malformed (an array's size)")
        array = np.frombuffer(raw, dtype=dtype).reshape(shape) if len(raw) else np.zeros(shape, dtype)
        array.flags.writeable = False
        self._memo.append(array)
        return array

    def _object(self, node: list[Any], depth: int) -> Any:
        made = self._plain_object(node, depth)
        self._memo.append(made)
        return made

    def _plain_object(self, node: list[Any], depth: int) -> Any:
        kind = TYPES[node[1]]
        rows = fields_of(kind)
        if len(node) != len(rows) + 2:
            raise NotReadable(f"the message is malformed (fields of {node[1]})")
        given: dict[str, Any] = {}
        for (name, coerce), told in zip(rows, node[2:], strict=True):
            value = self._value(told, depth)
            if self._checked:
                try:
                    value = coerce(value)
                except WrongShape as refused:
                    raise refused.below(f"{node[1]}.{name}") from None
            given[name] = value
        try:
            return kind(**given)
        except ValueError as error:
            raise NotReadable(f"{node[1]}: {error}") from error

    def _keep(self, node: list[Any], depth: int) -> Any:
        _, key, told = node
        if type(key) is not str or len(key) > 80 or told[0] != "o":
            raise NotReadable("the message is malformed (a kept value)")
        made = self._plain_object(told, depth)
        size = int(getattr(getattr(made, "pixels", made), "nbytes", 0))
        self._kept_sizes[key] = size
        self._kept[key] = made
        self._memo.append(made)
        return made

    def _named(self, node: list[Any], depth: int) -> Any:
        made = self._kept[node[1]]
        self._memo.append(made)
        return made

    def _again(self, node: list[Any], depth: int) -> Any:
        if type(node[1]) is not int or node[1] < 0:
            raise NotReadable("the message is malformed (a reference)")
        return self._memo[node[1]]

    def _asset(self, node: list[Any], depth: int) -> Any:
        if self._open_asset is None:
            raise NotReadable("a file cannot be an answer")
        return self._open_asset(self._value(node[1], depth))


def _require_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise WrongShape("text that UTF-8 can write", ascii(text[:40])) from None


_READERS: Final[Mapping[str, Callable[[Decoder, list[Any], int], Any]]] = {
    "t": lambda d, n, k: tuple(d._all(n, k)),
    "l": lambda d, n, k: d._all(n, k),
    "s": lambda d, n, k: frozenset(d._all(n, k)),
    "d": lambda d, n, k: d._pairs(n, k),
    "m": lambda d, n, k: MappingProxyType(d._pairs(n, k)),
    "c": lambda d, n, k: Counter(d._pairs(n, k)),
    "x": Decoder._special,
    "b": Decoder._raw,
    "a": Decoder._array,
    "o": Decoder._object,
    "K": Decoder._keep,
    "k": Decoder._named,
    "r": Decoder._again,
    "p": lambda d, n, k: Path(str(n[1])),
    "asset": Decoder._asset,
}
