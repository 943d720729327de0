"""Draws labels over a picture: mask fill and contour, boxes, keypoints, names.

It shows labels as they are given; it computes none and changes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from math import pi, sqrt
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from myriorama.plugins.selection import Use
from myriorama.scenes.conventions import U8, Mask
from myriorama.scenes.labels.record import Annotation, Record

# Okabe and Ito's eight colours (2008) without black: told apart with the common colour deficiencies.
PALETTE: Final = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
)
_HALO: Final = (16, 18, 22)
LEFT_OUT: Final = (112, 116, 124)
"""The grey that lies over what formats have as background."""
STRIPE_DARK: Final = (16, 18, 22)
"""Between the coloured stripes of what is ignored."""
_DOT_SHARE: Final = 0.5
"""Keypoints whose dots would cover more of their object's box than this are not drawn."""
_NAME_SHARE: Final = 0.1
"""Names cover no more of a picture than this, the largest objects' first; one of each class may go beyond it."""


@dataclass(frozen=True, eq=False)
class OverlayItem:
    """One labelled object as it is drawn.

    Attributes
    ----------
    x, y : int
        Top-left pixel of `mask` in the image.
    mask : (h, w) bool
        Visible mask, cropped.
    keypoints : tuple of (x, y, v)
        Continuous pixel coordinates and visibility 0, 1, 2.
    bones : tuple of (int, int)
        Pairs of indices into `keypoints`.
    key : str
        Gives the colour: the same object keeps it.
    visible : float or None
        Visible fraction, where it was asked for.
    amodal_box : (x, y, w, h) or None
        In the same pixels as `mask`.
    attributes : tuple of str
        ``name: value``, ready to be read.
    use : "label", "ignore" or "drop"
        What formats make of it: an object, a region to ignore (hatched), or background (greyed, without a mark).
    """

    x: int
    y: int
    mask: Mask
    name: str
    key: str
    keypoints: tuple[tuple[float, float, int], ...] = ()
    bones: tuple[tuple[int, int], ...] = ()
    corners_px: tuple[tuple[float, float] | None, ...] = ()
    visible: float | None = None
    amodal_box: tuple[float, float, float, float] | None = None
    attributes: tuple[str, ...] = ()
    use: Use = "label"


@dataclass(frozen=True)
class OverlayStyle:
    """What to draw. `opacity` of the mask fill is in [0, 1].

    Names and keypoints are left out where they would hide what they belong to, as in a thumbnail of a full shelf.
    """

    opacity: float = 0.38
    contour: bool = True
    boxes: bool = True
    names: bool = True
    keypoints: bool = True
    boxes_3d: bool = False


def color_of(key: str) -> tuple[int, int, int]:
    """Return the palette colour of an instance key; stable between samples and processes.

    The objects of a group, ``uid/number``, go round the palette by their numbers: neighbours in it differ.
    """
    uid, _, number = key.rpartition("/")
    if not uid or not number.isdecimal():
        return PALETTE[blake2b(key.encode(), digest_size=2).digest()[0] % len(PALETTE)]
    return PALETTE[(blake2b(uid.encode(), digest_size=2).digest()[0] + int(number)) % len(PALETTE)]


def item_from(annotation: Annotation) -> OverlayItem:
    """Return what is drawn of an annotation."""
    order = {k.name: i for i, k in enumerate(annotation.keypoints)}
    whole = annotation.amodal_box
    return OverlayItem(
        annotation.box.x,
        annotation.box.y,
        annotation.mask,
        annotation.class_name,
        annotation.instance_key,
        tuple((k.x, k.y, k.v) for k in annotation.keypoints),
        tuple((order[a], order[b]) for a, b in annotation.skeleton),
        annotation.box_3d.corners_px if annotation.box_3d is not None else (),
        annotation.visible,
        (whole.x, whole.y, whole.w, whole.h) if whole is not None else None,
        tuple(f"{name}: {told_value(value)}" for name, value in annotation.attributes.items()),
    )


def stripe_px(shape: Sequence[int]) -> int:
    """Return how wide a stripe of the hatching is in a picture of this shape."""
    return max(3, round(max(shape[0], shape[1]) / 120))


def dark_stripes(x: int, y: int, shape: Sequence[int], width_px: int) -> Mask:
    """Return where the dark stripes of the hatching lie, (h, w) bool, for the part of an image that begins at x, y.

    Stripes rise to the right: pixel (column, row) is dark where (column + row) // width is odd.
    """
    along = np.arange(x, x + shape[1])[None] + np.arange(y, y + shape[0])[:, None]
    out: Mask = (along // width_px) % 2 == 1
    return out


def told_value(value: object) -> str:
    """Return an attribute's value as it is written beside an object."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def overlay_of(record: Record, style: OverlayStyle | None = None, scale: float = 1.0) -> U8:
    """Return the record's picture with its labels, (H * scale, W * scale, 3) uint8."""
    return draw_overlay(record.rgb, [item_from(a) for a in record.annotations], style, scale)


def draw_overlay(rgb: U8, items: Sequence[OverlayItem], style: OverlayStyle | None = None, scale: float = 1.0) -> U8:
    """Draw `items` over a copy of `rgb`.

    Parameters
    ----------
    rgb : (H, W, 3) uint8
    items : sequence of OverlayItem
        Colours are taken from the palette so that objects beside each other differ; what is left out is grey.
    scale : float
        The picture is resized first, so that lines and words stay sharp.

    Returns
    -------
    (round(H * scale), round(W * scale), 3) uint8
    """
    style = style or OverlayStyle()
    height, width = (max(1, round(n * scale)) for n in rgb.shape[:2])
    picture = Image.fromarray(rgb).resize((width, height), Image.Resampling.LANCZOS) if scale != 1 else rgb
    canvas = np.array(picture, dtype=np.float32)
    colors = _distinct_colors(items)
    stroke = max(1, round(min(width, height) / 400))
    for item, color in zip(items, colors, strict=True):
        _paint_mask(canvas, item, color, style, scale, stroke)
    image = Image.fromarray(np.rint(canvas).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for item, color in zip(items, colors, strict=True):
        if item.use != "label":
            continue  # a region has no box of its own, and background no mark
        if style.boxes:
            box = _seen_box(item, scale, canvas.shape)
            draw.rectangle((box[0] - 1, box[1] - 1, box[2], box[3]), outline=_HALO, width=stroke + 1)
            draw.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), outline=color, width=stroke)
        if style.boxes_3d:
            _paint_box_3d(draw, item, color, scale, stroke)
        if style.keypoints:
            _paint_keypoints(draw, item, color, scale, stroke)
    if style.names:
        kept = [(item, color) for item, color in zip(items, colors, strict=True) if item.use == "label"]
        _paint_names(draw, [item for item, _ in kept], [color for _, color in kept], scale, (width, height))
    return np.asarray(image)


def _seen_box(item: OverlayItem, scale: float, shape: Sequence[int]) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of an item's box in the resized picture; at least a pixel wide and high."""
    height, width = item.mask.shape
    left = min(round(item.x * scale), shape[1] - 1)
    top = min(round(item.y * scale), shape[0] - 1)
    return (
        left,
        top,
        max(round((item.x + width) * scale), left + 1),
        max(round((item.y + height) * scale), top + 1),
    )


def _distinct_colors(items: Sequence[OverlayItem]) -> list[tuple[int, int, int]]:
    """Start from each item's own colour; where near neighbours clash take the next free one."""
    centres = [(i.x + i.mask.shape[1] / 2, i.y + i.mask.shape[0] / 2) for i in items]
    out: list[tuple[int, int, int]] = []
    for n, item in enumerate(items):
        if item.use == "drop":
            out.append(LEFT_OUT)
            continue
        near = sorted(
            (m for m in range(n) if items[m].use != "drop"),
            key=lambda m: (centres[m][0] - centres[n][0]) ** 2 + (centres[m][1] - centres[n][1]) ** 2,
        )
        taken = {out[m] for m in near[: len(PALETTE) - 1]}
        first = PALETTE.index(color_of(item.key))
        turns = [PALETTE[(first + k) % len(PALETTE)] for k in range(len(PALETTE))]
        out.append(next((c for c in turns if c not in taken), turns[0]))
    return out


def _paint_mask(
    canvas: np.ndarray, item: OverlayItem, color: tuple[int, int, int], style: OverlayStyle, scale: float, stroke: int
) -> None:
    if not item.mask.size:
        return
    x0, y0, x1, y1 = _seen_box(item, scale, canvas.shape)
    size = (x1 - x0, y1 - y0)
    crop = Image.fromarray(item.mask).resize(size, Image.Resampling.NEAREST)
    inside = np.asarray(crop)
    target = canvas[y0:y1, x0:x1]
    tint = np.array(color, dtype=np.float32)
    fill = inside[..., None] * style.opacity
    paint = np.broadcast_to(tint, target.shape)
    if item.use == "ignore":
        dark = dark_stripes(x0, y0, target.shape, stripe_px(canvas.shape))
        paint = np.where(dark[..., None], np.array(STRIPE_DARK, dtype=np.float32), tint)
    target[:] = target * (1 - fill) + paint * fill
    if style.contour and item.use != "drop":
        padded = np.pad(inside, stroke)
        eroded = inside.copy()
        for dy in range(-stroke, stroke + 1):
            for dx in range(-stroke, stroke + 1):
                eroded &= padded[stroke + dy : stroke + dy + size[1], stroke + dx : stroke + dx + size[0]]
        target[inside & ~eroded] = tint


_BOX_EDGES: Final = ((0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7))


def _paint_box_3d(
    draw: ImageDraw.ImageDraw, item: OverlayItem, color: tuple[int, int, int], scale: float, stroke: int
) -> None:
    for a, b in _BOX_EDGES if item.corners_px else ():
        start, end = item.corners_px[a], item.corners_px[b]
        if start is None or end is None:
            continue
        line = (start[0] * scale, start[1] * scale, end[0] * scale, end[1] * scale)
        draw.line(line, fill=_HALO, width=stroke + 2)
        draw.line(line, fill=color, width=stroke)


def keypoints_from_scale(item: OverlayItem, radius_px: float) -> float:
    """Return the scale of the picture from which an item's keypoints, as dots of this radius, leave it to be seen."""
    dots = sum(1 for _, _, v in item.keypoints if v)
    return sqrt(dots * pi / (_DOT_SHARE * item.mask.size)) * radius_px if item.mask.size else 0.0


def _paint_keypoints(
    draw: ImageDraw.ImageDraw, item: OverlayItem, color: tuple[int, int, int], scale: float, stroke: int
) -> None:
    radius = stroke + 1.5
    if scale < keypoints_from_scale(item, radius):
        return
    for a, b in item.bones:
        (xa, ya, va), (xb, yb, vb) = item.keypoints[a], item.keypoints[b]
        if va and vb:
            draw.line((xa * scale, ya * scale, xb * scale, yb * scale), fill=color, width=stroke)
    for x, y, v in item.keypoints:
        if v == 0:
            continue
        spot = (x * scale - radius, y * scale - radius, x * scale + radius, y * scale + radius)
        # a filled dot is seen, a ring is hidden
        draw.ellipse(spot, fill=(255, 255, 255) if v == 2 else None, outline=_HALO if v == 2 else color, width=stroke)


@cache
def font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font that comes with Pillow, at this height in pixels."""
    return ImageFont.load_default(size_px)


def _paint_names(
    draw: ImageDraw.ImageDraw,
    items: Sequence[OverlayItem],
    colors: Sequence[tuple[int, int, int]],
    scale: float,
    size: tuple[int, int],
) -> None:
    letters = font(max(10, round(min(size) / 38)))
    taken: list[tuple[float, float, float, float]] = []
    covered, told = 0.0, set[str]()
    for item, color in sorted(zip(items, colors, strict=True), key=lambda p: -p[0].mask.size):
        left, top, right, bottom = draw.textbbox((0, 0), item.name, font=letters)
        w, h = right - left + 6, bottom - top + 4
        x = min(max(0.0, item.x * scale), size[0] - w)
        y = item.y * scale - h - 1
        if y < 0:
            y = min((item.y + item.mask.shape[0]) * scale + 1, size[1] - h)
        spot = (x, y, x + w, y + h)
        if any(spot[0] < t[2] and t[0] < spot[2] and spot[1] < t[3] and t[1] < spot[3] for t in taken):
            continue
        area = (w + 1) * (h + 1)
        if covered + area > _NAME_SHARE * size[0] * size[1] and item.name in told:
            continue
        covered += area
        told.add(item.name)
        taken.append(spot)
        draw.rectangle(spot, fill=_HALO)
        draw.text((x + 3 - left, y + 2 - top), item.name, font=letters, fill=color)
