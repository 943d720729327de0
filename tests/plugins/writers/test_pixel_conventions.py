"""The table of pixel conventions in docs/formats.md: every row has its tests, by name, that half a pixel would break.

A row without a test here is a failure; so is a test that is gone, and a row that is.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
PAGE = TESTS.parent / "docs" / "formats.md"
WRITERS, READING = "plugins/writers/test_", "app/reading/test_"

WITNESSES: dict[tuple[str, str], tuple[str, ...]] = {
    ("COCO", "box"): ("coco::every_mask_decodes_to_the_id_image",),
    ("COCO", "keypoint"): (
        "coco::a_keypoint_at_a_pixel_centre_has_whole_coordinates",
        "coco::pixel_indices_are_the_pixels_that_hold_the_points",
    ),
    ("COCO", "mask"): ("coco::every_mask_decodes_to_the_id_image",),
    ("COCO", "polygon"): ("coco_shapes::polygons_begin_at_pixel_borders",),
    ("COCO panoptic", "id image"): ("coco_panoptic::a_dataset_passes_the_checks_and_is_its_instance_image",),
    ("COCO panoptic", "box"): ("coco_panoptic::a_box_is_the_extent_of_its_pixels",),
    ("Pascal VOC", "box"): ("pascal_voc::boxes_are_pixel_numbers_from_one",),
    ("Pascal VOC", "palette image"): ("pascal_voc::palette_images_tell_class_and_object_of_each_pixel",),
    ("YOLO", "box"): ("yolo::a_box_begins_at_its_first_pixels_corner",),
    ("YOLO", "outline, oriented box"): (
        "yolo::outlines_fill_the_masks",
        "yolo::an_upright_oriented_box_is_the_tight_box",
    ),
    ("YOLO", "keypoint"): ("yolo::a_keypoint_at_a_pixel_centre_is_half_a_pixel_in",),
    ("KITTI", "2D box"): ("kitti::boxes_end_at_their_last_pixel",),
    ("KITTI", "calibration"): ("kitti::calibration_counts_pixel_centres",),
    ("KITTI", "3D box"): ("kitti::3d_boxes_stand_where_they_are",),
    ("BOP", "intrinsics, what poses project to"): (
        "bop::points_of_models_land_on_the_masks",
        "bop::a_model_in_its_pose_fills_its_mask_and_half_a_pixel_off_it_does_not",
    ),
    ("BOP", "bbox_obj, bbox_visib"): ("bop::counts_boxes_and_fractions_are_those_of_the_masks_and_ours",),
    ("BOP", "mask, mask_visib, depth"): (
        "bop::counts_boxes_and_fractions_are_those_of_the_masks_and_ours",
        "bop::the_depth_image_is_the_depth_of_the_models",
    ),
    ("depth and pose", "intrinsics"): ("depth_pose::the_ground_is_flat_and_half_a_pixel_off_it_is_not",),
    ("OpenEXR", "intrinsics"): ("exr::the_header_has_the_first_pixel_centre_at_a_half",),
    ("render pairs", "intrinsics, normals, depth"): ("render_pairs::the_header_has_the_first_pixel_centre_at_a_half",),
    ("WebDataset", "everything"): (
        "webdataset::webdataset_reads_every_picture_and_label",
        "webdataset::a_box_is_its_pixels",
    ),
    ("Hugging Face", "`bbox`"): ("hugging_face::datasets_loads_the_image_folder",),
    ("Hugging Face", "`keypoints`"): ("hugging_face::datasets_loads_the_image_folder",),
    ("CVAT", "box"): ("cvat::boxes_end_where_their_last_pixel_ends",),
    ("CVAT", "mask"): ("cvat::masks_attributes_and_groups",),
    ("CVAT", "polygon, skeleton"): ("cvat::polygons_fill_the_masks_at_pixel_centres", "cvat::skeletons"),
    ("Label Studio", "box, polygon, keypoint"): (
        "label_studio::boxes_are_percent_of_the_picture",
        "label_studio::outlines_fill_the_masks_at_pixel_centres",
        "label_studio::keypoints_are_percent_from_the_corner",
    ),
    ("Label Studio", "brush"): ("label_studio::brush_masks_are_the_masks",),
    ("raw", "everything"): ("raw::the_stored_record_tells_the_whole_sample",),
}
"""Format and thing, as the page has them -> file and test, both without ``test_``."""

READERS = (
    "foreign_conventions::the_first_pixel_is_the_first_pixel_everywhere",
    "foreign_conventions::keypoints_of_coco_are_at_pixel_centres_and_those_of_yolo_are_not",
    "round_trips::coco_loses_nothing_that_is_read",
    "round_trips::yolo_loses_only_what_it_says",
    "round_trips::pascal_voc_keeps_boxes_and_masks",
)
"""The same table turned round."""


def rows_of_the_page() -> list[tuple[str, str]]:
    section = PAGE.read_text(encoding="utf-8").split("## Pixel conventions\n")[1].split("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return [(row[0], row[1]) for row in cells[2:]]


def named_tests(path: Path) -> set[str]:
    return {n.name for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.FunctionDef)}


def test_every_row_of_the_page_has_its_tests() -> None:
    assert set(WITNESSES) == set(rows_of_the_page())


@pytest.mark.parametrize(
    ("folder", "witness"),
    [(WRITERS, witness) for found in WITNESSES.values() for witness in found] + [(READING, name) for name in READERS],
)
def test_a_named_test_is_there(folder: str, witness: str) -> None:
    file, name = witness.split("::")
    assert f"test_{name}" in named_tests(TESTS / f"{folder}{file}.py")
