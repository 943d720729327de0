"""What an export is to make: frozen, JSON-able, and the same thing as a command line or a Python script.

It judges nothing; `checks` does.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import platformdirs

from myriorama.app.cli.selecting import runs_text
from myriorama.app.dataset.layout import partial_of, quarantine_of
from myriorama.app.production.job import JobSettings
from myriorama.plugins.sources import grant_from_json
from myriorama.scenes.project.model import Project
from myriorama.scenes.rendering.frame import Quality

DEFAULT_COUNT: Final = 100


@dataclass(frozen=True)
class ExportSettings:
    """What to make. None takes the project's own setting.

    Attributes
    ----------
    count : int
        How many samples from `start` on, those left out included.
    labels : tuple of str or None
        Annotators.
    formats : mapping
        Writer -> options that differ from the project's; never empty.
    folder : Path
        Where the dataset will lie; must not exist.
    left_out : tuple of int
        Rejected samples among them.
    """

    count: int
    folder: Path
    start: int = 0
    width: int | None = None
    height: int | None = None
    labels: tuple[str, ...] | None = None
    formats: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    left_out: tuple[int, ...] = ()
    workers: int = 1
    quality: Quality | None = None
    seed: int | None = None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The samples that are made."""
        out = frozenset(self.left_out)
        return tuple(i for i in range(self.start, self.start + self.count) if i not in out)

    @property
    def total(self) -> int:
        """How many samples are made."""
        last = self.start + self.count
        return self.count - sum(self.start <= i < last for i in set(self.left_out))


@dataclass(frozen=True)
class Source:
    """The project of an export as it was when it began.

    Attributes
    ----------
    text : str
        The project as JSON.
    folder : str
        Where its relative references start.
    file : str
        The project file that a command line names; empty where it was never saved.
    """

    text: str
    folder: str
    file: str = ""
    asset_roots: tuple[str, ...] = ()
    cache_folder: str | None = None
    queue_folder: str | None = None
    """Where the job has its database while it runs; None is the user's state folder."""
    plugins: tuple[Mapping[str, Any], ...] | None = None
    """The grants of the third-party plugins that the window uses, as JSON; None is what the user has enabled."""


def job_of(settings: ExportSettings, source: Source) -> JobSettings:
    """Return the job that makes an export."""
    return JobSettings(
        project_path=Path(source.file or Path(source.folder) / "project.json"),
        count=settings.count,
        out=settings.folder,
        start=settings.start,
        width=settings.width,
        height=settings.height,
        formats=tuple(settings.formats) or None,
        labels=settings.labels,
        workers=settings.workers,
        asset_roots=tuple(Path(root) for root in source.asset_roots),
        seed=settings.seed,
        quality=settings.quality,
        cache_folder=Path(source.cache_folder) if source.cache_folder else None,
        indices=settings.numbers if settings.left_out else None,
        writer_options={name: dict(options) for name, options in settings.formats.items() if options},
        plugins=None if source.plugins is None else tuple(grant_from_json(grant) for grant in source.plugins),
        project_text=source.text,
        project_folder=Path(source.folder),
        queue_folder=Path(source.queue_folder) if source.queue_folder else None,
    )


def to_json(settings: ExportSettings) -> dict[str, Any]:
    """Return the settings as plain JSON values."""
    return {**asdict(settings), "folder": str(settings.folder)}


def from_json(raw: Mapping[str, Any]) -> ExportSettings:
    """Return the settings that `to_json` wrote."""
    labels = raw["labels"]
    return ExportSettings(
        **{
            **raw,
            "folder": Path(raw["folder"]),
            "labels": None if labels is None else tuple(labels),
            "left_out": tuple(raw["left_out"]),
        }
    )


def as_command(settings: ExportSettings, file: Path, asset_roots: tuple[str, ...] = ()) -> str:
    """Return the command line that makes the same dataset of the project file."""
    words = ["myriorama", "render", str(file), "--count", str(settings.count), "--out", str(settings.folder)]
    if settings.start:
        words += ["--start", str(settings.start)]
    if settings.left_out:
        words += ["--skip", runs_text(settings.left_out)]
    if settings.width is not None and settings.height is not None:
        words += ["--size", f"{settings.width}x{settings.height}"]
    if settings.labels is not None:
        words += ["--labels", ",".join(settings.labels)]
    if settings.formats:
        words += ["--format", ",".join(settings.formats)]
    for writer, options in settings.formats.items():
        for name, value in options.items():
            words += ["--option", f"{writer}.{name}={_option_text(value)}"]
    if settings.workers != 1:
        words += ["--workers", str(settings.workers)]
    for root in asset_roots:
        words += ["--assets", root]
    if settings.seed is not None:
        words += ["--seed", str(settings.seed)]
    if settings.quality is not None:
        words += ["--quality", settings.quality]
    return shlex.join(words)


def as_python(settings: ExportSettings, file: Path, asset_roots: tuple[str, ...] = ()) -> str:
    """Return a Python script that makes the same dataset of the project file."""
    given: dict[str, str] = {
        "project_path": f"Path({str(file)!r})",
        "count": repr(settings.count),
        "out": f"Path({str(settings.folder)!r})",
    }
    if settings.start:
        given["start"] = repr(settings.start)
    if settings.width is not None and settings.height is not None:
        given |= {"width": repr(settings.width), "height": repr(settings.height)}
    if settings.formats:
        given["formats"] = repr(tuple(settings.formats))
    if settings.labels is not None:
        given["labels"] = repr(settings.labels)
    if settings.workers != 1:
        given["workers"] = repr(settings.workers)
    if asset_roots:
        given["asset_roots"] = "(" + "".join(f"Path({root!r}), " for root in asset_roots).rstrip() + ")"
    if settings.seed is not None:
        given["seed"] = repr(settings.seed)
    if settings.quality is not None:
        given["quality"] = repr(settings.quality)
    if settings.left_out:
        inside = sorted(i for i in set(settings.left_out) if settings.start <= i < settings.start + settings.count)
        whole = f"range({settings.start}, {settings.start + settings.count})"
        given["indices"] = f"tuple(i for i in {whole} if i not in {set(inside)!r})" if inside else f"tuple({whole})"
    options = {name: dict(values) for name, values in settings.formats.items() if values}
    if options:
        given["writer_options"] = repr(options)
    lines = "".join(f"        {name}={text},\n" for name, text in given.items())
    return (
        "from pathlib import Path\n\n"
        "from myriorama.app.production.job import JobSettings, run_job\n\n"
        'if __name__ == "__main__":  # every worker imports this file anew\n'
        f"    settings = JobSettings(\n{lines}    )\n"
        "    result = run_job(settings)\n"
        '    print(f"{result.folder}: {result.written} samples, {len(result.quarantined)} quarantined")\n'
    )


def loading_snippet(folder: Path, formats: Mapping[str, Any]) -> str:
    """Return a few lines of Python that load the finished dataset; empty where no format is for Python's tools."""
    if "coco" in formats:
        return (
            "from pycocotools.coco import COCO\n\n"
            f"coco = COCO({str(folder / 'annotations' / 'instances.json')!r})\n"
            "image = coco.loadImgs(coco.getImgIds()[0])[0]\n"
            'annotations = coco.loadAnns(coco.getAnnIds(image["id"]))\n'
            'print(image["file_name"], len(annotations), "objects")\n'
        )
    if "raw" in formats:
        return (
            "import json\nfrom pathlib import Path\n\n"
            f"folder = Path({str(folder)!r})\n"
            'for path in sorted((folder / "records").glob("*.json")):\n'
            "    record = json.loads(path.read_bytes())\n"
            '    print(path.stem, len(record["annotations"]), "objects")\n'
        )
    return ""


def next_folder(project: Project, home: Path | None, taken: Collection[str] = ()) -> Path:
    """Return a folder that is free: ``datasets/NAME-<n>`` beside the project, else in the user's documents.

    Parameters
    ----------
    home : Path or None
        The project's folder; None where it has none of its own (it was never saved, or came with the program).
    taken : collection of str
        Folders that jobs of the queue will write.
    """
    parent = (home / "datasets") if home else platformdirs.user_documents_path() / "myriorama" / "datasets"
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", project.name).strip("._") or "dataset"
    number = 1
    while True:
        found = parent / f"{name}-{number}"
        if str(found) not in taken and not any(p.exists() for p in (found, partial_of(found), quarantine_of(found))):
            return found
        number += 1


def _option_text(value: Any) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value)
