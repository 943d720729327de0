"""The checks by kind of plugin, in the order in which they are told. Names only: reading it runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from myriorama.scenes.registry import PluginKind

DECLARED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "words": "name, label, help and version are there, and traits are of their types",
        "help_of_parameters": "every parameter has a sentence of help and a name in snake_case",
        "units_in_names": "a number's unit ends its name: height_m, angle_deg",
        "limits": "every number has finite hard limits, and every default fits",
        "suggestions": "every suggested distribution can be read and lies inside the limits",
        "manifest": "every declaration can be written to a manifest and read back",
        "no_hidden_randomness": "the source uses no global random generator, clock, or answer of the machine",
    }
)
RUN_FIRST: Final[Mapping[str, str]] = MappingProxyType(
    {"runs_inside_limits": "it returns something for every draw inside the limits, the limits themselves included"}
)
LAWS: Final[Mapping[PluginKind, Mapping[str, str]]] = MappingProxyType(
    {
        "generator": {
            "object_is_sound": "meshes are finite and not empty; normals have length 1 and face outwards",
            "bounds_as_declared": "the diagonal of the bounds lies inside extent_m",
            "watertight": "where watertight is True, all parts together close a volume",
            "keypoints_in_place": "surface keypoints lie on the mesh, interior ones inside the object",
            "parts_and_labels": "parts, slots, materials and label policies are well-formed and stable",
            "attributes_typed": "attributes are float, int, bool or text, finite, and the same for every draw",
            "physics": "collision pieces have an inside and stay with the object; mass and friction are credible",
            "observe_is_pure": "observe gives the same answer twice, typed, and changes nothing",
        },
        "placement": {
            "poses_for_items": "one pose per item, rotation with one scale and a shift, or None",
            "reasons_given": "what was not placed is counted by reason",
        },
        "environment": {
            "lights_and_background": "lights and background are finite and typed, and the defaults add something",
            "set_pieces": "set pieces are sound objects with poses and names of their own",
        },
        "effect": {
            "picture_kept": "a picture keeps its size and float32, a camera its picture's size, and both are finite",
            "rests": "with the values of `rest` the very object that was given comes back, and no channel",
        },
        "annotator": {
            "fields_declared": "it returns only fields of `fills`, and only for things or the whole image",
            "values_typed": "values are finite JSON, or arrays of the image's size for the whole image",
        },
        "writer": {
            "paths_inside": "paths are relative, stay inside the dataset, and are used once",
            "contents_writable": "files hold what their kind can hold without loss",
            "obstacles_told": "obstacles are sentences",
        },
    }
)
RUN_LAST: Final[Mapping[str, str]] = MappingProxyType(
    {
        "same_seed_twice": "the same values give the same bytes a second time, in another order",
        "fresh_process": "another process gives the same bytes",
        "global_state_untouched": "numpy's and Python's random, the functions and settings of others are as they were",
        "time_budget": "CPU time of a call, mean and worst",
        "memory_budget": "size of a result, and memory at the peak",
        "no_leak": "memory does not grow from call to call",
    }
)


def checks_of(kind: PluginKind) -> Mapping[str, str]:
    """Return the checks of a kind of plugin: name -> what it asks for."""
    return {**DECLARED, **RUN_FIRST, **LAWS[kind], **RUN_LAST}
