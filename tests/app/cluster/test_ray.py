"""A dataset made on a Ray cluster has the bytes of a local one, also where a worker of the cluster is killed midway."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from myriorama.app.production.job import JobSettings, run_job

pytestmark = pytest.mark.gl
pytest.importorskip("ray")


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_two_workers_and_a_kill(tiny_project: Path, tmp_path: Path) -> None:
    here = run_job(JobSettings(tiny_project, 200, tmp_path / "here", queue_folder=tmp_path / "queue"))
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
    program = Path(__file__).with_name("two_workers.py")
    done = subprocess.run(
        [sys.executable, str(program), str(tiny_project), "200", str(tmp_path / "there")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["killed"] == 1
    assert told["orphans"] == []
    assert told["written"] == here.written == 200
    assert told["seen"][-1] == [200, 200]
    assert files_of(tmp_path / "there") == files_of(here.folder)
    left = {p.name for p in tmp_path.iterdir()} - {"queue", "tiny.json"}
    assert left == {"here", "there"}


def test_an_address_where_no_cluster_is(tiny_project: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "myriorama.app.cli", "render", str(tiny_project), "-n", "2"]
    command += ["-o", str(tmp_path / "out"), "--cluster", "auto", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    problem = json.loads(done.stdout)["error"]["problems"][0]
    assert problem["place"] == "--cluster"
    assert "auto" in problem["allowed"]
    assert not list(tmp_path.glob("out*"))
