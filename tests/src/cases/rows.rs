//! The border between the caller's rows and the lines inside.

use octant_dsp::layout::Line;

use super::{Case, STEPS, steps};
use crate::outcome::{Field, Outcome, Tolerance};
use crate::signals;

pub(super) fn add(cases: &mut Vec<Case>) {
    for (name, moving) in STEPS {
        let case = Case::new(format!("interleave {name}"), move |bench, random| {
            let frames = bench.frames;
            let l = bench.row(signals::hostile_row(frames, random));
            let r = bench.row(signals::hostile_row(frames, random));
            let gain = bench.row(signals::gains(if moving { frames } else { 1 }, random));
            let mut pairs = bench.structs(vec![[-7.5f32; 2]; frames]);
            for call in bench.calls() {
                let gain = steps(&gain, moving, call.clone());
                let rows = [&l[call.clone()], &r[call.clone()]];
                let finite = bench.kernels.interleave(rows[0], rows[1], gain, &mut pairs[call]);
                assert_eq!(
                    finite,
                    rows.iter().all(|row| row.iter().all(|x| x.is_finite())),
                    "what it says of the input"
                );
            }
            // One product, rounded once on every machine.
            Outcome(vec![Field::single("pairs", 2, Tolerance::Exact, pairs.iter().flatten().copied().collect())])
        });
        cases.push(case.with_rows());
    }
    let rows = Case::new("rows", |bench, random| {
        let frames = bench.frames;
        let lines = bench.structs(signals::lines(frames, random));
        // Longer rows than frames: what lies between them must stay as it is.
        let stride = frames + 3;
        let mut rows = bench.row(vec![-7.5; 16 * stride]);
        for call in bench.calls() {
            // Rows of a later call begin later; so do all their ends.
            let part = &mut rows[call.start..];
            let mut shifted = part.to_vec();
            shifted.resize(16 * stride, -7.5);
            bench.kernels.rows(&lines[call.clone()], &mut shifted, stride);
            let length = part.len();
            part.copy_from_slice(&shifted[..length]);
        }
        Outcome(vec![Field::single("rows", 1, Tolerance::Exact, rows.to_vec())])
    });
    cases.push(rows.at_most(8192));
    let rows_in_place = Case::new("rows in place", |bench, random| {
        let lines: Vec<Line> = signals::lines(bench.frames, random);
        let lines = bench.structs(lines);
        let mut rows = bench.row(vec![-7.5; 16 * bench.frames]);
        bench.kernels.rows(&lines, &mut rows, bench.frames);
        Outcome(vec![Field::single("rows", 1, Tolerance::Exact, rows.to_vec())])
    });
    cases.push(rows_in_place.with_rows());
}
