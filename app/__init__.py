"""The program without its face. In Python, start here: ``from myriorama.app import open_project``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from myriorama.app.opened import OpenedProject, open_project

__all__ = ["OpenedProject", "open_project"]


def __getattr__(name: str) -> Any:
    """Load what is asked for on first use, so that the command line starts without a renderer."""
    if name in __all__:
        from myriorama.app import opened

        return getattr(opened, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
