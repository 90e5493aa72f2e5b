float field(vec2 p) {
    float x = p.x + 1.2;
    return sin(18.0 * x * x + 2.0 * p.y);
}
