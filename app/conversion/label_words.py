"""What the labels of a dataset mean and how each format counts pixels, in a few sentences each, for its card.

docs/label-contract.md and docs/formats.md define them; this file repeats what a reader of the folder alone must know.
"""

from __future__ import annotations

from typing import Final

GROUND: Final = (
    "Every label comes from the render itself: one exact ray through each pixel's centre says which surface is seen. "
    "Nothing was drawn by hand or estimated. Pictures have soft edges, labels hard ones: a pixel belongs to what its "
    "centre shows."
)

DEFINITIONS: Final = {
    "visible": "**Mask, box, area.** The pixels whose centre shows the object; the first and last column and row of "
    "them, as x, y, width, height in whole pixels; their number.",
    "amodal": "**Amodal mask and box.** The pixels that the object would cover in the picture if it stood alone.",
    "fractions": "**Fractions.** `unoccluded`: visible of amodal pixels. `in_frame`: how much of the whole object "
    "lies "
    "in the picture. `visible`: both multiplied. `clipped` is true where the near plane cut the object.",
    "keypoints": "**Keypoints.** Named points of an object, x and y in pixels; v: 0 not in the picture, 1 in it "
    "but hidden, 2 seen. Hidden is decided by a ray, not by the depth image.",
    "boxes_3d": "**3D boxes.** Centre, size and rotation (w, x, y, z) of the object's own box in the world, metres, "
    "and its eight corners: corner k is at the high side of x, y, z where bits 0, 1, 2 of k are set.",
    "occluded_by": "**Occluders.** Who covers pixels of the object, and how many, most first.",
    "attributes": "**Attributes.** What the object's generator computes of it: numbers and words.",
    "part_masks": "**Part masks.** Masks of an object's named parts; together they are its visible mask.",
    "disparity": "**Disparity.** For a view with a rectified partner: the column in the left picture minus the column "
    "in the right one, in pixels, 0 where nothing is; and which pixels the partner sees too.",
    "segments": "**Segments.** One for each object that is seen and one for each class of stuff, without overlap.",
}
"""Annotator -> what its labels are."""

ROLES: Final = {
    "rgb": "the picture, 8-bit sRGB",
    "depth": "metres along the camera's axis, not along the ray; 0 where nothing was hit",
    "normal": "unit vectors in the camera's frame (x right, y down, z forward), facing the camera",
    "object_coordinates": "where on its object a pixel lies: (point - box centre) / box diagonal + 0.5",
    "surface_id": "ids of surfaces; the record's `surfaces` says whose each is",
    "instance_id": "ids of objects, from 1 in each sample; 0 is nothing",
    "class_id": "class ids of the project, before any class map; 0 is no class",
}
"""Role of a sample's file -> what its values are."""

OURS: Final = (
    "In the records, coordinates are continuous: row 0 is the top, the first pixel covers 0 to 1 and has its centre at "
    "0.5. `K` is in these coordinates; `K_opencv` is for readers whose first pixel's centre is 0. The camera "
    "looks along +z, x is right, y is down; the world is right-handed, z up, metres."
)

CONVENTIONS: Final = {
    "coco": "Boxes are x, y, w, h from the picture's corner; masks are run lengths down the columns, or polygons from "
    "the corner; keypoints are pixel indices, so the centre of the first pixel is 0, 0.",
    "coco_panoptic": "Each pixel of the PNG holds red + 256 green + 65536 blue, the id of its segment; 0 is no label.",
    "yolo": "Everything is a share of width and height, measured from the picture's corner; classes count from 0.",
    "kitti": "2D boxes are left, top, right, bottom as pixel indices from 0, both ends inside; 3D boxes stand in the "
    "camera's frame, located at the middle of their bottom, metres.",
    "pascal_voc": "Boxes are xmin, ymin, xmax, ymax as pixel numbers from 1, both ends inside the box.",
    "depth_pose": "Intrinsics take the centre of the first pixel as 0, 0; a pose is that of the camera in the world.",
    "exr": "Channels have the pixels of the picture; the header's `K` takes the first pixel's centre as 0.5, 0.5.",
    "render_pairs": "Layers have the pixels of the picture; a header's `K` takes the first pixel's centre as 0.5, 0.5. "
    "Light is linear; normals and depth are those of pixel centres, light is a mean over the pixel.",
    "hugging_face": "Boxes are x, y, w, h from the picture's corner; masks are run lengths down the columns.",
    "webdataset": "A sample's JSON is its record: coordinates are continuous, the first pixel's centre is 0.5, 0.5.",
    "bop": "Poses are in millimetres, model to camera; `cam_K` takes the first pixel's centre as 0, 0.",
    "raw": "Arrays have the pixels of the picture; each record says under `files` how stored numbers become values.",
    "cvat": "Coordinates are continuous, from the picture's corner; masks are run lengths within their box, by rows.",
    "label_studio": "Boxes and points are percent of width and height, from the picture's corner.",
}
"""Shipped writer -> its pixel convention."""
