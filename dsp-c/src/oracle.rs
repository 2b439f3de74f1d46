//! The kernels once more in plain Rust, one number at a time: what the tests hold the vector code against.
//!
//! Same operations, same order, same roundings as the C files of the same names; with a fused multiply-add the bits
//! agree. Also what processors run that have no table of their own.

// Constants have the digits of the C files; lanes are indices here as they are there.
#![allow(clippy::excessive_precision, clippy::approx_constant, clippy::needless_range_loop)]

use crate::ffi::{Ballistics, Output, Steps, Width};
use crate::layout::{
    Decode, DownState, Envelope, Extremes, Glide, Line, Modifier, NARROW_LANE, RampLanes, Ramps, Rms, Section, Smooth,
    Source, Tree, UpState, WIDE_LANE,
};
use crate::settings::Slope;

const TWO_K_24: f32 = 2.828_427_124_7;
const TWO_K_48A: f32 = 1.530_733_729_5;
const TWO_K_48B: f32 = 3.695_518_130_0;

fn fma(a: f32, b: f32, c: f32) -> f32 {
    a.mul_add(b, c)
}

fn fnma(a: f32, b: f32, c: f32) -> f32 {
    (-a).mul_add(b, c)
}

fn max(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

fn min(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

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
        let x = &line.lane;
        let mut four = [0.0; 4];
        for lane in 0..8 {
            let (own_low, other_low) = factors(output, &weights[n], decode, lane);
            let (own_high, other_high) = factors(output, &weights[n], decode, 8 + lane);
            let sum = match output {
                Output::MidSide => {
                    let high = fma(other_high, x[8 + (lane ^ 1)], own_high * x[8 + lane]);
                    fma(own_low, x[lane], fma(other_low, x[lane ^ 1], high))
                }
                _ => fma(own_low, x[lane], own_high * x[8 + lane]),
            };
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

/// 10 log10(max(power, −144 dB)).
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

/// slope · hinge, at most range.
fn bend(c: &Section, lane: usize, beyond: f32) -> f32 {
    let x = max(beyond, 0.0);
    let in_knee = min(x, c.knee[lane]);
    let hinge = fma(in_knee, in_knee * c.curvature[lane], x - in_knee);
    min(hinge * c.slope[lane], c.range[lane])
}

const HOLD_MARGIN_DB: f64 = 0.01;

fn follow(above: bool, ballistics: Ballistics, c: &Section, e: &mut Envelope, lane: usize, target: f32) -> f32 {
    let v = f64::from(target);
    let y1 = if e.y1[lane] > v { e.y1[lane] } else { v };
    let released = c.release[lane].mul_add(v - y1, y1);
    let mut goal = released;
    if ballistics == Ballistics::Full {
        if v >= y1 - HOLD_MARGIN_DB && c.hold[lane] > 0.0 {
            e.hold[lane] = c.hold[lane];
            goal = y1;
        } else if e.hold[lane] > 0.0 {
            e.hold[lane] -= 1.0;
            goal = y1;
        }
    }
    e.y1[lane] = goal;
    if ballistics == Ballistics::Full && above {
        e.slow[lane] = c.slow[lane].mul_add(goal - e.slow[lane], e.slow[lane]);
        let share = c.share[lane] * e.slow[lane];
        goal = if goal > share { goal } else { share };
    }
    e.y[lane] = c.attack[lane].mul_add(goal - e.y[lane], e.y[lane]);
    e.y[lane] as f32
}

/// Links the two channels of a wide line of targets.
fn linked(width: Width, c: &Section, targets: [f32; 16]) -> [f32; 16] {
    if width == Width::Narrow {
        return targets;
    }
    std::array::from_fn(|lane| {
        let loudest = max(targets[lane], targets[lane ^ 1]);
        fma(c.link[lane], loudest, c.unlink[lane] * targets[lane])
    })
}

fn lanes(width: Width) -> usize {
    match width {
        Width::Narrow => 8,
        Width::Wide => 16,
    }
}

pub(crate) fn above(
    width: Width,
    ballistics: Ballistics,
    c: &Section,
    e: &mut Envelope,
    modifiers: Steps<'_, Modifier>,
    levels: &[Line],
    gains: &mut [Line],
) {
    for n in 0..gains.len() {
        let mut targets = [0.0; 16];
        for lane in 0..lanes(width) {
            targets[lane] = bend(c, lane, levels[n].lane[lane] + c.edge[lane]);
        }
        let targets = linked(width, c, targets);
        for lane in 0..lanes(width) {
            let y = follow(true, ballistics, c, e, lane, targets[lane]);
            gains[n].lane[lane] = modifiers.at(n).sign_above[lane] * y;
        }
    }
}

pub(crate) fn below(
    width: Width,
    ballistics: Ballistics,
    c: &Section,
    e: &mut Envelope,
    modifiers: Steps<'_, Modifier>,
    levels: &[Line],
    gains: &mut [Line],
) {
    for n in 0..gains.len() {
        let mut targets = [0.0; 16];
        for lane in 0..lanes(width) {
            let level = levels[n].lane[lane];
            let mut edge = c.edge[lane];
            if ballistics == Ballistics::Full {
                if level >= c.threshold[lane] {
                    e.open[lane] = 1.0;
                } else if level < c.threshold[lane] - c.hysteresis[lane] {
                    e.open[lane] = 0.0;
                }
                edge = fnma(e.open[lane], c.hysteresis[lane], edge);
            }
            targets[lane] = 0.0 - bend(c, lane, edge - level);
        }
        let targets = linked(width, c, targets);
        for lane in 0..lanes(width) {
            let y = follow(false, ballistics, c, e, lane, targets[lane]);
            gains[n].lane[lane] = fnma(modifiers.at(n).sign_below[lane], y, gains[n].lane[lane]);
        }
    }
}

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
        for lane in 0..lanes(width) {
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

pub(crate) fn rows(lines: &[Line], rows: &mut [f32], stride: usize) {
    for (n, line) in lines.iter().enumerate() {
        for (lane, &x) in line.lane.iter().enumerate() {
            rows[lane * stride + n] = x;
        }
    }
}

pub(crate) fn scale(gain: &[f32], row: &mut [f32]) {
    for (x, g) in row.iter_mut().zip(gain) {
        *x *= g;
    }
}
