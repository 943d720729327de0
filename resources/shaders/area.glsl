// Light from a rectangle.

// The share of facets that mirror the eye into the rectangle. GGX's slopes are spread like the light that a point
// at distance alpha gets from a Lambertian plane, so their integral over a polygon of slopes is the polygon's form
// factor, and that has a closed form (Lambert). Only the sides, curved in slope space, are taken as straight.
float mirroring_facets(Surface s, Light light) {
    float alpha = s.roughness * s.roughness;
    vec3 across = normalize(cross(s.normal, abs(s.normal.x) < 0.9 ? vec3(1.0, 0.0, 0.0) : vec3(0.0, 1.0, 0.0)));
    vec3 along = cross(s.normal, across);
    vec3 corners[4];
    for (int k = 0; k < 4; k++) {
        vec2 o = vec2(k == 0 || k == 3 ? -1.0 : 1.0, k < 2 ? -1.0 : 1.0);
        vec3 h = normalize(light.position.xyz + o.x * light.right.xyz + o.y * light.up.xyz - s.position) + s.eye;
        corners[k] = normalize(vec3(dot(h, across), dot(h, along), alpha * max(dot(h, s.normal), 0.02)));
    }
    float around = 0.0;
    for (int k = 0; k < 4; k++) {
        vec3 edge = cross(corners[k], corners[(k + 1) & 3]);
        float sine = max(length(edge), 1e-6);
        around += edge.z / sine * atan(sine, dot(corners[k], corners[(k + 1) & 3]));
    }
    return min(abs(around) / (2.0 * PI), 1.0);
}

// What those facets send back, by the half vector to the rectangle's middle.
vec3 facet_albedo(Surface s, vec3 to_light) {
    vec3 h = normalize(to_light + s.eye);
    float a2 = s.roughness * s.roughness;
    a2 *= a2;
    float n_light = max(dot(s.normal, to_light), 1e-3);
    float eye_half = clamp(dot(s.eye, h), 0.0, 1.0);
    float visible = 0.5 / (n_light * sqrt(s.n_eye * s.n_eye * (1.0 - a2) + a2)
                           + s.n_eye * sqrt(n_light * n_light * (1.0 - a2) + a2) + 1e-6);
    float miss = 1.0 - eye_half;
    vec3 fresnel = s.f0 + (1.0 - s.f0) * (miss * miss * miss * miss * miss);
    return fresnel * s.gain * (4.0 * visible * n_light * eye_half / max(dot(s.normal, h), 0.05));
}

// Diffuse light comes from four points of Gauss's rule.
vec3 lit_by_area(Surface s, Light light) {
    vec3 face = light.direction.xyz;
    vec3 from = light.position.xyz - s.position;
    if (dot(face, from) >= 0.0) return vec3(0.0);
    float area = 4.0 * length(light.right.xyz) * length(light.up.xyz);
    float falling = 0.0;
    for (int k = 0; k < 4; k++) {
        vec2 o = vec2((k & 1) == 0 ? -0.57735027 : 0.57735027, k < 2 ? -0.57735027 : 0.57735027);
        vec3 to = from + o.x * light.right.xyz + o.y * light.up.xyz;
        float d2 = max(dot(to, to), 1e-6);
        to *= inversesqrt(d2);
        falling += max(dot(s.normal, to), 0.0) * max(dot(face, -to), 0.0) / max(d2, 0.06 * area);
    }
    vec3 diffuse = s.diffuse / PI * (0.25 * area * falling);
    return light.color.rgb * (diffuse + facet_albedo(s, normalize(from)) * mirroring_facets(s, light));
}
