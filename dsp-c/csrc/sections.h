/* Filter sections and crossover pieces for one vector width. Include with VEC defined as v4 or v8 and SECTION as the
 * coefficient struct of that width.
 *
 * Two-pole section, trapezoidal state-variable filter in delta form (V. Zavalishin, "The Art of VA Filter Design"):
 *   d = a((x - s2) - gk s1), band-pass v1 = s1 + d, low-pass v2 = s2 + g v1, s1 += 2d, s2 += 2 g v1.
 * Each update is one fma on the old state. x - gk s1 comes first: then the recursion is 12 cycles long instead of 16.
 */
#define OP(name) OCT_PASTE(OCT_PASTE(VEC, _), name)
#define T(name) OCT_PASTE(OCT_PASTE(name, _), VEC)

/* The two states of a section. */
typedef struct { VEC s1, s2; } T(state);

OCT_INLINE T(state) T(state_load)(float (*p)[sizeof(VEC) / sizeof(float)]) {
    T(state) s = { OP(load)(p[0]), OP(load)(p[1]) };
    return s;
}
OCT_INLINE void T(state_store)(float (*p)[sizeof(VEC) / sizeof(float)], T(state) s) {
    OP(store)(p[0], s.s1);
    OP(store)(p[1], s.s2);
}

/* One frame of a two-pole section. */
OCT_INLINE void T(svf)(const SECTION *c, const float *gk, const float *a, const float *a2, T(state) *s, VEC x, VEC *band,
                       VEC *low) {
    VEC t = OP(sub)(OP(fnma)(OP(load)(gk), s->s1, x), s->s2);
    *band = OP(fma)(OP(load)(a), t, s->s1);
    s->s1 = OP(fma)(OP(load)(a2), t, s->s1);
    *low = OP(fma)(OP(load)(c->g), *band, s->s2);
    s->s2 = OP(fma)(OP(load)(c->g2), *band, s->s2);
}
OCT_INLINE void T(svf_a)(const SECTION *c, T(state) *s, VEC x, VEC *band, VEC *low) {
    T(svf)(c, c->gk_a, c->a_a, c->a2_a, s, x, band, low);
}
OCT_INLINE void T(svf_b)(const SECTION *c, T(state) *s, VEC x, VEC *band, VEC *low) {
    T(svf)(c, c->gk_b, c->a_b, c->a2_b, s, x, band, low);
}
/* One frame of a one-pole low-pass. */
OCT_INLINE VEC T(one_pole)(const SECTION *c, T(state) *s, VEC x) {
    VEC t = OP(sub)(x, s->s1), low = OP(fma)(OP(load)(c->a_a), t, s->s1);
    s->s1 = OP(fma)(OP(load)(c->a2_a), t, s->s1);
    return low;
}

/* 12 dB: low = -lp(lp x), all-pass = x - 2 lp x, high = all-pass - low. */
OCT_INLINE void T(split12)(const SECTION *c, T(state) *s, VEC x, VEC *low, VEC *high) {
    VEC once = T(one_pole)(c, &s[0], x), twice = T(one_pole)(c, &s[1], once);
    *low = OP(sub)(OP(set)(0.0f), twice);
    *high = OP(add)(OP(fnma)(OP(set)(2.0f), once, x), twice);
}
OCT_INLINE VEC T(allpass12)(const SECTION *c, T(state) *s, VEC x) {
    return OP(fnma)(OP(set)(2.0f), T(one_pole)(c, s, x), x);
}

/* 24 dB: low = lp(lp x), all-pass = x - 2k bp x. */
OCT_INLINE void T(split24)(const SECTION *c, T(state) *s, VEC x, VEC *low, VEC *high) {
    VEC band, once, unused;
    T(svf_a)(c, &s[0], x, &band, &once);
    T(svf_a)(c, &s[1], once, &unused, low);
    *high = OP(sub)(OP(fnma)(OP(set)(OCT_2K_24), band, x), *low);
}
OCT_INLINE VEC T(allpass24)(const SECTION *c, T(state) *s, VEC x) {
    VEC band, unused;
    T(svf_a)(c, s, x, &band, &unused);
    return OP(fnma)(OP(set)(OCT_2K_24), band, x);
}

/* 48 dB: low = B(A(B(A x))), the first A shared with the all-pass A, then B. */
OCT_INLINE void T(split48)(const SECTION *c, T(state) *s, VEC x, VEC *low, VEC *high) {
    VEC band, l, all, unused;
    T(svf_a)(c, &s[0], x, &band, &l);
    all = OP(fnma)(OP(set)(OCT_2K_48A), band, x);
    T(svf_b)(c, &s[1], all, &band, &unused);
    all = OP(fnma)(OP(set)(OCT_2K_48B), band, all);
    T(svf_b)(c, &s[2], l, &unused, &l);
    T(svf_a)(c, &s[3], l, &unused, &l);
    T(svf_b)(c, &s[4], l, &unused, low);
    *high = OP(sub)(all, *low);
}
OCT_INLINE VEC T(allpass48)(const SECTION *c, T(state) *s, VEC x) {
    VEC band, unused;
    T(svf_a)(c, &s[0], x, &band, &unused);
    x = OP(fnma)(OP(set)(OCT_2K_48A), band, x);
    T(svf_b)(c, &s[1], x, &band, &unused);
    return OP(fnma)(OP(set)(OCT_2K_48B), band, x);
}

#undef OP
#undef T
