"""The viewport's GLSL, written for OpenGL 2.1 so that every desktop has it.

Identity comes from instance ids packed into bytes and compared exactly; nothing here is guessed from colour.
"""

from __future__ import annotations

from typing import Final

from myriorama.app.pictures.overlay import STRIPE_DARK

PICTURE_VERTEX: Final = """
#version 120
uniform vec2 u_view;        // device pixels of the view
uniform vec3 u_place;       // left, top, view pixels per image pixel
uniform vec2 u_size;        // image pixels
attribute vec2 a_corner;
varying vec2 v_at;          // image, 0 to 1, row 0 at the top
void main() {
    vec2 view = vec2(a_corner.x * 0.5 + 0.5, 0.5 - a_corner.y * 0.5) * u_view;
    v_at = (view - u_place.xy) / (u_place.z * u_size);
    gl_Position = vec4(a_corner, 0.0, 1.0);
}
"""

_TABLE = """
uniform float u_rows;       // rows of the tables, 256 columns each
vec4 entry(sampler2D table, vec4 id) {
    float row = id.g * 255.0 + id.b * 65280.0;
    return texture2D(table, vec2(id.r * (255.0 / 256.0) + 0.5 / 256.0, (row + 0.5) / u_rows));
}
uniform vec2 u_unit;        // one view pixel, in the image's 0 to 1
uniform float u_stripe;     // view pixels: of the hatching, which keeps its place on the picture
// Alpha of a table's entry: 1 solid, 0.75 hatched, 0.38 a veil without an outline, 0 nothing.
vec3 hatched(vec4 found, vec2 at) {
    vec2 spot = floor(at / u_unit);
    bool dark = mod(floor((spot.x + spot.y) / u_stripe), 2.0) > 0.5;
    return dark && found.a > 0.6 && found.a < 0.9 ? DARK : found.rgb;
}
""".replace("DARK", "vec3({}, {}, {})".format(*(f"{value / 255:.6f}" for value in STRIPE_DARK)))

PICTURE_FRAGMENT: Final = (
    """
#version 120
varying vec2 v_at;
uniform float u_fade;       // 1 dims the whole picture
#if BASE == 1
"""
    + _TABLE
    + """
uniform sampler2D t_ids;
uniform sampler2D t_table;  // by instance: colour of the layer
#elif BASE == 2
uniform vec2 u_range;       // metres: ends of the depth ramp, which is even in the logarithm
uniform sampler2D t_ramp;
#else
uniform sampler2D t_color;
#endif
#if BASE == 2 || SOLID
uniform float u_near;       // metres: depth codes are 1 - near / z
uniform sampler2D t_depth;
#endif

vec3 layer(vec2 at) {
#if BASE == 1
    return hatched(entry(t_table, texture2D(t_ids, at)), at);
#elif BASE == 2
    float depth = texture2D(t_depth, at).r;
    float t = clamp(log(max(depth, 1e-6) / u_range.x) / log(u_range.y / u_range.x), 0.0, 1.0);
    return depth > 0.0 ? texture2D(t_ramp, vec2((t * 255.0 + 0.5) / 256.0, 0.5)).rgb : vec3(0.03);
#elif BASE == 3
    vec3 value = texture2D(t_color, at).rgb;
    return dot(value, value) > 0.25 ? vec3(value.x, -value.y, -value.z) * 0.5 + 0.5 : vec3(0.03);
#elif BASE == 4
    vec3 value = texture2D(t_color, at).rgb;
    return dot(value, value) > 0.0 ? value : vec3(0.03);
#elif TAPS > 1
    vec2 pixel = vec2(dFdx(at.x), dFdy(at.y));
    vec3 sum = vec3(0.0);
    for (int j = 0; j < TAPS; j++)
        for (int i = 0; i < TAPS; i++)
            sum += texture2D(t_color, at + pixel * ((vec2(float(i), float(j)) + 0.5) / float(TAPS) - 0.5)).rgb;
    return sum / float(TAPS * TAPS);
#else
    return texture2D(t_color, at).rgb;
#endif
}

void main() {
    vec3 color = layer(v_at);
#if FADED
    color = mix(color, vec3(dot(color, vec3(0.3, 0.59, 0.11)) * 0.35), u_fade);
#endif
    gl_FragColor = vec4(color, 1.0);
#if SOLID
    float z = texture2D(t_depth, v_at).r;
    gl_FragDepth = z > 0.0 ? clamp(1.0 - u_near / z, 0.0, 0.9999) : 1.0;
#endif
}
"""
)
"""Needs BASE (0 colour, 1 table, 2 depth, 3 normals, 4 object coordinates), TAPS, SOLID, FADED to be defined."""

MASK_VERTEX: Final = """
#version 120
uniform vec2 u_view;
uniform vec3 u_place;
uniform vec2 u_size;
attribute vec2 a_spot;      // image pixels
varying vec2 v_at;
void main() {
    v_at = a_spot / u_size;
    vec2 spot = a_spot * u_place.z + u_place.xy;
    gl_Position = vec4(spot.x / u_view.x * 2.0 - 1.0, 1.0 - spot.y / u_view.y * 2.0, 0.0, 1.0);
}
"""

MASK_FRAGMENT: Final = (
    """
#version 120
varying vec2 v_at;
"""
    + _TABLE
    + """
uniform float u_fill;       // opacity of masks
uniform sampler2D t_ids;
uniform sampler2D t_over;   // by instance: colour, alpha = how its mask is drawn
#if CONTOUR
uniform float u_contour;    // view pixels
#endif
#if SELECT
uniform float u_outline;    // view pixels
uniform sampler2D t_select; // by instance: alpha = selected
#endif

vec4 under;                 // premultiplied
void put(vec3 color, float alpha) { under = under * (1.0 - alpha) + vec4(color * alpha, alpha); }

void main() {
    vec2 at = v_at;
    vec4 id = texture2D(t_ids, at);
    under = vec4(0.0);
    vec4 mine = entry(t_over, id);
    put(hatched(mine, at), step(0.1, mine.a) * u_fill);
    vec2 unit = u_unit;
#if CONTOUR
    float halo = 0.0;
    float edge = 0.0;
    vec2 straight = unit * u_contour;
    vec2 slanted = unit * u_contour * 0.7071;
    if (texture2D(t_ids, at + vec2(straight.x, 0.0)) != id) edge = 1.0;
    if (texture2D(t_ids, at - vec2(straight.x, 0.0)) != id) edge = 1.0;
    if (texture2D(t_ids, at + vec2(0.0, straight.y)) != id) edge = 1.0;
    if (texture2D(t_ids, at - vec2(0.0, straight.y)) != id) edge = 1.0;
    if (texture2D(t_ids, at + slanted) != id) edge = 1.0;
    if (texture2D(t_ids, at - slanted) != id) edge = 1.0;
    if (texture2D(t_ids, at + vec2(slanted.x, -slanted.y)) != id) edge = 1.0;
    if (texture2D(t_ids, at + vec2(-slanted.x, slanted.y)) != id) edge = 1.0;
    if (mine.a < 0.5 && edge > 0.5) {
        vec2 beside = unit * 1.3;
        halo = max(max(entry(t_over, texture2D(t_ids, at + vec2(beside.x, 0.0))).a,
                       entry(t_over, texture2D(t_ids, at - vec2(beside.x, 0.0))).a),
                   max(entry(t_over, texture2D(t_ids, at + vec2(0.0, beside.y))).a,
                       entry(t_over, texture2D(t_ids, at - vec2(0.0, beside.y))).a));
        halo = step(0.5, halo);
    }
    put(vec3(0.06, 0.07, 0.09), halo * 0.7);
    put(mine.rgb, edge * step(0.5, mine.a));
#endif
#if SELECT
    float chosen = entry(t_select, id).a;
    float other_low = chosen;
    float other_high = chosen;
    for (int k = 0; k < 4; k++) {
        vec2 way = k < 2 ? vec2(k == 0 ? u_outline : -u_outline, 0.0) : vec2(0.0, k == 2 ? u_outline : -u_outline);
        float beside = entry(t_select, texture2D(t_ids, at + way * unit)).a;
        other_low = min(other_low, beside);
        other_high = max(other_high, beside);
    }
    put(vec3(0.02), 0.85 * step(chosen + 0.5, other_high));
    put(vec3(1.0), step(other_low + 0.5, chosen));
#endif
    if (under.a <= 0.003) discard;
    gl_FragColor = under;
}
"""
)
"""Needs CONTOUR and SELECT to be defined; its colours are premultiplied."""


def with_words(source: str, **words: int) -> str:
    """Return GLSL with these names defined behind its version line."""
    version, _, rest = source.strip().partition("\n")
    return "\n".join([version, *(f"#define {name} {value}" for name, value in words.items()), rest])


STROKE_VERTEX: Final = """
#version 120
uniform vec2 u_view;
uniform vec3 u_place;
uniform float u_near;
uniform float u_ratio;      // device pixels per unit of width
uniform float u_halo;       // units added on each side in the halo's pass
attribute vec2 a_here;      // image pixels
attribute vec2 a_there;
attribute vec2 a_depths;    // metres here, or 0 in front of everything; unused
attribute vec2 a_corner;    // -1 or 1: along, across
attribute vec4 a_color;
attribute vec3 a_style;     // width and dash length in units; units for an image pixel from which on it is drawn
varying vec4 v_color;
varying vec3 v_spot;        // along, across, half width: device pixels
varying vec2 v_dash;        // dash length, length of the line: device pixels
void main() {
    vec2 here = a_here * u_place.z + u_place.xy;
    vec2 there = a_there * u_place.z + u_place.xy;
    vec2 along = there - here;
    float reach = length(along);
    along = reach > 1e-6 ? along / reach : vec2(1.0, 0.0);
    vec2 across = vec2(-along.y, along.x) * (a_corner.x < 0.0 ? 1.0 : -1.0);
    float half_width = 0.5 * a_style.x * u_ratio + u_halo * u_ratio;
    float room = half_width + 1.0;
    vec2 spot = here - along * room + across * room * a_corner.y;
    v_spot = vec3(a_corner.x < 0.0 ? -room : reach + room, room * a_corner.y, half_width);
    v_dash = vec2(a_style.y * u_ratio, reach);
    v_color = a_color;
    float depth = a_depths.x > 0.0 ? clamp(1.0 - u_near / (a_depths.x * 0.998), 0.0, 0.99985) : 0.0;
    gl_Position = vec4(spot.x / u_view.x * 2.0 - 1.0, 1.0 - spot.y / u_view.y * 2.0, depth * 2.0 - 1.0, 1.0);
    if (u_place.z < a_style.z * u_ratio) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
"""

STROKE_FRAGMENT: Final = """
#version 120
uniform float u_halo;
uniform float u_strength;
varying vec4 v_color;
varying vec3 v_spot;
varying vec2 v_dash;
void main() {
    float beyond = max(max(-v_spot.x, v_spot.x - v_dash.y), 0.0);
    float away = length(vec2(beyond, v_spot.y));
    float cover = clamp(v_spot.z + 0.5 - away, 0.0, 1.0);
    if (v_dash.x > 0.0 && mod(v_spot.x, v_dash.x * 2.0) > v_dash.x) cover = 0.0;
    vec3 color = u_halo > 0.0 ? vec3(0.06, 0.07, 0.09) : v_color.rgb;
    float alpha = cover * v_color.a * u_strength * (u_halo > 0.0 ? 0.65 : 1.0);
    if (alpha <= 0.003) discard;
    gl_FragColor = vec4(color, alpha);
}
"""

DOT_VERTEX: Final = """
#version 120
uniform vec2 u_view;
uniform vec3 u_place;
uniform float u_ratio;
attribute vec2 a_here;
attribute vec2 a_corner;
attribute vec4 a_color;
attribute vec4 a_fill;
attribute vec3 a_style;     // radius in units, shape: 0 disc, 1 square, scale as of strokes
varying vec4 v_color;
varying vec4 v_fill;
varying vec2 v_spot;
varying vec2 v_style;
void main() {
    float radius = a_style.x * u_ratio;
    v_spot = a_corner * (radius + 2.0 * u_ratio);
    v_style = vec2(radius, a_style.y);
    v_color = a_color;
    v_fill = a_fill;
    vec2 spot = a_here * u_place.z + u_place.xy + v_spot;
    gl_Position = vec4(spot.x / u_view.x * 2.0 - 1.0, 1.0 - spot.y / u_view.y * 2.0, -1.0, 1.0);
    if (u_place.z < a_style.z * u_ratio) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
"""

DOT_FRAGMENT: Final = """
#version 120
uniform float u_ratio;
varying vec4 v_color;
varying vec4 v_fill;
varying vec2 v_spot;
varying vec2 v_style;
void main() {
    float away = v_style.y > 0.5 ? max(abs(v_spot.x), abs(v_spot.y)) : length(v_spot);
    float outer = clamp(v_style.x + 0.5 - away, 0.0, 1.0);
    float inner = clamp(v_style.x - 1.5 * u_ratio + 0.5 - away, 0.0, 1.0);
    float halo = clamp(v_style.x + 1.25 * u_ratio + 0.5 - away, 0.0, 1.0);
    vec4 color = vec4(0.06, 0.07, 0.09, 0.75 * halo * v_color.a);
    if (v_fill.a < 0.5) color.a *= 1.0 - clamp(v_style.x - 2.75 * u_ratio + 0.5 - away, 0.0, 1.0);
    color = mix(color, v_color, outer * (1.0 - inner));
    color = mix(color, v_fill, inner * step(0.5, v_fill.a));
    if (color.a <= 0.003) discard;
    gl_FragColor = color;
}
"""

CAPTION_VERTEX: Final = """
#version 120
uniform vec2 u_view;
attribute vec2 a_spot;      // view pixels
attribute vec2 a_cell;      // atlas, 0 to 1
varying vec2 v_cell;
void main() {
    v_cell = a_cell;
    gl_Position = vec4(a_spot.x / u_view.x * 2.0 - 1.0, 1.0 - a_spot.y / u_view.y * 2.0, -1.0, 1.0);
}
"""

CAPTION_FRAGMENT: Final = """
#version 120
uniform sampler2D t_atlas;
varying vec2 v_cell;
void main() { gl_FragColor = texture2D(t_atlas, v_cell); }
"""
