"""Framebuffers that a picture passes through, and the one-triangle draw that fills them.

They are scratch: nothing in them outlives a frame.
"""

from __future__ import annotations

from typing import Any

import moderngl


class Screen:
    """Draws one triangle over the framebuffer in use."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._arrays: dict[Any, Any] = {}

    def draw(self, program: Any, depth: float = 0.0) -> None:
        """Draw at a clip depth of -1 (near) to 1 (far)."""
        array = self._arrays.get(program)
        if array is None:
            array = self._arrays[program] = self._context.vertex_array(program, [])
        program["u_depth"].value = depth
        array.render(vertices=3)

    def release(self) -> None:
        """Free the vertex arrays."""
        for array in self._arrays.values():
            array.release()
        self._arrays.clear()


class Surface:
    """A colour texture with its framebuffer, made again where the size changes.

    Parameters
    ----------
    components, dtype
        As moderngl names formats: (4, "f4"), (1, "f1"), ...
    """

    def __init__(self, context: moderngl.Context, components: int, dtype: str) -> None:
        self._context = context
        self._components = components
        self._dtype = dtype
        self._depth: Any = None
        self._owns = False
        self.texture: Any = None
        self.framebuffer: Any = None

    def resize(self, width: int, height: int, depth: Any = None, own_depth: bool = False) -> None:
        """Make it (width, height) pixels, with a depth buffer that is shared, its own, or none."""
        if self.texture is not None and self.texture.size == (width, height) and (own_depth or self._depth is depth):
            return
        self.release()
        self.texture = self._context.texture((width, height), self._components, dtype=self._dtype)
        self.texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self.texture.repeat_x = self.texture.repeat_y = False
        self._depth = self._context.depth_renderbuffer((width, height)) if own_depth else depth
        self._owns = own_depth
        self.framebuffer = self._context.framebuffer([self.texture], self._depth)

    def release(self) -> None:
        """Free texture and framebuffer; a shared depth buffer is left alone."""
        if self.texture is not None:
            self.framebuffer.release()
            self.texture.release()
            if self._owns:
                self._depth.release()
            self.texture = self.framebuffer = self._depth = None
