/* The linear mode: spectra of input times spectra of filters, and the way from there to lines. */
#include "lanes.h"

void OCT_FN(fold)(const float *OCT_RESTRICT spectrum, oct_bins *OCT_RESTRICT bins, size_t stride, size_t chunks) {
    const size_t points = 16 * chunks;
    for (size_t c = 0; c < chunks; c++, bins += stride) {
        v8 re, im;
        v8_load_pairs(spectrum + 16 * c, &re, &im);
        v8_store(bins->up_re, re);
        v8_store(bins->up_im, im);
        float ends[16];
        const float *down = spectrum + 2 * (points - 8 * c - 7);
        if (c == 0) { /* bin N is bin B here */
            memcpy(ends, down, 14 * sizeof *ends);
            memcpy(ends + 14, spectrum + points, 2 * sizeof *ends);
            down = ends;
        }
        v8_load_pairs(down, &re, &im);
        v8_store(bins->down_re, v8_reverse(re));
        v8_store(bins->down_im, v8_reverse(im));
    }
}

void OCT_FN(unfold)(const oct_bins *OCT_RESTRICT bins, size_t stride, float *OCT_RESTRICT spectrum, size_t chunks) {
    const size_t points = 16 * chunks;
    for (size_t c = 0; c < chunks; c++, bins += stride) {
        v8_store_pairs(spectrum + 16 * c, v8_load(bins->up_re), v8_load(bins->up_im));
        v8 re = v8_reverse(v8_load(bins->down_re)), im = v8_reverse(v8_load(bins->down_im));
        float *down = spectrum + 2 * (points - 8 * c - 7);
        if (c > 0) {
            v8_store_pairs(down, re, im);
        } else {
            float ends[16];
            v8_store_pairs(ends, re, im);
            memcpy(down, ends, 14 * sizeof *ends);
            memcpy(spectrum + points, ends + 14, 2 * sizeof *ends);
        }
    }
}

/* The later block met the mirrored half of the filter: (-1)^k conj(H). So the sum of both meets the real part of H and
 * j times their difference the imaginary part, whose sign is the other one in the bins going down. */
OCT_INLINE void add_blocks(const oct_bins *early, const oct_bins *late, oct_sums *sums) {
    const float signs[8] = { 1, -1, 1, -1, 1, -1, 1, -1 };
    const v8 sign = v8_load(signs);
    v8 x = v8_load(early->up_re), y = v8_load(late->up_re);
    v8_store(sums->real.up_re, v8_fma(sign, y, x));
    v8_store(sums->imaginary.up_im, v8_fnma(sign, y, x));
    x = v8_load(early->up_im), y = v8_load(late->up_im);
    v8_store(sums->real.up_im, v8_fma(sign, y, x));
    v8_store(sums->imaginary.up_re, v8_fms(sign, y, x));
    x = v8_load(early->down_re), y = v8_load(late->down_re);
    v8_store(sums->real.down_re, v8_fma(sign, y, x));
    v8_store(sums->imaginary.down_im, v8_fms(sign, y, x));
    x = v8_load(early->down_im), y = v8_load(late->down_im);
    v8_store(sums->real.down_im, v8_fma(sign, y, x));
    v8_store(sums->imaginary.down_re, v8_fnma(sign, y, x));
}

void OCT_FN(convolve)(size_t first, const oct_bins *OCT_RESTRICT history, size_t newest, oct_sums *OCT_RESTRICT sums,
                      size_t pairs, const oct_taps *OCT_RESTRICT taps, oct_bins *OCT_RESTRICT results, size_t filters) {
    const size_t mask = 2 * pairs - 1;
    for (size_t p = 0; p < pairs; p++) {
        add_blocks(history + ((newest - p) & mask), history + ((newest + 1 + p) & mask), sums + p);
        if (first) { /* bins 0 and B have no imaginary part: its place holds the real part of bin B */
            oct_bins *real = &sums[p].real, *imaginary = &sums[p].imaginary;
            imaginary->up_re[0] = imaginary->up_im[0] = 0.0f;
            imaginary->down_re[0] = real->down_re[0];
            imaginary->down_im[0] = real->down_im[0];
            real->down_re[0] = real->down_im[0] = 0.0f;
        }
    }
    for (size_t f = 0; f < filters; f++, taps += pairs, results++) {
        /* Two sums each: one would wait for its own last addition. */
        v8 a = v8_set(0.0f), b = a, c = a, d = a, e = a, g = a, h = a, i = a;
        for (size_t p = 0; p < pairs; p++) {
            const v8 real = v8_load(taps[p].real), imaginary = v8_load(taps[p].imaginary);
            a = v8_fma(real, v8_load(sums[p].real.up_re), a);
            b = v8_fma(real, v8_load(sums[p].real.up_im), b);
            c = v8_fma(real, v8_load(sums[p].real.down_re), c);
            d = v8_fma(real, v8_load(sums[p].real.down_im), d);
            e = v8_fma(imaginary, v8_load(sums[p].imaginary.up_re), e);
            g = v8_fma(imaginary, v8_load(sums[p].imaginary.up_im), g);
            h = v8_fma(imaginary, v8_load(sums[p].imaginary.down_re), h);
            i = v8_fma(imaginary, v8_load(sums[p].imaginary.down_im), i);
        }
        v8_store(results->up_re, v8_add(a, e));
        v8_store(results->up_im, v8_add(b, g));
        v8_store(results->down_re, v8_add(c, h));
        v8_store(results->down_im, v8_add(d, i));
    }
}

/* Slots in the order of a line's pairs of pairs. */
static const size_t SLOT_AT[4][2] = { { 0, 4 }, { 2, 6 }, { 1, 5 }, { 3, 7 } };

void OCT_FN(gather)(const float *OCT_RESTRICT pairs, size_t stride, size_t rows, float *OCT_RESTRICT rest,
                    oct_line *OCT_RESTRICT lines, size_t frames) {
    static const float silence[2] = { 0 };
    const size_t floats = 2 * frames;
    size_t n = 0;
    for (; n + 8 <= floats; n += 8) {
        v8 x = v8_load(rest + n);
        for (size_t row = 0; row < rows; row++) x = v8_sub(x, v8_load(pairs + row * stride + n));
        v8_store(rest + n, x);
    }
    for (; n < floats; n++)
        for (size_t row = 0; row < rows; row++) rest[n] -= pairs[row * stride + n];
    for (size_t quarter = 0; quarter < 4; quarter++) {
        const float *from[2] = { silence, silence };
        size_t step[2] = { 0, 0 };
        for (size_t half = 0; half < 2; half++) {
            const size_t slot = SLOT_AT[quarter][half];
            if (slot + rows < 7) continue;
            from[half] = slot == 7 ? rest : pairs + (slot + rows - 7) * stride;
            step[half] = 2;
        }
        const float *one = from[0], *other = from[1];
        for (n = 0; n < frames; n++, one += step[0], other += step[1])
            v4_store(lines[n].lane + 4 * quarter, v4_join_low(v4_load_pair(one), v4_load_pair(other)));
    }
}
