"""docs/reference.md holds every plugin and parameter as it is declared."""

from __future__ import annotations

from pathlib import Path

from myriorama.app.cli.reference import reference_page
from myriorama.plugins.registry import FOLDERS, builtin_registry

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference.md"


def test_the_page_is_as_the_declarations_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page(), "run `make reference` and look at what changed"


def test_every_plugin_and_every_parameter_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    registry = builtin_registry()
    for kind in FOLDERS:
        for name in registry.names(kind):
            assert f"### {name}\n" in text
            for parameter in registry.parameters(kind, name):
                assert f"| `{parameter.name}` |" in text
