"""Plugins of the tests' own, and hosts that count what they are asked instead of running it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from myriorama.app.document.document import Document
from myriorama.app.extensions.approvals import Approvals
from myriorama.app.extensions.installed import Plugins
from myriorama.app.observable import no_post
from myriorama.plugins.api import API_VERSION, Float, Parameter
from myriorama.plugins.faults import Fault, PluginFault
from myriorama.plugins.manifest import FILE_NAME, Manifest, ManifestEntry
from myriorama.plugins.registry import PluginRegistry, registry_with
from myriorama.plugins.sources import PluginSource

CODE = '''"""Apples."""

import numpy as np

from myriorama.plugins import Float, Generator, Material, Mesh, ObjectModel, Part

open({mark!r}, "w").write("ran")


class Apple(Generator):
    name = "{name}"
    label = "Apple"
    help = "A small apple."
    parameters = (
        Float("size_m", default=0.03, help="Across.", minimum=0.01, maximum=0.1, suggested={{"uniform": [0.02, 0.05]}}),
    )

    def generate(self, values):
        size = values["size_m"]
        points = np.array([[0, 0, 0], [size, 0, 0], [0, size, 0], [0, 0, size]], dtype=np.float32)
        faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], dtype=np.uint32)
        normals = np.tile(np.array([0, 0, 1], dtype=np.float32), (4, 1))
        mesh = Mesh(positions=points, normals=normals, uv=np.zeros((4, 2), dtype=np.float32), faces=faces)
        if size > 0.09:
            raise RuntimeError("too large an apple")
        return ObjectModel((Part("body", mesh, Material()),))
'''
HARMLESS = """open({mark!r}, "w").write("ran")\n"""


def size_parameter(**words: object) -> Float:
    return Float(**{"name": "size_m", "default": 0.03, "help": "Across.", "minimum": 0.01, "maximum": 0.1, **words})  # type: ignore[arg-type]


def described(source: PluginSource, name: str = "crab_apple", *parameters: Parameter, version: str = "1") -> Manifest:
    """What the classes of a source are said to declare."""
    module = source.package if source.is_single_file else f"{source.package}.apple"
    entry = ManifestEntry("generator", name, "Apple", "A small apple.", "1", module, "Apple", parameters)
    return Manifest(source.id, version, "Ann", "Apples.", "MIT", API_VERSION, (entry,))


class CountingHosts:
    """Stands where `PluginHosts` does: says what it is told to say, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[PluginSource] = []
        self.fault: Fault | None = None
        self.name = "crab_apple"
        self.before: Callable[[], None] = lambda: None
        self.closed = False

    def describe(self, source: PluginSource) -> Manifest:
        self.asked.append(source)
        self.before()
        if self.fault is not None:
            raise PluginFault(self.fault)
        return described(source, self.name, size_parameter())

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """The file that the plugins of these tests write when they are imported."""
    return tmp_path / "it-ran"


@pytest.fixture
def code(mark: Path) -> Callable[..., str]:
    """The text of a plugin; `harmless` leaves out what it would write at import."""

    def text(name: str = "crab_apple", *, harmless: bool = False) -> str:
        made = CODE.format(mark=str(mark), name=name)
        return made.replace(HARMLESS.format(mark=str(mark)), "") if harmless else made

    return text


@pytest.fixture
def manifest_for() -> Callable[..., Manifest]:
    return described


@pytest.fixture
def a_size() -> Callable[..., Float]:
    return size_parameter


@pytest.fixture
def hosts() -> CountingHosts:
    return CountingHosts()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """An empty folder of installed packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def install(site: Path, code: Callable[..., str]) -> Callable[..., Path]:
    """Writes a distribution with a manifest into `site`; returns its package's folder."""

    def write(name: str = "crab-apples", plugin: str = "crab_apple", version: str = "1.2") -> Path:
        package = name.replace("-", "_")
        folder, about = site / package, site / f"{package}-{version}.dist-info"
        folder.mkdir()
        about.mkdir()
        source = PluginSource(name, "installed", str(folder), package, {}, "")
        manifest = described(source, plugin, size_parameter(), version=version)
        contents = {"__init__.py": "", "apple.py": code(plugin), FILE_NAME: manifest.to_text()}
        for file_name, text in contents.items():
            (folder / file_name).write_text(text)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nAuthor: Ann\n")
        (about / "entry_points.txt").write_text(f"[myriorama.plugins]\ncrab = {package}:{FILE_NAME}\n")
        (about / "RECORD").write_text("".join(f"{package}/{n},,\n" for n in contents))
        return folder

    return write


@pytest.fixture
def user_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "config" / "plugins"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def document() -> Document:
    return Document()


@pytest.fixture
def registry() -> PluginRegistry:
    return registry_with(())


@pytest.fixture
def approvals_at(user_folder: Path) -> Path:
    return user_folder.parent / "plugins.json"


@pytest.fixture
def plugins(
    document: Document,
    approvals_at: Path,
    registry: PluginRegistry,
    user_folder: Path,
    site: Path,
    hosts: CountingHosts,
) -> Iterator[Plugins]:
    """The model over the test's own folders."""
    made = Plugins(
        no_post,
        document,
        Approvals(approvals_at),
        registry,
        user_folder,
        (str(site),),
        lambda: hosts,  # type: ignore[arg-type,return-value]
    )
    yield made
    made.close()
