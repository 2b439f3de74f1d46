/* From gains in dB to the weights of the bands, and everything that ramps on the way. */
#include "decibel.h"

OCT_INLINE void weigh(size_t lanes, const oct_modifier *modifiers, size_t modifier_step, oct_extremes *extremes,
                      oct_line *gains, size_t frames) {
    for (size_t i = 0; i < lanes; i += 8) {
        const oct_modifier *m = modifiers;
        v8 lowest = v8_load(extremes->lowest_db + i), highest = v8_load(extremes->highest_db + i);
        for (size_t n = 0; n < frames; n++, m += modifier_step) {
            v8 db = v8_load(gains[n].lane + i);
            lowest = v8_min(lowest, db);
            highest = v8_max(highest, db);
            v8 gain = gain_of_db(v8_add(db, v8_load(m->gain + i)));
            v8_store(gains[n].lane + i, v8_fma(gain, v8_load(m->scale + i), v8_load(m->base + i)));
        }
        v8_store(extremes->lowest_db + i, lowest);
        v8_store(extremes->highest_db + i, highest);
    }
}

void OCT_FN(weigh_narrow)(const oct_modifier *OCT_RESTRICT modifiers, size_t modifier_step,
                          oct_extremes *OCT_RESTRICT extremes, oct_line *OCT_RESTRICT gains, size_t frames) {
    weigh(8, modifiers, modifier_step, extremes, gains, frames);
}
void OCT_FN(weigh_wide)(const oct_modifier *OCT_RESTRICT modifiers, size_t modifier_step,
                        oct_extremes *OCT_RESTRICT extremes, oct_line *OCT_RESTRICT gains, size_t frames) {
    weigh(16, modifiers, modifier_step, extremes, gains, frames);
}

OCT_INLINE v8 ramp(const oct_ramp *r, size_t i, float n) {
    return v8_fma(v8_load(r->step + i), v8_add(v8_load(r->frame + i), v8_set(n)), v8_load(r->from + i));
}

/* weight = mask (1 + m (g - 1) - delta), m = band mix * mix, as base + scale*g; then listening:
 * weight += listen (heard - weight). Channels that the band leaves alone have g = 1 in whatever state. */
void OCT_FN(modify)(oct_ramps *OCT_RESTRICT ramps, oct_modifier *OCT_RESTRICT modifiers, size_t frames) {
    const v8 one = v8_set(1.0f);
    for (size_t n = 0; n < frames; n++) {
        const float frame = (float)n;
        oct_modifier *out = modifiers + n;
        for (size_t i = 0; i < 16; i += 8) {
            v8 touched = v8_load(ramps->touched + i);
            v8 m = v8_mul(v8_mul(ramp(&ramps->band_mix, i, frame), ramp(&ramps->mix, i, frame)), touched);
            v8 mask = ramp(&ramps->mask, i, frame);
            v8 base = v8_mul(mask, v8_sub(v8_sub(one, m), ramp(&ramps->delta, i, frame)));
            v8 scale = v8_mul(mask, m);
            v8 listen = ramp(&ramps->listen, i, frame), other = v8_sub(one, listen);
            v8_store(out->sign_above + i, v8_mul(ramp(&ramps->sign_above, i, frame), touched));
            v8_store(out->sign_below + i, v8_mul(ramp(&ramps->sign_below, i, frame), touched));
            v8_store(out->gain + i, ramp(&ramps->gain, i, frame));
            v8_store(out->base + i, v8_fma(other, base, v8_mul(listen, ramp(&ramps->heard, i, frame))));
            v8_store(out->scale + i, v8_mul(other, scale));
            v8_store(out->mix + i, m);
        }
    }
    oct_ramp *all[] = { &ramps->sign_above, &ramps->sign_below, &ramps->gain,  &ramps->band_mix, &ramps->mask,
                        &ramps->heard,      &ramps->mix,        &ramps->delta, &ramps->listen };
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        for (size_t i = 0; i < 16; i += 8)
            v8_store(all[k]->frame + i, v8_add(v8_load(all[k]->frame + i), v8_set((float)frames)));
}

void OCT_FN(crossfade)(const oct_ramp *OCT_RESTRICT amount, const oct_line *OCT_RESTRICT side,
                       oct_line *OCT_RESTRICT lines, size_t frames) {
    for (size_t n = 0; n < frames; n++) {
        for (size_t i = 0; i < 16; i += 8) {
            v8 x = v8_load(lines[n].lane + i);
            v8_store(lines[n].lane + i, v8_fma(ramp(amount, i, (float)n), v8_sub(v8_load(side[n].lane + i), x), x));
        }
    }
}

/* Line lane of each narrow lane. */
static const uint32_t NARROW_LANE[8] = { 0, 8, 2, 10, 4, 12, 6, 14 };
static const uint32_t LOW_LANE[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
static const uint32_t HIGH_LANE[8] = { 8, 9, 10, 11, 12, 13, 14, 15 };

/* Where eight lanes read: 16 * ((at - delay) & mask) + lane, counted in floats from the start of the ring. */
typedef struct { OCT_ALIGNED(32) uint32_t at[8]; } reader;

OCT_INLINE reader reader_at(const uint32_t *delay, const uint32_t *lane, size_t mask, size_t at) {
    reader r;
    for (int j = 0; j < 8; j++) r.at[j] = (uint32_t)(16 * ((at - delay[lane[j]]) & mask) + lane[j]);
    return r;
}

/* Reads eight lanes and moves on by one line. */
OCT_INLINE v8 read_lanes(reader *r, const float *ring, size_t mask) {
#if defined(OCT_HAS_GATHER)
    i8 at = i8_load(r->at), wrap = i8_set((int32_t)(16 * mask + 15));
    v8 x = v8_gather(ring, at);
    i8_store(r->at, i8_and(i8_add(at, i8_set(16)), wrap));
    return x;
#else
    OCT_ALIGNED(32) float x[8];
    for (int j = 0; j < 8; j++) {
        x[j] = ring[r->at[j]];
        r->at[j] = (r->at[j] + 16) & (uint32_t)(16 * mask + 15);
    }
    return v8_load(x);
#endif
}

/* The ring always holds wide lines, so that narrow and wide stretches can follow each other. */
void OCT_FN(delay_gains_narrow)(const uint32_t *OCT_RESTRICT delay, oct_line *OCT_RESTRICT ring, size_t mask, size_t at,
                                oct_line *OCT_RESTRICT gains, size_t frames) {
    reader r = reader_at(delay, NARROW_LANE, mask, at);
    for (size_t n = 0; n < frames; n++, at++) {
        v8 x = v8_load(gains[n].lane);
        v8_store(ring[at & mask].lane, v8_even(x));
        v8_store(ring[at & mask].lane + 8, v8_odd(x));
        v8_store(gains[n].lane, read_lanes(&r, (const float *)ring, mask));
    }
}

void OCT_FN(delay_gains_wide)(const uint32_t *OCT_RESTRICT delay, oct_line *OCT_RESTRICT ring, size_t mask, size_t at,
                              oct_line *OCT_RESTRICT gains, size_t frames) {
    reader low = reader_at(delay, LOW_LANE, mask, at), high = reader_at(delay, HIGH_LANE, mask, at);
    for (size_t n = 0; n < frames; n++, at++) {
        v8_store(ring[at & mask].lane, v8_load(gains[n].lane));
        v8_store(ring[at & mask].lane + 8, v8_load(gains[n].lane + 8));
        v8_store(gains[n].lane, read_lanes(&low, (const float *)ring, mask));
        v8_store(gains[n].lane + 8, read_lanes(&high, (const float *)ring, mask));
    }
}
