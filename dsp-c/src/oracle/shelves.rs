//! `shelves.c` once more.

use super::decibel::{gain_of_db, level_db, power_of_two};
use super::{fma, max, min};
use crate::layout::{Corners, Extremes, Line, Modifier, SHELF_PAD, SLOTS, Shelf, ShelfState};
use crate::settings::Slope;
use crate::steps::Steps;
use crate::variants::{Basis, Mixes, Width};

/// Lowest gain of a band, dB and linear.
const FLOOR_DB: f32 = -96.0;
const FLOOR: f32 = 1.584_893_192e-5;

/// 20 log10(1 + m (g − 1)).
fn band_db(mixes: Mixes, m: &Modifier, lane: usize, db: f32) -> f32 {
    let (wet, mix) = (max(db + m.gain[lane], FLOOR_DB), m.mix[lane]);
    match mixes {
        Mixes::Whole => mix * wet,
        Mixes::Any if mix >= 1.0 => wet,
        Mixes::Any => {
            let half = level_db(max(fma(mix, gain_of_db(wet) - 1.0, 1.0), FLOOR));
            half + half
        }
    }
}

pub(crate) fn shelf_coeffs(
    width: Width,
    mixes: Mixes,
    corners: Steps<'_, Corners>,
    modifiers: Steps<'_, Modifier>,
    extremes: &mut Extremes,
    gains: &[Line],
    shelves: &mut [Shelf],
) {
    shelves.fill(Shelf::ZERO);
    for (n, (line, shelf)) in gains.iter().zip(&mut shelves[SHELF_PAD..]).enumerate() {
        let (c, m) = (corners.at(n), modifiers.at(n));
        for lane in 0..width.lanes() {
            extremes.lowest_db[lane] = min(extremes.lowest_db[lane], line.lane[lane]);
            extremes.highest_db[lane] = max(extremes.highest_db[lane], line.lane[lane]);
        }
        for channel in 0..width.lanes_per_slot() {
            let mut below = 0.0;
            for slot in 0..SLOTS {
                let lane = width.lane(slot, channel);
                let gain = band_db(mixes, m, lane, line.lane[lane]);
                let r = power_of_two(gain - below, c.octaves);
                shelf.g[8 * channel + slot] = c.g[slot] * r;
                shelf.r[8 * channel + slot] = r;
                below = gain;
            }
        }
    }
}

/// k of the sections of a shelf.
fn dampings(slope: Slope) -> &'static [f32] {
    match slope {
        Slope::Db12 => &[1.414_213_562_37],
        Slope::Db24 => &[0.765_366_864_73, 1.847_759_065_02],
        Slope::Db48 => &[0.390_180_644_03, 1.111_140_466_04, 1.662_939_224_61, 1.961_570_560_81],
    }
}

pub(crate) fn shelves(
    slope: Slope,
    width: Width,
    rows: &[Shelf],
    state: &mut ShelfState,
    pairs: &[[f32; 2]],
    l: &mut [f32],
    r: &mut [f32],
) {
    for (n, (pair, row)) in pairs.iter().zip(&rows[SHELF_PAD..]).enumerate() {
        for channel in 0..2 {
            let mut x = pair[channel];
            for shelf in 0..SLOTS {
                let lane = shelf + if width == Width::Wide { 8 * channel } else { 0 };
                let (g, m) = (row.g[lane], row.r[lane] * row.r[lane]);
                let h = m * m;
                let (g2, rest, lift) = (g + g, 1.0 - h, m - h);
                for (&k, [s1, s2]) in dampings(slope).iter().zip(&mut state.s[channel]) {
                    let (s1, s2) = (&mut s1[shelf], &mut s2[shelf]);
                    let gk = g + k;
                    let a = g / fma(g, gk, 1.0);
                    let t = x - fma(gk, *s1, *s2);
                    let direct = fma(h, x, rest * *s2);
                    let band = fma(a, t, *s1);
                    *s1 = fma(a + a, t, *s1);
                    *s2 = fma(g2, band, *s2);
                    x = fma(fma(rest, g, k * lift), band, direct);
                }
            }
            // Every zero is +0.
            (if channel == 0 { &mut *l } else { &mut *r })[n] = x + 0.0;
        }
    }
}

pub(crate) fn mid_side(pairs: &[[f32; 2]], coded: &mut [[f32; 2]]) {
    for (&[l, r], coded) in pairs.iter().zip(coded) {
        *coded = [0.5 * (l + r), 0.5 * (l - r)];
    }
}

pub(crate) fn finish(
    basis: Basis,
    pairs: &[[f32; 2]],
    delta: Steps<'_, f32>,
    gain: Steps<'_, f32>,
    l: &mut [f32],
    r: &mut [f32],
) {
    for (n, pair) in pairs.iter().enumerate() {
        let (a, b) = match basis {
            Basis::Stereo => (l[n], r[n]),
            Basis::MidSide => (l[n] + r[n], l[n] - r[n]),
        };
        l[n] = (a - delta.at(n) * pair[0]) * gain.at(n);
        r[n] = (b - delta.at(n) * pair[1]) * gain.at(n);
    }
}
