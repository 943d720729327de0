"""The card has the line, the values, the seed and a command to copy; and it opens no file but the plugin's own."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from myriorama.plugins.faults import Fault
from myriorama.plugins.manifest import Manifest, ManifestEntry
from myriorama.plugins.registry import registry_with
from myriorama.plugins.sources import Grant, PluginSource
from myriorama.widgets.plugins import error_card
from myriorama.widgets.plugins.error_card import ErrorCard
from myriorama.widgets.plugins.fault_shown import show_on
from myriorama.widgets.plugins.opening import editor_command

VALUES = {"radius_m": 0.01, "leaf": True, "skin": "it's <b>striped</b>", "color": [0.8, 0.2, 0.1]}


@pytest.fixture
def grant(tmp_path: Path) -> Grant:
    file = tmp_path / "apples.py"
    file.write_text("\n" * 40 + "    raise ValueError('too thin')\n")
    source = PluginSource("apples", "path", str(file), "apples", {"apples.py": "0" * 64}, "0" * 64)
    entry = ManifestEntry("generator", "test_apple", "Apple", "An apple.", "1", "apples", "Apple")
    return Grant(source, Manifest("apples", "1", "", "", "", 1, (entry,)), development=True)


@pytest.fixture
def fault(grant: Grant) -> Fault:
    return Fault(
        "apples",
        "generator",
        "test_apple",
        "raised",
        "ValueError: too thin",
        grant.source.root,
        41,
        "    raise ValueError('too thin')",
        VALUES,
        '  File "apples.py", line 41, in generate\n    raise ValueError',
        "building\n",
        "make it thicker",
    )


@pytest.fixture
def under(qtbot: QtBot) -> QWidget:
    made = QWidget()
    QVBoxLayout(made)
    made.resize(800, 600)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def card(under: QWidget, fault: Fault, grant: Grant) -> ErrorCard:
    made = ErrorCard(under)
    show_on(made, fault, registry_with((grant,)), seed=7, index=12)
    made.place_over(under)
    return made


def seen(card: ErrorCard) -> str:
    return "\n".join(label.text() for label in card.findChildren(QLabel) if label.isVisibleTo(card))


def test_it_tells_line_values_seed_and_way_out(card: ErrorCard) -> None:
    told = seen(card)
    for words in (
        "Generator test_apple raised an error",
        "ValueError: too thin",
        "apples.py:41",
        "raise ValueError('too thin')",
        "radius_m = 0.01",
        "leaf = yes",
        "color = (0.8, 0.2, 0.1)",
        "it's <b>striped</b>",
        "Seed 7, sample 12",
        "Make it thicker.",
    ):
        assert words in told
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in card.findChildren(QLabel) if label.text())
    assert card.accessibleName() == "Generator test_apple raised an error"


def test_traceback_and_output_are_folded_away_and_can_be_read(card: ErrorCard, qtbot: QtBot) -> None:
    assert not card.trace.is_open
    before = card.height()
    for fold, words in ((card.trace, "line 41, in generate"), (card.output, "building")):
        assert not fold.body.isVisible()
        qtbot.mouseClick(fold.heading, Qt.MouseButton.LeftButton)
        assert fold.body.isVisible()
        assert words in fold.body.toPlainText()
    assert card.height() > before


def test_the_copied_command_and_error_are_whole(card: ErrorCard, fault: Fault, qtbot: QtBot) -> None:
    qtbot.mouseClick(card.command_button, Qt.MouseButton.LeftButton)
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[:5] == ["myriorama", "plugin", "run", fault.file, "generator/test_apple"]
    assert '"skin": "it\'s <b>striped</b>"' in words[words.index("--values") + 1]
    assert words[words.index("--seed") + 1] == "7"
    assert words[words.index("--index") + 1] == "12"
    qtbot.mouseClick(card.copy_button, Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    for part in (
        "too thin",
        f"{fault.file}:41",
        "seed 7, sample 12",
        "in generate",
        "building",
        "myriorama plugin run",
    ):
        assert part in text


def test_it_opens_the_plugins_own_file_and_no_other(
    card: ErrorCard, fault: Fault, grant: Grant, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[tuple[Path, int]] = []
    monkeypatch.setattr(error_card, "open_in_editor", lambda file, line: bool(opened.append((file, line))) or True)
    qtbot.mouseClick(card.open_button, Qt.MouseButton.LeftButton)
    assert opened == [(Path(grant.source.root), 41)]
    registry = registry_with((grant,))
    (tmp_path / "elsewhere.py").write_text("")
    for name in ("/etc/passwd", str(tmp_path / "elsewhere.py"), "../elsewhere.py", "~/.bashrc", "\0"):
        show_on(card, replace(fault, file=name), registry)
        assert not card.open_button.isVisible(), name
    assert len(opened) == 1


def test_it_covers_a_part_of_what_is_under_it_and_folds_to_a_line(
    card: ErrorCard, under: QWidget, qtbot: QtBot
) -> None:
    long = replace(card.fault, message="word " * 2000, trace="line\n" * 500, output="x" * 100_000)  # type: ignore[type-var]
    card.show_fault(long, seed=1, index=2)
    for size in ((800, 600), (360, 240), (1400, 900)):
        under.resize(*size)
        card.place_over(under)
        assert card.height() <= max(120, 0.8 * under.height())
        assert under.rect().contains(card.geometry())
    qtbot.mouseClick(card.fold_button, Qt.MouseButton.LeftButton)
    assert card.height() < 80
    assert "raised an error" in card.title.text()
    card.clear()
    assert not card.isVisible()


def test_a_fault_without_line_values_or_sample_shows_no_empty_rows(card: ErrorCard) -> None:
    card.show_fault(Fault("apples", "", "", "memory", "it asked for 8 GiB"))
    assert not card.given.isVisibleTo(card)
    assert not card.sample.isVisibleTo(card)
    assert not card.command_button.isVisibleTo(card)
    assert not card.open_button.isVisibleTo(card)
    assert not card.trace.isVisibleTo(card)
    assert "Plugin apples asked for more memory than it may" in seen(card)


def test_an_editor_is_asked_for_never_the_programs_runner() -> None:
    file = Path("/p/apple.py")
    assert editor_command(file, 3, "darwin", {}) == ["open", "-t", str(file)]
    assert editor_command(file, 3, "win32", {}) == ["notepad.exe", str(file)]
    assert editor_command(file, 3, "linux", {}) == []
    assert editor_command(file, 3, "linux", {"VISUAL": "code -n"}) == ["code", "-n", "--goto", f"{file}:3"]
    assert editor_command(file, 3, "linux", {"VISUAL": "kate"}) == ["kate", "--line", "3", str(file)]
