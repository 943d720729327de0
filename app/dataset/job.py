"""What a dataset is to hold: facts, sample numbers, formats, labels. Plain values; it names no folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from myriorama.app.dataset.sampleset import SampleSet
from myriorama.plugins.selection import ALL, Selection
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.errors import InputError, Problem


@dataclass(frozen=True)
class Job:
    """What a dataset is to hold.

    Attributes
    ----------
    indices : SampleSet, range or tuple of int
        Sample numbers: a range of step 1, or rising numbers where some are left out.
    formats : mapping
        Writer name -> option values.
    labels : tuple of str
        Annotator names; empty for all.
    project_text : str
        The project file as it was when the job began; kept in the dataset.
    versions : mapping
        Program or library -> version, for the manifest.
    selection : Selection
        The project's class map and split: how formats show what is in the records.
    quality : str
        How much work went into the look; empty where it is not known.
    engine : str
        What makes the pictures.
    tracing : mapping
        How the path tracer works; empty for another engine.
    """

    info: DatasetInfo
    indices: SampleSet | range | tuple[int, ...]
    formats: Mapping[str, Mapping[str, Any]]
    labels: tuple[str, ...] = ()
    project_text: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    selection: Selection = ALL
    quality: str = ""
    engine: str = "raster"
    tracing: Mapping[str, Any] = field(default_factory=dict)

    @property
    def samples(self) -> SampleSet:
        """The numbers as a set.

        Raises
        ------
        InputError
            There are none, or they are no numbers of samples.
        """
        wanted = self.indices
        if isinstance(wanted, SampleSet):
            numbers = wanted
        elif not len(wanted) or wanted[0] < 0 or not _rising(wanted):
            numbers = SampleSet(())
        else:
            numbers = (
                SampleSet.between(wanted.start, wanted.stop) if isinstance(wanted, range) else SampleSet.of(wanted)
            )
        if not len(numbers):
            raise InputError(Problem("count", "a dataset needs at least one sample, numbered from 0 on"))
        return numbers


def _rising(indices: range | tuple[int, ...]) -> bool:
    return indices.step == 1 if isinstance(indices, range) else all(a < b for a, b in pairwise(indices))
