"""A sample: every number that was drawn for one image, and no mesh. The recipe, JSON-able both ways.

It draws nothing; drawing fills it, assembly reads it. A recipe whose key does not fit its content is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from hashlib import blake2b
from typing import Any, Final, TypeVar

from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.parameters.wording import child_place, place_of, shown

RECIPE_FORMAT: Final = "myriorama-sample"
RECIPE_VERSION: Final = 1
_VIEW_KEY: Final = re.compile(r"([0-9]{8,})-([0-9a-f]{16})-v([0-9]+)")
_SCALARS: Final = frozenset((float, int, str, bool, type(None)))


@dataclass(frozen=True)
class NodeSample:
    """The drawn values of one node (camera rig, environment, light, placement, effect).

    `values` holds one JSON value per declared parameter of the node's type, defaults included: float, int, bool, str,
    a tuple of floats, ``{"file": reference, "sha256": hash}``, or None for no file.
    """

    uid: str
    type: str
    name: str
    values: Mapping[str, Any]
    class_name: str = ""


@dataclass(frozen=True)
class MemberSample:
    """One object of a group: its number, its generator's, its slots' materials', its placement's, its motion's values.

    What stands still has no motion, and its recipe no such key.
    """

    number: int
    values: Mapping[str, Any]
    materials: Mapping[str, Mapping[str, Any]]
    placement: Mapping[str, Any]
    motion: Mapping[str, Any] = field(default_factory=dict)


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
class ViewSample:
    """One camera of a rig: where it is mounted, and its own lens."""

    uid: str
    name: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class SceneSample:
    """Everything that was drawn for sample `index`.

    Attributes
    ----------
    key : str
        ``00000012-`` plus 16 hex digits of the recipe's hash: names the sample everywhere. Where the rig has views,
        the hash is that of the scene, which its views share, and ``-v1`` behind it is the view's number.
    index : int
        Of the picture: with V views, of view ``index % V`` of scene ``index // V``.
    attempt : int
        How many earlier draws of this index the acceptance rules refused.
    lens : mapping
        Drawn camera values that are not the rig's: focal length, sensor, exposure.
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
    views: tuple[ViewSample, ...] = field(default_factory=tuple)

    @property
    def scene_number(self) -> int:
        """What every draw hangs on: the index, or with several views the number of the scene that they share."""
        return self.index // max(1, len(self.views))

    @property
    def view_number(self) -> int:
        """Which of the rig's views it is; 0 where there is one camera."""
        return self.index % max(1, len(self.views))

    @property
    def view(self) -> ViewSample | None:
        """The view that it is; None where the camera has none."""
        return self.views[self.view_number] if self.views else None


def sample_to_json(sample: SceneSample) -> dict[str, Any]:
    """Return the recipe as plain JSON values, keys in a fixed order."""
    return {"format": RECIPE_FORMAT, "version": RECIPE_VERSION, **_plain(sample)}


def recipe_text(recipe: Mapping[str, Any]) -> str:
    """Return the one canonical text of a recipe, without its key: sorted keys, no blanks, ASCII."""
    unnamed = {name: value for name, value in recipe.items() if name != "key"}
    return json.dumps(unnamed, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sample_key(recipe: Mapping[str, Any]) -> str:
    """Return the key of a recipe: ``00000012-`` and 16 hex digits of BLAKE2b over its canonical text.

    Views of one scene share the digits: they are those of its first view, and ``-v`` and the view's number follow.
    """
    index, views = recipe["index"], len(recipe.get("views", ()))
    if not views:
        return f"{index:08d}-{_digits(recipe)}"
    number = index % views
    return f"{index:08d}-{_digits({**recipe, 'index': index - number})}-v{number}"


def _digits(recipe: Mapping[str, Any]) -> str:
    return blake2b(recipe_text(recipe).encode(), digest_size=8).hexdigest()


def first_view_key(key: str) -> str:
    """Return the key of the first view of the scene that a key names; the key itself where there are no views."""
    found = _VIEW_KEY.fullmatch(key)
    return f"{int(found[1]) - int(found[3]):08d}-{found[2]}-v0" if found else key


def sample_from_json(recipe: Any, file: str = "") -> SceneSample:
    """Return the sample of a recipe.

    Raises
    ------
    InputError
        A key is missing, unknown or of the wrong type (all such are named), or the recipe was changed after it was
        drawn, so that its key no longer fits.
    """
    if not isinstance(recipe, dict) or recipe.get("format") != RECIPE_FORMAT:
        raise InputError(Problem("format", "this is not a recipe", shown(recipe), f'"{RECIPE_FORMAT}"', file))
    if recipe.get("version") != RECIPE_VERSION:
        found = shown(recipe.get("version"))
        raise InputError(Problem("version", "this recipe cannot be read", found, str(RECIPE_VERSION), file))
    reader = _Reader(file)
    content = {name: value for name, value in recipe.items() if name not in ("format", "version")}
    sample = reader.one(SceneSample, content, "")
    if sample is None or reader.problems:
        raise InputError(reader.problems)
    try:
        key = sample_key(recipe)
    except ValueError as error:
        raise InputError(Problem("", "the recipe holds a number that is not finite", file=file)) from error
    if sample.key != key:
        message = "the recipe was changed after it was drawn: its key does not fit its content"
        raise InputError(Problem("key", message, shown(sample.key), f'"{key}"', file))
    return sample


def _plain(value: Any) -> Any:
    if type(value) in _SCALARS:  # by far the most, so first
        return value
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if type(value) in _NAMED:
        told = ((name, always, getattr(value, name)) for name, always in _NAMED[type(value)])
        return {name: _plain(v) for name, always, v in told if v or always}
    if isinstance(value, Mapping):
        return {name: _plain(v) for name, v in value.items()}
    return value


_NAMED: Final[Mapping[type, tuple[tuple[str, bool], ...]]] = {
    kind: tuple((f.name, f.default_factory is MISSING) for f in fields(kind))
    for kind in (SceneSample, GroupSample, MemberSample, NodeSample, ViewSample)
}
"""The fields of what a sample is made of, and of each whether an empty one is told too."""


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(v) for v in value)
    if isinstance(value, dict):
        return {name: _frozen(v) for name, v in value.items()}
    return value


_T = TypeVar("_T", SceneSample, GroupSample, MemberSample, NodeSample, ViewSample)
_TYPES: Final[Mapping[str, type]] = {
    "str": str,
    "int": int,
    "Mapping[str, Any]": dict,
    "Mapping[str, Mapping[str, Any]]": dict,
}


class _Reader:
    """Builds the frozen values of a recipe and collects what is wrong with it."""

    def __init__(self, file: str) -> None:
        self.problems: list[Problem] = []
        self._file = file

    def _tell(self, place: str, message: str, value: Any, allowed: str) -> None:
        self.problems.append(Problem(place, message, shown(value), allowed, self._file))

    def one(self, kind: type[_T], tree: Any, place: str) -> _T | None:
        """Return one value, or None after telling why not."""
        if not isinstance(tree, dict):
            self._tell(place, "this must be an object", tree, f"a {kind.__name__}")
            return None
        told = len(self.problems)
        names = {f.name: str(f.type) for f in fields(kind)}
        optional = {f.name for f in fields(kind) if f.default_factory is not MISSING}
        for name in tree:
            if name not in names:
                self._tell(_below(place, name), "unknown key", tree[name], ", ".join(names))
        values = {}
        for name, wanted in names.items():
            if name not in tree and name in optional:
                continue
            if name not in tree:
                self._tell(_below(place, name), "this key is missing", None, wanted)
            else:
                values[name] = self._value(wanted, tree[name], _below(place, name))
        return kind(**values) if len(self.problems) == told else None

    def _value(self, wanted: str, value: Any, place: str) -> Any:
        nested: dict[str, Callable[[Any, str], Any]] = {
            "NodeSample": lambda v, at: self.one(NodeSample, v, at),
            "GroupSample": lambda v, at: self.one(GroupSample, v, at),
            "MemberSample": lambda v, at: self.one(MemberSample, v, at),
            "ViewSample": lambda v, at: self.one(ViewSample, v, at),
        }
        if wanted in nested:
            return nested[wanted](value, place)
        inner = wanted.removeprefix("tuple[").removesuffix(", ...]")
        if inner in nested:
            if not isinstance(value, list):
                self._tell(place, "this must be a list", value, wanted)
                return ()
            return tuple(nested[inner](v, child_place(place, i)) for i, v in enumerate(value))
        types = tuple(_TYPES[part] for part in wanted.split(" | "))
        if not isinstance(value, types) or isinstance(value, bool):
            self._tell(place, "this has the wrong type", value, wanted)
        elif isinstance(value, int) and value < 0:
            self._tell(place, "this is negative", value, "0 or more")
        return _frozen(value)


def _below(place: str, name: str) -> str:
    return child_place(place, name) if place else place_of((name,))
