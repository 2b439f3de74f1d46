/* Detectors: from the bands' samples to their levels in dB.
 *
 * All three measure power; one logarithm serves them, and the louder channel of a narrow line is chosen before it. */
#include "decibel.h"

enum { LANES = 16 };

OCT_INLINE v8 square(const float *lane) {
    v8 x = v8_load(lane);
    return v8_mul(x, x);
}

/* The louder channel of every band: lanes S1 S2 S5 S6 S3 S4 S7 S8. */
OCT_INLINE v8 louder(v8 low, v8 high) {
    return v8_zip(v8_max(low, v8_swap(low)), v8_max(high, v8_swap(high)));
}

OCT_INLINE v8 decoded(const oct_source *source, size_t i, v8 x) {
    return v8_fma(v8_load(source->same + i), x, v8_mul(v8_load(source->cross + i), v8_swap(x)));
}

void OCT_FN(source)(const oct_source *OCT_RESTRICT source, const oct_line *OCT_RESTRICT lines,
                    const oct_line *OCT_RESTRICT side, oct_line *OCT_RESTRICT read, size_t frames) {
    for (size_t i = 0; i < LANES; i += 8) {
        if (!side) {
            for (size_t n = 0; n < frames; n++) v8_store(read[n].lane + i, decoded(source, i, v8_load(lines[n].lane + i)));
            continue;
        }
        const v8 external = v8_load_bits(source->external + i);
        for (size_t n = 0; n < frames; n++) {
            v8 x = v8_pick(external, v8_load(side[n].lane + i), v8_load(lines[n].lane + i));
            v8_store(read[n].lane + i, decoded(source, i, x));
        }
    }
}

void OCT_FN(level_peak_narrow)(const oct_line *OCT_RESTRICT lines, oct_extremes *OCT_RESTRICT extremes,
                               oct_line *OCT_RESTRICT levels, size_t frames) {
    v8 highest = v8_load(extremes->level_db);
    for (size_t n = 0; n < frames; n++) {
        v8 level = level_db(louder(square(lines[n].lane), square(lines[n].lane + 8)));
        highest = v8_max(highest, level);
        v8_store(levels[n].lane, level);
    }
    v8_store(extremes->level_db, highest);
}

void OCT_FN(level_peak_wide)(const oct_line *OCT_RESTRICT lines, oct_extremes *OCT_RESTRICT extremes,
                             oct_line *OCT_RESTRICT levels, size_t frames) {
    v8 highest_l = v8_load(extremes->level_db), highest_h = v8_load(extremes->level_db + 8);
    for (size_t n = 0; n < frames; n++) {
        v8 low = level_db(square(lines[n].lane)), high = level_db(square(lines[n].lane + 8));
        highest_l = v8_max(highest_l, low);
        highest_h = v8_max(highest_h, high);
        v8_store(levels[n].lane, low);
        v8_store(levels[n].lane + 8, high);
    }
    v8_store(extremes->level_db, highest_l);
    v8_store(extremes->level_db + 8, highest_h);
}

void OCT_FN(power_peak)(const oct_line *OCT_RESTRICT lines, oct_line *OCT_RESTRICT power, size_t frames) {
    for (size_t n = 0; n < frames; n++) {
        v8_store(power[n].lane, square(lines[n].lane));
        v8_store(power[n].lane + 8, square(lines[n].lane + 8));
    }
}

void OCT_FN(power_rms)(oct_rms *OCT_RESTRICT state, const oct_line *OCT_RESTRICT lines, oct_line *OCT_RESTRICT power,
                       size_t frames) {
    for (size_t i = 0; i < LANES; i += 8) {
        const d8 kappa = d8_load(state->kappa + i);
        const v8 chosen = v8_load_bits(state->chosen + i);
        d8 mean = d8_load(state->square + i);
        for (size_t n = 0; n < frames; n++) {
            d8 x = d8_from(v8_load(lines[n].lane + i));
            mean = d8_fma(kappa, d8_sub(d8_mul(x, x), mean), mean);
            v8 narrow = d8_narrow(mean);
            v8_store(power[n].lane + i, v8_pick(chosen, v8_add(narrow, narrow), v8_load(power[n].lane + i)));
        }
        d8_store(state->square + i, mean);
    }
}

/* 90-degree pair, squared (O. Niemitalo, "Hilbert transform"). */
static const float CHAIN_A[4] = { 0.47940086559f, 0.87621849354f, 0.97659758951f, 0.99749925594f };
static const float CHAIN_B[4] = { 0.16175849837f, 0.73302893234f, 0.94534970033f, 0.99059915668f };

/* What entered each of the four sections, and left the last, two frames ago. */
typedef struct { v8 x[5]; } chain_state;

OCT_INLINE chain_state chain_load(float past[5][16], size_t i) {
    chain_state s;
    for (int k = 0; k < 5; k++) s.x[k] = v8_load(past[k] + i);
    return s;
}
OCT_INLINE void chain_store(float past[5][16], size_t i, chain_state s) {
    for (int k = 0; k < 5; k++) v8_store(past[k] + i, s.x[k]);
}

/* One frame through y[n] = c (x[n] + y[n-2]) - x[n-2], four times. */
OCT_INLINE v8 chain(const float *c, chain_state *past, v8 x) {
    for (int k = 0; k < 4; k++) {
        v8 y = v8_fms(v8_set(c[k]), v8_add(x, past->x[k + 1]), past->x[k]);
        past->x[k] = x;
        x = y;
    }
    return past->x[4] = x;
}

/* power = Q*Q, then power += I*I, I one frame late; in the chosen lanes. */
OCT_INLINE void add_quadrature(chain_state *past, v8 chosen, size_t i, const oct_line *line, oct_line *power) {
    v8 q = chain(CHAIN_B, past, v8_load(line->lane + i));
    v8_store(power->lane + i, v8_pick(chosen, v8_mul(q, q), v8_load(power->lane + i)));
}
OCT_INLINE void add_in_phase(chain_state *past, v8 *late, v8 chosen, size_t i, const oct_line *line, oct_line *power) {
    v8 old = v8_load(power->lane + i), sum = v8_fma(*late, *late, old);
    *late = chain(CHAIN_A, past, v8_load(line->lane + i));
    v8_store(power->lane + i, v8_pick(chosen, sum, old));
}

/* Every frame, the history moves on by one register of six; after so many frames of a kind all are where they were. */
enum { TURN = 6 };

/* One chain and eight lanes at a time, two frames at a time: so the history of both stays in registers, and unrolled
 * over a whole turn none is moved (81 instructions a frame without, see assets/bench). */
void OCT_FN(power_smooth)(oct_smooth *OCT_RESTRICT state, const oct_line *OCT_RESTRICT lines,
                          oct_line *OCT_RESTRICT power, size_t frames) {
    const uint32_t odd = state->odd;
    for (size_t i = 0; i < LANES; i += 8) {
        const v8 chosen = v8_load_bits(state->chosen + i);
        size_t n = 0;
        chain_state now = chain_load(state->b[odd], i), next = chain_load(state->b[odd ^ 1], i);
        for (; n + 2 * TURN <= frames; n += 2 * TURN) {
            OCT_UNROLL
            for (size_t k = n; k < n + 2 * TURN; k += 2) {
                add_quadrature(&now, chosen, i, lines + k, power + k);
                add_quadrature(&next, chosen, i, lines + k + 1, power + k + 1);
            }
        }
        for (; n + 2 <= frames; n += 2) {
            add_quadrature(&now, chosen, i, lines + n, power + n);
            add_quadrature(&next, chosen, i, lines + n + 1, power + n + 1);
        }
        if (n < frames) add_quadrature(&now, chosen, i, lines + n, power + n);
        chain_store(state->b[odd], i, now);
        chain_store(state->b[odd ^ 1], i, next);

        n = 0;
        now = chain_load(state->a[odd], i), next = chain_load(state->a[odd ^ 1], i);
        v8 late = v8_load(state->late + i);
        for (; n + 2 * TURN <= frames; n += 2 * TURN) {
            OCT_UNROLL
            for (size_t k = n; k < n + 2 * TURN; k += 2) {
                add_in_phase(&now, &late, chosen, i, lines + k, power + k);
                add_in_phase(&next, &late, chosen, i, lines + k + 1, power + k + 1);
            }
        }
        for (; n + 2 <= frames; n += 2) {
            add_in_phase(&now, &late, chosen, i, lines + n, power + n);
            add_in_phase(&next, &late, chosen, i, lines + n + 1, power + n + 1);
        }
        if (n < frames) add_in_phase(&now, &late, chosen, i, lines + n, power + n);
        chain_store(state->a[odd], i, now);
        chain_store(state->a[odd ^ 1], i, next);
        v8_store(state->late + i, late);
    }
    state->odd = odd ^ (uint32_t)(frames & 1);
}

void OCT_FN(level_power_narrow)(oct_extremes *OCT_RESTRICT extremes, oct_line *OCT_RESTRICT levels, size_t frames) {
    v8 highest = v8_load(extremes->level_db);
    for (size_t n = 0; n < frames; n++) {
        v8 level = level_db(louder(v8_load(levels[n].lane), v8_load(levels[n].lane + 8)));
        highest = v8_max(highest, level);
        v8_store(levels[n].lane, level);
    }
    v8_store(extremes->level_db, highest);
}

void OCT_FN(level_power_wide)(oct_extremes *OCT_RESTRICT extremes, oct_line *OCT_RESTRICT levels, size_t frames) {
    for (size_t i = 0; i < LANES; i += 8) {
        v8 highest = v8_load(extremes->level_db + i);
        for (size_t n = 0; n < frames; n++) {
            v8 level = level_db(v8_load(levels[n].lane + i));
            highest = v8_max(highest, level);
            v8_store(levels[n].lane + i, level);
        }
        v8_store(extremes->level_db + i, highest);
    }
}
