"""What README.md shows works: its Python is run as it stands, on one sample."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.gl
def test_the_python_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    found = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(found) == 1
    assert len(found[0].strip().splitlines()) <= 10
    once = found[0].replace("range(100)", "range(1)")
    assert once != found[0]
    exec(compile(once, str(README), "exec"), {})  # noqa: S102 - our own text, run as a reader would
    assert capsys.readouterr().out.startswith("mug ")


def test_every_picture_of_the_readme_is_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README.read_text(encoding="utf-8"))
    assert pictures
    assert all((README.parent / name).is_file() for name in pictures)
