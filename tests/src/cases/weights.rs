//! From gains in dB to weights, and the ramps on the way.

use octant_dsp::layout::{Extremes, RampLanes, Ramps};

use super::dynamics::modifiers;
use super::{Case, LONGEST_MOVING, STEPS, WIDTHS, lines_field, steps};
use crate::outcome::{Field, Outcome, Tolerance};
use crate::random::Random;
use crate::signals;

fn ramp(low: f64, high: f64, random: &mut Random) -> RampLanes {
    RampLanes {
        from: [0.0; 16].map(|_| random.between(low, high) as f32),
        step: [0.0; 16].map(|_| if random.chance(0.5) { random.between(-1.0e-3, 1.0e-3) as f32 } else { 0.0 }),
        frame: [0.0; 16].map(|_| random.whole(0..1000) as f32),
    }
}

fn ramps(random: &mut Random) -> Ramps {
    Ramps {
        sign_above: ramp(-1.0, 1.0, random),
        sign_below: ramp(-1.0, 1.0, random),
        gain: ramp(-24.0, 24.0, random),
        band_mix: ramp(0.0, 1.0, random),
        mask: ramp(0.0, 1.0, random),
        heard: ramp(0.0, 1.0, random),
        mix: ramp(0.0, 1.0, random),
        delta: ramp(0.0, 1.0, random),
        listen: ramp(0.0, 1.0, random),
        touched: [0.0; 16].map(|_| random.one_of(&[0.0, 1.0, 1.0])),
    }
}

fn frames_of(ramps: &Ramps) -> Field {
    let Ramps { sign_above, sign_below, gain, band_mix, mask, heard, mix, delta, listen, .. } = ramps;
    let all = [sign_above, sign_below, gain, band_mix, mask, heard, mix, delta, listen];
    Field::single("ramps, frame", 16, Tolerance::Exact, all.iter().flat_map(|ramp| ramp.frame).collect())
}

pub(super) fn add(cases: &mut Vec<Case>) {
    let modify = Case::new("modify", |bench, random| {
        let mut ramps = bench.structs(vec![ramps(random)]);
        let mut modifiers = bench.structs(vec![octant_dsp::layout::Modifier::ZERO; bench.frames]);
        for call in bench.calls() {
            bench.kernels.modify(&mut ramps[0], &mut modifiers[call]);
        }
        let values = modifiers.iter().flat_map(|m| [m.sign_above, m.sign_below, m.gain, m.base, m.scale]);
        let values = values.flatten().collect();
        Outcome(vec![Field::single("modifiers", 80, Tolerance::OfPeak(1.0e-6), values), frames_of(&ramps[0])])
    });
    cases.push(modify.at_most(LONGEST_MOVING));
    for (width_name, width) in WIDTHS {
        for (step_name, moving) in STEPS {
            let weigh = Case::new(format!("weigh {width_name} {step_name}"), move |bench, random| {
                let modifiers = bench.structs(modifiers(if moving { bench.frames } else { 1 }, random));
                let mut gains = bench.structs(signals::wandering_lines(bench.frames, -120.0, 60.0, random));
                let mut extremes = bench.structs(vec![Extremes {
                    lowest_db: [f32::INFINITY; 16],
                    highest_db: [f32::NEG_INFINITY; 16],
                    ..Extremes::ZERO
                }]);
                for call in bench.calls() {
                    let modifiers = steps(&modifiers, moving, call.clone());
                    bench.kernels.weigh(width, modifiers, &mut extremes[0], &mut gains[call]);
                }
                // Before the first frame the extremes are infinite, which no tolerance can compare.
                let extremes = [extremes[0].lowest_db, extremes[0].highest_db].concat();
                let extremes = extremes.into_iter().map(|x| x.clamp(-1.0e9, 1.0e9)).collect();
                Outcome(vec![
                    lines_field("weights", Tolerance::OfPeak(1.0e-5), &gains),
                    Field::single("extremes", 16, Tolerance::Exact, extremes),
                ])
            });
            cases.push(weigh.at_most(if moving { LONGEST_MOVING } else { usize::MAX }));
        }
    }
    cases.push(Case::new("crossfade", |bench, random| {
        let amount = ramp(0.0, 1.0, random);
        let side = bench.structs(signals::lines(bench.frames, random));
        let mut lines = bench.structs(signals::lines(bench.frames, random));
        for call in bench.calls() {
            // The kernel does not move this ramp on: its caller does.
            let mut amount = bench.structs(vec![amount]);
            amount[0].frame = amount[0].frame.map(|frame| frame + call.start as f32);
            bench.kernels.crossfade(&amount[0], &side[call.clone()], &mut lines[call]);
        }
        Outcome(vec![lines_field("lines", Tolerance::OfPeak(1.0e-6), &lines)])
    }));
}
