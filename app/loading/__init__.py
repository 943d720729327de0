"""Samples for a training loop: of a finished dataset, or rendered while they are asked for.

``from myriorama.app.loading import WrittenSamples, RenderedSamples``. It needs numpy alone; where PyTorch is installed
both are its datasets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from myriorama.app.loading.rendered import RenderedSamples
    from myriorama.app.loading.sample import LoadedSample
    from myriorama.app.loading.written import WrittenSamples

__all__ = ["LoadedSample", "RenderedSamples", "WrittenSamples"]

_PLACES = {"LoadedSample": "sample", "RenderedSamples": "rendered", "WrittenSamples": "written"}


def __getattr__(name: str) -> Any:
    """Load what is asked for on first use: PyTorch is imported by whoever asks for a dataset, not before."""
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
