"""Imports a source from the bytes that were approved: every file is read once, compared by hash, and served from there.

No compiled file is read or written, and no file that is not in the approval can be imported.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.machinery
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any, Final

from myriorama.plugins.sources import PluginSource

_COMPILED: Final = tuple(importlib.machinery.EXTENSION_SUFFIXES)
_LEFT_OUT: Final = ("conftest", "__main__")


class SourceRefused(Exception):
    """The files are not those that were approved; `cause` is that of a fault."""

    def __init__(self, cause: str, message: str, file: str = "", way_out: str = "") -> None:
        self.cause, self.file, self.way_out = cause, file, way_out
        super().__init__(message)


def read_source(source: PluginSource) -> dict[str, bytes]:
    """Return the Python files of a source by absolute path, after comparing every file with its hash.

    Raises
    ------
    SourceRefused
        A file is missing or another.
    """
    root = Path(source.root)
    folder = root.parent if source.is_single_file else root
    kept: dict[str, bytes] = {}
    for relative, sha256 in source.files.items():
        inside = PurePosixPath(relative)
        if inside.is_absolute() or ".." in inside.parts:
            raise SourceRefused("changed", f"the path {relative!r} leads out of the plugin's folder")
        path = folder / inside
        try:
            content = path.read_bytes()
        except OSError as error:
            why = f"the file {relative} cannot be read: {error.strerror or error}"
            raise SourceRefused("missing", why, str(path), "put it back, or remove the plugin") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise SourceRefused(
                "changed",
                f"the file {relative} is not the one that was approved",
                str(path),
                "look at what changed and enable the plugin again",
            )
        if path.suffix == ".py":
            kept[str(path)] = content
    return kept


class ApprovedLoader(importlib.machinery.SourceFileLoader):
    """Serves one module from approved bytes. Its resources are read from the real folder."""

    def __init__(self, fullname: str, path: str, content: bytes) -> None:
        super().__init__(fullname, path)
        self._content = content

    def get_data(self, path: str) -> bytes:
        if path == self.path:
            return self._content
        return super().get_data(path)

    def path_stats(self, path: str) -> Mapping[str, Any]:
        raise OSError("compiled files are neither read nor written")


class ApprovedFinder:
    """Finds the modules of one source, and no other."""

    def __init__(self, source: PluginSource, files: Mapping[str, bytes]) -> None:
        self._package = source.package
        self._single = source.is_single_file
        self._root = Path(source.root)
        self._files = files
        self._compiled = frozenset(f for f in source.files if f.endswith(_COMPILED))
        self._folders = {str(parent) for f in source.files for parent in PurePosixPath(f).parents}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of a module of this source; None for every name that is not below its package.

        Raises
        ------
        ModuleNotFoundError
            The name is below its package, and nothing of that name was approved; other finders are not asked.
        """
        package, _, rest = fullname.partition(".")
        if package != self._package:
            return None
        found = self._below(fullname, rest)
        if found is None:
            raise ModuleNotFoundError(f"no module {fullname!r} among the approved files", name=fullname)
        return found

    def _below(self, fullname: str, rest: str) -> importlib.machinery.ModuleSpec | None:
        if self._single:
            return self._spec(fullname, self._root, is_package=False) if not rest else None
        relative = rest.replace(".", "/")
        folder = self._root / relative
        found = self._spec(fullname, folder / "__init__.py", is_package=True)
        if found is not None or not rest:
            return found
        found = self._spec(fullname, folder.with_name(folder.name + ".py"), is_package=False)
        if found is not None:
            return found
        for suffix in _COMPILED:
            if relative + suffix in self._compiled:
                real = str(self._root / (relative + suffix))
                loader = importlib.machinery.ExtensionFileLoader(fullname, real)
                return importlib.util.spec_from_file_location(fullname, real, loader=loader)
        if relative in self._folders:
            spec = importlib.machinery.ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [str(folder)]
            return spec
        return None

    def _spec(self, fullname: str, path: Path, *, is_package: bool) -> importlib.machinery.ModuleSpec | None:
        content = self._files.get(str(path))
        if content is None:
            return None
        loader = ApprovedLoader(fullname, str(path), content)
        locations = [str(path.parent)] if is_package else None
        return importlib.util.spec_from_file_location(
            fullname, str(path), loader=loader, submodule_search_locations=locations
        )


class LoadedSource:
    """A source whose code can be imported in this process.

    Attributes
    ----------
    files : mapping
        Absolute path -> content of its Python files, as approved.
    """

    def __init__(self, source: PluginSource) -> None:
        self.source = source
        self.files: Mapping[str, bytes] = read_source(source)
        taken = source.package in sys.modules or source.package in sys.stdlib_module_names
        if taken:
            raise SourceRefused(
                "import",
                f"{source.package!r} is the name of a module of Python or of this program",
                source.root,
                "rename the file",
            )
        # First of all finders: what was approved goes before a file of the same name elsewhere.
        sys.meta_path.insert(0, ApprovedFinder(source, self.files))

    def module_names(self) -> tuple[str, ...]:
        """Return the names of all modules in which plugins are looked for; tests are not among them."""
        if self.source.is_single_file:
            return (self.source.package,)
        names = []
        root = Path(self.source.root)
        for path in self.files:
            parts = Path(path).relative_to(root).with_suffix("").parts
            if parts[-1] == "__init__":
                parts = parts[:-1]
            if any(p in _LEFT_OUT or p == "tests" or p.startswith("test_") or not p.isidentifier() for p in parts):
                continue
            names.append(".".join((self.source.package, *parts)))
        return tuple(sorted(names))

    def module(self, name: str) -> ModuleType:
        """Import and return one of its modules; whatever the module raises comes through."""
        return importlib.import_module(name)

    def line(self, file: str, number: int) -> str:
        """Return one line of its code as approved; empty where there is none."""
        content = self.files.get(file)
        if content is None or number < 1:
            return ""
        lines = content.decode("utf-8", "replace").splitlines()
        return lines[number - 1].strip() if number <= len(lines) else ""
