//! `dynamics.c` once more.

use super::{fma, fnma, max, min};
use crate::layout::{Envelope, Line, Modifier, Section};
use crate::steps::Steps;
use crate::variants::{Ballistics, Width};

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
        for lane in 0..width.lanes() {
            targets[lane] = bend(c, lane, levels[n].lane[lane] + c.edge[lane]);
        }
        let targets = linked(width, c, targets);
        for lane in 0..width.lanes() {
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
        for lane in 0..width.lanes() {
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
        for lane in 0..width.lanes() {
            let y = follow(false, ballistics, c, e, lane, targets[lane]);
            gains[n].lane[lane] = fnma(modifiers.at(n).sign_below[lane], y, gains[n].lane[lane]);
        }
    }
}
