#include "items.glsl"

flat out uint v_number;
flat out float v_inverse_diagonal;
out float v_depth;

#if CUTOUT
in vec2 in_uv;
out vec2 v_uv;
#endif

void main() {
    v_depth = place_vertex().z;
    v_inverse_diagonal = uintBitsToFloat(ITEM.ids.z);
    v_number = ITEM.ids.y;
#if CUTOUT
    v_uv = in_uv;
#endif
}
