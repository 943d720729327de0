"""A newcomer's path to the end: the template, one edit, the check, and the edited object in the viewport."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.program import run
from myriorama.app.extensions.starting import start_plugin
from myriorama.app.preview.frames import SampleFrame
from myriorama.widgets.application import Application

pytestmark = pytest.mark.gl
_PATIENCE_MS = 60_000


def test_template_edit_check_and_the_object_is_seen(program: Application, tmp_path: Path, qtbot: QtBot) -> None:
    home = tmp_path / "wooden_spool"
    start_plugin(home, "Ann Example")
    frames: list[SampleFrame] = []
    program.studio.preview.frame_ready.connect(frames.append)
    program.window.plugin_flow.develop(home)

    def heights_m() -> list[float]:
        seen = [i for i in frames[-1].instances if i.kind == "thing"] if frames else []
        return [float(np.ptp(i.bounds[:, 2])) for i in seen]

    qtbot.waitUntil(lambda: bool(heights_m()), timeout=_PATIENCE_MS)
    before = heights_m()
    code = home / "wooden_spool" / "generator.py"
    text = code.read_text(encoding="utf-8")
    old = 'float(values["height_m"])'
    assert text.count(old) == 1
    code.write_text(text.replace(old, f"1.2 * {old}"), encoding="utf-8")
    taller = pytest.approx([1.2 * h for h in before], rel=1e-5)
    qtbot.waitUntil(lambda: heights_m() == taller, timeout=_PATIENCE_MS)
    assert np.ptp(frames[-1].rgb.reshape(-1, 3).mean(axis=1)) > 60, "the object stands out from what is behind it"
    assert (frames[-1].surface_id > 0).any()
    assert run(["plugin", "build", str(home)]) == ExitCode.OK
    assert run(["plugin", "check", str(home), "--quick"]) == ExitCode.OK
