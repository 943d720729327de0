// Shadow lookups that know the receiver's plane: each texel is compared with the plane's own depth there,
// so a lit plane never shadows itself, at any angle, and next to no offset is needed under a cube.

#if SHADOWS
uniform sampler2D u_shadow_map;
uniform int u_shadow_taps;

// Texel position, depth there, and the change of the plane's depth per texel.
void shadow_place(Light light, vec3 p, vec3 facet, bool perspective, out vec3 at, out vec2 slope) {
    vec3 x = vec3(light.map[0][0], light.map[1][0], light.map[2][0]);
    vec3 y = vec3(light.map[0][1], light.map[1][1], light.map[2][1]);
    vec3 z = vec3(light.map[0][2], light.map[1][2], light.map[2][2]);
    vec4 s = light.map * vec4(p, 1.0);
    if (perspective) {
        at = s.xyz / s.w;
        // depth = A + B / w, and 1 / w is affine in the map on a plane.
        vec3 e = vec3(light.map[0][3], light.map[1][3], light.map[2][3]);
        vec3 right = x - dot(x, e) * e;
        vec3 up = y - dot(y, e) * e;
        float reach = dot(facet, p - light.position.xyz);
        float safe = reach < 0.0 ? min(reach, -1e-5) : max(reach, 1e-5);
        slope = light.shadow.y / safe * vec2(dot(facet, right) / dot(right, right), dot(facet, up) / dot(up, up));
    } else {
        at = s.xyz;
        float across = dot(facet, z);
        float safe = across < 0.0 ? min(across, -1e-6) : max(across, 1e-6);
        slope = -light.shadow.y / safe * vec2(dot(facet, x), dot(facet, y));
    }
}

float shadow_texel(Light light, ivec2 texel, vec3 at, vec2 slope, float offset) {
    vec2 centre = vec2(texel) + 0.5;
    bool outside = any(lessThan(centre, light.tile.xy)) || any(greaterThan(centre, light.tile.zw));
    float stored = outside ? 1.0 : texelFetch(u_shadow_map, texel, 0).r;
    float plane = at.z + dot(centre - at.xy, slope);
    return plane - offset <= stored ? 1.0 : 0.0;
}

// Quadratic spline over 3x3 texels: smooth, two texels wide.
float shadow_narrow(Light light, vec3 at, vec2 slope, float offset) {
    ivec2 middle = ivec2(floor(at.xy));
    vec2 f = at.xy - vec2(middle) - 0.5;
    vec2 low = 0.5 * (0.5 - f) * (0.5 - f);
    vec2 high = 0.5 * (0.5 + f) * (0.5 + f);
    vec2 mid = 1.0 - low - high;
    float sum = 0.0;
    for (int j = -1; j <= 1; j++) {
        float wy = j < 0 ? low.y : (j > 0 ? high.y : mid.y);
        float row = low.x * shadow_texel(light, middle + ivec2(-1, j), at, slope, offset)
                  + mid.x * shadow_texel(light, middle + ivec2(0, j), at, slope, offset)
                  + high.x * shadow_texel(light, middle + ivec2(1, j), at, slope, offset);
        sum += wy * row;
    }
    return sum;
}

// Blocker search, then a disk as wide as the penumbra: for lights that are not small.
// In both projections the penumbra's radius in texels is proportional to the difference of mapped depths.
float shadow_wide(Light light, vec3 at, vec2 slope, float offset) {
    float turn = 6.2831853 * fract(52.9829189 * fract(dot(floor(gl_FragCoord.xy), vec2(0.06711056, 0.00583715))));
    const mat2 golden = mat2(-0.73736888, 0.67549029, -0.67549029, -0.73736888);
    vec2 start = vec2(cos(turn), sin(turn));
    float taps = float(u_shadow_taps);
    float search = clamp(light.shadow.z * at.z, 1.0, SHADOW_REACH);
    float blockers = 0.0, depth = 0.0;
    vec2 ray = start;
    for (int i = 0; i < u_shadow_taps; i++) {
        ivec2 texel = ivec2(floor(at.xy + sqrt((float(i) + 0.5) / taps) * search * ray));
        ray = golden * ray;
        vec2 centre = vec2(texel) + 0.5;
        bool outside = any(lessThan(centre, light.tile.xy)) || any(greaterThan(centre, light.tile.zw));
        float stored = outside ? 1.0 : texelFetch(u_shadow_map, texel, 0).r;
        float blocks = at.z + dot(centre - at.xy, slope) - offset > stored ? 1.0 : 0.0;
        blockers += blocks;
        depth += blocks * stored;
    }
    float gap = max(at.z - depth / max(blockers, 1.0), 0.0);
    float width = clamp(light.shadow.z * gap, 1.0, search);
    int count = blockers < 0.5 ? 0 : u_shadow_taps;     // where nothing blocks, the loop is not entered
    float lit = 0.0;
    ray = start;
    for (int i = 0; i < count; i++) {
        vec2 around = sqrt((float(i) + 0.5) / taps) * width * ray;
        lit += shadow_texel(light, ivec2(floor(at.xy + around)), at, slope, offset);
        ray = golden * ray;
    }
    return count == 0 ? 1.0 : lit / taps;
}

float shadow(Light light, vec3 p, vec3 facet, bool perspective) {
    vec3 at;
    vec2 slope;
    shadow_place(light, p, facet, perspective, at, slope);
    // Vertices snap to 1/256 texel and depths to 24 bits: that much, and no more.
    float offset = light.shadow.w + 0.02 * (abs(slope.x) + abs(slope.y));
#if SHADOWS > 1
    return shadow_wide(light, at, slope, offset);
#else
    return shadow_narrow(light, at, slope, offset);
#endif
}
#else
float shadow(Light light, vec3 p, vec3 facet, bool perspective) {
    return 1.0;
}
#endif
