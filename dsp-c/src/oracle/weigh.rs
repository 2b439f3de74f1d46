//! `weigh.c` once more.

use super::decibel::gain_of_db;
use super::{fma, max, min};
use crate::layout::{Extremes, Line, Modifier, NARROW_LANE, RampLanes, Ramps, WIDE_LANE};
use crate::steps::Steps;
use crate::variants::Width;

pub(crate) fn delay_gains(width: Width, delay: &[u32; 16], ring: &mut [Line], at: usize, gains: &mut [Line]) {
    let mask = ring.len() - 1;
    for (n, gains) in gains.iter_mut().enumerate() {
        let at = at + n;
        let now = &mut ring[at & mask].lane;
        match width {
            Width::Narrow => {
                for (&wide, &narrow) in WIDE_LANE.iter().zip(&NARROW_LANE) {
                    now[wide] = gains.lane[narrow];
                    now[wide + 1] = gains.lane[narrow];
                }
                for (&wide, &narrow) in WIDE_LANE.iter().zip(&NARROW_LANE) {
                    gains.lane[narrow] = ring[at.wrapping_sub(delay[wide] as usize) & mask].lane[wide];
                }
            }
            Width::Wide => {
                *now = gains.lane;
                for (lane, gain) in gains.lane.iter_mut().enumerate() {
                    *gain = ring[at.wrapping_sub(delay[lane] as usize) & mask].lane[lane];
                }
            }
        }
    }
}

pub(crate) fn weigh(width: Width, modifiers: Steps<'_, Modifier>, extremes: &mut Extremes, gains: &mut [Line]) {
    for (n, line) in gains.iter_mut().enumerate() {
        let m = modifiers.at(n);
        for lane in 0..width.lanes() {
            let db = line.lane[lane];
            extremes.lowest_db[lane] = min(extremes.lowest_db[lane], db);
            extremes.highest_db[lane] = max(extremes.highest_db[lane], db);
            line.lane[lane] = fma(gain_of_db(db + m.gain[lane]), m.scale[lane], m.base[lane]);
        }
    }
}

fn ramp(r: &RampLanes, lane: usize, n: usize) -> f32 {
    fma(r.step[lane], r.frame[lane] + n as f32, r.from[lane])
}

pub(crate) fn modify(ramps: &mut Ramps, modifiers: &mut [Modifier]) {
    for (n, out) in modifiers.iter_mut().enumerate() {
        for lane in 0..16 {
            let touched = ramps.touched[lane];
            let m = ramp(&ramps.band_mix, lane, n) * ramp(&ramps.mix, lane, n) * touched;
            let mask = ramp(&ramps.mask, lane, n);
            let base = mask * (1.0 - m - ramp(&ramps.delta, lane, n));
            let listen = ramp(&ramps.listen, lane, n);
            out.sign_above[lane] = ramp(&ramps.sign_above, lane, n) * touched;
            out.sign_below[lane] = ramp(&ramps.sign_below, lane, n) * touched;
            out.gain[lane] = ramp(&ramps.gain, lane, n);
            out.base[lane] = fma(1.0 - listen, base, listen * ramp(&ramps.heard, lane, n));
            out.scale[lane] = (1.0 - listen) * (mask * m);
            out.mix[lane] = m;
        }
    }
    let Ramps { sign_above, sign_below, gain, band_mix, mask, heard, mix, delta, listen, .. } = ramps;
    for ramp in [sign_above, sign_below, gain, band_mix, mask, heard, mix, delta, listen] {
        ramp.frame = ramp.frame.map(|frame| frame + modifiers.len() as f32);
    }
}

pub(crate) fn crossfade(amount: &RampLanes, side: &[Line], lines: &mut [Line]) {
    for (n, (side, line)) in side.iter().zip(lines).enumerate() {
        for lane in 0..16 {
            let x = line.lane[lane];
            line.lane[lane] = fma(ramp(amount, lane, n), side.lane[lane] - x, x);
        }
    }
}
