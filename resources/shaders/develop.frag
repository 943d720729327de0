// Linear radiance to a picture.
uniform sampler2D u_linear;
layout(location = 0) out vec4 out_color;

void main() {
    vec3 c = texelFetch(u_linear, ivec2(gl_FragCoord.xy), 0).rgb;
    c = c / (1.0 + 0.25 * c);
    out_color = vec4(mix(c * 12.92, 1.055 * pow(max(c, 0.0), vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c)), 1.0);
}
