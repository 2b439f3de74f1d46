/* The border between the caller's rows and the lines inside. Rows may start at any float. */
#include "lanes.h"

OCT_INLINE v8 is_finite(v8 x) {
    const v8 magnitude = i8_float_bits(i8_set(0x7fffffff)), infinity = i8_float_bits(i8_set(0x7f800000));
    return v8_lt(v8_and(x, magnitude), infinity);
}

/* Non-finite to 0, then to within +-1e6, then gain. */
OCT_INLINE v8 clean(v8 x, v8 finite, v8 gain) {
    return v8_mul(v8_max(v8_min(v8_and(finite, x), v8_set(1.0e6f)), v8_set(-1.0e6f)), gain);
}

/* Eight frames; where something was not finite, `all` loses bits. */
OCT_INLINE v8 clean_pairs(v8 l, v8 r, v8 gain, float *pairs, v8 all) {
    v8 finite_l = is_finite(l), finite_r = is_finite(r);
    v8_store_pairs(pairs, clean(l, finite_l, gain), clean(r, finite_r, gain));
    return v8_and(all, v8_and(finite_l, finite_r));
}

int32_t OCT_FN(interleave)(const float *OCT_RESTRICT l, const float *OCT_RESTRICT r, const float *OCT_RESTRICT gain,
                           size_t gain_step, float *OCT_RESTRICT pairs, size_t frames) {
    if (frames == 0) return 1; /* then there may be no gain to hold */
    const v8 held = v8_set(gain[0]);
    v8 all = i8_float_bits(i8_set(-1));
    size_t n = 0;
    for (; n + 8 <= frames; n += 8) {
        v8 g = gain_step ? v8_load(gain + n) : held;
        all = clean_pairs(v8_load(l + n), v8_load(r + n), g, pairs + 2 * n, all);
    }
    if (n < frames) {
        /* The last frames go through the same vector code, so that they round alike. */
        float row[3][8] = { { 0 } }, out[16];
        const size_t rest = frames - n;
        for (size_t i = 0; i < rest; i++) {
            row[0][i] = l[n + i];
            row[1][i] = r[n + i];
            row[2][i] = gain[gain_step * (n + i)];
        }
        all = clean_pairs(v8_load(row[0]), v8_load(row[1]), v8_load(row[2]), out, all);
        for (size_t i = 0; i < 2 * rest; i++) pairs[2 * n + i] = out[i];
    }
    return v8_all(all);
}

void OCT_FN(rows)(const oct_line *OCT_RESTRICT lines, float *OCT_RESTRICT rows, size_t stride, size_t frames) {
    for (size_t n = 0; n < frames; n++)
        for (size_t lane = 0; lane < 16; lane++) rows[lane * stride + n] = lines[n].lane[lane];
}
