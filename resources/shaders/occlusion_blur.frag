// A 4x4 mean that does not cross edges of depth.
uniform sampler2D u_occlusion;
layout(location = 0) out vec4 out_visible;

void main() {
    ivec2 size = textureSize(u_occlusion, 0);
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    vec2 own = texelFetch(u_occlusion, pixel, 0).rg;
    float sum = 0.0, weights = 0.0;
    for (int y = -2; y < 2; y++) {
        for (int x = -2; x < 2; x++) {
            vec2 near = texelFetch(u_occlusion, clamp(pixel + ivec2(x, y), ivec2(0), size - 1), 0).rg;
            float w = max(1.0 - abs(near.g - own.g) * 25.0 / own.g, 0.0) + 1e-4;
            sum += w * near.r;
            weights += w;
        }
    }
    out_visible = vec4(sum / weights, own.g, 0.0, 1.0);
}
