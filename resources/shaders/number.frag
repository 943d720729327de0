#include "cutout.glsl"
#include "sliver.glsl"

flat in uint v_number;
in float v_depth;
layout(location = 0) out uvec4 out_number;

void main() {
    cut_out();
    drop_sliver(v_depth);
    out_number = uvec4(v_number);
}
