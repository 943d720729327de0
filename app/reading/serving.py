"""What the process that reads answers: the dataset as a whole, one picture, facts of some samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from myriorama.app.reading.drawing import facts_of, picture_at, tile_of
from myriorama.app.reading.finding import Progress
from myriorama.app.reading.neutral import Faults, ForeignSet
from myriorama.app.reading.opening import open_set, root_of
from myriorama.app.reading.reach import NotReadableError, Reach

_MOST_PLACES: Final = 64


class Server:
    """Answers requests about one dataset.

    Attributes
    ----------
    root : Path
        The only folder that is read, beside that of the pictures.
    """

    def __init__(self, target: Path, pictures: Path | None, format_name: str) -> None:
        self.root = root_of(target)
        self._target = target
        self._pictures = pictures
        self._format = format_name
        self._made: ForeignSet | None = None
        self._reach: Reach | None = None
        self._faults = Faults()

    def open(self, progress: Progress) -> tuple[Any, ...]:
        """Go through the dataset; return what it holds, and the sizes of its pictures."""
        made, self._faults, self._reach = open_set(self._target, self._pictures, self._format, progress)
        self._made = made
        names = list(dict.fromkeys((*made.classes, *made.objects_per_class)))
        parts: dict[str, int] = {}
        for part in made.parts:
            parts[part] = parts.get(part, 0) + 1
        head = {
            "format": made.format,
            "root": str(self.root),
            "count": len(made),
            "classes": [[n, made.objects_per_class[n], made.pictures_per_class[n]] for n in names],
            "parts": parts,
            "shapes": {name: count for name, count in made.shapes.items() if count},
            "ignored": made.ignored,
            "unseen": len(made.unseen),
            "notes": made.notes,
            "faults": [[f.place, f.message, f.value] for f in self._faults.rows],
            "kinds": dict(self._faults.kinds),
        }
        return head, made.sizes.astype("<i4").tobytes(), "\n".join(made.names).encode("utf-8", "replace")

    def answer(self, request: dict[str, Any]) -> tuple[Any, ...]:
        """Answer one request."""
        made, reach = self._made, self._reach
        if made is None or reach is None:
            raise ValueError("nothing is open")
        if request["ask"] == "facts":
            places = [int(p) for p in request["places"][:_MOST_PLACES]]
            return ({"facts": [facts_of(made, reach, place) for place in places]},)
        place = int(request["place"])
        try:
            if request["ask"] == "check":
                picture_at(made, reach, place)
                return ({"problem": ""},)
            return tile_of(made, reach, place, int(request["size_px"]))
        except NotReadableError as error:
            return ({"problem": str(error)},)
