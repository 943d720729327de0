"""A change that could be made, and the one door through which it is made.

It says nothing of which changes there are: `edits`, `classes`, `retyping` and `clipboard` make them.
"""

from __future__ import annotations

from dataclasses import dataclass

from myriorama.app.document.document import Document
from myriorama.app.observable import Selection
from myriorama.scenes.project.model import Project


@dataclass(frozen=True)
class Edit:
    """A change that could be made.

    Attributes
    ----------
    label : str
        Of the step in the history.
    select : tuple of str
        Uids that should be selected afterwards.
    note : str
        What a person should know that the project does not show; may be empty.
    """

    project: Project
    label: str
    select: tuple[str, ...] = ()
    note: str = ""


def commit(edit: Edit, document: Document, selection: Selection | None = None) -> None:
    """Make an edit a step of the history, and select what it says."""
    document.replace(edit.project, edit.label)
    if selection is not None:
        selection.select(*edit.select)
