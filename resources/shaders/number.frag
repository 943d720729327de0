#include "cutout.glsl"
#include "sliver.glsl"

flat in uint v_number;
flat in float v_inverse_diagonal;
in float v_depth;
layout(location = 0) out uvec4 out_number;

void main() {
    cut_out();
    drop_sliver(v_depth, v_inverse_diagonal);
    out_number = uvec4(v_number);
}
