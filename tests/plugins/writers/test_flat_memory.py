"""No format's files of a whole set grow with the set: by `bench_formats`, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "benchmarks" / "bench_formats.py"
FEW, MANY, WANTED = 1_000, 3_000, 100_000
LIMIT_MIB = 1024


def measured(count: int) -> dict[str, Any]:
    command = [sys.executable, str(BENCH), "--count", str(count), "--samples", "2", "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return {row["case"]: row for row in map(json.loads, done.stdout.splitlines())}


@pytest.mark.long
def test_a_million_annotations_fit_in_a_gigabyte() -> None:
    few, many = measured(FEW), measured(MANY)
    assert len(many) >= 15
    for case, row in many.items():
        growth = max(0.0, row["peak_mib"] - few[case]["peak_mib"])
        assert row["peak_mib"] + growth * (WANTED - MANY) / (MANY - FEW) < LIMIT_MIB, (case, few[case], row)
