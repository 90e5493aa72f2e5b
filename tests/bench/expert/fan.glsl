float field(vec2 p) {
    float r2 = dot(p, p);
    return sqrt(r2) - 1.0 + 0.5 * sin(3.0 * atan(p.y, p.x) + 2.0 * r2);
}
