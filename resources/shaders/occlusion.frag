// How much of the surroundings a point sees, at half size, from the truth pass alone.
uniform sampler2D u_normal_depth;
uniform vec4 u_camera;          // fx, fy, cx, cy
uniform vec4 u_reach;           // metres, most pixels, strength, -
layout(location = 0) out vec4 out_visible;

vec3 unproject(vec2 pixel, float z) {
    return vec3((pixel - u_camera.zw) / u_camera.xy * z, z);
}

// The highest thing along a ray over the screen: the sine of its angle over the surface's plane, fading with distance.
float horizon(ivec2 pixel, ivec2 size, vec3 p, vec3 n, vec2 ray, float radius, float inverse2, float jitter) {
    float highest = 0.0;
    for (int i = 0; i < STEPS; i++) {
        float t = (float(i) + jitter) / float(STEPS);
        ivec2 other = pixel + ivec2(round(ray * (1.0 + t * t * radius)));
        ivec2 inside = clamp(other, ivec2(0), size - 1);
        float z = inside == other ? texelFetch(u_normal_depth, inside, 0).w : 0.0;
        vec3 v = unproject(vec2(inside) + 0.5, z) - p;
        float vv = dot(v, v);
        float above = dot(v, n) - 0.002 * p.z;
        float sine = above * inversesqrt(vv + 1e-12) * max(1.0 - vv * inverse2, 0.0);
        highest = max(highest, z > 0.0 ? sine : 0.0);
    }
    return highest;
}

void main() {
    ivec2 size = textureSize(u_normal_depth, 0);
    ivec2 pixel = min(2 * ivec2(gl_FragCoord.xy), size - 1);
    vec4 own = texelFetch(u_normal_depth, pixel, 0);
    vec3 p = unproject(vec2(pixel) + 0.5, own.w);
    float reach = u_reach.x;
    float radius = min(u_camera.x * reach / max(own.w, 1e-6), u_reach.y);
    // What the cap on the radius leaves out is left out of the falloff too.
    reach = min(reach, radius * own.w / u_camera.x);
    // 16 turns over a 4x4 block; the blur that follows is as wide, so no pattern is left.
    ivec2 cell = ivec2(gl_FragCoord.xy) & 3;
    float turn = 6.2831853 * (float(((cell.x * 5 + cell.y * 7) & 3) * 4 + ((cell.x * 3 + cell.y * 2) & 3)) + 0.5) / 16.0;
    float jitter = float((cell.x * 2 + cell.y * 3) & 3) / 4.0 + 0.125;
    // Along each direction the highest thing hides the sky from the surface's horizon up to its own angle; of
    // cosine-weighted light that is the square of that angle's sine.
    const float step_turn = 6.2831853 / float(DIRECTIONS);
    mat2 next = mat2(cos(step_turn), sin(step_turn), -sin(step_turn), cos(step_turn));
    vec2 ray = vec2(cos(turn / float(DIRECTIONS)), sin(turn / float(DIRECTIONS)));
    float hidden = 0.0;
    float inverse2 = 1.0 / (reach * reach);
    for (int k = 0; k < DIRECTIONS; k++) {
        float highest = horizon(pixel, size, p, own.xyz, ray, radius, inverse2, jitter);
        hidden += highest * highest;
        ray = next * ray;
    }
    // The same in the direction of the mirrored ray alone: a thing reflects in the floor before it.
    vec3 mirror = reflect(normalize(p), own.xyz);
    vec2 over = mirror.xy * p.z - p.xy * mirror.z;
    float rises = dot(mirror, own.xyz);
    float stands = horizon(pixel, size, p, own.xyz, over * inversesqrt(dot(over, over) + 1e-12), radius, inverse2, jitter);
    float mirrored = 1.0 - smoothstep(rises - 0.25, rises + 0.25, stands) * step(1e-3, stands);
    float visible = clamp(1.0 - u_reach.z * hidden / float(DIRECTIONS), 0.02, 1.0);
    out_visible = own.w > 0.0 ? vec4(visible, own.w, mirrored, 1.0) : vec4(1.0, 1e6, 1.0, 1.0);
}
