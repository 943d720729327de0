"""Renders on a Ray cluster of two workers on this machine and kills one of them midway. A program, run by a test.

``python two_workers.py PROJECT COUNT OUT``; it prints what happened as JSON.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

import psutil
import ray

from myriorama.app.cluster.ray_cluster import RayCluster
from myriorama.app.cluster.running import run_on_cluster
from myriorama.app.production.job import JobSettings


def kill_a_worker(out: Path, killed: list[int], orphans: list[int]) -> None:
    """Wait for the first receipts, end one Ray worker by force, and see what it leaves behind."""
    receipts = out.with_name(out.name + ".partial") / ".receipts"
    while not receipts.is_dir() or len(list(receipts.glob("0*.json"))) < 5:
        time.sleep(0.01)
    for process in psutil.Process().children(recursive=True):
        shards = [c for c in process.children() if "myriorama.app.cluster.shard" in " ".join(c.cmdline())]
        if shards:
            below = [shards[0], *shards[0].children(recursive=True)]
            os.kill(process.pid, signal.SIGKILL)
            killed.append(process.pid)
            _, alive = psutil.wait_procs(below, timeout=5.0)
            orphans.extend(p.pid for p in alive)
            return


def main(project: str, count: str, out: str) -> None:
    killed: list[int] = []
    orphans: list[int] = []
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    killer = threading.Thread(target=kill_a_worker, args=(Path(out), killed, orphans), daemon=True)
    killer.start()
    seen = []
    with RayCluster("local") as cluster:
        result = run_on_cluster(
            JobSettings(Path(project), int(count), Path(out)), cluster, lambda p: seen.append((p.done, p.total))
        )
    killer.join(10.0)
    ray.shutdown()
    told = {"written": result.written, "killed": len(killed), "orphans": orphans, "seen": seen}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
