"""What a process of its own does for an export of a finished dataset: counts its objects, asks its writer, makes it.

It tells as JSON messages; any message that it is sent means: stop.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import time
from collections.abc import Mapping
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import numpy as np

from myriorama.app.conversion.counting import COLUMN_TYPES, Columns, columns_of
from myriorama.app.production.messages import send
from myriorama.plugins.selection import Selection, View, selection_from_json
from myriorama.plugins.splitting import Split

_TELL_EVERY_S: Final = 0.1
_RECORDS_AT_ONCE: Final = 64
_DIVIDING_RECORDS: Final = 6


def count_objects(pipe: Connection, request: Mapping[str, Any]) -> dict[str, Any]:
    """Send the columns of every object of a dataset, in pieces; request: folder, numbers, by, salt."""
    from myriorama.app.conversion.source import open_source
    from myriorama.app.dataset.records import Records
    from myriorama.app.parts.shown import dividing_of

    source = open_source(Path(request["folder"]))
    split = Split(by=request["by"], salt=request["salt"])
    records = iter(Records(source.folder, source.numbers))
    head = list(itertools.islice(records, _DIVIDING_RECORDS))
    values = [asdict(v) for v in dividing_of(head, source.titles)] if len(head) > 1 else []
    send(pipe, {"type": "dividing", "values": values})
    everything = itertools.chain(head, records)
    done, told_s, waiting = 0, time.perf_counter(), list[Columns]()
    while piece := list(itertools.islice(everything, _RECORDS_AT_ONCE)):
        waiting.append(columns_of(piece, source.info, split))
        done += len(piece)
        now_s = time.perf_counter()
        if now_s - told_s >= _TELL_EVERY_S or done == len(source.numbers):
            told_s = now_s
            send(pipe, {"type": "objects", "done": done, "columns": packed(waiting)})
            waiting = []
    return {"type": "counted", "done": done}


def ask_losses(pipe: Connection, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a format cannot hold of a dataset; request: folder, format, options, selection."""
    from myriorama.app.conversion.source import open_source, what_is_lost
    from myriorama.app.extensions.registries import user_registry

    source = open_source(Path(request["folder"]))
    view = View(source.info, selection_from_json(request["selection"]))
    with contextlib.closing(user_registry(hosted=True)) as registry:
        writer = registry.writer_class(request["format"])(view.info, request["options"])
        losses, missing = what_is_lost(writer, view, source.first)
    return {"type": "losses", "losses": list(losses), "missing": missing}


def make_export(pipe: Connection, request: Mapping[str, Any]) -> dict[str, Any]:
    """Make the export of the request, with progress; see `wanted_to_json`."""
    from myriorama.app.conversion.exporting import ExportWanted, StoppedError, export_dataset
    from myriorama.app.extensions.registries import user_registry

    told_s = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told_s
        now_s = time.perf_counter()
        if done == 1 or done == total or now_s - told_s >= _TELL_EVERY_S:
            told_s = now_s
            send(pipe, {"type": "exporting", "done": done, "total": total})

    wanted = ExportWanted(
        Path(request["source"]),
        Path(request["out"]),
        request["format"],
        request["options"],
        selection_from_json(request["selection"]),
        request["link"],
    )
    with contextlib.closing(user_registry(hosted=True)) as registry:
        try:
            made = export_dataset(wanted, registry, tell, pipe.poll)
        except StoppedError:
            return {"type": "stopped"}
    return {"type": "made", **asdict(made), "folder": str(made.folder)}


def wanted_to_json(
    source: Path, out: Path, format_name: str, options: Mapping[str, Any], selection: Selection, link: bool
) -> dict[str, Any]:
    """Return what `make_export` and `ask_losses` read, but for the type."""
    return {
        "source": str(source),
        "folder": str(source),
        "out": str(out),
        "format": format_name,
        "options": dict(options),
        "selection": selection.to_json(),
        "link": link,
    }


def packed(pieces: list[Columns]) -> dict[str, str]:
    """Return columns as text, one after the other."""
    out = {}
    for name, kind in COLUMN_TYPES.items():
        whole = b"".join(getattr(piece, name).astype(kind).tobytes() for piece in pieces)
        out[name] = base64.b64encode(whole).decode("ascii")
    return out


def unpacked(told: Mapping[str, str]) -> Columns:
    """Return what `packed` made text of."""
    return Columns(**{n: np.frombuffer(base64.b64decode(told[n]), dtype=t) for n, t in COLUMN_TYPES.items()})
