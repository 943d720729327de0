"""Asks about one source and does what the answer says. There is one question at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from myriorama.app.extensions.rows import PluginRow
from myriorama.plugins.hosting.enforcement import enforced
from myriorama.widgets.plugins.trust_dialog import TrustDialog

if TYPE_CHECKING:
    from myriorama.app.studio import Studio


def ask_about(row: PluginRow, studio: Studio, parent: QWidget) -> TrustDialog:
    """Open the dialog about a source; where it is accepted, exactly the files that it told of are enabled."""
    open_now = parent.window().findChild(TrustDialog)
    if open_now is not None and open_now.isVisible():
        open_now.raise_()
        return open_now
    dialog = TrustDialog(row, enforced(), parent.window())

    def accepted() -> None:
        now = studio.plugins.row(row.key)
        if now is not None and now.source.sha256 == row.source.sha256:
            studio.plugins.enable(row.key)
        else:
            studio.plugins.refresh()
            studio.problems.tell(f"warning: {row.source.id} changed while it was looked at; it was not enabled")

    dialog.accepted.connect(accepted)
    dialog.open()
    return dialog
