// A 4x4 mean that does not cross edges of depth.
uniform sampler2D u_occlusion;
layout(location = 0) out vec4 out_visible;

void main() {
    ivec2 size = textureSize(u_occlusion, 0);
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    float own = texelFetch(u_occlusion, pixel, 0).g;
    vec2 sum = vec2(0.0);
    float weights = 0.0;
    for (int y = -2; y < 2; y++) {
        for (int x = -2; x < 2; x++) {
            vec3 near = texelFetch(u_occlusion, clamp(pixel + ivec2(x, y), ivec2(0), size - 1), 0).rgb;
            float w = max(1.0 - abs(near.g - own) * 25.0 / own, 0.0) + 1e-4;
            sum += w * near.rb;
            weights += w;
        }
    }
    sum /= weights;
    out_visible = vec4(sum.x, own, sum.y, 1.0);
}
