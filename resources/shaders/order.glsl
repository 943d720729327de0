// Which of two surfaces is nearer, in scenes that reach from something close to something far.
//
// A depth buffer of 24 bits counts in steps of 1 / z: with a near plane at 4 cm two walls a kilometre away and a metre
// apart have one depth, and the last drawn would be seen. Its logarithm has steps of one share of the depth, 1e-6,
// everywhere. It costs the device's early test, so scenes that reach less far go without.
#if REACHES_FAR
uniform vec2 u_order;           // 1 / near, 1 / log2(far / near)
#define STEP 5.9604645e-8

// `before` is by how many steps of the buffer a picture's surface comes before the same surface of the truth pass:
// two programs may differ in the last bit of a depth.
void order_depth(float z, float before) {
    gl_FragDepth = log2(max(z * u_order.x, 1.0)) * u_order.y - before * STEP;
}
#else
void order_depth(float z, float before) {}
#endif
