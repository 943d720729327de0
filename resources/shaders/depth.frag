#include "cutout.glsl"

void main() {
    cut_out();
}
