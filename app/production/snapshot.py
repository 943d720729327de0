"""What a job fixes before its first sample: the project as it is now, and the versions that will make it.

It reads no clock; a dataset made again from the same snapshot has the same bytes.
"""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from myriorama.plugins.selection import ClassUse, Selection
from myriorama.plugins.splitting import Split
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.assembly.scene import SceneClass
from myriorama.scenes.project.dump import project_hash
from myriorama.scenes.project.model import Project
from myriorama.scenes.rendering.pathtraced.probe import find_tracer

_TOLD: Final = ("myriorama", "deflate", "numpy", "scipy", "moderngl", "mujoco-core", "pillow", "trimesh")
_TRACING: Final = ("mitsuba", "drjit", "pyoidn")
VARIANT: Final = "mitsuba_variant"
"""Under this name the versions tell how Mitsuba computes: its variants round, and some trace, differently."""


def dataset_info(project: Project, size: tuple[int, int]) -> DatasetInfo:
    """Return what is true of the whole dataset. `size` is width and height in pixels."""
    return DatasetInfo(
        name=project.name,
        project_hash=project_hash(project),
        seed=project.seed,
        width=size[0],
        height=size[1],
        classes=tuple(
            SceneClass(c.id, c.name, c.supercategory, c.color, c.kind)
            for c in sorted(project.classes, key=lambda c: c.id)
        ),
        description=project.description,
        licence=project.licence,
        credits=project.credits,
        program=f"myriorama {version('myriorama')}",
    )


def shown_as(project: Project) -> Selection:
    """Return the project's class map and split as what formats show records by."""
    classes = {name: ClassUse(row.name, row.id, row.use) for name, row in project.output.class_map.items()}
    split = project.output.split
    return Selection(classes, split=Split((split.train, split.val, split.test), split.by, split.salt))


def versions(engine: str = "raster") -> dict[str, str]:
    """Return the versions of everything that can change a pixel or a label, for pictures by `engine`.

    What is not installed is left out; whether it is needed is for the engine to say. Where neither this process nor its
    parents tried Mitsuba yet, a process is started that does.
    """
    told = {name: version(name) for name in _TOLD}
    if engine == "pathtraced":
        for name in _TRACING:
            with suppress(PackageNotFoundError):
                told[name] = version(name)
        variant = find_tracer().variant
        if variant:
            told[VARIANT] = variant
    return told
