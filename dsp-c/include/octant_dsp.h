/* The whole C interface of Octant: data layouts and the kernel table of one instruction set.
 *
 * Memory belongs to the caller; no kernel allocates, calls back, or keeps a pointer after it returns.
 * Pointers of one call do not overlap. `float *` rows may be aligned to 4 bytes; the structs to 64.
 * Every length may be 0. All kernels are real-time safe.
 *
 * A *line* is one frame: 8 bands x 2 channels x float = 64 bytes, one cache line. Lanes, as (left, right) pairs of
 * the slots S1 ... S8 of the crossover tree, lowest band first:
 *
 *     lanes  0 1   2 3   4 5   6 7  |  8 9  10 11  12 13  14 15
 *             S1    S5    S3    S7  |   S2    S6    S4    S8
 *             low sides of X1 X5 X3 X7 |  high sides of the same
 *
 * In this order every step of the tree, down and up, works on whole registers without a shuffle:
 *
 *                        X4
 *             +----------+----------+
 *            X2                     X6
 *        +----+----+           +----+----+
 *       X1        X3          X5        X7
 *      S1 S2     S3 S4       S5 S6     S7 S8
 *
 * "Narrow" data hold one number per band (channels fully linked, or one channel), 8 lanes:
 * S1 S2 S5 S6 S3 S4 S7 S8; the other 8 lanes of a line are unused. "Wide" data use all 16 lanes.
 */
#ifndef OCTANT_DSP_H
#define OCTANT_DSP_H

#include <stddef.h>
#include <stdint.h>

#if defined(_MSC_VER)
#define OCT_ALIGNED(n) __declspec(align(n))
#define OCT_RESTRICT __restrict
#else
#define OCT_ALIGNED(n) _Alignas(n)
#define OCT_RESTRICT restrict
#endif

/* One frame of bands, weights, levels or gains. */
typedef struct oct_line {
    OCT_ALIGNED(64) float lane[16];
} oct_line;

/* Filter coefficients of one tree level, 4 lanes. A and B are the two section kinds of a slope; k = 1/Q.
 * 24 dB: A only (k = sqrt 2). 48 dB: A and B. 12 dB (one pole): a_a = g/(1+g), a2_a = twice that.
 *   gk = g + k, a = g/(1 + g*(g + k)), a2 = 2a, g2 = 2g;  g = tan(pi f/fs), 0 switches a crossover off. */
typedef struct oct_section4 {
    OCT_ALIGNED(64) float g[4];
    float g2[4], gk_a[4], a_a[4], a2_a[4], gk_b[4], a_b[4], a2_b[4];
} oct_section4;

/* The same for 8 lanes. */
typedef struct oct_section8 {
    OCT_ALIGNED(64) float g[8];
    float g2[8], gk_a[8], a_a[8], a2_a[8], gk_b[8], a_b[8], a2_b[8];
} oct_section8;

/* All crossovers of the tree at one frame, lanes as the steps need them:
 *   down1 X4 X4 - -   down2 X2 X2 X6 X6   down3 X1 X1 X5 X5 X3 X3 X7 X7
 *   up1 X3 X3 X7 X7 X1 X1 X5 X5   up2 X5 X5 X1 X1   up3 X6 X6 X2 X2   up4 X7 X7 X3 X3 */
typedef struct oct_tree {
    oct_section4 down1, down2;
    oct_section8 down3, up1;
    oct_section4 up2, up3, up4;
} oct_tree;

/* g of every lane of `oct_tree` (down1 ... up4) at both ends of a 16-frame stretch. */
typedef struct oct_glide {
    OCT_ALIGNED(64) float from[40];
    float to[40];
    float k_a, k_b; /* damping of the sections; unused at 12 dB */
} oct_glide;

/* History of the splits: sections A ... of each level, s1 then s2. 12 dB uses s1 only. */
typedef struct oct_down_state {
    OCT_ALIGNED(64) float level1[5][2][4];
    float level2[5][2][4];
    float level3[5][2][8];
} oct_down_state;

/* History of the all-passes on the way up. */
typedef struct oct_up_state {
    OCT_ALIGNED(64) float step1[2][2][8];
    float step2[2][2][4], step3[2][2][4], step4[2][2][4];
} oct_up_state;

/* What the detectors read: lane = same * x + cross * (x of the other channel), x from the sidechain where `external`
 * has all bits set, from the main lines where it has none. Stereo: 1, 0. Mid/side: (.5, .5) and (-.5, .5). */
typedef struct oct_source {
    OCT_ALIGNED(64) float same[16];
    float cross[16];
    uint32_t external[16];
} oct_source;

/* Mean square of the rms detector, wide. kappa = 0 leaves a lane's state and power untouched. */
typedef struct oct_rms {
    OCT_ALIGNED(64) double kappa[16];
    double square[16];
    uint32_t chosen[16]; /* all bits set: this lane's power is written */
} oct_rms;

/* History of the 90-degree pair of the smooth detector, wide: what entered the four sections of both chains, and left
 * the last, in the last even and the last odd frame. */
typedef struct oct_smooth {
    OCT_ALIGNED(64) float a[2][5][16];
    float b[2][5][16];
    float late[16];      /* chain A, one frame ago */
    uint32_t chosen[16]; /* all bits set: this lane's power is written */
    uint32_t odd;        /* 1: the next frame is an odd one */
} oct_smooth;

/* One section (above or below) of the curves and ballistics. Widths, ranges and margins in dB; rates per frame. */
typedef struct oct_section {
    OCT_ALIGNED(64) float edge[16];     /* above: knee/2 - threshold; below: threshold + knee/2 */
    float knee[16];                     /* W */
    float curvature[16];                /* 1/(2W), 0 for W = 0 */
    float slope[16];                    /* |s| */
    float range[16];
    float link[16], unlink[16];         /* lambda and 1 - lambda */
    float threshold[16], hysteresis[16]; /* below only */
    double attack[16], release[16], slow[16], share[16], hold[16];
} oct_section;

/* History of one section: envelope after release, after attack, slow envelope, hold counter (frames), gate open
 * (1.0 or 0.0). */
typedef struct oct_envelope {
    OCT_ALIGNED(64) double y1[16], y[16], slow[16], hold[16];
    float open[16];
} oct_envelope;

/* Linear ramps of everything that turns gain in dB into a weight. Value at frame i: from + step * (frame + i). */
typedef struct oct_ramp {
    OCT_ALIGNED(64) float from[16];
    float step[16], frame[16];
} oct_ramp;

typedef struct oct_ramps {
    oct_ramp sign_above, sign_below, gain, band_mix, mask, heard, mix, delta, listen;
    OCT_ALIGNED(64) float touched[16]; /* 1 where the band works on the channel, else 0 */
} oct_ramps;

/* What the ramps come to at one frame: gain_db = sign_above*yA - sign_below*yB, weight = base + scale*10^((gain_db +
 * gain)/20). `mix` is the dry/wet of the band alone, whatever is muted or listened to: what shelves need. */
typedef struct oct_modifier {
    OCT_ALIGNED(64) float sign_above[16];
    float sign_below[16], gain[16], base[16], scale[16], mix[16];
} oct_modifier;

/* Extremes since the caller last cleared them. */
typedef struct oct_extremes {
    OCT_ALIGNED(64) float level_db[16]; /* highest */
    float lowest_db[16], highest_db[16]; /* dynamic gain */
} oct_extremes;

/* Lanes that the bands' outputs mix: left = same*own + cross*other, see DSP of mid/side. 0.5/0.5 and 0.5/-0.5 in
 * mid/side lanes, 1/0 and 0/0 in stereo lanes. */
typedef struct oct_decode {
    OCT_ALIGNED(64) float own_same[16];
    float own_cross[16], other_same[16], other_cross[16];
} oct_decode;

/* Spectra of the linear mode. One complex transform of N = 2B points carries both channels, left as real part, right as
 * imaginary part. Its bins are kept in B/8 chunks; chunk c has the bins 8c+j (up) and N-8c-j (down), j = 0 ... 7, because
 * a real filter has the same numbers for both. Lane 0 of chunk 0 has bin 0 and, as down, bin B. */
typedef struct oct_bins {
    OCT_ALIGNED(64) float up_re[8];
    float up_im[8], down_re[8], down_im[8];
} oct_bins;

/* Of two blocks of input that meet the same taps of a symmetric filter: what its real part multiplies, and its
 * imaginary part. */
typedef struct oct_sums {
    oct_bins real, imaginary;
} oct_sums;

/* One chunk of the spectrum of one partition of a filter: bins 8c+j. Lane 0 of chunk 0 has the real numbers of bin 0 and
 * of bin B. */
typedef struct oct_taps {
    OCT_ALIGNED(64) float real[8];
    float imaginary[8];
} oct_taps;

/* Corners of the shelves at one frame: g = tan(pi f/fs) of X1 ... X7 in lanes 1 ... 7; lane 0 is 0. `octaves`: by so much
 * moves log2 r per dB of difference, log2(10)/(40 N), N = slope/6. */
typedef struct oct_corners {
    OCT_ALIGNED(64) float g[8];
    float octaves;
} oct_corners;

/* Eight shelves at one frame: g*r and r of the first channel, or both, in lanes 0-7, of the second in 8-15. */
typedef struct oct_shelf {
    OCT_ALIGNED(64) float g[16];
    float r[16];
} oct_shelf;

/* Rows of zeros before and after those of the frames: a lane waits there for its first frame or for the others' last. */
enum { OCT_SHELF_PAD = 7 };

/* History of the shelves: [channel][section][s1, s2][lane]. */
typedef struct oct_shelf_state {
    OCT_ALIGNED(64) float s[2][4][2][8];
} oct_shelf_state;

/* `…_step` arguments: 0 holds the first element for all frames, 1 moves on with every frame. */
typedef struct oct_kernels {
    /* Non-finite to 0, clamp to +-1e6, times gain: rows l and r to (left, right) pairs. 1 if all samples were finite,
     * else 0. */
    int32_t (*interleave)(const float *OCT_RESTRICT l, const float *OCT_RESTRICT r, const float *OCT_RESTRICT gain,
                          size_t gain_step, float *OCT_RESTRICT pairs, size_t frames);
    /* The tree down, [slope 12, 24, 48]: pairs to lines. */
    void (*down[3])(const oct_tree *OCT_RESTRICT tree, size_t tree_step, oct_down_state *OCT_RESTRICT state,
                    const float *OCT_RESTRICT pairs, oct_line *OCT_RESTRICT lines, size_t frames);
    /* The tree up, [slope][0 narrow weights, 1 wide, 2 wide with mid/side]: weighted lines to rows l and r. */
    void (*up[3][3])(const oct_tree *OCT_RESTRICT tree, size_t tree_step, oct_up_state *OCT_RESTRICT state,
                     const oct_line *OCT_RESTRICT lines, const oct_line *OCT_RESTRICT weights,
                     const oct_decode *OCT_RESTRICT decode, const float *OCT_RESTRICT gain, size_t gain_step,
                     float *OCT_RESTRICT l, float *OCT_RESTRICT r, size_t frames);
    /* Without a tree: the weighted bands of each line are added up; [0 narrow weights, 1 wide, 2 wide with mid/side]. */
    void (*sum[3])(const oct_line *OCT_RESTRICT lines, const oct_line *OCT_RESTRICT weights,
                   const oct_decode *OCT_RESTRICT decode, const float *OCT_RESTRICT gain, size_t gain_step,
                   float *OCT_RESTRICT l, float *OCT_RESTRICT r, size_t frames);
    /* Coefficients of frames phase ... phase+frames-1 of a 16-frame stretch; [slope]. phase + frames <= 16. */
    void (*glide[3])(const oct_glide *OCT_RESTRICT ends, size_t phase, oct_tree *OCT_RESTRICT tree, size_t frames);
    /* Chooses what the detectors read. `side` may be NULL: then no lane is external. */
    void (*source)(const oct_source *OCT_RESTRICT source, const oct_line *OCT_RESTRICT lines,
                   const oct_line *OCT_RESTRICT side, oct_line *OCT_RESTRICT read, size_t frames);
    /* Peak detectors only: lines to levels in dB; [0 narrow, 1 wide]. Raises extremes->level_db. */
    void (*level_peak[2])(const oct_line *OCT_RESTRICT lines, oct_extremes *OCT_RESTRICT extremes,
                          oct_line *OCT_RESTRICT levels, size_t frames);
    /* Power for the peak detectors: x*x. */
    void (*power_peak)(const oct_line *OCT_RESTRICT lines, oct_line *OCT_RESTRICT power, size_t frames);
    /* Power for the rms detectors, written to the chosen lanes: twice the mean square. */
    void (*power_rms)(oct_rms *OCT_RESTRICT state, const oct_line *OCT_RESTRICT lines, oct_line *OCT_RESTRICT power,
                      size_t frames);
    /* Power for the smooth detectors, written to the chosen lanes: I*I + Q*Q. */
    void (*power_smooth)(oct_smooth *OCT_RESTRICT state, const oct_line *OCT_RESTRICT lines,
                         oct_line *OCT_RESTRICT power, size_t frames);
    /* Wide power to levels in dB, in place; [0 to narrow, 1 wide]. Raises extremes->level_db. */
    void (*level_power[2])(oct_extremes *OCT_RESTRICT extremes, oct_line *OCT_RESTRICT levels, size_t frames);
    /* Curve, link and ballistics of one section: levels to gains in dB, [0 narrow, 1 wide][0 plain, 1 with hold,
     * automatic release and hysteresis]. `above` writes gains, `below` subtracts from them. */
    void (*above[2][2])(const oct_section *OCT_RESTRICT section, oct_envelope *OCT_RESTRICT envelope,
                        const oct_modifier *OCT_RESTRICT modifiers, size_t modifier_step,
                        const oct_line *OCT_RESTRICT levels, oct_line *OCT_RESTRICT gains, size_t frames);
    void (*below[2][2])(const oct_section *OCT_RESTRICT section, oct_envelope *OCT_RESTRICT envelope,
                        const oct_modifier *OCT_RESTRICT modifiers, size_t modifier_step,
                        const oct_line *OCT_RESTRICT levels, oct_line *OCT_RESTRICT gains, size_t frames);
    /* Delays the gain of every lane by `delay` frames through a ring of `mask + 1` lines (a power of two, greater than
     * the longest delay, at most 2^27); `at` is the ring index of the first frame. In place; [0 narrow, 1 wide]. */
    void (*delay_gains[2])(const uint32_t *OCT_RESTRICT delay, oct_line *OCT_RESTRICT ring, size_t mask, size_t at,
                           oct_line *OCT_RESTRICT gains, size_t frames);
    /* Gains in dB to weights, in place; [0 narrow, 1 wide]. Widens extremes->lowest_db ... highest_db. */
    void (*weigh[2])(const oct_modifier *OCT_RESTRICT modifiers, size_t modifier_step,
                     oct_extremes *OCT_RESTRICT extremes, oct_line *OCT_RESTRICT gains, size_t frames);
    /* Ramps to modifiers, frame by frame, all 16 lanes. Moves the ramps on by `frames`. */
    void (*modify)(oct_ramps *OCT_RESTRICT ramps, oct_modifier *OCT_RESTRICT modifiers, size_t frames);
    /* lines += amount * (side - lines), amount ramping per lane: sidechain listening. */
    void (*crossfade)(const oct_ramp *OCT_RESTRICT amount, const oct_line *OCT_RESTRICT side,
                      oct_line *OCT_RESTRICT lines, size_t frames);
    /* Lines to 16 rows, in the order of the lanes, one after another, `stride` floats apart. */
    void (*rows)(const oct_line *OCT_RESTRICT lines, float *OCT_RESTRICT rows, size_t stride, size_t frames);
    /* Spectrum of 16*chunks (re, im) pairs to chunks, `stride` structs apart. */
    void (*fold)(const float *OCT_RESTRICT spectrum, oct_bins *OCT_RESTRICT bins, size_t stride, size_t chunks);
    /* And back. */
    void (*unfold)(const oct_bins *OCT_RESTRICT bins, size_t stride, float *OCT_RESTRICT spectrum, size_t chunks);
    /* One chunk of the convolution of `filters` symmetric filters of 2*pairs partitions. `history` has the chunk of the
     * last 2*pairs blocks of input (a power of two), the newest at index `newest`, older ones below it, cyclically.
     * `taps`: filter after filter, the first half of the partitions; the other half mirrors it. `first`: chunk 0.
     * Writes sums[pairs] and one result per filter. */
    void (*convolve)(size_t first, const oct_bins *OCT_RESTRICT history, size_t newest, oct_sums *OCT_RESTRICT sums,
                     size_t pairs, const oct_taps *OCT_RESTRICT taps, oct_bins *OCT_RESTRICT results, size_t filters);
    /* Lines of `rows` + 1 bands in the highest slots, the others 0. `pairs`: (left, right) rows of all bands but the
     * highest, `stride` floats apart; `rest`: the sum of all bands, of which the highest is left over. */
    void (*gather)(const float *OCT_RESTRICT pairs, size_t stride, size_t rows, float *OCT_RESTRICT rest,
                   oct_line *OCT_RESTRICT lines, size_t frames);
    /* Gains in dB to rows of shelves, frames + 2 OCT_SHELF_PAD of them; [0 narrow, 1 wide][0 every mix is 0 or 1, 1 any].
     * Widens extremes->lowest_db ... highest_db. */
    void (*shelf_coeffs[2][2])(const oct_corners *OCT_RESTRICT corners, size_t corner_step,
                               const oct_modifier *OCT_RESTRICT modifiers, size_t modifier_step,
                               oct_extremes *OCT_RESTRICT extremes, const oct_line *OCT_RESTRICT gains,
                               oct_shelf *OCT_RESTRICT shelves, size_t frames);
    /* Pairs through the shelves to rows l and r, [slope 12, 24, 48][0 narrow, 1 wide]; frames + 2 OCT_SHELF_PAD rows. */
    void (*shelves[3][2])(const oct_shelf *OCT_RESTRICT rows, oct_shelf_state *OCT_RESTRICT state,
                          const float *OCT_RESTRICT pairs, float *OCT_RESTRICT l, float *OCT_RESTRICT r, size_t frames);
    /* (left, right) pairs to (mid, side) pairs: half the sum, half the difference. */
    void (*mid_side)(const float *OCT_RESTRICT pairs, float *OCT_RESTRICT coded, size_t frames);
    /* Rows from the shelves, in place: [1: mid and side back to left and right], less delta * pairs, times gain. */
    void (*finish[2])(const float *OCT_RESTRICT pairs, const float *OCT_RESTRICT delta, size_t delta_step,
                      const float *OCT_RESTRICT gain, size_t gain_step, float *OCT_RESTRICT l, float *OCT_RESTRICT r,
                      size_t frames);
} oct_kernels;

/* Sets flush-to-zero, denormals-are-zero and rounding to nearest, returns the old mode for oct_fp_leave. */
uint64_t oct_fp_enter(void);
void oct_fp_leave(uint64_t mode);

#if defined(__x86_64__) || defined(_M_X64)
extern const oct_kernels oct_baseline_kernels; /* SSE2, what every x86-64 has */
extern const oct_kernels oct_v3_kernels;       /* AVX2 and FMA */
#elif defined(__aarch64__) || defined(_M_ARM64)
extern const oct_kernels oct_neon_kernels;
#endif

_Static_assert(sizeof(oct_line) == 64, "a line is a cache line");
_Static_assert(sizeof(oct_section4) == 128 && sizeof(oct_section8) == 256, "section layout");
_Static_assert(sizeof(oct_tree) == 1152 && sizeof(oct_glide) == 384, "tree layout");
_Static_assert(sizeof(oct_down_state) == 640 && sizeof(oct_up_state) == 320, "filter history layout");
_Static_assert(sizeof(oct_source) == 192 && sizeof(oct_rms) == 320 && sizeof(oct_smooth) == 1472, "detector layout");
_Static_assert(sizeof(oct_section) == 1216 && sizeof(oct_envelope) == 576, "dynamics layout");
_Static_assert(sizeof(oct_bins) == 128 && sizeof(oct_sums) == 256 && sizeof(oct_taps) == 64, "spectrum layout");
_Static_assert(sizeof(oct_ramp) == 192 && sizeof(oct_ramps) == 1792 && sizeof(oct_modifier) == 384, "ramp layout");
_Static_assert(sizeof(oct_extremes) == 192 && sizeof(oct_decode) == 256, "output layout");
_Static_assert(sizeof(oct_corners) == 64 && sizeof(oct_shelf) == 128 && sizeof(oct_shelf_state) == 512, "shelf layout");

#endif
