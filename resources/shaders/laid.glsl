// Textures on slanted surfaces, where a device's own filter for them is dear or missing.
// A pixel there covers a long strip of the texture. One look at a level wide enough for its length blurs across it;
// up to four looks along it, each at a level for their share, do not (anisotropic filtering).

struct Strip {
    vec2 across, along;  // how texture coordinates change over the pixel: its shorter and its longer side
    int looks;
};

Strip strip_of(vec2 uv) {
    vec2 x = dFdx(uv), y = dFdy(uv);
    bool upright = dot(y, y) > dot(x, x);
    Strip s = Strip(upright ? x : y, upright ? y : x, 1);
    float area = abs(x.x * y.y - x.y * y.x);
    float length2 = dot(s.along, s.along);
    if (length2 > 1.5 * area) s.looks = length2 > 3.0 * area ? 4 : 2;
    return s;
}

vec4 laid(sampler2D map, vec2 uv, Strip s) {
    vec2 texels = s.along * vec2(textureSize(map, 0));
    float level = 0.5 * log2(max(dot(texels, texels), 1e-12));
    if (s.looks == 1) return textureLod(map, uv, level);
    float share = 1.0 / float(s.looks);
    level += log2(share);
    vec4 sum = vec4(0.0);
    for (int k = 0; k < s.looks; k++) sum += textureLod(map, uv + ((float(k) + 0.5) * share - 0.5) * s.along, level);
    return sum * share;
}
