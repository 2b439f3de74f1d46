/* Drives every kernel of one table and prints a hash of all that it leaves behind, one line per kernel.
 *
 * All signals come from integers, so that they are the same on every processor; no library function takes part but
 * printf. Compile with the kernels of the table and -DOCT_KERNELS=<its name>. */
#include "octant_dsp.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

extern const oct_kernels OCT_KERNELS;
static const oct_kernels *const K = &OCT_KERNELS;

enum { TILE = 61, TILES = 150 };

/* ------------------------------------------------------------------------------------------------ numbers */
static uint64_t state;
static void seed(const char *name) {
    state = UINT64_C(0x9e3779b97f4a7c15);
    for (; *name; name++) state = (state ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
}
static uint32_t bits(void) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}
static float unit(void) { return (float)(bits() >> 8) * 0x1p-24f; }
static float between(float low, float high) { return low + unit() * (high - low); }
static float power_of_two(int from, int to) {
    uint32_t word = (uint32_t)(127 + from + (int)(bits() % (uint32_t)(to - from + 1))) << 23;
    float x;
    memcpy(&x, &word, sizeof x);
    return x;
}

/* Silence, noise of every level, full scale, steady, near and below the smallest normal number. */
static float sample(uint32_t kind) {
    switch (kind % 6) {
    case 0: return 0.0f;
    case 1: return between(-1.0f, 1.0f);
    case 2: {
        /* One number after the other: C leaves the order within an expression open. */
        const float noise = between(-1.0f, 1.0f);
        return noise * power_of_two(-24, 0);
    }
    case 3: return bits() & 1 ? 1.0f : -1.0f;
    case 4: return 0.25f;
    default: return between(-1.0f, 1.0f) * 0x1p-124f;
    }
}

/* ------------------------------------------------------------------------------------------------ hash */
static uint64_t hash;
static void start(const char *name) {
    seed(name);
    hash = UINT64_C(0xcbf29ce484222325);
}
static void add(const void *what, size_t length) {
    const unsigned char *byte = what;
    for (size_t i = 0; i < length; i++) hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
}
#define ADD(what) add(&(what), sizeof(what))
static void finish(const char *name) { printf("%s %016" PRIx64 "\n", name, hash); }

/* ------------------------------------------------------------------------------------------------ inputs */
static float rows[2][TILE], gain[TILE], pairs[2 * TILE], out[16 * TILE];
static oct_line lines[TILE], side[TILE], work[TILE], weights[TILE];
static oct_tree trees[TILE];
static oct_modifier modifiers[TILE];

static void fill_rows(void) {
    const uint32_t kind = bits();
    for (int n = 0; n < TILE; n++) {
        rows[0][n] = sample(kind);
        rows[1][n] = sample(kind >> 4);
        gain[n] = between(0.5f, 1.5f);
    }
    for (int n = 0; n < 2 * TILE; n++) pairs[n] = rows[n & 1][n / 2];
}
static void fill_lines(oct_line *into) {
    uint32_t kind[16];
    for (int i = 0; i < 16; i++) kind[i] = bits() >> 7;
    for (int n = 0; n < TILE; n++)
        for (int i = 0; i < 16; i++) into[n].lane[i] = sample(kind[i]);
}
static void fill_range(oct_line *into, float low, float high) {
    for (int i = 0; i < 16; i++) {
        float x = between(low, high);
        const int still = bits() % 3 == 0;
        for (int n = 0; n < TILE; n++) {
            if (!still) x = bits() % 40 ? x + between(-0.5f, 0.5f) : between(low, high);
            into[n].lane[i] = x < low ? low : x > high ? high : x;
        }
    }
}

/* Ends of a glide: seven crossovers in the lanes of the tree, some switched off. */
static oct_glide ends(int slope) {
    static const unsigned char crossover[36] = { 3, 3, 3, 3, 1, 1, 5, 5, 0, 0, 4, 4, 2, 2, 6, 6, 2, 2,
                                                 6, 6, 0, 0, 4, 4, 4, 4, 0, 0, 5, 5, 1, 1, 6, 6, 2, 2 };
    oct_glide glide;
    float from[7], to[7];
    memset(&glide, 0, sizeof glide);
    for (int i = 0; i < 7; i++) {
        const float mantissa = between(1.0f, 2.0f);
        from[i] = mantissa * power_of_two(-11, 1);
        to[i] = from[i] * between(0.5f, 2.0f);
    }
    if (bits() % 4 == 0) from[0] = to[0] = 0.0f;
    for (int i = 0; i < 36; i++) {
        glide.from[i] = from[crossover[i]];
        glide.to[i] = to[crossover[i]];
    }
    glide.k_a = slope == 2 ? 0.76536686f : 1.4142135f;
    glide.k_b = 1.847759f;
    return glide;
}
static void fill_trees(int slope) {
    memset(trees, 0, sizeof trees);
    for (int n = 0; n < TILE; n += 16) {
        const oct_glide glide = ends(slope);
        K->glide[slope](&glide, 0, trees + n, (size_t)(TILE - n < 16 ? TILE - n : 16));
    }
}
static void fill_modifiers(void) {
    for (int n = 0; n < TILE; n++) {
        for (int i = 0; i < 16; i++) {
            modifiers[n].sign_above[i] = (float)((int)(bits() % 3) - 1);
            modifiers[n].sign_below[i] = between(-1.0f, 1.0f);
            modifiers[n].gain[i] = between(-24.0f, 24.0f);
            modifiers[n].base[i] = between(-1.0f, 1.0f);
            modifiers[n].scale[i] = between(0.0f, 1.0f);
            modifiers[n].mix[i] = bits() % 3 ? 1.0f : 0.0f;
        }
    }
}
static oct_section section(void) {
    oct_section c;
    memset(&c, 0, sizeof c);
    for (int i = 0; i < 16; i++) {
        c.edge[i] = between(-50.0f, 50.0f);
        c.knee[i] = bits() % 3 ? 8.0f : 0.0f;
        c.curvature[i] = c.knee[i] > 0.0f ? 0.0625f : 0.0f;
        c.slope[i] = between(0.0f, 4.0f);
        c.range[i] = between(3.0f, 60.0f);
        c.link[i] = bits() % 2 ? 1.0f : 0.375f;
        c.unlink[i] = 1.0f - c.link[i];
        c.threshold[i] = between(-60.0f, -10.0f);
        c.hysteresis[i] = bits() % 2 ? 4.0f : 0.0f;
        c.attack[i] = between(0.001f, 0.9f);
        c.release[i] = between(0.00001f, 0.01f);
        c.slow[i] = bits() % 2 ? c.release[i] / 8.0 : 0.0;
        c.share[i] = c.slow[i] > 0.0 ? 0.5 : 0.0;
        c.hold[i] = bits() % 2 ? 40.0 : 0.0;
    }
    return c;
}

/* ------------------------------------------------------------------------------------------------ kernels */
static void interleave(void) {
    static const uint32_t hostile[] = { 0x7fc00000, 0x7f800000, 0xff800000, 0x80000000, 0x00000001, 0x7f7fffff };
    start("interleave");
    for (int t = 0; t < TILES; t++) {
        fill_rows();
        for (int k = 0; k < 8; k++) {
            const uint32_t at = bits() % TILE, which = bits() % 6;
            memcpy(&rows[k & 1][at], &hostile[which], sizeof(float));
        }
        K->interleave(rows[0], rows[1], gain, (size_t)(t & 1), pairs, TILE);
        ADD(pairs);
    }
    finish("interleave");
}

static void crossover(void) {
    static const char *const down_name[3] = { "down12", "down24", "down48" };
    static const char *const glide_name[3] = { "glide12", "glide24", "glide48" };
    static const char *const up_name[3][3] = { { "up12_narrow", "up12_wide", "up12_mid_side" },
                                               { "up24_narrow", "up24_wide", "up24_mid_side" },
                                               { "up48_narrow", "up48_wide", "up48_mid_side" } };
    for (int slope = 0; slope < 3; slope++) {
        start(glide_name[slope]);
        for (int t = 0; t < TILES; t++) {
            fill_trees(slope);
            ADD(trees);
        }
        finish(glide_name[slope]);

        static oct_down_state down;
        memset(&down, 0, sizeof down);
        start(down_name[slope]);
        for (int t = 0; t < TILES; t++) {
            if (t % 20 == 0) fill_trees(slope);
            fill_rows();
            K->down[slope](trees, (size_t)(t & 1), &down, pairs, work, TILE);
            ADD(work);
        }
        ADD(down);
        finish(down_name[slope]);

        for (int form = 0; form < 3; form++) {
            static oct_up_state up;
            oct_decode decode;
            memset(&up, 0, sizeof up);
            start(up_name[slope][form]);
            for (int i = 0; i < 16; i++) {
                const int mid_side = (0x35 >> (i / 2)) & 1;
                decode.own_same[i] = mid_side ? 0.5f : 1.0f;
                decode.own_cross[i] = mid_side ? 0.5f : 0.0f;
                decode.other_same[i] = mid_side ? (i & 1 ? -0.5f : 0.5f) : 0.0f;
                decode.other_cross[i] = -decode.other_same[i];
            }
            for (int t = 0; t < TILES; t++) {
                if (t % 20 == 0) fill_trees(slope);
                fill_rows();
                fill_lines(lines);
                fill_range(weights, 0.0f, 2.0f);
                K->up[slope][form](trees, (size_t)(t & 1), &up, lines, weights, &decode, gain, (size_t)(t & 1), out,
                                   out + TILE, TILE);
                add(out, 2 * TILE * sizeof *out);
            }
            ADD(up);
            finish(up_name[slope][form]);
        }
    }
}

static void detectors(void) {
    oct_source source;
    start("source");
    for (int t = 0; t < TILES; t++) {
        for (int i = 0; i < 16; i++) {
            source.external[i] = (t >> (i / 2)) & 1 ? UINT32_MAX : 0;
            source.same[i] = i & 1 && t & 1 ? -0.5f : 1.0f;
            source.cross[i] = t & 1 ? 0.5f : 0.0f;
        }
        fill_lines(lines);
        fill_lines(side);
        K->source(&source, lines, side, work, TILE);
        ADD(work);
    }
    finish("source");

    static const char *const peak_name[2] = { "level_peak_narrow", "level_peak_wide" };
    static const char *const power_name[2] = { "level_power_narrow", "level_power_wide" };
    for (int width = 0; width < 2; width++) {
        oct_extremes extremes;
        memset(&extremes, 0, sizeof extremes);
        for (int i = 0; i < 16; i++) extremes.level_db[i] = -144.0f;
        memset(work, 0, sizeof work);
        start(peak_name[width]);
        for (int t = 0; t < TILES; t++) {
            fill_lines(lines);
            K->level_peak[width](lines, &extremes, work, TILE);
            ADD(work);
        }
        ADD(extremes);
        finish(peak_name[width]);
        start(power_name[width]);
        for (int t = 0; t < TILES; t++) {
            fill_lines(lines);
            K->power_peak(lines, work, TILE);
            K->level_power[width](&extremes, work, TILE);
            ADD(work);
        }
        ADD(extremes);
        finish(power_name[width]);
    }
    start("power_peak");
    for (int t = 0; t < TILES; t++) {
        fill_lines(lines);
        K->power_peak(lines, work, TILE);
        ADD(work);
    }
    finish("power_peak");

    oct_rms rms;
    oct_smooth smooth;
    memset(&rms, 0, sizeof rms);
    memset(&smooth, 0, sizeof smooth);
    for (int i = 0; i < 16; i++) {
        rms.kappa[i] = i % 5 ? 0.0078125 * (i + 1) : 0.0;
        rms.chosen[i] = i % 3 ? UINT32_MAX : 0;
        smooth.chosen[i] = i % 4 ? UINT32_MAX : 0;
    }
    memset(work, 0, sizeof work);
    start("power_rms");
    for (int t = 0; t < TILES; t++) {
        fill_lines(lines);
        K->power_rms(&rms, lines, work, TILE);
        ADD(work);
    }
    ADD(rms);
    finish("power_rms");
    start("power_smooth");
    for (int t = 0; t < TILES; t++) {
        fill_lines(lines);
        K->power_smooth(&smooth, lines, work, TILE - (size_t)(t & 1));
        ADD(work);
    }
    ADD(smooth);
    finish("power_smooth");
}

static void dynamics(void) {
    static const char *const name[2][2][2] = {
        { { "above_narrow_plain", "above_narrow_full" }, { "above_wide_plain", "above_wide_full" } },
        { { "below_narrow_plain", "below_narrow_full" }, { "below_wide_plain", "below_wide_full" } }
    };
    for (int below = 0; below < 2; below++)
        for (int width = 0; width < 2; width++)
            for (int form = 0; form < 2; form++) {
                oct_envelope envelope;
                memset(&envelope, 0, sizeof envelope);
                start(name[below][width][form]);
                oct_section c = section();
                for (int t = 0; t < TILES; t++) {
                    if (t % 50 == 49) c = section();
                    fill_modifiers();
                    fill_range(lines, -100.0f, 6.0f);
                    fill_range(work, -20.0f, 20.0f);
                    (below ? K->below : K->above)[width][form](&c, &envelope, modifiers, (size_t)(t & 1), lines, work,
                                                               TILE);
                    ADD(work);
                }
                ADD(envelope);
                finish(name[below][width][form]);
            }

    static const char *const delay_name[2] = { "delay_gains_narrow", "delay_gains_wide" };
    static const char *const weigh_name[2] = { "weigh_narrow", "weigh_wide" };
    for (int width = 0; width < 2; width++) {
        static oct_line ring[256];
        uint32_t delay[16];
        memset(ring, 0, sizeof ring);
        start(delay_name[width]);
        for (int i = 0; i < 16; i++) delay[i] = i ? bits() % 190 : 0;
        for (int t = 0; t < TILES; t++) {
            fill_range(work, -60.0f, 24.0f);
            K->delay_gains[width](delay, ring, 255, (size_t)t * TILE & 255, work, TILE);
            ADD(work);
        }
        ADD(ring);
        finish(delay_name[width]);

        oct_extremes extremes;
        memset(&extremes, 0, sizeof extremes);
        start(weigh_name[width]);
        for (int t = 0; t < TILES; t++) {
            fill_modifiers();
            fill_range(work, -120.0f, 60.0f);
            K->weigh[width](modifiers, (size_t)(t & 1), &extremes, work, TILE);
            ADD(work);
        }
        ADD(extremes);
        finish(weigh_name[width]);
    }
}

static oct_ramp ramp(float low, float high) {
    oct_ramp r;
    for (int i = 0; i < 16; i++) {
        r.from[i] = between(low, high);
        r.step[i] = bits() % 2 ? between(-0.001f, 0.001f) : 0.0f;
        r.frame[i] = (float)(bits() % 1000);
    }
    return r;
}

static void remaining(void) {
    oct_ramps ramps;
    start("modify");
    for (int t = 0; t < TILES; t++) {
        if (t % 10 == 0) {
            oct_ramp *all[] = { &ramps.sign_above, &ramps.sign_below, &ramps.gain,  &ramps.band_mix, &ramps.mask,
                                &ramps.heard,      &ramps.mix,        &ramps.delta, &ramps.listen };
            for (size_t k = 0; k < sizeof all / sizeof *all; k++) *all[k] = ramp(-1.0f, 1.0f);
            for (int i = 0; i < 16; i++) ramps.touched[i] = bits() % 3 ? 1.0f : 0.0f;
        }
        K->modify(&ramps, modifiers, TILE);
        ADD(modifiers);
    }
    ADD(ramps);
    finish("modify");

    start("crossfade");
    for (int t = 0; t < TILES; t++) {
        const oct_ramp amount = ramp(0.0f, 1.0f);
        fill_lines(side);
        fill_lines(work);
        K->crossfade(&amount, side, work, TILE);
        ADD(work);
    }
    finish("crossfade");

    start("rows");
    for (int t = 0; t < TILES; t++) {
        fill_lines(lines);
        K->rows(lines, out, TILE, TILE);
        ADD(out);
    }
    finish("rows");
}

/* The linear mode. */
enum { CHUNKS = 8, PAIRS = 16, FILTERS = 7 };
static void fill_floats(float *into, size_t length) {
    const uint32_t kind = bits();
    for (size_t i = 0; i < length; i++) into[i] = sample(kind);
}
static void spectra(void) {
    static const char *const sum_name[3] = { "sum_narrow", "sum_wide", "sum_mid_side" };
    static float spectrum[32 * CHUNKS], rest[2 * TILE], bands[FILTERS * 2 * TILE];
    static oct_bins bins[CHUNKS * 3], history[2 * PAIRS], results[FILTERS];
    static oct_sums sums[PAIRS];
    static oct_taps taps[PAIRS * FILTERS];
    for (int form = 0; form < 3; form++) {
        oct_decode decode;
        start(sum_name[form]);
        for (int i = 0; i < 16; i++) {
            decode.own_same[i] = decode.own_cross[i] = 0.5f;
            decode.other_same[i] = i & 1 ? -0.5f : 0.5f;
            decode.other_cross[i] = -decode.other_same[i];
        }
        for (int t = 0; t < TILES; t++) {
            fill_rows();
            fill_lines(lines);
            fill_range(weights, 0.0f, 2.0f);
            K->sum[form](lines, weights, &decode, gain, (size_t)(t & 1), out, out + TILE, TILE);
            add(out, 2 * TILE * sizeof *out);
        }
        finish(sum_name[form]);
    }
    start("fold");
    for (int t = 0; t < TILES; t++) {
        fill_floats(spectrum, sizeof spectrum / sizeof *spectrum);
        K->fold(spectrum, bins, 3, CHUNKS);
        ADD(bins);
    }
    finish("fold");
    start("unfold");
    for (int t = 0; t < TILES; t++) {
        fill_floats((float *)bins, 32 * 3 * CHUNKS);
        K->unfold(bins, 3, spectrum, CHUNKS);
        ADD(spectrum);
    }
    finish("unfold");
    start("convolve");
    for (int t = 0; t < TILES; t++) {
        fill_floats((float *)history, 32 * 2 * PAIRS);
        fill_floats((float *)taps, 16 * PAIRS * FILTERS);
        K->convolve((size_t)(t & 1), history, (size_t)t % (2 * PAIRS), sums, PAIRS, taps, results, FILTERS);
        ADD(results);
    }
    finish("convolve");
    start("gather");
    for (int t = 0; t < TILES; t++) {
        fill_floats(bands, sizeof bands / sizeof *bands);
        fill_floats(rest, sizeof rest / sizeof *rest);
        K->gather(bands, 2 * TILE, (size_t)t % (FILTERS + 1), rest, work, TILE);
        ADD(work);
    }
    finish("gather");
}

/* Gains of 0 dB leave the bits of every normal sample alone; prints how many they did not. */
static void idle_shelves(oct_shelf *shelf, const oct_corners *corners) {
    oct_extremes extremes;
    size_t changed = 0;
    memset(&extremes, 0, sizeof extremes);
    memset(work, 0, sizeof work);
    for (int slope = 0; slope < 3; slope++)
        for (int width = 0; width < 2; width++) {
            static oct_shelf_state history;
            memset(&history, 0, sizeof history);
            for (int t = 0; t < TILES; t++) {
                fill_modifiers();
                for (int n = 0; n < TILE; n++) memset(modifiers[n].gain, 0, sizeof modifiers[n].gain);
                for (int n = 0; n < 2 * TILE; n++) pairs[n] = between(0.5f, 1.0f) * (bits() & 1 ? 1.0f : -1e-20f);
                K->shelf_coeffs[width][t & 1](corners, 1, modifiers, 1, &extremes, work, shelf, TILE);
                K->shelves[slope][width](shelf, &history, pairs, out, out + TILE, TILE);
                for (int n = 0; n < TILE; n++)
                    changed += memcmp(out + n, pairs + 2 * n, sizeof *out) != 0
                               || memcmp(out + TILE + n, pairs + 2 * n + 1, sizeof *out) != 0;
            }
        }
    printf("idle_shelves_changed_frames %zu\n", changed);
}

static void shelves(void) {
    static const char *const coeffs_name[2][2] = { { "shelf_coeffs_narrow", "shelf_coeffs_narrow_mixed" },
                                                   { "shelf_coeffs_wide", "shelf_coeffs_wide_mixed" } };
    static const char *const name[3][2] = { { "shelves12_narrow", "shelves12_wide" },
                                            { "shelves24_narrow", "shelves24_wide" },
                                            { "shelves48_narrow", "shelves48_wide" } };
    static const char *const finish_name[2] = { "finish_stereo", "finish_mid_side" };
    static oct_shelf shelf[TILE + 2 * OCT_SHELF_PAD];
    static oct_corners corners[TILE];
    oct_extremes extremes;
    for (int n = 0; n < TILE; n++) {
        float g = 0.002f;
        for (int i = 0; i < 8; i++, g *= 2.4f) corners[n].g[i] = i ? g * (1.0f + 0.001f * (float)n) : 0.0f;
        corners[n].octaves = 0.04152410f;
    }
    for (int width = 0; width < 2; width++)
        for (int mixed = 0; mixed < 2; mixed++) {
            memset(&extremes, 0, sizeof extremes);
            memset(shelf, 0, sizeof shelf);
            start(coeffs_name[width][mixed]);
            for (int t = 0; t < TILES; t++) {
                fill_modifiers();
                for (int i = 0; mixed && i < 16; i++) modifiers[t % TILE].mix[i] = unit();
                fill_range(work, -60.0f, 30.0f);
                K->shelf_coeffs[width][mixed](corners, (size_t)(t & 1), modifiers, (size_t)(t >> 1 & 1), &extremes, work,
                                              shelf, TILE);
                ADD(shelf);
            }
            ADD(extremes);
            finish(coeffs_name[width][mixed]);
        }
    for (int slope = 0; slope < 3; slope++)
        for (int width = 0; width < 2; width++) {
            static oct_shelf_state history;
            memset(&history, 0, sizeof history);
            start(name[slope][width]);
            for (int t = 0; t < TILES; t++) {
                fill_modifiers();
                fill_rows();
                fill_range(work, -20.0f, 10.0f);
                const size_t frames = (size_t)(t % 3 ? TILE : t % TILE);
                K->shelf_coeffs[width][0](corners, 1, modifiers, 0, &extremes, work, shelf, frames);
                K->shelves[slope][width](shelf, &history, pairs, out, out + TILE, frames);
                add(out, 2 * TILE * sizeof *out);
            }
            ADD(history);
            finish(name[slope][width]);
        }
    idle_shelves(shelf, corners);
    start("mid_side");
    for (int t = 0; t < TILES; t++) {
        fill_rows();
        K->mid_side(pairs, out, TILE);
        add(out, 2 * TILE * sizeof *out);
    }
    finish("mid_side");
    for (int coded = 0; coded < 2; coded++) {
        start(finish_name[coded]);
        for (int t = 0; t < TILES; t++) {
            fill_rows();
            for (int n = 0; n < TILE; n++) out[n] = unit();
            K->finish[coded](pairs, out, (size_t)(t & 1), gain, (size_t)(t >> 1 & 1), rows[0], rows[1], TILE);
            ADD(rows);
        }
        finish(finish_name[coded]);
    }
}

/* Many steps through the whole tree, without a fresh start: differences would pile up. */
static void long_filter(void) {
    static const char *const name[3] = { "100000_steps_12", "1000000_steps_24", "100000_steps_48" };
    static const int steps[3] = { 100000, 1000000, 100000 };
    for (int slope = 0; slope < 3; slope++) {
        static oct_down_state down;
        static oct_up_state up;
        static oct_decode decode;
        memset(&down, 0, sizeof down);
        memset(&up, 0, sizeof up);
        start(name[slope]);
        fill_trees(slope);
        fill_range(weights, 0.5f, 2.0f);
        for (int at = 0; at < steps[slope]; at += TILE) {
            for (int n = 0; n < 2 * TILE; n++) pairs[n] = at % 5000 < 3000 ? between(-1.0f, 1.0f) : 0.0f;
            const size_t frames = steps[slope] - at < TILE ? (size_t)(steps[slope] - at) : TILE;
            K->down[slope](trees, 0, &down, pairs, lines, frames);
            K->up[slope][1](trees, 0, &up, lines, weights, &decode, gain, 0, out, out + TILE, frames);
            add(out, 2 * TILE * sizeof *out);
        }
        ADD(down);
        ADD(up);
        finish(name[slope]);
    }
}

int main(void) {
    /* Filled before anything reads it. */
    for (int n = 0; n < TILE; n++) gain[n] = 0.75f;
    const uint64_t mode = oct_fp_enter();
    interleave();
    crossover();
    detectors();
    dynamics();
    remaining();
    spectra();
    shelves();
    long_filter();
    oct_fp_leave(mode);
    return 0;
}
