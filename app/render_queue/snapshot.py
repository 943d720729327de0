"""What a job is, fixed when it is made: nothing that happens to a project later changes it.

It is plain data with one canonical text; it reads no clock and no file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final

from myriorama.app.dataset.sampleset import SampleSet
from myriorama.plugins.sources import Grant, grant_from_json
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.rendering.frame import Quality

FORMAT: Final = "myriorama-job"
VERSION: Final = 1


@dataclass(frozen=True)
class JobSnapshot:
    """An immutable job.

    Attributes
    ----------
    id : str
        16 hex digits: the hash of everything else.
    out : str
        Absolute path of the dataset to be.
    project_text : str
        The project file as it was.
    formats : mapping
        Writer -> option values.
    labels : tuple of str
        Annotators; empty for all.
    versions : mapping
        Program or library -> version: what may change a byte. A resume under other versions is refused.
    shard : (int, int) or None
        Which part of `samples` this job makes, (i, n) with i from 1; the whole set's files come with the merge.
    created : str
        When, ISO 8601 in UTC, given by whoever made it; the one date that a dataset may carry.
    plugins : tuple of mapping
        The grants of the third-party plugins that the job uses, as `Grant.to_json` tells them: other files are never
        run for it, whatever is approved later.
    fail_fast : bool
        Stop at the first sample that cannot be made.
    """

    name: str
    out: str
    project_text: str
    project_hash: str
    project_folder: str
    samples: SampleSet
    width: int
    height: int
    formats: Mapping[str, Mapping[str, Any]]
    labels: tuple[str, ...]
    quality: Quality
    versions: Mapping[str, str]
    seed: int
    engine: str = "raster"
    asset_roots: tuple[str, ...] = ()
    cache_folder: str = ""
    shard: tuple[int, int] | None = None
    created: str = ""
    fail_fast: bool = False
    plugins: tuple[Mapping[str, Any], ...] = ()
    id: str = ""
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def own(self) -> SampleSet:
        """The samples that this job itself makes."""
        return self.samples if self.shard is None else self.samples.shard(*self.shard)

    @property
    def grants(self) -> tuple[Grant, ...]:
        """The third-party plugins that the job may run."""
        return tuple(grant_from_json(grant) for grant in self.plugins)

    @property
    def family(self) -> str:
        """The hash of all that decides the dataset's bytes: shards of one dataset share it, wherever they run."""
        here = {
            "out": "",
            "project_folder": "",
            "cache_folder": "",
            "asset_roots": (),
            "shard": None,
            "id": "",
            "plugins": (),
        }
        same = replace(self, **here, created="", fail_fast=False)  # type: ignore[arg-type]
        return blake2b(_canonical(same), digest_size=8).hexdigest()

    def named(self) -> JobSnapshot:
        """Return the snapshot with its id filled in."""
        return replace(self, id=blake2b(_canonical(self), digest_size=8).hexdigest())

    def to_text(self) -> str:
        """Return the canonical text, id included."""
        return json.dumps(_tree(self), sort_keys=True, separators=(",", ":"), allow_nan=False)


def snapshot_from_text(text: str) -> JobSnapshot:
    """Return the snapshot of a text.

    Raises
    ------
    InputError
        It is not one of ours, or was changed since it was made.
    """
    try:
        tree = json.loads(text)
        if tree.pop("format") != FORMAT or tree.pop("version") != VERSION:
            raise ValueError("another format or version")
        tree["samples"] = SampleSet(tuple((int(a), int(b)) for a, b in tree["samples"]))
        tree["shard"] = tuple(tree["shard"]) if tree["shard"] else None
        tree.setdefault("plugins", ())
        for name in ("labels", "asset_roots", "plugins"):
            tree[name] = tuple(tree[name])
        snapshot = JobSnapshot(**tree)
        honest = snapshot.named().id == snapshot.id
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(Problem("job", f"this is not a job's snapshot: {error}")) from error
    if not honest:
        raise InputError(Problem("job", "the snapshot was changed after it was made: its id does not fit"))
    return snapshot


def _tree(snapshot: JobSnapshot) -> dict[str, Any]:
    tree = asdict(replace(snapshot, formats={k: dict(v) for k, v in snapshot.formats.items()}, extra={}, versions={}))
    tree["versions"], tree["extra"] = dict(snapshot.versions), dict(snapshot.extra)
    tree["samples"] = [list(span) for span in snapshot.samples.spans]
    if not snapshot.plugins:
        del tree["plugins"]  # as in snapshots that were made before there were any
    return {"format": FORMAT, "version": VERSION, **tree}


def _canonical(snapshot: JobSnapshot) -> bytes:
    tree = _tree(snapshot)
    del tree["id"]
    return json.dumps(tree, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
