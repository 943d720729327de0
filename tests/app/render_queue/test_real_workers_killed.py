"""Kill -9 of workers that really render: five times in every run."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.production.job import JobSettings, Progress, run_job
from myriorama.app.render_queue.crew import Crew

pytestmark = pytest.mark.gl

PROJECT = {
    "format": "myriorama-project",
    "version": 1,
    "name": "mugs",
    "seed": 5,
    "classes": [{"id": 1, "name": "mug"}],
    "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {"distance_m": 0.9, "elevation_deg": 45}}},
    "environment": [{"uid": "light", "type": "studio"}],
    "objects": [
        {
            "uid": "mugs",
            "type": "mug",
            "class": "mug",
            "count": {"integers": [1, 3]},
            "parameters": {"height_m": {"uniform": [0.08, 0.12]}, "detail": 1},
            "placement": {"uid": "place", "type": "scatter", "parameters": {"width_m": 0.4, "depth_m": 0.4}},
        }
    ],
    "output": {"width": 48, "height": 36},
}


def test_five_kills_of_workers_that_render(tmp_path: Path, tree: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "project.json"
    path.write_text(json.dumps(PROJECT), encoding="utf-8")
    calm = run_job(JobSettings(path, 14, tmp_path / "calm", workers=1))
    crews: list[Crew] = []
    enter = Crew.__enter__

    def remember(self: Crew) -> Crew:
        crews.append(self)
        return enter(self)

    monkeypatch.setattr(Crew, "__enter__", remember)
    killed: list[int] = []

    def kill_now_and_then(progress: Progress) -> None:
        # a sample found whole after its worker's death is counted, and not told of: a number may be passed over
        if len(killed) < 5 and progress.done >= (1, 4, 6, 9, 11)[len(killed)]:
            alive = [w for w in crews[0].workers if w.pid not in killed]
            busy = [w for w in alive if w.ready and w.held] or alive
            if busy:
                killed.append(busy[-1].pid)
                os.kill(busy[-1].pid, signal.SIGKILL)

    stormy = run_job(JobSettings(path, 14, tmp_path / "stormy", workers=2), kill_now_and_then)
    assert len(killed) == 5
    assert (stormy.written, stormy.quarantined) == (14, ())
    assert tree(stormy.folder) == tree(calm.folder)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["calm", "project.json", "stormy"]
