#include "items.glsl"

in vec3 in_normal;
out vec3 v_position;
out vec3 v_normal;
out vec3 v_object;
flat out uint v_surface;
flat out float v_inverse_diagonal;

#if CUTOUT
in vec2 in_uv;
out vec2 v_uv;
#endif

void main() {
    v_position = place_vertex();
    v_normal = place_normal(in_normal);
    vec4 frame = ITEM.object_coordinates;
    v_object = in_position * frame.w + frame.xyz;
    v_surface = ITEM.ids.x;
    v_inverse_diagonal = uintBitsToFloat(ITEM.ids.z);
#if CUTOUT
    v_uv = in_uv;
#endif
}
