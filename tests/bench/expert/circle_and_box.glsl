float field(vec2 p) {
    vec2 q = p - vec2(0.2, -0.3);
    q = abs(vec2(0.955336489 * q.x + 0.295520207 * q.y, 0.955336489 * q.y - 0.295520207 * q.x));
    vec2 d = q - vec2(0.55, 0.25);
    float square = length(max(d, 0.0)) + min(max(d.x, d.y), 0.0);
    return min(length(p - vec2(-0.23, 0.11)) - 0.5, square);
}
