// Shadow lookups that know the receiver's plane: each texel is compared with the plane's own depth there,
// so a lit plane never shadows itself, at any angle, and next to no offset is needed under a cube.

#if SHADOWS
uniform sampler2D u_shadow_map;
uniform int u_shadow_taps;

// Texel position, depth there, the change of the plane's depth per texel, and the depth of one texel along the normal.
void shadow_place(Light light, vec3 p, vec3 facet, bool perspective, out vec3 at, out vec2 slope,
                  out float texel) {
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
        texel = -light.shadow.y / s.w * inversesqrt(dot(right, right)) * s.w / max(abs(reach), 0.2 * s.w);
    } else {
        at = s.xyz;
        float across = dot(facet, z);
        float safe = across < 0.0 ? min(across, -1e-6) : max(across, 1e-6);
        slope = -light.shadow.y / safe * vec2(dot(facet, x), dot(facet, y));
        texel = sqrt(light.shadow.y) / max(abs(across) * inversesqrt(dot(z, z)), 0.2);
    }
}

// Keeps a filter inside its own tile, whose rim nothing is drawn on.
vec2 in_tile(Light light, vec2 at) {
    return clamp(at, light.tile.xy, light.tile.zw);
}

float shadow_texel(vec2 texel, vec3 at, vec2 slope) {
    float stored = texelFetch(u_shadow_map, ivec2(texel), 0).r;
    return min(at.z + dot(texel - at.xy, slope), 1.0) <= stored ? 1.0 : 0.0;
}

// Quadratic spline over 3x3 texels: smooth, two texels wide. `at.z` has its offset taken off.
float shadow_narrow(Light light, vec3 at, vec2 slope) {
    vec2 inside = in_tile(light, at.xy);
    vec2 middle = floor(inside) + 0.5;
    vec2 f = inside - middle;
    vec2 low = 0.5 * (0.5 - f) * (0.5 - f);
    vec2 high = 0.5 * (0.5 + f) * (0.5 + f);
    vec2 mid = 1.0 - low - high;
    float plane = at.z + dot(middle - at.xy, slope);
    vec3 row = plane + slope.x * vec3(-1.0, 0.0, 1.0);
    vec3 across = vec3(low.x, mid.x, high.x);
#if GATHER
    // Four reads of 2x2 texels are a 4x4 block; its first three rows and columns are used.
    vec2 size = 1.0 / vec2(textureSize(u_shadow_map, 0));
    vec4 a = textureGather(u_shadow_map, (middle - 0.5) * size);
    vec4 b = textureGather(u_shadow_map, (middle + vec2(1.5, -0.5)) * size);
    vec4 c = textureGather(u_shadow_map, (middle + vec2(-0.5, 1.5)) * size);
    vec4 d = textureGather(u_shadow_map, (middle + 1.5) * size);
    vec3 first = vec3(a.w, a.z, b.w), second = vec3(a.x, a.y, b.x), third = vec3(c.w, c.z, d.w);
#else
    ivec2 m = ivec2(middle);
    vec3 first = vec3(texelFetch(u_shadow_map, m + ivec2(-1, -1), 0).r, texelFetch(u_shadow_map, m + ivec2(0, -1), 0).r,
                      texelFetch(u_shadow_map, m + ivec2(1, -1), 0).r);
    vec3 second = vec3(texelFetch(u_shadow_map, m + ivec2(-1, 0), 0).r, texelFetch(u_shadow_map, m, 0).r,
                       texelFetch(u_shadow_map, m + ivec2(1, 0), 0).r);
    vec3 third = vec3(texelFetch(u_shadow_map, m + ivec2(-1, 1), 0).r, texelFetch(u_shadow_map, m + ivec2(0, 1), 0).r,
                      texelFetch(u_shadow_map, m + ivec2(1, 1), 0).r);
#endif
    // 1 is where nothing was drawn; a plane continued beyond the map's depth must not fall behind it.
    return low.y * dot(across, step(min(row - slope.y, 1.0), first)) + mid.y * dot(across, step(min(row, 1.0), second))
         + high.y * dot(across, step(min(row + slope.y, 1.0), third));
}

// A point of the lamp's own outline, of mean radius 1. `shape` holds a rectangle's half sides over their mean, along the
// map's axes; a round lamp has none. `chance` is the pixel's own.
vec2 lamp_point(float i, float taps, vec2 ray, float chance, mat2 shape) {
    vec2 square = vec2((i + fract(13.0 * chance)) / taps, fract(chance + 0.61803399 * i));
    return shape[0] == vec2(0.0) ? sqrt((i + 0.5) / taps) * ray : shape * (2.0 * square - 1.0);
}

// Blocker search, then an outline of the lamp as wide as the penumbra: for lights that are not small.
// In both projections the penumbra's radius in texels is proportional to the difference of mapped depths.
float shadow_wide(Light light, vec3 at, vec2 slope, mat2 shape, bool reached) {
    float chance = fract(52.9829189 * fract(dot(floor(gl_FragCoord.xy), vec2(0.06711056, 0.00583715))));
    float turn = 6.2831853 * chance;
    const mat2 golden = mat2(-0.73736888, 0.67549029, -0.67549029, -0.73736888);
    vec2 start = vec2(cos(turn), sin(turn));
    float taps = float(u_shadow_taps);
    float search = clamp(light.shadow.z * at.z, 1.0, SHADOW_REACH);
    float blockers = 0.0, depth = 0.0;
    vec2 ray = start;
    // Loops of no turns stand in for branches: a software device runs both sides of a branch.
    int looks = reached ? u_shadow_taps : 0;
    for (int i = 0; i < looks; i++) {
        vec2 texel = floor(in_tile(light, at.xy + search * lamp_point(float(i), taps, ray, chance, shape))) + 0.5;
        ray = golden * ray;
        float stored = texelFetch(u_shadow_map, ivec2(texel), 0).r;
        float blocks = min(at.z + dot(texel - at.xy, slope), 1.0) > stored ? 1.0 : 0.0;
        blockers += blocks;
        depth += blocks * stored;
    }
    float gap = max(at.z - depth / max(blockers, 1.0), 0.0);
    float width = clamp(light.shadow.z * gap, 1.0, search);
    int count = blockers < 0.5 ? 0 : u_shadow_taps;
    float lit = 0.0;
    ray = start;
    for (int i = 0; i < count; i++) {
        vec2 texel = floor(in_tile(light, at.xy + width * lamp_point(float(i), taps, ray, chance, shape))) + 0.5;
        lit += shadow_texel(texel, at, slope);
        ray = golden * ray;
    }
    return count == 0 ? 1.0 : lit / taps;
}

// `reached` says whether the surface faces the light at all; elsewhere the answer does not matter.
float shadow(Light light, vec3 p, vec3 facet, bool perspective, bool wide, bool reached) {
    mat2 shape = mat2(0.0);
    if (perspective) {
        // A rectangular lamp lies in its map's plane.
        vec3 ahead = vec3(light.map[0][3], light.map[1][3], light.map[2][3]);
        vec3 x = vec3(light.map[0][0], light.map[1][0], light.map[2][0]);
        vec3 y = vec3(light.map[0][1], light.map[1][1], light.map[2][1]);
        x = normalize(x - dot(x, ahead) * ahead);
        y = normalize(y - dot(y, ahead) * ahead);
        float mean = 0.5 * (length(light.right.xyz) + length(light.up.xyz));
        vec4 sides = vec4(dot(light.right.xyz, x), dot(light.right.xyz, y), dot(light.up.xyz, x), dot(light.up.xyz, y));
        sides = mean > 0.0 ? sides / mean : vec4(0.0);
        shape = mat2(sides.xy, sides.zw);
    }
    vec3 at;
    vec2 slope;
    float texel;
    shadow_place(light, p, facet, perspective, at, slope, texel);
    // Vertices snap to 1/256 texel, depths to 24 bits; and the next triangle of a hollow rises above this one's plane.
    at.z -= light.shadow.w + 0.02 * (abs(slope.x) + abs(slope.y)) + 0.7 * texel;
    return wide ? shadow_wide(light, at, slope, shape, reached) : shadow_narrow(light, at, slope);
}
#else
float shadow(Light light, vec3 p, vec3 facet, bool perspective, bool wide, bool reached) {
    return 1.0;
}
#endif
