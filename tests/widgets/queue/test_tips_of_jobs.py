"""Names and error texts that look like markup are shown as they are in the tool tips of the queue."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6 import QtGui
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from myriorama.app.queue_view.failures import FailureGroup
from myriorama.app.render_queue.rows import SampleRow
from myriorama.app.render_queue.states import SampleState
from myriorama.app.studio import Studio
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.export import ExportBadge
from myriorama.widgets.queue.dataset_window import DatasetWindow
from myriorama.widgets.queue.model import JOB
from myriorama.widgets.queue.offer_bar import OfferBar
from myriorama.widgets.queue.panel import QueuePanel

if TYPE_CHECKING:
    from tests.widgets.queue.conftest import Snapshots

pytestmark = pytest.mark.gl
NAME = "<b>x</b>"
Read = Callable[[str], str]


def test_a_folder_that_looks_like_markup(
    qtbot: QtBot, panel: QueuePanel, studio: Studio, snapshot: Snapshots, as_read: Read
) -> None:
    studio.queue.jobs.add(snapshot(NAME, 2), desired="pause")
    studio.queue.wake()
    qtbot.waitUntil(lambda: bool(panel.board.rows))
    row = panel.board.rows[0]
    assert NAME in str(row.place)
    assert QtGui.Qt.mightBeRichText(str(row.place)), "Qt would read it"
    model = panel.table.jobs
    model.show([replace(row, name=NAME)])
    tip = model.data(model.index(0, JOB), Qt.ItemDataRole.ToolTipRole)
    assert as_read(tip) == f"{NAME}\n{row.place}"
    assert as_read(panel.progress.path.toolTip()) == str(row.place)
    bar = OfferBar([row], panel)
    tips = [as_read(label.toolTip()) for label in bar.findChildren(ElidedLabel)]
    assert tips == [str(row.place)]
    bar.close()


def test_an_export_into_such_a_folder_is_told_of_in_the_status_bar(
    qtbot: QtBot, panel: QueuePanel, studio: Studio, snapshot: Snapshots, as_read: Read
) -> None:
    badge = ExportBadge(studio)
    qtbot.addWidget(badge)
    studio.queue.add(snapshot("<b>x", 200))
    qtbot.waitUntil(lambda: not badge.isHidden(), timeout=60_000)
    told, place, _ = as_read(badge.toolTip()).splitlines()
    assert told.startswith("<b>x: ")
    assert place.endswith("/<b>x.partial")


def test_why_a_sample_failed(
    panel: QueuePanel, studio: Studio, snapshot: Snapshots, qtbot: QtBot, as_read: Read
) -> None:
    studio.queue.jobs.add(snapshot("set", 2), desired="pause")
    studio.queue.wake()
    qtbot.waitUntil(lambda: panel.board.current is not None)
    row = panel.board.current
    assert row is not None
    page = panel.failures
    page._job = row
    reason = f"{NAME}.obj is no mesh\n  at line 3"
    failed = SampleRow(1, SampleState.FAILED, 1, 0, "asset", reason, "", 0, 0, {})
    page._take_groups(row.id, (FailureGroup("asset", "An asset", f"Mend {NAME}", (failed,)),))
    group = page.tree.topLevelItem(0)
    assert as_read(group.toolTip(0)) == f"Mend {NAME}"
    assert as_read(group.child(0).toolTip(0)) == reason


def test_what_verifying_finds(qtbot: QtBot, studio: Studio, written_set: Path, tmp_path: Path, as_read: Read) -> None:
    folder = tmp_path / "set"
    shutil.copytree(written_set, folder)
    (folder / "images" / "<b>x.png").write_bytes(b"")
    window = DatasetWindow(studio, folder)
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.gallery is not None, timeout=20_000)
    qtbot.mouseClick(window.verify, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.standing.property("role") == "error", timeout=30_000)
    findings = studio.verifications.of(folder).findings
    assert any("<b>x.png" in finding for finding in findings), findings
    assert as_read(window.standing.toolTip()) == "\n".join(findings)
    window.close()
