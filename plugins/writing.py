"""What a writer hands to its host: files by content, and the facts of the dataset they belong to.

A writer describes files; the host encodes, hashes and commits them. Nothing here touches a disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.errors import PluginError

StoredRecord: TypeAlias = Mapping[str, Any]
"""One sample as its file in ``records/`` tells it; docs/label-contract.md lists every field."""


@dataclass(frozen=True)
class DatasetInfo:
    """What is true of a whole dataset before its first sample.

    Attributes
    ----------
    date : str
        Date of the job's snapshot, ISO 8601; empty for none. Never read from a clock here.
    program : str
        Name and version of the program that makes the dataset.
    """

    name: str
    project_hash: str
    seed: int
    width: int
    height: int
    classes: tuple[SceneClass, ...]
    description: str = ""
    licence: str = ""
    credits: tuple[str, ...] = ()
    date: str = ""
    program: str = "myriorama"


@dataclass(frozen=True, eq=False)
class PngFile:
    """A lossless picture.

    Attributes
    ----------
    role : str
        What the picture is (``rgb``, ``surface_id``, ``depth``): names it in the stored record.
    path : str
        Relative, with forward slashes.
    pixels : (H, W) or (H, W, 3) array of uint8 or uint16
    meaning : mapping
        JSON-able: how to get from stored numbers to values; kept in the stored record beside the path.
    """

    role: str
    path: str
    pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
    meaning: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, eq=False)
class ArrayFile:
    """A numpy array, written as ``.npy``: exact, without object or pickle content."""

    role: str
    path: str
    array: npt.NDArray[Any]
    meaning: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, eq=False)
class TextFile:
    """Text of one sample, written as UTF-8."""

    role: str
    path: str
    text: str
    meaning: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, eq=False)
class BytesFile:
    """A file of one sample whose bytes the writer itself made: an archive member, a compressed picture."""

    role: str
    path: str
    content: bytes
    meaning: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class ReusedFile:
    """A picture of a finished dataset, taken over as it is when the dataset is exported again.

    Attributes
    ----------
    role : str
        Which of the stored record's ``files``.
    path : str
        Where it lies in the export; relative, with forward slashes.
    required : bool
        False: left out where the dataset has no picture of this role.
    """

    role: str
    path: str
    required: bool = True


SampleFile: TypeAlias = PngFile | ArrayFile | TextFile | BytesFile


@dataclass(frozen=True, eq=False)
class WholeFile:
    """A file of the whole set, streamed: `chunks` are taken once, in order, and may be made on the way.

    Attributes
    ----------
    made_with : str
        A library whose version decides about the bytes; empty where the records alone do.
    """

    path: str
    chunks: Iterable[bytes]
    made_with: str = ""


class PictureError(PluginError):
    """A picture that a writer asks for is not in the dataset, or is not as it was written."""


class StoredRecords(Protocol):
    """The committed records, in the order of their index, read one at a time; may be iterated again."""

    def __iter__(self) -> Iterator[StoredRecord]: ...

    def __len__(self) -> int: ...

    def picture(self, stored: StoredRecord, role: str) -> bytes:
        """Return the bytes of a picture of a record that was just yielded, as written; PictureError without one."""


@runtime_checkable
class RecordsByPlace(Protocol):
    """Stored records of which some can be read without the others."""

    def at(self, places: Iterable[int]) -> Iterator[StoredRecord]:
        """Yield the records at these places, counted from 0."""
