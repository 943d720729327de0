"""The panel counts what the table holds, filters by what is brushed, and rests while it is not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot

from myriorama.app.browsing.browse import Condition
from myriorama.app.parts.shown import reset_shown, set_shown
from myriorama.app.preview.tiles import ObjectFacts, SampleFacts
from myriorama.app.studio import Studio
from myriorama.widgets.statistics.bar_plot import BarPlot
from myriorama.widgets.statistics.cards import Card, DirectionCard, NumberCard, PositionCard, WordCard
from myriorama.widgets.statistics.maps import DirectionMap, PositionMap
from myriorama.widgets.statistics.panel import StatisticsPanel
from myriorama.widgets.statistics.word_bars import WordBars
from myriorama.widgets.theme import DARK, LIGHT, theme, tokens


def facts(index: int, epoch: int = 0, distance_m: float = 1.0) -> SampleFacts:
    """One mug, and in every second sample a pot behind it."""
    side = (1.0, 0.0, 0.0)
    names = ("mug", "pot") if index % 2 else ("mug",)
    seen = tuple(
        ObjectFacts(f"o/{k}", k + 1, name, (40 * k, 10, 30, 20), 300, 0.9 - 0.5 * k, distance_m + k, side)
        for k, name in enumerate(names)
    )
    return SampleFacts(index, epoch, f"k{index}", f"r{index}", 640, 480, seen, 0, {"key/height": 0.5}, 0.4)


@pytest.fixture
def wishes(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """What was asked of the tile service, which makes nothing here."""
    told: list[list[int]] = []
    monkeypatch.setattr(studio.tiles, "want_facts", lambda indices: told.append(list(indices)))
    monkeypatch.setattr(studio.preview, "request", lambda wanted: 0)
    return told


@pytest.fixture
def panel(qtbot: QtBot, open_example: Callable[[str], Studio], wishes: list[list[int]]) -> Iterator[StatisticsPanel]:
    studio = open_example("first_light")
    made = StatisticsPanel(studio)
    qtbot.addWidget(made)
    made.resize(1300, 700)
    yield made
    made.hide()


@pytest.fixture
def filled(qtbot: QtBot, panel: StatisticsPanel) -> StatisticsPanel:
    epoch = panel.studio.tiles.epoch
    for index in range(40):
        panel.studio.table.add(facts(index, epoch, 1.0 + index / 40))
    panel.show()
    settle(qtbot, panel)
    return panel


def settle(qtbot: QtBot, panel: StatisticsPanel) -> None:
    qtbot.waitUntil(lambda: not panel.busy, timeout=5000)


def card(panel: StatisticsPanel, kind: type[Card], title: str = "") -> tuple[Card, QWidget]:
    found = next(c for c in panel.cards if isinstance(c, kind) and title in c.title)
    assert found.plot is not None
    return found, found.plot


def bar_at(plot: BarPlot, value: float) -> QPoint:
    """Where the bar of a value is, in the plot's viewport, a little above its foot."""
    box = plot.getPlotItem().getViewBox()
    top = box.viewRange()[1][1]
    return plot.mapFromScene(box.mapViewToScene(QPointF(value, top * 0.05)))


def test_empty_states(qtbot: QtBot, panel: StatisticsPanel, wishes: list[list[int]]) -> None:
    panel.show()
    settle(qtbot, panel)
    assert panel.empty.isVisible()
    assert "first of 200 samples" in panel.empty.text()
    assert wishes[-1] == list(range(200)), "facts are asked for once the panel is seen"
    panel.hide()
    assert wishes[-1] == [], "and no longer when it is not"
    panel.studio.document.close()
    panel.show()
    settle(qtbot, panel)
    assert "Nothing is open" in panel.empty.text()


def test_it_says_what_it_counts(qtbot: QtBot, filled: StatisticsPanel) -> None:
    assert filled.header.text().startswith("From 40 of 200 samples, at export size")
    assert filled.stale.text() == ""
    filled.studio.table.start_epoch(filled.studio.table.epoch + 1)
    filled.studio.table.add(facts(0, filled.studio.table.epoch))
    settle(qtbot, filled)
    assert filled.header.text().startswith("From 1 of 200 samples")
    assert "39 before the last change" in filled.stale.text()


def test_plots_stand_side_by_side_where_there_is_room(qtbot: QtBot, filled: StatisticsPanel) -> None:
    def beside() -> int:
        cards = [c for c in filled.findChildren(Card) if c.isVisible()]
        return sum(c.y() == cards[0].y() for c in cards)

    wide = beside()
    assert wide >= 3
    filled.resize(420, 700)
    qtbot.waitUntil(lambda: beside() == 1)
    filled.resize(1300, 700)
    qtbot.waitUntil(lambda: beside() == wide)


def test_clicking_a_bar_filters_and_clicking_again_does_not(qtbot: QtBot, filled: StatisticsPanel) -> None:
    browse = filled.studio.browse
    _, plot = card(filled, NumberCard, "Objects per image")
    assert isinstance(plot, BarPlot)
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=bar_at(plot, 2.0))
    assert browse.value.conditions == (Condition("objects", 2.0, 2.0),)
    assert filled.studio.table.matching(browse.value, 40) == list(range(1, 40, 2))
    QTest.qWait(350)  # two clicks, not one double click
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=bar_at(plot, 2.0))
    assert browse.value.conditions == ()


def test_dragging_over_bars_filters_by_their_range(qtbot: QtBot, filled: StatisticsPanel) -> None:
    _, plot = card(filled, NumberCard, "Distance")
    assert isinstance(plot, BarPlot)
    view = plot.viewport()
    start, end = bar_at(plot, 1.25), bar_at(plot, 1.75)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 9):
        QTest.mouseMove(view, start + (end - start) * step / 8)
        qtbot.wait(10)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    (condition,) = filled.studio.browse.value.conditions
    assert condition.column == "distance"
    assert condition.low is not None
    assert condition.high is not None
    assert condition.low <= 1.25 < 1.75 <= condition.high
    button = filled.filters.findChildren(QToolButton)
    assert any("Distance" in b.text() for b in button)
    qtbot.mouseClick(next(b for b in button if "Distance" in b.text()), Qt.MouseButton.LeftButton)
    assert filled.studio.browse.value.conditions == ()


def test_bars_by_keys(qtbot: QtBot, filled: StatisticsPanel) -> None:
    _, plot = card(filled, NumberCard, "Objects per image")
    plot.setFocus()
    QTest.keyClick(plot, Qt.Key.Key_Right)
    QTest.keyClick(plot, Qt.Key.Key_Return)
    assert filled.studio.browse.value.conditions == (Condition("objects", 1.0, 1.0),)
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert filled.studio.browse.value.conditions == ()


def test_words_one_and_more(qtbot: QtBot, filled: StatisticsPanel) -> None:
    _, plot = card(filled, WordCard, "by class")
    assert isinstance(plot, WordBars)
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(60, 28))  # the second row: the rarer class
    assert filled.studio.browse.value.conditions == (Condition("class", words=frozenset({"pot"})),)
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, control, QPoint(60, 8))
    assert filled.studio.browse.value.conditions[0].words == {"mug", "pot"}
    filled.studio.browse.clear()
    assert not plot._held, "the shared filter is what is highlighted"


def test_where_boxes_lie_and_from_where_they_are_seen(qtbot: QtBot, filled: StatisticsPanel) -> None:
    _, where = card(filled, PositionCard)
    assert isinstance(where, PositionMap)
    assert where.counts.sum() == 60
    mug = int(15 / 640 * where.columns) + int(20 / 480 * where.rows) * where.columns
    assert where.counts[mug] == 40
    area = where._area()
    at = QPoint(int(area.left() + 15 / 640 * area.width()), int(area.top() + 20 / 480 * area.height()))
    qtbot.mouseClick(where, Qt.MouseButton.LeftButton, pos=at)
    columns = {c.column: c for c in filled.studio.browse.value.conditions}
    assert set(columns) == {"position_x", "position_y"}
    assert columns["position_x"].low <= 15 / 640 <= columns["position_x"].high  # type: ignore[operator]
    filled.studio.browse.clear()
    _, seen = card(filled, DirectionCard)
    assert isinstance(seen, DirectionMap)
    assert seen.counts.sum() == 60
    disc = seen._discs()[0]
    rim = QPoint(int(disc.right()) - 1, int(disc.center().y()) - 1)  # the x axis, at the rim: azimuth 0, elevation 0
    assert seen.counts[seen.cell_at(QPointF(rim))] == 60
    qtbot.mouseClick(seen, Qt.MouseButton.LeftButton, pos=rim)
    assert {c.column for c in filled.studio.browse.value.conditions} == {"azimuth", "elevation"}
    assert filled.studio.table.matching(filled.studio.browse.value, 40) == list(range(40))


def test_one_class_alone(qtbot: QtBot, filled: StatisticsPanel) -> None:
    settle(qtbot, filled)
    filled.classes.setCurrentText("pot")
    filled.classes.activated.emit(filled.classes.currentIndex())
    settle(qtbot, filled)
    distance, _ = card(filled, NumberCard, "Distance")
    assert distance.columns() == ("distance@pot",)
    number, plot = card(filled, NumberCard, "Objects per image")
    assert number.columns() == ("count:pot",)
    assert isinstance(plot, BarPlot)
    assert plot._fresh.sum() == 40


def test_only_what_is_in_view_is_drawn(qtbot: QtBot, filled: StatisticsPanel) -> None:
    filled.resize(360, 300)
    settle(qtbot, filled)
    filled.studio.table.add(facts(50, filled.studio.table.epoch))
    settle(qtbot, filled)
    version = filled.studio.table.version
    drawn = [c for c in filled.cards if c.version == version]
    assert 1 <= len(drawn) < len(filled.cards)
    filled._scroll.verticalScrollBar().setValue(filled._scroll.verticalScrollBar().maximum())
    settle(qtbot, filled)
    assert filled.cards[-1].version == version
    filled.hide()
    filled.studio.table.add(facts(51, filled.studio.table.epoch))
    qtbot.wait(300)
    assert all(c.version < filled.studio.table.version for c in filled.cards)


def test_declared_beside_drawn(qtbot: QtBot, filled: StatisticsPanel) -> None:
    found = filled.studio.declared.declarations()
    assert found is not None
    column = next(c for c, d in found.varying.items() if d.kind == "number" and not d.computed and d.support)
    numbers = found.reference(column).numbers
    assert numbers is not None
    path = column.partition(":")[2]
    epoch = filled.studio.table.epoch
    low = float(numbers[0])
    for index in range(60):
        value = float(numbers[index * len(numbers) // 60])
        made = SampleFacts(index, epoch, "", f"v{index}", 8, 8, (), 0, {path: value})
        filled.studio.table.add(made)
    filled.of_values.click()
    settle(qtbot, filled)
    shown = next(c for c in filled.cards if c.columns() == (column,))
    assert isinstance(shown, NumberCard)
    shown.refresh()
    assert shown.agreement is not None
    assert shown.agreement.word == "close"
    for index in range(60):
        filled.studio.table.add(SampleFacts(index, epoch, "", f"w{index}", 8, 8, (), 0, {path: low}))
    shown.refresh()
    assert shown.agreement.word == "off"
    filled.finder.setText(shown.title.split(":")[0])
    assert 1 <= len(filled.cards) < len(found.varying)
    filled.finder.setText("no such parameter")
    assert filled.cards == ()


def test_the_other_theme(qtbot: QtBot, filled: StatisticsPanel) -> None:
    before = theme()
    _, plot = card(filled, NumberCard, "Distance")
    try:
        tokens.use(LIGHT if before is DARK else DARK)
        filled.setPalette(filled.palette())
        for shown in filled.cards:
            shown.restyle()
        assert isinstance(plot, BarPlot)
        assert plot.backgroundBrush().color().name() == theme().surface
    finally:
        tokens.use(before)


def test_actions(filled: StatisticsPanel) -> None:
    actions = {b.action.id: b for b in filled.actions_here()}
    clear = actions["statistics.clear_filter"]
    assert clear.enabled is not None
    assert not clear.enabled()
    filled.studio.browse.demand(Condition("objects", 1, 1))
    assert clear.enabled()
    clear.run()
    assert filled.studio.browse.value.conditions == ()
    actions["statistics.parameters"].run()
    assert filled.of_values.isChecked()


def test_classes_are_called_as_formats_show_them(qtbot: QtBot, filled: StatisticsPanel) -> None:
    """A map that renames a class changes bars, their colour and the choice of classes, at once and for facts there."""
    studio = filled.studio
    project = studio.document.project
    assert project is not None
    own = project.classes[0].name
    epoch = studio.tiles.epoch
    for index in range(40):
        studio.table.add(replace(facts(index, epoch), objects=(replace(facts(index).objects[0], class_name=own),)))
    edit = set_shown(project, own, shown_name="vessel")
    studio.document.replace(edit.project, edit.label)
    settle(qtbot, filled)
    assert studio.table.classes == ("vessel",)
    assert [filled.classes.itemText(i) for i in range(filled.classes.count())] == ["All classes", "vessel"]
    bars, plot = card(filled, WordCard)
    assert isinstance(bars, WordCard)
    assert isinstance(plot, WordBars)
    assert bars._colors(["vessel"])["vessel"] == project.classes[0].color.lower()
    studio.document.replace(reset_shown(edit.project).project, "back")
    assert studio.table.classes == (own,)
