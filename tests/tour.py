"""A scripted tour of the studio: it clicks, drags and types through the real program and keeps a picture of each step.

Run as ``xvfb-run -a -s "-screen 0 1920x1080x24" python tests/tour.py --out DIR``. It judges no picture: look at them.
It measures how long the event loop was not answering, and ends with code 1 where that was longer than 100 ms.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from guide import Guide
from heart import STALL_S, Heart

SIZES = ((1280, 800), (1920, 1080))
THEMES = ("dark", "light")


def main() -> int:
    """Run every tour in a process of its own, so that each one is a first start."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="Folder of the pictures.")
    parser.add_argument("--only", default="", help="One tour: 1280x800-dark.")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.inside:
        size, _, theme_name = options.inside.partition("-")
        width, height = (int(v) for v in size.split("x"))
        return tour(options.out, width, height, theme_name)
    names = [options.only] if options.only else [f"{w}x{h}-{t}" for w, h in SIZES for t in THEMES]
    worst = 0
    for name in names:
        command = [sys.executable, __file__, "--out", str(options.out), "--inside", name]
        worst = max(worst, subprocess.run(command, check=False).returncode)
    return worst


def tour(out: Path, width: int, height: int, theme_name: str) -> int:
    """Run one tour in this process."""
    begin = time.perf_counter()
    from myriorama.app.settings.store import Settings
    from myriorama.widgets.application import Application

    name = f"{width}x{height}-{theme_name}"
    with tempfile.TemporaryDirectory(prefix="myriorama-tour-") as kept:
        folder = Path(kept)
        settings = Settings(theme=theme_name, gallery_count=60)  # type: ignore[arg-type]
        (folder / "settings.json").write_text(settings.model_dump_json(), encoding="utf-8")
        program = Application(
            settings_file=folder / "settings.json", cache_folder=folder / "cache", state=folder / "state"
        )
        program.window.resize(width, height)
        program.window.move(0, 0)
        program.show()
        program.qt.processEvents()
        print(f"{name}: window after {time.perf_counter() - begin:.2f} s")
        heart = Heart()
        guide = Guide(program, heart, out, name)
        try:
            walk(guide, folder)
        finally:
            heart.stop()
            program.window.flow.forget()
            program.window.close()
            program.close()
    for step, wall_s, cpu_s, seen in heart.stalls:
        print(f"{name}: stalled {wall_s * 1000:.0f} ms ({cpu_s * 1000:.0f} ms of them computing) in {step!r}: {seen}")
    print(f"{name}: {guide.number} pictures, {len(heart.stalls)} stalls over {STALL_S * 1000:.0f} ms")
    return 1 if heart.stalls else 0


def walk(guide: Guide, folder: Path) -> None:
    """Go through the program."""
    from myriorama.widgets.welcome.card import ProjectCard

    def step(name: str) -> None:
        guide.heart.step = name

    program, window, studio = guide.program, guide.window, guide.studio
    frames: list[Any] = []
    studio.preview.frame_ready.connect(frames.append)
    tiles: list[Any] = []
    studio.tiles.tile_ready.connect(tiles.append)
    facts: list[Any] = []
    studio.tiles.facts_ready.connect(facts.append)
    guide.look("welcome")

    step("open an example")
    card = next(c for c in window.welcome.findChildren(ProjectCard) if c.name == "mugs_on_conveyor")
    guide.click(card)
    window.table.run("window.reset_layout")  # as it is by default in a window of this size
    took = guide.until(lambda: any(f.final for f in frames), what="the first picture")
    print(f"{guide.name}: first full picture {took:.2f} s after the click")
    guide.look("first picture")
    guide.until(lambda: len(tiles) >= 6, what="the first thumbnails")
    guide.look("gallery fills")

    step("select the mugs")
    mugs = studio.document.project.objects[0].uid
    studio.selection.select(mugs)
    guide.wait(1.0)
    guide.look("mugs selected")

    step("drag a range")
    drag_a_range(guide, frames)
    guide.look("range dragged")

    step("undo and redo")
    guide.key("Ctrl+Z", window)
    guide.wait(0.5)
    guide.key("Ctrl+Shift+Z", window)
    guide.wait(0.5)
    window.show_panel("history")
    guide.look("history")
    window.show_panel("outliner")

    step("play")
    play(guide, frames)
    guide.look("played")

    step("layers")
    for base in ("instances", "depth", "normals", "object_coordinates", "amodal", "classes"):
        window.table.run(f"viewport.layer_{base}")
        field = {"normals": "normal", "object_coordinates": "object_coordinates"}.get(base)
        if field is not None:
            guide.until(lambda field=field: getattr(frames[-1], field) is not None, 20, f"layer {base}")
        guide.wait(0.7)
        guide.look(f"layer {base.replace('_', ' ')}")
    window.table.run("viewport.layer_rgb")
    window.table.run("viewport.boxes_3d")
    guide.wait(0.4)
    guide.look("3D boxes")
    window.table.run("viewport.boxes_3d")

    step("free look")
    free_look(guide, frames)

    step("gallery")
    gallery(guide)

    step("statistics")
    window.show_panel("statistics")
    guide.until(lambda: len(facts) >= 6, 60, "facts")
    guide.wait(2.0)
    guide.look("statistics")
    window.show_panel("assets")
    guide.wait(1.0)
    guide.look("assets")
    window.show_panel("outliner")
    window.show_panel("gallery")

    step("project parts")
    from myriorama.app.document import addresses

    for uid in addresses.PARTS:
        studio.selection.select(uid)
        guide.wait(0.4)
        guide.look(f"part {uid.partition(':')[2]}")
    studio.selection.select(mugs)

    step("dialogs")
    dialogs(guide)

    step("export")
    export(guide, folder)

    step("problems")
    project = studio.document.project
    broken = project.objects[1].model_copy(update={"type": "bottle_of_nowhere"})
    objects = (project.objects[0], broken, *project.objects[2:])
    studio.document.replace(project.model_copy(update={"objects": objects}), "Break a group")
    guide.until(lambda: bool(studio.problems.all), what="a problem to be told")
    window.show_problems()
    guide.wait(1.0)
    guide.look("problems")
    studio.document.history.undo()
    guide.until(lambda: not studio.problems.all, what="the problem to go away")
    guide.wait(0.5)
    program.qt.processEvents()


def drag_a_range(guide: Guide, frames: list[Any]) -> None:
    """Drag the upper handle of the first range of the inspector that has a unit."""
    from PySide6.QtCore import QPoint

    from myriorama.widgets.editors.range_slider import RangeSlider

    inspector = guide.window.panels["inspector"]
    sliders = [s for s in inspector.findChildren(RangeSlider) if not s.visibleRegion().isEmpty()]
    slider = sorted(sliders, key=lambda s: s.mapTo(inspector, QPoint()).y())[1]
    handles = slider.handles
    before, count = guide.studio.document.project, len(frames)
    begin = time.perf_counter()
    start = handles._handleRect(1).center()
    guide.drag(handles, QPoint(round(start.x()), round(start.y())), QPoint(28, 0), steps=40, pause_s=0.04)
    took = time.perf_counter() - begin
    drafts = len([f for f in frames[count:] if not f.final])
    print(f"{guide.name}: {drafts / took:.1f} pictures a second while dragging")
    if guide.studio.document.project == before:
        raise SystemExit("the drag changed nothing")
    count = len(frames)
    took = guide.until(lambda: any(f.final for f in frames[count:]), what="the full picture after the drag")
    print(f"{guide.name}: full picture {took * 1000:.0f} ms after the release")


def play(guide: Guide, frames: list[Any]) -> None:
    """Play for two seconds."""
    first = guide.studio.index.value
    guide.window.table.run("viewport.play")
    guide.wait(4.0)
    guide.window.table.run("viewport.play")
    if guide.studio.index.value == first:
        raise SystemExit("playing showed no other sample")
    guide.until(lambda: bool(frames) and frames[-1].index == guide.studio.index.value, what="the last played sample")
    guide.wait(0.5)


def free_look(guide: Guide, frames: list[Any]) -> None:
    """Turn around the scene with the middle button, and come home."""
    from PySide6.QtCore import QPoint

    window = guide.window
    window.table.run("viewport.free_look")
    guide.until(lambda: frames[-1].view is not None, what="a free look")
    native = window.panels["viewport"].stage.canvas.native
    middle = QPoint(native.width() // 2, native.height() // 2)
    guide.drag(native, middle, QPoint(160, -40), steps=30, pause_s=0.04, button="MiddleButton")
    guide.wait(1.5)
    guide.look("free look")
    window.table.run("viewport.home")
    guide.until(lambda: frames[-1].view is None, what="the dataset camera")
    guide.wait(0.5)


def gallery(guide: Guide) -> None:
    """Judge by keys, open a sample, look closely, compare."""
    window = guide.window
    panel = window.panels["gallery"]
    window.show_panel("gallery")
    view = panel.grid
    window.activateWindow()
    view.setFocus()
    guide.wait(0.2)
    for key in ("P", "P", "X"):
        guide.key(key, view)
        guide.wait(0.2)
    guide.look("asked for a reason")
    guide.key("2", guide.program.qt.focusWidget())
    guide.wait(0.3)
    view.setFocus()
    guide.key("4", view)
    guide.wait(0.3)
    guide.look("judged")
    if len(guide.studio.judgments.all) < 3:
        raise SystemExit("the keys of the gallery judged nothing")
    guide.key("D", view)
    guide.wait(1.2)
    guide.look("detail view")
    guide.key("Esc", guide.program.qt.focusWidget())
    guide.wait(0.3)
    view.setFocus()
    guide.key("Return", view)
    guide.wait(1.5)
    guide.look("sample opened from the gallery")


def dialogs(guide: Guide) -> None:
    """Open each dialog, look, close it."""
    from PySide6.QtTest import QTest

    from myriorama.widgets.palette import Palette

    window, studio = guide.window, guide.studio
    guide.key("Ctrl+Shift+P", window)
    guide.wait(0.3)
    palette = window.findChild(Palette)
    QTest.keyClicks(palette.line, "lay")
    guide.look("palette")
    guide.key("Esc", palette.line)
    guide.wait(0.2)
    for name in ("settings", "shortcuts", "about", "templates"):
        getattr(window.dialogs, f"show_{name}")()
        guide.wait(0.4)
        guide.look(name)
        for dialog in guide.program.qt.topLevelWidgets():
            if dialog is not window and dialog.isVisible():
                dialog.close()
        guide.wait(0.2)
    window.menus["View"].popup(window.mapToGlobal(window.menuBar().geometry().bottomLeft()))
    guide.look("menu")
    window.menus["View"].close()
    studio.settings.set(studio.settings.value)


def export(guide: Guide, folder: Path) -> None:
    """Export six small samples."""
    window, studio = guide.window, guide.studio
    guide.key("Ctrl+E", window)
    guide.wait(0.5)
    sheet = window.dialogs.export
    sheet.form.count.setValue(6)
    sheet.form.width_px.setValue(320)
    sheet.form.height_px.setValue(240)
    sheet.form.folder.setText(str(folder / "dataset"))
    sheet.form.folder.textEdited.emit(str(folder / "dataset"))
    guide.wait(4.0)
    guide.look("export sheet")
    guide.click(sheet.export)
    guide.wait(3.0)
    guide.look("export runs")
    guide.until(lambda: not studio.exports.running, 120, "the export")
    guide.wait(0.5)
    guide.look("export done")
    made = studio.exports.jobs[-1].state.value
    if made.status != "finished" or not (folder / "dataset").is_dir():
        raise SystemExit(f"the export ended as {made.status}")
    sheet.close()


if __name__ == "__main__":
    os.environ.setdefault("QT_API", "pyside6")
    sys.exit(main())
