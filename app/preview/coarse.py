"""Objects as a draft draws them: parts that bring a coarse mesh are drawn by it.

Only what is drawn is exchanged: bounds, keypoints, collision and all that is told of the scene stay the object's own,
and no final comes near this.
"""

from __future__ import annotations

import weakref
from dataclasses import replace

from myriorama.scenes.assembly.model import ObjectModel, Part
from myriorama.scenes.assembly.scene import Scene


class CoarseModels:
    """Makes the coarse twin of an object once, and keeps it for as long as the object."""

    def __init__(self) -> None:
        self._made: weakref.WeakKeyDictionary[ObjectModel, ObjectModel] = weakref.WeakKeyDictionary()

    def scene(self, scene: Scene) -> Scene:
        """Return the scene with coarse meshes where there are any; the very scene where there are none."""
        if not any(part.coarse is not None for i in scene.instances for part in i.model.parts):
            return scene
        return replace(scene, instances=tuple(replace(i, model=self._model(i.model)) for i in scene.instances))

    def _model(self, model: ObjectModel) -> ObjectModel:
        found = self._made.get(model)
        if found is None:
            found = self._made[model] = replace(model, parts=tuple(_coarse(part) for part in model.parts))
        return found


def _coarse(part: Part) -> Part:
    return part if part.coarse is None else replace(part, mesh=part.coarse)
