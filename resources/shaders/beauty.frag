#include "cutout.glsl"
#include "facing.glsl"
in vec3 v_position;
in vec3 v_normal;
uniform vec3 u_color;
uniform vec3 u_sun_direction;
uniform vec3 u_sun;
uniform vec3 u_up;
layout(location = 0) out vec4 out_color;
void main() {
    cut_out();
    vec3 n = facing_normal(v_normal, v_position);
    float sun = max(dot(n, -u_sun_direction), 0.0);
    out_color = vec4(u_color * (u_sun * sun / 3.14159265 + 0.35 + 0.15 * dot(n, u_up)), 1.0);
}
