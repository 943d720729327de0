"""A shop's gondola: uprights, back panel, levels on brackets, and a price rail with tags along each.

It is empty; goods come by a placement. Levels are told as attributes, in the object's own frame.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from myriorama.plugins.api import (
    Bool,
    Choice,
    CollisionPiece,
    Color,
    Generator,
    Int,
    Keypoint,
    Material,
    Mesh,
    ObjectModel,
    Part,
    Texture,
    Values,
)
from myriorama.plugins.generators._declared import block, length
from myriorama.scenes.assembly.model import Attribute
from myriorama.scenes.geometry.box import box
from myriorama.scenes.geometry.combine import merge, moved, quarter_turned, rotation_about, transform
from myriorama.scenes.geometry.sweep import extrude
from myriorama.scenes.materials import prints
from myriorama.scenes.materials.finishes import textured
from myriorama.scenes.materials.product_sheets import TAG_COLUMNS, TAG_ROWS, TAG_SHAPE, price_tags
from myriorama.scenes.materials.textures import Srgb, kept_texture
from myriorama.scenes.radiometry.color import linear_rgb

UPRIGHT_M: Final = 0.03
BACK_M: Final = 0.012
RAIL_M: Final = 0.039
RAIL_THICK_M: Final = 0.008
TAG_THICK_M: Final = 0.0008
LEAN_RAD: Final = 0.16
JOINT_M: Final = 0.0015
"""Between the boards of two bays."""
TILE_M: Final = 0.1
BRACKET_M: Final = 0.035
"""How far a bracket hangs below its board; it is taken off the room above goods."""


class ShelfUnit(Generator):
    """A supermarket shelf."""

    name = "shelf_unit"
    label = "Shelf unit"
    home = "stage"
    help = "A shop's shelf along X, open to -Y: levels with price rails and tags before a back panel."
    watertight = True
    parameters = (
        length("width_m", 1.0, 0.4, 1.5, "Width of one bay, from upright to upright."),
        Int(
            "bays",
            2,
            help="How many bays side by side.",
            minimum=1,
            maximum=8,
            group="Shape",
            suggested={"integers": [1, 3]},
        ),
        Int(
            "levels",
            5,
            help="How many levels, the lowest included.",
            minimum=1,
            maximum=10,
            group="Shape",
            suggested={"integers": [3, 6]},
        ),
        length("spacing_m", 0.36, 0.15, 0.8, "From one level to the next."),
        length("depth_m", 0.42, 0.2, 0.8, "Depth of the boards."),
        length("base_m", 0.16, 0.06, 0.4, "Height of the lowest level."),
        length("above_m", 0.34, 0.1, 0.8, "How far uprights and back go on above the highest level."),
        length("board_m", 0.026, 0.012, 0.05, "Thickness of a board."),
        Choice(
            "back",
            "perforated",
            help="perforated: a sheet with rows of holes; plain: without; none: open.",
            options=("perforated", "plain", "none"),
            group="Look",
            suggested={"choice": ["perforated", "plain"]},
        ),
        Bool("tags", True, help="Price tags in the rails.", group="Price rail"),
        length("tag_spacing_m", 0.16, 0.09, 0.6, "From tag to tag.", group="Price rail"),
        Int(
            "variant",
            0,
            help="Which prices the tags show.",
            minimum=0,
            maximum=10**6,
            group="Price rail",
            suggested={"integers": [0, 20]},
        ),
        Color(
            "metal_color",
            "#e7e6e1",
            help="Colour of boards and uprights.",
            group="Look",
            suggested={"palette": ["#e7e6e1", "#d5d8da", "#3b3d40", "#f3f1ea"]},
        ),
        Color(
            "back_color",
            "#dcdbd6",
            help="Colour of the back panel.",
            group="Look",
            suggested={"palette": ["#dcdbd6", "#c9ccce", "#45474a", "#cfe0e6"]},
        ),
        Color(
            "rail_color",
            "#c8372d",
            help="Colour of the price rails.",
            group="Price rail",
            suggested={"palette": ["#c8372d", "#e8e8e6", "#1f5fa8", "#3f8f4f", "#8a8d90"]},
        ),
    )

    def generate(self, values: Values) -> ObjectModel:
        """Return the shelf for these values, standing on z = 0, its middle at the origin."""
        plan = _Plan(values)
        metal = _paint(values["metal_color"], 0.45)
        boards, brackets, posts = plan.boards(), plan.brackets(), plan.posts()
        parts = [Part("boards", merge(boards), metal), Part("posts", merge(posts + brackets), metal)]
        if values["back"] != "none":
            parts.append(Part("back", plan.back(), _back_material(str(values["back"]), values["back_color"])))
        parts.append(Part("rails", merge(plan.rails()), _paint(values["rail_color"], 0.35)))
        if values["tags"]:
            parts.append(Part("tags", plan.tags(), textured(price_tags(int(values["variant"])), 0.5, "price tags")))
        # On the rounded corner itself: along the diagonal of the bevel's ball.
        blunt = plan.edge * (1 - 1 / np.sqrt(3.0))
        end, front = plan.width / 2 - JOINT_M / 2 - blunt, blunt - plan.depth / 2
        corners = [
            Keypoint(f"level_{number}_{side}", (x * end, front, height - blunt))
            for number, height in enumerate(plan.heights, start=1)
            for side, x in (("left", -1), ("right", 1))
        ]
        return ObjectModel(
            parts=tuple(parts),
            keypoints=tuple(corners),
            skeleton=tuple((f"level_{n}_left", f"level_{n}_right") for n in range(1, len(plan.heights) + 1)),
            attributes=MappingProxyType(plan.attributes()),
            collision=plan.collision(has_back=values["back"] != "none"),
            friction=0.4,
        )


def _paint(color: Srgb, roughness: float) -> Material:
    return Material(base_color=linear_rgb(color), roughness=roughness, name="painted metal")


def _back_material(style: str, color: Srgb) -> Material:
    if style == "plain":
        return _paint(color, 0.55)
    side = 128

    def make() -> Texture:
        sheet = prints.blank(side, side, color)
        for row in range(4):
            for column in range(4):
                x, y = (column + 0.5) * side / 4, (row + 0.5) * side / 4
                prints.disc(sheet, x, y + 1.2, 0.046 * side, tuple(min(1.0, c * 1.08) for c in color))
                prints.disc(sheet, x, y, 0.043 * side, tuple(c * 0.22 for c in color))
        return Texture(prints.to_pixels(sheet), srgb=True)

    return textured(kept_texture(("perforated", *color), make), 0.55, "perforated sheet")


def _plate(size_m: tuple[float, float, float], cell: int) -> Mesh:
    """Return a thin plate that shows one cell of the sheet of tags to -y, and that cell's paper elsewhere."""
    row, column = divmod(cell, TAG_COLUMNS)
    u, v, inset = column / TAG_COLUMNS, 1 - (row + 1) / TAG_ROWS, 0.002
    shown = (u + inset, v + inset, u + 1 / TAG_COLUMNS - inset, v + 1 / TAG_ROWS - inset)
    edge = (u + 0.01, v + 0.015, u + 0.011, v + 0.016)
    return box(size_m, uv_rects=(edge, edge, edge, shown, edge, edge))


class _Plan:
    """Where everything of a shelf is; metres, x along the front, y to the back."""

    def __init__(self, values: Values) -> None:
        self.bay, self.bays = float(values["width_m"]), int(values["bays"])
        self.width = self.bay * self.bays
        self.depth, self.board = float(values["depth_m"]), float(values["board_m"])
        self.base, self.step = float(values["base_m"]), float(values["spacing_m"])
        self.heights = [self.base + k * self.step for k in range(int(values["levels"]))]
        self.top = self.heights[-1] + float(values["above_m"])
        self.tag_step = float(values["tag_spacing_m"])
        self.edge = min(0.004, 0.2 * self.board)
        # Goods end before the back panel and the uprights, which stand 2 mm proud of it.
        self.inner_back = self.depth / 2 - BACK_M - 0.002
        self.stops = [-self.width / 2 + k * self.bay for k in range(self.bays + 1)]

    def attributes(self) -> dict[str, Attribute]:
        """Return how many levels there are, where and how far apart, what is free over each, and their extent."""
        return {
            "levels": len(self.heights),
            "level_left_m": -self.width / 2,
            "level_width_m": self.width,
            "level_front_m": -self.depth / 2,
            "level_depth_m": self.inner_back + self.depth / 2,
            "level_1_height_m": self.base,
            "level_spacing_m": self.step,
            "level_clear_m": self.step - self.board - BRACKET_M,
            "top_level_clear_m": self.top - self.heights[-1],
        }

    def boards(self) -> list[Mesh]:
        """Return a board for each level and bay, and the plinth below the lowest."""
        size = (self.bay - JOINT_M, self.depth, self.board)
        board = box(size, bevel_m=self.edge, bevel_steps=1, tile_m=TILE_M)
        middles = [x + self.bay / 2 for x in self.stops[:-1]]
        out = [moved(board, x, 0.0, height - self.board / 2) for height in self.heights for x in middles]
        deep, high = self.depth - 0.05, self.base - self.board + 0.002
        plinth = box((self.width - 0.01, deep, high), bevel_m=0.002, bevel_steps=1, tile_m=TILE_M)
        return [*out, moved(plinth, 0.0, 0.5 * (self.depth - deep) - 0.003, high / 2)]

    def posts(self) -> list[Mesh]:
        """Return the uprights: slim in front of the back panel, as deep as the boards' back edge."""
        deep = BACK_M + 0.002 + 0.02
        post = box((UPRIGHT_M, deep, self.top), bevel_m=0.002, bevel_steps=1, tile_m=TILE_M)
        return [moved(post, x, self.inner_back + deep / 2, self.top / 2) for x in self.stops]

    def brackets(self) -> list[Mesh]:
        """Return the arms below each board but the lowest, thin and deepest at the back."""
        long = self.depth - 0.03
        tall = BRACKET_M - 0.001
        # Side view: along the depth from the back, height downwards from the board.
        side = np.array([(0.0, -tall), (long, -0.3 * tall), (long, 0.004), (0.0, 0.004)])
        arm = extrude(side, 0.003, tile_m=TILE_M)
        # The drawing's x points to the front, its y up, its thickness along x.
        arm = quarter_turned(quarter_turned(arm, 0, 1), 2, 3)
        out = []
        for height in self.heights[1:]:
            for place, x in enumerate(self.stops):
                for shift in (-0.006, 0.006):
                    if 0 <= place + (1 if shift > 0 else -1) <= self.bays:
                        out.append(moved(arm, x + shift, self.inner_back - 0.001, height - self.board))
        return out

    def back(self) -> Mesh:
        """Return the panel behind all bays, from the lowest board up."""
        low = self.base - self.board / 2
        panel = box((self.width - 0.002, BACK_M - 0.001, self.top - 0.003 - low), tile_m=TILE_M)
        return moved(panel, 0.0, self.depth / 2 - BACK_M / 2, (self.top - 0.003 + low) / 2)

    def _on_front(self, mesh: Mesh, x: float, height: float, out_m: float) -> Mesh:
        """Return a mesh that is upright about the origin, facing -y, leaned back and set before a board's edge."""
        low = height - 0.0015
        lean = rotation_about((1.0, 0.0, 0.0), -LEAN_RAD)
        tall = RAIL_M * np.cos(LEAN_RAD) / 2
        lean[:3, 3] = (x, -self.depth / 2 - RAIL_M / 2 * np.sin(LEAN_RAD) - out_m, low - tall)
        return transform(mesh, lean)

    def rails(self) -> list[Mesh]:
        """Return a rail along the front of each level."""
        rail = box((self.bay - 0.004, RAIL_THICK_M, RAIL_M), bevel_m=0.0015, bevel_steps=1, tile_m=TILE_M)
        # Its upper edge stays below the board's surface.
        middles = [x + self.bay / 2 for x in self.stops[:-1]]
        return [self._on_front(rail, x, h - 0.002, RAIL_THICK_M / 2) for h in self.heights for x in middles]

    def tags(self) -> Mesh:
        """Return all tags as one mesh: thin plates that show a cell of the sheet to the front."""
        high = 0.84 * RAIL_M
        size = (high / TAG_SHAPE, TAG_THICK_M, high)
        count = max(1, int((self.bay - size[0] - 0.03) / self.tag_step) + 1)
        across = (np.arange(count) - 0.5 * (count - 1)) * self.tag_step
        out_m = RAIL_THICK_M + TAG_THICK_M / 2 - 0.0002
        # One plate for each cell of the sheet, at the origin's rail; all others are shifted copies.
        plates = [self._on_front(_plate(size, cell), 0.0, -0.002, out_m) for cell in range(TAG_COLUMNS * TAG_ROWS)]
        spots = [(x + self.bay / 2 + dx, h) for h in self.heights for x in self.stops[:-1] for dx in across]
        cells = [(number * 7 + number // len(across) * 3) % len(plates) for number in range(len(spots))]
        corners = len(plates[0].positions)
        shifts = np.array([(x, 0.0, height) for x, height in spots])
        positions = np.stack([plates[c].positions for c in cells]) + shifts[:, None]
        faces = np.stack([plates[c].faces for c in cells]) + (np.arange(len(cells)) * corners)[:, None, None]
        return Mesh(
            positions.reshape(-1, 3).astype(np.float32),
            np.concatenate([plates[c].normals for c in cells]),
            np.concatenate([plates[c].uv for c in cells]),
            faces.reshape(-1, 3).astype(np.uint32),
        )

    def collision(self, *, has_back: bool) -> tuple[CollisionPiece, ...]:
        """Return boards, plinth, back and uprights as boxes; brackets and rails are left out."""
        half, front, rear = self.width / 2, -self.depth / 2, self.depth / 2
        pieces = [block((-half, front, h - self.board), (half, rear, h)) for h in self.heights]
        pieces.append(block((-half, front + 0.05, 0.0), (half, rear, self.base - self.board)))
        if has_back:
            pieces.append(block((-half, self.inner_back + 0.002, self.base), (half, rear, self.top)))
        for x in self.stops:
            low, high = (x - UPRIGHT_M / 2, self.inner_back, 0.0), (x + UPRIGHT_M / 2, rear, self.top)
            pieces.append(block(low, high))
        return tuple(pieces)
