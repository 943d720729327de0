"""The files of a card, in the order in which they are written: the page of pictures, README.md, croissant.json.

They depend on the stored records and pictures and on what made them, never on a clock or a place.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from myriorama.app.conversion.card import card_text
from myriorama.app.conversion.croissant import croissant_text
from myriorama.app.conversion.escaping import seen
from myriorama.app.conversion.facts import CardFacts, CardSource, facts_of, source_of_manifest
from myriorama.app.conversion.tally import TalliedRecords, Tally
from myriorama.app.dataset.atomic import FileEntry, write_file
from myriorama.app.dataset.layout import CARD, CARD_PICTURE, CROISSANT, PROJECT
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.errors import PluginError

if TYPE_CHECKING:
    from myriorama.app.dataset.manifest import Manifest
    from myriorama.plugins.registry import PluginRegistry

_TILE_WIDTH_PX: Final = 360
_COLUMNS: Final = 3
_JPEG_QUALITY: Final = 86


def write_card(facts: CardFacts, picture: bytes | None, write: Callable[[str, bytes], FileEntry]) -> list[FileEntry]:
    """Write the files of a card and return what was written.

    Parameters
    ----------
    facts : CardFacts
        With the other files of the whole set.
    picture : bytes or None
        See `card_picture`.
    write : callable
        Takes path and content.
    """
    made = [] if picture is None else [write(CARD_PICTURE, picture)]
    made.append(write(CARD, card_text(facts, pictured=picture is not None).encode()))
    listed = replace(facts, whole=(*facts.whole, *made))
    return [*made, write(CROISSANT, croissant_text(listed).encode())]


def write_card_of(
    root: Path,
    source: CardSource,
    records: TalliedRecords,
    registry: PluginRegistry,
    files: Iterable[str],
    whole: Sequence[FileEntry],
    durable: bool,
) -> list[FileEntry]:
    """Write the card of a dataset in the making and return its files; see `facts_of`.

    Raises
    ------
    PluginError
        A format wrote a file of that name.
    """
    facts = facts_of(source, records.tally, registry, files, whole)
    for path in (CARD, CARD_PICTURE, CROISSANT):
        if path in facts.paths:
            raise PluginError(f"a format wrote {path}, which is the dataset's own: it must choose another name")
    picture = card_picture(root, facts.info, facts.tally)
    return write_card(facts, picture, lambda path, content: write_file(root, path, (content,), durable=durable))


def card_picture(folder: Path, info: DatasetInfo, tally: Tally) -> bytes | None:
    """Return a page of sample pictures with their labels as JPEG; None where the dataset has no pictures.

    Parameters
    ----------
    folder : Path
        Where the records' files lie.

    Raises
    ------
    InputError
        A picture or a label cannot be read.
    """
    from PIL import Image

    from myriorama.app.pictures.dataset_sheet import caption, draw_stored
    from myriorama.app.pictures.sheet import contact_sheet

    records = [record for record in tally.pictured if _shows(record["files"].get("rgb", {}))]
    if not records:
        return None
    tiles = [(draw_stored(folder, record, _TILE_WIDTH_PX), caption(record)) for record in records]
    pictures = "1 picture" if tally.samples == 1 else f"{tally.samples:,} pictures"
    subtitle = f"{pictures} of {info.width}x{info.height} px, {tally.labelled:,} labelled objects"
    page = contact_sheet(
        tiles, title=seen(info.name), subtitle=subtitle, columns=_COLUMNS, tile_width_px=_TILE_WIDTH_PX
    )
    out = io.BytesIO()
    Image.fromarray(page).save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()


def _shows(told: Mapping[str, Any]) -> bool:
    """Tell whether a picture is one of ours: what else a format calls the picture, it alone can read."""
    return bool(told.get("format") == "png" and told.get("bits") == 8 and told.get("channels") == 3)


def remade_card(
    manifest: Manifest, records: TalliedRecords, registry: PluginRegistry, of_writers: set[str]
) -> dict[str, bytes]:
    """Return README.md and croissant.json of a finished dataset as its manifest and records say they must be.

    Parameters
    ----------
    of_writers : set of str
        Paths of the whole set's files that its formats made.

    Raises
    ------
    PluginError
        A format's plugin is not there.
    """
    known = {entry.path: entry for entry in manifest.files}
    of_card = {CARD, CARD_PICTURE, CROISSANT}
    of_set = {PROJECT, *of_writers} - of_card
    whole = [entry for entry in manifest.files if entry.path in of_set]
    samples = (entry.path for entry in manifest.files if entry.path not in of_set | of_card)
    facts = facts_of(source_of_manifest(manifest), records.tally, registry, samples, whole)
    made: dict[str, bytes] = {}

    def take(path: str, content: bytes) -> FileEntry:
        if path != CARD_PICTURE:
            made[path] = content
        return known.get(path, FileEntry(path, "", 0))

    write_card(facts, b"" if CARD_PICTURE in known else None, take)
    return made
