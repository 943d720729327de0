"""House rules that a reader of the source can check: no hidden randomness, no leaks, honest sizes and names."""

from __future__ import annotations

import ast
import re
import subprocess
import warnings
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PURE_ROOMS = ("scenes", "plugins")
ROOMS = (*PURE_ROOMS, "app", "widgets", "resources")
LONGEST = 600
EMPTY_WORDS = {"manager", "helper", "helpers", "util", "utils", "misc", "common", "data", "process"}


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return every file of the repository that git tracks or would track; links are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    ).stdout  # fmt: skip
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in paths if path.is_file() and not path.is_symlink())


@cache
def texts() -> dict[str, str]:
    """Return every tracked text file by its name."""
    out = {}
    for path in tracked_files():
        raw = path.read_bytes()
        if b"\0" not in raw[:8000]:
            try:
                out[str(path.relative_to(ROOT))] = raw.decode("utf-8")
            except UnicodeDecodeError:
                continue
    return out


@cache
def tree_of(name: str) -> ast.Module:
    return ast.parse(texts()[name])


def trees(*rooms: str) -> dict[str, ast.Module]:
    return {name: tree_of(name) for name in texts() if name.endswith(".py") and name.split("/")[0] in rooms}


def dotted(node: ast.expr) -> str:
    """Return a name such as ``np.random.Philox().random_raw``: arguments and subscripts are left out."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{dotted(node.value)}.{node.attr}"
        case ast.Call():
            return f"{dotted(node.func)}()"
        case _:
            return "?"


def calls(tree: ast.AST) -> list[tuple[int, str]]:
    """Return (line, dotted name) of every call."""
    return [(node.lineno, dotted(node.func)) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_no_hidden_randomness_in_the_domain_and_the_plugins() -> None:
    """Two runs, or two machines, must draw alike: no global generator, library stream, hash of text, or clock.

    The one thing of numpy.random that is allowed is raw words of a Philox counter under a given key.
    """
    banned = re.compile(
        r"^(np|numpy)\.random\.(?!Philox$|Philox\(\)\.random_raw$)|^random\.|^hash$|^time\.time"
        r"|^(datetime\.)+(now|today|utcnow)|^uuid\.uuid[14]|^secrets\.|^os\.urandom"
    )
    wrong = [f"{f}:{line} calls {c}" for f, t in trees(*PURE_ROOMS).items() for line, c in calls(t) if banned.search(c)]
    unkeyed = [
        f"{name}:{node.lineno} makes a Philox without a key"
        for name, tree in trees(*PURE_ROOMS).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("random.Philox")
        and (node.args or [k.arg for k in node.keywords] not in (["key"], ["key", "counter"], ["counter", "key"]))
    ]
    assert wrong + unkeyed == []


def test_nothing_runs_text_or_unpickles() -> None:
    banned = re.compile(r"^(eval|exec|compile|__import__)$|^pickle\.|^marshal\.|^shelve\.|^os\.system$|^yaml\.load$")
    wrong = [f"{f}:{line} calls {c}" for f, t in trees(*ROOMS).items() for line, c in calls(t) if banned.search(c)]
    assert wrong == []


def test_numpy_never_unpickles() -> None:
    wrong = [
        f"{name}:{node.lineno}"
        for name, tree in trees(*ROOMS, "tests").items()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and ast.unparse(node.value) != "False"
    ]
    assert wrong == []


def test_no_error_is_swallowed_unseen() -> None:
    """`except:` and `except Exception` hide bugs. The command line's outermost frame is the one that may."""
    wrong = []
    for name, tree in trees(*ROOMS, "tests").items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ExceptHandler):
                continue
            caught = "" if node.type is None else ast.unparse(node.type)
            broad = node.type is None or re.search(r"\b(Base)?Exception\b", caught)
            raises_again = any(isinstance(n, ast.Raise) and (n.exc is None or n.cause) for n in ast.walk(node))
            line = texts()[name].splitlines()[node.lineno - 1]
            if broad and not raises_again and not re.search(r"# noqa: BLE001 - \w+", line):
                wrong.append(f"{name}:{node.lineno} catches {caught or 'everything'}")
    assert wrong == []


def test_no_unfinished_work_is_left() -> None:
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b|NotImplemented" + r"Error")
    assert found(words, suffixes=(".py", ".md", ".toml", ".glsl", ".vert", ".frag")) == []


def test_every_module_says_what_it_is_for() -> None:
    assert [f for f, t in trees(*ROOMS).items() if t.body and len(ast.get_docstring(t) or "") < 20] == []


def test_no_file_is_too_long() -> None:
    lengths = {name: text.count("\n") for name, text in texts().items() if name.endswith((".py", ".glsl"))}
    asked = {name: n for name, n in lengths.items() if n > 400}
    if asked:  # 400 asks why, 600 splits
        print("files of more than 400 lines:", asked)
    assert {name: n for name, n in lengths.items() if n > LONGEST} == {}


def test_modules_have_telling_names() -> None:
    names = [path for path in tracked_files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ROOMS]
    assert [str(path.relative_to(ROOT)) for path in names if set(path.stem.split("_")) & EMPTY_WORDS] == []


def test_ignored_findings_name_their_code() -> None:
    bare = re.compile(r"# noqa(?!: ?[A-Z])|# type: ignore(?!\[)")
    assert found(bare, suffixes=(".py",), skip=("tests/architecture/",)) == []


def test_no_file_names_a_registry() -> None:
    """A pinned address would break every mirror, and tells where we work."""
    # By the words that such addresses have in common, so that this file names none either.
    hosts = re.compile(
        r"\b(registry|index|files|deb|archive|repo)\.[a-z0-9-]+\.(org|com|net|io)\b|\bpyp[i]\.[a-z]+|/simple/"
        r"|--(extra-)?index-url|find-links", re.IGNORECASE
    )  # fmt: skip
    assert found(hosts, skip=("tests/architecture/test_source_rules.py",)) == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    places = re.compile(r"(?<![\w.:/-])/(work|root|home/\w+|Users/\w+|tmp|mnt|srv)/\w")
    assert found(places, skip=("tests/",)) == []
    # Tests may name made-up absolute paths, to see that they are refused.
    ours = re.compile(r"(?<![\w.:/-])/(work|home/\w+|Users/\w+)/\w")
    assert found(ours, skip=("tests/architecture/",)) == []


def test_nothing_large_or_built_is_tracked() -> None:
    limit = 8 * 2**20
    assert [
        f"{p.relative_to(ROOT)}: {p.stat().st_size} bytes" for p in tracked_files() if p.stat().st_size > limit
    ] == []
    built = re.compile(r"(^|/)(__pycache__|\.venv|build|dist|[^/]+\.egg-info)/|\.pyc$")
    assert [str(p.relative_to(ROOT)) for p in tracked_files() if built.search(str(p.relative_to(ROOT)))] == []


def test_text_files_are_tidy() -> None:
    """UTF-8, Unix line ends, one newline at the end."""
    skip = ("tests/data/", "resources/models/", "resources/textures/", "resources/hdri/", "LICENSE")
    named = {n: t for n, t in texts().items() if not n.startswith(skip)}
    assert [n for n, t in named.items() if "\r" in t] == []
    assert [n for n, t in named.items() if t and (not t.endswith("\n") or t.endswith("\n\n"))] == []


def test_the_checks_above_can_fail() -> None:
    """The patterns find what they are for: a witness for each kind of check."""
    assert calls(ast.parse("import numpy as np\nnp.random.default_rng(0)")) == [(2, "np.random.default_rng")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert found(re.compile("Apache License"), suffixes=("LICENSE",)) != []


def found(pattern: re.Pattern[str], suffixes: tuple[str, ...] = ("",), skip: tuple[str, ...] = ()) -> list[str]:
    """Return ``file:line text`` of every match in tracked text files."""
    return [
        f"{name}:{number} {match[0]}"
        for name, text in texts().items()
        if name.endswith(suffixes) and not name.startswith(skip)
        for number, line in enumerate(text.splitlines(), 1)
        if (match := pattern.search(line))
    ]


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", ".ci/run"])
def test_the_repository_has_its_usual_papers(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8")) > 100
