// The surrounding radiance: nine coefficients for diffuse light, an octahedral stack for mirrors.

vec3 ambient_irradiance(vec3 n) {
    vec3 r = u_ambient[0].rgb
        + u_ambient[1].rgb * n.y + u_ambient[2].rgb * n.z + u_ambient[3].rgb * n.x
        + u_ambient[4].rgb * (n.x * n.y) + u_ambient[5].rgb * (n.y * n.z)
        + u_ambient[6].rgb * (3.0 * n.z * n.z - 1.0) + u_ambient[7].rgb * (n.x * n.z)
        + u_ambient[8].rgb * (n.x * n.x - n.y * n.y);
    return max(r, 0.0);
}

#if ENVIRONMENT
uniform sampler2D u_mirrors;
uniform vec2 u_mirror_stack;    // size of the sharpest level in texels, index of the last level
uniform vec3 u_tint;

vec2 octahedral(vec3 d) {
    d /= abs(d.x) + abs(d.y) + abs(d.z);
    vec2 folded = (1.0 - abs(d.yx)) * vec2(d.x >= 0.0 ? 1.0 : -1.0, d.y >= 0.0 ? 1.0 : -1.0);
    return (d.z >= 0.0 ? d.xy : folded) * 0.5 + 0.5;
}

// Level 0 lies at the left; the others stand in one column right of it, each half the size of the last.
vec3 mirror_level(vec2 o, float level) {
    float size = u_mirror_stack.x * exp2(-level);
    vec2 corner = level < 0.5 ? vec2(0.0) : vec2(u_mirror_stack.x, u_mirror_stack.x - 2.0 * size);
    vec2 at = corner + 0.5 + o * (size - 1.0);
    return textureLod(u_mirrors, at / vec2(u_mirror_stack.x * 1.5, u_mirror_stack.x), 0.0).rgb * u_tint;
}

vec3 mirrored_sky(vec3 d, float roughness) {
    float level = pow(roughness, 2.0 / 3.0) * u_mirror_stack.y;
    float low = min(floor(level), u_mirror_stack.y - 1.0);
    vec2 o = octahedral(d);
    return mix(mirror_level(o, low), mirror_level(o, low + 1.0), level - low);
}
#else
uniform vec3 u_tint;

vec3 mirrored_sky(vec3 d, float roughness) {
    return u_tint;
}
#endif

// Below the horizon stands the ground, if there is one, and not what the surroundings show there. What else
// stands in the ray's way is taken to be half as bright as a white thing would be there.
vec3 mirrored(vec3 d, float roughness, float open) {
    float down = u_ground.w * smoothstep(0.0, 0.05 + 0.6 * roughness, -d.z);
    vec3 sky = mix(0.5 * ambient_irradiance(-d), mirrored_sky(d, roughness), open);
    return mix(sky, u_ground.rgb, down);
}
