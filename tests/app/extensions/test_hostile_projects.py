"""Hundreds of hostile projects are opened, and nothing is imported, run, connected to, or opened beside them.

Each is opened in a child process as the window opens it (document, check, outline, inspector, catalogue, list of
plugins, save), under an audit hook that Python calls for every import, compilation, open and connection.
"""

from __future__ import annotations

import copy
import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
SHIPPED = HERE.parents[1] / "data" / "hostile"
MARK = "$(touch MARK)"
PAYLOADS = {
    "python": "__import__('os').system('touch MARK')",
    "format": "{0.__class__.__mro__[1].__subclasses__}",
    "percent": "%s%n%x%(x)s",
    "lookup": "${jndi:ldap://127.0.0.1:9/a}",
    "image": "<img src='http://127.0.0.1:9/x.png' onerror=alert(1)>",
    "link": "<a href='file:///etc/passwd'>x</a><!--",
    "yaml": "!!python/object/apply:os.system ['touch MARK']",
    "pickle": "cos\nsystem\n(S'touch MARK'\ntR.",
    "file url": "file:///etc/passwd",
    "web url": "http://127.0.0.1:9/x.png",
    "unc": "\\\\127.0.0.1\\share\\x.png",
    "up": "../../../../../../etc/passwd",
    "up beside": "../secret.png",
    "absolute": "/etc/passwd",
    "drive": "C:\\Windows\\win.ini",
    "nul": "a\0b",
    "encoded": "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "home": "~/.ssh/id_rsa",
    "shell": MARK,
    "backticks": "`touch MARK`; touch MARK | touch MARK",
    "turned": "\u202egnp.exe\u2066",
    "mark": "\ufeff\u200bname\u00ad",
    "long": "a" * 100_000,
    "faces": "\U0001f600" * 80,
    "half": "\ud83d",
    "device": "aux.json",
    "dots": "..",
    "blank": " ",
    "lines": "a\r\nSet-Cookie: b\x1b]0;c\x07",
    "entry point": "evil_plugin:Evil",
    "module": "evil_plugin",
    "ours": "myriorama.plugins.generators.mug:Mug",
    "dunder": "__class__",
    "resource": "resource:../../secret.png",
    "data url": "data:text/html;base64,PHNjcmlwdD4=",
    "process": "/proc/self/environ",
}
FIELDS: dict[str, tuple[str | int, ...]] = {
    "name": ("name",),
    "description": ("description",),
    "licence": ("licence",),
    "class name": ("classes", 0, "name"),
    "class": ("objects", 0, "class"),
    "generator": ("objects", 0, "type"),
    "group name": ("objects", 0, "name"),
    "uid": ("objects", 0, "uid"),
    "count": ("objects", 0, "count"),
    "file": ("objects", 0, "parameters", "file"),
    "slot": ("objects", 0, "materials", "body"),
    "placement": ("objects", 0, "placement", "type"),
    "environment": ("environment", 0, "type"),
    "picture": ("environment", 1, "parameters", "file"),
    "effect": ("effects", 0, "type"),
    "rig": ("camera", "rig", "type"),
    "distance": ("camera", "rig", "parameters", "distance_m"),
    "linked": ("parameters", "near_m", "linked"),
    "format": ("output", "formats", 0),
    "label": ("output", "labels"),
    "rule": ("acceptance", 0, "class"),
    "folder": ("environment", 1, "parameters", "file", "folder"),
}
BASE: dict[str, Any] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "hostile",
    "classes": [{"id": 1, "name": "solid"}],
    "parameters": {"near_m": {"linked": "far_m / 2"}, "far_m": 4.0},
    "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {"distance_m": 4.0}}},
    "environment": [
        {"uid": "light", "type": "uniform"},
        {"uid": "photo", "type": "photo_backdrop", "parameters": {"file": "photo.png"}},
    ],
    "objects": [
        {
            "uid": "solids",
            "type": "mesh_file",
            "class": "solid",
            "parameters": {"file": "cube.obj"},
            "placement": {"uid": "at", "type": "fixed"},
        }
    ],
    "effects": [{"uid": "noise", "type": "sensor_noise"}],
    "acceptance": [{"name": "some", "class": "solid", "at_least": 1}],
    "output": {"width": 64, "height": 48, "formats": ["raw"]},
}
EVIL = """import os
open({mark!r}, "w").write("ran")
from myriorama.plugins import Generator
class Evil(Generator):
    name = "evil"
"""


def put(tree: Any, path: tuple[str | int, ...], value: Any) -> Any:
    made = copy.deepcopy(tree)
    at = made
    for key, following in zip(path[:-1], path[1:], strict=True):
        if isinstance(at, dict) and not isinstance(at.get(key), dict | list):
            at[key] = [] if isinstance(following, int) else {}
        at = at[key]
    at[path[-1]] = value
    return made


def in_fields() -> Iterator[tuple[str, bytes]]:
    """Every payload in every fifth field, and all of those that are paths in the fields that name files."""
    for i, (payload, text) in enumerate(PAYLOADS.items()):
        for k, (field, path) in enumerate(FIELDS.items()):
            if (i + k) % 5 == 0 or field in ("file", "picture", "folder", "generator"):
                yield f"{payload} as {field}", json.dumps(put(BASE, path, text)).encode()
        yield f"{payload} as a key", json.dumps(put(BASE, ("objects", 0, "parameters", text), 1)).encode()


def as_files() -> Iterator[tuple[str, bytes]]:
    """Bytes that are no project."""
    good = json.dumps(BASE)
    yield "a pickle", b"cos\nsystem\n(S'touch MARK'\ntR."
    yield "a new pickle", b"\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x8c\x06system\x93\x8c\ntouch MARK\x85R."
    yield "YAML", b"!!python/object/apply:os.system ['touch MARK']\n"
    yield "Python", b"import os; os.system('touch MARK')\n"
    yield "a shell script", b"#!/bin/sh\ntouch MARK\n"
    yield "an archive", gzip.compress(good.encode())
    yield "a program", b"\x7fELF" + b"\0" * 100
    yield "XML", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    yield "UTF-16", good.encode("utf-16")
    yield "a mark", b"\xef\xbb\xbf" + good.encode()
    yield "nothing", b""
    yield "a comment", b"// touch MARK\n" + good.encode()
    yield "deep lists", b"[" * 200_000
    yield "deep objects", b'{"a":' * 100_000
    yield "deep in a parameter", json.dumps(BASE).replace('"cube.obj"', "[" * 5000 + "]" * 5000).encode()
    yield "a long number", good.replace("4.0", "9" * 100_000).encode()
    yield "a large exponent", good.replace("4.0", "1e999999999").encode()
    yield "not a number", good.replace("4.0", "NaN").encode()
    yield "endless", good.replace("4.0", "-Infinity").encode()
    yield "a key twice", good.replace('"name": "hostile"', '"name": "a", "name": "b"').encode()
    yield "a dunder key", good.replace('"name": "hostile"', '"name": "a", "__class__": "os._wrap_close"').encode()
    yield "a plugins key", good.replace('"name": "hostile"', '"name": "a", "plugins": ["evil_plugin"]').encode()
    yield "an enabling key", good.replace('"name": "hostile"', '"name": "a", "enable": ["installed:evil"]').encode()
    yield (
        "many nodes",
        json.dumps(put(BASE, ("effects",), [{"uid": f"e{i}", "type": "x"} for i in range(200)])).encode(),
    )


def folders(mark: Path, outside: Path) -> dict[str, Callable[[Path], None]]:
    """What lies beside a good project, by case."""
    code = EVIL.format(mark=str(mark))
    entries = [{"kind": "generator", "name": "evil", "label": "<b>", "help": "%s", "version": "1"}]

    def texts(**files: str | bytes) -> Callable[[Path], None]:
        def write(folder: Path) -> None:
            for name, content in files.items():
                file = folder / name.replace("__SLASH__", "/")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content if isinstance(content, bytes) else content.encode())

        return write

    def manifest(**words: Any) -> Callable[[Path], None]:
        entry = {**entries[0], "module": "evil.a", "class_name": "A", **words.pop("entry", {})}
        told = dict.fromkeys(("publisher", "description", "licence"), "")
        about = {"format": "myriorama-plugin", "format_version": 1, "id": "evil", "version": "1", "api_version": 1}
        tree: dict[str, Any] = {**told, **about, "plugins": [entry]}
        text = json.dumps({**tree, **words})
        return texts(
            **{"plugins/evil/myriorama_plugin.json": text, "plugins/evil/__init__.py": code, "plugins/evil/a.py": code}
        )

    def linked(name: str, target: Path) -> Callable[[Path], None]:
        def write(folder: Path) -> None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to(target)

        return write

    def pipe(folder: Path) -> None:
        (folder / "plugins").mkdir()
        os.mkfifo(folder / "plugins" / "evil.py")

    def many(folder: Path) -> None:
        (folder / "plugins").mkdir()
        for number in range(1200):
            (folder / "plugins" / f"evil{number}.py").write_text(code if number < 40 else "")

    pyproject = '[project]\nname = "{0}"\nversion = "{0}"\n[project.entry-points."myriorama.plugins"]\nevil = "{1}"\n'
    return {
        "a plugin": texts(**{"plugins/evil_plugin.py": code}),
        "a package": texts(**{"plugins/evil/__init__.py": code}),
        "a plugin that approves itself": texts(
            **{"plugins/evil_plugin.py": code, "plugins.json": "{}", "plugins/plugins.json": "{}"}
        ),
        "Python's own names": texts(
            **{"json.py": code, "os.py": code, "plugins/numpy.py": code, "plugins/typing.py": code}
        ),
        "files that Python runs": texts(**dict.fromkeys(("sitecustomize.py", "usercustomize.py", "conftest.py"), code)),
        "a start file": texts(
            **{"evil.pth": f"import os; open({str(mark)!r}, 'w')\n", "plugins/evil.pth": "import os"}
        ),
        "bytecode": texts(**{"plugins/__pycache__/evil.cpython-311.pyc": b"\0", "plugins/evil.pyc": b"\0"}),
        "a broken plugin": texts(**{"plugins/evil.py": "from myriorama.plugins import (\n"}),
        "a bomb": texts(**{"plugins/evil.py": "x = " + "-" * 200_000 + "1"}),
        "a binary": texts(**{"plugins/evil.py": b"\0\xff" * 100}),
        "a cookie": texts(**{"plugins/evil.py": "# coding: evil_codec\nimport myriorama.plugins\n"}),
        "a file of that name": texts(plugins=code),
        "metadata": texts(
            **{
                "evil-1.dist-info/METADATA": "Name: evil\nVersion: 1\n",
                "evil-1.dist-info/entry_points.txt": "[myriorama.plugins]\nevil = evil:myriorama_plugin.json\n",
                "evil/__init__.py": code,
            }
        ),
        "a project": texts(
            **{
                "plugins/p/pyproject.toml": pyproject.format("evil", "evil:myriorama_plugin.json"),
                "plugins/p/evil/__init__.py": code,
            }
        ),
        "a project upwards": texts(
            **{"plugins/p/pyproject.toml": pyproject.format("evil", "../..:myriorama_plugin.json")}
        ),
        "a project of code": texts(**{"plugins/p/pyproject.toml": pyproject.format("evil", "os:system")}),
        "a project with a build script": texts(
            **{"plugins/p/pyproject.toml": "[build-system]\n# myriorama.plugins\n", "plugins/p/setup.py": code}
        ),
        "hostile words": texts(
            **{"plugins/p/pyproject.toml": pyproject.format("<b>%s{0}", "evil:myriorama_plugin.json")}
        ),
        "TOML bomb": texts(**{"plugins/p/pyproject.toml": "# myriorama.plugins\na = " + "[" * 100_000}),
        "a manifest": manifest(),
        "a manifest of os": manifest(entry={"module": "os", "class_name": "system"}),
        "a manifest upwards": manifest(entry={"module": "..evil", "class_name": "A"}),
        "a manifest of code": manifest(entry={"class_name": "__import__('os').system('touch MARK')"}),
        "a manifest of a later time": manifest(api_version=10**30),
        "a manifest with markup": manifest(publisher="<script>", description="\x1b[2J" + "a" * 3000, licence="%n"),
        "a manifest with traits": manifest(entry={"traits": {"passes": 5, "__class__": "os", "home": {"a": 1}}}),
        "a manifest with parameters": manifest(
            entry={"parameters": [{"kind": "float", "name": "__init__", "default": 0}]}
        ),
        "a manifest with a bomb": manifest(
            entry={"parameters": [{"kind": "float", "name": "a", "default": 10**3000, "help": ""}]}
        ),
        "a manifest that is long": manifest(description="a" * (5 * 2**20)),
        "a manifest of a built-in": manifest(entry={"name": "mug"}),
        "a manifest of another": manifest(id="numpy"),
        "a manifest without an id": manifest(id="../../x"),
        "a link to a file": linked("plugins/evil.py", outside / "evil.py"),
        "a link to a folder": linked("plugins/evil", outside),
        "a link for the folder": linked("plugins", outside),
        "a link to itself": linked("plugins", Path("plugins")),
        "a link to a device": linked("plugins/evil.py", Path("/dev/zero")),
        "a link to the root": linked("plugins/evil", Path("/")),
        "a pipe": pipe,
        "many plugins": many,
    }


NAMES = (
    "<b>bold", "%s%n", "{0}", "$(touch MARK)", "`touch MARK`", "a;touch MARK", "-rf", "a b", "a\nb", "\x1b[2J", "..a",
    "...", "%2e%2e", "a'b\"c", "\u202egnp", "\U0001f600", "evil.py", "evil_plugin", "__pycache__", "~", "con", "a" * 99,
    "\u00e9", "e\u0301",
)  # fmt: skip


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Open everything once; return what the child told, and the folder."""
    top = tmp_path_factory.mktemp("hostile")
    mark, outside = top / "MARK", top / "outside"
    outside.mkdir()
    (outside / "evil.py").write_text(EVIL.format(mark=str(mark)))
    (outside / "__init__.py").write_text(EVIL.format(mark=str(mark)))
    (outside / "secret.png").write_bytes(b"secret")
    cases: list[tuple[str, str, str]] = []
    harmless = top / "harmless"
    (harmless / "plugins").mkdir(parents=True)
    (harmless / "project.json").write_text(json.dumps(BASE))
    (harmless / "plugins" / "plum.py").write_text("from myriorama.plugins import Generator\n")

    def keep(case: str, content: bytes, folder_name: str = "") -> Path:
        folder = top / "projects" / str(len(cases)) / (folder_name or "project")
        folder.mkdir(parents=True)
        (folder.parent / "secret.png").write_bytes(b"secret")
        file = folder / "project.json"
        file.write_bytes(content.replace(b"MARK", str(mark).encode()))
        cases.append((case, str(file), str(folder)))
        return folder

    for case, content in (*in_fields(), *as_files()):
        keep(case, content)
    for case, write in folders(mark, outside).items():
        write(keep(f"beside: {case}", json.dumps(put(BASE, ("objects", 0, "type"), "evil")).encode()))
    for name in NAMES:
        keep(f"folder {name!r}", json.dumps(BASE).encode(), name)
    shutil.copytree(SHIPPED, top / "shipped", symlinks=True)
    for file in sorted((top / "shipped" / "projects").glob("*.json")):
        cases.append((f"shipped: {file.name}", str(file), str(top / "shipped")))
    (top / "cases.json").write_text(json.dumps([("harmless", str(harmless / "project.json"), str(harmless)), *cases]))
    own = {"XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache"}
    environment = {**os.environ, **{k: str(top / v) for k, v in own.items()}, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [
            sys.executable,
            str(HERE / "opening_watched.py"),
            str(top / "cases.json"),
            *(str(top / v) for v in own.values()),
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stderr == ""
    told: dict[str, Any] = json.loads(done.stdout)
    return {**told, "mark": mark, "top": top, "asked": [case for case, _, _ in cases]}


def test_there_are_hundreds_and_each_was_opened_or_refused(opened: dict[str, Any]) -> None:
    assert len(set(opened["asked"])) == len(opened["asked"]) >= 400
    assert set(opened["cases"]) == set(opened["asked"])
    ended = [case["ended"] for case in opened["cases"].values()]
    assert set(ended) == {"opened", "refused"}
    assert min(ended.count("opened"), ended.count("refused")) > 100  # both ways were walked


def test_nothing_is_imported_run_connected_to_or_opened_beside_them(opened: dict[str, Any]) -> None:
    assert {name: case["found"] for name, case in opened["cases"].items() if case["found"]} == {}
    assert not opened["mark"].exists()


def test_the_watch_sees_what_it_must(opened: dict[str, Any]) -> None:
    silent = [deed for deed, told in opened["trapped"].items() if not told]
    assert silent == []


def test_nothing_is_enabled(opened: dict[str, Any]) -> None:
    assert opened["grants"] == 0
    assert {status for case in opened["cases"].values() for status, _ in case["rows"]} <= {"new", "broken"}
    assert not (opened["top"] / "config" / "myriorama" / "plugins.json").exists()


def test_what_lies_beside_a_project_is_listed_with_its_problem(opened: dict[str, Any]) -> None:
    rows = {name.removeprefix("beside: "): case["rows"] for name, case in opened["cases"].items()}
    assert opened["parsed"] > 10  # the texts were parsed to trees, which is how they are listed at all
    assert [status for status, _ in rows["a plugin"]] == ["new"]
    assert [status for status, _ in rows["a manifest"]] == ["new"]
    assert "names os, which is not in its package" in rows["a manifest of os"][0][1]
    assert "newer Myriorama" in rows["a manifest of a later time"][0][1]
    assert "cannot be used" in rows["a manifest with traits"][0][1]
    assert "leads out" in rows["a link to a file"][0][1]
    assert all(problem.isprintable() for case in rows.values() for _, problem in case)
