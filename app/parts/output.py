"""Edits of a project's output: size with its shape kept, formats with their options, labels.

It writes no dataset.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from myriorama.app.document.addresses import MISSING, OUTPUT
from myriorama.app.document.edit import Edit
from myriorama.app.production.acceptance import missing_labels
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.parameters.fit import fit_literal
from myriorama.scenes.parameters.schema import by_name
from myriorama.scenes.parameters.wording import shown
from myriorama.scenes.project.model import Output, Project
from myriorama.scenes.registry import Registry

SMALLEST_PX: Final = 16
LARGEST_PX: Final = 16384


@dataclass(frozen=True)
class Preset:
    """An image size that has a name."""

    name: str
    width: int
    height: int


PRESETS: Final = (
    Preset("Square 256", 256, 256),
    Preset("Square 512", 512, 512),
    Preset("Square 640", 640, 640),
    Preset("Square 1024", 1024, 1024),
    Preset("VGA", 640, 480),
    Preset("XGA", 1024, 768),
    Preset("Quarter HD", 960, 540),
    Preset("HD 720", 1280, 720),
    Preset("Full HD", 1920, 1080),
    Preset("4K UHD", 3840, 2160),
    Preset("Portrait HD", 720, 1280),
)


def set_size(project: Project, width: int, height: int) -> Edit:
    """Set the image size.

    Raises
    ------
    InputError
        A side is not 16 to 16384 px.
    """
    for name, side in (("width", width), ("height", height)):
        if not SMALLEST_PX <= side <= LARGEST_PX:
            message, allowed = f"the {name} would be {side} px", f"{SMALLEST_PX} to {LARGEST_PX} px"
            raise InputError(Problem(f"output.{name}", message, "", allowed))
    return _edit(project, f"Change image size to {width} x {height}", width=width, height=height)


def kept_shape(
    width: int, height: int, *, new_width: int | None = None, new_height: int | None = None
) -> tuple[int, int]:
    """Return the size that has one new side and the old shape, to the nearest pixel."""
    if new_width is not None:
        return new_width, max(1, round(new_width * height / width))
    if new_height is not None:
        return max(1, round(new_height * width / height)), new_height
    return width, height


def shape_in_words(width: int, height: int) -> str:
    """Return megapixels and aspect: "0.31 MP, 4:3"."""
    common = _greatest_common(width, height)
    across, down = width // common, height // common
    shape = f"{across}:{down}" if max(across, down) <= 32 else f"{width / height:.3g}:1"
    return f"{width * height / 1e6:.2g} MP, {shape}"


def set_quality(project: Project, quality: str) -> Edit:
    """Set the render quality: draft, standard or high."""
    return _edit(project, f"Change quality to {quality}", quality=quality)


def set_clean(project: Project, wanted: bool) -> Edit:
    """Keep each picture also as it was before the last effects that can be drawn again, or no longer."""
    return _edit(project, f"{'Keep' if wanted else 'Do not keep'} clean pictures", clean=wanted)


def set_format(project: Project, name: str, wanted: bool) -> Edit:
    """Write a format, or no longer; its options are kept.

    Raises
    ------
    InputError
        None would be left.
    """
    formats = tuple(f for f in project.output.formats if f != name)
    if wanted:
        formats = (*project.output.formats, name) if name not in project.output.formats else project.output.formats
    if not formats:
        raise InputError(Problem("output.formats", "a dataset needs a format", "", "at least one"))
    return _edit(project, f"{'Write' if wanted else 'Do not write'} {name}", formats=formats)


def set_option(project: Project, registry: Registry, writer: str, name: str, value: Any) -> Edit:
    """Set an option of a writer; its default, or `MISSING`, takes the entry away.

    Raises
    ------
    InputError
        The writer has no such option, or it does not take this value.
    """
    declared = by_name(registry.parameters("writer", writer))
    place = f"output.writer_options.{writer}.{name}"
    if name not in declared:
        raise InputError(Problem(place, f"writer {writer} has no such option", shown(name), ", ".join(declared)))
    if value is not MISSING:
        problem = fit_literal(value, declared[name], place)[1]
        if problem is not None:
            raise InputError(problem)
    options = {k: v for k, v in project.output.writer_options.get(writer, {}).items() if k != name}
    if value is not MISSING and value != declared[name].default:
        options[name] = value
    written = {k: v for k, v in project.output.writer_options.items() if k != writer}
    if options:
        written[writer] = options
    return _edit(project, f"Change {writer} option {name.replace('_', ' ')}", writer_options=written)


def chosen_labels(project: Project, registry: Registry) -> tuple[str, ...]:
    """Return the labels that are computed: those that are named, or all."""
    return project.output.labels or registry.names("annotator")


def set_label(project: Project, registry: Registry, name: str, wanted: bool) -> Edit:
    """Compute a label, or no longer; all of them are written as none named.

    Raises
    ------
    InputError
        None would be left, or an acceptance rule needs it.
    """
    every: tuple[str, ...] = registry.names("annotator")
    now = set(chosen_labels(project, registry))
    now = now | {name} if wanted else now - {name}
    if not now:
        allowed = "at least one; visible costs the least"
        raise InputError(Problem("output.labels", "no label would be computed", "", allowed))
    unknown = [n for n in project.output.labels if n not in every and n in now]
    labels = tuple(n for n in every if n in now) + tuple(unknown)
    if not unknown and len(labels) == len(every):
        labels = ()
    edit = _edit(project, f"{'Compute' if wanted else 'Do not compute'} label {name.replace('_', ' ')}", labels=labels)
    problems = missing_labels(edit.project, labels)
    if problems:
        raise InputError(problems)
    return edit


def _greatest_common(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def _edit(project: Project, label: str, **fields: Any) -> Edit:
    output = Output.model_validate({**project.output.__dict__, **fields})
    return Edit(project.model_copy(update={"output": output}), label, (OUTPUT,))
