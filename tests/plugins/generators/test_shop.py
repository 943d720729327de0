"""Goods of a shop: what is printed on them reads right and scans, and they weigh what their volume says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import trimesh
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import Delaunay

from myriorama.plugins.api import Mesh, ObjectModel
from myriorama.scenes.materials import prints
from myriorama.scenes.materials.ean13 import article_number, check_digit, modules
from myriorama.scenes.materials.product_prints import paint_front
from myriorama.scenes.materials.products import brand_of, net_mass, net_volume, product_of

Made = Callable[..., ObjectModel]
Oracle = Callable[[Mesh], trimesh.Trimesh]
Whole = Callable[[ObjectModel], Mesh]
Pixels = npt.NDArray[np.float64]

# Kind of goods: generator, its values, the part that is printed, and which family of articles it is.
GOODS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "box": ("product_box", {}, "box", "box"),
    "drink can": ("can", {}, "wrap", "can"),
    "food can": ("can", {"style": "food", "diameter_m": 0.075}, "wrap", "tin"),
    "pillow": ("bag", {}, "film", "bag"),
    "pouch": ("bag", {"style": "pouch", "width_m": 0.11, "height_m": 0.2}, "film", "pouch"),
    "bottle": ("bottle", {"label_style": "product"}, "label", "bottle"),
}
# Widths of the four bars and spaces of a digit on the right, from the standard's table of sizes.
WIDTHS = ("3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112")
PARITIES = ("OOOOOO", "OOEOEE", "OOEEOE", "OOEEEO", "OEOOEE", "OEEOOE", "OEEEOO", "OEOEOE", "OEOEEO", "OEEOEO")


def printed(model: ObjectModel, part: str) -> Pixels:
    """Return a part's texture, (H, W, 3) in [0, 1]."""
    texture = next(p for p in model.parts if p.name == part).material.base_color_texture
    assert texture is not None
    return texture.pixels[..., :3].astype(np.float64) / 255


def scanned(line: npt.NDArray[np.bool_]) -> Iterator[str]:
    """Yield every EAN-13 that a scanner reads along a line, True where it is dark; by widths alone."""
    runs = [(dark, len(list(group))) for dark, group in groupby(line.tolist())]
    for first in range(len(runs) - 58):
        part = runs[first : first + 59]
        widths = np.array([width for _, width in part], dtype=np.float64)
        unit = widths.sum() / 95
        guards = np.concatenate([widths[:3], widths[27:32], widths[56:]])
        if not part[0][0] or np.abs(guards / unit - 1).max() > 0.25:
            continue
        digits, parity = "", ""
        for start in (*range(3, 27, 4), *range(32, 56, 4)):
            sizes = "".join(str(round(w / unit)) for w in widths[start : start + 4])
            if sizes in WIDTHS:
                digits, parity = digits + str(WIDTHS.index(sizes)), parity + "O"
            elif sizes[::-1] in WIDTHS:
                digits, parity = digits + str(WIDTHS.index(sizes[::-1])), parity + "E"
            else:
                break
        if len(digits) == 12 and parity[:6] in PARITIES and parity[6:] == "OOOOOO":
            yield str(PARITIES.index(parity[:6])) + digits


def codes_on(pixels: Pixels) -> set[str]:
    """Return all EAN-13 codes on a picture, held upright or a quarter turned to either side."""
    dark = pixels.mean(axis=2) < 0.5
    return {code for turn in (0, 1, 3) for row in np.rot90(dark, turn)[::4] for code in scanned(row)}


def seen_from_front(model: ObjectModel, part: str, step_m: float) -> Pixels:
    """Return the print as who stands before the object sees it, (H, W, 3), NaN beside it: by place, not by sheet."""
    mesh = next(p for p in model.parts if p.name == part).mesh
    pixels = printed(model, part)
    low, high = mesh.bounds
    front = (mesh.normals[:, 1] < -0.45) & (mesh.positions[:, 1] < 0)
    front &= (mesh.uv > 1e-3).all(axis=1)
    places, uv = mesh.positions[front][:, [0, 2]].astype(np.float64), mesh.uv[front]
    x = np.arange(low[0] + step_m / 2, high[0], step_m)
    z = np.arange(high[2] - step_m / 2, low[2], -step_m)
    found = LinearNDInterpolator(places, uv)(np.stack(np.meshgrid(x, z), axis=-1))
    inside = np.isfinite(found).all(axis=2)
    column = (np.nan_to_num(found[..., 0]) * pixels.shape[1]).astype(int).clip(0, pixels.shape[1] - 1)
    row = ((1 - np.nan_to_num(found[..., 1])) * pixels.shape[0]).astype(int).clip(0, pixels.shape[0] - 1)
    return np.where(inside[..., None], pixels[row, column], np.nan)


def likeness(a: Pixels, b: Pixels) -> float:
    """Return the correlation of two pictures where both show something."""
    known = np.isfinite(a) & np.isfinite(b)
    return float(np.corrcoef(a[known], b[known])[0, 1])


@pytest.mark.parametrize("name", ["box", "pillow", "pouch"])
def test_a_front_reads_upright_and_not_mirrored(name: str, made: Made) -> None:
    generator, values, part, family = GOODS[name]
    for variant in (0, 1, 3):
        flat = {} if name == "box" else {"fullness": 0.2}
        model = made(generator, **values, **flat, variant=variant)
        seen = seen_from_front(model, part, 0.001)
        # The same front, painted for itself; a bag's seals are not part of it.
        seal = 0 if name == "box" else round(0.055 * seen.shape[0])
        body = seen[seal : len(seen) - seal]
        sheet = prints.blank(body.shape[0], body.shape[1], (0.0, 0.0, 0.0))
        margin = 0.07 if name == "box" else 0.12
        product = product_of(family, variant)  # type: ignore[arg-type]
        amount = str(model.attributes["net_amount"])
        paint_front(sheet, 0, 0, body.shape[1], body.shape[0], product, amount, margin=margin)
        expected = sheet.astype(np.float64)
        right = likeness(body, expected)
        assert right > 0.8, (variant, right)
        assert right > likeness(body[::-1], expected) + 0.2
        # Brand and name, where a mirror shows most.
        words = slice(round(0.06 * len(body)), round(0.36 * len(body)))
        assert likeness(body[words], expected[words]) > likeness(body[words, ::-1], expected[words]) + 0.15


@pytest.mark.parametrize("name", GOODS)
def test_prints_run_to_the_right_and_up(name: str, made: Made) -> None:
    generator, values, part, _ = GOODS[name]
    mesh = next(p for p in made(generator, **values).parts if p.name == part).mesh
    front = (mesh.normals[:, 1] < -0.6) & (mesh.positions[:, 1] < 0) & (np.abs(mesh.normals[:, 2]) < 0.3)
    # A sheet's bare corner is no print.
    front &= (mesh.uv[:, 0] > 0.12) & (np.ptp(mesh.uv[:, 0]) > 0)
    x, z, uv = mesh.positions[front, 0], mesh.positions[front, 2], mesh.uv[front].astype(np.float64)
    assert len(x) > 3
    assert np.corrcoef(x, uv[:, 0])[0, 1] > 0.9
    assert np.corrcoef(z, uv[:, 1])[0, 1] > 0.9
    middle = uv[np.abs(x) <= np.abs(x).min() + 1e-6, 0].mean() if name != "box" else uv[:, 0].mean()
    expected = {"box": (0.065 + 0.19 / 2) / 0.51, "pillow": 0.25, "pouch": 0.25}.get(name, 0.5)
    assert middle == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("name", GOODS)
def test_the_bar_code_scans_as_the_attribute(name: str, made: Made) -> None:
    generator, values, part, _ = GOODS[name]
    number = "print_seed" if generator == "bottle" else "variant"
    for variant in (0, 7, 123456):
        model = made(generator, **values, **{number: variant})
        assert model.attributes["has_bar_code"] is True
        assert codes_on(printed(model, part)) == {model.attributes["ean13"]}


def test_what_is_too_small_for_bars_says_so(made: Made) -> None:
    model = made("product_box", size_x_m=0.03, size_y_m=0.02, size_z_m=0.5)
    assert codes_on(printed(model, "box")) == (
        {model.attributes["ean13"]} if model.attributes["has_bar_code"] else set()
    )
    slim = made("bottle", label_style="product", height_m=0.5, diameter_m=0.03, label_height=0.2)
    assert slim.attributes["has_bar_code"] is (codes_on(printed(slim, "label")) != set())


def test_check_digits_are_those_of_the_standard() -> None:
    # Numbers printed in GS1's own manuals.
    assert [check_digit(n[:12]) for n in ("4006381333931", "9501101530003", "5901234123457")] == [1, 3, 7]
    for family in range(3):
        for variant in (0, 1, 77, 2**31 - 1):
            number = article_number(family, variant)
            weights = np.array([1, 3] * 6 + [1])
            assert int((np.array([int(d) for d in number]) * weights).sum()) % 10 == 0
            assert number[0] == "2", "numbers of real articles are not ours to give"
    left = "0001011 0100111 0110011 0010011 0111101 0011101"
    right = "1100110 1101100 1000010 1011100 1001110 1000100"
    assert modules("5901234123457") == f"101{left}01010{right}101".replace(" ", "")
    with pytest.raises(ValueError, match="not an EAN-13"):
        modules("5901234123458")
    with pytest.raises(ValueError, match="twelve digits"):
        check_digit("123")


def test_every_variant_is_another_article() -> None:
    for family in ("box", "bag"):
        several = [product_of(family, v) for v in range(400)]  # type: ignore[arg-type]
        assert len({p.brand for p in several}) == 400
        assert len({p.ean13 for p in several}) == 400
        assert len({p.name for p in several}) == 8
        assert {p.layout for p in several} == {0, 1, 2}
    assert {brand_of("can", v) for v in range(4096)} != {""}
    assert len({brand_of("can", v) for v in range(4096)}) == 4096
    assert product_of("tin", 5) == product_of("tin", 5)
    with pytest.raises(ValueError, match="variant -1"):
        product_of("tin", -1)


def test_given_colours_are_printed_and_told(made: Made) -> None:
    green, white = (0.1, 0.6, 0.2), (1.0, 1.0, 1.0)
    model = made("product_box", variant=1, colors="given", main_color=green, accent_color=white)
    assert model.attributes["main_color"] == "#1a9933"
    assert model.attributes["accent_color"] == "#ffffff"
    share = (np.abs(printed(model, "box") - green).max(axis=2) < 0.01).mean()
    assert share > 0.15
    own = made("product_box", variant=1)
    assert own.attributes["brand"] == model.attributes["brand"]
    assert own.attributes["main_color"] != "#1a9933"


def test_a_box_weighs_its_goods_and_its_board(made: Made, oracle: Oracle) -> None:
    light, heavy = (made("product_box", density_kg_m3=rho) for rho in (100.0, 300.0))
    volume = oracle(light.parts[0].mesh).volume
    assert (heavy.mass_kg - light.mass_kg) == pytest.approx(200.0 * volume, rel=1e-6)
    board = light.mass_kg - 100.0 * volume
    area = 2 * (0.19 * 0.065 + 0.065 * 0.28 + 0.28 * 0.19)
    assert board / area == pytest.approx(0.375, rel=1e-6)  # 0.5 mm of folding boxboard, 375 g/m2
    assert light.attributes["mass_g"] == pytest.approx(light.mass_kg * 1e3)


@pytest.mark.parametrize(("style", "density_kg_m3", "thick_m"), [("drink", 2700.0, 0.00011), ("food", 7850.0, 0.00019)])
def test_a_can_weighs_its_contents_and_its_metal(
    style: str, density_kg_m3: float, thick_m: float, made: Made, oracle: Oracle, whole: Whole
) -> None:
    model = made("can", style=style, tab=False, fill=0.9, density_kg_m3=1000.0)
    shell = oracle(whole(model))
    metal = shell.area * thick_m * density_kg_m3
    assert model.mass_kg == pytest.approx(shell.volume * 0.9 * 1000.0 + metal, rel=1e-4)
    assert model.attributes["volume_ml"] == pytest.approx(shell.volume * 0.9e6, rel=1e-4)
    # A drink can of this size is sold as 330 ml and weighs about 14 g empty.
    if style == "drink":
        assert 300 < model.attributes["volume_ml"] < 350
        assert 0.008 < metal < 0.018


def test_a_fuller_bag_is_thicker_and_heavier_and_its_sides_never_meet(made: Made, oracle: Oracle) -> None:
    for style in ("pillow", "pouch"):
        thin, full = (made("bag", style=style, fullness=f) for f in (0.15, 0.5))
        assert full.mass_kg > 1.5 * thin.mass_kg
        assert np.ptp(full.bounds, axis=0)[1] > 2 * np.ptp(thin.bounds, axis=0)[1]
        # What the belly takes, the width gives.
        middle = [np.abs(m.parts[0].mesh.positions) for m in (thin, full)]
        waist = [p[np.abs(p[:, 2] - 0.13) < 0.02, 0].max() for p in middle]
        assert waist[1] < waist[0] - 0.007
        for model in (thin, full, made("bag", style=style, crinkle=1.0, fullness=0.12)):
            probe = oracle(model.parts[0].mesh)
            low, high = probe.bounds
            x, z = np.meshgrid(np.linspace(low[0], high[0], 23)[1:-1], np.linspace(low[2], high[2], 37)[1:-1])
            origins = np.column_stack([x.ravel(), np.full(x.size, -1.0), z.ravel()])
            _, ray, _ = probe.ray.intersects_location(origins, np.tile([0, 1.0, 0], (x.size, 1)))
            # Each line of sight goes in and out once, or passes beside.
            assert set(np.bincount(ray, minlength=x.size)) <= {0, 2}


def test_wrinkles_are_the_articles_own(made: Made) -> None:
    one, other, flat = made("bag", variant=1), made("bag", variant=2), made("bag", variant=1, crinkle=0.0)
    assert one.parts[0].mesh.key != other.parts[0].mesh.key
    rough = np.abs(one.parts[0].mesh.positions[:, 1] - flat.parts[0].mesh.positions[:, 1])
    assert 0.001 < rough.max() < 0.02


def test_net_amounts_are_rounded_as_packers_do() -> None:
    assert [net_mass(g) for g in (2.0, 93.0, 388.0, 1034.0, 2480.0)] == ["5 G", "95 G", "400 G", "1 KG", "2.5 KG"]
    assert [net_volume(ml) for ml in (3.0, 333.0, 999.0, 1480.0)] == ["10 ML", "330 ML", "1 L", "1.5 L"]


def test_a_can_stands_within_its_collision_piece(made: Made, whole: Whole) -> None:
    for style in ("drink", "food"):
        model = made("can", style=style)
        middle = np.array([0.0, 0.0, 0.0575])
        hull = Delaunay(model.collision[0].points.astype(np.float64) - middle)
        points = whole(model).positions.astype(np.float64) - middle
        assert (hull.find_simplex(0.99 * points) >= 0).all()
        assert not (hull.find_simplex(1.05 * points[np.abs(points[:, 2]) > 0.057]) >= 0).any()


def test_a_shelfs_levels_are_where_it_says(made: Made, oracle: Oracle, whole: Whole) -> None:
    model = made("shelf_unit", bays=2, levels=4, spacing_m=0.3)
    told = model.attributes
    ray = oracle(whole(model)).ray
    assert told["levels"] == 4
    left, front = float(told["level_left_m"]), float(told["level_front_m"])
    across = np.linspace(left + 0.02, left + float(told["level_width_m"]) - 0.02, 24)
    deep = np.linspace(front + 0.006, front + float(told["level_depth_m"]) - 0.001, 7)
    places = np.stack(np.meshgrid(across, deep), axis=-1).reshape(-1, 2)
    for level in range(1, 5):
        height = float(told["level_1_height_m"]) + (level - 1) * float(told["level_spacing_m"])
        clear = float(told["level_clear_m" if level < 4 else "top_level_clear_m"])
        origins = np.column_stack([places, np.full(len(places), height + 1e-3)])
        down, index, _ = ray.intersects_location(origins, np.tile([0, 0, -1.0], (len(origins), 1)), multiple_hits=False)
        assert len(index) == len(origins)
        # Boards have a bevelled edge at each bay's end.
        on_board = np.abs(np.abs(origins[index, 0])) > 0.01
        np.testing.assert_allclose(down[on_board, 2], height, atol=1e-5)
        up, _, _ = ray.intersects_location(origins, np.tile([0, 0, 1.0], (len(origins), 1)), multiple_hits=False)
        assert (up[:, 2] >= height + clear - 1e-6).all() if len(up) else level == 4


def test_nothing_of_a_shelf_stands_in_the_goods_way(made: Made) -> None:
    """Rails, tags, posts and brackets keep out of the room over each level."""
    for bays, lean in ((1, 0.2), (3, 0.45)):
        model = made("shelf_unit", bays=bays, depth_m=lean, levels=3)
        told = model.attributes
        x0, y0 = float(told["level_left_m"]), float(told["level_front_m"])
        x1, y1 = x0 + float(told["level_width_m"]), y0 + float(told["level_depth_m"])
        for level in (1, 2, 3):
            low = float(told["level_1_height_m"]) + (level - 1) * float(told["level_spacing_m"])
            high = low + float(told["level_clear_m" if level < 3 else "top_level_clear_m"])
            for part in model.parts:
                corners = part.mesh.positions[part.mesh.faces].astype(np.float64)
                near, far = corners.min(axis=1), corners.max(axis=1)
                inside = (near < np.array([x1, y1, high]) - 1e-5) & (far > np.array([x0, y0, low]) + 1e-5)
                assert not inside.all(axis=1).any(), (part.name, level)


def test_price_tags_face_the_aisle_and_read_to_the_right(made: Made) -> None:
    model = made("shelf_unit", bays=1, levels=2)
    tags = next(p for p in model.parts if p.name == "tags").mesh
    front = tags.normals[:, 1] < -0.9
    assert (tags.normals[front, 2] > 0.1).all(), "they lean back, to be read from above"
    for plate in tags.faces.reshape(-1, 12, 3):
        corners = np.unique(plate)
        shown = corners[front[corners]]
        assert np.corrcoef(tags.positions[shown, 0], tags.uv[shown, 0])[0, 1] > 0.99
        assert np.corrcoef(tags.positions[shown, 2], tags.uv[shown, 1])[0, 1] > 0.99
    assert "tags" not in {p.name for p in made("shelf_unit", tags=False).parts}
    assert "back" not in {p.name for p in made("shelf_unit", back="none").parts}


def test_a_bottle_tells_the_same_things_whatever_its_label(made: Made) -> None:
    plain, product, bare = (
        made("bottle", **v) for v in ({}, {"label_style": "product"}, {"label": False, "label_style": "product"})
    )
    assert set(plain.attributes) == set(product.attributes) == set(bare.attributes)
    assert plain.attributes["brand"] == bare.attributes["ean13"] == ""
    assert product.attributes["brand"] == brand_of("bottle", 0)
