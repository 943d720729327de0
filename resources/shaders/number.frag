#include "cutout.glsl"

flat in uint v_number;
layout(location = 0) out uvec4 out_number;

void main() {
    cut_out();
    out_number = uvec4(v_number);
}
