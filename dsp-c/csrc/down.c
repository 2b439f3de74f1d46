/* The crossover tree down: (left, right) pairs to lines of eight bands.
 *
 * Two loops per call, so that the state of each stays in registers: levels 1 and 2 together, then level 3 in place.
 * At 48 dB levels 1 and 2 have 20 states and get a loop each. What one level leaves for the next lies in the line. */
#include "crossover.h"

enum { SECTIONS_12 = 2, SECTIONS_24 = 2, SECTIONS_48 = 5 };

/* Both sides of a 4-lane split, as the next level wants them: low sides in lanes 0-3, high sides in 4-7. */
#define DEFINE_DOWN(slope)                                                                                              \
    OCT_INLINE void level1_##slope(const oct_tree *tree, size_t step, oct_down_state *state, const float *pairs,        \
                                   oct_line *lines, size_t frames) {                                                    \
        state_v4 s[SECTIONS_##slope];                                                                                   \
        for (int i = 0; i < SECTIONS_##slope; i++) s[i] = state_load_v4(state->level1[i]);                              \
        for (size_t n = 0; n < frames; n++, tree += step) {                                                             \
            v4 low, high;                                                                                               \
            split##slope##_v4(&tree->down1, s, v4_load_pair(pairs + 2 * n), &low, &high);                               \
            v4_store(lines[n].lane, v4_join_low(low, high));                                                            \
        }                                                                                                               \
        for (int i = 0; i < SECTIONS_##slope; i++) state_store_v4(state->level1[i], s[i]);                              \
    }                                                                                                                   \
    OCT_INLINE void level2_##slope(const oct_tree *tree, size_t step, oct_down_state *state, oct_line *lines,           \
                                   size_t frames) {                                                                     \
        state_v4 s[SECTIONS_##slope];                                                                                   \
        for (int i = 0; i < SECTIONS_##slope; i++) s[i] = state_load_v4(state->level2[i]);                              \
        for (size_t n = 0; n < frames; n++, tree += step) {                                                             \
            v4 low, high;                                                                                               \
            split##slope##_v4(&tree->down2, s, v4_load(lines[n].lane), &low, &high);                                    \
            v4_store(lines[n].lane, low);                                                                               \
            v4_store(lines[n].lane + 4, high);                                                                          \
        }                                                                                                               \
        for (int i = 0; i < SECTIONS_##slope; i++) state_store_v4(state->level2[i], s[i]);                              \
    }                                                                                                                   \
    OCT_INLINE void level12_##slope(const oct_tree *tree, size_t step, oct_down_state *state, const float *pairs,       \
                                    oct_line *lines, size_t frames) {                                                   \
        state_v4 s1[SECTIONS_##slope], s2[SECTIONS_##slope];                                                            \
        for (int i = 0; i < SECTIONS_##slope; i++) {                                                                    \
            s1[i] = state_load_v4(state->level1[i]);                                                                    \
            s2[i] = state_load_v4(state->level2[i]);                                                                    \
        }                                                                                                               \
        for (size_t n = 0; n < frames; n++, tree += step) {                                                             \
            v4 low, high;                                                                                               \
            split##slope##_v4(&tree->down1, s1, v4_load_pair(pairs + 2 * n), &low, &high);                              \
            split##slope##_v4(&tree->down2, s2, v4_join_low(low, high), &low, &high);                                   \
            v4_store(lines[n].lane, low);                                                                               \
            v4_store(lines[n].lane + 4, high);                                                                          \
        }                                                                                                               \
        for (int i = 0; i < SECTIONS_##slope; i++) {                                                                    \
            state_store_v4(state->level1[i], s1[i]);                                                                    \
            state_store_v4(state->level2[i], s2[i]);                                                                    \
        }                                                                                                               \
    }                                                                                                                   \
    OCT_INLINE void level3_##slope(const oct_tree *tree, size_t step, oct_down_state *state, oct_line *lines,           \
                                   size_t frames) {                                                                     \
        state_v8 s[SECTIONS_##slope];                                                                                   \
        for (int i = 0; i < SECTIONS_##slope; i++) s[i] = state_load_v8(state->level3[i]);                              \
        for (size_t n = 0; n < frames; n++, tree += step) {                                                             \
            v8 low, high;                                                                                               \
            split##slope##_v8(&tree->down3, s, v8_load(lines[n].lane), &low, &high);                                    \
            v8_store(lines[n].lane, low);                                                                               \
            v8_store(lines[n].lane + 8, high);                                                                          \
        }                                                                                                               \
        for (int i = 0; i < SECTIONS_##slope; i++) state_store_v8(state->level3[i], s[i]);                              \
    }

DEFINE_DOWN(12)
DEFINE_DOWN(24)
DEFINE_DOWN(48)

void OCT_FN(down12)(const oct_tree *OCT_RESTRICT tree, size_t tree_step, oct_down_state *OCT_RESTRICT state,
                    const float *OCT_RESTRICT pairs, oct_line *OCT_RESTRICT lines, size_t frames) {
    level12_12(tree, tree_step, state, pairs, lines, frames);
    level3_12(tree, tree_step, state, lines, frames);
}

void OCT_FN(down24)(const oct_tree *OCT_RESTRICT tree, size_t tree_step, oct_down_state *OCT_RESTRICT state,
                    const float *OCT_RESTRICT pairs, oct_line *OCT_RESTRICT lines, size_t frames) {
    level12_24(tree, tree_step, state, pairs, lines, frames);
    level3_24(tree, tree_step, state, lines, frames);
}

void OCT_FN(down48)(const oct_tree *OCT_RESTRICT tree, size_t tree_step, oct_down_state *OCT_RESTRICT state,
                    const float *OCT_RESTRICT pairs, oct_line *OCT_RESTRICT lines, size_t frames) {
    level1_48(tree, tree_step, state, pairs, lines, frames);
    level2_48(tree, tree_step, state, lines, frames);
    level3_48(tree, tree_step, state, lines, frames);
}
