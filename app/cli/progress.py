"""How a running job shows its progress: a bar on a terminal, now and then a line elsewhere.

Everything goes to stderr, so that stdout holds the result alone.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final

import typer

from myriorama.app.amounts import duration_text

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from myriorama.app.production.job import Progress

LINE_EVERY_S: Final = 10.0


class ProgressDisplay:
    """Shows `Progress` values. Use it as a context manager around the job.

    Parameters
    ----------
    total : int
        How many samples the job makes.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._last_line_s = time.perf_counter()
        self._last_done = 0

    def __enter__(self) -> ProgressDisplay:
        if sys.stderr.isatty():
            self._start_bar()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, progress: Progress) -> None:
        """Show where the job stands."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=progress.done, detail=_detail(progress))
            return
        now_s = time.perf_counter()
        finished = progress.done >= progress.total
        if progress.done > self._last_done and (finished or now_s - self._last_line_s >= LINE_EVERY_S):
            self._last_line_s, self._last_done = now_s, progress.done
            typer.echo(f"{progress.done} of {progress.total}  {_detail(progress)}", err=True)

    def _start_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._bar = Progress(
            BarColumn(bar_width=None), MofNCompleteColumn(), TextColumn("{task.fields[detail]}"),
            console=Console(stderr=True), transient=True, expand=True,
        )  # fmt: skip
        self._task = self._bar.add_task("render", total=self._total, detail="starting")
        self._bar.start()


def _detail(progress: Progress) -> str:
    parts = [f"{progress.images_per_s:.1f} images/s"] if progress.images_per_s > 0 else []
    if progress.seconds_left is not None and progress.done < progress.total:
        parts.append(f"{duration_text(progress.seconds_left)} left")
    if progress.failed:
        parts.append(f"{progress.failed} quarantined")
    return "  ".join(parts)
