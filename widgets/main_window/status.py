"""The right end of the status bar: problems at a glance, and the job at work."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStatusBar, QToolButton

from myriorama.app.exporting.export import ExportJob
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.export.badge import ExportBadge
from myriorama.widgets.theme import icon, theme

_BESIDE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
_ICON = Qt.ToolButtonStyle.ToolButtonIconOnly


class ProblemCount(QToolButton):
    """How many errors and warnings there are; a click shows them."""

    def __init__(self, studio: Studio, show: Callable[[], None]) -> None:
        super().__init__()
        self._problems = studio.problems
        self.setAutoRaise(True)
        self.setObjectName("problem count")
        self.clicked.connect(show)
        bind(self, studio.problems.changed, self._on_problems_changed)
        self._on_problems_changed()

    def _on_problems_changed(self) -> None:
        found = [t.severity for t in self._problems.all]
        errors, warnings = found.count("error"), found.count("warning")
        tokens = theme()
        if errors:
            self.setIcon(icon("alert-circle", tokens.error))
        elif warnings:
            self.setIcon(icon("alert", tokens.warning))
        else:
            self.setIcon(icon("check-circle-outline"))
        self.setText(str(errors + warnings) if errors + warnings else "")
        words = [f"{n} {w}{'' if n == 1 else 's'}" for n, w in ((errors, "error"), (warnings, "warning")) if n]
        told = ", ".join(words) or "No problems"
        self.setToolTip(f"{told}. Click to see the list.")
        self.setAccessibleName(told)
        self.setToolButtonStyle(_BESIDE if words else _ICON)


class StatusWidgets:
    """What stands at the right of the status bar."""

    def __init__(
        self,
        studio: Studio,
        bar: QStatusBar,
        show_problems: Callable[[], None],
        show_export: Callable[[ExportJob], None],
        show_job: Callable[[str], None],
    ) -> None:
        bar.setSizeGripEnabled(False)
        self.badge = ExportBadge(studio)
        self.badge.opened.connect(show_export)
        self.badge.job_wanted.connect(show_job)
        self.count = ProblemCount(studio, show_problems)
        bar.addPermanentWidget(self.badge)
        bar.addPermanentWidget(self.count)
