"""Errors that a user can act on: each names the thing, the place and the way out.

Nothing here catches; this file only says what can go wrong and how it is told.
"""

from __future__ import annotations

from dataclasses import dataclass


class MyrioramaError(Exception):
    """Base of every error that is the input's or the machine's fault, not a bug."""


@dataclass(frozen=True)
class Problem:
    """One fault in an input.

    Attributes
    ----------
    place : str
        Where in the file, as a path: ``objects[0].parameters.height_m``.
    message : str
        What is wrong, in one sentence.
    value : str
        The offending value as written, shortened; empty where there is none.
    allowed : str
        What would be accepted; empty where the message says it.
    file : str
        The file at fault; empty for an input that was never a file.
    """

    place: str
    message: str
    value: str = ""
    allowed: str = ""
    file: str = ""

    def __str__(self) -> str:
        text = f"{self.file}: " if self.file else ""
        text += f"{self.place}: " if self.place else ""
        text += self.message
        if self.value:
            text += f" (got {self.value})"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        return text


class InputError(MyrioramaError):
    """An input was refused before any work began. Carries every problem found.

    The command line turns it into exit code 2.
    """

    def __init__(self, problems: Problem | list[Problem] | tuple[Problem, ...]) -> None:
        found = (problems,) if isinstance(problems, Problem) else tuple(problems)
        if not found:
            raise ValueError("an InputError needs at least one Problem")
        self.problems = found
        super().__init__("\n".join(str(p) for p in found))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return (type(self), (self.problems,))


class ProjectError(InputError):
    """A project file is not acceptable."""


class AssetError(InputError):
    """A foreign file (mesh, image, radiance map) is missing, hostile, or broken."""


class PluginError(MyrioramaError):
    """A plugin is unknown, or broke its own contract."""


class DeviceError(MyrioramaError):
    """No OpenGL device could be opened, or it was lost."""


class ContractError(MyrioramaError):
    """A sample broke the label contract; it must not enter a dataset."""
