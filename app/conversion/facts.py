"""What the card of a dataset or an export tells: its facts in one value, from what makes it or from its manifest.

It takes no fact from a clock, from the place of a folder or from another machine: the same dataset has the same card.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from myriorama.app.conversion.command_words import words_of
from myriorama.app.conversion.escaping import shell
from myriorama.app.conversion.tally import Tally
from myriorama.app.dataset.atomic import FileEntry
from myriorama.app.dataset.job import Job
from myriorama.app.dataset.layout import PROJECT
from myriorama.plugins.api import Writer
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.selection import Selection, View
from myriorama.plugins.splitting import PARTS
from myriorama.plugins.writing import DatasetInfo

if TYPE_CHECKING:
    from myriorama.app.dataset.manifest import Manifest

_SHOWN_GAPS: Final = 20
_DIGITS: Final = re.compile(r"\d{4,}")


@dataclass(frozen=True)
class CardSource:
    """What is known of a dataset before its records are read; the same from a job and from the manifest that it left.

    Attributes
    ----------
    info : DatasetInfo
        With the project's own classes.
    formats : mapping
        Writer -> option values.
    runs : tuple of (int, int)
        First and last number of each run of samples, quarantined ones among them.
    quarantined : int
        Samples that are not in the dataset.
    command : str
        The command line that makes it again.
    digest : str
        Of an export: the digest of the dataset that it was made from.
    engine : str
        What made the pictures.
    tracing : mapping
        How paths were traced; empty for another engine.
    """

    info: DatasetInfo
    selection: Selection
    formats: Mapping[str, Mapping[str, Any]]
    versions: Mapping[str, str]
    devices: tuple[str, ...]
    quarantined: int
    command: str
    digest: str = ""
    engine: str = "raster"
    tracing: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FormatFacts:
    """A format of a dataset, as its writer tells it."""

    name: str
    label: str
    help: str
    version: str
    options: Mapping[str, Any]
    losses: tuple[str, ...]


@dataclass(frozen=True)
class CardFacts:
    """Everything that a card tells.

    Attributes
    ----------
    info : DatasetInfo
        With the classes as they are shown.
    view : View
    patterns : tuple of str
        Where the samples' own files lie, runs of digits as ``*``: ``images/*.png``.
    whole : tuple of FileEntry
        The files of the whole set.
    """

    source: CardSource
    view: View
    tally: Tally
    formats: tuple[FormatFacts, ...]
    patterns: tuple[str, ...]
    whole: tuple[FileEntry, ...]

    @property
    def info(self) -> DatasetInfo:
        return self.view.info

    @property
    def paths(self) -> frozenset[str]:
        """Paths of the whole set's files."""
        return frozenset(entry.path for entry in self.whole)

    @property
    def first_part(self) -> str:
        """The first part of the split that has samples."""
        return next((part for part in PARTS if self.tally.parts[part]), PARTS[0])

    @property
    def of_export(self) -> bool:
        """Whether it is an export: pictures and labels of one format, without records."""
        return bool(self.source.digest)


def source_of_job(job: Job, devices: Iterable[str], quarantined: int) -> CardSource:
    """Return what is known of a dataset in the making."""
    runs = [(start, stop - 1) for start, stop in job.samples.spans]
    return CardSource(
        job.info,
        job.selection,
        job.formats,
        job.versions,
        tuple(sorted(devices)),
        quarantined,
        render_command(job.info, job.formats, job.labels, runs, job.quality),
        engine=job.engine,
        tracing=job.tracing if job.engine != "raster" else {},
    )


def source_of_manifest(manifest: Manifest) -> CardSource:
    """Return the same of a finished dataset."""
    head = manifest.head
    formats = {name: told["options"] for name, told in head["formats"].items()}
    first, count = head["first_index"], head["count"]
    runs = [(a, b) for a, b in head.get("index_runs", [[first, first + count - 1]])]
    return CardSource(
        manifest.info,
        manifest.selection,
        formats,
        head["versions"],
        tuple(head["devices"]),
        len(manifest.quarantined),
        render_command(manifest.info, formats, head["labels"], runs, head.get("quality", "")),
        engine=head.get("engine", "raster"),
        tracing=head.get("tracing", {}),
    )


def source_of_export(
    manifest: Manifest, writer: Writer, options: Mapping[str, Any], selection: Selection
) -> CardSource:
    """Return what is known of an export of a finished dataset; `options` are those that were asked for."""
    return CardSource(
        manifest.info,
        selection,
        {writer.name: writer.values},
        manifest.head["versions"],
        tuple(manifest.head["devices"]),
        len(manifest.quarantined),
        export_command(manifest.info, writer.name, options, selection, manifest.selection),
        manifest.digest,
        manifest.head.get("engine", "raster"),
        manifest.head.get("tracing", {}),
    )


def facts_of(
    source: CardSource,
    tally: Tally,
    registry: PluginRegistry,
    files: Iterable[str],
    whole: Sequence[FileEntry],
) -> CardFacts:
    """Return the facts of a card.

    Parameters
    ----------
    files : iterable of str
        Paths, or patterns of paths, of the samples' own files.

    Raises
    ------
    PluginError
        A format's plugin is not there.
    """
    view = View(source.info, source.selection)
    formats = []
    for name, options in sorted(source.formats.items()):
        kind = registry.writer_class(name)
        losses = tuple(kind(view.info, options).losses())
        formats.append(FormatFacts(name, kind.label or name, kind.help, kind.version, dict(options), losses))
    return CardFacts(source, view, tally, tuple(formats), tuple(sorted(set(map(pattern_of, files)))), tuple(whole))


def pattern_of(path: str) -> str:
    """Return a sample's file as a pattern for those of all samples: runs of four digits and more become ``*``."""
    return _DIGITS.sub("*", path)


def folder_name(info: DatasetInfo) -> str:
    """Return the dataset's name as that of a folder."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", info.name).strip("-.") or "dataset"


def render_command(
    info: DatasetInfo,
    formats: Iterable[str],
    labels: Iterable[str],
    runs: Sequence[tuple[int, int]],
    quality: str,
) -> str:
    """Return the command line that renders a dataset again from the project in it."""
    first, last = runs[0][0], runs[-1][1]
    words = ["myriorama", "render", PROJECT, "--count", str(last - first + 1)]
    words += ["--start", str(first)] if first else []
    gaps = [(a[1] + 1, b[0] - 1) for a, b in zip(runs, runs[1:], strict=False)]
    if gaps:
        told = ",".join(str(a) if a == b else f"{a}-{b}" for a, b in gaps[:_SHOWN_GAPS])
        words += ["--skip", told + (",..." if len(gaps) > _SHOWN_GAPS else "")]
    words += ["--size", f"{info.width}x{info.height}", "--format", ",".join(sorted(formats))]
    wanted = ",".join(labels)
    words += ["--labels", wanted] if wanted else []
    words += ["--quality", quality] if quality else []
    return " ".join(map(shell, [*words, "--out", f"{folder_name(info)}-again"]))


def export_command(
    info: DatasetInfo, name: str, options: Mapping[str, Any], chosen: Selection, stored: Selection
) -> str:
    """Return the command line that makes an export again from its dataset, which was written with `stored`."""
    words = ["myriorama", "export", folder_name(info), "--format", name]
    for option, value in sorted(options.items()):
        words += ["--option", f"{option}={json.dumps(value, ensure_ascii=False)}"]
    words += words_of(chosen, stored, [row.name for row in info.classes])
    return " ".join(map(shell, [*words, "--out", f"{folder_name(info)}-{name}"]))
