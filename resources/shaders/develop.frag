// Linear radiance to a picture; at edges, the mean of the finer samples taken there.
#include "tone.glsl"

uniform sampler2D u_linear;
#if EDGES
uniform sampler2D u_mask;
uniform sampler2D u_fine;
uniform int u_first_row;
#endif
layout(location = 0) out vec4 out_color;

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    vec3 c;
#if EDGES
    if (texelFetch(u_mask, pixel, 0).r < 0.5) discard;
    c = vec3(0.0);
    ivec2 corner = (pixel - ivec2(0, u_first_row)) * EDGES;
    for (int y = 0; y < EDGES; y++)
        for (int x = 0; x < EDGES; x++)
            c += texelFetch(u_fine, corner + ivec2(x, y), 0).rgb;
    c /= float(EDGES * EDGES);
#else
    c = texelFetch(u_linear, pixel, 0).rgb;
#endif
#if LINEAR
    out_color = vec4(c, 1.0);
#else
    out_color = vec4(srgb(tone(c)), 1.0);
#endif
}
