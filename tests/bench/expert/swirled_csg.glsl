float box(vec2 p, vec2 half_size) {
    vec2 d = abs(p) - half_size;
    return length(max(d, 0.0)) + min(max(d.x, d.y), 0.0);
}

float field(vec2 p) {
    float turn = -2.2 * exp(-dot(p, p) / 0.49);
    vec2 q = mat2(cos(turn), sin(turn), -sin(turn), cos(turn)) * p;
    float hoop = max(box(q, vec2(0.6)), -box(q, vec2(0.45)));
    float a = box(mat2(0.764842187, -0.644217687, 0.644217687, 0.764842187) * q, vec2(0.75, 0.08));
    float b = box(mat2(0.877582562, 0.479425539, -0.479425539, 0.877582562) * q, vec2(0.75, 0.08));
    float cross_ = max(min(a, b), -max(a, b));
    return max(min(hoop, cross_), length(q) - 0.85);
}
