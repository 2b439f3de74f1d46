//! `sections.h`, `down.c`, `up.c` and `glide.c` once more.

use super::{fma, fnma};
use crate::layout::{Decode, DownState, Glide, Line, Tree, UpState};
use crate::settings::Slope;
use crate::steps::Steps;
use crate::variants::Output;

const TWO_K_24: f32 = 2.828_427_124_7;
const TWO_K_48A: f32 = 1.530_733_729_5;
const TWO_K_48B: f32 = 3.695_518_130_0;

/// Coefficients of one lane.
#[derive(Clone, Copy)]
struct Lane {
    g: f32,
    g2: f32,
    a: [f32; 3],
    b: [f32; 3],
}

macro_rules! lane_of {
    ($section:expr, $lane:expr) => {
        Lane {
            g: $section.g[$lane],
            g2: $section.g2[$lane],
            a: [$section.gk_a[$lane], $section.a_a[$lane], $section.a2_a[$lane]],
            b: [$section.gk_b[$lane], $section.a_b[$lane], $section.a2_b[$lane]],
        }
    };
}

/// One frame of a two-pole section: (band-pass, low-pass).
fn svf(c: &Lane, [gk, a, a2]: [f32; 3], s: &mut [f32; 2], x: f32) -> (f32, f32) {
    let t = fnma(gk, s[0], x) - s[1];
    let band = fma(a, t, s[0]);
    s[0] = fma(a2, t, s[0]);
    let low = fma(c.g, band, s[1]);
    s[1] = fma(c.g2, band, s[1]);
    (band, low)
}

fn one_pole(c: &Lane, s: &mut [f32; 2], x: f32) -> f32 {
    let t = x - s[0];
    let low = fma(c.a[1], t, s[0]);
    s[0] = fma(c.a[2], t, s[0]);
    low
}

/// One frame of a split: (low, high). `s`: the states of its sections in this lane.
fn split(slope: Slope, c: &Lane, s: &mut [[f32; 2]; 5], x: f32) -> (f32, f32) {
    match slope {
        Slope::Db12 => {
            let once = one_pole(c, &mut s[0], x);
            let twice = one_pole(c, &mut s[1], once);
            (0.0 - twice, fnma(2.0, once, x) + twice)
        }
        Slope::Db24 => {
            let (band, once) = svf(c, c.a, &mut s[0], x);
            let (_, low) = svf(c, c.a, &mut s[1], once);
            (low, fnma(TWO_K_24, band, x) - low)
        }
        Slope::Db48 => {
            let (band, low) = svf(c, c.a, &mut s[0], x);
            let all = fnma(TWO_K_48A, band, x);
            let (band, _) = svf(c, c.b, &mut s[1], all);
            let all = fnma(TWO_K_48B, band, all);
            let (_, low) = svf(c, c.b, &mut s[2], low);
            let (_, low) = svf(c, c.a, &mut s[3], low);
            let (_, low) = svf(c, c.b, &mut s[4], low);
            (low, all - low)
        }
    }
}

fn allpass(slope: Slope, c: &Lane, s: &mut [[f32; 2]; 2], x: f32) -> f32 {
    match slope {
        Slope::Db12 => fnma(2.0, one_pole(c, &mut s[0], x), x),
        Slope::Db24 => fnma(TWO_K_24, svf(c, c.a, &mut s[0], x).0, x),
        Slope::Db48 => {
            let x = fnma(TWO_K_48A, svf(c, c.a, &mut s[0], x).0, x);
            fnma(TWO_K_48B, svf(c, c.b, &mut s[1], x).0, x)
        }
    }
}

/// Runs `f` on the states of one lane.
fn in_lane<const SECTIONS: usize, const LANES: usize, T>(
    state: &mut [[[f32; LANES]; 2]; SECTIONS],
    lane: usize,
    f: impl FnOnce(&mut [[f32; 2]; SECTIONS]) -> T,
) -> T {
    let mut s = state.map(|section| section.map(|lanes| lanes[lane]));
    let result = f(&mut s);
    for (section, s) in state.iter_mut().zip(s) {
        section[0][lane] = s[0];
        section[1][lane] = s[1];
    }
    result
}

pub(crate) fn down(slope: Slope, tree: Steps<'_, Tree>, state: &mut DownState, pairs: &[[f32; 2]], lines: &mut [Line]) {
    for (n, (pair, line)) in pairs.iter().zip(lines).enumerate() {
        let tree = tree.at(n);
        let mut four = [0.0; 4];
        for channel in 0..2 {
            let c = lane_of!(tree.down1, channel);
            let sides = in_lane(&mut state.level1, channel, |s| split(slope, &c, s, pair[channel]));
            (four[channel], four[2 + channel]) = sides;
        }
        let mut eight = [0.0; 8];
        for lane in 0..4 {
            let c = lane_of!(tree.down2, lane);
            let sides = in_lane(&mut state.level2, lane, |s| split(slope, &c, s, four[lane]));
            (eight[lane], eight[4 + lane]) = sides;
        }
        for lane in 0..8 {
            let c = lane_of!(tree.down3, lane);
            let sides = in_lane(&mut state.level3, lane, |s| split(slope, &c, s, eight[lane]));
            (line.lane[lane], line.lane[8 + lane]) = sides;
        }
    }
}

/// Factors of a lane's own sample and of the other channel's.
fn factors(output: Output, weights: &Line, decode: &Decode, lane: usize) -> (f32, f32) {
    let (own, other) = (weights.lane[lane], weights.lane[lane ^ 1]);
    match output {
        // Even narrow lanes belong to low sides, odd ones to high sides.
        Output::Narrow => (weights.lane[(lane & 6) | usize::from(lane >= 8)], 0.0),
        Output::Wide => (own, 0.0),
        Output::MidSide => (
            fma(decode.own_same[lane], own, decode.own_cross[lane] * other),
            fma(decode.other_same[lane], own, decode.other_cross[lane] * other),
        ),
    }
}

/// Both bands of a pair, weighted.
fn weighted(output: Output, line: &Line, weights: &Line, decode: &Decode, lane: usize) -> f32 {
    let x = &line.lane;
    let (own_low, other_low) = factors(output, weights, decode, lane);
    let (own_high, other_high) = factors(output, weights, decode, 8 + lane);
    match output {
        Output::MidSide => {
            let high = fma(other_high, x[8 + (lane ^ 1)], own_high * x[8 + lane]);
            fma(own_low, x[lane], fma(other_low, x[lane ^ 1], high))
        }
        _ => fma(own_low, x[lane], own_high * x[8 + lane]),
    }
}

pub(crate) fn sum(
    output: Output,
    lines: &[Line],
    weights: &[Line],
    decode: &Decode,
    gain: Steps<'_, f32>,
    l: &mut [f32],
    r: &mut [f32],
) {
    for (n, line) in lines.iter().enumerate() {
        let pair = |lane: usize| weighted(output, line, &weights[n], decode, lane);
        let four: [f32; 4] = std::array::from_fn(|lane| pair(lane) + pair(lane + 4));
        l[n] = (four[0] + four[2]) * gain.at(n);
        r[n] = (four[1] + four[3]) * gain.at(n);
    }
}

#[allow(clippy::too_many_arguments)]
pub(crate) fn up(
    slope: Slope,
    output: Output,
    tree: Steps<'_, Tree>,
    state: &mut UpState,
    lines: &[Line],
    weights: &[Line],
    decode: &Decode,
    gain: Steps<'_, f32>,
    l: &mut [f32],
    r: &mut [f32],
) {
    for (n, line) in lines.iter().enumerate() {
        let tree = tree.at(n);
        let mut four = [0.0; 4];
        for lane in 0..8 {
            let sum = weighted(output, line, &weights[n], decode, lane);
            let c = lane_of!(tree.up1, lane);
            let y = in_lane(&mut state.step1, lane, |s| allpass(slope, &c, s, sum));
            if lane < 4 { four[lane] = y } else { four[lane - 4] += y }
        }
        for (lane, x) in four.iter_mut().enumerate() {
            let (c2, c3, c4) = (lane_of!(tree.up2, lane), lane_of!(tree.up3, lane), lane_of!(tree.up4, lane));
            *x = in_lane(&mut state.step2, lane, |s| allpass(slope, &c2, s, *x));
            *x = in_lane(&mut state.step3, lane, |s| allpass(slope, &c3, s, *x));
            *x = in_lane(&mut state.step4, lane, |s| allpass(slope, &c4, s, *x));
        }
        l[n] = (four[0] + four[2]) * gain.at(n);
        r[n] = (four[1] + four[3]) * gain.at(n);
    }
}

pub(crate) fn glide(slope: Slope, ends: &Glide, phase: usize, trees: &mut [Tree]) {
    for (n, tree) in trees.iter_mut().enumerate() {
        let t = (phase + n + 1) as f32 * (1.0 / 16.0);
        let lane = |lane: usize| -> Lane {
            let (from, to) = (ends.from[lane], ends.to[lane]);
            let g = if t == 1.0 { to } else { fma(t, to - from, from) };
            let damped = |k: f32| {
                let gk = g + k;
                let a = g / fma(g, gk, 1.0);
                [gk, a, a + a]
            };
            match slope {
                Slope::Db12 => {
                    let a = g / (g + 1.0);
                    Lane { g: 0.0, g2: 0.0, a: [0.0, a, a + a], b: [0.0; 3] }
                }
                Slope::Db24 => Lane { g, g2: g + g, a: damped(ends.k_a), b: [0.0; 3] },
                Slope::Db48 => Lane { g, g2: g + g, a: damped(ends.k_a), b: damped(ends.k_b) },
            }
        };
        macro_rules! fill {
            ($($step:ident $first:literal $lanes:literal),+) => {
                $(for i in 0..$lanes {
                    let c = lane($first + i);
                    tree.$step.g[i] = c.g;
                    tree.$step.g2[i] = c.g2;
                    [tree.$step.gk_a[i], tree.$step.a_a[i], tree.$step.a2_a[i]] = c.a;
                    [tree.$step.gk_b[i], tree.$step.a_b[i], tree.$step.a2_b[i]] = c.b;
                })+
            };
        }
        fill!(down1 0 4, down2 4 4, down3 8 8, up1 16 8, up2 24 4, up3 28 4, up4 32 4);
    }
}
