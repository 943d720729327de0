"""Opening and closing the outliner and the history leaves nothing behind."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from myriorama.app.document import edits
from myriorama.app.studio import Studio
from myriorama.widgets.history.panel import HistoryPanel
from myriorama.widgets.outliner.panel import OutlinerPanel


def test_panels_go_and_are_not_called_again(open_example: Callable[[str], Studio]) -> None:
    studio = open_example("dice_tray")
    gone: list[weakref.ref[object]] = []
    for turn in range(12):
        for kind in (OutlinerPanel, HistoryPanel):
            panel = kind(studio)
            panel.resize(240, 400)
            panel.show()
            if isinstance(panel, OutlinerPanel):
                panel.add()
                panel.popup.hide()
            QApplication.processEvents()
            studio.selection.select("dice" if turn % 2 else "tray")
            gone.append(weakref.ref(panel))
            panel.close()
            panel.deleteLater()
            del panel
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        edits.commit(edits.rename(studio.document.project, "dice", f"Dice {turn}"), studio.document)
        studio.document.history.undo()
    gc.collect()
    assert [ref for ref in gone if ref() is not None] == []
    for signal in (studio.document.changed, studio.selection.changed, studio.document.history.changed):
        assert not any("outliner" in repr(slot) or "HistoryPanel" in repr(slot) for slot in signal._slots)
