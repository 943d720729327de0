"""The picture against light worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from myriorama.scenes.lights import AreaLight, Background, PointLight, RadianceMap, SpotLight, SunLight
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.raster.engine import RasterRenderer
from myriorama.scenes.rendering.raster.environment import harmonics
from myriorama.scenes.rendering.raster.quality import Settings
from myriorama.scenes.rendering.raster.reflectance import directional_albedo

pytestmark = pytest.mark.gl

LINEAR = RenderRequest(linear=True, amodal=False)
DARK = Background(color=(0.0, 0.0, 0.0), visible=False, visible_color=(0.0, 0.0, 0.0))
MATT = Material(base_color=(0.5, 0.25, 0.1), roughness=1.0)


def lambert(color: float, irradiance: float, cosine: float) -> float:
    return color / np.pi * irradiance * cosine


@pytest.mark.parametrize("elevation", [20.0, 50.0, 90.0])
def test_a_matt_plane_under_the_sun_is_lit_by_lamberts_law(renderer, make, elevation) -> None:
    """Seen from above, a rough dielectric is Lambert's within the few percent that its coat takes."""
    view = make.camera()
    e = np.radians(elevation)
    sun = SunLight((np.cos(e), 0.0, -np.sin(e)), (2.0, 2.0, 2.0))
    frame = renderer.render(make.scene(view, [make.thing(make.quad(), make.pose(z=-2.0), MATT)], [sun], DARK), LINEAR)
    got = frame.linear[120, 160]
    expected = np.array([lambert(c, 2.0, np.sin(e)) for c in (0.5, 0.25, 0.1)])
    assert np.abs(got - expected).max() < 0.06 * expected[0] + 0.01


def test_doubling_the_exposure_doubles_the_linear_value(renderer, make) -> None:
    sun = SunLight((0.3, 0.2, -1.0), (2.0, 1.5, 1.0))
    things = [
        make.thing(make.sphere(0.4, 64, 32), make.pose(z=-2.0), MATT),
        make.thing(make.quad(6, 6), make.pose(z=-2.5)),
    ]
    frames = [renderer.render(make.scene(make.camera(ev=ev), things, [sun]), LINEAR) for ev in (0.0, 1.0)]
    assert np.allclose(frames[1].linear, 2 * frames[0].linear, rtol=1e-6)
    assert frames[0].linear.max() > 0.3


def test_in_a_white_furnace_a_white_surface_vanishes(renderer, make) -> None:
    """Surroundings of radiance 1 everywhere: a surface that absorbs nothing shows 1, matt or mirror."""
    furnace = Background(radiance=RadianceMap(np.ones((32, 64, 3), np.float32)), color=(1, 1, 1))
    with RasterRenderer(settings=Settings(512, 8, 0, 0, 1)) as engine:
        for metallic in (0.0, 1.0):
            for roughness in (0.1, 0.4, 0.7, 1.0):
                white = Material(base_color=(1, 1, 1), metallic=metallic, roughness=roughness)
                view = make.camera(width=80, height=60, focal=75.0)
                frame = engine.render(
                    make.scene(view, [make.thing(make.quad(), make.pose(z=-2.0), white)], (), furnace), LINEAR
                )
                assert frame.linear[30, 40] == pytest.approx((1, 1, 1), abs=0.03), (metallic, roughness)


def test_ambient_light_is_the_cosine_weighted_mean_of_the_surroundings() -> None:
    """Nine coefficients reproduce a sky of a constant plus a slope exactly: irradiance / pi = a + 2/3 b n.z."""
    height, width = 64, 128
    z = np.cos((np.arange(height) + 0.5) / height * np.pi)
    pixels = np.repeat((1.0 + 0.5 * z)[:, None, None], width, axis=1).repeat(3, axis=2).astype(np.float32)
    found = harmonics(pixels)[:, 0]
    assert found[0] == pytest.approx(1.0, abs=1e-3)
    assert found[2] == pytest.approx(0.5 * 2 / 3, abs=1e-3)
    assert np.abs(np.delete(found, [0, 2])).max() < 1e-3


@pytest.mark.parametrize(
    ("toward", "column"), [((1, 0, 0), 0.5), ((0, 1, 0), 0.25), ((0, -1, 0), 0.75), ((-1, 0, 0), 0.0)]
)
def test_the_surroundings_stand_where_the_map_says(renderer, make, toward, column) -> None:
    """Centre column looks along +X, columns grow towards -Y; a lamp in the map is seen there, and mirrored there."""
    pixels = np.full((64, 128, 3), 0.05, np.float32)
    at = int(column * 128)
    pixels[28:36, [(at + k) % 128 for k in range(-4, 4)]] = (5.0, 0.0, 0.0)
    surroundings = Background(radiance=RadianceMap(pixels), color=(1, 1, 1))
    view = make.camera(make.look_at((0, 0, 0), toward), width=64, height=48, focal=60.0)
    seen = renderer.render(make.scene(view, [], (), surroundings), LINEAR).linear
    assert seen[24, 32, 0] > 4
    # A mirror before the camera, facing it, shows what is behind the camera.
    behind = make.camera(make.look_at((0, 0, 0), tuple(-np.array(toward))), width=64, height=48, focal=60.0)
    chrome = Material(base_color=(1, 1, 1), metallic=1.0, roughness=0.0)
    at_pose = np.linalg.inv(np.eye(4))
    at_pose[:3, :3] = behind.world_from_camera[:3, :3] @ np.diag([1.0, -1.0, -1.0])
    at_pose[:3, 3] = -2.0 * np.array(toward)
    shown = renderer.render(
        make.scene(behind, [make.thing(make.quad(), at_pose, chrome)], (), surroundings), LINEAR
    ).linear
    assert shown[24, 32, 0] > 2.5
    assert shown[24, 32, 0] > 10 * shown[24, 32, 1]


def test_turning_the_surroundings_turns_them_about_the_vertical(renderer, make) -> None:
    """A quarter turn counter-clockwise takes what stood at +X to +Y."""
    pixels = np.zeros((64, 128, 3), np.float32)
    pixels[28:36, 60:68] = 5.0
    turned = Background(radiance=RadianceMap(pixels), color=(1, 1, 1), rotation_deg=90.0)
    view = make.camera(make.look_at((0, 0, 0), (0, 1, 0)), width=64, height=48, focal=60.0)
    assert renderer.render(make.scene(view, [], (), turned), LINEAR).linear[24, 32, 0] > 4


def test_the_ground_throws_its_colour_on_what_faces_down(renderer, make) -> None:
    """Under a white sky, a ceiling over red ground gets the ground's radiance alone; without ground, the sky's."""
    sky = Background(color=(1.0, 1.0, 1.0))
    view = make.camera(make.look_at((0.0, -2.0, 0.2), (0.0, 0.0, 1.0)), width=80, height=60, focal=75.0)
    ceiling = make.thing(
        make.quad(0.2, 0.2), make.pose(z=1.0, axis=(1, 0, 0), deg=180.0), Material((0.5, 0.5, 0.5), roughness=1.0)
    )
    red = make.thing(make.quad(60, 60), np.eye(4), Material((0.8, 0.1, 0.1), roughness=1.0), "stuff")
    with RasterRenderer(settings=Settings(512, 8, 0, 0, 1)) as engine:
        over = engine.render(make.scene(view, [ceiling, red], (), sky), LINEAR).linear[30, 40]
        bare = engine.render(make.scene(view, [ceiling], (), sky), LINEAR).linear[30, 40]
    assert over[0] / bare[0] == pytest.approx(0.8, abs=0.05)
    assert over[1] / bare[1] == pytest.approx(0.1, abs=0.05)


def test_hidden_surroundings_light_but_are_not_seen(renderer, make) -> None:
    sky = RadianceMap(np.full((16, 32, 3), 2.0, np.float32))
    hidden = Background(radiance=sky, color=(1, 1, 1), visible=False, visible_color=(0.1, 0.2, 0.3))
    frame = renderer.render(
        make.scene(make.camera(), [make.thing(make.quad(), make.pose(z=-2.0), MATT)], (), hidden), LINEAR
    )
    assert frame.linear[0, 0] == pytest.approx((0.1, 0.2, 0.3), abs=1e-6)
    assert frame.linear[120, 160, 0] > 0.7


@pytest.mark.parametrize("ev", [0.0, 2.0])
def test_a_backdrop_is_shown_as_it_is(renderer, make, ev) -> None:
    """The photo fills the frame without distortion, centred, and no tone curve or exposure changes it."""
    photo = np.zeros((120, 400, 3), np.uint8)
    photo[:, :, 0] = np.linspace(0, 240, 400).astype(np.uint8)
    photo[:60, :, 1] = 200
    frame = renderer.render(make.scene(make.camera(ev=ev), [], (), Background(backdrop=photo)), LINEAR)
    cut = photo[:, 120:280]  # 320 x 240 shows the middle 160 columns at twice the size
    expected = np.repeat(np.repeat(cut, 2, axis=0), 2, axis=1)
    difference = np.abs(frame.rgb.astype(int) - expected)
    assert np.median(difference) <= 1
    assert difference[10:110].max() <= 2
    assert difference[130:].max() <= 2


def stripes(axis: int) -> Texture:
    """Dark where the texture coordinate is low, light where it is high; row 0 is the top."""
    ramp = np.zeros((64, 64, 3), np.uint8)
    if axis == 0:
        ramp[:, 32:] = 255
    else:
        ramp[:32] = 255
    return Texture(ramp, srgb=True, wrap="clamp")


@pytest.mark.parametrize("axis", [0, 1])
def test_texture_coordinates_run_right_and_up(renderer, make, axis) -> None:
    material = Material(base_color=(1, 1, 1), base_color_texture=stripes(axis), roughness=1.0)
    light = Background(color=(1, 1, 1))
    frame = renderer.render(
        make.scene(make.camera(), [make.thing(make.quad(), make.pose(z=-2.0), material)], (), light), LINEAR
    )
    high = frame.linear[120, 210] if axis == 0 else frame.linear[70, 160]
    low = frame.linear[120, 110] if axis == 0 else frame.linear[170, 160]
    assert high[0] > 0.8
    assert low[0] < 0.1


def test_a_normal_map_leans_as_opengl_says(renderer, make) -> None:
    """R above 1/2 leans towards +u, G above 1/2 towards +v, seen by which side of a sun lights it more."""

    def lit(r: int, g: int, direction: tuple[float, float, float]) -> float:
        pixels = np.full((4, 4, 3), 255, np.uint8)
        pixels[:, :, 0], pixels[:, :, 1] = r, g
        material = Material(normal_texture=Texture(pixels, srgb=False), roughness=1.0)
        things = [make.thing(make.quad(), make.pose(z=-2.0, deg=90.0), material)]  # +u is now +Y, +v is -X
        return float(
            renderer.render(make.scene(make.camera(), things, [SunLight(direction, (1, 1, 1))], DARK), LINEAR).linear[
                120, 160, 0
            ]
        )

    from_y, from_x = (0.0, -1.0, -1.0), (-1.0, 0.0, -1.0)
    flat = lit(128, 128, from_y)
    assert lit(220, 128, from_y) > 1.1 * flat
    assert lit(36, 128, from_y) < 0.9 * flat
    assert lit(128, 220, from_x) < 0.9 * flat
    assert lit(128, 36, from_x) > 1.1 * flat


def test_a_point_light_falls_off_with_the_square_of_distance(renderer, make) -> None:
    view = make.camera()
    values = []
    for height in (0.5, 1.0):
        lamp = PointLight((0.0, 0.0, -2.0 + height), (1.0, 1.0, 1.0))
        frame = renderer.render(
            make.scene(view, [make.thing(make.quad(4, 4), make.pose(z=-2.0), MATT)], [lamp], DARK), LINEAR
        )
        values.append(float(frame.linear[100, 160, 0]))
        d2 = height**2 + (20.5 / 300 * 2) ** 2
        assert values[-1] == pytest.approx(lambert(0.5, 1 / d2, height / np.sqrt(d2)), rel=0.08)
    assert values[0] > 3 * values[1]


def test_a_spot_lights_its_cone_alone(renderer, make) -> None:
    spot = SpotLight((0.0, 0.0, 0.0), (0, 0, -1), (4.0, 4.0, 4.0), inner_angle_deg=9.0, outer_angle_deg=11.0)
    frame = renderer.render(
        make.scene(make.camera(), [make.thing(make.quad(6, 6), make.pose(z=-2.0), MATT)], [spot], DARK), LINEAR
    )
    y, x = np.mgrid[:240, :320]
    angle = np.degrees(np.arctan(np.hypot(x + 0.5 - 160, y + 0.5 - 120) / 300))
    lit = frame.linear[..., 0]
    assert lit[angle < 8.5].min() > 0.1
    assert lit[angle > 11.5].max() < 1e-6


def test_a_large_area_light_gives_the_irradiance_of_its_solid_angle(renderer, make) -> None:
    """On the axis of a square of half-width a at distance h: the configuration factor has a closed form."""
    a, h = 0.5, 1.0
    light = AreaLight((0, 0, -2.0 + h), (0, 0, -1), (0, 1, 0), 2 * a, 2 * a, (3.0, 3.0, 3.0))
    frame = renderer.render(
        make.scene(make.camera(), [make.thing(make.quad(4, 4), make.pose(z=-2.0), MATT)], [light], DARK), LINEAR
    )
    x = a / h
    factor = 4 * (x / np.sqrt(1 + x * x) * np.arctan(x / np.sqrt(1 + x * x)) / np.pi)
    assert float(frame.linear[120, 160, 0]) == pytest.approx(0.5 * 3.0 * factor, rel=0.08)


def test_clear_surfaces_are_laid_over_each_other_from_behind(renderer, make) -> None:
    """Red glass before green glass is redder than green before red, whatever order the scene lists them in."""
    light = Background(color=(1, 1, 1), visible=False, visible_color=(0, 0, 0))

    def pane(color, z):
        return make.thing(
            make.quad(), make.pose(z=z), Material(base_color=color, alpha="transparent", opacity=0.6, roughness=1.0)
        )

    red, green = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)
    for things in ([pane(red, -2.0), pane(green, -2.2)], [pane(green, -2.2), pane(red, -2.0)]):
        got = renderer.render(make.scene(make.camera(), things, (), light), LINEAR).linear[120, 160]
        assert got[0] > 1.5 * got[1] > 0


def test_the_mirror_table_is_an_albedo() -> None:
    """Scale plus bias never exceeds one, and a smooth mirror loses nothing head-on."""
    table = directional_albedo()
    whole = table.sum(axis=2)
    assert whole.max() < 1.01
    assert whole[0, -1] == pytest.approx(1.0, abs=0.01)
    assert whole[-1].min() > 0.3


def test_emission_adds_its_radiance(renderer, make) -> None:
    glow = Material(base_color=(0, 0, 0), emission=(0.5, 1.5, 2.5), roughness=1.0)
    frame = renderer.render(
        make.scene(make.camera(), [make.thing(make.quad(), make.pose(z=-2.0), glow)], (), DARK), LINEAR
    )
    assert frame.linear[120, 160] == pytest.approx((0.5, 1.5, 2.5), abs=0.01)


def test_the_tone_curve_keeps_middle_grey_and_never_turns(renderer, make) -> None:
    grey = [0.0, 0.02, 0.18, 0.5, 1.0, 2.0, 4.0, 16.0]
    out = []
    for value in grey:
        back = Background(visible=False, visible_color=(value,) * 3)
        out.append(int(renderer.render(make.scene(make.camera(width=8, height=8), [], (), back), LINEAR).rgb[4, 4, 0]))
    assert out == sorted(out)
    assert len(set(out)) == len(out)
    assert out[0] == 0
    assert abs(out[2] - 118) <= 1  # sRGB of 0.18
    assert out[-1] >= 253


def test_multisampling_gives_nearly_the_same_picture(make) -> None:
    """The way a graphics card smooths edges, run on whatever device is here."""
    things = [
        make.thing(make.sphere(0.4, 64, 32), make.pose(z=-2.0), MATT),
        make.thing(make.quad(6, 6), make.pose(z=-2.5)),
    ]
    scene = make.scene(make.camera(width=160, height=120, focal=150.0), things, [SunLight((0.3, 0.2, -1.0), (2, 2, 2))])
    plain = Settings(1024, 12, 0, 0, 2)
    with RasterRenderer(settings=plain) as edges, RasterRenderer(settings=replace(plain, multisamples=4)) as many:
        a, b = edges.render(scene, LINEAR), many.render(scene, LINEAR)
    assert np.abs(a.rgb.astype(int) - b.rgb).mean() < 1.0
    assert (a.surface_id == b.surface_id).all()
