/* Coefficients of one tree level from g, for one vector width. Include with VEC and SECTION defined. */
#define OP(name) OCT_PASTE(OCT_PASTE(VEC, _), name)
#define T(name) OCT_PASTE(OCT_PASTE(name, _), VEC)

OCT_INLINE void T(damped)(VEC g, float k, float *gk, float *a, float *a2) {
    VEC sum = OP(add)(g, OP(set)(k)), quotient = OP(div)(g, OP(fma)(g, sum, OP(set)(1.0f)));
    OP(store)(gk, sum);
    OP(store)(a, quotient);
    OP(store)(a2, OP(add)(quotient, quotient));
}

OCT_INLINE void T(section)(int slope, const oct_glide *e, size_t lane, float t, SECTION *c) {
    VEC from = OP(load)(e->from + lane), to = OP(load)(e->to + lane);
    /* The end itself at the last frame: from + (to - from) may round to a neighbour. */
    VEC g = t == 1.0f ? to : OP(fma)(OP(set)(t), OP(sub)(to, from), from);
    if (slope == 12) {
        VEC a = OP(div)(g, OP(add)(g, OP(set)(1.0f)));
        OP(store)(c->a_a, a);
        OP(store)(c->a2_a, OP(add)(a, a));
        return;
    }
    OP(store)(c->g, g);
    OP(store)(c->g2, OP(add)(g, g));
    T(damped)(g, e->k_a, c->gk_a, c->a_a, c->a2_a);
    if (slope == 48) T(damped)(g, e->k_b, c->gk_b, c->a_b, c->a2_b);
}

#undef OP
#undef T
