"""What the rows ask for: previews while something is dragged, one step of the history when it is done.

It shows nothing; a value that is refused changes nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from myriorama.app.document.addresses import MISSING, Address
from myriorama.app.document.edit import commit
from myriorama.app.document.views import removal_label, remove_view
from myriorama.app.document.wording import sentence
from myriorama.app.gallery.sweep import Sweep
from myriorama.app.inspection import changes
from myriorama.app.inspection.conversions import FIXED, converted, fixed, kind_of, varied
from myriorama.app.inspection.histogram import Categories, Histogram, histogram
from myriorama.app.inspection.rows import MIXED, Row
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError, PluginError
from myriorama.scenes.parameters.fit import component
from myriorama.scenes.parameters.schema import Parameter
from myriorama.scenes.parameters.wording import shown

_KEPT_PICTURES: Final = 256


class RowEditing(QObject):
    """The only one in the inspector that touches the document.

    Attributes
    ----------
    told : signal of (str,)
        Something that a person should read: a value that was refused, what a change of type left out.
    """

    told = Signal(str)

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.studio = studio
        self._put_away: dict[tuple[Address, int | None], Any] = {}
        self._pictures: OrderedDict[str, Histogram | Categories | None] = OrderedDict()

    # asking

    def reason_against(self, row: Row, value: Any) -> str:
        """Return why the row may not take a value; empty where it may."""
        project = self.studio.document.project
        if project is None:
            return "no project is open"
        return changes.reason_against(project, self.studio.registry, row, value)

    def locked(self, row: Row) -> bool:
        """Every value of the row is locked."""
        return all(address in self.studio.locks.value for address in row.addresses)

    # changing

    def preview(self, row: Row, value: Any) -> None:
        """Show a value while something is dragged; one that is refused is not shown."""
        project = self.studio.document.project
        if project is None or self.locked(row) or self.reason_against(row, value):
            return
        self.studio.document.preview(
            changes.with_value(project, self.studio.registry, row, value, self.studio.locks.value)
        )

    def cancel(self) -> None:
        """Take a preview back."""
        self.studio.document.cancel_preview()

    def commit(self, row: Row, value: Any, *, label: str = "") -> str:
        """Make a value a step of the history; return why not, where it is refused."""
        project = self.studio.document.project
        if project is None:
            return "no project is open"
        reason = (
            "this is locked" if self.locked(row) else changes.reason_against(project, self.studio.registry, row, value)
        )
        if reason:
            self.cancel()
            self.told.emit(f"{row.full_title}: {reason}")
            return reason
        try:
            after = changes.with_value(project, self.studio.registry, row, value, self.studio.locks.value)
        except (InputError, PluginError) as error:
            self.told.emit(str(error))
            return str(error)
        note = changes.note_of(project, self.studio.registry, row, value)
        merge = f"inspector/{row.key}/{'/'.join(a.owner for a in row.addresses)}"
        self.studio.document.replace(after, label or changes.label_of(project, row), merge=merge)
        if note:
            self.told.emit(note)
        return ""

    def toggle_varied(self, row: Row) -> None:
        """Turn a plain value into a distribution, or back; the one put away last comes again."""
        project = self.studio.document.project
        if project is None or not (row.can_vary or row.parts):
            return
        value = None if row.value is MIXED else row.value
        name = row.full_title[:1].lower() + row.full_title[1:]
        if row.state == "varied":
            for address in row.addresses:
                self._put_away[address, row.component] = value
            after, label = fixed(value, row.declaration, row.component), f"Fix {name}"
        else:
            kept = self._put_away.get((row.addresses[0], row.component))
            usable = kept is not None and not self.reason_against(row, kept)
            after = kept if usable else varied(value, row.declaration, row.component)
            label = f"Vary {name}"
        self.commit(row, after, label=label)

    def take_first(self, row: Row) -> None:
        """Give all of the selected what the first of them has."""
        held = row.written[0]
        value = row.declaration.default if held is MISSING else held
        if row.component is not None and isinstance(value, list):
            value = value[row.component]
        self.commit(row, value)

    def set_kind(self, row: Row, kind: str) -> None:
        """Turn the row's value into one of another kind."""
        value = row.declaration.default if row.value is MIXED or row.value is None else row.value
        if kind != kind_of(value):
            title = row.full_title[:1].lower() + row.full_title[1:]
            label = f"Fix {title}" if kind == FIXED else f"Vary {title}"
            self.commit(row, converted(value, row.declaration, kind, row.component), label=label)

    # the menu's

    def reset(self, row: Row) -> None:
        """Let the declared default hold again."""
        project = self.studio.document.project
        if project is None or not self.can_reset(row):
            return
        value: Any = MISSING
        if row.component is not None:
            value = row.declaration.default[row.component]  # type: ignore[index]
        self.commit(row, value, label=f"Reset {row.full_title[:1].lower() + row.full_title[1:]}")

    def can_reset(self, row: Row) -> bool:
        """There is something to reset."""
        if row.special == "count":
            return row.value != 1
        if row.component is not None and not isinstance(row.declaration.default, list):
            return False
        return not row.special and row.set_here and not self.locked(row)

    def copy_value(self, row: Row) -> None:
        QGuiApplication.clipboard().setText(changes.copied(row))

    def copy_path(self, row: Row) -> None:
        QGuiApplication.clipboard().setText(row.paths[0] or f"{row.addresses[0].owner}/{row.addresses[0].name}")

    def copy_python(self, row: Row) -> None:
        QGuiApplication.clipboard().setText(changes.python_of(row))

    def paste_value(self, row: Row) -> str:
        """Take the value on the clipboard; return why not, where it is refused."""
        try:
            value = changes.pasted(QGuiApplication.clipboard().text())
        except ValueError as error:
            self.told.emit(str(error))
            return str(error)
        reason = self.commit(row, value)
        if reason:
            self.told.emit(f"{shown(value)} was not pasted into {row.full_title}: {reason}")
        return reason

    def set_locked(self, row: Row, locked: bool) -> None:
        """Lock the row's values, or unlock them."""
        mine = frozenset(row.addresses)
        self.studio.locks.update(lambda held: held | mine if locked else held - mine)

    def sweep(self, row: Row) -> None:
        """Let the gallery show the row's value from low to high."""
        found = changes.sweep_range(row)
        if found is not None and not self.locked(row):
            title = f"{row.addresses[0].owner} / {row.full_title}"
            self.studio.sweep.set(Sweep(row.addresses[0], row.component, found[0], found[1], title))

    def vary_only(self, row: Row) -> None:
        """Draw everything else once for the dataset."""
        project = self.studio.document.project
        if project is not None:
            after = changes.varying_only(project, row)
            self.studio.document.replace(after, f"Vary only {row.full_title.lower()}")

    def removal_of(self, uid: str) -> str:
        """Return what taking a view off the rig is called; empty where there is no such view."""
        project = self.studio.document.project
        views = project.camera.views if project is not None else ()
        return next((removal_label(view) for view in views if view.uid == uid), "")

    def remove_view(self, uid: str) -> None:
        """Take a view off the rig; what refuses it is told."""
        project = self.studio.document.project
        if project is None:
            return
        try:
            commit(remove_view(project, uid), self.studio.document)
        except InputError as error:
            self.told.emit("; ".join(sentence(problem) for problem in error.problems))

    # pictures

    def picture(self, row: Row, value: Any) -> Histogram | Categories | None:
        """Return what a distribution gives; kept for the last few."""
        project = self.studio.document.project
        if project is None:
            return None
        key = f"{project.seed}|{row.paths[0]}|{row.key}|{value!r}"
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key]
        found = histogram(value, self.part(row), row.paths[0], project.seed, per_object=row.per_object)
        self._pictures[key] = found
        while len(self._pictures) > _KEPT_PICTURES:
            self._pictures.popitem(last=False)
        return found

    @staticmethod
    def part(row: Row) -> Parameter:
        """Return the declaration of what the row holds: of one number where it is a component."""
        return row.declaration if row.component is None else component(row.declaration)
