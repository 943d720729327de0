"""What runs inside a host process: the checks of one plugin, and the hashes that another process compares with.

It is called by `PluginHosts.run` and by nothing else; it writes no file.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from myriorama.plugins.api import Plugin
from myriorama.plugins.conformance.checks import can_run, declared_findings, fresh_digests, run_findings
from myriorama.plugins.conformance.options import Options
from myriorama.plugins.conformance.survey import RUNS
from myriorama.plugins.hosting.loading import LoadedSource

MARK: Final = "[conformance draw {}]"
"""Printed before each draw: where the process is lost, the last of them was at fault."""


def main(arguments: Mapping[str, Any], loaded: LoadedSource) -> Any:
    """Return the findings of one plugin as JSON, and its hashes.

    Parameters
    ----------
    arguments : mapping
        ``module``, ``class_name``, ``options``, and ``part``: ``declared``, ``run``, or ``digests`` (another process).
    """
    plugin: type[Plugin] = getattr(loaded.module(arguments["module"]), arguments["class_name"])
    options = Options(**arguments["options"])
    files = [Path(file) for file in loaded.files if _is_the_authors(Path(file), loaded)]
    match arguments["part"]:
        case "declared":
            declared = declared_findings(plugin, files)
            return {"findings": [f.to_json() for f in declared], "can_run": can_run(declared)}
        case "run":
            findings = run_findings(plugin, options, files, _mark)
            whole = all(f.ok for f in findings if f.check == RUNS)
            return {
                "findings": [f.to_json() for f in findings],
                "digests": fresh_digests(plugin, options) if whole else None,
            }
        case "digests":
            return {"digests": fresh_digests(plugin, options)}
        case part:
            raise ValueError(f"there is no part {part!r}")


def _is_the_authors(file: Path, loaded: LoadedSource) -> bool:
    """Return whether a file is part of what runs: the tests of a package may draw what they like."""
    root = Path(loaded.source.root)
    parts = file.relative_to(root).parts if file != root else ()
    return not any(p == "tests" or p.startswith("test_") or p == "conftest.py" for p in parts)


def _mark(number: int) -> None:
    print(MARK.format(number), file=sys.stderr, flush=True)
