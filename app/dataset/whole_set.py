"""The files of a whole set, of all formats of a dataset one behind the other.

They are made while they are written; it refuses two for one path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.writing import DatasetInfo, StoredRecords
from myriorama.scenes.errors import PluginError


def whole_set(
    formats: Mapping[str, Mapping[str, Any]],
    registry: PluginRegistry,
    info: DatasetInfo,
    records: StoredRecords,
    taken: Iterable[str],
) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield path and content of every file of the whole set; each is to be taken before the next is asked for.

    Parameters
    ----------
    formats : mapping
        Writer name -> option values.
    info : DatasetInfo
        As the formats see it, with mapped classes.
    taken : iterable of str
        Paths that are there already.

    Raises
    ------
    PluginError
        A writer's path is taken.
    """
    known = set(taken)
    for name, values in sorted(formats.items()):
        for file in registry.writer_class(name)(info, values).whole_files(records):
            if file.path in known:
                raise PluginError(f"writer {name!r}: {file.path} is written twice")
            known.add(file.path)
            yield file.path, file.chunks
