"""Three hundred ways to write a project wrong, and the place that each is told at."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from myriorama.scenes.drawing.owners import Shipped
from myriorama.scenes.errors import ProjectError
from myriorama.scenes.project.check import check_project
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project
from myriorama.scenes.registry import Registry

MISSING = object()
Check = Callable[[dict[str, Any]], list[tuple[str, str]]]


def put(tree: dict[str, Any], path: str, value: Any) -> None:
    """Set (or with MISSING delete) the value at ``objects/0/parameters/height_m``."""
    *parts, last = path.split("/")
    at: Any = tree
    for part in parts:
        if isinstance(at, list):
            at = at[int(part)]
        else:
            at = at.setdefault(part, {})
    if value is MISSING:
        del at[last]
    elif isinstance(at, list):
        at[int(last)] = value
    else:
        at[last] = value


@pytest.fixture
def told(fake_registry: Registry, fake_shipped: Shipped) -> Check:
    """Read and check a tree; return (place, whole message) of every problem. An accepted tree gives none."""

    def check(tree: dict[str, Any]) -> list[tuple[str, str]]:
        try:
            check_project(parse_project(json.dumps(tree)), fake_registry, None, fake_shipped)
        except ProjectError as error:
            return [(p.place, str(p)) for p in error.problems]
        return []

    return check


def test_the_good_one_is_good(told: Check, tree: dict[str, Any]) -> None:
    assert told(tree) == []


STRUCTURE: list[tuple[str, Any, str, str]] = [
    # path, value, place, part of the message
    ("version", 0, "version", "there is no such version"),
    ("version", 2, "version", "newer program"),
    ("version", 10**30, "version", "newer program"),
    ("version", -1, "version", "no such version"),
    ("version", "1", "version", "whole number"),
    ("version", True, "version", "whole number"),
    ("version", 1.0, "version", "whole number"),
    ("version", None, "version", "whole number"),
    ("format", MISSING, "format", "missing"),
    ("format", "MYRIORAMA-PROJECT", "format", "not a project file"),
    ("name", MISSING, "name", "missing"),
    ("name", "", "name", "at least 1 character"),
    ("name", "x" * 201, "name", "at most 200 characters"),
    ("name", "\u202e" * 4096, "name", "at most 200 characters"),
    ("name", 7, "name", "should be a text"),
    ("name", None, "name", "should be a text"),
    ("nmae", "x", "nmae", "did you mean name"),
    ("Camera", {}, "Camera", "did you mean camera"),
    ("seed", -1, "seed", "greater than or equal to 0"),
    ("seed", 2**63, "seed", "less than or equal to"),
    ("seed", 1.5, "seed", "whole number"),
    ("seed", "1", "seed", "whole number"),
    ("seed", True, "seed", "whole number"),
    ("seed", [], "seed", "whole number"),
    ("max_attempts", 0, "max_attempts", "greater than or equal to 1"),
    ("max_attempts", 10**9, "max_attempts", "less than or equal to 1000"),
    ("output/width", 0, "output.width", "greater than or equal to 16"),
    ("output/width", -640, "output.width", "greater than or equal to 16"),
    ("output/height", 100_000, "output.height", "less than or equal to 16384"),
    ("output/height", 2**31, "output.height", "less than or equal to"),
    ("output/height", 480.0, "output.height", "whole number"),
    ("output/width", "640", "output.width", "whole number"),
    ("output/quality", "best", "output.quality", "'draft', 'standard' or 'high'"),
    ("output/formats", ["cocoa"], "output.formats[0]", "did you mean coco"),
    ("output/formats", ["coco", "coco"], "output.formats[1]", "there twice"),
    ("output/formats", "coco", "output.formats", "should be a list"),
    ("output/labels", ["visibel"], "output.labels[0]", "did you mean visible"),
    ("output/widht", 5, "output.widht", "did you mean width"),
    ("classes", {}, "classes", "should be a list"),
    ("classes/0/id", 0, "classes[0].id", "greater than or equal to 1"),
    ("classes/0/id", 65536, "classes[0].id", "less than or equal to"),
    ("classes/0/id", 2, "classes[1].id", "already that of classes[0]"),
    ("classes/0/id", "1", "classes[0].id", "whole number"),
    ("classes/0/name", "table", "classes[1].name", "already that of classes[0]"),
    ("classes/0/name", "unlabelled", "classes[0].name", "drawn without a label"),
    ("classes/0/color", "red", "classes[0].color", "match pattern"),
    ("classes/0/color", "#12345g", "classes[0].color", "match pattern"),
    ("classes/0/kind", "object", "classes[0].kind", "'thing' or 'stuff'"),
    ("classes/0/colour", "#112233", "classes[0].colour", "did you mean color"),
    ("camera", MISSING, "camera", "missing"),
    ("camera", None, "camera", "JSON object"),
    ("camera/rig", MISSING, "camera.rig", "missing"),
    ("camera/rig/type", "orbitt", "camera.rig.type", "did you mean orbit"),
    ("camera/rig/enabled", False, "camera.rig.enabled", "cannot be switched off"),
    ("camera/rig/uid", "camera", "camera.rig.uid", "already that of camera"),
    ("camera/lens", [], "camera.lens", "JSON object"),
    ("camera/lens/fov", 3, "camera.lens.fov", "no such parameter"),
    ("camera/lens/field_of_view_deg", 0, "camera.lens.field_of_view_deg", "outside its limits"),
    ("lights/0/uid", "mugs", "objects[0].uid", "already that of lights[0]"),
    ("lights/0/uid", "", "lights[0].uid", "pattern"),
    ("lights/0/uid", "a b", "lights[0].uid", "pattern"),
    ("lights/0/uid", "a/b", "lights[0].uid", "pattern"),
    ("lights/0/uid", "../x", "lights[0].uid", "pattern"),
    ("lights/0/uid", "a\n", "lights[0].uid", "pattern"),
    ("lights/0/uid", "x" * 65, "lights[0].uid", "pattern"),
    ("lights/0/uid", "é", "lights[0].uid", "pattern"),
    ("lights/0/uid", "project", "lights[0].uid", "reserved"),
    ("lights/0/uid", 5, "lights[0].uid", "should be a text"),
    ("lights/0/uid", MISSING, "lights[0].uid", "missing"),
    ("lights/0/type", "sum", "lights[0].type", "sun"),
    ("lights/0/type", "scatter", "lights[0].type", "no environment named"),
    ("lights/0/type", "", "lights[0].type", "at least 1 character"),
    ("lights/0/enabled", "no", "lights[0].enabled", "true or false"),
    ("lights/0/enabled", 0, "lights[0].enabled", "true or false"),
    ("lights/0/class", "lamp", "lights[0].class", "no such class"),
    ("lights/0/parameters", [], "lights[0].parameters", "JSON object"),
    ("lights/0/parameters/elevation", 3, "lights[0].parameters.elevation", "did you mean elevation_deg"),
    ("lights/0", [], "lights[0]", "JSON object"),
    ("lights", {}, "lights", "should be a list"),
    ("objects/0/class", MISSING, "objects[0].class", "missing"),
    ("objects/0/class", "cup", "objects[0].class", "no such class"),
    ("objects/0/class", "Mug", "objects[0].class", "did you mean mug"),
    ("objects/0/class", 1, "objects[0].class", "should be a text"),
    ("objects/0/class", {}, "objects[0].class.attribute", "missing"),
    ("objects/0/class", {"attribute": ""}, "objects[0].class.attribute", "at least 1"),
    ("objects/0/class", {"attribute": "a", "maps": {}}, "objects[0].class.maps", "did you mean map"),
    ("objects/0/class", {"attribute": "a", "map": {"x": "cup"}}, "objects[0].class.map.x", "no such class"),
    ("objects/0/class", {"attribute": "a", "map": {"x": 1}}, "objects[0].class.map.x", "should be a text"),
    ("objects/0/type", "mugg", "objects[0].type", "mug"),
    ("objects/0/type", "greedy", "objects[0].type", "a word that the group itself uses"),
    ("objects/0/placement", MISSING, "objects[0].placement", "missing"),
    ("objects/0/placement/type", "pille", "objects[0].placement.type", "no placement named"),
    ("objects/0/placement/uid", "mugs", "objects[0].placement.uid", "already that of objects[0]"),
    ("objects/0/placement/enabled", False, "objects[0].placement.enabled", "cannot be switched off"),
    ("objects/0/placement/parameters/yaw", 1, "objects[0].placement.parameters.yaw", "did you mean yaw_deg"),
    ("objects/0/materials", [], "objects[0].materials", "JSON object"),
    ("objects/0/materials/body", 3, "objects[0].materials.body", "JSON object"),
    ("objects/0/materials/body/rough", 1, "objects[0].materials.body.rough", "did you mean roughness"),
    ("objects/0/materials/body/roughness", 1.5, "objects[0].materials.body.roughness", "outside its limits"),
    ("parameters/1a", 3, "parameters.1a", "no name for a parameter"),
    ("parameters/min", 3, "parameters.min", "no name for a parameter"),
    ("parameters/a b", 3, 'parameters["a b"]', "no name for a parameter"),
    ("parameters/size", "big", "parameters.size", "no value"),
    ("parameters/size", [1], "parameters.size", "no value"),
    ("parameters/size", {"uniform": [0, 1], "scope": "object"}, "parameters.size.scope", "not drawn for each object"),
    ("acceptance", [{"name": "x"}], "acceptance[0]", "demands nothing"),
    ("acceptance", [{"name": "x", "at_least": 3, "at_most": 2}], "acceptance[0]", "can never hold"),
    ("acceptance", [{"name": "x", "at_least": -1}], "acceptance[0].at_least", "greater than or equal to 0"),
    ("acceptance", [{"name": "x", "at_least": 1, "class": "cup"}], "acceptance[0].class", "no such class"),
    ("acceptance", [{"name": "x", "at_least": 1, "min_visible": 2}], "acceptance[0].min_visible", "less than or equal"),
    ("acceptance", [{"name": "x", "at_least": 1, "min_visible": "1"}], "acceptance[0].min_visible", "number"),
    ("acceptance", [{"name": "x", "at_least": True}], "acceptance[0].at_least", "whole number"),
]
COUNTS: list[tuple[Any, str]] = [
    (-1, "outside its limits"),
    (10_001, "outside its limits"),
    (10**9, "outside its limits"),
    (2**31, "outside its limits"),
    (2**63, "outside its limits"),
    (10**400, "no value for count"),
    (1.5, "no value for count"),
    ("3", "no value for count"),
    (True, "no value for count"),
    (None, "no value for count"),
    ([2, 5], "no value for count"),
    ({"integers": [-1, 5]}, "reaches outside"),
    ({"integers": [1, 10_001]}, "reaches outside"),
    ({"integers": [5, 2]}, "reversed"),
    ({"integers": [1.5, 2]}, "whole number"),
    ({"integers": [0, 2**64]}, "whole number"),
    ({"uniform": [1, 5]}, "cannot stand for count"),
    ({"normal": {"mean": 5, "std": 1, "low": 1, "high": 9}}, "cannot stand for count"),
    ({"choice": [1, -2]}, "outside its limits"),
    ({"choice": [1, 2.5]}, "no value for count"),
    ({"even": [0, 2.5]}, "whole"),
    ({"even": [0, 20_000]}, "reaches outside"),
    ({"integers": [1, 2], "scope": "object"}, "not drawn for each object"),
    ({"integers": [1, 2], "chance": 0.5, "otherwise": -1}, "outside its limits"),
]
DISTRIBUTIONS: list[tuple[Any, str, str]] = [
    # written for a free real number, place below it, part of the message
    ({}, "", "no distribution"),
    ({"unifrom": [0, 1]}, ".unifrom", "did you mean uniform"),
    ({"Uniform": [0, 1]}, ".Uniform", "did you mean uniform"),
    ({"uniform": [0, 1], "even": [0, 1]}, "", "together"),
    ({"uniform": [0, 1], "weights": [1, 2]}, ".weights", "unknown key in a distribution"),
    ({"uniform": [0, 1], "comment": "x"}, ".comment", "unknown key in a distribution"),
    *[
        ({word: body}, f".{word}{below}", part)
        for word in ("uniform", "log_uniform", "even", "integers")
        for body, below, part in [
            ([2, 1], "", "reversed"),
            ([1], "", "[low, high]"),
            ([1, 2, 3], "", "[low, high]"),
            ([], "", "[low, high]"),
            ("1-2", "", "[low, high]"),
            ({"low": 1, "high": 2}, "", "[low, high]"),
            (None, "", "[low, high]"),
            (3, "", "[low, high]"),
            ([1, "2"], "[1]", "number"),
            ([1, None], "[1]", "number"),
            ([True, 2], "[0]", "number"),
            ([1, [2]], "[1]", "number"),
            ([1, 1e308], "[1]", "number"),
            ([-(10**400), 1], "[0]", "number"),
        ]
    ],
    ({"log_uniform": [0, 1]}, ".log_uniform", "above 0"),
    ({"log_uniform": [-1, 1]}, ".log_uniform", "above 0"),
    ({"log_uniform": [1e-320, 1]}, ".log_uniform", "above 0"),
    ({"integers": [0, 2**53 + 1]}, ".integers[1]", "whole number"),
    ({"normal": [0, 1]}, ".normal", "must be an object"),
    ({"normal": {"mean": 0, "std": 1}}, ".normal", "low and high missing"),
    ({"normal": {"mean": 0, "std": 1, "min": 0, "max": 1}}, ".normal.min", "unknown key"),
    ({"normal": {"mean": 0, "std": 0, "low": -1, "high": 1}}, ".normal.std", "above 0"),
    ({"normal": {"mean": 0, "std": -1, "low": -1, "high": 1}}, ".normal.std", "above 0"),
    ({"normal": {"mean": 0, "std": 5e-324, "low": -1, "high": 1}}, ".normal.std", "above 0"),
    ({"normal": {"mean": 0, "std": 1, "low": 1, "high": -1}}, ".normal", "empty or reversed"),
    ({"normal": {"mean": 0, "std": 1, "low": 1, "high": 1}}, ".normal", "empty or reversed"),
    ({"normal": {"mean": 0, "std": 1, "low": 31, "high": 40}}, ".normal", "cut everything off"),
    ({"normal": {"mean": 0, "std": 1, "low": -40, "high": -31}}, ".normal", "cut everything off"),
    ({"normal": {"mean": 0, "std": 1e50, "low": 0, "high": 1e-50}}, ".normal", "cut everything off"),
    ({"normal": {"mean": "0", "std": 1, "low": -1, "high": 1}}, ".normal.mean", "number"),
    ({"beta": {"a": 0, "b": 1, "low": 0, "high": 1}}, ".beta.a", "out of range"),
    ({"beta": {"a": 1, "b": -1, "low": 0, "high": 1}}, ".beta.b", "out of range"),
    ({"beta": {"a": 1, "b": 1e9, "low": 0, "high": 1}}, ".beta.b", "out of range"),
    ({"beta": {"a": 1, "b": 1, "low": 1, "high": 0}}, ".beta", "reversed"),
    ({"beta": {"a": 1, "b": 1}}, ".beta", "missing"),
    ({"choice": []}, ".choice", "0 entries"),
    ({"choice": 3}, ".choice", "list of options"),
    ({"choice": {"a": 1}}, ".choice", "list of options"),
    ({"choice": [1, {"uniform": [0, 1]}]}, ".choice[1]", "plain value"),
    ({"choice": [1, "a"]}, ".choice[1]", "no value for free"),
    ({"choice": [1, None]}, ".choice[1]", "no value for free"),
    ({"choice": [1] * 10_001}, ".choice", "10001 entries"),
    ({"choice": [1, 2], "weights": [1]}, ".weights", "1 weights for 2 options"),
    ({"choice": [1, 2], "weights": [0, 0]}, ".weights", "sum to 0"),
    ({"choice": [1, 2], "weights": [1, -1]}, ".weights[1]", "not negative"),
    ({"choice": [1, 2], "weights": [1, "2"]}, ".weights[1]", "number"),
    ({"choice": [1, 2], "weights": [1, 1e308]}, ".weights[1]", "number"),
    ({"choice": [1, 2], "weights": []}, ".weights", "0 entries"),
    ({"choice": [1, 2], "weights": 1}, ".weights", "list of weights"),
    ({"choice": [1, 2], "weight": [1, 2]}, ".weight", "did you mean weights"),
    ({"palette": ["#ff0000"]}, "", "palette cannot stand for free"),
    ({"hsv": {"h": [0, 1], "s": [0, 1], "v": [0, 1]}}, "", "hsv cannot stand for free"),
    ({"sphere": {}}, "", "sphere cannot stand for free"),
    ({"folder": "x"}, "", "folder cannot stand for free"),
    ({"chance": 0.5}, "", "chance cannot stand for free"),
    ({"curve": []}, ".curve", "0 entries"),
    ({"curve": [[0, 1]]}, ".curve", "area under the curve is 0"),
    ({"curve": [[0, 0], [1, 0]]}, ".curve", "area under the curve is 0"),
    ({"curve": [[1, 1], [1, 2]]}, ".curve", "area under the curve is 0"),
    ({"curve": [[0, 1], [1, -1]]}, ".curve[1][1]", "not negative"),
    ({"curve": [[1, 1], [0, 1]]}, ".curve[1][0]", "backwards"),
    ({"curve": [[0, 1], [1]]}, ".curve[1]", "[x, density]"),
    ({"curve": [[0, 1], 1]}, ".curve[1]", "[x, density]"),
    ({"curve": [[0, 1], [1, "2"]]}, ".curve[1][1]", "number"),
    ({"curve": {"0": 1}}, ".curve", "list of"),
    ({"even_group": {"group": "g"}}, ".even_group", "range missing"),
    ({"even_group": {"group": "", "range": [0, 1]}}, ".even_group.group", "name"),
    ({"even_group": {"group": 3, "range": [0, 1]}}, ".even_group.group", "name"),
    ({"even_group": {"group": "g", "range": [1, 0]}}, ".even_group.range", "reversed"),
    ({"even_group": {"group": "g", "range": [0, 1], "dimension": 16}}, ".even_group.dimension", "out of range"),
    ({"even_group": {"group": "g", "range": [0, 1], "dimension": -1}}, ".even_group.dimension", "out of range"),
    (
        {"even_group": {"group": "g", "range": [0, 1], "dimensoin": 1}},
        ".even_group.dimensoin",
        "did you mean dimension",
    ),
    ({"linked": 3}, ".linked", "must be a text"),
    ({"linked": ""}, ".linked", "found the end"),
    ({"linked": "1 +"}, ".linked", "found the end"),
    ({"linked": "__import__('os').system('x')"}, ".linked", "expected an operator"),
    ({"linked": "x" * 501}, ".linked", "at most 500"),
    ({"linked": "nothing"}, ".linked", "there is no parameter nothing"),
    ({"uniform": [0, 1], "chance": 1.5}, ".chance", "probability"),
    ({"uniform": [0, 1], "chance": -0.1}, ".chance", "probability"),
    ({"uniform": [0, 1], "chance": "half"}, ".chance", "probability"),
    ({"uniform": [0, 1], "chance": True}, ".chance", "probability"),
    ({"uniform": [0, 1], "otherwise": 1}, ".otherwise", "only beside"),
    ({"uniform": [0, 1], "chance": 0.5, "otherwise": {"uniform": [0, 1]}}, ".otherwise", "plain value"),
    ({"uniform": [0, 1], "chance": 0.5, "otherwise": "x"}, ".otherwise", "no value for free"),
    ({"uniform": [0, 1], "scope": "frame"}, ".scope", "unknown scope"),
    ({"uniform": [0, 1], "scope": None}, ".scope", "unknown scope"),
    ({"uniform": [0, 1], "scope": ["object"]}, ".scope", "unknown scope"),
    ("0.5", "", "no value for free"),
    (None, "", "no value for free"),
    (True, "", "no value for free"),
    ([0.5], "", "no value for free"),
    (1e300, "", "no value for free"),
    (10**400, "", "no value for free"),
]
LITERALS: list[tuple[str, Any, str, str]] = [
    # parameter, written, place below it, part of the message
    ("height_m", 0, "", "outside its limits"),
    ("height_m", -0.0, "", "outside its limits"),
    ("height_m", 1.0000001, "", "outside its limits"),
    ("height_m", {"uniform": [0.005, 0.5]}, "", "reaches outside"),
    ("height_m", {"uniform": [0.5, 1.5]}, "", "reaches outside"),
    ("height_m", {"curve": [[0, 1], [1, 1]]}, "", "reaches outside"),
    ("height_m", {"choice": [0.1, 5]}, ".choice[1]", "outside its limits"),
    ("height_m", {"even_group": {"group": "g", "range": [0, 1]}}, "", "reaches outside"),
    ("height_m", {"uniform": [0.1, 0.2], "chance": 0.5, "otherwise": 2}, ".otherwise", "outside its limits"),
    ("sides", 2, "", "outside its limits"),
    ("sides", 3.5, "", "no value for sides"),
    ("sides", {"uniform": [3, 5]}, "", "cannot stand for sides"),
    ("sides", {"integers": [0, 5]}, "", "reaches outside"),
    ("handle", 1, "", "no value for handle"),
    ("handle", "true", "", "no value for handle"),
    ("handle", {"uniform": [0, 1]}, "", "cannot stand for handle"),
    ("handle", {"chance": 2}, ".chance", "probability"),
    ("handle", {"chance": 0.5, "otherwise": True}, ".otherwise", "only beside"),
    ("handle", {"choice": [True, 1]}, ".choice[1]", "no value for handle"),
    ("shape", "rond", "", "did you mean round"),
    ("shape", 3, "", "no value for shape"),
    ("shape", {"choice": ["round", "sqare"]}, ".choice[1]", "did you mean square"),
    ("label", "x" * 11, "", "at most 10"),
    ("label", 5, "", "no value for label"),
    ("tint", "red", "", "no value for tint"),
    ("tint", "#ff000", "", "no value for tint"),
    ("tint", "ff0000", "", "no value for tint"),
    ("tint", [1, 0], "", "no value for tint"),
    ("tint", [1, 0, 1.5], "", "no value for tint"),
    ("tint", [1, 0, {"uniform": [0, 2]}], "[2]", "reaches outside"),
    ("tint", [0, {"uniform": [0, 1]}], "", "2 entries"),
    ("tint", {"palette": []}, ".palette", "0 entries"),
    ("tint", {"palette": ["#ff0000", "blue"]}, ".palette[1]", "not a colour"),
    ("tint", {"palette": ["#ff0000"], "weights": [0]}, ".weights", "sum to 0"),
    ("tint", {"hsv": {"h": [0, 360], "s": [0, 1]}}, ".hsv", "v missing"),
    ("tint", {"hsv": {"h": [0, 800], "s": [0, 1], "v": [0, 1]}}, ".hsv.h", "out of range"),
    ("tint", {"hsv": {"h": [-10, 10], "s": [0, 1], "v": [0, 1]}}, ".hsv.h", "out of range"),
    ("tint", {"hsv": {"h": [0, 361], "s": [0, 1], "v": [0, 1]}}, ".hsv.h", "out of range"),
    ("tint", {"hsv": {"h": [0, 1], "s": [0, 2], "v": [0, 1]}}, ".hsv.s", "out of range"),
    ("tint", {"hsv": {"h": [0, 1], "s": [1, 0], "v": [0, 1]}}, ".hsv.s", "reversed"),
    ("tint", {"hsv": {"hue": [0, 1]}}, ".hsv.hue", "unknown key"),
    ("offset_m", [0, 0], "", "no value for offset_m"),
    ("offset_m", [0, 0, 2], "", "no value for offset_m"),
    ("offset_m", [0, 0, 0, {"uniform": [0, 1]}], "", "4 entries"),
    ("offset_m", [0, "a", {"uniform": [0, 1]}], "[1]", "no value"),
    ("offset_m", [0, 0, {"uniform": [0, 2]}], "[2]", "reaches outside"),
    ("offset_m", {"uniform": [0, 1]}, "", "cannot stand for offset_m"),
    ("offset_m", {"x": 1, "y": 2}, "", "no distribution"),
    ("axis", [0, 0, 0], "", "no value for axis"),
    ("axis", "up", "", "no value for axis"),
    ("axis", {"sphere": {"radius": 1}}, ".sphere.radius", "unknown key"),
    ("axis", {"sphere": []}, ".sphere", "must be an object"),
    ("axis", {"hemisphere": {"axis": [0, 0, 0]}}, ".hemisphere.axis", "has a length"),
    ("axis", {"hemisphere": {"axis": [0, 0]}}, ".hemisphere.axis", "[x, y, z]"),
    ("axis", {"hemisphere": {"max_angle_deg": 181}}, ".hemisphere.max_angle_deg", "0 to 180"),
    ("axis", {"hemisphere": {"max_angle_deg": -1}}, ".hemisphere.max_angle_deg", "0 to 180"),
    ("axis", {"hemisphere": {"angle": 5}}, ".hemisphere.angle", "unknown key"),
    ("axis", {"rotation": "uniform"}, "", "cannot stand for axis"),
    ("turn", [0, 0, 0, 0], "", "no value for turn"),
    ("turn", [1, 0, 0], "", "no value for turn"),
    ("turn", {"rotation": "random"}, ".rotation", "unknown kind of rotation"),
    ("turn", {"sphere": {}}, "", "cannot stand for turn"),
    ("print", 3, "", "no value for print"),
    ("print", "x" * 1001, "", "no value for print"),
    ("print", {"folder": ""}, ".folder", "must be a text"),
    ("print", {"folder": "x", "pattern": 3}, ".pattern", "must be a text"),
    ("print", {"folder": "x", "patern": "*"}, ".patern", "did you mean pattern"),
    ("heigth_m", 0.1, "", "did you mean height_m"),
]


@pytest.mark.parametrize(("path", "value", "place", "part"), STRUCTURE)
def test_structure(told: Check, tree: dict[str, Any], path: str, value: Any, place: str, part: str) -> None:
    put(tree, path, value)
    found = told(tree)
    assert any(p == place and part in text for p, text in found), found


@pytest.mark.parametrize(("value", "part"), COUNTS)
def test_counts(told: Check, tree: dict[str, Any], value: Any, part: str) -> None:
    put(tree, "objects/0/count", value)
    found = told(tree)
    assert [p.startswith("objects[0].count") for p, _ in found] == [True]
    assert part in found[0][1]


@pytest.mark.parametrize(("value", "below", "part"), DISTRIBUTIONS)
def test_distributions(told: Check, tree: dict[str, Any], value: Any, below: str, part: str) -> None:
    put(tree, "objects/0/parameters/free", value)
    found = told(tree)
    assert [p for p, _ in found] == [f"objects[0].parameters.free{below}"], found
    assert part in found[0][1]


@pytest.mark.parametrize(("name", "value", "below", "part"), LITERALS)
def test_values_against_their_declaration(
    told: Check, tree: dict[str, Any], name: str, value: Any, below: str, part: str
) -> None:
    put(tree, f"objects/0/parameters/{name}", value)
    found = told(tree)
    assert [p for p, _ in found] == [f"objects[0].parameters.{name}{below}"], found
    assert part in found[0][1]


def test_there_are_three_hundred() -> None:
    assert len(STRUCTURE) + len(COUNTS) + len(DISTRIBUTIONS) + len(LITERALS) >= 300


def test_all_problems_are_told_at_once(told: Check, tree: dict[str, Any]) -> None:
    """Of a file, at each of its two gates: what it says itself, and what plugins say to it."""
    put(tree, "nmae", 1)
    put(tree, "seed", -1)
    put(tree, "lights/0/uid", "mugs")
    put(tree, "objects/0/parameters/free", {"uniform": [2, 1]})
    put(tree, "effects/0/parameters/amount", {"choice": []})
    assert len(told(tree)) == 5
    good = {"nmae": MISSING, "seed": 1, "lights/0/uid": "sun", "effects/0/parameters/amount": 7}
    for path, value in good.items():
        put(tree, path, value)
    put(tree, "objects/0/parameters", {"free": 1, "sides": 2, "heigth_m": 1})
    put(tree, "camera/rig/type", "orbits")
    put(tree, "environment/0/type", "hdr")
    assert len(told(tree)) == 5


def test_nothing_is_asked_of_nodes_that_are_switched_off(told: Check, tree: dict[str, Any]) -> None:
    put(tree, "lights/0/type", "not_installed")
    put(tree, "effects/0/parameters/amount", 7)
    for path in ("lights/0/enabled", "effects/0/enabled"):
        put(tree, path, False)
    assert told(tree) == []
    put(tree, "camera/rig/parameters/distance_m", {"linked": "@grain.amount"})
    assert [p for p, _ in told(tree)] == ["effects[0].parameters.amount"]


def test_an_unknown_plugin_keeps_its_parameters(tree: dict[str, Any]) -> None:
    strange = {"anything": [1, {"uniform": [0, 1]}], "nested": [[["deep"]]]}
    put(tree, "lights/0/type", "from_elsewhere")
    put(tree, "lights/0/parameters", strange)
    assert parse_project(json.dumps(tree)).lights[0].parameters == strange


def test_a_project_made_in_python_is_held_to_the_same(
    tree: dict[str, Any], fake_registry: Registry, fake_shipped: Shipped
) -> None:
    tree["objects"][0]["parameters"]["offset_m"] = (0, 0, 0.5)
    tree["objects"][0]["parameters"]["height_m"] = {"uniform": (0.2, 0.1)}
    project = Project.model_validate(tree)
    assert project.objects[0].parameters["offset_m"] == [0, 0, 0.5]
    with pytest.raises(ProjectError, match="reversed"):
        check_project(project, fake_registry, None, fake_shipped)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x", {1: 2}, "\ud800", object()])
def test_what_json_cannot_hold_is_refused_in_python_too(tree: dict[str, Any], value: Any) -> None:
    tree["objects"][0]["parameters"]["free"] = value
    with pytest.raises(ValueError, match="validation error"):
        Project.model_validate(tree)
