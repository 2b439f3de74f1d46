//! From lines of audio to levels.

use octant_dsp::layout::{Extremes, Rms, Smooth, Source};

use super::{Case, WIDTHS, lines_field, stale_lines};
use crate::outcome::{Field, Outcome, Tolerance};
use crate::random::Random;
use crate::signals;

const LEVEL: Tolerance = Tolerance::Decibels(1.0e-4);

fn chosen(random: &mut Random) -> [u32; 16] {
    [0; 16].map(|_| if random.chance(0.6) { u32::MAX } else { 0 })
}

/// What the detectors of a line read, as an engine sets it: both channels of a band from the same source.
fn source(random: &mut Random) -> Source {
    let mut source = Source { same: [1.0; 16], ..Source::ZERO };
    for left in (0..16).step_by(2) {
        let external = if random.chance(0.5) { u32::MAX } else { 0 };
        let mid_side = random.chance(0.5);
        for lane in left..left + 2 {
            source.external[lane] = external;
            if mid_side {
                source.same[lane] = [0.5, -0.5][lane - left];
                source.cross[lane] = 0.5;
            }
        }
    }
    source
}

pub(super) fn add(cases: &mut Vec<Case>) {
    cases.push(Case::new("source", |bench, random| {
        let frames = bench.frames;
        let source = bench.structs(vec![source(random)]);
        let lines = bench.structs(signals::lines(frames, random));
        let side = bench.structs(signals::lines(frames, random));
        let mut read = bench.structs(stale_lines(frames));
        for call in bench.calls() {
            bench.kernels.source(&source[0], &lines[call.clone()], &side[call.clone()], &mut read[call]);
        }
        Outcome(vec![lines_field("read", Tolerance::OfPeak(1.0e-6), &read)])
    }));
    cases.push(Case::new("power_peak", |bench, random| {
        let lines = bench.structs(signals::lines(bench.frames, random));
        let mut power = bench.structs(stale_lines(bench.frames));
        for call in bench.calls() {
            bench.kernels.power_peak(&lines[call.clone()], &mut power[call]);
        }
        Outcome(vec![lines_field("power", Tolerance::Exact, &power)])
    }));
    cases.push(Case::new("power_rms", |bench, random| {
        let lines = bench.structs(signals::lines(bench.frames, random));
        let kappa = [0.0; 16].map(|_| if random.chance(0.8) { 10f64.powf(random.between(-5.0, -1.0)) } else { 0.0 });
        let square = [0.0; 16].map(|_| random.unit());
        let mut state = bench.structs(vec![Rms { kappa, square, chosen: chosen(random) }]);
        let mut power = bench.structs(stale_lines(bench.frames));
        for call in bench.calls() {
            bench.kernels.power_rms(&mut state[0], &lines[call.clone()], &mut power[call]);
        }
        Outcome(vec![
            lines_field("power", Tolerance::OfPeak(1.0e-6), &power),
            Field::double("square", 16, Tolerance::OfPeak(1.0e-9), state[0].square.to_vec()),
        ])
    }));
    cases.push(Case::new("power_smooth", |bench, random| {
        let lines = bench.structs(signals::lines(bench.frames, random));
        let mut state = bench.structs(vec![Smooth { chosen: chosen(random), ..Smooth::ZERO }]);
        let mut power = bench.structs(stale_lines(bench.frames));
        for call in bench.calls() {
            bench.kernels.power_smooth(&mut state[0], &lines[call.clone()], &mut power[call]);
        }
        let Smooth { a, b, late, odd, .. } = state[0];
        let history = [a.as_flattened(), b.as_flattened(), &[late]].concat();
        Outcome(vec![
            lines_field("power", Tolerance::OfPeak(1.0e-4), &power),
            Field::single("history", 16, Tolerance::OfPeak(1.0e-4), history.as_flattened().to_vec()),
            Field::double("odd", 1, Tolerance::Exact, vec![f64::from(odd)]),
        ])
    }));
    for (name, width) in WIDTHS {
        cases.push(Case::new(format!("level_peak {name}"), move |bench, random| {
            let lines = bench.structs(signals::lines(bench.frames, random));
            let mut extremes = bench.structs(vec![Extremes { level_db: [-100.0; 16], ..Extremes::ZERO }]);
            let mut levels = bench.structs(stale_lines(bench.frames));
            for call in bench.calls() {
                bench.kernels.level_peak(width, &lines[call.clone()], &mut extremes[0], &mut levels[call]);
            }
            Outcome(vec![
                lines_field("levels", LEVEL, &levels),
                Field::single("extremes", 16, LEVEL, extremes[0].level_db.to_vec()),
            ])
        }));
        cases.push(Case::new(format!("level_power {name}"), move |bench, random| {
            // Powers: from far below the floor to full scale and beyond.
            let mut levels = signals::wandering_lines(bench.frames, -18.0, 2.0, random);
            for (n, line) in levels.iter_mut().enumerate() {
                let silent = (n / 50) % 7 == 3;
                line.lane = line.lane.map(|exponent| if silent { 0.0 } else { 10f32.powf(exponent) });
            }
            let mut levels = bench.structs(levels);
            let mut extremes = bench.structs(vec![Extremes { level_db: [-100.0; 16], ..Extremes::ZERO }]);
            for call in bench.calls() {
                bench.kernels.level_power(width, &mut extremes[0], &mut levels[call]);
            }
            // Lanes beyond the narrow ones keep the power.
            Outcome(vec![
                lines_field("levels", LEVEL, &levels),
                Field::single("extremes", 16, LEVEL, extremes[0].level_db.to_vec()),
            ])
        }));
    }
}
