"""The split of a project's datasets into train, val and test: shares on a bar, and what keeps samples together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QToolButton, QVBoxLayout, QWidget

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.document.edit import Edit
from myriorama.app.parts.shown import DividingValue, dividing_values, in_words, set_divided_by, set_salt, set_shares
from myriorama.app.queue_view.background import NewestAlone
from myriorama.plugins.splitting import MAX_SALT
from myriorama.scenes.project.model import Project, SplitShares
from myriorama.widgets.editors import ChoiceField, SharesBar, TextField
from myriorama.widgets.editors.shares import Shares
from myriorama.widgets.forms.rows import Reason, Row, plain_label, plain_row, tool_button

if TYPE_CHECKING:
    from myriorama.widgets.forms.page import FormPage

USUAL: Final[tuple[tuple[str, Shares], ...]] = (
    ("Not divided", (1.0, 0.0, 0.0)),
    ("80 / 10 / 10", (0.8, 0.1, 0.1)),
    ("70 / 15 / 15", (0.7, 0.15, 0.15)),
    ("80 / 20, no test", (0.8, 0.2, 0.0)),
    ("90 / 10, no test", (0.9, 0.1, 0.0)),
    ("Only test", (0.0, 0.0, 1.0)),
)
EACH_ALONE: Final = "each sample by itself"
MERGE: Final = "split shares"


def usual_button(chosen: Callable[..., None], parent: QWidget) -> QToolButton:
    """Return a button with a menu of usual shares; `chosen` is called with them."""
    button = tool_button("chart-donut", "Usual shares", parent, text="Usual")
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(button)
    for title, shares in USUAL:
        menu.addAction(title).triggered.connect(partial(chosen, shares))
    button.setMenu(menu)
    return button


class ByField(ChoiceField):
    """A drawn value by which samples are kept together, by a name that can be read; empty keeps none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._shown = ""
        self.values: tuple[DividingValue, ...] = ()
        self.offer((), "")

    def offer(self, values: tuple[DividingValue, ...], current: str) -> None:
        """Offer these, and `current` whether or not it is among them."""
        self.values, self._shown = values, current
        paths = ["", *(value.path for value in values)]
        titles = [EACH_ALONE, *(value.title for value in values)]
        if current not in paths:
            paths.append(current)
            titles.append(current)
        self.set_options(paths, titles)
        self.set_value(current)

    @property
    def shown_title(self) -> str:
        """What is chosen, by its name."""
        return next((value.title for value in self.values if value.path == self._shown), self._shown)


class SplitSection(QWidget):
    """The bar, usual shares, the value, and what it means."""

    def __init__(self, form: FormPage) -> None:
        super().__init__(form.body)
        self._form = form
        self.bar = SharesBar(self)
        self.usual = usual_button(self._on_usual, self)
        self.by = ByField()
        self.by_row = Row("Together", self.by, "Samples that share this drawn value share a part.")
        self.salt = TextField(max_length=MAX_SALT)
        self.salt.setPlaceholderText("none")
        told = "Another text divides the samples otherwise into the same shares; the same always alike."
        self.salt_row = Row("Salt", self.salt, told)
        self.words = plain_label("", "dim", wraps=True)
        self.reason = Reason(self)
        self._seen: Project | None = None
        self._drawer = NewestAlone(form.studio.post, "split values")
        self.destroyed.connect(self._drawer.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.bar)
        for widget in (self.by_row, self.salt_row, self.words, self.reason, plain_row(self.usual, None)):
            column.addWidget(widget)
        self.bar.changing.connect(self._on_changing)
        self.bar.changed.connect(self._on_changed)
        self.by.changed.connect(self._on_by)
        self.salt.changed.connect(self._on_salt)

    def show_project(self, project: Project) -> None:
        """Show what the project says."""
        split = project.output.split
        self.bar.set_value((split.train, split.val, split.test))
        self.by.offer(self.by.values, split.by)
        self.salt.set_value(split.salt)
        divided = max(split.train, split.val, split.test) < 1.0
        self.by_row.setVisible(divided or bool(split.by))
        self.salt_row.setVisible(divided or bool(split.salt))
        self._say(split)
        self.reason.show_reason("")
        self._look(project)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        project = self._form.studio.document.project
        if project is not None:
            self._look(project)

    def _look(self, project: Project) -> None:
        """Find out which values there are, beside the window, where what is drawn may have changed."""
        seen = project.model_copy(update={"output": None})
        if not self.isVisible() or seen == self._seen:
            return
        self._seen = seen
        studio = self._form.studio
        roots = [Path(root) for root in studio.settings.value.asset_roots]
        store = FileAssetStore(studio.document.folder, roots)
        self._drawer.do(lambda: dividing_values(project, studio.registry, store), self._offer, lambda _: None)

    def _offer(self, values: tuple[DividingValue, ...]) -> None:
        project = self._form.studio.document.project
        if project is not None:
            self.by.offer(values, project.output.split.by)
            self._say(project.output.split)

    def _say(self, split: SplitShares) -> None:
        self.words.setText(in_words((split.train, split.val, split.test), split.by, self.by.shown_title))

    def _on_changing(self, shares: Shares) -> None:
        self.words.setText(in_words(shares, self.by.value or "", self.by.shown_title))

    def _on_changed(self, shares: Shares) -> None:
        self.reason.show_reason(self._form.commit(lambda p: set_shares(p, *shares), merge=MERGE))

    def _on_usual(self, shares: Shares, *_: object) -> None:
        self.reason.show_reason(self._form.commit(lambda p: set_shares(p, *shares)))

    def _on_salt(self, salt: str) -> None:
        self.reason.show_reason(self._form.commit(lambda p: set_salt(p, salt)))

    def _on_by(self, path: str) -> None:
        def make(project: Project) -> Edit:
            return set_divided_by(project, path)

        self.reason.show_reason(self._form.commit(make))
