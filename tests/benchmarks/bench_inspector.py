"""How long the inspector takes to show another selection whose generator has 200 parameters, painting included.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/bench_inspector.py --switches 300 --size 360x900

Prints p50, p95 and the longest, of the first round (widgets are made) and of those after it, and how much the process
grew. It judges nothing.
"""

from __future__ import annotations

import argparse
import gc
import resource
import statistics
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path
from typing import Any, cast

from PySide6.QtWidgets import QApplication

from myriorama.app.qt.mailbox import Mailbox
from myriorama.app.settings.store import SettingsStore
from myriorama.app.studio import Studio
from myriorama.plugins.api import Bool, Choice, Color, Float, Generator, Int, Parameter, Vector
from myriorama.plugins.registry import PluginRegistry, builtin_registry
from myriorama.scenes.assembly.model import ObjectModel
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import ObjectGroup, Project
from myriorama.scenes.registry import PluginKind, Values
from myriorama.widgets.inspector.panel import InspectorPanel
from myriorama.widgets.theme import style

COUNT = 200
PROJECT = """{"format": "myriorama-project", "version": 1, "name": "bench",
"camera": {"rig": {"uid": "rig", "type": "orbit"}},
"lights": [{"uid": "sun", "type": "sun"}]}"""


def declared(place: int) -> Parameter:
    """Return the parameter at a place: of the kinds in turn, mostly numbers, as plugins have them."""
    name, group = f"value_{place}", f"Group {place // 20}"
    help_text = f"Number {place} of the synthetic generator."
    kind = place % 10
    if kind < 5:
        return Float(name + "_m", 0.1 + place, help=help_text, unit="m", minimum=0.0, maximum=1000.0, group=group)
    if kind == 5:
        return Int(name, 3, help=help_text, minimum=0, maximum=100, group=group)
    if kind == 6:
        return Bool(name, True, help=help_text, group=group)
    if kind == 7:
        return Choice(name, "one", help=help_text, options=("one", "two", "three"), group=group)
    if kind == 8:
        return Color(name, "#336699", help=help_text, group=group)
    return Vector(name, [0.0, 0.0, 1.0], help=help_text, unit="m", group=group)


class Synthetic(Generator):
    """A generator with many parameters and no object."""

    name = "synthetic"
    label = "Synthetic"
    parameters = tuple(declared(i) for i in range(COUNT))

    def generate(self, values: Values) -> ObjectModel:
        return ObjectModel(())


class Registry(PluginRegistry):
    """The built-ins, and one more."""

    def __init__(self) -> None:
        super().__init__(cast("Any", builtin_registry())._modules)

    def plugin_class(self, kind: PluginKind, name: str) -> Any:
        return Synthetic if (kind, name) == ("generator", "synthetic") else super().plugin_class(kind, name)


def project() -> Project:
    """Return a project with groups of the synthetic generator; in each other values vary."""
    groups = []
    for number in range(4):
        values = {
            p.name: {"uniform": [0.1 * number, 1.0 + number]}
            for i, p in enumerate(Synthetic.parameters)
            if p.kind == "float" and (i + number) % 7 == 0
        }
        tree = {
            "uid": f"many_{number}",
            "type": "synthetic",
            "class": "unlabelled",
            "parameters": values,
            "placement": {"uid": f"place_{number}", "type": "scatter"},
        }
        groups.append(ObjectGroup.model_validate(tree))
    return parse_project(PROJECT).model_copy(update={"objects": tuple(groups)})


def memory_kb() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() // 1024


def report(name: str, times_ms: list[float]) -> None:
    ordered = sorted(times_ms)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    print(
        f"{name}: {len(ordered)} switches, p50 {statistics.median(ordered):.1f} ms, p95 {p95:.1f} ms, "
        f"longest {ordered[-1]:.1f} ms"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--switches", type=int, default=300)
    parser.add_argument("--size", default="360x900")
    given = parser.parse_args()
    width, height = (int(v) for v in given.size.split("x"))
    application = QApplication(sys.argv[:1])
    style.prepare(application)
    style.apply_theme(application, "dark")
    mailbox = Mailbox()
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(mailbox.post, SettingsStore(None), Path(folder))
        studio.registry = Registry()
        studio.document.open(project(), Path(folder))
        panel = InspectorPanel(studio)
        panel.resize(width, height)
        panel.show()
        until = time.perf_counter() + 2.5
        while time.perf_counter() < until:
            application.processEvents()
        uids = ("many_0", "many_1", "project:camera", "many_2", "sun", "many_3")
        times: list[float] = []
        busy: list[float] = []
        grown: list[int] = []
        for number, uid in zip(range(given.switches), cycle(uids), strict=False):
            start, start_cpu = time.perf_counter(), time.thread_time()
            studio.selection.select(uid)
            application.processEvents()
            times.append((time.perf_counter() - start) * 1e3)
            busy.append((time.thread_time() - start_cpu) * 1e3)
            until = time.perf_counter() + 0.02
            while time.perf_counter() < until:
                application.processEvents()
            if number % 50 == 0:
                gc.collect()
                grown.append(memory_kb())
        report("first round", times[: len(uids)])
        report("later", times[len(uids) :])
        report("later, CPU of the window's thread", busy[len(uids) :])
        print(f"resident after each 50 switches, KB more than at the start: {[g - grown[0] for g in grown]}")
        panel.deleteLater()
        application.processEvents()
        studio.close()
        mailbox.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
