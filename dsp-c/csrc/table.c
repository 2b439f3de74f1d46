/* The kernel table of the instruction set that this compilation asks for. */
#include "lanes.h"

int32_t OCT_FN(interleave)(const float *OCT_RESTRICT, const float *OCT_RESTRICT, const float *OCT_RESTRICT, size_t,
                           float *OCT_RESTRICT, size_t);

#define DECLARE_DOWN(name)                                                                                              \
    void OCT_FN(name)(const oct_tree *OCT_RESTRICT, size_t, oct_down_state *OCT_RESTRICT, const float *OCT_RESTRICT,    \
                      oct_line *OCT_RESTRICT, size_t);
DECLARE_DOWN(down12)
DECLARE_DOWN(down24)
DECLARE_DOWN(down48)

#define DECLARE_UP(name)                                                                                                \
    void OCT_FN(name)(const oct_tree *OCT_RESTRICT, size_t, oct_up_state *OCT_RESTRICT, const oct_line *OCT_RESTRICT,   \
                      const oct_line *OCT_RESTRICT, const oct_decode *OCT_RESTRICT, const float *OCT_RESTRICT, size_t,  \
                      float *OCT_RESTRICT, float *OCT_RESTRICT, size_t);
DECLARE_UP(up12_narrow)
DECLARE_UP(up12_wide)
DECLARE_UP(up12_mid_side)
DECLARE_UP(up24_narrow)
DECLARE_UP(up24_wide)
DECLARE_UP(up24_mid_side)
DECLARE_UP(up48_narrow)
DECLARE_UP(up48_wide)
DECLARE_UP(up48_mid_side)

#define DECLARE_SUM(name)                                                                                               \
    void OCT_FN(name)(const oct_line *OCT_RESTRICT, const oct_line *OCT_RESTRICT, const oct_decode *OCT_RESTRICT,       \
                      const float *OCT_RESTRICT, size_t, float *OCT_RESTRICT, float *OCT_RESTRICT, size_t);
DECLARE_SUM(sum_narrow)
DECLARE_SUM(sum_wide)
DECLARE_SUM(sum_mid_side)

#define DECLARE_GLIDE(name) void OCT_FN(name)(const oct_glide *OCT_RESTRICT, size_t, oct_tree *OCT_RESTRICT, size_t);
DECLARE_GLIDE(glide12)
DECLARE_GLIDE(glide24)
DECLARE_GLIDE(glide48)

void OCT_FN(source)(const oct_source *OCT_RESTRICT, const oct_line *OCT_RESTRICT, const oct_line *OCT_RESTRICT,
                    oct_line *OCT_RESTRICT, size_t);
void OCT_FN(level_peak_narrow)(const oct_line *OCT_RESTRICT, oct_extremes *OCT_RESTRICT, oct_line *OCT_RESTRICT, size_t);
void OCT_FN(level_peak_wide)(const oct_line *OCT_RESTRICT, oct_extremes *OCT_RESTRICT, oct_line *OCT_RESTRICT, size_t);
void OCT_FN(power_peak)(const oct_line *OCT_RESTRICT, oct_line *OCT_RESTRICT, size_t);
void OCT_FN(power_rms)(oct_rms *OCT_RESTRICT, const oct_line *OCT_RESTRICT, oct_line *OCT_RESTRICT, size_t);
void OCT_FN(power_smooth)(oct_smooth *OCT_RESTRICT, const oct_line *OCT_RESTRICT, oct_line *OCT_RESTRICT, size_t);
void OCT_FN(level_power_narrow)(oct_extremes *OCT_RESTRICT, oct_line *OCT_RESTRICT, size_t);
void OCT_FN(level_power_wide)(oct_extremes *OCT_RESTRICT, oct_line *OCT_RESTRICT, size_t);

#define DECLARE_SECTION(name)                                                                                           \
    void OCT_FN(name)(const oct_section *OCT_RESTRICT, oct_envelope *OCT_RESTRICT, const oct_modifier *OCT_RESTRICT,    \
                      size_t, const oct_line *OCT_RESTRICT, oct_line *OCT_RESTRICT, size_t);
DECLARE_SECTION(above_narrow_plain)
DECLARE_SECTION(above_narrow_full)
DECLARE_SECTION(above_wide_plain)
DECLARE_SECTION(above_wide_full)
DECLARE_SECTION(below_narrow_plain)
DECLARE_SECTION(below_narrow_full)
DECLARE_SECTION(below_wide_plain)
DECLARE_SECTION(below_wide_full)

void OCT_FN(delay_gains_narrow)(const uint32_t *OCT_RESTRICT, oct_line *OCT_RESTRICT, size_t, size_t,
                                oct_line *OCT_RESTRICT, size_t);
void OCT_FN(delay_gains_wide)(const uint32_t *OCT_RESTRICT, oct_line *OCT_RESTRICT, size_t, size_t,
                              oct_line *OCT_RESTRICT, size_t);
void OCT_FN(weigh_narrow)(const oct_modifier *OCT_RESTRICT, size_t, oct_extremes *OCT_RESTRICT, oct_line *OCT_RESTRICT,
                          size_t);
void OCT_FN(weigh_wide)(const oct_modifier *OCT_RESTRICT, size_t, oct_extremes *OCT_RESTRICT, oct_line *OCT_RESTRICT,
                        size_t);
void OCT_FN(modify)(oct_ramps *OCT_RESTRICT, oct_modifier *OCT_RESTRICT, size_t);
void OCT_FN(crossfade)(const oct_ramp *OCT_RESTRICT, const oct_line *OCT_RESTRICT, oct_line *OCT_RESTRICT, size_t);
void OCT_FN(rows)(const oct_line *OCT_RESTRICT, float *OCT_RESTRICT, size_t, size_t);
void OCT_FN(fold)(const float *OCT_RESTRICT, oct_bins *OCT_RESTRICT, size_t, size_t);
void OCT_FN(unfold)(const oct_bins *OCT_RESTRICT, size_t, float *OCT_RESTRICT, size_t);
void OCT_FN(convolve)(size_t, const oct_bins *OCT_RESTRICT, size_t, oct_sums *OCT_RESTRICT, size_t,
                      const oct_taps *OCT_RESTRICT, oct_bins *OCT_RESTRICT, size_t);
void OCT_FN(gather)(const float *OCT_RESTRICT, size_t, size_t, float *OCT_RESTRICT, oct_line *OCT_RESTRICT, size_t);

#define DECLARE_COEFFS(name)                                                                                            \
    void OCT_FN(name)(const oct_corners *OCT_RESTRICT, size_t, const oct_modifier *OCT_RESTRICT, size_t,                \
                      oct_extremes *OCT_RESTRICT, const oct_line *OCT_RESTRICT, oct_shelf *OCT_RESTRICT, size_t);
DECLARE_COEFFS(shelf_coeffs_narrow)
DECLARE_COEFFS(shelf_coeffs_narrow_mixed)
DECLARE_COEFFS(shelf_coeffs_wide)
DECLARE_COEFFS(shelf_coeffs_wide_mixed)

#define DECLARE_SHELVES(name)                                                                                           \
    void OCT_FN(name)(const oct_shelf *OCT_RESTRICT, oct_shelf_state *OCT_RESTRICT, const float *OCT_RESTRICT,          \
                      float *OCT_RESTRICT, float *OCT_RESTRICT, size_t);
DECLARE_SHELVES(shelves12_narrow)
DECLARE_SHELVES(shelves12_wide)
DECLARE_SHELVES(shelves24_narrow)
DECLARE_SHELVES(shelves24_wide)
DECLARE_SHELVES(shelves48_narrow)
DECLARE_SHELVES(shelves48_wide)

void OCT_FN(mid_side)(const float *OCT_RESTRICT, float *OCT_RESTRICT, size_t);
#define DECLARE_FINISH(name)                                                                                            \
    void OCT_FN(name)(const float *OCT_RESTRICT, const float *OCT_RESTRICT, size_t, const float *OCT_RESTRICT, size_t,  \
                      float *OCT_RESTRICT, float *OCT_RESTRICT, size_t);
DECLARE_FINISH(finish_stereo)
DECLARE_FINISH(finish_mid_side)

const oct_kernels OCT_FN(kernels) = {
    OCT_FN(interleave),
    { OCT_FN(down12), OCT_FN(down24), OCT_FN(down48) },
    { { OCT_FN(up12_narrow), OCT_FN(up12_wide), OCT_FN(up12_mid_side) },
      { OCT_FN(up24_narrow), OCT_FN(up24_wide), OCT_FN(up24_mid_side) },
      { OCT_FN(up48_narrow), OCT_FN(up48_wide), OCT_FN(up48_mid_side) } },
    { OCT_FN(sum_narrow), OCT_FN(sum_wide), OCT_FN(sum_mid_side) },
    { OCT_FN(glide12), OCT_FN(glide24), OCT_FN(glide48) },
    OCT_FN(source),
    { OCT_FN(level_peak_narrow), OCT_FN(level_peak_wide) },
    OCT_FN(power_peak),
    OCT_FN(power_rms),
    OCT_FN(power_smooth),
    { OCT_FN(level_power_narrow), OCT_FN(level_power_wide) },
    { { OCT_FN(above_narrow_plain), OCT_FN(above_narrow_full) }, { OCT_FN(above_wide_plain), OCT_FN(above_wide_full) } },
    { { OCT_FN(below_narrow_plain), OCT_FN(below_narrow_full) }, { OCT_FN(below_wide_plain), OCT_FN(below_wide_full) } },
    { OCT_FN(delay_gains_narrow), OCT_FN(delay_gains_wide) },
    { OCT_FN(weigh_narrow), OCT_FN(weigh_wide) },
    OCT_FN(modify),
    OCT_FN(crossfade),
    OCT_FN(rows),
    OCT_FN(fold),
    OCT_FN(unfold),
    OCT_FN(convolve),
    OCT_FN(gather),
    { { OCT_FN(shelf_coeffs_narrow), OCT_FN(shelf_coeffs_narrow_mixed) },
      { OCT_FN(shelf_coeffs_wide), OCT_FN(shelf_coeffs_wide_mixed) } },
    { { OCT_FN(shelves12_narrow), OCT_FN(shelves12_wide) },
      { OCT_FN(shelves24_narrow), OCT_FN(shelves24_wide) },
      { OCT_FN(shelves48_narrow), OCT_FN(shelves48_wide) } },
    OCT_FN(mid_side),
    { OCT_FN(finish_stereo), OCT_FN(finish_mid_side) },
};
