/* Power to dB and dB to gain. Polynomials by Remez exchange; errors measured over the whole mantissa range. */
#ifndef OCT_DECIBEL_H
#define OCT_DECIBEL_H

#include "lanes.h"

/* 10 log10(max(power, -144 dB)): error at most 1e-6 dB before the final rounding; exactly 0 for 1. */
OCT_INLINE v8 level_db(v8 power) {
    const i8 half_root = i8_set(0x3f3504f3); /* sqrt(1/2): mantissas from there to sqrt 2 */
    i8 bits = v8_bits(v8_max(power, v8_set(3.981071706e-15f)));
    i8 exponent = i8_exponent_down(i8_sub(bits, half_root));
    v8 t = v8_sub(i8_float_bits(i8_sub(bits, i8_exponent_up(exponent))), v8_set(1.0f));
    v8 p = v8_set(5.137332901e-01f);
    p = v8_fma(p, t, v8_set(-8.208684873e-01f));
    p = v8_fma(p, t, v8_set(8.948130170e-01f));
    p = v8_fma(p, t, v8_set(-1.080586910e+00f));
    p = v8_fma(p, t, v8_set(1.446347526e+00f));
    p = v8_fma(p, t, v8_set(-2.171557624e+00f));
    p = v8_fma(p, t, v8_set(4.342958834e+00f));
    return v8_fma(p, t, v8_mul(i8_to_float(exponent), v8_set(3.0102999566f)));
}

/* 10^(x/20): relative error at most 2e-7 beside the rounding of x; exactly 1 for 0. |x| < 700 dB. */
OCT_INLINE v8 gain_of_db(v8 x) {
    const v8 octaves = v8_set(0.16609640474f);
    i8 whole = v8_round(v8_mul(x, octaves));
    v8 f = v8_fms(x, octaves, i8_to_float(whole));
    v8 p = v8_set(1.326472761e-03f);
    p = v8_fma(p, f, v8_set(9.671512626e-03f));
    p = v8_fma(p, f, v8_set(5.550733742e-02f));
    p = v8_fma(p, f, v8_set(2.402224209e-01f));
    p = v8_fma(p, f, v8_set(6.931469776e-01f));
    p = v8_fma(p, f, v8_set(1.0f));
    return i8_float_bits(i8_add(v8_bits(p), i8_exponent_up(whole)));
}

/* 2^(x * factor): relative error at most 8e-8 beside the rounding of the product; exactly 1 for 0. The product stays
 * within +-120. */
OCT_INLINE v8 power_of_two(v8 x, v8 factor) {
    i8 whole = v8_round(v8_mul(x, factor));
    v8 f = v8_fms(x, factor, i8_to_float(whole));
    v8 p = v8_set(1.535336206e-04f);
    p = v8_fma(p, f, v8_set(1.339887456e-03f));
    p = v8_fma(p, f, v8_set(9.618437358e-03f));
    p = v8_fma(p, f, v8_set(5.550332471e-02f));
    p = v8_fma(p, f, v8_set(2.402264791e-01f));
    p = v8_fma(p, f, v8_set(6.931472029e-01f));
    p = v8_fma(p, f, v8_set(1.0f));
    return i8_float_bits(i8_add(v8_bits(p), i8_exponent_up(whole)));
}

#endif
