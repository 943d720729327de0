#include "items.glsl"

in vec3 in_normal;
out vec3 v_position;
out vec3 v_normal;
out vec3 v_object;
flat out uint v_surface;
flat out uint v_is_thing;
flat out vec4 v_box;

#if CUTOUT
in vec2 in_uv;
out vec2 v_uv;
#endif

void main() {
    v_position = place_vertex();
    v_normal = place_normal(in_normal);
    v_object = object_coordinates();
    v_surface = ITEM.ids.x;
    v_is_thing = ITEM.ids.w;
    v_box = box_of_item();
#if CUTOUT
    v_uv = in_uv;
#endif
}
