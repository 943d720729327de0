#include "cutout.glsl"
#include "facing.glsl"
#include "sliver.glsl"
#include "order.glsl"

in vec3 v_position;
in vec3 v_normal;
flat in uint v_surface;
flat in uint v_is_thing;

layout(location = 0) out vec4 out_normal_depth;
layout(location = 1) out uint out_surface;
layout(location = 2) out vec4 out_object;

void main() {
    cut_out();
    drop_sliver(v_position.z);
    order_depth(v_position.z, 0.0);
    out_normal_depth = vec4(facing_normal(v_normal, v_position), v_position.z);
    out_surface = v_surface;
    out_object = vec4(v_is_thing != 0u ? v_object : vec3(0.0), 1.0);
}
