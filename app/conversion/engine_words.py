"""What made the pictures of a dataset, in words for its card: the engine, and how it traced paths.

It tells what the job or its manifest says, and works nothing out that they leave open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_NAMES: Final = {"raster": "the raster engine", "pathtraced": "path tracing"}


def engine_told(engine: str, tracing: Mapping[str, Any]) -> str:
    """Return the engine with its options, as one phrase: "path tracing, 8 paths through every pixel, denoised".

    Parameters
    ----------
    tracing : mapping
        The path tracer's options by name, as the manifest has them. What is not in it is not told.
    """
    parts = [_NAMES.get(engine, engine)]
    if "samples_per_pixel" in tracing:
        target = tracing.get("noise_target", 0.0)
        parts.append(f"{'at most ' if target else ''}{_many(tracing['samples_per_pixel'], 'path')} through every pixel")
        parts += [f"no more below a mean error of {target:g}"] if target else []
    if "max_depth" in tracing:
        parts.append(f"at most {_many(tracing['max_depth'], 'surface')} on a path")
    if "denoise" in tracing:
        parts.append("denoised" if tracing["denoise"] else "not denoised")
    if tracing.get("pairs"):
        factor = tracing.get("clean_factor")
        parts.append("with training pairs" + (f" whose clean picture has {factor:,} times the paths" if factor else ""))
    return ", ".join(parts)


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
