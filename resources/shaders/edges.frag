// Which pixels an edge runs through: another surface beside it, a step in depth, or a crease.
uniform sampler2D u_normal_depth;
uniform usampler2D u_surface;
uniform vec4 u_camera;          // fx, fy, cx, cy
layout(location = 0) out float out_edge;

void main() {
    ivec2 last = textureSize(u_normal_depth, 0) - 1;
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    uint id = texelFetch(u_surface, pixel, 0).r;
    vec4 own = texelFetch(u_normal_depth, pixel, 0);
    vec3 p = vec3((vec2(pixel) + 0.5 - u_camera.zw) / u_camera.xy, 1.0) * own.w;
    // A neighbour may lie off this pixel's plane by a quarter of its own footprint.
    float slack = 0.5 * own.w / u_camera.x;
    bool edge = false;
    for (int k = 0; k < 4; k++) {
        ivec2 other = clamp(pixel + ivec2(k == 0 ? 1 : (k == 1 ? -1 : 0), k == 2 ? 1 : (k == 3 ? -1 : 0)), ivec2(0), last);
        vec4 near = texelFetch(u_normal_depth, other, 0);
        vec3 q = vec3((vec2(other) + 0.5 - u_camera.zw) / u_camera.xy, 1.0) * near.w;
        bool step_off = abs(dot(own.xyz, q - p)) > slack;
        bool crease = dot(own.xyz, near.xyz) < 0.9;
        edge = edge || texelFetch(u_surface, other, 0).r != id || (id != 0u && (step_off || crease));
    }
    if (!edge) discard;
    out_edge = 1.0;
}
