/* The transparent mode: the input through eight dynamic shelves in a row, gains without a detour through the tree.
 *
 *   r = 10^(D/(40 N)), m = r^2, h = m^2;   D = difference of the gains beside the corner in dB, N = slope/6
 *   for every section q: k = 2 sin((2q+1) pi/(2N)), two-pole section with g = tan(pi f/fs) r:
 *   y = h x + (1 - h) low + k (m - h) band
 *
 * The first shelf has its corner at 0: it is the gain of the lowest band. D = 0 gives r = m = h = 1 and y = x + 0 + 0,
 * bit for bit.
 *
 * Eight shelves one after the other are a *wavefront*: lane k works on the frame that lane 0 had k steps ago. A call is
 * frames + 7 steps long, so nothing is late. Lanes that have no frame yet, or none any more, read a row of zeros: g = 0
 * keeps their history as it is, but for the sign of a zero; so every zero goes out as +0, however a signal is cut. */
#include "decibel.h"

enum { PAD = OCT_SHELF_PAD };

/* Lowest gain of a band. */
#define FLOOR_DB (-96.0f)
#define FLOOR 1.584893192e-05f

/* Differences of neighbouring bands' gains to one row of shelves. */
OCT_INLINE void shelf_row(const oct_corners *c, v8 db, float *g, float *r) {
    static const float zero = 0.0f;
    v8 gain = v8_ascending(db);
    v8 below = v8_put_first(v8_rotate(gain), &zero);
    v8 ratio = power_of_two(v8_sub(gain, below), v8_set(c->octaves));
    v8_store(g, v8_mul(v8_load(c->g), ratio));
    v8_store(r, ratio);
}

/* What a band does to the signal, dB: 20 log10(1 + m (g - 1)), not below the floor. */
OCT_INLINE v8 band_db(int mixed, const oct_modifier *m, size_t i, v8 db) {
    v8 wet = v8_max(v8_add(db, v8_load(m->gain + i)), v8_set(FLOOR_DB)), mix = v8_load(m->mix + i);
    if (!mixed) return v8_mul(mix, wet);
    v8 gain = v8_fma(mix, v8_sub(gain_of_db(wet), v8_set(1.0f)), v8_set(1.0f));
    v8 half = level_db(v8_max(gain, v8_set(FLOOR)));
    return v8_pick(v8_ge(mix, v8_set(1.0f)), wet, v8_add(half, half));
}

OCT_INLINE void shelf_coeffs(int wide, int mixed, const oct_corners *corners, size_t corner_step,
                             const oct_modifier *modifiers, size_t modifier_step, oct_extremes *extremes,
                             const oct_line *gains, oct_shelf *shelves, size_t frames) {
    memset(shelves, 0, PAD * sizeof *shelves);
    shelves += PAD;
    memset(shelves + frames, 0, PAD * sizeof *shelves);
    v8 low_l = v8_load(extremes->lowest_db), high_l = v8_load(extremes->highest_db);
    v8 low_h = v8_load(extremes->lowest_db + 8), high_h = v8_load(extremes->highest_db + 8);
    for (size_t n = 0; n < frames; n++, corners += corner_step, modifiers += modifier_step) {
        v8 low = v8_load(gains[n].lane);
        low_l = v8_min(low_l, low);
        high_l = v8_max(high_l, low);
        low = band_db(mixed, modifiers, 0, low);
        if (!wide) {
            shelf_row(corners, low, shelves[n].g, shelves[n].r);
            continue;
        }
        v8 high = v8_load(gains[n].lane + 8);
        low_h = v8_min(low_h, high);
        high_h = v8_max(high_h, high);
        high = band_db(mixed, modifiers, 8, high);
        shelf_row(corners, v8_zip(low, v8_even(high)), shelves[n].g, shelves[n].r);
        shelf_row(corners, v8_zip(v8_odd(low), high), shelves[n].g + 8, shelves[n].r + 8);
    }
    v8_store(extremes->lowest_db, low_l);
    v8_store(extremes->highest_db, high_l);
    v8_store(extremes->lowest_db + 8, low_h);
    v8_store(extremes->highest_db + 8, high_h);
}

#define COEFFS_KERNEL(name, wide, mixed)                                                                                \
    void OCT_FN(name)(const oct_corners *OCT_RESTRICT corners, size_t corner_step,                                      \
                      const oct_modifier *OCT_RESTRICT modifiers, size_t modifier_step,                                 \
                      oct_extremes *OCT_RESTRICT extremes, const oct_line *OCT_RESTRICT gains,                          \
                      oct_shelf *OCT_RESTRICT shelves, size_t frames) {                                                 \
        shelf_coeffs(wide, mixed, corners, corner_step, modifiers, modifier_step, extremes, gains, shelves, frames);    \
    }
COEFFS_KERNEL(shelf_coeffs_narrow, 0, 0)
COEFFS_KERNEL(shelf_coeffs_narrow_mixed, 0, 1)
COEFFS_KERNEL(shelf_coeffs_wide, 1, 0)
COEFFS_KERNEL(shelf_coeffs_wide_mixed, 1, 1)

/* Coefficients of one section in eight lanes. */
typedef struct { v8 gk, a, a2, band; } section;
/* What the sections of a shelf have in common: 2g, h, 1 - h. */
typedef struct { v8 g2, h, rest; section q[4]; } shelf;

OCT_INLINE void shelf_of(int sections, const float *k, v8 g, v8 r, shelf *c) {
    v8 m = v8_mul(r, r), h = v8_mul(m, m), lift = v8_sub(m, h);
    c->g2 = v8_add(g, g);
    c->h = h;
    c->rest = v8_sub(v8_set(1.0f), h);
    for (int q = 0; q < sections; q++) {
        section *s = &c->q[q];
        s->gk = v8_add(g, v8_set(k[q]));
        s->a = v8_div(g, v8_fma(g, s->gk, v8_set(1.0f)));
        s->a2 = v8_add(s->a, s->a);
        s->band = v8_fma(c->rest, g, v8_mul(v8_set(k[q]), lift));
    }
}

/* One frame in every lane; s: history of each section. The low-pass goes out by way of its old state and the band-pass, so
 * that only three operations lie between x and y. */
OCT_INLINE v8 shelf_step(int sections, const shelf *c, v8 (*s)[2], v8 x) {
    for (int q = 0; q < sections; q++) {
        v8 t = v8_sub(x, v8_fma(c->q[q].gk, s[q][0], s[q][1]));
        v8 direct = v8_fma(c->h, x, v8_mul(c->rest, s[q][1]));
        v8 band = v8_fma(c->q[q].a, t, s[q][0]);
        s[q][0] = v8_fma(c->q[q].a2, t, s[q][0]);
        s[q][1] = v8_fma(c->g2, band, s[q][1]);
        x = v8_fma(c->q[q].band, band, direct);
    }
    return x;
}

OCT_INLINE void shelves(int sections, const float *k, int wide, const oct_shelf *rows, oct_shelf_state *state,
                        const float *pairs, float *l, float *r, size_t frames) {
    if (frames == 0) return;
    float *const out[2] = { l, r };
    v8 s[2][4][2], x[2] = { v8_set(0.0f), v8_set(0.0f) };
    for (int c = 0; c < 2; c++)
        for (int q = 0; q < sections; q++)
            for (int i = 0; i < 2; i++) s[c][q][i] = v8_load(state->s[c][q][i]);
    rows += PAD;
    for (size_t n = 0; n < frames + PAD; n++) {
        shelf now;
        for (int c = 0; c < 2; c++) {
            if (c == 0 || wide) {
                const float *g = rows[n].g + 8 * c, *ratio = rows[n].r + 8 * c;
                const size_t row = sizeof *rows / sizeof *g;
                shelf_of(sections, k, v8_diagonal(g, row), v8_diagonal(ratio, row), &now);
            }
            if (n < frames) x[c] = v8_put_first(x[c], pairs + 2 * n + c);
            x[c] = v8_rotate(shelf_step(sections, &now, s[c], x[c]));
            if (n >= PAD) v8_store_first(out[c] + n - PAD, v8_add(x[c], v8_set(0.0f)));
        }
    }
    for (int c = 0; c < 2; c++)
        for (int q = 0; q < sections; q++)
            for (int i = 0; i < 2; i++) v8_store(state->s[c][q][i], s[c][q][i]);
}

/* 2 sin((2q + 1) pi / (2N)). */
static const float K_12[] = { 1.41421356237f };
static const float K_24[] = { 0.76536686473f, 1.84775906502f };
static const float K_48[] = { 0.39018064403f, 1.11114046604f, 1.66293922461f, 1.96157056081f };

#define SHELVES_KERNEL(name, slope, wide)                                                                               \
    void OCT_FN(name)(const oct_shelf *OCT_RESTRICT rows, oct_shelf_state *OCT_RESTRICT state,                          \
                      const float *OCT_RESTRICT pairs, float *OCT_RESTRICT l, float *OCT_RESTRICT r, size_t frames) {   \
        shelves(sizeof K_##slope / sizeof *K_##slope, K_##slope, wide, rows, state, pairs, l, r, frames);               \
    }
SHELVES_KERNEL(shelves12_narrow, 12, 0)
SHELVES_KERNEL(shelves12_wide, 12, 1)
SHELVES_KERNEL(shelves24_narrow, 24, 0)
SHELVES_KERNEL(shelves24_wide, 24, 1)
SHELVES_KERNEL(shelves48_narrow, 48, 0)
SHELVES_KERNEL(shelves48_wide, 48, 1)

void OCT_FN(mid_side)(const float *OCT_RESTRICT pairs, float *OCT_RESTRICT coded, size_t frames) {
    for (size_t n = 0; n < frames; n++) {
        coded[2 * n] = 0.5f * (pairs[2 * n] + pairs[2 * n + 1]);
        coded[2 * n + 1] = 0.5f * (pairs[2 * n] - pairs[2 * n + 1]);
    }
}

/* Written without fused steps: the bits are those of every instruction set, whatever the compiler makes of the loop. */
OCT_INLINE void finish(int coded, const float *pairs, const float *delta, size_t delta_step, const float *gain,
                       size_t gain_step, float *l, float *r, size_t frames) {
    for (size_t n = 0; n < frames; n++) {
        const float a = coded ? l[n] + r[n] : l[n], b = coded ? l[n] - r[n] : r[n];
        const float d = delta[n * delta_step], g = gain[n * gain_step];
        l[n] = (a - d * pairs[2 * n]) * g;
        r[n] = (b - d * pairs[2 * n + 1]) * g;
    }
}

#define FINISH_KERNEL(name, coded)                                                                                      \
    void OCT_FN(name)(const float *OCT_RESTRICT pairs, const float *OCT_RESTRICT delta, size_t delta_step,              \
                      const float *OCT_RESTRICT gain, size_t gain_step, float *OCT_RESTRICT l, float *OCT_RESTRICT r,   \
                      size_t frames) {                                                                                  \
        finish(coded, pairs, delta, delta_step, gain, gain_step, l, r, frames);                                         \
    }
FINISH_KERNEL(finish_stereo, 0)
FINISH_KERNEL(finish_mid_side, 1)
