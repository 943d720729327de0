#include "items.glsl"

flat out uint v_number;
flat out vec4 v_box;
out vec3 v_object;
out float v_depth;

#if CUTOUT
in vec2 in_uv;
out vec2 v_uv;
#endif

void main() {
    v_depth = place_vertex().z;
    v_box = box_of_item();
    v_object = object_coordinates();
    v_number = ITEM.ids.y;
#if CUTOUT
    v_uv = in_uv;
#endif
}
