float field(vec2 p) {
    return abs(length(p - vec2(0.013, 0.007)) - 0.71) - 0.15 * PIXEL;
}
