"""A renderer that does not go on where a newer request has come; it changes nothing of what is rendered."""

from __future__ import annotations

from collections.abc import Callable

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.rendering.frame import Device, Frame, Renderer, RenderRequest

Stop = Callable[[], bool]
"""Whether a newer request has come, so that this one need not be finished."""


class SupersededError(Exception):
    """A newer request came while a picture was made."""


class Attentive:
    """Fulfils `Renderer`; raises `SupersededError` before and after a frame where `stop` says so."""

    def __init__(self, renderer: Renderer, stop: Stop) -> None:
        self._renderer = renderer
        self._stop = stop

    @property
    def device(self) -> Device:
        return self._renderer.device

    def render(self, scene: Scene, request: RenderRequest) -> Frame:
        if self._stop():
            raise SupersededError
        frame = self._renderer.render(scene, request)
        if self._stop():
            raise SupersededError
        return frame

    def close(self) -> None:
        self._renderer.close()
