"""Compiles the shaders of resources/shaders, one program per set of switches, each once.

It knows no scene: which switches a draw needs is the caller's business.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final

import moderngl

from myriorama.scenes.errors import DeviceError

_INCLUDE: Final = re.compile(r'^#include "([a-z_]+\.glsl)"$', re.MULTILINE)


@cache
def shader_text(name: str) -> str:
    """Return a shader file with its includes pasted in; an include is pasted once, at its first mention."""
    return _expand(name, set())


def _expand(name: str, seen: set[str]) -> str:
    if name in seen:
        return ""
    seen.add(name)
    text = (resources.files("myriorama.resources") / "shaders" / name).read_text(encoding="utf-8")
    return _INCLUDE.sub(lambda match: _expand(match.group(1), seen), text)


class Programs:
    """The compiled programs of one context.

    Parameters
    ----------
    context
        Where to compile.
    constants
        Switches that every program gets.
    """

    def __init__(self, context: moderngl.Context, constants: dict[str, int]) -> None:
        self._context = context
        self._constants = constants
        self._compiled: dict[tuple[str, str, tuple[tuple[str, int], ...]], moderngl.Program] = {}

    def get(self, vertex: str, fragment: str, **switches: int) -> moderngl.Program:
        """Return the program of two shader files under these switches, compiled on first use.

        Raises
        ------
        DeviceError
            The driver refused the shader; the message carries the driver's words.
        """
        key = (vertex, fragment, tuple(sorted(switches.items())))
        program = self._compiled.get(key)
        if program is None:
            program = self._compile(*key)
            self._compiled[key] = program
        return program

    def __len__(self) -> int:
        return len(self._compiled)

    def _compile(self, vertex: str, fragment: str, switches: tuple[tuple[str, int], ...]) -> moderngl.Program:
        defines = {**self._constants, **dict(switches)}
        gather = "#extension GL_ARB_texture_gather : require\n" if defines.get("GATHER") else ""
        head = "#version 330 core\n" + gather + "".join(f"#define {name} {value}\n" for name, value in defines.items())
        try:
            program = self._context.program(
                vertex_shader=head + shader_text(vertex), fragment_shader=head + shader_text(fragment)
            )
        except moderngl.Error as error:
            raise DeviceError(f"the driver refused shader {vertex} + {fragment} {dict(switches)}: {error}") from error
        return program

    def release(self) -> None:
        """Free every program."""
        for program in self._compiled.values():
            program.release()
        self._compiled.clear()
