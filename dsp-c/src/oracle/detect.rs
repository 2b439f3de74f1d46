//! `detect.c` once more.

use super::decibel::level_db;
use super::{fma, max};
use crate::layout::{Extremes, Line, NARROW_LANE, Rms, Smooth, Source, WIDE_LANE};
use crate::variants::Width;

pub(crate) fn source(source: &Source, lines: &[Line], side: &[Line], read: &mut [Line]) {
    for n in 0..read.len() {
        let x = |lane: usize| {
            let external = source.external[lane] != 0 && !side.is_empty();
            if external { side[n].lane[lane] } else { lines[n].lane[lane] }
        };
        for lane in 0..16 {
            // The vector code chooses main or sidechain by the reading lane; both channels of a band agree.
            read[n].lane[lane] = fma(source.same[lane], x(lane), source.cross[lane] * x(lane ^ 1));
        }
    }
}

/// Levels of a line from its powers.
fn levels_of(width: Width, power: &[f32; 16], extremes: &mut Extremes, levels: &mut Line) {
    match width {
        Width::Narrow => {
            for (&wide, &narrow) in WIDE_LANE.iter().zip(&NARROW_LANE) {
                levels.lane[narrow] = level_db(max(power[wide], power[wide + 1]));
                extremes.level_db[narrow] = max(extremes.level_db[narrow], levels.lane[narrow]);
            }
        }
        Width::Wide => {
            for lane in 0..16 {
                levels.lane[lane] = level_db(power[lane]);
                extremes.level_db[lane] = max(extremes.level_db[lane], levels.lane[lane]);
            }
        }
    }
}

pub(crate) fn level_peak(width: Width, lines: &[Line], extremes: &mut Extremes, levels: &mut [Line]) {
    for (line, levels) in lines.iter().zip(levels) {
        levels_of(width, &line.lane.map(|x| x * x), extremes, levels);
    }
}

pub(crate) fn power_peak(lines: &[Line], power: &mut [Line]) {
    for (line, power) in lines.iter().zip(power) {
        power.lane = line.lane.map(|x| x * x);
    }
}

pub(crate) fn power_rms(state: &mut Rms, lines: &[Line], power: &mut [Line]) {
    for (line, power) in lines.iter().zip(power) {
        for lane in 0..16 {
            let x = f64::from(line.lane[lane]);
            let mean = &mut state.square[lane];
            *mean = state.kappa[lane].mul_add(x * x - *mean, *mean);
            if state.chosen[lane] != 0 {
                power.lane[lane] = *mean as f32 + *mean as f32;
            }
        }
    }
}

const CHAIN_A: [f32; 4] = [0.479_400_865_59, 0.876_218_493_54, 0.976_597_589_51, 0.997_499_255_94];
const CHAIN_B: [f32; 4] = [0.161_758_498_37, 0.733_028_932_34, 0.945_349_700_33, 0.990_599_156_68];

fn chain(c: &[f32; 4], past: &mut [[f32; 16]; 5], lane: usize, mut x: f32) -> f32 {
    for s in 0..4 {
        let y = fma(c[s], x + past[s + 1][lane], -past[s][lane]);
        past[s][lane] = x;
        x = y;
    }
    past[4][lane] = x;
    x
}

pub(crate) fn power_smooth(state: &mut Smooth, lines: &[Line], power: &mut [Line]) {
    for (line, power) in lines.iter().zip(power) {
        let odd = state.odd as usize;
        for lane in 0..16 {
            let quadrature = chain(&CHAIN_B, &mut state.b[odd], lane, line.lane[lane]);
            let next = chain(&CHAIN_A, &mut state.a[odd], lane, line.lane[lane]);
            let in_phase = std::mem::replace(&mut state.late[lane], next);
            if state.chosen[lane] != 0 {
                power.lane[lane] = fma(in_phase, in_phase, quadrature * quadrature);
            }
        }
        state.odd ^= 1;
    }
}

pub(crate) fn level_power(width: Width, extremes: &mut Extremes, levels: &mut [Line]) {
    for line in levels {
        let power = line.lane;
        levels_of(width, &power, extremes, line);
    }
}
