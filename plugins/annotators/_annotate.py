"""Runs the chosen annotators over one frame and puts the record together.

It checks that every annotator keeps to what it declared; it corrects nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from myriorama.plugins.api import WHOLE_IMAGE, Annotator
from myriorama.plugins.registry import PluginRegistry, builtin_registry
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.errors import PluginError
from myriorama.scenes.labels.record import Annotation, Record
from myriorama.scenes.labels.stored import fields_to_json, require_json
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.rendering.frame import Frame, RenderRequest
from myriorama.scenes.sample import SceneSample

ALWAYS: Final = "visible"
"""The annotator without which there is nothing to annotate."""

_IDENTITY: Final = frozenset(
    ("instance", "instance_key", "class_id", "class_name", "camera_from_object", "world_from_object", "extra")
)
_TYPED: Final = frozenset(f.name for f in fields(Annotation)) - _IDENTITY


def choose(registry: PluginRegistry | None = None, labels: Sequence[str] = ()) -> tuple[Annotator, ...]:
    """Return annotators by name; no name means all that are shipped. `visible` is always among them.

    A third party's is named by the project or not used: what is enabled on one machine changes no labels.

    Raises
    ------
    PluginError
        A name is unknown, or two annotators fill the same field.
    """
    registry = registry or builtin_registry()
    names = sorted({ALWAYS, *(labels or registry.shipped("annotator"))})
    chosen = tuple(registry.annotator(name) for name in names)
    filled: dict[str, str] = {}
    for annotator in chosen:
        for name in annotator.fills:
            if name in _IDENTITY:
                raise PluginError(f"annotator {annotator.name!r} may not fill {name!r}: it comes from the scene")
            if name in filled:
                raise PluginError(f"annotators {filled[name]!r} and {annotator.name!r} both fill {name!r}")
            filled[name] = annotator.name
    return chosen


def request_for(annotators: Sequence[Annotator], base: RenderRequest | None = None) -> RenderRequest:
    """Return `base` with every pass switched on that some annotator reads."""
    base = base or RenderRequest()
    passes = frozenset[str]().union(*(a.passes for a in annotators))
    return replace(
        base,
        rgb=base.rgb or "rgb" in passes,
        truth=True,
        amodal=base.amodal or "amodal" in passes,
        linear=base.linear or "linear" in passes,
        coordinates=True,
    )


def annotate(
    frame: Frame,
    scene: Scene,
    sample: SceneSample,
    registry: PluginRegistry | None = None,
    labels: Sequence[str] = (),
    truth: Truth | None = None,
) -> Record:
    """Return the record of one rendered frame.

    Parameters
    ----------
    frame : Frame
        Rendered from `scene`, with every pass that the annotators read.
    labels : sequence of str
        Names of annotators; empty means all that the registry knows.
    truth : Truth or None
        Of this very frame and scene, where the caller has it already.

    Raises
    ------
    PluginError
        A pass is missing, or an annotator returned what it had not declared.
    """
    annotators = tuple(a for a in choose(registry, labels) if a.applies(scene))
    _check_passes(frame, annotators)
    truth = truth or Truth.of(frame, scene)
    if truth.frame is not frame or truth.scene is not scene:
        raise ValueError("the truth given belongs to another frame or scene")
    by_instance: dict[int, dict[str, Any]] = {i: {} for i in truth.things}
    layers: dict[str, npt.NDArray[Any]] = dict(frame.layers)
    extra: dict[str, Any] = {}
    for annotator in annotators:
        for index, given in annotator.annotate(frame, scene, truth).items():
            _check_fields(annotator, given)
            if index == WHOLE_IMAGE:
                for name, value in given.items():
                    _keep_whole(annotator, name, value, truth, layers, extra)
            elif index in by_instance:
                by_instance[index].update(given)
            else:
                raise PluginError(f"annotator {annotator.name!r} gave fields to instance {index}, which is no thing")
    names = {c.id: c.name for c in scene.classes}
    camera_from_world = scene.camera.camera_from_world
    annotations, hidden = [], []
    visible = frozenset(truth.visible_things)
    for i, given in by_instance.items():
        instance = scene.instances[i]
        identity: dict[str, Any] = {
            "instance": i,
            "instance_key": instance.instance_key,
            "class_id": instance.class_id,
            "class_name": names.get(instance.class_id, ""),
            "camera_from_object": camera_from_world @ instance.world_from_object,
            "world_from_object": instance.world_from_object,
        }
        further = {name: value for name, value in given.items() if name not in _TYPED}
        require_json(further, f"labels of {instance.instance_key}")
        typed = {name: value for name, value in given.items() if name in _TYPED}
        if i in visible:
            annotations.append(Annotation(**identity, **typed, extra=MappingProxyType(further)))
        else:
            hidden.append(MappingProxyType(fields_to_json({**identity, **typed, "extra": further})))
    return Record(
        key=sample.key,
        index=sample.index,
        sample=sample,
        scene=scene,
        frame=frame,
        annotations=tuple(annotations),
        hidden=tuple(hidden),
        labels=tuple(a.name for a in annotators),
        layers=MappingProxyType(layers),
        extra=MappingProxyType(extra),
    )


def _check_passes(frame: Frame, annotators: Sequence[Annotator]) -> None:
    there = {
        "truth": frame.surface_id is not None and frame.depth is not None,
        "amodal": frame.amodal is not None,
        "rgb": frame.rgb is not None,
        "linear": frame.linear is not None,
    }
    for annotator in annotators:
        missing = sorted(p for p in annotator.passes if not there.get(p, False))
        if missing:
            raise PluginError(
                f"annotator {annotator.name!r} reads the {' and '.join(missing)} pass, "
                "and this frame was rendered without it"
            )


def _check_fields(annotator: Annotator, given: Mapping[str, Any]) -> None:
    undeclared = sorted(set(given) - set(annotator.fills))
    if undeclared:
        raise PluginError(
            f"annotator {annotator.name!r} returned {', '.join(undeclared)} without declaring it in `fills`"
        )


def _keep_whole(
    annotator: Annotator,
    name: str,
    value: Any,
    truth: Truth,
    layers: dict[str, npt.NDArray[Any]],
    extra: dict[str, Any],
) -> None:
    if isinstance(value, np.ndarray):
        if value.shape[:2] != (truth.height, truth.width) or value.dtype.kind not in "buif":
            raise PluginError(
                f"annotator {annotator.name!r}: {name} must be numbers of {truth.height} rows and {truth.width} "
                f"columns, not {value.dtype} of shape {value.shape}"
            )
        layers[name] = value
        return
    require_json(value, f"{name} of annotator {annotator.name!r}")
    extra[name] = value
