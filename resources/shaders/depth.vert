#include "items.glsl"

#if CUTOUT
in vec2 in_uv;
out vec2 v_uv;
#endif

void main() {
    place_vertex();
#if CUTOUT
    v_uv = in_uv;
#endif
}
