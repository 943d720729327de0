#include "items.glsl"

flat out uint v_number;

#if CUTOUT
in vec2 in_uv;
out vec2 v_uv;
#endif

void main() {
    place_vertex();
    v_number = ITEM.ids.y;
#if CUTOUT
    v_uv = in_uv;
#endif
}
