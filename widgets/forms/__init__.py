"""Forms for the parts of a project that are no node: settings, classes, named values, acceptance rules, output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from myriorama.app.document.addresses import ACCEPTANCE, CLASSES, NAMED, OUTPUT, SETTINGS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from myriorama.app.studio import Studio


def form_for(part_uid: str, studio: Studio, parent: QWidget | None = None) -> QWidget:
    """Return the form of a part of the project; it follows the open project by itself.

    Parameters
    ----------
    part_uid : str
        One of `addresses.PARTS`, the camera excepted: that one is rows of the inspector.

    Raises
    ------
    KeyError
        There is no form for it.
    """
    from myriorama.widgets.forms.acceptance import AcceptanceForm
    from myriorama.widgets.forms.classes import ClassesForm
    from myriorama.widgets.forms.named import NamedForm
    from myriorama.widgets.forms.output import OutputForm
    from myriorama.widgets.forms.settings import SettingsForm

    forms = {
        SETTINGS: SettingsForm,
        CLASSES: ClassesForm,
        NAMED: NamedForm,
        ACCEPTANCE: AcceptanceForm,
        OUTPUT: OutputForm,
    }
    return forms[part_uid](studio, parent)
