"""What a labelling tool must know of a set before its first picture: which attributes and keypoints classes have.

It reads the records once and keeps names alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from myriorama.plugins.api import StoredRecord
from myriorama.plugins.writers._markup import attributes
from myriorama.plugins.writers.coco import KeypointSchema, keypoint_schema


@dataclass
class Schema:
    """Names that a set has.

    Attributes
    ----------
    samples : int
    parts : set of str
    attributes : dict
        Class id -> names of attributes, in the order in which they come.
    keypoints : dict
        Class id -> keypoints and bones.
    ignores : bool
        Whether there are regions to ignore.
    """

    samples: int = 0
    parts: set[str] = field(default_factory=set)
    attributes: dict[int, dict[str, None]] = field(default_factory=dict)
    keypoints: dict[int, KeypointSchema] = field(default_factory=dict)
    ignores: bool = False


def schema_of(records: Iterable[StoredRecord]) -> Schema:
    """Return the names of a set."""
    schema = Schema()
    schema.keypoints = keypoint_schema(_noted(records, schema))
    return schema


def _noted(records: Iterable[StoredRecord], schema: Schema) -> Iterator[StoredRecord]:
    for stored in records:
        schema.samples += 1
        schema.parts.add(stored["part"])
        schema.ignores = schema.ignores or bool(stored["ignored"])
        for a in stored["annotations"]:
            schema.attributes.setdefault(a["class_id"], {}).update(dict.fromkeys(a["attributes"]))
        yield stored


def drawing(names: Sequence[str], bones: Iterable[tuple[str, str]]) -> str:
    """Return the picture of a skeleton by which CVAT knows its points: on a circle, in a square of 100."""
    turns = [2 * math.pi * k / max(len(names), 1) for k in range(len(names))]
    places = [(round(50 + 40 * math.sin(t), 3), round(50 - 40 * math.cos(t), 3)) for t in turns]
    at = {name: k for k, name in enumerate(names)}
    lines = [
        f'<line x1="{places[a][0]}" y1="{places[a][1]}" x2="{places[b][0]}" y2="{places[b][1]}" stroke="black" '
        f'data-type="edge" data-node-from="{a + 1}" stroke-width="0.5" data-node-to="{b + 1}"></line>'
        for a, b in ((at[first], at[second]) for first, second in bones)
    ]
    circles = [
        f'<circle r="1.5" stroke="black" fill="#b3b3b3" cx="{x}" cy="{y}" stroke-width="0.1" '
        f'data-type="element node" data-element-id="{k + 1}" data-node-id="{k + 1}" '
        f"data-label-name={attributes(name=name).partition('=')[2]}></circle>"
        for k, (name, (x, y)) in enumerate(zip(names, places, strict=True))
    ]
    return "".join((*lines, *circles))


def untaken(name: str, taken: Iterable[str]) -> str:
    """Return a name that no class has: `name`, or longer."""
    known = set(taken)
    while name in known:
        name += " region"
    return name
