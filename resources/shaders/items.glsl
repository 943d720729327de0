// Every pass places its vertices here, and only here: the same bits in, the same bits out.
struct Item {
    vec4 camera_from_object[3];
    vec4 normal_from_object[3]; // fourth column: half the size of the object's own box / its diagonal
    vec4 object_coordinates;    // offset, 1 / diagonal
    uvec4 ids;                  // surface id, amodal number, bits of 1 / diagonal in the world, 1 for a thing
};

layout(std140) uniform Items {
    Item items[ITEMS];
};

uniform int u_first;
uniform mat4 u_clip_from_camera;

in vec3 in_position;

invariant gl_Position;

#define ITEM items[u_first + gl_InstanceID]

vec3 place_vertex() {
    vec4 p = vec4(in_position, 1.0);
    vec3 camera = vec3(dot(ITEM.camera_from_object[0], p),
                       dot(ITEM.camera_from_object[1], p),
                       dot(ITEM.camera_from_object[2], p));
    gl_Position = u_clip_from_camera * vec4(camera, 1.0);
    return camera;
}

vec3 object_coordinates() {
    return in_position * ITEM.object_coordinates.w + ITEM.object_coordinates.xyz;
}

vec4 box_of_item() {
    return vec4(ITEM.normal_from_object[0].w,
                ITEM.normal_from_object[1].w,
                ITEM.normal_from_object[2].w,
                uintBitsToFloat(ITEM.ids.z));
}

vec3 place_normal(vec3 n) {
    return vec3(dot(ITEM.normal_from_object[0].xyz, n),
                dot(ITEM.normal_from_object[1].xyz, n),
                dot(ITEM.normal_from_object[2].xyz, n));
}
