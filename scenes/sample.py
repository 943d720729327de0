"""A sample: every number that was drawn for one image, and no mesh. The recipe, JSON-able both ways.

It refuses nothing and computes nothing; drawing fills it, assembly reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class NodeSample:
    """The drawn values of one node (camera rig, environment, light, placement, effect).

    `values` holds one JSON value per declared parameter of the node's type, defaults included.
    """

    uid: str
    type: str
    name: str
    values: Mapping[str, Any]
    class_name: str = ""


@dataclass(frozen=True)
class MemberSample:
    """One object of a group: its number, its generator's values, its slots' material values, its placement values."""

    number: int
    values: Mapping[str, Any]
    materials: Mapping[str, Mapping[str, Any]]
    placement: Mapping[str, Any]


@dataclass(frozen=True)
class GroupSample:
    """One object group.

    Attributes
    ----------
    type : str
        The generator's name.
    class_spec
        A class name, ``"unlabelled"``, or ``{"attribute": name, "map": {value: class name}}``.
    placement : NodeSample
        Group-wide placement values.
    """

    uid: str
    type: str
    name: str
    class_spec: str | Mapping[str, Any]
    members: tuple[MemberSample, ...]
    placement: NodeSample


@dataclass(frozen=True)
class SceneSample:
    """Everything that was drawn for sample `index`.

    Attributes
    ----------
    key : str
        ``00000012-`` plus 16 hex digits of the recipe's hash: names the sample everywhere.
    attempt : int
        How many earlier draws of this index the acceptance rules refused.
    lens : mapping
        Drawn camera values that are not the rig's: focal length, sensor, exposure, image size.
    """

    key: str
    project_hash: str
    seed: int
    index: int
    attempt: int
    rig: NodeSample
    lens: Mapping[str, Any]
    environment: tuple[NodeSample, ...]
    lights: tuple[NodeSample, ...]
    stage: tuple[GroupSample, ...]
    objects: tuple[GroupSample, ...]
    effects: tuple[NodeSample, ...]


def sample_to_json(sample: SceneSample) -> dict[str, Any]:
    """Return the recipe as JSON values, field by field."""
    return {f.name: _plain(getattr(sample, f.name)) for f in fields(sample)}


def _plain(value: Any) -> Any:
    if isinstance(value, NodeSample | MemberSample | GroupSample):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value
