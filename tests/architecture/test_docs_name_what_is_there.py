"""README, docs/ and CONTRIBUTING name only what is there: commands, options, make targets, files, links, names.

It judges no sentence, and runs none of the examples: other tests do.
"""

from __future__ import annotations

import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from myriorama.app.cli.program import program

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^    (\S.*?)(?:  .*)?$", re.MULTILINE)  # what stands apart behind a command is a remark
LINK = re.compile(r"\]\(([^)\s]+)\)")
SPAN = re.compile(r"`([^`\n]+)`")
PLACE = re.compile(r"(?<![\w/.-])((?:app|widgets|scenes|plugins|resources|tests|docs|\.ci)/[\w/.-]*\w)")
IMPORT = re.compile(r"^from (myriorama[\w.]*) import (\([^)]*\)|.+)$", re.MULTILINE)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield language and text of every fenced block."""
    for match in FENCE.finditer(text):
        yield match[1], match[2]


def prose(text: str) -> str:
    return FENCE.sub("", text)


def slugs(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    out: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")
        out.add(plain if plain not in out else f"{plain}-1")
    return out


def lines_of_shell(text: str) -> Iterator[str]:
    """Yield every command of the page: of its shell blocks, and of code in its sentences."""
    for language, block in blocks(text):
        if language in ("", "sh", "bash", "console", "shell"):
            for line in block.replace("\\\n", " ").splitlines():
                yield line.removeprefix("$ ").split(" # ")[0]
    yield from INDENTED.findall(prose(text))
    yield from SPAN.findall(prose(text))


def commands(text: str, first: str) -> Iterator[list[str]]:
    """Yield the words after `first` of every command that it begins."""
    for line in lines_of_shell(text):
        for part in re.split(r"\s*(?:&&|\|)\s*|;\s", line):
            try:
                words = shlex.split(part)
            except ValueError:  # an apostrophe in prose: it is no command
                continue
            if words and Path(words[0]).name == first:
                yield words[1:]


def unknown_words(words: list[str]) -> list[str]:
    """Return what `myriorama WORDS` does not know: a command, or options of the command."""
    command: Any = typer.main.get_command(program)
    path = ["myriorama"]
    while words and hasattr(command, "commands"):
        word = words[0]
        if word.startswith("-") or not re.fullmatch(r"[a-z][a-z-]*", word):
            break
        if word not in command.commands:
            return [] if len(path) == 1 and "." in word else [f"{' '.join(path)} {word}"]
        command, words = command.commands[word], words[1:]
        path.append(word)
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    asked = [word.split("=")[0] for word in words if re.match(r"--?[a-zA-Z]", word)]
    return [f"{' '.join(path)} {word}" for word in asked if word not in known | {"--help", "-h"}]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    dead = []
    for link in LINK.findall(prose(text)):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and anchor not in slugs(target.read_text(encoding="utf-8"))):
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_and_options_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [word for words in commands(text, "myriorama") for word in unknown_words(words)] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = {w for words in commands(page.read_text(encoding="utf-8"), "make") for w in words if re.match("[a-z]", w)}
    assert asked - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_places_in_the_source_exist(page: Path) -> None:
    spans = SPAN.findall(prose(page.read_text(encoding="utf-8")))
    asked = {place for span in spans for place in PLACE.findall(span)}
    assert sorted(place for place in asked if not (ROOT / place).exists()) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_names_to_import_exist(page: Path) -> None:
    code = "\n".join(block for language, block in blocks(page.read_text(encoding="utf-8")) if language == "python")
    lacking = []
    for module, names in IMPORT.findall(code):
        there = importlib.import_module(module)
        for name in re.findall(r"(\w+)(?: as \w+)?(?:,|$)", re.sub(r"#.*|[()]", "", names).replace("\n", " ").strip()):
            lacking += [] if hasattr(there, name) else [f"{module}.{name}"]
    assert lacking == []


def test_the_checks_above_can_fail() -> None:
    text = (
        "# A b\n\nSee `myriorama render x --nope` and `make nothing`.\n\n    .venv/bin/myriorama look --no\n\n"
        "```sh\nmyriorama rendr x && make clean\n```\n"
    )
    assert [word for words in commands(text, "myriorama") for word in unknown_words(words)] == [
        "myriorama rendr",
        "myriorama look --no",
        "myriorama render --nope",
    ]
    assert list(commands(text, "make")) == [["clean"], ["nothing"]]
    assert slugs(text) == {"a-b"}
    assert PLACE.findall("see app/no_such.py") == ["app/no_such.py"]
    assert IMPORT.findall("from myriorama.app import open_project, x\n") == [("myriorama.app", "open_project, x")]
