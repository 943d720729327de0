// Everything that shines, in the camera frame. Filled by lighting.py, field for field.
#define PI 3.14159265358979

struct Light {
    vec4 position;      // metres; w: radius in metres
    vec4 direction;     // where the light travels to, unit; w: tangent of half the angular diameter (sun)
    vec4 color;         // irradiance (sun), intensity (point, spot) or radiance (area)
    vec4 right;         // area: half the width as a vector; w: cosine of the outer angle (spot)
    vec4 up;            // area: half the height as a vector; w: cosine of the inner angle (spot)
    vec4 shadow;        // x: 1 if it has a map, y: plane factor, z: penumbra factor, w: depth offset
    vec4 tile;          // texels of its map: lowest x, y, highest x, y
    mat4 map;           // camera frame -> texel x, y, depth (times w where perspective)
};

layout(std140) uniform Lighting {
    vec4 u_ambient[9];          // spherical harmonics of irradiance / pi, environment frame
    mat4 u_environment_from_camera;
    vec4 u_ground;              // radiance of the ground below, and how much of the lower half it fills
    Light u_lights[LIGHTS];     // suns of hard shadow, of soft shadow; points and spots; areas
};
