/* The crossover tree up: weighted lines to the caller's rows. And the plain sum of the linear mode.
 *
 * At a node each side passes the all-passes of the crossovers on the other side, in ascending order; the sums of a
 * frame rise through 8, then 4 lanes, and leave as two. */
#include "crossover.h"

enum { NARROW, WIDE, MID_SIDE };
enum { ALLPASSES_12 = 1, ALLPASSES_24 = 1, ALLPASSES_48 = 2 };

/* Sum of both bands of every pair, weighted. The low sides' product is fused last in all three forms: with equal
 * weights mid/side gives the bits of stereo. */
OCT_INLINE v8 weighted(int form, const oct_line *line, const oct_line *weights, const oct_decode *d) {
    v8 low = v8_load(line->lane), high = v8_load(line->lane + 8);
    if (form == NARROW) {
        v8 w = v8_load(weights->lane);
        return v8_fma(v8_even(w), low, v8_mul(v8_odd(w), high));
    }
    v8 wl = v8_load(weights->lane), wh = v8_load(weights->lane + 8);
    if (form == WIDE) return v8_fma(wl, low, v8_mul(wh, high));
    v8 xl = v8_swap(wl), xh = v8_swap(wh);
    v8 own_l = v8_fma(v8_load(d->own_same), wl, v8_mul(v8_load(d->own_cross), xl));
    v8 own_h = v8_fma(v8_load(d->own_same + 8), wh, v8_mul(v8_load(d->own_cross + 8), xh));
    v8 other_l = v8_fma(v8_load(d->other_same), wl, v8_mul(v8_load(d->other_cross), xl));
    v8 other_h = v8_fma(v8_load(d->other_same + 8), wh, v8_mul(v8_load(d->other_cross + 8), xh));
    v8 sum = v8_fma(other_h, v8_swap(high), v8_mul(own_h, high));
    return v8_fma(own_l, low, v8_fma(other_l, v8_swap(low), sum));
}

#define DEFINE_UP(slope)                                                                                                \
    OCT_INLINE void up_##slope(int form, const oct_tree *tree, size_t tree_step, oct_up_state *state,                   \
                               const oct_line *lines, const oct_line *weights, const oct_decode *decode,                \
                               const float *gain, size_t gain_step, float *l, float *r, size_t frames) {                \
        state_v8 s1[ALLPASSES_##slope];                                                                                 \
        state_v4 s2[ALLPASSES_##slope], s3[ALLPASSES_##slope], s4[ALLPASSES_##slope];                                   \
        for (int i = 0; i < ALLPASSES_##slope; i++) {                                                                   \
            s1[i] = state_load_v8(state->step1[i]);                                                                     \
            s2[i] = state_load_v4(state->step2[i]);                                                                     \
            s3[i] = state_load_v4(state->step3[i]);                                                                     \
            s4[i] = state_load_v4(state->step4[i]);                                                                     \
        }                                                                                                               \
        for (size_t n = 0; n < frames; n++, tree += tree_step, gain += gain_step) {                                     \
            v8 pairs = allpass##slope##_v8(&tree->up1, s1, weighted(form, lines + n, weights + n, decode));             \
            v4 x = v8_add_halves(pairs);                                                                                \
            x = allpass##slope##_v4(&tree->up2, s2, x);                                                                 \
            x = allpass##slope##_v4(&tree->up3, s3, x);                                                                 \
            x = allpass##slope##_v4(&tree->up4, s4, x);                                                                 \
            v4_store_split(l + n, r + n, v4_mul(v4_add(x, v4_high_down(x)), v4_set(*gain)));                            \
        }                                                                                                               \
        for (int i = 0; i < ALLPASSES_##slope; i++) {                                                                   \
            state_store_v8(state->step1[i], s1[i]);                                                                     \
            state_store_v4(state->step2[i], s2[i]);                                                                     \
            state_store_v4(state->step3[i], s3[i]);                                                                     \
            state_store_v4(state->step4[i], s4[i]);                                                                     \
        }                                                                                                               \
    }

DEFINE_UP(12)
DEFINE_UP(24)
DEFINE_UP(48)

#define UP_KERNEL(slope, name, form)                                                                                    \
    void OCT_FN(up##slope##_##name)(const oct_tree *OCT_RESTRICT tree, size_t tree_step,                                \
                                    oct_up_state *OCT_RESTRICT state, const oct_line *OCT_RESTRICT lines,               \
                                    const oct_line *OCT_RESTRICT weights, const oct_decode *OCT_RESTRICT decode,        \
                                    const float *OCT_RESTRICT gain, size_t gain_step, float *OCT_RESTRICT l,            \
                                    float *OCT_RESTRICT r, size_t frames) {                                             \
        up_##slope(form, tree, tree_step, state, lines, weights, decode, gain, gain_step, l, r, frames);                \
    }
#define UP_KERNELS(slope) UP_KERNEL(slope, narrow, NARROW) UP_KERNEL(slope, wide, WIDE) UP_KERNEL(slope, mid_side, MID_SIDE)

UP_KERNELS(12)
UP_KERNELS(24)
UP_KERNELS(48)

#define SUM_KERNEL(name, form)                                                                                          \
    void OCT_FN(sum_##name)(const oct_line *OCT_RESTRICT lines, const oct_line *OCT_RESTRICT weights,                   \
                            const oct_decode *OCT_RESTRICT decode, const float *OCT_RESTRICT gain, size_t gain_step,    \
                            float *OCT_RESTRICT l, float *OCT_RESTRICT r, size_t frames) {                              \
        for (size_t n = 0; n < frames; n++, gain += gain_step) {                                                        \
            v4 x = v8_add_halves(weighted(form, lines + n, weights + n, decode));                                       \
            v4_store_split(l + n, r + n, v4_mul(v4_add(x, v4_high_down(x)), v4_set(*gain)));                            \
        }                                                                                                               \
    }

SUM_KERNEL(narrow, NARROW)
SUM_KERNEL(wide, WIDE)
SUM_KERNEL(mid_side, MID_SIDE)
