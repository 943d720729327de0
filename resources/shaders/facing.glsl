// The interpolated normal, turned to the side that the camera sees.
//
// The side is the triangle's own, from derivatives: at a silhouette the interpolated normal may point away
// from the eye although the triangle does not, and turning it over there would give its opposite. What is
// left of it behind the horizon is bent back to the horizon.
vec3 facing_normal(vec3 n, vec3 position) {
    vec3 facet = cross(dFdx(position), dFdy(position));
    vec3 ray = normalize(position);
    facet *= dot(facet, ray) > 0.0 ? -1.0 : 1.0;
    n = normalize(n);
    n = dot(n, facet) < 0.0 ? -n : n;
    float behind = dot(n, ray);
    n = behind > -1e-3 ? n - (behind + 1e-3) * ray : n;
    return normalize(n);
}
