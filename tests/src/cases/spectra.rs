//! The kernels of the linear mode. Where a kernel has chunks of bins instead of frames, a frame is a chunk.

use octant_dsp::ffi::Output;
use octant_dsp::layout::{Bins, Decode, Sums, Taps};
use octant_fft::num_complex::Complex;

use super::{Case, STEPS, lines_field, stale_lines, steps};
use crate::outcome::{Field, Outcome, Tolerance};
use crate::random::Random;
use crate::signals;

const OUTPUTS: [(&str, Output); 3] =
    [("narrow", Output::Narrow), ("wide", Output::Wide), ("mid/side", Output::MidSide)];

fn complex(length: usize, random: &mut Random) -> Vec<Complex<f32>> {
    signals::pairs(length, random).into_iter().map(|[re, im]| Complex::new(re, im)).collect()
}

fn numbers(values: &[Complex<f32>]) -> Vec<f32> {
    values.iter().flat_map(|value| [value.re, value.im]).collect()
}

fn eight(random: &mut Random) -> [f32; 8] {
    [0.0; 8].map(|_| random.bipolar())
}

fn bins(length: usize, random: &mut Random) -> Vec<Bins> {
    let mut bins =
        || Bins { up_re: eight(random), up_im: eight(random), down_re: eight(random), down_im: eight(random) };
    (0..length).map(|_| bins()).collect()
}

fn bins_field(name: &'static str, tolerance: Tolerance, bins: &[Bins]) -> Field {
    let values = bins.iter().flat_map(|b| [b.up_re, b.up_im, b.down_re, b.down_im]).flatten().collect();
    Field::single(name, 32, tolerance, values)
}

fn decode(random: &mut Random) -> Decode {
    let mut decode = Decode::ZERO;
    for lane in 0..16 {
        let mid_side = random.chance(0.5);
        decode.own_same[lane] = if mid_side { 0.5 } else { 1.0 };
        decode.own_cross[lane] = if mid_side { 0.5 } else { 0.0 };
        decode.other_same[lane] = if mid_side { [0.5, -0.5][lane % 2] } else { 0.0 };
        decode.other_cross[lane] = -decode.other_same[lane];
    }
    decode
}

/// Structs between those that a kernel with a stride may touch.
const STRIDE: usize = 3;

pub(super) fn add(cases: &mut Vec<Case>) {
    for (output_name, output) in OUTPUTS {
        for (step_name, moving) in STEPS {
            let sum = Case::new(format!("sum {output_name} {step_name}"), move |bench, random| {
                let frames = bench.frames;
                let lines = bench.structs(signals::lines(frames, random));
                let weights = bench.structs(signals::wandering_lines(frames, 0.0, 2.0, random));
                let decode = bench.structs(vec![decode(random)]);
                let gain = bench.row(signals::gains(if moving { frames } else { 1 }, random));
                let mut l = bench.row(vec![-7.5; frames]);
                let mut r = bench.row(vec![-7.5; frames]);
                for call in bench.calls() {
                    let gain = steps(&gain, moving, call.clone());
                    let (lines, weights) = (&lines[call.clone()], &weights[call.clone()]);
                    bench.kernels.sum(output, lines, weights, &decode[0], gain, &mut l[call.clone()], &mut r[call]);
                }
                let field = |name, row: &[f32]| Field::single(name, 1, Tolerance::OfPeak(1.0e-6), row.to_vec());
                Outcome(vec![field("l", &l), field("r", &r)])
            });
            cases.push(sum.with_rows());
        }
    }
    cases.push(Case::new("fold", |bench, random| {
        let spectrum = bench.structs(complex(16 * bench.frames, random));
        let mut folded = bench.structs(bins((bench.frames * STRIDE).saturating_sub(STRIDE - 1), random));
        bench.kernels.fold(&spectrum, &mut folded, STRIDE);
        Outcome(vec![bins_field("bins", Tolerance::Exact, &folded)])
    }));
    cases.push(Case::new("unfold", |bench, random| {
        let folded = bench.structs(bins((bench.frames * STRIDE).saturating_sub(STRIDE - 1), random));
        let mut spectrum = bench.structs(complex(16 * bench.frames, random));
        bench.kernels.unfold(&folded, STRIDE, &mut spectrum);
        Outcome(vec![Field::single("spectrum", 2, Tolerance::Exact, numbers(&spectrum))])
    }));
    for (pairs, filters) in [(16, 7), (8, 1), (1, 3)] {
        let convolve = Case::new(format!("convolve {pairs} × {filters}"), move |bench, random| {
            let mut results = bench.structs(bins(filters * bench.frames, random));
            let mut last_sums = Vec::new();
            for chunk in 0..bench.frames {
                let history = bench.structs(bins(2 * pairs, random));
                let taps = (0..pairs * filters).map(|_| Taps { real: eight(random), imaginary: eight(random) });
                let taps = bench.structs(taps.collect());
                let mut sums = bench.structs(vec![Sums::ZERO; pairs]);
                let results = &mut results[chunk * filters..(chunk + 1) * filters];
                bench.kernels.convolve(chunk == 0, &history, chunk % (2 * pairs), &mut sums, &taps, results);
                last_sums = sums.iter().flat_map(|sums| [sums.real, sums.imaginary]).collect();
            }
            Outcome(vec![
                bins_field("results", Tolerance::OfPeak(1.0e-5), &results),
                bins_field("sums", Tolerance::OfPeak(1.0e-6), &last_sums),
            ])
        });
        cases.push(convolve.at_most(65));
    }
    for rows in [0, 1, 4, 7] {
        let gather = Case::new(format!("gather {rows}"), move |bench, random| {
            let stride = bench.frames + 3;
            let pairs = bench.structs(complex(rows * stride, random));
            let mut rest = bench.structs(complex(bench.frames, random));
            let mut lines = bench.structs(stale_lines(bench.frames));
            for call in bench.calls() {
                let from = pairs.get(call.start..).unwrap_or_default();
                bench.kernels.gather(from, stride, rows, &mut rest[call.clone()], &mut lines[call]);
            }
            Outcome(vec![
                lines_field("lines", Tolerance::Exact, &lines),
                Field::single("rest", 2, Tolerance::Exact, numbers(&rest)),
            ])
        });
        cases.push(gather);
    }
}
