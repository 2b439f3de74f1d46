/* Vectors of 4 and 8 floats and of 8 doubles with explicit fused multiply-add, for the instruction set that this
 * compilation asks for.
 *
 * Written in intrinsics: gcc 12 scalarises generic 32-byte vectors and loops of fmaf (122 instructions for one
 * all-pass instead of 31). x86-64-v3 and AArch64 do the same roundings in the same order, so they give the same bits;
 * SSE2 has no fused multiply-add and rounds twice.
 *
 *   fma(a,b,c) = a*b + c     fnma(a,b,c) = c - a*b     fms(a,b,c) = a*b - c
 *   swap: other channel (lanes 0<->1, 2<->3, ...)    even/odd: lanes 0 0 2 2 ... / 1 1 3 3 ...
 *   zip: even lanes of a, odd lanes of b             ge, lt: all bits set where true
 *   pick(m,a,b): a where m has all bits set, else b  all(m): whether every lane has all bits set
 */
#ifndef OCT_LANES_H
#define OCT_LANES_H

#include <string.h>

#include "octant_dsp.h"

#define OCT_PASTE2(a, b) a##b
#define OCT_PASTE(a, b) OCT_PASTE2(a, b)

#if defined(_MSC_VER)
#define OCT_INLINE static __forceinline
#define OCT_UNROLL
#else
#define OCT_UNROLL _Pragma("GCC unroll 8")
#define OCT_INLINE static inline __attribute__((always_inline))
#endif

/* ------------------------------------------------------------------------------------------------ x86-64-v3 */
#if defined(OCT_ISA_V3)
#include <immintrin.h>
#define OCT_FN(name) OCT_PASTE(oct_v3_, name)

typedef __m128 v4;
typedef __m256 v8;
typedef __m256i i8;
typedef struct { __m256d lo, hi; } d8;

OCT_INLINE v4 v4_load(const float *p) { return _mm_loadu_ps(p); }
OCT_INLINE void v4_store(float *p, v4 x) { _mm_storeu_ps(p, x); }
OCT_INLINE v4 v4_load_pair(const float *p) { return _mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)p)); }
OCT_INLINE v4 v4_set(float x) { return _mm_set1_ps(x); }
OCT_INLINE v4 v4_add(v4 a, v4 b) { return _mm_add_ps(a, b); }
OCT_INLINE v4 v4_sub(v4 a, v4 b) { return _mm_sub_ps(a, b); }
OCT_INLINE v4 v4_mul(v4 a, v4 b) { return _mm_mul_ps(a, b); }
OCT_INLINE v4 v4_div(v4 a, v4 b) { return _mm_div_ps(a, b); }
OCT_INLINE v4 v4_fma(v4 a, v4 b, v4 c) { return _mm_fmadd_ps(a, b, c); }
OCT_INLINE v4 v4_fnma(v4 a, v4 b, v4 c) { return _mm_fnmadd_ps(a, b, c); }
OCT_INLINE v4 v4_join_low(v4 a, v4 b) { return _mm_movelh_ps(a, b); }
OCT_INLINE v4 v4_high_down(v4 a) { return _mm_movehl_ps(a, a); }
OCT_INLINE void v4_store_split(float *l, float *r, v4 x) {
    const int second = _mm_extract_ps(x, 1);
    _mm_store_ss(l, x);
    memcpy(r, &second, sizeof second);
}

OCT_INLINE v8 v8_load(const float *p) { return _mm256_loadu_ps(p); }
OCT_INLINE void v8_store(float *p, v8 x) { _mm256_storeu_ps(p, x); }
OCT_INLINE v8 v8_load_bits(const uint32_t *p) { return _mm256_castsi256_ps(_mm256_loadu_si256((const __m256i *)p)); }
OCT_INLINE v8 v8_set(float x) { return _mm256_set1_ps(x); }
OCT_INLINE v8 v8_add(v8 a, v8 b) { return _mm256_add_ps(a, b); }
OCT_INLINE v8 v8_sub(v8 a, v8 b) { return _mm256_sub_ps(a, b); }
OCT_INLINE v8 v8_mul(v8 a, v8 b) { return _mm256_mul_ps(a, b); }
OCT_INLINE v8 v8_div(v8 a, v8 b) { return _mm256_div_ps(a, b); }
OCT_INLINE v8 v8_min(v8 a, v8 b) { return _mm256_min_ps(a, b); }
OCT_INLINE v8 v8_max(v8 a, v8 b) { return _mm256_max_ps(a, b); }
OCT_INLINE v8 v8_fma(v8 a, v8 b, v8 c) { return _mm256_fmadd_ps(a, b, c); }
OCT_INLINE v8 v8_fnma(v8 a, v8 b, v8 c) { return _mm256_fnmadd_ps(a, b, c); }
OCT_INLINE v8 v8_fms(v8 a, v8 b, v8 c) { return _mm256_fmsub_ps(a, b, c); }
OCT_INLINE v8 v8_ge(v8 a, v8 b) { return _mm256_cmp_ps(a, b, _CMP_GE_OQ); }
OCT_INLINE v8 v8_lt(v8 a, v8 b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
OCT_INLINE v8 v8_and(v8 a, v8 b) { return _mm256_and_ps(a, b); }
OCT_INLINE int v8_all(v8 m) { return _mm256_movemask_ps(m) == 0xff; }
OCT_INLINE v8 v8_pick(v8 m, v8 a, v8 b) { return _mm256_blendv_ps(b, a, m); }
OCT_INLINE v8 v8_swap(v8 a) { return _mm256_permute_ps(a, 0xB1); }
OCT_INLINE v8 v8_even(v8 a) { return _mm256_moveldup_ps(a); }
OCT_INLINE v8 v8_odd(v8 a) { return _mm256_movehdup_ps(a); }
OCT_INLINE v8 v8_zip(v8 a, v8 b) { return _mm256_blend_ps(a, b, 0xAA); }
OCT_INLINE v4 v8_add_halves(v8 a) { return _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1)); }
OCT_INLINE i8 v8_bits(v8 a) { return _mm256_castps_si256(a); }
OCT_INLINE v8 i8_float_bits(i8 a) { return _mm256_castsi256_ps(a); }
OCT_INLINE i8 i8_set(int32_t x) { return _mm256_set1_epi32(x); }
OCT_INLINE i8 i8_add(i8 a, i8 b) { return _mm256_add_epi32(a, b); }
OCT_INLINE i8 i8_sub(i8 a, i8 b) { return _mm256_sub_epi32(a, b); }
OCT_INLINE i8 i8_exponent_down(i8 a) { return _mm256_srai_epi32(a, 23); }
OCT_INLINE i8 i8_exponent_up(i8 a) { return _mm256_slli_epi32(a, 23); }
OCT_INLINE v8 i8_to_float(i8 a) { return _mm256_cvtepi32_ps(a); }
OCT_INLINE i8 v8_round(v8 a) { return _mm256_cvtps_epi32(a); } /* to nearest, ties to even */
/* (l0 r0 l1 r1 ...) of rows l and r */
OCT_INLINE void v8_store_pairs(float *p, v8 l, v8 r) {
    v8 a = _mm256_unpacklo_ps(l, r), b = _mm256_unpackhi_ps(l, r);
    _mm256_storeu_ps(p, _mm256_permute2f128_ps(a, b, 0x20));
    _mm256_storeu_ps(p + 8, _mm256_permute2f128_ps(a, b, 0x31));
}
#define OCT_HAS_GATHER 1
/* base[offset] for eight offsets */
OCT_INLINE v8 v8_gather(const float *base, i8 offset) { return _mm256_i32gather_ps(base, offset, 4); }
OCT_INLINE i8 i8_load(const uint32_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
OCT_INLINE void i8_store(uint32_t *p, i8 x) { _mm256_storeu_si256((__m256i *)p, x); }
OCT_INLINE i8 i8_and(i8 a, i8 b) { return _mm256_and_si256(a, b); }

OCT_INLINE d8 d8_load(const double *p) { d8 x = { _mm256_loadu_pd(p), _mm256_loadu_pd(p + 4) }; return x; }
OCT_INLINE void d8_store(double *p, d8 x) { _mm256_storeu_pd(p, x.lo); _mm256_storeu_pd(p + 4, x.hi); }
OCT_INLINE d8 d8_set(double x) { d8 y = { _mm256_set1_pd(x), _mm256_set1_pd(x) }; return y; }
OCT_INLINE d8 d8_from(v8 x) {
    d8 y = { _mm256_cvtps_pd(_mm256_castps256_ps128(x)), _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1)) };
    return y;
}
OCT_INLINE v8 d8_narrow(d8 x) {
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(x.lo)), _mm256_cvtpd_ps(x.hi), 1);
}
OCT_INLINE d8 d8_sub(d8 a, d8 b) { d8 x = { _mm256_sub_pd(a.lo, b.lo), _mm256_sub_pd(a.hi, b.hi) }; return x; }
OCT_INLINE d8 d8_mul(d8 a, d8 b) { d8 x = { _mm256_mul_pd(a.lo, b.lo), _mm256_mul_pd(a.hi, b.hi) }; return x; }
OCT_INLINE d8 d8_max(d8 a, d8 b) { d8 x = { _mm256_max_pd(a.lo, b.lo), _mm256_max_pd(a.hi, b.hi) }; return x; }
OCT_INLINE d8 d8_fma(d8 a, d8 b, d8 c) {
    d8 x = { _mm256_fmadd_pd(a.lo, b.lo, c.lo), _mm256_fmadd_pd(a.hi, b.hi, c.hi) };
    return x;
}
OCT_INLINE d8 d8_ge(d8 a, d8 b) {
    d8 x = { _mm256_cmp_pd(a.lo, b.lo, _CMP_GE_OQ), _mm256_cmp_pd(a.hi, b.hi, _CMP_GE_OQ) };
    return x;
}
OCT_INLINE d8 d8_gt(d8 a, d8 b) {
    d8 x = { _mm256_cmp_pd(a.lo, b.lo, _CMP_GT_OQ), _mm256_cmp_pd(a.hi, b.hi, _CMP_GT_OQ) };
    return x;
}
OCT_INLINE d8 d8_and(d8 a, d8 b) { d8 x = { _mm256_and_pd(a.lo, b.lo), _mm256_and_pd(a.hi, b.hi) }; return x; }
OCT_INLINE d8 d8_pick(d8 m, d8 a, d8 b) {
    d8 x = { _mm256_blendv_pd(b.lo, a.lo, m.lo), _mm256_blendv_pd(b.hi, a.hi, m.hi) };
    return x;
}

/* ------------------------------------------------------------------------------------------------ SSE2 */
#elif defined(__x86_64__) || defined(_M_X64)
#include <emmintrin.h>
#define OCT_FN(name) OCT_PASTE(oct_baseline_, name)

typedef __m128 v4;
typedef struct { __m128 lo, hi; } v8;
typedef struct { __m128i lo, hi; } i8;
typedef struct { __m128d a, b, c, d; } d8;

OCT_INLINE v4 v4_load(const float *p) { return _mm_loadu_ps(p); }
OCT_INLINE void v4_store(float *p, v4 x) { _mm_storeu_ps(p, x); }
OCT_INLINE v4 v4_load_pair(const float *p) { return _mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)p)); }
OCT_INLINE v4 v4_set(float x) { return _mm_set1_ps(x); }
OCT_INLINE v4 v4_add(v4 a, v4 b) { return _mm_add_ps(a, b); }
OCT_INLINE v4 v4_sub(v4 a, v4 b) { return _mm_sub_ps(a, b); }
OCT_INLINE v4 v4_mul(v4 a, v4 b) { return _mm_mul_ps(a, b); }
OCT_INLINE v4 v4_div(v4 a, v4 b) { return _mm_div_ps(a, b); }
OCT_INLINE v4 v4_fma(v4 a, v4 b, v4 c) { return _mm_add_ps(_mm_mul_ps(a, b), c); }
OCT_INLINE v4 v4_fnma(v4 a, v4 b, v4 c) { return _mm_sub_ps(c, _mm_mul_ps(a, b)); }
OCT_INLINE v4 v4_join_low(v4 a, v4 b) { return _mm_movelh_ps(a, b); }
OCT_INLINE v4 v4_high_down(v4 a) { return _mm_movehl_ps(a, a); }
OCT_INLINE void v4_store_split(float *l, float *r, v4 x) {
    _mm_store_ss(l, x);
    _mm_store_ss(r, _mm_shuffle_ps(x, x, 0x55));
}

#define OCT_EACH(op, a, b) { op((a).lo, (b).lo), op((a).hi, (b).hi) }
OCT_INLINE v8 v8_load(const float *p) { v8 x = { _mm_loadu_ps(p), _mm_loadu_ps(p + 4) }; return x; }
OCT_INLINE void v8_store(float *p, v8 x) { _mm_storeu_ps(p, x.lo); _mm_storeu_ps(p + 4, x.hi); }
OCT_INLINE v8 v8_load_bits(const uint32_t *p) { return v8_load((const float *)(const void *)p); }
OCT_INLINE v8 v8_set(float f) { v8 x = { _mm_set1_ps(f), _mm_set1_ps(f) }; return x; }
OCT_INLINE v8 v8_add(v8 a, v8 b) { v8 x = OCT_EACH(_mm_add_ps, a, b); return x; }
OCT_INLINE v8 v8_sub(v8 a, v8 b) { v8 x = OCT_EACH(_mm_sub_ps, a, b); return x; }
OCT_INLINE v8 v8_mul(v8 a, v8 b) { v8 x = OCT_EACH(_mm_mul_ps, a, b); return x; }
OCT_INLINE v8 v8_div(v8 a, v8 b) { v8 x = OCT_EACH(_mm_div_ps, a, b); return x; }
OCT_INLINE v8 v8_min(v8 a, v8 b) { v8 x = OCT_EACH(_mm_min_ps, a, b); return x; }
OCT_INLINE v8 v8_max(v8 a, v8 b) { v8 x = OCT_EACH(_mm_max_ps, a, b); return x; }
OCT_INLINE v8 v8_fma(v8 a, v8 b, v8 c) { return v8_add(v8_mul(a, b), c); }
OCT_INLINE v8 v8_fnma(v8 a, v8 b, v8 c) { return v8_sub(c, v8_mul(a, b)); }
OCT_INLINE v8 v8_fms(v8 a, v8 b, v8 c) { return v8_sub(v8_mul(a, b), c); }
OCT_INLINE v8 v8_ge(v8 a, v8 b) { v8 x = OCT_EACH(_mm_cmpge_ps, a, b); return x; }
OCT_INLINE v8 v8_lt(v8 a, v8 b) { v8 x = OCT_EACH(_mm_cmplt_ps, a, b); return x; }
OCT_INLINE v8 v8_and(v8 a, v8 b) { v8 x = OCT_EACH(_mm_and_ps, a, b); return x; }
OCT_INLINE int v8_all(v8 m) { return (_mm_movemask_ps(m.lo) & _mm_movemask_ps(m.hi)) == 0xf; }
OCT_INLINE v4 v4_pick(v4 m, v4 a, v4 b) { return _mm_or_ps(_mm_and_ps(m, a), _mm_andnot_ps(m, b)); }
OCT_INLINE v8 v8_pick(v8 m, v8 a, v8 b) {
    v8 x = { v4_pick(m.lo, a.lo, b.lo), v4_pick(m.hi, a.hi, b.hi) };
    return x;
}
OCT_INLINE v8 v8_swap(v8 a) { v8 x = { _mm_shuffle_ps(a.lo, a.lo, 0xB1), _mm_shuffle_ps(a.hi, a.hi, 0xB1) }; return x; }
OCT_INLINE v8 v8_even(v8 a) { v8 x = { _mm_shuffle_ps(a.lo, a.lo, 0xA0), _mm_shuffle_ps(a.hi, a.hi, 0xA0) }; return x; }
OCT_INLINE v8 v8_odd(v8 a) { v8 x = { _mm_shuffle_ps(a.lo, a.lo, 0xF5), _mm_shuffle_ps(a.hi, a.hi, 0xF5) }; return x; }
OCT_INLINE v8 v8_zip(v8 a, v8 b) {
    const v4 even = _mm_castsi128_ps(_mm_set_epi32(0, -1, 0, -1));
    v8 x = { v4_pick(even, a.lo, b.lo), v4_pick(even, a.hi, b.hi) };
    return x;
}
OCT_INLINE v4 v8_add_halves(v8 a) { return _mm_add_ps(a.lo, a.hi); }
OCT_INLINE i8 v8_bits(v8 a) { i8 x = { _mm_castps_si128(a.lo), _mm_castps_si128(a.hi) }; return x; }
OCT_INLINE v8 i8_float_bits(i8 a) { v8 x = { _mm_castsi128_ps(a.lo), _mm_castsi128_ps(a.hi) }; return x; }
OCT_INLINE i8 i8_set(int32_t n) { i8 x = { _mm_set1_epi32(n), _mm_set1_epi32(n) }; return x; }
OCT_INLINE i8 i8_add(i8 a, i8 b) { i8 x = OCT_EACH(_mm_add_epi32, a, b); return x; }
OCT_INLINE i8 i8_sub(i8 a, i8 b) { i8 x = OCT_EACH(_mm_sub_epi32, a, b); return x; }
OCT_INLINE i8 i8_exponent_down(i8 a) { i8 x = { _mm_srai_epi32(a.lo, 23), _mm_srai_epi32(a.hi, 23) }; return x; }
OCT_INLINE i8 i8_exponent_up(i8 a) { i8 x = { _mm_slli_epi32(a.lo, 23), _mm_slli_epi32(a.hi, 23) }; return x; }
OCT_INLINE v8 i8_to_float(i8 a) { v8 x = { _mm_cvtepi32_ps(a.lo), _mm_cvtepi32_ps(a.hi) }; return x; }
OCT_INLINE i8 v8_round(v8 a) { i8 x = { _mm_cvtps_epi32(a.lo), _mm_cvtps_epi32(a.hi) }; return x; }
OCT_INLINE void v8_store_pairs(float *p, v8 l, v8 r) {
    _mm_storeu_ps(p, _mm_unpacklo_ps(l.lo, r.lo));
    _mm_storeu_ps(p + 4, _mm_unpackhi_ps(l.lo, r.lo));
    _mm_storeu_ps(p + 8, _mm_unpacklo_ps(l.hi, r.hi));
    _mm_storeu_ps(p + 12, _mm_unpackhi_ps(l.hi, r.hi));
}

#define OCT_FOUR(op, x, y) { op((x).a, (y).a), op((x).b, (y).b), op((x).c, (y).c), op((x).d, (y).d) }
OCT_INLINE d8 d8_load(const double *p) {
    d8 x = { _mm_loadu_pd(p), _mm_loadu_pd(p + 2), _mm_loadu_pd(p + 4), _mm_loadu_pd(p + 6) };
    return x;
}
OCT_INLINE void d8_store(double *p, d8 x) {
    _mm_storeu_pd(p, x.a);
    _mm_storeu_pd(p + 2, x.b);
    _mm_storeu_pd(p + 4, x.c);
    _mm_storeu_pd(p + 6, x.d);
}
OCT_INLINE d8 d8_set(double x) { __m128d y = _mm_set1_pd(x); d8 z = { y, y, y, y }; return z; }
OCT_INLINE d8 d8_from(v8 x) {
    d8 y = { _mm_cvtps_pd(x.lo), _mm_cvtps_pd(_mm_movehl_ps(x.lo, x.lo)), _mm_cvtps_pd(x.hi),
             _mm_cvtps_pd(_mm_movehl_ps(x.hi, x.hi)) };
    return y;
}
OCT_INLINE v8 d8_narrow(d8 x) {
    v8 y = { _mm_movelh_ps(_mm_cvtpd_ps(x.a), _mm_cvtpd_ps(x.b)), _mm_movelh_ps(_mm_cvtpd_ps(x.c), _mm_cvtpd_ps(x.d)) };
    return y;
}
OCT_INLINE d8 d8_sub(d8 x, d8 y) { d8 z = OCT_FOUR(_mm_sub_pd, x, y); return z; }
OCT_INLINE d8 d8_mul(d8 x, d8 y) { d8 z = OCT_FOUR(_mm_mul_pd, x, y); return z; }
OCT_INLINE d8 d8_add(d8 x, d8 y) { d8 z = OCT_FOUR(_mm_add_pd, x, y); return z; }
OCT_INLINE d8 d8_max(d8 x, d8 y) { d8 z = OCT_FOUR(_mm_max_pd, x, y); return z; }
OCT_INLINE d8 d8_fma(d8 x, d8 y, d8 c) { return d8_add(d8_mul(x, y), c); }
OCT_INLINE d8 d8_ge(d8 x, d8 y) { d8 z = OCT_FOUR(_mm_cmpge_pd, x, y); return z; }
OCT_INLINE d8 d8_gt(d8 x, d8 y) { d8 z = OCT_FOUR(_mm_cmpgt_pd, x, y); return z; }
OCT_INLINE d8 d8_and(d8 x, d8 y) { d8 z = OCT_FOUR(_mm_and_pd, x, y); return z; }
OCT_INLINE __m128d d2_pick(__m128d m, __m128d a, __m128d b) { return _mm_or_pd(_mm_and_pd(m, a), _mm_andnot_pd(m, b)); }
OCT_INLINE d8 d8_pick(d8 m, d8 x, d8 y) {
    d8 z = { d2_pick(m.a, x.a, y.a), d2_pick(m.b, x.b, y.b), d2_pick(m.c, x.c, y.c), d2_pick(m.d, x.d, y.d) };
    return z;
}

/* ------------------------------------------------------------------------------------------------ AArch64 */
#elif defined(__aarch64__) || defined(_M_ARM64)
#include <arm_neon.h>
#define OCT_FN(name) OCT_PASTE(oct_neon_, name)

typedef float32x4_t v4;
typedef struct { float32x4_t lo, hi; } v8;
typedef struct { int32x4_t lo, hi; } i8;
typedef struct { float64x2_t a, b, c, d; } d8;

OCT_INLINE v4 v4_load(const float *p) { return vld1q_f32(p); }
OCT_INLINE void v4_store(float *p, v4 x) { vst1q_f32(p, x); }
OCT_INLINE v4 v4_load_pair(const float *p) { return vcombine_f32(vld1_f32(p), vdup_n_f32(0)); }
OCT_INLINE v4 v4_set(float x) { return vdupq_n_f32(x); }
OCT_INLINE v4 v4_add(v4 a, v4 b) { return vaddq_f32(a, b); }
OCT_INLINE v4 v4_sub(v4 a, v4 b) { return vsubq_f32(a, b); }
OCT_INLINE v4 v4_mul(v4 a, v4 b) { return vmulq_f32(a, b); }
OCT_INLINE v4 v4_div(v4 a, v4 b) { return vdivq_f32(a, b); }
OCT_INLINE v4 v4_fma(v4 a, v4 b, v4 c) { return vfmaq_f32(c, a, b); }
OCT_INLINE v4 v4_fnma(v4 a, v4 b, v4 c) { return vfmsq_f32(c, a, b); }
OCT_INLINE v4 v4_join_low(v4 a, v4 b) { return vcombine_f32(vget_low_f32(a), vget_low_f32(b)); }
OCT_INLINE v4 v4_high_down(v4 a) { return vcombine_f32(vget_high_f32(a), vget_high_f32(a)); }
OCT_INLINE void v4_store_split(float *l, float *r, v4 x) {
    vst1q_lane_f32(l, x, 0);
    vst1q_lane_f32(r, x, 1);
}

#define OCT_EACH(op, a, b) { op((a).lo, (b).lo), op((a).hi, (b).hi) }
OCT_INLINE v8 v8_load(const float *p) { v8 x = { vld1q_f32(p), vld1q_f32(p + 4) }; return x; }
OCT_INLINE void v8_store(float *p, v8 x) { vst1q_f32(p, x.lo); vst1q_f32(p + 4, x.hi); }
OCT_INLINE v8 v8_load_bits(const uint32_t *p) {
    v8 x = { vreinterpretq_f32_u32(vld1q_u32(p)), vreinterpretq_f32_u32(vld1q_u32(p + 4)) };
    return x;
}
OCT_INLINE v8 v8_set(float f) { v8 x = { vdupq_n_f32(f), vdupq_n_f32(f) }; return x; }
OCT_INLINE v8 v8_add(v8 a, v8 b) { v8 x = OCT_EACH(vaddq_f32, a, b); return x; }
OCT_INLINE v8 v8_sub(v8 a, v8 b) { v8 x = OCT_EACH(vsubq_f32, a, b); return x; }
OCT_INLINE v8 v8_mul(v8 a, v8 b) { v8 x = OCT_EACH(vmulq_f32, a, b); return x; }
OCT_INLINE v8 v8_div(v8 a, v8 b) { v8 x = OCT_EACH(vdivq_f32, a, b); return x; }
OCT_INLINE v8 v8_min(v8 a, v8 b) { v8 x = OCT_EACH(vminq_f32, a, b); return x; }
OCT_INLINE v8 v8_max(v8 a, v8 b) { v8 x = OCT_EACH(vmaxq_f32, a, b); return x; }
OCT_INLINE v8 v8_fma(v8 a, v8 b, v8 c) { v8 x = { vfmaq_f32(c.lo, a.lo, b.lo), vfmaq_f32(c.hi, a.hi, b.hi) }; return x; }
OCT_INLINE v8 v8_fnma(v8 a, v8 b, v8 c) { v8 x = { vfmsq_f32(c.lo, a.lo, b.lo), vfmsq_f32(c.hi, a.hi, b.hi) }; return x; }
OCT_INLINE v8 v8_fms(v8 a, v8 b, v8 c) {
    v8 x = { vfmaq_f32(vnegq_f32(c.lo), a.lo, b.lo), vfmaq_f32(vnegq_f32(c.hi), a.hi, b.hi) };
    return x;
}
OCT_INLINE v4 v4_of_mask(uint32x4_t m) { return vreinterpretq_f32_u32(m); }
OCT_INLINE uint32x4_t v4_mask(v4 m) { return vreinterpretq_u32_f32(m); }
OCT_INLINE v8 v8_ge(v8 a, v8 b) {
    v8 x = { v4_of_mask(vcgeq_f32(a.lo, b.lo)), v4_of_mask(vcgeq_f32(a.hi, b.hi)) };
    return x;
}
OCT_INLINE v8 v8_lt(v8 a, v8 b) {
    v8 x = { v4_of_mask(vcltq_f32(a.lo, b.lo)), v4_of_mask(vcltq_f32(a.hi, b.hi)) };
    return x;
}
OCT_INLINE v8 v8_and(v8 a, v8 b) {
    v8 x = { v4_of_mask(vandq_u32(v4_mask(a.lo), v4_mask(b.lo))), v4_of_mask(vandq_u32(v4_mask(a.hi), v4_mask(b.hi))) };
    return x;
}
OCT_INLINE int v8_all(v8 m) {
    return vminvq_u32(vandq_u32(vreinterpretq_u32_f32(m.lo), vreinterpretq_u32_f32(m.hi))) == UINT32_MAX;
}
OCT_INLINE v8 v8_pick(v8 m, v8 a, v8 b) {
    v8 x = { vbslq_f32(v4_mask(m.lo), a.lo, b.lo), vbslq_f32(v4_mask(m.hi), a.hi, b.hi) };
    return x;
}
OCT_INLINE v8 v8_swap(v8 a) { v8 x = { vrev64q_f32(a.lo), vrev64q_f32(a.hi) }; return x; }
OCT_INLINE v8 v8_even(v8 a) { v8 x = { vtrn1q_f32(a.lo, a.lo), vtrn1q_f32(a.hi, a.hi) }; return x; }
OCT_INLINE v8 v8_odd(v8 a) { v8 x = { vtrn2q_f32(a.lo, a.lo), vtrn2q_f32(a.hi, a.hi) }; return x; }
OCT_INLINE v8 v8_zip(v8 a, v8 b) {
    const uint32x4_t even = vreinterpretq_u32_u64(vdupq_n_u64(0xFFFFFFFFu));
    v8 x = { vbslq_f32(even, a.lo, b.lo), vbslq_f32(even, a.hi, b.hi) };
    return x;
}
OCT_INLINE v4 v8_add_halves(v8 a) { return vaddq_f32(a.lo, a.hi); }
OCT_INLINE i8 v8_bits(v8 a) { i8 x = { vreinterpretq_s32_f32(a.lo), vreinterpretq_s32_f32(a.hi) }; return x; }
OCT_INLINE v8 i8_float_bits(i8 a) { v8 x = { vreinterpretq_f32_s32(a.lo), vreinterpretq_f32_s32(a.hi) }; return x; }
OCT_INLINE i8 i8_set(int32_t n) { i8 x = { vdupq_n_s32(n), vdupq_n_s32(n) }; return x; }
OCT_INLINE i8 i8_add(i8 a, i8 b) { i8 x = OCT_EACH(vaddq_s32, a, b); return x; }
OCT_INLINE i8 i8_sub(i8 a, i8 b) { i8 x = OCT_EACH(vsubq_s32, a, b); return x; }
OCT_INLINE i8 i8_exponent_down(i8 a) { i8 x = { vshrq_n_s32(a.lo, 23), vshrq_n_s32(a.hi, 23) }; return x; }
OCT_INLINE i8 i8_exponent_up(i8 a) { i8 x = { vshlq_n_s32(a.lo, 23), vshlq_n_s32(a.hi, 23) }; return x; }
OCT_INLINE v8 i8_to_float(i8 a) { v8 x = { vcvtq_f32_s32(a.lo), vcvtq_f32_s32(a.hi) }; return x; }
OCT_INLINE i8 v8_round(v8 a) { i8 x = { vcvtnq_s32_f32(a.lo), vcvtnq_s32_f32(a.hi) }; return x; }
OCT_INLINE void v8_store_pairs(float *p, v8 l, v8 r) {
    float32x4x2_t a = { { l.lo, r.lo } }, b = { { l.hi, r.hi } };
    vst2q_f32(p, a);
    vst2q_f32(p + 8, b);
}

#define OCT_FOUR(op, x, y) { op((x).a, (y).a), op((x).b, (y).b), op((x).c, (y).c), op((x).d, (y).d) }
OCT_INLINE d8 d8_load(const double *p) {
    d8 x = { vld1q_f64(p), vld1q_f64(p + 2), vld1q_f64(p + 4), vld1q_f64(p + 6) };
    return x;
}
OCT_INLINE void d8_store(double *p, d8 x) {
    vst1q_f64(p, x.a);
    vst1q_f64(p + 2, x.b);
    vst1q_f64(p + 4, x.c);
    vst1q_f64(p + 6, x.d);
}
OCT_INLINE d8 d8_set(double x) { float64x2_t y = vdupq_n_f64(x); d8 z = { y, y, y, y }; return z; }
OCT_INLINE d8 d8_from(v8 x) {
    d8 y = { vcvt_f64_f32(vget_low_f32(x.lo)), vcvt_f64_f32(vget_high_f32(x.lo)), vcvt_f64_f32(vget_low_f32(x.hi)),
             vcvt_f64_f32(vget_high_f32(x.hi)) };
    return y;
}
OCT_INLINE v8 d8_narrow(d8 x) {
    v8 y = { vcombine_f32(vcvt_f32_f64(x.a), vcvt_f32_f64(x.b)), vcombine_f32(vcvt_f32_f64(x.c), vcvt_f32_f64(x.d)) };
    return y;
}
OCT_INLINE d8 d8_sub(d8 x, d8 y) { d8 z = OCT_FOUR(vsubq_f64, x, y); return z; }
OCT_INLINE d8 d8_mul(d8 x, d8 y) { d8 z = OCT_FOUR(vmulq_f64, x, y); return z; }
OCT_INLINE d8 d8_max(d8 x, d8 y) { d8 z = OCT_FOUR(vmaxq_f64, x, y); return z; }
OCT_INLINE d8 d8_fma(d8 x, d8 y, d8 c) {
    d8 z = { vfmaq_f64(c.a, x.a, y.a), vfmaq_f64(c.b, x.b, y.b), vfmaq_f64(c.c, x.c, y.c), vfmaq_f64(c.d, x.d, y.d) };
    return z;
}
OCT_INLINE float64x2_t d2_of_mask(uint64x2_t m) { return vreinterpretq_f64_u64(m); }
OCT_INLINE uint64x2_t d2_mask(float64x2_t m) { return vreinterpretq_u64_f64(m); }
OCT_INLINE d8 d8_ge(d8 x, d8 y) {
    d8 z = { d2_of_mask(vcgeq_f64(x.a, y.a)), d2_of_mask(vcgeq_f64(x.b, y.b)), d2_of_mask(vcgeq_f64(x.c, y.c)),
             d2_of_mask(vcgeq_f64(x.d, y.d)) };
    return z;
}
OCT_INLINE d8 d8_gt(d8 x, d8 y) {
    d8 z = { d2_of_mask(vcgtq_f64(x.a, y.a)), d2_of_mask(vcgtq_f64(x.b, y.b)), d2_of_mask(vcgtq_f64(x.c, y.c)),
             d2_of_mask(vcgtq_f64(x.d, y.d)) };
    return z;
}
OCT_INLINE float64x2_t d2_and(float64x2_t a, float64x2_t b) { return d2_of_mask(vandq_u64(d2_mask(a), d2_mask(b))); }
OCT_INLINE d8 d8_and(d8 x, d8 y) { d8 z = OCT_FOUR(d2_and, x, y); return z; }
OCT_INLINE d8 d8_pick(d8 m, d8 x, d8 y) {
    d8 z = { vbslq_f64(d2_mask(m.a), x.a, y.a), vbslq_f64(d2_mask(m.b), x.b, y.b), vbslq_f64(d2_mask(m.c), x.c, y.c),
             vbslq_f64(d2_mask(m.d), x.d, y.d) };
    return z;
}
#else
#error "no kernels for this processor: the Rust table is used instead"
#endif

#endif
