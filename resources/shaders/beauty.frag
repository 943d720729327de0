#include "lighting.glsl"
#include "facing.glsl"
#include "order.glsl"
#include "surface.glsl"
#include "environment.glsl"
#include "shadow.glsl"
#include "area.glsl"
#if UV
#if STRIPS
#include "laid.glsl"
Strip strip;
#define LAID(map, uv) laid(map, uv, strip)
#else
#define LAID(map, uv) texture(map, uv)
#endif
#endif

uniform vec4 u_base;            // linear colour, opacity
uniform vec4 u_metal_rough;     // metallic, roughness, normal scale, alpha threshold
uniform vec3 u_emission;
uniform vec2 u_uv_scale;
uniform float u_exposure;
uniform ivec4 u_counts;         // suns of hard and of soft shadow; points and spots; areas
uniform sampler2D u_dfg;

// One light of a kind is compiled in as one; for several one loop serves any number, and is compiled once.
#if SUNS == 1
#define SUN_COUNT 1
#else
#define SUN_COUNT u_counts.x
#endif
#if SOFT_SUNS == 1
#define SOFT_SUN_COUNT 1
#else
#define SOFT_SUN_COUNT u_counts.y
#endif
#if POINTS == 1
#define POINT_COUNT 1
#else
#define POINT_COUNT u_counts.z
#endif
#if AREAS == 1
#define AREA_COUNT 1
#else
#define AREA_COUNT u_counts.w
#endif

in vec3 v_position;
in vec3 v_normal;
layout(location = 0) out vec4 out_color;

#if UV
in vec2 v_uv;
#endif
#if BASE_MAP
uniform sampler2D u_base_map;
#endif
#if ROUGH_MAP
uniform sampler2D u_rough_map;
#endif
#if NORMAL_MAP
uniform sampler2D u_normal_map;
#endif
#if OCCLUSION_MAP
uniform sampler2D u_occlusion_map;
#endif
#if EMISSION_MAP
uniform sampler2D u_emission_map;
#endif
#if OCCLUSION
uniform sampler2D u_occlusion;      // half size: visibility, camera z
uniform vec2 u_window;              // samples per pixel along one axis, rows of samples left out above

// The four nearest of the half-size buffer, those at this fragment's depth first.
// Of the whole half-space, and of the mirrored direction.
vec2 ambient_visibility(float z) {
    vec2 at = ((gl_FragCoord.xy + vec2(0.0, u_window.y)) / u_window.x - 0.5) * 0.5;
    ivec2 low = ivec2(floor(at));
    vec2 f = at - vec2(low);
    ivec2 last = textureSize(u_occlusion, 0) - 1;
    vec2 sum = vec2(0.0);
    float weights = 0.0;
    for (int k = 0; k < 4; k++) {
        ivec2 step = ivec2(k & 1, k >> 1);
        vec3 near = texelFetch(u_occlusion, clamp(low + step, ivec2(0), last), 0).rgb;
        vec2 w2 = mix(1.0 - f, f, vec2(step));
        float apart = abs(near.g - z) / z;
        float w = (w2.x * w2.y + 1e-3) / (1e-3 + apart * apart * 400.0);
        sum += w * near.rb;
        weights += w;
    }
    return sum / weights;
}
#else
vec2 ambient_visibility(float z) { return vec2(1.0); }
#endif

#if NORMAL_MAP
// A tangent frame from how position and texture coordinates change over the screen; meshes carry none.
vec3 mapped_normal(vec3 n, vec2 uv) {
    vec3 p_x = dFdx(v_position), p_y = dFdy(v_position);
    vec2 t_x = dFdx(uv), t_y = dFdy(uv);
    vec3 across_y = cross(p_y, n), across_x = cross(n, p_x);
    vec3 tangent = across_y * t_x.x + across_x * t_y.x;
    vec3 bitangent = across_y * t_x.y + across_x * t_y.y;
    // On a surface seen mirrored by the screen's downward y both axes turn together.
    float turned = dot(cross(p_x, p_y), n) < 0.0 ? -1.0 : 1.0;
    float longest = max(dot(tangent, tangent), dot(bitangent, bitangent));
    float scale = longest > 0.0 ? turned * inversesqrt(longest) : 0.0;
    vec3 map = (LAID(u_normal_map, uv).xyz * 255.0 - 127.5) / 127.5;
    map.xy *= u_metal_rough.z;
    return normalize(tangent * (map.x * scale) + bitangent * (map.y * scale) + n * max(map.z, 1e-3));
}
#endif

float attenuation(Light light, vec3 to_light, float distance2) {
    float cosine = dot(light.direction.xyz, -to_light);
    float cone = smoothstep(light.right.w, light.up.w, cosine);
    return cone / max(distance2, light.position.w * light.position.w);
}

void main() {
    vec4 base = u_base;
#if UV
    vec2 uv = v_uv * u_uv_scale;
#if STRIPS
    strip = strip_of(uv);
#endif
#endif
#if BASE_MAP
    vec4 texel = LAID(u_base_map, uv);
    base.rgb *= texel.rgb;
#if CUTOUT
    base.a *= textureLod(u_base_map, uv, 0.0).a;
#else
    base.a *= texel.a;
#endif
#endif
#if CUTOUT
    if (base.a < u_metal_rough.w) discard;
#endif
    order_depth(v_position.z, 4.0);
    float metallic = u_metal_rough.x;
    float roughness = u_metal_rough.y;
#if ROUGH_MAP
    vec2 rough_metal = LAID(u_rough_map, uv).gb;
    roughness *= rough_metal.x;
    metallic *= rough_metal.y;
#endif

    Surface s;
    s.position = v_position;
    s.eye = normalize(-v_position);
    vec3 facet = cross(dFdx(v_position), dFdy(v_position));
    s.facet = normalize(facet) * (dot(facet, v_position) > 0.0 ? -1.0 : 1.0);
    s.normal = facing_normal(v_normal, v_position);
    vec3 smooth_normal = s.normal;
#if NORMAL_MAP
    s.normal = mapped_normal(s.normal, uv);
    float behind = dot(s.normal, s.eye);
    s.normal = normalize(behind < 0.02 ? s.normal + (0.02 - behind) * s.eye : s.normal);
#endif
    // Where the normal turns fast from pixel to pixel the highlight is as wide as the turn, or it would sparkle.
    vec3 n_x = dFdx(s.normal), n_y = dFdy(s.normal);
    float turn = min(0.25 * (dot(n_x, n_x) + dot(n_y, n_y)), 0.18);
    roughness = clamp(roughness, 0.045, 1.0);
    float alpha = roughness * roughness;
    s.roughness = sqrt(sqrt(clamp(alpha * alpha + turn, 0.0, 1.0)));

    s.f0 = mix(vec3(0.04), base.rgb, metallic);
    s.n_eye = clamp(dot(s.normal, s.eye), 1e-3, 1.0);
    s.dfg = textureLod(u_dfg, vec2(s.n_eye, s.roughness), 0.0).rg;
    float single = s.dfg.x + s.dfg.y;
    s.gain = 1.0 + s.f0 * (1.0 / single - 1.0);
    vec3 specular_albedo = s.f0 * s.dfg.x + s.dfg.y;
    s.diffuse = base.rgb * (1.0 - metallic) * (1.0 - max(max(specular_albedo.r, specular_albedo.g), specular_albedo.b));
#if BLEND
    // What a clear surface scatters is thinned by its clearness; what it mirrors is not.
    s.diffuse *= base.a;
#endif

    vec3 direct = vec3(0.0);
    int first = 0;
#if SUNS
    for (int i = 0; i < SUN_COUNT; i++) {
        Light light = u_lights[i];
        vec3 got = lit_by(s, -light.direction.xyz, light.color.rgb, light.direction.w);
        if (light.shadow.x > 0.5) got *= shadow(light, s.position, s.facet, false, false, true);
        direct += got;
    }
    first += SUN_COUNT;
#endif
#if SOFT_SUNS
    for (int i = first; i < first + SOFT_SUN_COUNT; i++) {
        Light light = u_lights[i];
        vec3 to = -light.direction.xyz;
        vec3 got = lit_by(s, to, light.color.rgb, light.direction.w);
        got *= shadow(light, s.position, s.facet, false, true, dot(s.normal, to) > 0.0);
        direct += got;
    }
    first += SOFT_SUN_COUNT;
#endif
#if POINTS
    for (int i = first; i < first + POINT_COUNT; i++) {
        Light light = u_lights[i];
        vec3 to = light.position.xyz - s.position;
        float d2 = dot(to, to);
        float d = sqrt(d2);
        to /= d;
        vec3 got = lit_by(s, to, light.color.rgb * attenuation(light, to, d2), light.position.w / d);
        bool reached = light.shadow.x > 0.5 && dot(s.normal, to) > 0.0;
        float lit = shadow(light, s.position, s.facet, true, true, reached);
        direct += light.shadow.x > 0.5 ? got * lit : got;
    }
    first += POINT_COUNT;
#endif
#if AREAS
    for (int i = first; i < first + AREA_COUNT; i++) {
        Light light = u_lights[i];
        vec3 got = lit_by_area(s, light);
        float lit = shadow(light, s.position, s.facet, true, true, light.shadow.x > 0.5);
        direct += light.shadow.x > 0.5 ? got * lit : got;
    }
#endif

    vec2 visibility = ambient_visibility(v_position.z);
    float visible = visibility.x;
#if OCCLUSION_MAP
    visible *= LAID(u_occlusion_map, uv).r;
#endif
    mat3 turn_to_environment = mat3(u_environment_from_camera);
    // Light bounces between what occludes and what is occluded, both taken to have this colour.
    vec3 ambient_visible = visible / (1.0 - base.rgb * (1.0 - metallic) * (1.0 - visible));
    vec3 indirect = s.diffuse * ambient_irradiance(turn_to_environment * s.normal) * ambient_visible;
    vec3 mirror = reflect(-s.eye, s.normal);
    // A rough lobe leans towards the normal, by Lagarde's fit; what Fresnel adds at grazing angles does not.
    float narrow = 1.0 - s.roughness * s.roughness;
    float lean = 1.0 - narrow * (sqrt(narrow) + 1.0 - narrow);
    float plain = max(max(s.f0.r, s.f0.g), s.f0.b) * s.dfg.x;
    mirror = normalize(mix(mirror, s.normal, lean * plain / (plain + s.dfg.y)));
    // A mirror ray that leaves through the surface's own horizon sees the surface.
    float horizon = clamp(1.0 + 1.2 * dot(mirror, smooth_normal), 0.0, 1.0);
    float specular_visible = mix(visible, clamp(visible * visible + 2.0 * visible * s.n_eye, 0.0, 1.0), 1.0 - s.roughness);
    vec3 in_mirror = mirrored(turn_to_environment * mirror, s.roughness, visibility.y);
    indirect += in_mirror * specular_albedo * s.gain * (specular_visible * horizon * horizon);

    vec3 emission = u_emission;
#if EMISSION_MAP
    emission *= LAID(u_emission_map, uv).rgb;
#endif
    vec3 radiance = direct + indirect + emission;
#if BLEND
    float mirror_part = max(max(specular_albedo.r, specular_albedo.g), specular_albedo.b);
    out_color = vec4(u_exposure * radiance, clamp(base.a + mirror_part * (1.0 - base.a), 0.0, 1.0));
#else
    out_color = vec4(u_exposure * radiance, 1.0);
#endif
}
