/* Coefficients of moving crossovers: g runs linearly between the ends of a 16-frame stretch, the others follow. */
#include "crossover.h"

enum { STRETCH = 16 };

#define VEC v4
#define SECTION oct_section4
#include "glide_section.h"
#undef VEC
#undef SECTION
#define VEC v8
#define SECTION oct_section8
#include "glide_section.h"
#undef VEC
#undef SECTION

OCT_INLINE void glide(int slope, const oct_glide *e, size_t phase, oct_tree *tree, size_t frames) {
    for (size_t n = 0; n < frames; n++, tree++) {
        const float t = (float)(phase + n + 1) * (1.0f / STRETCH);
        section_v4(slope, e, 0, t, &tree->down1);
        section_v4(slope, e, 4, t, &tree->down2);
        section_v8(slope, e, 8, t, &tree->down3);
        section_v8(slope, e, 16, t, &tree->up1);
        section_v4(slope, e, 24, t, &tree->up2);
        section_v4(slope, e, 28, t, &tree->up3);
        section_v4(slope, e, 32, t, &tree->up4);
    }
}

void OCT_FN(glide12)(const oct_glide *OCT_RESTRICT ends, size_t phase, oct_tree *OCT_RESTRICT tree, size_t frames) {
    glide(12, ends, phase, tree, frames);
}
void OCT_FN(glide24)(const oct_glide *OCT_RESTRICT ends, size_t phase, oct_tree *OCT_RESTRICT tree, size_t frames) {
    glide(24, ends, phase, tree, frames);
}
void OCT_FN(glide48)(const oct_glide *OCT_RESTRICT ends, size_t phase, oct_tree *OCT_RESTRICT tree, size_t frames) {
    glide(48, ends, phase, tree, frames);
}
