"""About the program: versions, device, licences; and where its documentation is."""

from myriorama.widgets.about.dialog import AboutDialog
from myriorama.widgets.about.documentation import DocumentationDialog

__all__ = ["AboutDialog", "DocumentationDialog"]
