"""A new plugin from the template: the folder appears whole or not at all, and never over anything that is there.

It runs nothing and asks no network.
"""

from __future__ import annotations

import keyword
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from myriorama.plugins.registry import builtin_registry
from myriorama.resources import resource_path
from myriorama.scenes.errors import InputError, Problem

NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
LONGEST_NAME: Final = 40
_ALLOWED: Final = f"snake_case of at most {LONGEST_NAME} letters, such as wooden_spool"
FILES: Final[Mapping[str, str]] = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "LICENSE.txt": "LICENSE",
    "gitignore.txt": ".gitignore",
    "ci.yml.txt": ".github/workflows/check.yml",
    "package.py.txt": "{name}/__init__.py",
    "generator.py.txt": "{name}/generator.py",
    "test_plugin.py.txt": "tests/test_{name}.py",
}
"""File of the template -> where it goes."""


def start_plugin(folder: Path, publisher: str = "") -> tuple[Path, ...]:
    """Make a new plugin project and return its files, sorted.

    Parameters
    ----------
    folder : Path
        Its last part is the plugin's name.
    publisher : str
        Empty writes a name to be replaced.

    Raises
    ------
    InputError
        The name cannot be a plugin's, something is there already, or the folder above is not there.
    """
    name = folder.name
    _check_name(name, folder)
    who = publisher.strip() or "Your name"
    if not who.isprintable() or len(who) > 200 or '"' in who or "\\" in who:
        raise InputError(Problem("--publisher", "this cannot stand in pyproject.toml", repr(publisher[:80])))
    words = {"NAME": name, "CLASS": "".join(w.capitalize() for w in name.split("_")), "PUBLISHER": who}
    words["TITLE"] = name.replace("_", " ").capitalize()
    made = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder.resolve().parent))
    try:
        template = resource_path("templates") / "plugin"
        for source, target in FILES.items():
            text = (template / source).read_text(encoding="utf-8")
            for word, value in words.items():
                text = text.replace(f"@{word}@", value)
            file = made / target.format(name=name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        made.chmod(0o755)
        made.rename(folder)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return tuple(sorted(folder / target.format(name=name) for target in FILES.values()))


def _check_name(name: str, folder: Path) -> None:
    shown = repr(name[:80])
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise InputError(Problem("NAME", "a plugin's name is a name of Python in small letters", shown, _ALLOWED))
    if keyword.iskeyword(name) or name in sys.stdlib_module_names or name == "myriorama" or name == "tests":
        raise InputError(
            Problem("NAME", "this is a word of Python, or a module that is there already", shown, _ALLOWED)
        )
    if name in builtin_registry().names("generator"):
        raise InputError(Problem("NAME", "a built-in generator has this name", shown, "another name"))
    if folder.exists() or folder.is_symlink():
        raise InputError(Problem("NAME", "this exists already", repr(str(folder)), "a folder that does not exist yet"))
    if not folder.resolve().parent.is_dir():
        raise InputError(Problem("NAME", "the folder to make it in does not exist", repr(str(folder.parent))))
