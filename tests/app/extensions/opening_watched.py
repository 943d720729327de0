"""Opens projects as the window does, with everything that Python does meanwhile written down. Run as a program.

Arguments: a JSON file with a list of (case, project path, project folder), a harmless one first, and folders that may
be read besides. It prints one JSON object: by case, what happened that may not.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import pickle
import socket
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.browsing.declared import DeclaredNow
from myriorama.app.catalogue.entries import all_entries
from myriorama.app.catalogue.search import search
from myriorama.app.document.checking import missing_plugins, troubles
from myriorama.app.document.document import Document
from myriorama.app.document.files import open_path, save
from myriorama.app.document.outline import outline, uids_in
from myriorama.app.extensions.approvals import Approvals, approvals_file
from myriorama.app.extensions.counting import held_in, sizes_of
from myriorama.app.extensions.installed import Plugins
from myriorama.app.inspection.inspect import inspect
from myriorama.app.observable import no_post
from myriorama.plugins import glimpse
from myriorama.plugins.registry import registry_with
from myriorama.scenes.errors import InputError, MyrioramaError
from myriorama.scenes.project.references import file_references

NEVER = (
    "subprocess.", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.system", "os.startfile", "os.kill", "pty.",
    "socket.", "ctypes.", "pickle.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.", "os.putenv",
    "os.symlink", "os.link", "os.chown", "code.__new__", "sys.settrace", "shutil.", "nntplib.", "imaplib.",
)  # fmt: skip
PLACES = ("open", "os.chmod", "os.listdir", "os.scandir", "os.remove", "os.rmdir", "os.mkdir", "os.rename")
ROOMS = ("app", "plugins", "scenes", "resources", "widgets")
REPOSITORY = Path(glimpse.__file__).resolve().parents[1]
PYTHON = [Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")]
CODE = [
    *PYTHON,
    *(Path(place).resolve() for place in sys.path if place),
    Path(os.__file__).resolve().parent,
    *(REPOSITORY / room for room in ROOMS),
]


class Watch:
    """Writes down what may not happen; `allowed` are the folders of the case that is open."""

    def __init__(self, always: list[Path]) -> None:
        self.always = [*CODE, *always]
        self.allowed: list[Path] = []
        self.found: list[str] = []
        self.parsed = 0
        self.on = False
        self._inside = threading.local()

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on or getattr(self._inside, "busy", False):
            return
        self._inside.busy = True
        try:
            self._judge(event, args)
        finally:
            self._inside.busy = False

    def _judge(self, event: str, args: tuple[Any, ...]) -> None:
        if event.startswith(NEVER):
            self.found.append(f"{event} {args!r:.200}")
        elif event in PLACES:
            for place in args[: 2 if event == "os.rename" else 1]:
                if isinstance(place, str | bytes | os.PathLike) and not self._may_touch(os.fsdecode(place)):
                    self.found.append(f"{event} {place!r:.200}")
        elif event == "import":
            self._judge_import(str(args[0]))
        elif event == "exec":
            name = args[0].co_filename
            if not name.startswith("<frozen") and not any(Path(name).is_relative_to(p) for p in CODE):
                self.found.append(f"exec {name!r:.200}")
        elif event == "compile":
            name = os.fsdecode(args[1]) if isinstance(args[1], str | bytes | os.PathLike) else ""
            if any(Path(name).is_relative_to(p) for p in CODE) and name:
                return
            if _is_only_parsed():
                self.parsed += 1
            else:
                self.found.append(f"compile {name!r:.200}")

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Stand first among the finders: `importlib.import_module` raises no event, but comes by here."""
        if self.on:
            self._judge_import(name)

    def _judge_import(self, name: str) -> None:
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top != "myriorama" and top not in KNOWN:
            self.found.append(f"import {name!r:.200}")

    def _may_touch(self, place: str) -> bool:
        real = Path(os.path.abspath(place))
        return any(real.is_relative_to(root) for root in (*self.always, *self.allowed))


def _is_only_parsed() -> bool:
    """Whether this is `glimpse.look_at` reading a tree: `ast.parse` makes no code."""
    frame = sys._getframe(1)
    names = []
    while frame is not None:
        names.append((Path(frame.f_code.co_filename).name, frame.f_code.co_name))
        frame = frame.f_back  # type: ignore[assignment]
    at = names.index(("ast.py", "parse")) if ("ast.py", "parse") in names else -1
    return at >= 0 and names[at + 1] == ("glimpse.py", "look_at")


def look(plugins: Plugins, document: Document, registry: Any, path: str, *, all_of_it: bool) -> str:
    """Do with a project what the window does when it is opened; return how that ended.

    `all_of_it` searches the catalogue and saves, too, which take longest and hang least on what is in a project.
    """
    try:
        open_path(document, path)
    except InputError:
        plugins.refresh()
        plugins.flush(60)
        return "refused"
    project = document.project
    assert project is not None
    plugins.flush(60)
    for row in plugins.rows:
        held_in(row)
        sizes_of(row.source)
    store = FileAssetStore(document.folder)
    told = troubles(project, registry, store)
    troubles(project, registry, None)
    sections = outline(project, {}, missing_plugins(project, registry), told)
    for uid in (*uids_in(sections), "camera", "output", "classes"):
        inspect(project, registry, (uid,))
    with contextlib.suppress(MyrioramaError):
        file_references(project, registry, store)
    if all_of_it:
        search(all_entries(registry).found, project.name[:200])
        save(document, document.folder / "saved.json", overwrite=True)
    return "opened"


def trip(watch: Watch, folder: Path) -> dict[str, list[str]]:
    """Do what no project may bring about, and return what the watch said of each: it must not be blind."""
    code = folder / "evil_trap.py"
    code.write_text("x = 1\n")
    sys.path.insert(0, str(folder))
    deeds: dict[str, Callable[[], object]] = {
        "open": lambda: Path("/etc/passwd").read_bytes(),
        "listdir": lambda: os.listdir("/etc"),
        "import": lambda: importlib.import_module("evil_trap"),
        "import of nothing": lambda: importlib.import_module("evil_plugin"),
        "compile": lambda: compile("1", "<trap>", "eval"),
        "exec": lambda: exec(compile("1", str(code), "exec")),  # noqa: S102 - the trap itself
        "subprocess": lambda: subprocess.run(["true"], check=False),
        "socket": lambda: socket.socket().close(),
        "pickle": lambda: pickle.loads(b"cos\nsystem\n."),
        "native code": lambda: ctypes.CDLL("libc.so.6"),
        "rename": lambda: os.rename("/nonexistent-a", "/nonexistent-b"),
    }
    told: dict[str, list[str]] = {}
    for name, deed in deeds.items():
        watch.found, watch.allowed, watch.on = [], [], True
        with contextlib.suppress(ImportError, OSError):
            deed()
        watch.on = False
        told[name] = watch.found
    return told


def main() -> int:
    """Open every project and print what happened."""
    cases = json.loads(Path(sys.argv[1]).read_text())
    watch = Watch([Path(p) for p in sys.argv[2:]])
    document, registry = Document(), registry_with(())
    declared = DeclaredNow(document, registry)
    plugins = Plugins(no_post, document, Approvals(approvals_file()), registry)
    plugins.refresh()
    plugins.flush(60)
    look(plugins, document, registry, cases.pop(0)[1], all_of_it=True)  # so that all is loaded by now
    sys.addaudithook(watch)
    sys.meta_path.insert(0, watch)  # type: ignore[arg-type]
    out: dict[str, Any] = {}
    for number, (name, path, folder) in enumerate(cases):
        watch.found, watch.allowed = [], [Path(folder)]
        os.chdir(folder)
        watch.on = True
        try:
            ended = look(plugins, document, registry, path, all_of_it=number % 4 == 0)
            _ = declared.names
        except Exception as error:  # noqa: BLE001 - whatever a project makes the program raise is a finding
            ended = "raised"
            watch.found.append(f"raised {type(error).__name__}: {error!s:.300}")
        watch.on = False
        rows = [(row.status, row.problem) for row in plugins.rows]
        out[name] = {"ended": ended, "found": list(dict.fromkeys(watch.found)), "rows": rows}
        document.close()
        plugins.flush(60)
    plugins.close()
    trapped = trip(watch, Path(sys.argv[1]).parent)
    print(json.dumps({"cases": out, "parsed": watch.parsed, "grants": len(plugins.grants), "trapped": trapped}))
    return 0


KNOWN = {name.partition(".")[0] for name in sys.modules}

if __name__ == "__main__":
    sys.exit(main())
