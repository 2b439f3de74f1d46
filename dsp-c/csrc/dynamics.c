/* Curve, link and ballistics of one section, eight bands (or eight of sixteen lanes) at a time.
 *
 * D. Giannoulis, M. Massberg, J. D. Reiss, "Digital dynamic range compressor design", JAES 60, 2012: log domain, after
 * the gain computer, decoupled smoothing. Envelopes are double: in float they stall 0.34 dB short of a slow release. */
#include "lanes.h"

enum { ABOVE, BELOW };
enum { PLAIN, FULL };

/* Within this of the held peak the hold starts again: a plateau must not depend on one rounding. */
static const double HOLD_MARGIN_DB = 0.01;

/* Coefficients and history of eight lanes, in registers. */
typedef struct {
    d8 y1, y, slow, hold;
    v8 open;
} lanes_state;

/* slope * hinge(distance), at most range: 0 below the knee, a parabola in it, a line above. `beyond` is the distance
 * from the knee's lower end. */
OCT_INLINE v8 bend(const oct_section *c, size_t i, v8 beyond) {
    v8 x = v8_max(beyond, v8_set(0.0f));
    v8 in_knee = v8_min(x, v8_load(c->knee + i));
    v8 hinge = v8_fma(in_knee, v8_mul(in_knee, v8_load(c->curvature + i)), v8_sub(x, in_knee));
    return v8_min(v8_mul(hinge, v8_load(c->slope + i)), v8_load(c->range + i));
}

/* Target of the envelope; rises with the level in both sections. */
OCT_INLINE v8 target(int side, int form, int wide, const oct_section *c, size_t i, v8 level, lanes_state *s) {
    v8 v;
    if (side == ABOVE) {
        v = bend(c, i, v8_add(level, v8_load(c->edge + i)));
    } else {
        v8 edge = v8_load(c->edge + i);
        if (form == FULL) {
            v8 threshold = v8_load(c->threshold + i), hysteresis = v8_load(c->hysteresis + i);
            v8 stays = v8_pick(v8_lt(level, v8_sub(threshold, hysteresis)), v8_set(0.0f), s->open);
            s->open = v8_pick(v8_ge(level, threshold), v8_set(1.0f), stays);
            edge = v8_fnma(s->open, hysteresis, edge);
        }
        v = v8_sub(v8_set(0.0f), bend(c, i, v8_sub(edge, level)));
    }
    if (wide) {
        /* In this form a full link gives the maximum exactly. */
        v8 loudest = v8_max(v, v8_swap(v));
        v = v8_fma(v8_load(c->link + i), loudest, v8_mul(v8_load(c->unlink + i), v));
    }
    return v;
}

OCT_INLINE v8 follow(int side, int form, const oct_section *c, size_t i, v8 target, lanes_state *s) {
    d8 v = d8_from(target);
    d8 y1 = d8_max(s->y1, v);
    d8 released = d8_fma(d8_load(c->release + i), d8_sub(v, y1), y1);
    d8 goal;
    if (form == PLAIN) {
        goal = s->y1 = released;
    } else {
        const d8 zero = d8_set(0.0), hold = d8_load(c->hold + i);
        d8 restarts = d8_and(d8_ge(v, d8_sub(y1, d8_set(HOLD_MARGIN_DB))), d8_gt(hold, zero));
        d8 waits = d8_gt(s->hold, zero);
        d8 waited = d8_pick(waits, d8_sub(s->hold, d8_set(1.0)), s->hold);
        goal = s->y1 = d8_pick(restarts, y1, d8_pick(waits, y1, released));
        s->hold = d8_pick(restarts, hold, waited);
        if (side == ABOVE) {
            /* Lanes without automatic release: rate and share are 0, y1 >= 0 wins. */
            s->slow = d8_fma(d8_load(c->slow + i), d8_sub(goal, s->slow), s->slow);
            goal = d8_max(goal, d8_mul(d8_load(c->share + i), s->slow));
        }
    }
    s->y = d8_fma(d8_load(c->attack + i), d8_sub(goal, s->y), s->y);
    return d8_narrow(s->y);
}

OCT_INLINE void section(int side, int form, int wide, const oct_section *c, oct_envelope *envelope,
                        const oct_modifier *modifiers, size_t modifier_step, const oct_line *levels, oct_line *gains,
                        size_t frames) {
    for (size_t i = 0; i < (wide ? 16u : 8u); i += 8) {
        lanes_state s = { d8_load(envelope->y1 + i), d8_load(envelope->y + i), d8_load(envelope->slow + i),
                          d8_load(envelope->hold + i), v8_load(envelope->open + i) };
        const oct_modifier *m = modifiers;
        for (size_t n = 0; n < frames; n++, m += modifier_step) {
            v8 level = v8_load(levels[n].lane + i);
            v8 y = follow(side, form, c, i, target(side, form, wide, c, i, level, &s), &s);
            if (side == ABOVE) {
                v8_store(gains[n].lane + i, v8_mul(v8_load(m->sign_above + i), y));
            } else {
                v8_store(gains[n].lane + i, v8_fnma(v8_load(m->sign_below + i), y, v8_load(gains[n].lane + i)));
            }
        }
        d8_store(envelope->y1 + i, s.y1);
        d8_store(envelope->y + i, s.y);
        if (form == FULL) {
            d8_store(envelope->slow + i, s.slow);
            d8_store(envelope->hold + i, s.hold);
            v8_store(envelope->open + i, s.open);
        }
    }
}

#define SECTION_KERNEL(name, side, form, wide)                                                                          \
    void OCT_FN(name)(const oct_section *OCT_RESTRICT c, oct_envelope *OCT_RESTRICT envelope,                           \
                      const oct_modifier *OCT_RESTRICT modifiers, size_t modifier_step,                                 \
                      const oct_line *OCT_RESTRICT levels, oct_line *OCT_RESTRICT gains, size_t frames) {               \
        section(side, form, wide, c, envelope, modifiers, modifier_step, levels, gains, frames);                        \
    }
SECTION_KERNEL(above_narrow_plain, ABOVE, PLAIN, 0)
SECTION_KERNEL(above_narrow_full, ABOVE, FULL, 0)
SECTION_KERNEL(above_wide_plain, ABOVE, PLAIN, 1)
SECTION_KERNEL(above_wide_full, ABOVE, FULL, 1)
SECTION_KERNEL(below_narrow_plain, BELOW, PLAIN, 0)
SECTION_KERNEL(below_narrow_full, BELOW, FULL, 0)
SECTION_KERNEL(below_wide_plain, BELOW, PLAIN, 1)
SECTION_KERNEL(below_wide_full, BELOW, FULL, 1)
