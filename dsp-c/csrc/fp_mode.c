/* The floating-point mode of a block: denormals are zero, rounding to nearest, no traps, whatever the host has set. */
#include "octant_dsp.h"

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
uint64_t oct_fp_enter(void) {
    const unsigned old = _mm_getcsr();
    _mm_setcsr(0x9fc0u); /* FTZ, DAZ, all exceptions masked, round to nearest */
    return old;
}
void oct_fp_leave(uint64_t mode) { _mm_setcsr((unsigned)mode); }
#elif defined(__aarch64__)
uint64_t oct_fp_enter(void) {
    uint64_t old;
    __asm__ volatile("mrs %0, fpcr" : "=r"(old));
    __asm__ volatile("msr fpcr, %0" : : "r"(UINT64_C(1) << 24)); /* FZ; round to nearest, no traps */
    return old;
}
void oct_fp_leave(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }
#elif defined(_M_ARM64)
#include <intrin.h>
uint64_t oct_fp_enter(void) {
    const uint64_t old = (uint64_t)_ReadStatusReg(ARM64_FPCR);
    _WriteStatusReg(ARM64_FPCR, (__int64)(UINT64_C(1) << 24));
    return old;
}
void oct_fp_leave(uint64_t mode) { _WriteStatusReg(ARM64_FPCR, (__int64)mode); }
#else
uint64_t oct_fp_enter(void) { return 0; }
void oct_fp_leave(uint64_t mode) { (void)mode; }
#endif
