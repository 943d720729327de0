// One level of the octahedral stack: the environment as a facet of this roughness mirrors it, seen head-on.
uniform sampler2D u_radiance;       // equirectangular, with mipmaps
uniform vec2 u_source_size;
uniform vec4 u_tile;                // corner and size in texels, roughness
uniform int u_samples;
uniform vec3 u_tint;
layout(location = 0) out vec4 out_color;

const float PI = 3.14159265358979;

vec3 from_octahedral(vec2 o) {
    o = o * 2.0 - 1.0;
    vec3 d = vec3(o, 1.0 - abs(o.x) - abs(o.y));
    if (d.z < 0.0) d.xy = (1.0 - abs(d.yx)) * vec2(d.x >= 0.0 ? 1.0 : -1.0, d.y >= 0.0 ? 1.0 : -1.0);
    return normalize(d);
}

vec3 radiance(vec3 d, float level) {
    vec2 at = vec2(0.5 - atan(d.y, d.x) / (2.0 * PI), acos(clamp(d.z, -1.0, 1.0)) / PI);
    return textureLod(u_radiance, at, level).rgb;
}

void main() {
    vec3 n = from_octahedral((gl_FragCoord.xy - u_tile.xy - 0.5) / (u_tile.z - 1.0));
    float roughness = u_tile.w;
    float texel = 4.0 * PI / (u_source_size.x * u_source_size.y);
    if (u_samples == 1) {
        float own = 4.0 * PI / (u_tile.z * u_tile.z);
        out_color = vec4(min(u_tint * radiance(n, max(0.5 * log2(own / texel), 0.0)), 65000.0), 1.0);
        return;
    }
    float alpha = roughness * roughness;
    float a2 = alpha * alpha;
    vec3 side = normalize(cross(abs(n.z) < 0.9 ? vec3(0.0, 0.0, 1.0) : vec3(1.0, 0.0, 0.0), n));
    vec3 up = cross(n, side);
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int i = 0; i < u_samples; i++) {
        float e = (float(i) + 0.5) / float(u_samples);
        float turn = float(i) * 2.39996323;
        float cosine2 = (1.0 - e) / (1.0 + (a2 - 1.0) * e);
        float cosine = sqrt(cosine2);
        float sine = sqrt(max(1.0 - cosine2, 0.0));
        vec3 h = n * cosine + (side * cos(turn) + up * sin(turn)) * sine;
        vec3 l = 2.0 * cosine * h - n;
        float n_light = dot(n, l);
        if (n_light <= 0.0) continue;
        float d = cosine2 * (a2 - 1.0) + 1.0;
        float density = a2 / (4.0 * PI * d * d);
        float solid = 1.0 / (float(u_samples) * density);
        sum += radiance(l, max(0.5 * log2(solid / texel) + 0.5, 0.0)) * n_light;
        weights += n_light;
    }
    out_color = vec4(min(u_tint * sum / max(weights, 1e-4), 65000.0), 1.0);
}
