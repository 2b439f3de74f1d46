//! The shelves of the transparent mode: their coefficients, the wavefront, and what follows it.

use octant_dsp::ffi::{Basis, Mixes, Width};
use octant_dsp::layout::{Corners, Extremes, Line, Modifier, SHELF_PAD, Shelf, ShelfState};

use super::crossover::{AUDIO, HISTORY, SLOPES};
use super::dynamics::modifiers;
use super::{Bench, Case, LONGEST_MOVING, STEPS, WIDTHS, steps};
use crate::outcome::{Field, Outcome, Tolerance};
use crate::random::Random;
use crate::signals;

const MIXES: [(&str, Mixes); 2] = [("whole", Mixes::Whole), ("mixed", Mixes::Any)];
const BASES: [(&str, Basis); 2] = [("stereo", Basis::Stereo), ("mid/side", Basis::MidSide)];

/// Ascending corners, the lowest of them perhaps switched off; they move a little from frame to frame.
fn corners(frames: usize, random: &mut Random) -> Vec<Corners> {
    let mut g = [0.0; 8].map(|_: f64| 10f64.powf(random.between(-3.0, 0.6)));
    g.sort_unstable_by(f64::total_cmp);
    let off = random.whole(1..4);
    g[..off].fill(0.0);
    let octaves = random.one_of(&[0.041_524_1, 0.020_762_05, 0.010_381_025]);
    let at = |n: usize| g.map(|g| (g * (1.0 + 0.1 * (n % 977) as f64 / 977.0)) as f32);
    (0..frames).map(|n| Corners { g: at(n), octaves }).collect()
}

/// Modifiers with mixes that suit the form.
fn mixed_modifiers(frames: usize, mixes: Mixes, random: &mut Random) -> Vec<Modifier> {
    let mut modifiers = modifiers(frames, random);
    for modifier in &mut modifiers {
        modifier.mix = [0.0; 16].map(|_| {
            let part = if mixes == Mixes::Any { random.unit() as f32 } else { 1.0 };
            random.one_of(&[0.0, 1.0, part])
        });
    }
    modifiers
}

/// What kernels make of these gains, row by row without the padding; that, they must have cleared.
fn coeffs(bench: &Bench<'_>, width: Width, mixes: Mixes, moving: bool, random: &mut Random) -> Outcome {
    let count = if moving { bench.frames } else { 1 };
    let corners = bench.structs(corners(count, random));
    let modifiers = bench.structs(mixed_modifiers(count, mixes, random));
    let gains = bench.structs(signals::wandering_lines(bench.frames, -120.0, 60.0, random));
    let mut extremes =
        bench.structs(vec![Extremes { lowest_db: [1.0e9; 16], highest_db: [-1.0e9; 16], ..Extremes::ZERO }]);
    let mut rows = Vec::with_capacity(bench.frames);
    let mut padding = 0.0;
    for call in bench.calls() {
        let stale = Shelf { g: [-7.5; 16], r: [-7.5; 16] };
        let mut shelves = bench.structs(vec![stale; call.len() + 2 * SHELF_PAD]);
        let (corners, modifiers) = (steps(&corners, moving, call.clone()), steps(&modifiers, moving, call.clone()));
        bench.kernels.shelf_coeffs(
            width,
            mixes,
            corners,
            modifiers,
            &mut extremes[0],
            &gains[call.clone()],
            &mut shelves,
        );
        let (before, rest) = shelves.split_at(SHELF_PAD);
        let (inner, after) = rest.split_at(call.len());
        padding += before.iter().chain(after).flat_map(|row| row.g.into_iter().chain(row.r)).map(f32::abs).sum::<f32>();
        rows.extend(inner.iter().copied());
    }
    assert_eq!(padding, 0.0, "padding");
    // A narrow row has eight numbers, and what lies beside them is nobody's.
    let lanes = if width == Width::Narrow { 8 } else { 16 };
    let values = rows.iter().flat_map(|row| row.g[..lanes].iter().chain(&row.r[..lanes])).copied().collect();
    let extremes = [extremes[0].lowest_db, extremes[0].highest_db].concat();
    Outcome(vec![
        Field::single("shelves", 2 * lanes, Tolerance::OfPeak(1.0e-5), values),
        Field::single("extremes", 16, Tolerance::Exact, extremes),
    ])
}

/// Rows of shelves with their padding: some lanes stand still at r = 1. At 48 dB a shelf raises to the 16th power of r, and
/// there are eight of them.
fn rows(frames: usize, random: &mut Random) -> Vec<Shelf> {
    let corners = corners(1, random)[0];
    let walks = signals::wandering_lines(frames, -0.15, 0.15, random);
    let still: [bool; 8] = std::array::from_fn(|_| random.chance(0.3));
    let row = |line: &Line| {
        let r: [f32; 16] = std::array::from_fn(|lane| if still[lane % 8] { 1.0 } else { f32::exp2(line.lane[lane]) });
        Shelf { g: std::array::from_fn(|lane| corners.g[lane % 8] * r[lane]), r }
    };
    let padding = [Shelf::ZERO; SHELF_PAD];
    padding.into_iter().chain(walks.iter().map(row)).chain(padding).collect()
}

pub(super) fn add(cases: &mut Vec<Case>) {
    for (width_name, width) in WIDTHS {
        for (mix_name, mixes) in MIXES {
            for (step_name, moving) in STEPS {
                let name = format!("shelf_coeffs {width_name} {mix_name} {step_name}");
                let case = Case::new(name, move |bench, random| coeffs(bench, width, mixes, moving, random));
                cases.push(case.at_most(LONGEST_MOVING));
            }
        }
    }
    for (db, slope) in SLOPES {
        for (width_name, width) in WIDTHS {
            let shelves = Case::new(format!("shelves{db} {width_name}"), move |bench, random| {
                let frames = bench.frames;
                let all = rows(frames, random);
                let pairs = bench.structs(signals::pairs(frames, random));
                let mut state = bench.structs(vec![ShelfState::ZERO]);
                let mut l = bench.row(vec![-7.5; frames]);
                let mut r = bench.row(vec![-7.5; frames]);
                for call in bench.calls() {
                    let padding = [Shelf::ZERO; SHELF_PAD];
                    let inner = &all[SHELF_PAD + call.start..SHELF_PAD + call.end];
                    let rows = bench.structs([&padding, inner, &padding].concat());
                    let (pairs, l, r) = (&pairs[call.clone()], &mut l[call.clone()], &mut r[call]);
                    bench.kernels.shelves(slope, width, &rows, &mut state[0], pairs, l, r);
                }
                // A lane that waits may lose the sign of a zero, which no output shows.
                let history = state[0].s.as_flattened().as_flattened().as_flattened().iter();
                let history = history.map(|s| s + 0.0).collect();
                Outcome(vec![
                    Field::single("l", 1, AUDIO, l.to_vec()),
                    Field::single("r", 1, AUDIO, r.to_vec()),
                    Field::single("state", 1, HISTORY, history),
                ])
            });
            cases.push(shelves.at_most(LONGEST_MOVING).with_rows());
        }
    }
    cases.push(Case::new("mid_side", |bench, random| {
        let pairs = bench.structs(signals::pairs(bench.frames, random));
        let mut coded = bench.structs(vec![[-7.5f32; 2]; bench.frames]);
        for call in bench.calls() {
            bench.kernels.mid_side(&pairs[call.clone()], &mut coded[call]);
        }
        Outcome(vec![Field::single("coded", 2, Tolerance::Exact, coded.iter().flatten().copied().collect())])
    }));
    for (basis_name, basis) in BASES {
        for (step_name, moving) in STEPS {
            let finish = Case::new(format!("finish {basis_name} {step_name}"), move |bench, random| {
                let (frames, count) = (bench.frames, if moving { bench.frames } else { 1 });
                let pairs = bench.structs(signals::pairs(frames, random));
                let delta = bench.row(signals::gains(count, random));
                let gain = bench.row(signals::gains(count, random));
                let mut l = bench.row(signals::row(frames, random));
                let mut r = bench.row(signals::row(frames, random));
                for call in bench.calls() {
                    let (delta, gain) = (steps(&delta, moving, call.clone()), steps(&gain, moving, call.clone()));
                    let (pairs, l, r) = (&pairs[call.clone()], &mut l[call.clone()], &mut r[call]);
                    bench.kernels.finish(basis, pairs, delta, gain, l, r);
                }
                Outcome(vec![
                    Field::single("l", 1, Tolerance::Exact, l.to_vec()),
                    Field::single("r", 1, Tolerance::Exact, r.to_vec()),
                ])
            });
            cases.push(finish.with_rows());
        }
    }
}
