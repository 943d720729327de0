"""``doctor``: does this machine have what Myriorama needs? It looks and changes nothing.

What could take the process down (a broken graphics driver) is tried in a child process.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_json

State = Literal["ok", "warning", "fault"]
PROBE_LIMIT_S: Final = 120
_MARKS: Final = {"ok": ("ok     ", "green"), "warning": ("warning", "yellow"), "fault": ("FAULT  ", "red")}

# A tetrahedron: the smallest model with a volume, so the importer's own checks all run on it.
_TETRAHEDRON: Final = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `way_out` says what to do; it is empty where all is well."""

    name: str
    state: State
    detail: str
    way_out: str = ""


def doctor(as_json: JsonOption = False) -> int:
    """Check Python, Qt, the OpenGL device, the importer, what plugins are held to, and the versions of everything."""
    checks = [
        check_python(),
        *check_packages(),
        check_qt_pair(),
        check_device(),
        check_tracer(),
        check_importer(),
        check_plugins(),
        machine(),
    ]
    faults = sum(check.state == "fault" for check in checks)
    if as_json:
        print_json({"ok": faults == 0, "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            mark, color = _MARKS[check.state]
            typer.secho(mark, fg=color, nl=False)
            typer.echo(f"  {check.name:<14}  {check.detail}")
            if check.way_out:
                typer.echo(f"{'':25}{check.way_out}")
        typer.echo("All is well." if not faults else f"{faults} fault(s); the lines above say what to do.")
    return ExitCode.CHECK_FAILED if faults else ExitCode.OK


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Check:
    """Check the interpreter's version."""
    text = f"{platform.python_implementation()} {'.'.join(map(str, version))}"
    if version < (3, 11):
        return Check("Python", "fault", text, "Python 3.11 or newer is needed.")
    return Check("Python", "ok", text)


def check_packages() -> list[Check]:
    """Check that every package that Myriorama requires is installed, and new enough."""
    checks = []
    for requirement in metadata.requires("myriorama") or ():
        wanted, _, marker = requirement.partition(";")
        if "extra" in marker:
            continue
        name = re.split(r"[<>=!~\s]", wanted, maxsplit=1)[0]
        if name.lower().startswith("pyside6"):
            continue  # the pair with Python matters there: check_qt_pair
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            checks.append(Check(name, "fault", "not installed", f"make setup, or: pip install '{wanted.strip()}'"))
            continue
        minimum = re.search(r">=\s*([0-9.]+)", wanted)
        if minimum and numbers(found) < numbers(minimum[1]):
            checks.append(
                Check(name, "fault", f"{found} is too old", f"make setup, or: pip install '{wanted.strip()}'")
            )
        else:
            checks.append(Check(name, "ok", found))
    return checks


def check_qt_pair(qt: str | None = None, python: tuple[int, ...] = sys.version_info[:3]) -> Check:
    """Check Qt's version, and refuse the pair that aborts the interpreter.

    PySide6 6.12.0 drops a reference to None on every call without a result under Python 3.10 and
    3.11; after enough of them the interpreter stops.
    """
    if qt is None:
        try:
            qt = metadata.version("PySide6_Essentials")
        except metadata.PackageNotFoundError:
            return Check("Qt", "warning", "not installed", "The studio's window needs it; the command line does not.")
    pair = f"PySide6 {qt} with Python {python[0]}.{python[1]}"
    if numbers(qt)[:2] == (6, 12) and python[:2] < (3, 12):
        return Check("Qt", "fault", f"{pair}: this pair aborts", "pip install 'PySide6-Essentials>=6.8,<6.12'")
    return Check("Qt", "ok", pair)


def check_device() -> Check:
    """Open the raster engine in a child process and say which device it runs on."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "myriorama.app.cli.device_probe"],
            capture_output=True,
            text=True,
            timeout=PROBE_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Check(
            "OpenGL", "fault", f"the driver did not answer within {PROBE_LIMIT_S} s", "Update the graphics driver."
        )
    way_out = "On Linux without a graphics card: apt install libegl1 libgl1 (make setup does it where it may)."
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        last = (done.stderr.strip().splitlines() or [f"the driver stopped the process (code {done.returncode})"])[-1]
        return Check("OpenGL", "fault", last, way_out)
    answer = json.loads(lines[-1])
    if "error" in answer:
        return Check("OpenGL", "fault", answer["error"], way_out)
    text = f"{answer['renderer']}, {answer['version']}"
    return Check("OpenGL", "ok", text + (" (software; works, a graphics card is faster)" if answer["software"] else ""))


def check_tracer() -> Check:
    """Try the path tracer in a child process; it is an extra, so what it lacks is no fault."""
    from myriorama.scenes.rendering.pathtraced.probe import INSTALL, find_tracer

    found = find_tracer()
    if not found.variant:
        return Check(
            "path tracer", "warning", f"not here: {found.trouble}", f"Only where it is wanted: {found.way_out}"
        )
    text = f"Mitsuba {found.version}, {found.variant}" + (f" on {found.card}" if found.card else "")
    if found.trouble:
        return Check("path tracer", "warning", f"{text}; {found.trouble}", found.way_out)
    if not found.denoises:
        return Check("path tracer", "warning", f"{text}, without its denoiser", f"Only where it is wanted: {INSTALL}")
    return Check("path tracer", "ok", f"{text}, with its denoiser")


def check_importer() -> Check:
    """Import a tiny model through the disposable importer process, the way every foreign file goes."""
    from myriorama.app.assets.store import FileAssetStore
    from myriorama.scenes.errors import MyrioramaError

    with tempfile.TemporaryDirectory(prefix="myriorama-doctor-") as folder:
        (Path(folder) / "tetrahedron.obj").write_text(_TETRAHEDRON, encoding="ascii")
        store = FileAssetStore(Path(folder), cache_folder=Path(folder) / "cache")
        try:
            model = store.model(store.resolve("tetrahedron.obj"))
        except (MyrioramaError, OSError) as error:
            return Check(
                "importer", "fault", str(error), "Foreign models cannot be read; is the machine out of memory?"
            )
    faces = sum(len(part.mesh.faces) for part in model.parts)
    if faces != 4:
        return Check("importer", "fault", f"a model of 4 triangles came back with {faces}", "make setup")
    return Check("importer", "ok", "a model went through the importer process")


def check_plugins() -> Check:
    """Say whether this system holds plugins to their limits; where it does not, they can be got around."""
    from myriorama.plugins.hosting.enforcement import enforced

    weak = [promise.name for promise in enforced() if not promise.kept]
    if weak:
        way_out = "Enable only plugins of people whom you trust; `myriorama plugin info` says more."
        return Check("plugins", "warning", f"this system does not enforce: {', '.join(weak)}", way_out)
    return Check("plugins", "ok", f"held to their limits: {', '.join(promise.name for promise in enforced())}")


def machine() -> Check:
    """Say how many cores this process may use, and how much memory the machine has."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (ValueError, AttributeError, OSError):
        return Check("machine", "ok", f"{platform.system()} {platform.machine()}, {cores} cores")
    return Check("machine", "ok", f"{platform.system()} {platform.machine()}, {cores} cores, {memory_gib:.0f} GiB")


def numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: ``6.12.0rc1`` -> (6, 12, 0)."""
    match = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()
