"""Answers what a plugin asks while it runs: its files, the stored records and their pictures.

It opens no file that the program did not hand to the call itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from myriorama.plugins.writing import PictureError, StoredRecord, StoredRecords
from myriorama.scenes.assets.store import Asset, OpenAsset
from myriorama.scenes.errors import AssetError, MyrioramaError

_RECORDS_AT_ONCE: Final = 64
_MOST_ITERATIONS: Final = 1_000


class Questions:
    """What may be asked during one call.

    Parameters
    ----------
    arguments : tuple
        Of the call; the open files in its mappings, and in those of items, may be read.
    records : StoredRecords or None
        For a writer's whole files.

    Attributes
    ----------
    refused : MyrioramaError or None
        Why a file or picture could not be read, the last time.
    """

    def __init__(self, arguments: tuple[Any, ...], records: StoredRecords | None = None) -> None:
        self._files = {(o.asset.reference, o.asset.sha256): o for o in _open_assets(arguments)}
        self._records = records
        self._iterations: list[Iterator[StoredRecord]] = []
        self._at_hand: list[list[StoredRecord]] = []
        self.refused: MyrioramaError | None = None

    def serve(self, what: Any, *details: Any) -> tuple[str, Any]:
        """Return the answer: ``("answer", value)``, or ``("refused", problems)``."""
        words = [d if type(d) in (str, int) else None for d in details]  # an array would compare with nothing
        if type(what) is str and what == "asset" and len(details) == 3:
            return self._file(words[0], details[1], details[2])
        if type(what) is str and what == "records" and self._records is not None:
            if words == ["open"] and len(self._iterations) < _MOST_ITERATIONS:
                self._iterations.append(iter(self._records))
                self._at_hand.append([])
                return "answer", len(self._iterations) - 1
            if len(words) == 2 and words[0] == "more" and words[1] in range(len(self._iterations)):
                number = int(details[1])
                self._at_hand[number] = list(islice(self._iterations[number], _RECORDS_AT_ONCE))
                return "answer", self._at_hand[number]
            if len(words) == 3 and words[0] == "picture":
                return self._picture(self._records, words[1], words[2])
        return "refused", [("", "a plugin asked what it may not ask", "", "", "")]

    def _picture(self, records: StoredRecords, index: Any, role: Any) -> tuple[str, Any]:
        """Answer with a picture of a record that the plugin was told last; where it lies the plugin has no say in."""
        known = next((row for rows in self._at_hand for row in rows if row["index"] == index), None)
        if known is None or not isinstance(role, str):
            told = f"a picture of sample {index} is asked for; it can be had while that sample's record is read"
            self.refused = PictureError(told)
            return "refused", [("", told, "", "", "")]
        try:
            return "answer", records.picture(known, role)
        except PictureError as error:
            self.refused = error
            return "refused", [("", str(error), "", "", "")]

    def _file(self, reader: Any, asset: Any, options: Any) -> tuple[str, Any]:
        known = self._files.get((asset.reference, asset.sha256)) if type(asset) is Asset else None
        if (
            known is None
            or not isinstance(options, dict)
            or reader not in ("model", "image", "radiance", "texture_set")
        ):
            return "refused", [("", "a plugin can read only the files that its values name", "", "", "")]
        try:
            if reader == "image":
                return "answer", known.image(srgb=options.get("srgb") is not False)
            return "answer", getattr(known, reader)()
        except AssetError as error:
            self.refused = error
            return "refused", [(p.place, p.message, p.value, p.allowed, p.file) for p in error.problems]


def _open_assets(arguments: Iterable[Any]) -> Iterator[OpenAsset]:
    for argument in arguments:
        if isinstance(argument, OpenAsset):
            yield argument
        elif isinstance(argument, Mapping):
            yield from _open_assets(argument.values())
        elif isinstance(argument, tuple | list):
            yield from _open_assets(argument)
        elif hasattr(argument, "values") and isinstance(argument.values, Mapping):
            yield from _open_assets(argument.values.values())
