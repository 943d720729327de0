// Opens the fine depth buffer for drawing where an edge runs; elsewhere it stays shut.
uniform sampler2D u_mask;
uniform int u_first_row;

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy) / FINE + ivec2(0, u_first_row);
    if (texelFetch(u_mask, pixel, 0).r < 0.5) discard;
}
