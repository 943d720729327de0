"""Every text can be read on every surface it is used on, in both themes; icons follow the theme."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from myriorama.widgets.theme import DARK, LIGHT, Theme, icon
from myriorama.widgets.theme.style import stylesheet
from myriorama.widgets.theme.tokens import contrast, use

SURFACES = ("window", "surface", "raised", "field", "hover", "selection")
TEXTS = ("text", "dim", "accent", "error", "warning", "good")


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda t: t.name)
def test_text_reaches_the_contrast_that_wcag_asks_for(tokens: Theme) -> None:
    poor = {
        (text, surface): round(found, 2)
        for text in TEXTS
        for surface in SURFACES
        if (found := contrast(getattr(tokens, text), getattr(tokens, surface))) < 4.5
    }
    assert poor == {}
    assert contrast(tokens.accent_text, tokens.accent) >= 4.5


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda t: t.name)
def test_the_sheet_is_whole(tokens: Theme, qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    from pathlib import Path

    sheet = stylesheet(tokens)
    assert "$" not in sheet
    files = re.findall(r"url\(([^)]+)\)", sheet)
    assert files
    assert all(Path(name).is_file() for name in files)
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setStyleSheet(sheet)
    widget.show()
    QApplication.processEvents()  # pytest-qt fails the test on Qt's own complaint about a sheet


def test_an_icon_takes_the_colour_of_the_theme_when_it_is_painted(qapp: QApplication) -> None:
    made = icon("eye")
    seen = []
    for tokens in (DARK, LIGHT):
        use(tokens)
        image = made.pixmap(32, 32).toImage()
        inked = [image.pixelColor(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() > 250]
        assert inked
        assert {c.name() for c in inked} == {tokens.text}
        seen.append(made.pixmap(32, 32, QIcon.Mode.Disabled).toImage())
    use(DARK)
    assert seen[0] != seen[1]


def test_an_unknown_icon_is_refused(qapp: QApplication) -> None:
    with pytest.raises(KeyError, match="no-such-icon"):
        icon("no-such-icon")
