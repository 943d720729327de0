// Every pass places its vertices here, and only here: the same bits in, the same bits out.
struct Item {
    vec4 camera_from_object[3];
    vec4 normal_from_object[3];
    vec4 object_coordinates;    // offset, 1 / diagonal; all zero for what is no thing
    uvec4 ids;                  // surface id, amodal number, bits of 1 / diagonal in the world
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

vec3 place_normal(vec3 n) {
    return vec3(dot(ITEM.normal_from_object[0].xyz, n),
                dot(ITEM.normal_from_object[1].xyz, n),
                dot(ITEM.normal_from_object[2].xyz, n));
}
