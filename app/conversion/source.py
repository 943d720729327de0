"""A finished dataset as the source of an export: its classes, what it was written with, and its first record.

It is read, never changed; its files are not checked here but while they are taken over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from myriorama.app.dataset.layout import PROJECT, record_path
from myriorama.app.dataset.manifest import Manifest
from myriorama.app.parts.shown import titles_of
from myriorama.app.pictures.dataset_sheet import read_record
from myriorama.app.queue_view.summary import read_summary
from myriorama.plugins.api import Writer
from myriorama.plugins.selection import Selection, View
from myriorama.plugins.writing import DatasetInfo, StoredRecord
from myriorama.scenes.errors import InputError
from myriorama.scenes.project.load import parse_project


@dataclass(frozen=True, eq=False)
class ExportSource:
    """A dataset to be exported.

    Attributes
    ----------
    stored : Selection
        The class map and split that its own formats were written with.
    numbers : tuple of int
        Of its samples.
    first : mapping or None
        The stored record of its first sample; None where it has no sample.
    titles : mapping
        Uid -> what its project calls it.
    """

    folder: Path
    info: DatasetInfo
    stored: Selection
    formats: tuple[str, ...]
    numbers: tuple[int, ...]
    objects: int
    bytes: int
    first: StoredRecord | None
    titles: Mapping[str, str]


def open_source(folder: Path) -> ExportSource:
    """Return what is to know of a dataset before it is exported.

    Raises
    ------
    InputError
        It is no finished dataset of this program, or it was changed.
    OSError
        A file of it cannot be read.
    """
    folder = folder.absolute()
    summary = read_summary(folder)
    manifest = Manifest(summary.head, (), (), (), summary.digest)
    numbers = tuple(int(n) for n in summary.numbers)
    text = (folder / PROJECT).read_text(encoding="utf-8")
    try:
        titles = titles_of(parse_project(text, str(folder / PROJECT)))
    except InputError:
        titles = {}  # it is exported from its records; a project that this version cannot read only names things
    return ExportSource(
        folder=folder,
        info=manifest.info,
        stored=manifest.selection,
        formats=tuple(sorted(summary.head["formats"])),
        numbers=numbers,
        objects=summary.annotations,
        bytes=summary.bytes,
        first=read_record(folder / record_path(numbers[0])) if numbers else None,
        titles=titles,
    )


def what_is_lost(writer: Writer, view: View, first: StoredRecord | None) -> tuple[tuple[str, ...], str]:
    """Return what a format cannot hold, and why it cannot be written from this dataset at all (empty where it can).

    Raises
    ------
    PluginError, PluginFault, InputError
        The writer does not answer, or the first record cannot be shown so.
    """
    missing: list[str] = []
    if first is not None:
        shown: Mapping[str, Any] = view.apply(first)
        wanted = {file.role for file in writer.reused_files(shown) if file.required}
        missing = sorted(wanted - set(shown["files"]))
    told = ""
    if missing:
        told = (
            f"{writer.label or writer.name} needs pictures that this dataset was rendered without: {', '.join(missing)}"
        )
    return tuple(writer.losses()), told
