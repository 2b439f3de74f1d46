//! `decibel.h` once more.

use super::{fma, max};

/// 10 log10(max(power, −144 dB)).
#[inline]
pub(crate) fn level_db(power: f32) -> f32 {
    let bits = max(power, 3.981_071_706e-15).to_bits() as i32;
    let exponent = (bits - 0x3f35_04f3) >> 23;
    let t = f32::from_bits((bits - (exponent << 23)) as u32) - 1.0;
    let mut p = 5.137_332_901e-1;
    for c in [-8.208_684_873e-1, 8.948_130_170e-1, -1.080_586_910, 1.446_347_526, -2.171_557_624, 4.342_958_834] {
        p = fma(p, t, c);
    }
    fma(p, t, exponent as f32 * 3.010_299_956_6)
}

/// 10^(x/20).
#[inline]
pub(crate) fn gain_of_db(x: f32) -> f32 {
    const OCTAVES: f32 = 0.166_096_404_74;
    let whole = (x * OCTAVES).round_ties_even();
    let f = fma(x, OCTAVES, -whole);
    let mut p = 1.326_472_761e-3;
    for c in [9.671_512_626e-3, 5.550_733_742e-2, 2.402_224_209e-1, 6.931_469_776e-1, 1.0] {
        p = fma(p, f, c);
    }
    f32::from_bits((p.to_bits() as i32).wrapping_add((whole as i32) << 23) as u32)
}

/// 2^(x·factor).
#[inline]
pub(crate) fn power_of_two(x: f32, factor: f32) -> f32 {
    const POLYNOMIAL: [f32; 7] = [
        1.535_336_206e-4,
        1.339_887_456e-3,
        9.618_437_358e-3,
        5.550_332_471e-2,
        2.402_264_791e-1,
        6.931_472_029e-1,
        1.0,
    ];
    let whole = (x * factor).round_ties_even();
    let f = fma(x, factor, -whole);
    let p = POLYNOMIAL[1..].iter().fold(POLYNOMIAL[0], |p, &c| fma(p, f, c));
    f32::from_bits(p.to_bits().wrapping_add_signed((whole as i32) << 23))
}
