"""Edits of the engine that makes a project's pictures, and of how it traces paths.

It opens no engine, and refuses what the project file would refuse.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError

from myriorama.app.document.addresses import OUTPUT
from myriorama.app.document.edit import Edit
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.model import Output, Project, TracingOptions

ENGINES: Final = {"raster": "raster", "pathtraced": "path traced"}
"""Engine -> its name for people, inside a sentence."""
_WORDS: Final = {
    "samples_per_pixel": "paths per pixel",
    "noise_target": "target noise",
    "denoise": "denoising",
    "max_depth": "longest path",
    "pairs": "training pairs",
    "clean_factor": "paths of the clean picture",
}
_ALLOWED: Final = {
    "samples_per_pixel": "1 to 65536",
    "noise_target": "at least 0 and below 1",
    "max_depth": "1 to 64",
    "clean_factor": "1 to 1024",
}


def set_engine(project: Project, engine: str) -> Edit:
    """Set what makes the pictures: "raster" or "pathtraced".

    Raises
    ------
    InputError
        There is no such engine.
    """
    if engine not in ENGINES:
        raise InputError(Problem("output.engine", "there is no such engine", engine, " or ".join(ENGINES)))
    output = project.output.model_copy(update={"engine": engine})
    return Edit(
        project.model_copy(update={"output": output}), f"Make pictures by the engine {ENGINES[engine]}", (OUTPUT,)
    )


def set_tracing(project: Project, name: str, value: Any) -> Edit:
    """Set one option of the path tracer.

    Raises
    ------
    InputError
        It does not take this value.
    """
    try:
        tracing = TracingOptions.model_validate({**project.output.tracing.model_dump(), name: value})
    except ValidationError as error:
        message = f"{_WORDS.get(name, name)} cannot be {value!r}"
        raise InputError(Problem(f"output.tracing.{name}", message, "", _ALLOWED.get(name, ""))) from error
    output: Output = project.output.model_copy(update={"tracing": tracing})
    return Edit(project.model_copy(update={"output": output}), f"Change {_WORDS.get(name, name)}", (OUTPUT,))


def engine_in_words(engine: str, tracing: TracingOptions) -> str:
    """Return what makes the pictures, in a few words: "path traced, 64 paths, denoised"."""
    if engine == "raster":
        return ENGINES["raster"]
    paths = f"{tracing.samples_per_pixel:,} path{'s' if tracing.samples_per_pixel > 1 else ''}"
    if tracing.noise_target > 0:
        paths = f"up to {paths}"
    parts = [ENGINES["pathtraced"], paths]
    parts += ["denoised"] if tracing.denoise else []
    parts += ["training pairs"] if tracing.pairs else []
    return ", ".join(parts)
