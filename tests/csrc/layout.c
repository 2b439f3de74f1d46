/* Sizes and offsets of the interface's structs, as C sees them. */
#include "octant_dsp.h"

typedef struct oct_test_place {
    const char *name; /* struct.field, or struct alone */
    size_t offset, size;
} oct_test_place;

#define WHOLE(type) { #type, 0, sizeof(type) }
#define FIELD(type, field) { #type "." #field, offsetof(type, field), sizeof(((type *)0)->field) }
#define SECTION_FIELDS(type)                                                                                            \
    WHOLE(type), FIELD(type, g), FIELD(type, g2), FIELD(type, gk_a), FIELD(type, a_a), FIELD(type, a2_a),               \
        FIELD(type, gk_b), FIELD(type, a_b), FIELD(type, a2_b)

static const oct_test_place PLACES[] = {
    WHOLE(oct_line), FIELD(oct_line, lane),
    SECTION_FIELDS(oct_section4), SECTION_FIELDS(oct_section8),
    WHOLE(oct_tree), FIELD(oct_tree, down1), FIELD(oct_tree, down2), FIELD(oct_tree, down3), FIELD(oct_tree, up1),
    FIELD(oct_tree, up2), FIELD(oct_tree, up3), FIELD(oct_tree, up4),
    WHOLE(oct_glide), FIELD(oct_glide, from), FIELD(oct_glide, to), FIELD(oct_glide, k_a), FIELD(oct_glide, k_b),
    WHOLE(oct_down_state), FIELD(oct_down_state, level1), FIELD(oct_down_state, level2), FIELD(oct_down_state, level3),
    WHOLE(oct_up_state), FIELD(oct_up_state, step1), FIELD(oct_up_state, step2), FIELD(oct_up_state, step3),
    FIELD(oct_up_state, step4),
    WHOLE(oct_source), FIELD(oct_source, same), FIELD(oct_source, cross), FIELD(oct_source, external),
    WHOLE(oct_rms), FIELD(oct_rms, kappa), FIELD(oct_rms, square), FIELD(oct_rms, chosen),
    WHOLE(oct_smooth), FIELD(oct_smooth, a), FIELD(oct_smooth, b), FIELD(oct_smooth, late), FIELD(oct_smooth, chosen),
    FIELD(oct_smooth, odd),
    WHOLE(oct_section), FIELD(oct_section, edge), FIELD(oct_section, knee), FIELD(oct_section, curvature),
    FIELD(oct_section, slope), FIELD(oct_section, range), FIELD(oct_section, link), FIELD(oct_section, unlink),
    FIELD(oct_section, threshold), FIELD(oct_section, hysteresis), FIELD(oct_section, attack),
    FIELD(oct_section, release), FIELD(oct_section, slow), FIELD(oct_section, share), FIELD(oct_section, hold),
    WHOLE(oct_envelope), FIELD(oct_envelope, y1), FIELD(oct_envelope, y), FIELD(oct_envelope, slow),
    FIELD(oct_envelope, hold), FIELD(oct_envelope, open),
    WHOLE(oct_ramp), FIELD(oct_ramp, from), FIELD(oct_ramp, step), FIELD(oct_ramp, frame),
    WHOLE(oct_ramps), FIELD(oct_ramps, sign_above), FIELD(oct_ramps, sign_below), FIELD(oct_ramps, gain),
    FIELD(oct_ramps, band_mix), FIELD(oct_ramps, mask), FIELD(oct_ramps, heard), FIELD(oct_ramps, mix),
    FIELD(oct_ramps, delta), FIELD(oct_ramps, listen), FIELD(oct_ramps, touched),
    WHOLE(oct_modifier), FIELD(oct_modifier, sign_above), FIELD(oct_modifier, sign_below), FIELD(oct_modifier, gain),
    FIELD(oct_modifier, base), FIELD(oct_modifier, scale), FIELD(oct_modifier, mix),
    WHOLE(oct_extremes), FIELD(oct_extremes, level_db), FIELD(oct_extremes, lowest_db),
    FIELD(oct_extremes, highest_db),
    WHOLE(oct_decode), FIELD(oct_decode, own_same), FIELD(oct_decode, own_cross), FIELD(oct_decode, other_same),
    FIELD(oct_decode, other_cross),
    WHOLE(oct_bins), FIELD(oct_bins, up_re), FIELD(oct_bins, up_im), FIELD(oct_bins, down_re), FIELD(oct_bins, down_im),
    WHOLE(oct_sums), FIELD(oct_sums, real), FIELD(oct_sums, imaginary),
    WHOLE(oct_taps), FIELD(oct_taps, real), FIELD(oct_taps, imaginary),
    WHOLE(oct_corners), FIELD(oct_corners, g), FIELD(oct_corners, octaves),
    WHOLE(oct_shelf), FIELD(oct_shelf, g), FIELD(oct_shelf, r),
    WHOLE(oct_shelf_state), FIELD(oct_shelf_state, s),
    WHOLE(oct_kernels),
};

/* The place of an index; name is null behind the last. */
oct_test_place oct_test_place_at(size_t index) {
    const oct_test_place none = { 0, 0, 0 };
    return index < sizeof PLACES / sizeof *PLACES ? PLACES[index] : none;
}
