"""Exports of finished datasets under way: each in a process of its own, with progress and a way to stop it.

The window's thread never waits for one. Nothing is left of one that did not come to its end.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from psygnal import Signal

from myriorama.app.conversion.child import wanted_to_json
from myriorama.app.conversion.exporting import Exported, ExportWanted
from myriorama.app.dataset.layout import partial_of
from myriorama.app.exporting.running import Running
from myriorama.app.observable import Observable, Post
from myriorama.scenes.errors import Problem

Status = Literal["starting", "exporting", "finishing", "stopping", "finished", "stopped", "failed"]
ENDED: Final = ("finished", "stopped", "failed")
_FIRST_S: Final = 0.5
"""A rate is not believed before."""


@dataclass(frozen=True)
class ConversionState:
    """Where an export of a finished dataset stands.

    Attributes
    ----------
    done, total : int
        Samples.
    seconds_left : float or None
        Until the last sample is taken over.
    message : str
        Why it failed.
    """

    status: Status = "starting"
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    message: str = ""
    problems: tuple[Problem, ...] = ()
    made: Exported | None = None
    took_s: float = 0.0

    @property
    def ended(self) -> bool:
        return self.status in ENDED


class Conversion:
    """One export.

    Attributes
    ----------
    wanted : ExportWanted
    state : Observable of ConversionState
    """

    def __init__(self, wanted: ExportWanted, post: Post) -> None:
        self.wanted = wanted
        self.state: Observable[ConversionState] = Observable(ConversionState())
        self._began_s = time.monotonic()
        self._first: tuple[float, int] | None = None
        self._ours = False
        told = wanted_to_json(wanted.source, wanted.out, wanted.format, wanted.options, wanted.selection, wanted.link)
        self._running = Running({"type": "convert", **told}, post, self._on_message, self._on_ended, self._tidy)

    def stop(self) -> None:
        """Stop after the sample under way; what was written is taken away."""
        if not self.state.value.ended:
            self._set(status="stopping", seconds_left=None)
            self._running.tell({"type": "stop"})

    def close(self) -> None:
        """Stop at once, and wait until nothing is left of it."""
        if not self.state.value.ended:
            self._running.kill()
            self._running.wait()

    def _on_message(self, message: Mapping[str, Any]) -> None:
        kind = message["type"]
        if kind == "exporting":
            self._ours = True
            self._on_progress(message["done"], message["total"])
        elif kind == "made":
            made = {k: v for k, v in message.items() if k != "type"}
            made |= {"folder": Path(made["folder"]), "losses": tuple(made["losses"])}
            took_s = time.monotonic() - self._began_s
            self._set(status="finished", made=Exported(**made), seconds_left=None, took_s=took_s)
        elif kind == "stopped":
            self._set(status="stopped", seconds_left=None)
        else:
            problems = tuple(Problem(**p) for p in message["problems"])
            self._set(status="failed", message=message["text"], problems=problems, seconds_left=None)

    def _on_progress(self, done: int, total: int) -> None:
        if self.state.value.status == "stopping":
            return
        now_s = time.monotonic()
        if self._first is None:
            self._first = (now_s, done)
        since_s, made = now_s - self._first[0], done - self._first[1]
        left = since_s / made * (total - done) if since_s >= _FIRST_S and made else None
        self._set(
            status="finishing" if done == total else "exporting",
            done=done,
            total=total,
            seconds_left=left if done < total else None,
        )

    def _on_ended(self, code: int) -> None:
        if not self.state.value.ended:
            told = "its process was ended" if code < 0 else f"its process ended by itself (code {code})"
            self._set(status="failed", message=told, seconds_left=None)

    def _tidy(self) -> None:
        """Take away what a process left that was killed: it has told of a sample, so the folder is its own."""
        if self._ours and not self.state.value.ended:
            shutil.rmtree(partial_of(self.wanted.out), ignore_errors=True)

    def _set(self, **changes: Any) -> None:
        self.state.set(replace(self.state.value, **changes))


class Conversions:
    """The exports of finished datasets of this run of the program.

    Attributes
    ----------
    changed : signal of (Conversion,)
        One was begun, went on, or ended.
    """

    changed = Signal(object)

    def __init__(self, post: Post) -> None:
        self._post = post
        self._all: list[Conversion] = []

    @property
    def running(self) -> tuple[Conversion, ...]:
        """Those that have not ended."""
        return tuple(c for c in self._all if not c.state.value.ended)

    def start(self, wanted: ExportWanted) -> Conversion:
        """Begin an export."""
        self._all = [c for c in self._all if not c.state.value.ended]
        made = Conversion(wanted, self._post)
        made.state.changed.connect(lambda _: self.changed.emit(made))
        self._all.append(made)
        self.changed.emit(made)
        return made

    def close(self) -> None:
        """Stop all, and wait for the ends."""
        for conversion in self.running:
            conversion.close()
