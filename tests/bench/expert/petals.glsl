// One petal of six, in the sector that the angle falls in; the swirl turns by radius alone.
float field(vec2 p) {
    float turn = -1.5 * exp(-dot(p, p));
    vec2 q = mat2(cos(turn), sin(turn), -sin(turn), cos(turn)) * p;
    const float sector = 1.0471975512;
    float a = sector * floor(atan(q.y, q.x) / sector + 0.5);
    q = mat2(cos(a), -sin(a), sin(a), cos(a)) * q - vec2(0.55, 0.0);
    vec2 d = abs(q) - 0.1;
    float square = length(max(d, 0.0)) + min(max(d.x, d.y), 0.0);
    return max(length(q) - 0.3, -square);
}
