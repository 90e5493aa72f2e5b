float field(vec2 p) {
    float r2 = dot(p, p), r = sqrt(r2);
    float checks = sin(3.0 * log(r2)) * sin(6.0 * atan(p.y, p.x));
    return max(max(checks, r - 0.9), 0.12 - r);
}
