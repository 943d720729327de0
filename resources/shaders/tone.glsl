// The tone curve: x (x + b) / (x (x + c) + d), each channel alone.
//
// Three wishes fix it: middle grey stays (0.18 -> 0.18), the toe has slope 0.8, and 1 becomes 0.75; then
// whites roll off and reach 1 only at infinity. It is a quadratic, so it can be undone exactly.
const vec3 TONE = vec3(0.33055, 0.36067, 0.41319);      // b, c, d

vec3 tone(vec3 x) {
    x = max(x, 0.0);
    return x * (x + TONE.x) / (x * (x + TONE.y) + TONE.z);
}

vec3 untone(vec3 y) {
    y = clamp(y, 0.0, 0.995);
    vec3 h = TONE.x - y * TONE.y;
    return (sqrt(h * h + 4.0 * (1.0 - y) * y * TONE.z) - h) / (2.0 * (1.0 - y));
}

vec3 srgb(vec3 c) {
    return mix(c * 12.92, 1.055 * pow(max(c, 1e-6), vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c));
}
