"""The samples of a finished dataset by number: a map-style dataset for a training loop.

It holds no picture and no record in memory, and refuses a folder that is not a finished dataset.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy.typing as npt

from myriorama.app.dataset.atomic import inside
from myriorama.app.dataset.layout import record_path
from myriorama.app.dataset.manifest import ManifestError, read_manifest
from myriorama.app.dataset.verify_record import read_image
from myriorama.app.loading.bases import MapBase
from myriorama.app.loading.epochs import Epoch, RedrawEffects, read_redraw
from myriorama.app.loading.redrawing import Reads, Redrawing
from myriorama.app.loading.sample import BoxForm, LoadedSample, values_of
from myriorama.plugins.selection import Selection, View
from myriorama.plugins.splitting import PARTS
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.errors import InputError, Problem

_PICTURES: Final = ("png", "npy")

Transform = Callable[[Any], Any]


class WrittenSamples(MapBase):
    """The samples of a finished dataset.

    Parameters
    ----------
    folder : str or Path
    selection : Selection or None
        Which objects are shown, and as what; None is what the dataset's own formats show.
    part : str or None
        ``train``, ``val`` or ``test`` of the selection's split; None is all.
    fields : sequence of str or None
        Return a plain dict of these fields of `LoadedSample`, all of them made: what a loader's worker should send.
        None returns the `LoadedSample`, which makes each field when it is asked for.
    transform : callable or None
        Called with what would be returned, and returns it.
    box_form : "xyxy" or "xywh"
    redraw_effects : bool, "noise" or "values"
        Draw the picture's last effects anew in each epoch, over the clean picture that the dataset keeps: with other
        noise, or (True) with other values of their parameters as well, from the project's own ranges.
    epoch : int
        The epoch that is begun with; 0 has the pictures as they were written. See `set_epoch`.

    Attributes
    ----------
    info : DatasetInfo
        With the classes as they are shown.

    Raises
    ------
    InputError
        There is no finished dataset, no such part, or the selection names what is not there; or its effects cannot be
        drawn anew.
    """

    def __init__(
        self,
        folder: str | Path,
        selection: Selection | None = None,
        part: str | None = None,
        *,
        fields: Sequence[str] | None = None,
        transform: Transform | None = None,
        box_form: BoxForm = "xyxy",
        redraw_effects: RedrawEffects = False,
        epoch: int = 0,
    ) -> None:
        self.folder = Path(folder)
        try:
            manifest = read_manifest(self.folder)
        except (ManifestError, OSError) as error:
            raise InputError(Problem("folder", str(error), repr(str(folder)), "a finished dataset")) from error
        self._view = View(manifest.info, manifest.selection if selection is None else selection)
        if part is not None and part not in PARTS:
            raise InputError(Problem("part", "there is no such part", repr(part), ", ".join(PARTS)))
        self.indices: tuple[int, ...] = tuple(
            row["index"] for row in manifest.samples if part is None or self._part(row) == part
        )
        self.part = part
        self._fields = None if fields is None else tuple(fields)
        self._transform = transform
        self._box_form: BoxForm = box_form
        self._epoch = Epoch(epoch)
        what = read_redraw(redraw_effects)
        self._redrawing = None if what is None else Redrawing(self.folder, manifest, what)
        if self._redrawing is not None and self.indices:
            self._redrawing.pictures(*self._stored(self.indices[0]), epoch)  # what cannot be is told now

    @property
    def epoch(self) -> int:
        """The epoch that samples are of."""
        return self._epoch.number

    def set_epoch(self, epoch: int) -> None:
        """Begin an epoch: the same one has the same pictures, each other one has others.

        The workers of a PyTorch DataLoader that were started with this dataset follow, persistent ones too.
        """
        self._epoch.number = epoch

    @property
    def info(self) -> DatasetInfo:
        return self._view.info

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, number: int) -> Any:
        """Return a sample; see `LoadedSample` for its fields.

        Raises
        ------
        IndexError
            There is no sample of that number.
        ValueError
            A picture is not what the record says.
        """
        stored, pictures = self._stored(self.indices[number])
        if self._redrawing is not None:
            pictures = self._redrawing.pictures(stored, pictures, self.epoch)
        return delivered(
            LoadedSample(self._view.apply(stored), pictures, self._box_form), self._fields, self._transform
        )

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(len(self)))

    def _part(self, row: Mapping[str, Any]) -> str:
        split = self._view.selection.split
        return split.part_of(self._record(row["index"]) if split.by else row)  # a key is enough for the others

    def _stored(self, index: int) -> tuple[Mapping[str, Any], Reads]:
        """Return a sample's record, and what reads each of its pictures."""
        record = self._record(index)
        files = record["files"].items()
        return record, {role: partial(self._picture, told) for role, told in files if told.get("format") in _PICTURES}

    def _record(self, index: int) -> Mapping[str, Any]:
        record: Mapping[str, Any] = json.loads((self.folder / record_path(index)).read_bytes())
        return record

    def _picture(self, told: Mapping[str, Any]) -> npt.NDArray[Any]:
        inside(self.folder, told["path"])  # which refuses a path that leads out of the dataset
        return values_of(read_image(self.folder, told), told)


def delivered(sample: LoadedSample, fields: Sequence[str] | None, transform: Transform | None) -> Any:
    """Return a sample as it was asked for: whole, or a dict of some fields; and what a transform makes of it."""
    wanted: Any = sample if fields is None else {name: sample[name] for name in fields}
    return wanted if transform is None else transform(wanted)
