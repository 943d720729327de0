// Metallic-roughness shading: Lambert and GGX, with the energy of multiple bounces between facets given back.

struct Surface {
    vec3 position;      // camera frame
    vec3 normal;        // shading normal
    vec3 facet;         // the triangle's own, facing the camera
    vec3 eye;           // towards the camera
    vec3 diffuse;
    vec3 f0;
    float roughness;
    float n_eye;
    vec2 dfg;           // directional albedo: scale and bias of f0
    vec3 gain;          // of the specular part, for multiple bounces
};

vec3 reflected(Surface s, vec3 to_light, float alpha, float n_light) {
    vec3 h = normalize(to_light + s.eye);
    float n_half = clamp(dot(s.normal, h), 0.0, 1.0);
    float light_half = clamp(dot(to_light, h), 0.0, 1.0);
    float a2 = alpha * alpha;
    float d = n_half * n_half * (a2 - 1.0) + 1.0;
    float distribution = a2 / (PI * d * d);
    float visible = 0.5 / (n_light * sqrt(s.n_eye * s.n_eye * (1.0 - a2) + a2)
                           + s.n_eye * sqrt(n_light * n_light * (1.0 - a2) + a2) + 1e-6);
    float miss = 1.0 - light_half;
    float miss2 = miss * miss;
    vec3 fresnel = s.f0 + (1.0 - s.f0) * (miss2 * miss2 * miss);
    return fresnel * s.gain * (distribution * visible) + s.diffuse / PI;
}

// Radiance towards the eye from a small round light: its angular size is added to the width of the lobe.
vec3 lit_by(Surface s, vec3 to_light, vec3 irradiance, float widen) {
    float n_light = dot(s.normal, to_light);
    float alpha = clamp(s.roughness * s.roughness + 0.5 * widen, 0.0, 1.0);
    return reflected(s, to_light, alpha, max(n_light, 1e-4)) * irradiance * max(n_light, 0.0);
}
