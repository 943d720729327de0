"""Text from files in places where Qt would look for markup: it is shown letter by letter there. It shortens nothing."""

from __future__ import annotations

import html

from PySide6.QtGui import Qt


def plain_tip(text: str) -> str:
    """Return a tool tip that shows `text` as it is; Qt would read markup in it, and load what that names."""
    if not Qt.mightBeRichText(text):
        return text
    return f"<p style='white-space: pre-wrap'>{html.escape(text)}</p>"
