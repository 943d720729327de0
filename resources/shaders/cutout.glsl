// The one alpha test: picture, shadow and every label ask here.
#if CUTOUT
uniform sampler2D u_base_color;
uniform vec3 u_cutoff;      // opacity, threshold, 1 if there is a texture
uniform vec2 u_uv_scale;

in vec2 v_uv;

void cut_out() {
    float alpha = u_cutoff.x;
    if (u_cutoff.z > 0.5) alpha *= textureLod(u_base_color, v_uv * u_uv_scale, 0.0).a;
    if (alpha < u_cutoff.y) discard;
}
#else
void cut_out() {}
#endif
