"""A 3D model from a file: glTF (also Draco-compressed), OBJ, PLY or STL, with its materials and textures.

The file is parsed by the program's asset store, never here.
"""

from __future__ import annotations

from typing import Final

from myriorama.plugins.api import Bool, Choice, File, Float, Generator, ObjectModel, Values
from myriorama.scenes.assets.placing import collision_piece, joined_by_slot, placed
from myriorama.scenes.assets.source import asset_fault
from myriorama.scenes.assets.store import OpenAsset
from myriorama.scenes.errors import Problem, ProjectError

_METRES: Final = {"metres": 1.0, "centimetres": 0.01, "millimetres": 0.001, "inches": 0.0254, "feet": 0.3048}
_SMALLEST_M: Final = 1e-4
_LARGEST_M: Final = 1e4


class MeshFile(Generator):
    """A model file, brought to metres, Z up, resting on its origin."""

    name = "mesh_file"
    label = "Model file"
    help = "A 3D model from a glTF, OBJ, PLY or STL file, with its materials."
    parameters = (
        File(
            "file", "", help="Model file: .glb, .gltf, .obj, .ply or .stl.", role="model", required=True, group="File"
        ),
        Choice(
            "unit",
            "metres",
            help="What one unit of the file is; glTF files are in metres by their standard.",
            options=tuple(_METRES),
            group="Size",
        ),
        Float("scale", 1.0, help="Multiplies the unit.", minimum=1e-9, maximum=1e9, group="Size"),
        Float(
            "size_m",
            0.0,
            help="Bring the largest extent to this length, whatever the unit; 0 keeps the file's size.",
            unit="m",
            minimum=0.0,
            maximum=_LARGEST_M,
            group="Size",
        ),
        Choice(
            "up_axis",
            "auto",
            help="Which axis of the file points up; auto is Y for glTF and Z for the other formats.",
            options=("auto", "x", "y", "z"),
            group="Pose",
        ),
        Float(
            "yaw_deg",
            0.0,
            help="Turns the model about the vertical, counter-clockwise seen from above, within its own frame.",
            unit="deg",
            minimum=-3600.0,
            maximum=3600.0,
            group="Pose",
        ),
        Bool("centre", True, help="Put the origin under the model's middle, at its lowest point.", group="Pose"),
        Choice(
            "parts",
            "materials",
            help="What becomes a part with a surface id of its own: each material, or each node and material.",
            options=("materials", "nodes"),
            group="File",
        ),
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the model.

        Raises
        ------
        ProjectError
            No file is named.
        AssetError
            The file cannot be read, or comes out smaller than 0.1 mm or larger than 10 km.
        """
        asset = values["file"]
        if not isinstance(asset, OpenAsset):
            raise ProjectError(
                Problem("file", "no model file is named", allowed="a .glb, .gltf, .obj, .ply or .stl file")
            )
        model = asset.model()
        up_axis = model.up_axis if values["up_axis"] == "auto" else str(values["up_axis"])
        scale = _METRES[str(values["unit"])] * float(values["scale"])
        size_m, yaw_deg = float(values["size_m"]), float(values["yaw_deg"])
        parts = placed(model, up_axis, scale, size_m, yaw_deg, bool(values["centre"]))
        if values["parts"] == "materials":
            parts = joined_by_slot(parts)
        low, high = ObjectModel(parts).bounds
        x, y, z = (float(e) for e in high - low)
        if not _SMALLEST_M <= max(x, y, z) <= _LARGEST_M:
            what = "the model's largest extent is not credible"
            allowed = f"{_SMALLEST_M:g} m to {_LARGEST_M:g} m; set unit, scale or size_m"
            raise asset_fault(asset.asset.reference, "size", what, f"{max(x, y, z):g} m", allowed)
        return ObjectModel(
            parts,
            attributes={
                "file": asset.asset.path.stem,
                "extent_x_m": x,
                "extent_y_m": y,
                "extent_z_m": z,
            },
            collision=(collision_piece(parts),),
        )
