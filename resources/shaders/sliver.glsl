// Faces seen so nearly edge-on that one pixel spans more depth than the whole object has.
//
// A rasteriser moves corners to a grid of 1/256 pixel. On such a face that shift carries the interpolated
// depth off the face, by centimetres on a bottle, although the pixel's own ray has at most grazed it. The ray
// is taken to miss it, in every label alike; what lies behind shows. A ground that runs to the horizon is steep
// there by right, and stays: its diagonal is long.
void drop_sliver(float depth, float inverse_diagonal) {
    vec2 slope = vec2(dFdx(depth), dFdy(depth)) * inverse_diagonal;
    if (dot(slope, slope) > 1.0) discard;
}
