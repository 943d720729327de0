// How much of the surroundings a point sees, at half size, from the truth pass alone.
uniform sampler2D u_normal_depth;
uniform vec4 u_camera;          // fx, fy, cx, cy
uniform vec4 u_reach;           // metres, most pixels, strength, -
layout(location = 0) out vec4 out_visible;

vec3 unproject(vec2 pixel, float z) {
    return vec3((pixel - u_camera.zw) / u_camera.xy * z, z);
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
    const mat2 golden = mat2(-0.73736888, 0.67549029, -0.67549029, -0.73736888);
    vec2 ray = vec2(cos(turn), sin(turn));
    float sum = 0.0;
    float inverse2 = 1.0 / (reach * reach);
    for (int i = 0; i < TAPS; i++) {
        float t = (float(i) + jitter) / float(TAPS);
        ivec2 other = pixel + ivec2(round(ray * (1.0 + t * radius)));
        ray = golden * ray;
        ivec2 inside = clamp(other, ivec2(0), size - 1);
        float z = inside == other ? texelFetch(u_normal_depth, inside, 0).w : 0.0;
        vec3 v = unproject(vec2(inside) + 0.5, z) - p;
        float vv = dot(v, v);
        float above = dot(v, own.xyz) - 0.002 * own.w;
        float near = max(1.0 - vv * inverse2, 0.0);
        sum += z > 0.0 ? near * max(above, 0.0) * inversesqrt(vv + 1e-12) : 0.0;
    }
    float visible = clamp(1.0 - u_reach.z * sum / float(TAPS), 0.05, 1.0);
    out_visible = own.w > 0.0 ? vec4(visible, own.w, 0.0, 1.0) : vec4(1.0, 1e6, 0.0, 1.0);
}
