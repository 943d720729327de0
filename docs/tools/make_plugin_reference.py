"""Writes the made parts of docs/plugins.md from the code: checks, budgets, and every public name of the API.

``python docs/tools/make_plugin_reference.py`` writes; ``--check`` only fails where it is not up to date. It changes
nothing between other lines than its own marks.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

from myriorama.plugins import api, shapes
from myriorama.plugins.conformance.checking import OF_SOURCE
from myriorama.plugins.conformance.options import BUDGETS, STAGE_SHARE
from myriorama.plugins.conformance.table import DECLARED, LAWS, RUN_FIRST, RUN_LAST

PAGE = Path(__file__).resolve().parents[1] / "plugins.md"


def main() -> int:
    """Write the page, or with ``--check`` say whether it is up to date."""
    text = PAGE.read_text(encoding="utf-8")
    made = made_page(text)
    if "--check" in sys.argv[1:]:
        return int(made != text)
    PAGE.write_text(made, encoding="utf-8")
    return 0


def made_page(text: str) -> str:
    """Return the page with its made parts as the code has them now."""
    for mark, lines in (("checks", _checks()), ("budgets", _budgets()), ("reference", _reference())):
        body = "\n".join(lines).strip()
        pattern = re.compile(rf"(<!-- {mark}: [^\n]*-->\n).*?(<!-- end of {mark} -->)", re.DOTALL)
        text, count = pattern.subn(lambda found, body=body: f"{found[1]}\n{body}\n\n{found[2]}", text)
        if count != 1:
            raise ValueError(f"{PAGE.name} has {count} places for {mark}, not one")
    return text


def _checks() -> Iterator[str]:
    yield "| check | of | what it asks |"
    yield "| --- | --- | --- |"
    for of, rows in (("the source", OF_SOURCE), ("all kinds", {**DECLARED, **RUN_FIRST})):
        yield from (f"| `{name}` | {of} | {text} |" for name, text in rows.items())
    for kind, rows in LAWS.items():
        yield from (f"| `{name}` | {kind} | {text} |" for name, text in rows.items())
    yield from (f"| `{name}` | all kinds | {text} |" for name, text in RUN_LAST.items())


def _budgets() -> Iterator[str]:
    yield "| kind | mean | worst | one result | at the peak |"
    yield "| --- | --- | --- | --- | --- |"
    for kind, b in BUDGETS.items():
        yield f"| {kind} | {b.mean_ms:g} ms | {b.worst_ms:g} ms | {b.result_mib:g} MiB | {b.peak_mib:g} MiB |"
    yield ""
    yield f"A generator whose `home` is `stage` may take {STAGE_SHARE:g} times as long: a scene has one of it."


def _reference() -> Iterator[str]:
    yield f"Version {api.API_VERSION} of the API. `from myriorama.plugins import NAME`:\n"
    for name in api.__all__:
        yield from _entry(name, getattr(api, name))
    yield "### Shapes\n"
    yield "The tools that the built-in generators are made with. `from myriorama.plugins.shapes import NAME`:\n"
    yield "| name | what it gives |"
    yield "| --- | --- |"
    for name in shapes.__all__:
        yield f"| `{name}{_signature(getattr(shapes, name))}` | {_first(getattr(shapes, name))} |"


def _entry(name: str, member: Any) -> Iterator[str]:
    yield f"#### {name}\n"
    if not inspect.isclass(member) or member is Path:
        told = {"API_VERSION": "The version of this API, a whole number.", "Path": "`pathlib.Path`."}
        told["WHOLE_IMAGE"] = "The index under which an annotator returns fields of the image itself."
        told["Values"] = "Drawn values by parameter name: float, int, bool, text, tuple of floats, open file or None."
        told |= {"Attribute": "float, int, bool or text.", "SampleFile": "Any file of one sample."}
        told["EffectStage"] = "`optics`, `light`, `curve` or `picture`: see `Effect`."
        told["StoredRecord"] = "One sample as its file in `records/` tells it, a mapping; see label-contract.md."
        yield told[name] + "\n"
        return
    yield _paragraphs(member) + "\n"
    if is_dataclass(member):
        yield "| field | type | default |"
        yield "| --- | --- | --- |"
        for f in fields(member):
            default = "" if f.default is MISSING else f"`{f.default!r}`"
            made = "made anew" if f.default_factory is not MISSING else default
            yield f"| `{f.name}` | `{_plain_type(f.type)}` | {made} |"
        yield ""
    for method, function in vars(member).items():
        if inspect.isfunction(function) and not method.startswith("_"):
            yield f"- `{method}{_signature(function)}`: {_first(function)}"
    yield ""


def _paragraphs(member: Any) -> str:
    """Return the docstring as Markdown: the sections of numpydoc become lists."""
    out: list[str] = []
    lines = (inspect.getdoc(member) or "").splitlines()
    section = False
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if following and set(following) == {"-"}:
            section = True
            out.append(f"**{line}**\n")
        elif line and set(line) == {"-"}:
            continue
        elif section and line and not line.startswith(" "):
            out.append(f"- `{line}`" if " : " in line or " " not in line else f"- {line}")
        else:
            out.append(line.replace("|", "\\|") if section else line)
    return "\n".join(out).strip()


def _first(member: Any) -> str:
    return (inspect.getdoc(member) or "").split("\n\n")[0].replace("\n", " ").replace("|", "\\|")


def _signature(member: Any) -> str:
    if inspect.isclass(member):
        return ""
    names = [str(p).split(":")[0].split("=")[0].strip() for p in inspect.signature(member).parameters.values()]
    return "(" + ", ".join(n for n in names if n != "self") + ")"


def _plain_type(annotation: Any) -> str:
    return str(annotation).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
