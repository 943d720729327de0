"""What tracing the viewport's picture tells: a picture that grows better, how far it is, and why there is none.

Nothing here traces or knows a process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from myriorama.scenes.conventions import U8

TracingState = Literal["off", "refused", "waiting", "starting", "tracing", "done", "failed"]
"""off: not wanted; refused: wanted, and this machine cannot; waiting: for the raster picture to rest; starting: its
process loads the path tracer; failed: this picture, the next one is tried again."""


@dataclass(frozen=True, eq=False)
class TracedPicture:
    """A picture of so many paths.

    Attributes
    ----------
    generation : int
        Of the request that it answers.
    rgb : (H, W, 3) uint8
        As an export would develop it, effects included.
    paths, most : int
        Paths a pixel so far, and the most that the project spends.
    seconds : float
        Since the first path.
    done : bool
        This is the picture that an export makes.
    denoised : bool
    noise : float
        Mean error before denoising, of 1; 0 where the project has no target.
    """

    generation: int
    rgb: U8
    paths: int
    most: int
    seconds: float
    done: bool
    denoised: bool
    noise: float = 0.0


@dataclass(frozen=True)
class TracingNow:
    """How far the path-traced picture is.

    Attributes
    ----------
    reason : str
        Why it failed or was refused, in sentences where it was refused.
    """

    state: TracingState = "off"
    paths: int = 0
    most: int = 0
    seconds: float = 0.0
    denoised: bool = False
    reason: str = ""

    @property
    def in_words(self) -> str:
        """Return a short line for a strip; empty where nothing is to be told."""
        if self.state == "off":
            return ""
        if self.state == "refused":
            return "Not path traced"
        if self.state == "waiting":
            return "Path tracing: when the picture rests"
        if self.state == "starting":
            return "Path tracing: starting"
        if self.state == "failed":
            return "Path tracing failed"
        if self.state == "done":
            return f"{self.paths:,} path{'s' if self.paths != 1 else ''}, {self.seconds:.1f} s"
        return f"{self.paths:,} of {self.most:,} paths, {self.seconds:.0f} s"

    @property
    def told(self) -> str:
        """Return what a tooltip says beside `in_words`."""
        if self.reason:
            return self.reason
        if self.state == "done":
            return f"Path traced{', denoised' if self.denoised else ''}: what an export makes of this sample."
        return "Paths through every pixel so far, and since when; the picture is denoised to be looked at."
