"""docs/python.md: every example on the page runs as it stands."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.production.job import JobSettings, run_job

pytestmark = pytest.mark.gl
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
FIRST = "from myriorama.app.loading import WrittenSamples\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, mugs_tree: Callable[..., dict[str, Any]]) -> Path:
    """A folder with what the page names: project.json, and DIR, a dataset of it."""
    folder = tmp_path_factory.mktemp("page")
    output = {"width": 64, "height": 48, "clean": True, "split": {"train": 1.0, "val": 0.0, "test": 0.0}}
    noise = [{"uid": "noise", "type": "sensor_noise", "parameters": {"iso": {"uniform": [800.0, 3200.0]}}}]
    (folder / "project.json").write_text(json.dumps(mugs_tree(effects=noise, output=output)), encoding="utf-8")
    run_job(JobSettings(folder / "project.json", 2, folder / "DIR", formats=("raw",)))
    return folder


def test_the_page_has_its_examples() -> None:
    assert len(EXAMPLES) >= 4
    assert any("set_epoch" in code for code in EXAMPLES)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs(home: Path, number: int) -> None:
    code = EXAMPLES[number]
    if "torch" in code and find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    code = code if FIRST in code or "import RenderedSamples" in code else FIRST + code
    code = code.replace("range(10_000), workers=4", "range(2), workers=1")
    script = home / f"example_{number}.py"
    body = "".join(f"    {line}\n" if line else "\n" for line in code.splitlines())
    script.write_text(f'if __name__ == "__main__":\n{body}', encoding="utf-8")
    done = subprocess.run([sys.executable, script.name], cwd=home, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
