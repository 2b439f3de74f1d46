//! `rows.c` once more.

use super::{max, min};
use crate::layout::Line;
use crate::steps::Steps;

/// One sample as the engine takes it in.
fn clean(x: f32, gain: f32) -> f32 {
    let finite = if x.is_finite() { x } else { 0.0 };
    max(min(finite, 1.0e6), -1.0e6) * gain
}

pub(crate) fn interleave(l: &[f32], r: &[f32], gain: Steps<'_, f32>, pairs: &mut [[f32; 2]]) -> bool {
    for (n, pair) in pairs.iter_mut().enumerate() {
        *pair = [clean(l[n], *gain.at(n)), clean(r[n], *gain.at(n))];
    }
    l.iter().chain(r).all(|x| x.is_finite())
}

pub(crate) fn rows(lines: &[Line], rows: &mut [f32], stride: usize) {
    for (n, line) in lines.iter().enumerate() {
        for (lane, &x) in line.lane.iter().enumerate() {
            rows[lane * stride + n] = x;
        }
    }
}
