"""Parquet files of samples, streamed: a few rows are held at a time. Needs pyarrow, which the extra `export` brings.

It turns nothing: pictures are the bytes that were written, and types are told for `datasets` to decode them.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from myriorama.plugins.api import PluginError

ROWS_AT_ONCE: Final = 100
"""Rows of a group, as the Hub's viewer likes them for pictures."""
BYTES_AT_ONCE: Final = 8 * 2**20
"""A group ends sooner where its pictures are large: it is what is held in memory, several times over."""
_MISSING: Final = "Parquet needs pyarrow: pip install 'myriorama[export]', or take the form imagefolder"
_PICTURE: Final = "image.bytes"


def missing() -> str:
    """Return why no Parquet can be written here; empty if it can."""
    return "" if importlib.util.find_spec("pyarrow") is not None else _MISSING


def parquet(rows: Iterable[Mapping[str, Any]], features: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield a Parquet file.

    Parameters
    ----------
    rows : iterable of mapping
        Column -> value; ``image`` is ``{"bytes": ..., "path": ...}``.
    features : mapping
        Types as `datasets` tells them in JSON; kept in the schema, where it finds them.

    Raises
    ------
    PluginError
        pyarrow is not installed.
    """
    if missing():
        raise PluginError(_MISSING)
    pa, pq = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    # The order of the fields counts: `datasets` compares it with that of the columns.
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    schema = pa.schema([(name, _arrow(pa, kind)) for name, kind in features.items()], metadata=metadata)
    leaves = list(_leaves(features))
    sink = _Sink()
    with pq.ParquetWriter(
        sink,
        schema,
        compression={name: "none" if name == _PICTURE else "snappy" for name in leaves},
        use_dictionary=[name for name in leaves if name.endswith("name.list.element")],
        write_statistics=[name for name in leaves if name != _PICTURE],
    ) as writer:
        for batch in _batches(rows):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema), row_group_size=ROWS_AT_ONCE)
            yield from sink.taken()
    yield from sink.taken()


def _batches(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    batch: list[Mapping[str, Any]] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row["image"]["bytes"])
        if len(batch) == ROWS_AT_ONCE or size >= BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _arrow(pa: Any, kind: Mapping[str, Any]) -> Any:
    """Return the Arrow type in which `datasets` stores a feature."""
    told = kind.get("_type")
    if told == "Image":
        return pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    if told == "ClassLabel":
        return pa.int64()
    if told == "Sequence":
        return pa.list_(_arrow(pa, kind["feature"]))
    if told == "Value":
        return {"int64": pa.int64(), "float64": pa.float64(), "string": pa.string()}[kind["dtype"]]
    return pa.struct([(name, _arrow(pa, part)) for name, part in kind.items()])


def _leaves(kind: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Yield the paths of the columns that a Parquet file has for these types."""
    told = kind.get("_type")
    if told == "Image":
        yield from (f"{path}.bytes", f"{path}.path")
    elif told == "Sequence":
        yield from _leaves(kind["feature"], f"{path}.list.element")
    elif told is not None:
        yield path
    else:
        for name, part in kind.items():
            yield from _leaves(part, f"{path}.{name}" if path else name)


class _Sink(io.RawIOBase):
    """A file that is only written; what came since the last time is taken out."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._place = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def write(self, content: Any) -> int:
        piece = bytes(content)
        self._pieces.append(piece)
        self._place += len(piece)
        return len(piece)

    def taken(self) -> list[bytes]:
        """Return what was written since this was asked last, in its pieces."""
        taken, self._pieces = self._pieces, []
        return taken
