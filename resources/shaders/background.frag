#include "tone.glsl"

// What the camera sees where nothing is hit: the surroundings, a photo, or one colour.
uniform vec4 u_camera;              // fx, fy, cx, cy
uniform vec2 u_window;              // samples per pixel along one axis, rows of samples left out above
uniform vec3 u_tint;                // includes exposure
layout(location = 0) out vec4 out_color;

#if PANORAMA
uniform mat3 u_environment_from_camera;
uniform sampler2D u_image;
#elif BACKDROP
uniform sampler2D u_image;
uniform vec4 u_cover;               // scale and offset from pixels to texture coordinates
#endif

void main() {
    vec2 pixel = (gl_FragCoord.xy + vec2(0.0, u_window.y)) / u_window.x;
#if PANORAMA
    vec3 d = normalize(u_environment_from_camera * vec3((pixel - u_camera.zw) / u_camera.xy, 1.0));
    vec2 at = vec2(0.5 - atan(d.y, d.x) / 6.28318530718, atan(length(d.xy), d.z) / 3.14159265359);
    float level = log2(float(textureSize(u_image, 0).x) / (6.28318530718 * u_camera.x));
    out_color = vec4(u_tint * textureLod(u_image, at, max(level, 0.0)).rgb, 1.0);
#elif BACKDROP
    // A photo is a finished picture: it is shown as it is, whatever the exposure.
    out_color = vec4(untone(texture(u_image, pixel * u_cover.xy + u_cover.zw).rgb), 1.0);
#else
    out_color = vec4(u_tint, 1.0);
#endif
}
