"""The dialog that brings a file into the project: looked at first by the importer, then asked about, then copied.

A hostile or broken file is told here in the importer's words; nothing of it reaches the project.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QPushButton, QVBoxLayout, QWidget

from myriorama.app.assets.collection import NO_FOLDER
from myriorama.app.assets.guessing import UNITS, likely_unit, size_in_words, why_this_unit
from myriorama.app.assets.library import ROLE_TITLES, role_of_file
from myriorama.app.assets.looks import Look, LookRequest
from myriorama.app.assets.using import Use, uses_for
from myriorama.app.document.edit import commit
from myriorama.app.studio import Studio
from myriorama.scenes.errors import InputError
from myriorama.scenes.parameters.schema import FileRole
from myriorama.widgets.assets.alive import for_living
from myriorama.widgets.assets.shelf_model import ROLE_ICONS
from myriorama.widgets.assets.sight import Sight, in_words
from myriorama.widgets.binding import bind
from myriorama.widgets.editors import ChoiceField
from myriorama.widgets.forms.rows import Reason, plain_label
from myriorama.widgets.theme import theme

COPY_ONLY = "Only copy it into the project"
_AXES = ("y", "z", "x")
_KINDS = (
    "a model (.glb, .gltf, .obj, .ply, .stl), an HDRI (.hdr, .exr), an image (.png, .jpg, .webp), or a folder of "
    "texture maps"
)


class ImportDialog(QDialog):
    """Asks how one file is to be brought in.

    Parameters
    ----------
    role : str or None
        What it is to be used as; None goes by its name.
    only_reference : bool
        Whoever asks wants the reference alone: no use is offered.

    Attributes
    ----------
    imported : signal of (str,)
        The file's reference, after the project was changed.
    """

    imported = Signal(str)

    def __init__(
        self,
        studio: Studio,
        path: Path,
        role: FileRole | None = None,
        parent: QWidget | None = None,
        *,
        only_reference: bool = False,
    ) -> None:
        super().__init__(parent)
        self._studio = studio
        self.path = path
        self.role = role or role_of_file(path)
        self.look: Look | None = None
        self._only_reference = only_reference
        self._request: LookRequest | None = None
        self._uses: tuple[Use, ...] = ()
        self.setWindowTitle(f"Import {path.name}")
        self.setMinimumWidth(520)
        self.sight = Sight(200)
        self.unit = ChoiceField(UNITS)
        self.unit.setAccessibleName("Unit of the file")
        self.up_axis = ChoiceField(_AXES, ("Y up", "Z up", "X up"))
        self.up_axis.setAccessibleName("Axis that points up")
        self.size_label = plain_label("", wraps=True)
        self.why = plain_label("", "dim", wraps=True)
        self.use = ChoiceField()
        self.use.setAccessibleName("What to do with it")
        self.note = plain_label("", "warning", wraps=True)
        self.reason = Reason()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.ok: QPushButton = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText("Import")
        self.ok.setMinimumWidth(96)  # bold, wider than Qt reckons
        self.questions = QWidget()
        form = QFormLayout(self.questions)
        form.setContentsMargins(0, theme().gap, 0, 0)
        self._form = form
        if self.role == "model":
            form.addRow("Unit", self.unit)
            form.addRow("Up", self.up_axis)
            form.addRow("Size", self.size_label)
            form.addRow("", self.why)
        if not only_reference:
            form.addRow("Then", self.use)
        for row in range(form.rowCount()):
            label = form.itemAt(row, QFormLayout.ItemRole.LabelRole)
            if label is not None and label.widget() is not None:
                label.widget().setProperty("role", "dim")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(theme().gap)
        layout.addWidget(plain_label(path.name, "heading"))
        layout.addWidget(self.sight, 1)
        layout.addWidget(self.questions)
        layout.addWidget(self.note)
        layout.addWidget(self.reason)
        layout.addWidget(self.buttons)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        self.unit.changed.connect(self._show_size)
        self.up_axis.changed.connect(self._on_up_axis)
        bind(self, studio.assets.looks.looked, self._on_looked)
        bind(self, studio.document.location_changed, self._show_state)
        self._offer_uses()
        self._start()

    def _start(self) -> None:
        if self.role is None:
            self.sight.show_look(Look(), (("File", str(self.path)),), "file-question-outline")
            self.reason.show_reason(f"This kind of file is not known here. Allowed: {_KINDS}.")
            self.questions.hide()
        else:
            self._ask_to_look("auto")
        self._show_state()

    def _ask_to_look(self, up_axis: str) -> None:
        assert self.role is not None
        self._request = LookRequest(self.path.name, self.role, str(self.path.parent), (), up_axis)
        if self.look is None:
            self.sight.show_look(None, (("Kind", ROLE_TITLES[self.role]),), ROLE_ICONS[self.role])
        self._studio.assets.looks.request(self._request, again=True)

    def _on_looked(self, request: LookRequest, look: Look) -> None:
        if request != self._request or self.role is None:
            return
        first = self.look is None
        self.look = look
        self.sight.show_look(look, (("Kind", ROLE_TITLES[self.role]),), ROLE_ICONS[self.role])
        if first and self.role == "model" and look.extent is not None:
            self.unit.set_value(likely_unit(look))
            self.up_axis.set_value(look.up_axis)
            self.why.setText(why_this_unit(look))
        self.questions.setVisible(not look.problems)
        self._show_size()
        self._show_state()

    def _on_up_axis(self, axis: str) -> None:
        self._ask_to_look(axis)
        self._show_size()

    def _show_size(self) -> None:
        look, unit, up_axis = self.look, self.unit.value, self.up_axis.value
        if look is not None and look.extent is not None and unit is not None and up_axis is not None:
            words = size_in_words(look.extent, up_axis, unit)
            self.size_label.setText(f"{words}  (width × depth × height)")

    def _offer_uses(self) -> None:
        project = self._studio.document.project
        if project is not None and self.role is not None:
            self._uses = uses_for(project, self._studio.registry, self.role, self._studio.selection.uid)
        titles = [use.title for use in self._uses] + [COPY_ONLY]
        self.use.set_options(titles, titles)
        self.use.set_value(titles[0])

    def _show_state(self) -> None:
        """Say what stands in the way, if anything, and let Import be pressed only where nothing does."""
        assets = self._studio.assets
        known = assets.reference_to(self.path) if self._studio.document.project is not None else None
        text = ""
        if self._studio.document.project is None:
            text = "No project is open. Open one first, or start a new one."
        elif known is None and assets.home is None:
            text = NO_FOLDER[:1].upper() + NO_FOLDER[1:] + " (Ctrl+S)."
        elif known is not None:
            text = f"It lies in an allowed folder already and is used where it is: {known}"
        self.note.setText(text)
        self.note.setVisible(bool(text))
        blocked = self._studio.document.project is None or (known is None and assets.home is None)
        self.ok.setEnabled(not blocked and self.look is not None and not self.look.problems)

    def _on_accepted(self) -> None:
        if self.look is None or self.role is None:
            return
        self.ok.setEnabled(False)
        self.ok.setText("Copying…")
        beside = self.look.beside if self.role == "model" else ()
        self._studio.assets.bring(self.path, self.role, beside, for_living(self, self._on_brought))

    def _on_brought(self, answer: str | InputError) -> None:
        self.ok.setText("Import")
        if isinstance(answer, InputError):
            self.reason.show_reason(in_words(answer.problems[0]))
            self._show_state()
            return
        project = self._studio.document.project
        use = next((u for u in self._uses if u.title == self.use.value), None)
        if project is not None and use is not None and not self._only_reference:
            try:
                edit = use.make(project, answer, self.values())
            except InputError as error:
                self.reason.show_reason(in_words(error.problems[0]))
                self._show_state()
                return
            commit(edit, self._studio.document, self._studio.selection)
        self._studio.assets.refresh()
        self.imported.emit(answer)
        self.accept()

    def values(self) -> dict[str, str]:
        """Return what `mesh_file` is to know of the file beside its name; defaults are left out."""
        if self.role != "model" or self.look is None:
            return {}
        out = {}
        if self.unit.value not in (None, "metres"):
            out["unit"] = str(self.unit.value)
        if self.up_axis.value not in (None, self.look.up_axis):
            out["up_axis"] = str(self.up_axis.value)
        return out
