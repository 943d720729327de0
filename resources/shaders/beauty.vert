#include "items.glsl"

in vec3 in_normal;
out vec3 v_position;
out vec3 v_normal;

#if UV
in vec2 in_uv;
out vec2 v_uv;
#endif

void main() {
    v_position = place_vertex();
    v_normal = place_normal(in_normal);
#if UV
    v_uv = in_uv;
#endif
}
