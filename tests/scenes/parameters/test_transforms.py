"""Every distribution against an independent distribution function: 10,000 draws from fixed keys, p > 0.001."""

from __future__ import annotations

import colorsys
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from myriorama.scenes.parameters import distributions as d
from myriorama.scenes.parameters.philox import philox
from myriorama.scenes.parameters.streams import counters, key_columns
from myriorama.scenes.parameters.transforms import EvenTable, frame_of, shares, srgb_from_hsv, table_of

COUNT = 10_000
LEVEL = 0.001


def words(count: int = COUNT, path: str = "test", seed: int = 0) -> np.ndarray:
    return philox(counters(0, 0, 0, 0, count) + index_lane(count), key_columns(seed, [path]))


def index_lane(count: int) -> np.ndarray:
    lane = np.zeros((4, count), dtype=np.uint64)
    lane[2] = np.arange(count)
    return lane


def drawn(distribution: d.Distribution, count: int = COUNT) -> list[Any]:
    table = table_of(type(distribution), [distribution])
    return table.values(np.zeros(count, dtype=np.intp), words(count))


TRIANGLE = d.Curve(((0.0, 0.0), (1.0, 2.0), (3.0, 0.0)))
STEPS = d.Curve(((-1.0, 1.0), (0.0, 1.0), (0.0, 0.0), (2.0, 0.0), (2.0, 3.0), (3.0, 3.0)))


def curve_cdf(curve: d.Curve) -> Any:
    """The distribution function by summing very thin trapezoids, with nothing of the code under test."""
    x = np.concatenate([np.linspace(a[0], b[0], 4001) for a, b in zip(curve.points, curve.points[1:], strict=False)])
    y = np.concatenate([np.linspace(a[1], b[1], 4001) for a, b in zip(curve.points, curve.points[1:], strict=False)])
    area = np.concatenate([[0.0], np.cumsum(0.5 * (y[1:] + y[:-1]) * np.diff(x))])
    return lambda v: np.interp(v, x, area / area[-1])


CONTINUOUS = [
    (d.Uniform(-2.0, 5.0), stats.uniform(-2, 7).cdf, 1.5),
    (d.LogUniform(0.01, 100.0), stats.loguniform(0.01, 100).cdf, stats.loguniform(0.01, 100).mean()),
    (d.Normal(1.0, 2.0, -1.0, 6.0), stats.truncnorm(-1, 2.5, 1, 2).cdf, stats.truncnorm(-1, 2.5, 1, 2).mean()),
    (d.Normal(0.0, 1.0, 5.0, 7.0), stats.truncnorm(5, 7).cdf, stats.truncnorm(5, 7).mean()),
    (d.Normal(0.0, 1.0, -9.0, -6.0), stats.truncnorm(-9, -6).cdf, stats.truncnorm(-9, -6).mean()),
    (d.Beta(2.0, 5.0, -1.0, 1.0), stats.beta(2, 5, -1, 2).cdf, stats.beta(2, 5, -1, 2).mean()),
    (d.Beta(0.5, 0.5, 0.0, 1.0), stats.beta(0.5, 0.5).cdf, 0.5),
    (TRIANGLE, curve_cdf(TRIANGLE), 4.0 / 3.0),
    (STEPS, curve_cdf(STEPS), (-0.5 * 1 + 2.5 * 3) / 4),
]


@pytest.mark.parametrize(("distribution", "cdf", "mean"), CONTINUOUS, ids=lambda v: getattr(v, "word", ""))
def test_continuous(distribution: d.Distribution, cdf: Any, mean: float) -> None:
    values = np.array(drawn(distribution))
    support = distribution.support()
    assert support is not None
    assert support[0] <= values.min() < values.max() <= support[1]
    assert abs(values.mean() - mean) < 4.0 * values.std() / math.sqrt(COUNT)
    assert stats.kstest(values, cdf).pvalue > LEVEL


def test_the_test_can_fail() -> None:
    """The same demand refuses a distribution that is off by a hundredth of its width."""
    values = np.array(drawn(d.Uniform(0.0, 1.0)))
    assert stats.kstest(values + 0.03, "uniform").pvalue < LEVEL


@pytest.mark.parametrize(("low", "high"), [(0, 5), (-3, 3), (7, 7), (0, 999), (-(2**53), 2**53)])
def test_integers(low: int, high: int) -> None:
    values = drawn(d.Integers(low, high))
    assert all(type(v) is int and low <= v <= high for v in values)
    if high - low < 1000:
        counts = np.bincount(np.array(values) - low, minlength=high - low + 1)
        assert len(counts) == 1 or stats.chisquare(counts).pvalue > LEVEL
    else:
        assert stats.kstest(np.array(values, dtype=float), stats.uniform(low, high - low).cdf).pvalue > LEVEL


def test_integers_for_a_real_parameter_are_floats() -> None:
    assert {type(v) for v in drawn(d.Integers(0, 3, real=True), 50)} == {float}


def test_choice_follows_its_weights_and_never_gives_a_zero() -> None:
    weights = (0.0, 3.0, 1.0, 0.0, 6.0, 0.0)
    values = drawn(d.OneOf(tuple("abcdef"), weights))
    counts = [values.count(letter) for letter in "abcdef"]
    assert counts[0] == counts[3] == counts[5] == 0
    assert stats.chisquare([counts[1], counts[2], counts[4]], [3000, 1000, 6000]).pvalue > LEVEL


def test_choice_without_weights_is_fair() -> None:
    values = drawn(d.OneOf(tuple(range(7))))
    assert stats.chisquare(np.bincount(values)).pvalue > LEVEL


@given(st.lists(st.floats(0.0, 1e100), min_size=1, max_size=30).filter(lambda w: sum(w) > 0))
def test_shares_rise_to_exactly_one(weights: list[float]) -> None:
    found = shares(weights)
    assert found[-1] == 1.0
    assert found == sorted(found)


def test_hsv_by_the_standard_librarys_conversion() -> None:
    ranges = d.Hsv((300.0, 420.0), (0.25, 0.75), (0.5, 1.0))
    values = np.array(drawn(ranges))
    assert values.min() >= 0.0
    assert values.max() <= 1.0
    back = np.array([colorsys.rgb_to_hsv(*rgb) for rgb in values])
    hue = (back[:, 0] * 360.0 + 60.0) % 360.0  # 300 -> 0, 420 = 60 -> 120
    assert stats.kstest(hue, stats.uniform(0, 120).cdf).pvalue > LEVEL
    assert stats.kstest(back[:, 1], stats.uniform(0.25, 0.5).cdf).pvalue > LEVEL
    assert stats.kstest(back[:, 2], stats.uniform(0.5, 0.5).cdf).pvalue > LEVEL


@given(st.floats(0, 720), st.floats(0, 1), st.floats(0, 1))
def test_hsv_conversion(hue: float, saturation: float, value: float) -> None:
    ours = srgb_from_hsv(np.array([hue]), np.array([saturation]), np.array([value]))[0]
    assert ours == pytest.approx(colorsys.hsv_to_rgb(hue / 360.0 % 1.0, saturation, value), abs=1e-12)


def azimuth_and_height(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.arctan2(vectors[:, 1], vectors[:, 0]) / (2 * np.pi) + 0.5, vectors[:, 2]


def test_sphere_by_archimedes() -> None:
    vectors = np.array(drawn(d.Sphere()))
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1.0).max() < 1e-14
    azimuth, height = azimuth_and_height(vectors)
    assert stats.kstest(azimuth, "uniform").pvalue > LEVEL
    assert stats.kstest(height, stats.uniform(-1, 2).cdf).pvalue > LEVEL
    assert np.abs(vectors.mean(axis=0)).max() < 4.0 / math.sqrt(3 * COUNT)


@pytest.mark.parametrize("angle", [90.0, 30.0, 180.0, 0.001])
@pytest.mark.parametrize("axis", [(0.0, 0.0, 1.0), (0.0, 0.0, -1.0), (0.6, 0.0, 0.8), (1.0, 0.0, 0.0)])
def test_cap(axis: tuple[float, float, float], angle: float) -> None:
    vectors = np.array(drawn(d.Hemisphere(axis, angle)))
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1.0).max() < 1e-14
    local = vectors @ frame_of(axis)
    # Chord lengths keep the digits of a narrow cap: |v - axis|^2 = 2 - 2 cos.
    chord = ((vectors - np.array(axis)) ** 2).sum(axis=1)
    top = 4.0 * math.sin(math.radians(angle / 2)) ** 2
    assert chord.max() <= top * (1 + 1e-9) + 1e-15
    assert stats.kstest(chord, stats.uniform(0, top).cdf).pvalue > LEVEL
    assert stats.kstest(azimuth_and_height(local)[0], "uniform").pvalue > LEVEL


@given(st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: math.hypot(*v) > 1e-3))
def test_frames_are_rotations(axis: tuple[float, float, float]) -> None:
    length = math.hypot(*axis)
    unit_axis = tuple(v / length for v in axis)
    frame = frame_of(unit_axis)  # type: ignore[arg-type]
    assert np.abs(frame.T @ frame - np.eye(3)).max() < 1e-14
    assert np.linalg.det(frame) == pytest.approx(1.0)
    assert frame[:, 2] == pytest.approx(unit_axis)


def test_rotation_is_uniform_over_so3() -> None:
    """By its angle, whose distribution function is (t - sin t) / pi, and by where it takes a vector."""
    q = np.array(drawn(d.UniformRotation()))
    assert np.abs(np.linalg.norm(q, axis=1) - 1.0).max() < 1e-14
    angle = 2.0 * np.arccos(np.clip(np.abs(q[:, 0]), 0, 1))
    assert stats.kstest(angle, lambda t: (t - np.sin(t)) / np.pi).pvalue > LEVEL
    w, x, y, z = q.T
    for image in ((1 - 2 * (y * y + z * z)), 2 * (x * y - w * z), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)):
        assert stats.kstest(image, stats.uniform(-1, 2).cdf).pvalue > LEVEL


def test_many_rows_at_once_equal_one_by_one() -> None:
    several = [d.Uniform(0.0, 1.0), d.Uniform(5.0, 6.0), d.Uniform(-1.0, -1.0)]
    rows = np.array([2, 0, 1, 1, 0])
    block = words(5)
    together = table_of(d.Uniform, several).values(rows, block)
    alone = [
        table_of(d.Uniform, [several[r]]).values(np.zeros(1, dtype=np.intp), block[:, i : i + 1])[0]
        for i, r in enumerate(rows)
    ]
    assert together == alone


NUMBER = st.floats(-1e100, 1e100)
EDGES = np.array([[0, 1, 2**11, 2**63, 2**64 - 1, 2**64 - 2**11]] * 4, dtype=np.uint64)


@settings(max_examples=200, deadline=None)
@given(NUMBER, NUMBER, st.floats(1e-3, 1e3), st.floats(0.01, 1e4), st.floats(0.01, 1e4))
def test_support_holds_at_the_ends_of_the_words(a: float, b: float, std: float, p: float, q: float) -> None:
    low, high = sorted((a, b))
    mean = 0.5 * low + 0.5 * high
    several: list[Any] = [d.Uniform(low, high), d.Beta(p, q, low, high), d.Curve(((low, 0.0), (mean, p), (high, q)))]
    if high > low:
        several.append(d.Normal(mean, max(std, (high - low) / 50), low, high))
    if high > low > 1e-100:
        several.append(d.LogUniform(low, high))
    for one in several:
        if isinstance(one, d.Curve) and not high > low:
            continue
        values = table_of(type(one), [one]).values(np.zeros(6, dtype=np.intp), EDGES)
        assert all(low <= v <= high for v in values), (one, values)
    even = EvenTable([d.Even(low, high)]).values(np.zeros(3, dtype=np.intp), np.array([0.0, 0.5, 1 - 2.0**-53]))
    assert all(low <= v <= high for v in even)


def test_normal_in_the_far_tail_keeps_its_digits() -> None:
    """Against scipy's logarithmic route, which shares nothing with ours but the normal distribution."""
    u = np.array([0.0, 0.1, 0.5, 0.9, 0.999])
    block = np.tile((u * 2.0**53).astype(np.uint64) << np.uint64(11), (4, 1))
    for low, high in ((20.0, 25.0), (-25.0, -20.0), (-3.0, 8.0)):
        ours = table_of(d.Normal, [d.Normal(0.0, 1.0, low, high)]).values(np.zeros(5, dtype=np.intp), block)
        assert ours == pytest.approx(stats.truncnorm.ppf(u, low, high), rel=1e-9)


def test_values_are_frozen_for_ever() -> None:
    """Recorded once: reals within 1e-12, whole numbers and choices exactly."""
    exact = {d.Integers(0, 10**6): FROZEN["integers"], d.OneOf(tuple("abcdefghij")): FROZEN["choice"]}
    for distribution, expected in exact.items():
        assert drawn(distribution, 3) == expected
    for distribution in REALS:
        flat = np.array(drawn(distribution, 3)).reshape(-1)
        assert flat == pytest.approx(FROZEN[distribution.word], rel=1e-12), distribution.word


REALS = (
    d.Uniform(0.0, 1.0),
    d.LogUniform(1.0, 100.0),
    d.Normal(0.0, 1.0, -2.0, 3.0),
    d.Beta(2.0, 3.0, 0.0, 1.0),
    TRIANGLE,
    d.Hsv((0.0, 360.0), (0.0, 1.0), (0.0, 1.0)),
    d.Sphere(),
    d.Hemisphere((0.0, 0.6, 0.8), 40.0),
    d.UniformRotation(),
)
FROZEN: dict[str, Any] = {
    "integers": [45400, 625219, 374538],
    "choice": ["a", "g", "d"],
    "uniform": [0.04540056946558424, 0.625218822537358, 0.37453774152021335],
    "log_uniform": [1.232540330518782, 17.800723121346476, 5.611454980810914],
    "normal": [-1.498077590329403, 0.33954702800691267, -0.28385304013798374],
    "beta": [0.09269135012704684, 0.4599895272164024, 0.3148296938850663],
    "curve": [0.36905515630695734, 1.500437708937754, 1.0627923315042551],
    "hsv": [
        0.8924937136229993,
        0.6820104678237454,
        0.6032080700983129,
        0.40116679855832676,
        0.4016893023405744,
        0.4032678478538281,
        0.26687364782299555,
        0.4148820675437781,
        0.3034652438706167,
    ],
    "sphere": [
        -0.18699805701661554,
        0.3720069323321143,
        0.9091988610688315,
        0.96761403765516,
        0.031686906793017326,
        -0.2504376450747161,
        -0.601663612612415,
        0.7583124580585386,
        0.2509245169595733,
    ],
    "hemisphere": [
        0.12987806835575064,
        0.6458559897152819,
        0.7523308633234933,
        0.01704317433353069,
        0.09588190532239355,
        0.9952467987591742,
        0.32067922924236253,
        0.7509726703916899,
        0.5772390148433304,
    ],
    "rotation": [
        0.16628423961342778,
        0.8729520459959934,
        -0.4388099314348124,
        -0.13322958050586353,
        -0.6491033509780556,
        0.020037052154371536,
        0.6118657483497544,
        0.45153478524518714,
        -0.5265387331952938,
        0.6195414981096561,
        -0.4915593459591932,
        0.3119209899402549,
    ],
}
