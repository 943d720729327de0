"""The process that reads a foreign dataset: it parses labels and decodes pictures behind walls, and may die of them.

It reads the dataset's folder and the folder of pictures that was named, writes nothing, and talks to nobody but its
parent, by one pipe: JSON heads, each followed by as many blocks of bytes as it says.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from myriorama.app.production.lifetime import die_with_parent, ignore_interrupts

_TOLD_EVERY_S = 0.2
_NICENESS = 5


def serve(pipe: Connection, setup: str, parent: int) -> None:
    """Open what the setup names, then answer requests until the pipe closes."""
    die_with_parent(parent)
    ignore_interrupts()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICENESS)  # whoever works in the window goes first
    told = json.loads(setup)
    # What is needed is imported before the walls stand.
    import PIL.BmpImagePlugin
    import PIL.ImageOps
    import PIL.JpegImagePlugin
    import PIL.PngImagePlugin
    import PIL.TiffImagePlugin
    import PIL.WebPImagePlugin  # noqa: F401 - Pillow looks for it by itself

    from myriorama.app.reading.serving import Server
    from myriorama.app.reading.walls import ReadingWalls, limit

    target = Path(told["target"])
    pictures = Path(told["pictures"]) if told["pictures"] else None
    server = Server(target, pictures, told["format"])
    limit(told["memory_bytes"])
    ReadingWalls([r for r in (server.root, pictures) if r is not None]).stand()
    last_s = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal last_s
        now_s = time.monotonic()
        if now_s - last_s >= _TOLD_EVERY_S:
            last_s = now_s
            _send(pipe, {"progress": [done, total]})

    with contextlib.suppress(BrokenPipeError, EOFError, OSError):
        _send(pipe, *_answer(lambda: server.open(progress)))
        while True:
            request = json.loads(pipe.recv_bytes())
            _send(pipe, *_answer(lambda: server.answer(request)))  # noqa: B023 - called at once


def _answer(call: Any) -> tuple[Any, ...]:
    from myriorama.scenes.errors import InputError, Problem

    try:
        found: tuple[Any, ...] = call()
    except InputError as error:
        return ({"problems": [asdict(p) for p in error.problems]},)
    except MemoryError:
        told = Problem("", "reading it needs more memory than a reader may have", "", "a smaller dataset")
        return ({"problems": [asdict(told)]},)
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, OSError) as error:
        # The net under the parsers: whatever a hostile file trips here is told as the dataset's fault.
        told = Problem("", f"it could not be read ({type(error).__name__}: {str(error)[:200]})")
        return ({"problems": [asdict(told)]},)
    return found


def _send(pipe: Connection, head: dict[str, Any], *blocks: bytes) -> None:
    pipe.send_bytes(json.dumps({**head, "blocks": len(blocks)}).encode())
    for block in blocks:
        pipe.send_bytes(block)
