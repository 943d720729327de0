// Faces seen so nearly edge-on that their depth has left the object.
//
// A rasteriser moves corners to a grid of 1/256 pixel. Where one pixel spans more depth than the whole object
// has, that shift can carry the interpolated depth off the face, by centimetres on a bottle, although the
// pixel's own ray has at most grazed it. Where the point is then outside the object's own box, the ray is taken
// to miss the face, in every label alike; what lies behind shows. Steepness alone is no fault: things of few
// pixels, and flat ones far away, are steep all over, and stay.
const float SLIVER_SLACK = 1.0 / 512.0;  // of the diagonal

flat in vec4 v_box;     // half the size of the box in diagonals, 1 / diagonal in the world
in vec3 v_object;       // object coordinates: 0.5 is the middle of the box, 1 is one diagonal

void drop_sliver(float depth) {
    vec2 slope = vec2(dFdx(depth), dFdy(depth)) * v_box.w;
    bool outside = any(greaterThan(abs(v_object - 0.5), v_box.xyz + SLIVER_SLACK));
    if (outside && dot(slope, slope) > 1.0) discard;
}
