"""Shows faults on error cards with all that the program knows: the command that repeats them, the file that may open.

It looks the source up among what may run; it trusts no path that a fault names.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from myriorama.app.extensions.reproducing import command_for
from myriorama.app.extensions.telling import file_of
from myriorama.app.preview.frames import Failure
from myriorama.app.studio import Studio
from myriorama.plugins.faults import Fault
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.sources import PluginSource
from myriorama.widgets.binding import bind
from myriorama.widgets.plugins.error_card import ErrorCard


class FaultCover(QObject):
    """The card over a picture: of the fault that kept it from being made, or of a save that could not be loaded.

    Parameters
    ----------
    over : QWidget
        What the card lies on.

    Attributes
    ----------
    changed : signal of ()
        Another save could be loaded, or not.
    """

    changed = Signal()

    def __init__(self, studio: Studio, over: QWidget) -> None:
        super().__init__(over)
        self._studio = studio
        self._over = over
        self._unloaded: Fault | None = None
        self.card = ErrorCard(over)
        bind(self, studio.plugins.changed, self._on_plugins_changed)

    def tells(self, failure: Failure | None, seed: int | None) -> bool:
        """Show the card where there is a fault; return whether it tells why there is no picture.

        A save that could not be loaded is newer than whatever the picture says; the last state that could be used
        stays in use under it.
        """
        registry = self._studio.registry
        if self._unloaded is not None:
            show_on(self.card, self._unloaded, registry)
        elif failure is not None and failure.fault is not None:
            show_on(self.card, failure.fault, registry, seed, failure.index)
        else:
            self.card.clear()
        return failure is not None and failure.fault is not None

    def clear(self) -> None:
        """Show no card, whatever is wrong."""
        self.card.clear()

    def place(self) -> None:
        """Follow the size of what lies under it."""
        self.card.place_over(self._over)

    def _on_plugins_changed(self) -> None:
        rows = self._studio.plugins.rows
        fault = next((row.fault for row in rows if row.status == "development" and row.fault is not None), None)
        if fault != self._unloaded:
            self._unloaded = fault
            self.changed.emit()


def show_on(
    card: ErrorCard, fault: Fault, registry: PluginRegistry, seed: int | None = None, index: int | None = None
) -> None:
    """Show a fault on a card, with the sample in which it happened."""
    source = source_of(fault, registry)
    command = command_for(fault, seed, index, source)
    file = None if source is None else file_of(fault, source)
    card.show_fault(fault, seed=seed, index=index, command=command, file=file)


def source_of(fault: Fault, registry: PluginRegistry) -> PluginSource | None:
    """Return the source that failed, if it may run now."""
    if fault.kind and fault.name:
        grant = registry.grant_of(fault.kind, fault.name)
        if grant is not None and grant.source.id == fault.source:
            return grant.source
    return next((g.source for g in registry.grants if g.source.id == fault.source), None)
