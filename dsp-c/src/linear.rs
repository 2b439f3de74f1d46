//! The linear mode: bands by symmetric filters, which delay but do not turn phases.
//!
//! Convolution in partitions of equal length on the stream's own clock. All bands and both channels share one forward
//! transform (left + i·right); the highest band is what the others leave of the delayed input, so all bands add up to
//! a pure delay by construction. The work of a partition is spread over the shares of the next one.

mod bank;
mod convolver;
mod design;
mod handover;
mod slot;
mod supply;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use octant_fft::Fft;
use octant_fft::num_complex::Complex;

use crate::fade::Fade;
use crate::ffi::Kernels;
use crate::layout::{Line, Sums};
use crate::lr::Weighted;
pub use bank::Bank;
use convolver::Convolver;
pub use design::{Design, SHARE, TAPS, filter_length, linear_latency, lowest_exact_crossover_hz};
pub use handover::Handover;
pub use supply::{Made, Supply, Wish, Workshop};

/// Transforms, and what they work on.
struct Workspace {
    forward: Arc<dyn Fft<f32>>,
    inverse: Arc<dyn Fft<f32>>,
    spectrum: Box<[Complex<f32>]>,
    scratch: Box<[Complex<f32>]>,
}

impl std::fmt::Debug for Workspace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workspace").field("points", &self.spectrum.len()).finish()
    }
}

/// The work on one partition.
#[derive(Clone, Copy, Debug)]
struct Job {
    /// First frame after the partition.
    clock: u64,
    /// Units done, and what they cost.
    done: usize,
    cost: usize,
    /// The sidechain takes part.
    side: bool,
    /// The bank to use.
    front: usize,
    /// The other bank takes part as well.
    both: bool,
}

/// What a unit of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// The spectrum of an input.
    Transform { input: usize },
    /// A chunk of bins of an input.
    Chunk { input: usize, chunk: usize },
    /// A row of an input back to time.
    Restore { input: usize, bank: usize, row: usize },
}

/// The bands of one stream, and of its sidechain. Everything but `new` is real-time safe.
#[derive(Debug)]
pub struct Linear {
    design: Design,
    /// Filters in use, and those that replace them or have been replaced.
    banks: [Option<Box<Bank>>; 2],
    front: usize,
    /// First frame of the fade to the other bank.
    fade_from: Option<u64>,
    fade: Fade,
    inputs: [Convolver; 2],
    job: Option<Job>,
    work: Workspace,
    sums: Box<[Sums]>,
    rest: [Complex<f32>; SHARE],
    incoming: Box<[Line; SHARE]>,
}

impl Linear {
    /// Allocates and computes filters: not real-time safe. New filters fade in over `fade_frames`.
    pub fn new(design: &Design, fade_frames: usize) -> Self {
        let points = 2 * design.partition();
        let [forward, inverse] = octant_fft::complex(points);
        let scratch = forward.get_inplace_scratch_len().max(inverse.get_inplace_scratch_len());
        Self {
            design: *design,
            banks: [Some(Box::new(Bank::new(design))), None],
            front: 0,
            fade_from: None,
            fade: Fade::new(fade_frames),
            inputs: [Convolver::new(design), Convolver::new(design)],
            job: None,
            work: Workspace {
                forward,
                inverse,
                spectrum: vec![Complex::default(); points].into(),
                scratch: vec![Complex::default(); scratch].into(),
            },
            sums: vec![Sums::ZERO; bank::pairs(design)].into(),
            rest: [Complex::default(); SHARE],
            incoming: Box::new([Line::ZERO; SHARE]),
        }
    }

    /// The filters that play, or are about to.
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// Frames by which the bands are late.
    pub fn latency(&self) -> usize {
        self.design.latency()
    }

    /// Forgets all sound.
    pub fn restart(&mut self) {
        self.inputs.iter_mut().for_each(Convolver::forget);
        self.job = None;
        self.fade_from = None;
        if self.is_waiting() {
            self.front = 1 - self.front;
        }
    }

    /// Whether the filters behind are those to come, and not those that have been.
    fn is_waiting(&self) -> bool {
        self.banks[1 - self.front].as_ref().is_some_and(|bank| *bank.design() == self.design)
    }

    /// Whether new filters can be taken: the last ones are faded in and what they replaced is gone.
    pub fn has_room(&self) -> bool {
        self.banks[1 - self.front].is_none()
    }

    /// Takes new filters, to be faded in from the next partition on; gives them back if they do not fit here, if they are
    /// those that play, or if the place is taken.
    pub fn offer(&mut self, bank: Box<Bank>) -> Option<Box<Bank>> {
        // The same once more could not be told from what waits to be faded in: it would be, again and again.
        let same = *bank.design() == self.design;
        if same || !bank.design().fits(&self.design) || !self.has_room() {
            return Some(bank);
        }
        self.design = *bank.design();
        self.banks[1 - self.front] = Some(bank);
        None
    }

    /// Filters that are not needed any more.
    pub fn worn(&mut self) -> Option<Box<Bank>> {
        self.banks[1 - self.front].take_if(|bank| *bank.design() != self.design)
    }

    /// Frames from `clock`, at most `limit`, that can be processed in one go.
    pub fn stretch(&self, clock: u64, limit: usize) -> usize {
        let share = SHARE - (clock % SHARE as u64) as usize;
        let frames = limit.min(share);
        match self.fade_from {
            Some(from) if clock < from => frames.min((from - clock) as usize),
            Some(from) if clock < from + self.fade.frames() as u64 => {
                frames.min((from + self.fade.frames() as u64 - clock) as usize)
            }
            _ => frames,
        }
    }

    /// Input to bands that are [`latency`](Self::latency) frames late. As long as [`stretch`](Self::stretch) said.
    pub fn split(&mut self, kernels: &Kernels, clock: u64, pairs: &[[f32; 2]], lines: &mut [Line]) {
        if self.fade_from.is_some_and(|from| clock >= from + self.fade.frames() as u64) {
            self.fade_from = None;
            self.front = 1 - self.front;
        }
        if clock.is_multiple_of(SHARE as u64) {
            self.work(kernels, clock);
        }
        self.pass(kernels, 0, clock, pairs, lines);
    }

    /// The same for the sidechain, after [`split`](Self::split). Frames that are left out are forgotten.
    pub fn split_side(&mut self, kernels: &Kernels, clock: u64, pairs: &[[f32; 2]], lines: &mut [Line]) {
        self.pass(kernels, 1, clock, pairs, lines);
    }

    fn pass(&mut self, kernels: &Kernels, input: usize, clock: u64, pairs: &[[f32; 2]], lines: &mut [Line]) {
        let Self { inputs, rest, incoming, fade, .. } = self;
        let convolver = &mut inputs[input];
        convolver.write(clock, pairs);
        convolver.read(kernels, clock, self.front, rest, lines);
        if let Some(done) = self.fade_from.and_then(|from| clock.checked_sub(from)) {
            let incoming = &mut incoming[..lines.len()];
            convolver.read(kernels, clock, 1 - self.front, rest, incoming);
            for ((line, new), step) in lines.iter_mut().zip(incoming).zip(fade.after(done as usize)) {
                for (x, new) in line.lane.iter_mut().zip(&new.lane) {
                    *x += step * (new - *x);
                }
            }
        }
    }

    /// One share of the work on the last whole partition.
    fn work(&mut self, kernels: &Kernels, clock: u64) {
        let partition = self.design.partition() as u64;
        if clock.is_multiple_of(partition) {
            let needed = self.design.bands() > 1 && self.inputs[0].runs_until(clock);
            self.job = needed.then(|| self.next_job(clock));
        }
        let Some(mut job) = self.job else { return };
        let share = ((clock - job.clock) / SHARE as u64) as usize + 1;
        let shares = self.design.partition() / SHARE;
        let costs = Costs::of(&self.design);
        while let Some(unit) = costs.next(&mut job, share, shares) {
            self.run(kernels, &job, unit);
        }
        self.job = Some(job);
    }

    fn next_job(&mut self, clock: u64) -> Job {
        // What this job makes begins here.
        let output = clock + self.design.partition() as u64 - SHARE as u64;
        if self.fade_from.is_none() && self.is_waiting() {
            self.fade_from = Some(output);
        }
        let fading = self.fade_from.map(|from| output < from + self.fade.frames() as u64);
        let front = if fading == Some(false) { 1 - self.front } else { self.front };
        Job { clock, done: 0, cost: 0, side: self.inputs[1].runs_until(clock), front, both: fading == Some(true) }
    }

    fn run(&mut self, kernels: &Kernels, job: &Job, unit: Unit) {
        let Self { inputs, work, sums, banks, design, .. } = self;
        match unit {
            Unit::Transform { input } => inputs[input].transform(kernels, job.clock, work),
            Unit::Chunk { input, chunk } => {
                let used = |index: usize| banks[index].as_deref().filter(|_| job.both || index == job.front);
                inputs[input].convolve(kernels, chunk, [used(0), used(1)], sums);
            }
            Unit::Restore { input, bank, row } => {
                let bank = if bank == 0 { job.front } else { 1 - job.front };
                let parity = (job.clock / design.partition() as u64 + 1) % 2;
                inputs[input].restore(kernels, bank, parity as usize, row, work);
            }
        }
    }
}

/// Weighted leaves to rows: the plain sum.
pub fn join(kernels: &Kernels, weighted: &Weighted<'_>, rows: [&mut [f32]; 2]) {
    let Weighted { leaves: [before, after], weights, output, decode, gain } = *weighted;
    let [left, right] = rows;
    for (from, leaves) in [(0, before), (before.len(), after)] {
        let to = from + leaves.len();
        if from < to {
            let (left, right) = (&mut left[from..to], &mut right[from..to]);
            kernels.sum(output, leaves, &weights[from..to], decode, gain.skip(from), left, right);
        }
    }
}

/// What the units of a job cost, in instructions by and large, and their order.
#[derive(Clone, Copy, Debug)]
struct Costs {
    rows: usize,
    chunks: usize,
    transform: usize,
    chunk: usize,
    sums: usize,
}

impl Costs {
    fn of(design: &Design) -> Self {
        let (rows, pairs, partition) = (design.bands() - 1, bank::pairs(design), design.partition());
        let points = 2 * partition;
        let transform = points * (points.ilog2() as usize + 8) * 2 / 5;
        Self { rows, chunks: partition / 8, transform, chunk: 11 * pairs * rows, sums: 16 * pairs }
    }

    fn inputs(job: &Job) -> usize {
        1 + usize::from(job.side)
    }

    fn banks(job: &Job) -> usize {
        1 + usize::from(job.both)
    }

    fn units(&self, job: &Job) -> usize {
        Self::inputs(job) * (1 + self.chunks + Self::banks(job) * self.rows)
    }

    fn total(&self, job: &Job) -> usize {
        let banks = Self::banks(job);
        Self::inputs(job) * (self.transform * (1 + banks * self.rows) + self.chunks * banks * (self.chunk + self.sums))
    }

    /// The next unit of a job in this share of so many, counted from 1; to the nearest end of a unit, in the last share to
    /// the end of the job. Books it as done.
    fn next(&self, job: &mut Job, share: usize, shares: usize) -> Option<Unit> {
        if job.done == self.units(job) {
            return None;
        }
        let unit = self.unit(job, job.done);
        let cost = self.cost(unit, job.both);
        if share < shares && (2 * job.cost + cost) * shares > 2 * self.total(job) * share {
            return None;
        }
        (job.done, job.cost) = (job.done + 1, job.cost + cost);
        Some(unit)
    }

    fn cost(&self, unit: Unit, both: bool) -> usize {
        match unit {
            Unit::Chunk { .. } => (1 + usize::from(both)) * (self.chunk + self.sums),
            _ => self.transform,
        }
    }

    fn unit(&self, job: &Job, index: usize) -> Unit {
        let per_input = self.units(job) / Self::inputs(job);
        let (input, index) = (index / per_input, index % per_input);
        match index.checked_sub(1 + self.chunks) {
            None if index == 0 => Unit::Transform { input },
            None => Unit::Chunk { input, chunk: index - 1 },
            Some(index) => Unit::Restore { input, bank: index / self.rows, row: index % self.rows },
        }
    }
}
