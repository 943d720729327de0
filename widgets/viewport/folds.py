"""Groups of the viewport's toolbar: side by side where there is room, else one button with a menu that names them.

Nothing is ever left out: what has no button has a row in the menu of its group's button.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QToolBar, QToolButton

from myriorama.widgets.panel import Bound
from myriorama.widgets.theme import icon, theme


def keys_told(bound: Bound) -> str:
    """Return the keys of an action as people read them."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(k).toString(native) for k in bound.action.keys)


class Fold:
    """A group of buttons of a toolbar, and the one button that stands for them where there is no room.

    Parameters
    ----------
    title : str
        What the group is called.
    picture : str
        Icon of the button.
    rows : mapping of QAction to Bound
        The buttons, in their order, and what each one does.
    ran : callable
        Called when something was chosen in the menu.
    names_chosen : bool
        The button has icon and name of what is chosen: of a group of which one is.
    """

    def __init__(
        self, bar: QToolBar, title: str, picture: str, rows: Mapping[QAction, Bound], ran: Callable[[], None],
        *, names_chosen: bool = False,
    ) -> None:  # fmt: skip
        self._bar, self._title, self._picture, self._rows = bar, title, picture, dict(rows)
        self._ran, self._names_chosen = ran, names_chosen
        self.button = QToolButton(bar)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setProperty("fold", "true")
        self.menu = QMenu(self.button)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill)
        self.button.setMenu(self.menu)
        self.action = bar.insertWidget(next(iter(self._rows)), self.button)
        self.folded = False
        self._told: tuple[Bound | None, str] | None = None
        self.action.setVisible(False)

    def set_folded(self, folded: bool) -> None:
        """Show one button, or all of them."""
        if folded != self.folded:
            self.folded = folded
            self.action.setVisible(folded)
            for made in self._rows:
                made.setVisible(not folded)

    def tell(self) -> None:
        """Give the button icon and words for how things are."""
        chosen = next((b for a, b in self._rows.items() if self._names_chosen and a.isChecked()), None)
        told = (chosen, theme().name)
        if told == self._told:
            return
        self._told = told
        self.button.setIcon(icon(chosen.action.icon if chosen is not None else self._picture))
        self.button.setText(chosen.action.title if chosen is not None else self._title)
        named = f"{self._title}: {chosen.action.title}" if chosen is not None else self._title
        self.button.setAccessibleName(named)
        self.button.setToolTip(f"{named}\n{', '.join(b.action.title for b in self._rows.values())}")

    def _fill(self) -> None:
        """Make the menu's rows as they are at this moment."""
        self.menu.clear()
        for bound in self._rows.values():
            keys = keys_told(bound)
            row = self.menu.addAction(f"{bound.action.title}\t{keys}" if keys else bound.action.title)
            if bound.action.icon:
                row.setIcon(icon(bound.action.icon))
            row.setToolTip(bound.action.help)
            row.setCheckable(bound.action.checkable)
            row.setChecked(bound.checked is not None and bound.checked())
            row.setEnabled(bound.enabled is None or bound.enabled())
            row.triggered.connect(self._runner(bound))

    def _runner(self, bound: Bound) -> Callable[[bool], None]:
        def run(on: bool) -> None:
            bound.run(on) if bound.action.checkable else bound.run()
            self._ran()

        return run
