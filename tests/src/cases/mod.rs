//! Every kernel, driven by deterministic signals: one case per entry of the kernel table and form of its arguments.

mod crossover;
mod detectors;
mod dynamics;
mod rows;
mod shelves;
mod spectra;
mod weights;

use std::ops::Range;

use octant_dsp::ffi::{Kernels, Steps, Width};
use octant_dsp::layout::Line;

use crate::outcome::{Field, Outcome, Tolerance};
use crate::place::{Place, Placed};
use crate::random::Random;

/// What one run of a case works with.
#[derive(Debug)]
pub struct Bench<'a> {
    /// The kernels to run.
    pub kernels: Kernels,
    /// Where all memory of the kernel lies.
    pub place: Place,
    /// Length of the signals.
    pub frames: usize,
    /// Lengths of the calls; their sum is `frames`.
    pub pieces: &'a [usize],
}

impl Bench<'_> {
    /// One number after the other.
    fn row(&self, values: Vec<f32>) -> Placed<f32> {
        self.place.row(values)
    }

    /// Structs, or an empty stretch of them for the kernel to fill.
    fn structs<T: Copy>(&self, values: Vec<T>) -> Placed<T> {
        self.place.structs(values)
    }

    /// The frames of each call.
    fn calls(&self) -> impl Iterator<Item = Range<usize>> {
        let mut at = 0;
        self.pieces.iter().map(move |&piece| {
            at += piece;
            at - piece..at
        })
    }
}

type Body = Box<dyn Fn(&Bench<'_>, &mut Random) -> Outcome>;

/// A kernel in one of its forms.
pub struct Case {
    /// Entry of the table and form.
    pub name: String,
    /// Longest signal worth its memory.
    pub longest: usize,
    /// Whether it has rows that may begin at any float.
    pub has_rows: bool,
    body: Body,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl Case {
    fn new(name: impl Into<String>, body: impl Fn(&Bench<'_>, &mut Random) -> Outcome + 'static) -> Self {
        Self { name: name.into(), longest: usize::MAX, has_rows: false, body: Box::new(body) }
    }

    fn with_rows(self) -> Self {
        Self { has_rows: true, ..self }
    }

    fn at_most(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    /// Runs the kernel; the signals depend on the case and its length only.
    pub fn run(&self, bench: &Bench<'_>) -> Outcome {
        assert_eq!(bench.pieces.iter().sum::<usize>(), bench.frames, "pieces of the whole");
        (self.body)(bench, &mut Random::named(&self.name))
    }

    /// Runs the kernel on the heap, in one call.
    pub fn run_whole(&self, kernels: Kernels, frames: usize) -> Outcome {
        self.run(&Bench { kernels, place: Place::Heap, frames, pieces: &[frames] })
    }
}

/// All cases.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    rows::add(&mut cases);
    spectra::add(&mut cases);
    crossover::add(&mut cases);
    detectors::add(&mut cases);
    dynamics::add(&mut cases);
    weights::add(&mut cases);
    shelves::add(&mut cases);
    cases
}

/// Both widths, with the name that the C functions use.
const WIDTHS: [(&str, Width); 2] = [("narrow", Width::Narrow), ("wide", Width::Wide)];

/// Both kinds of arguments with a step, with the name of a case.
const STEPS: [(&str, bool); 2] = [("held", false), ("moving", true)];

/// Longest signal with coefficients for every frame: they are up to 18 times as large as a line.
const LONGEST_MOVING: usize = 8192;

/// One value, or one per frame.
fn steps<T>(values: &[T], moving: bool, frames: Range<usize>) -> Steps<'_, T> {
    if moving { Steps::moving(&values[frames]) } else { Steps::held(&values[0]) }
}

/// A field of lines.
fn lines_field(name: &'static str, tolerance: Tolerance, lines: &[Line]) -> Field {
    Field::single(name, 16, tolerance, lines.iter().flat_map(|line| line.lane).collect())
}

/// Empty lines with something in them that a kernel must overwrite, or leave alone.
fn stale_lines(frames: usize) -> Vec<Line> {
    vec![Line { lane: [-7.5; 16] }; frames]
}
