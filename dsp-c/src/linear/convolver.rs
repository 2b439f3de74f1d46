//! One stereo input and its spectra, and what the filters make of them.

use octant_fft::num_complex::Complex;

use super::Workspace;
use super::bank::{Bank, pairs};
use super::design::{Design, SHARE};
use crate::ffi::Kernels;
use crate::layout::{Bins, Line, Sums};

/// A clock that no stream reaches.
const NEVER: u64 = u64::MAX;

/// One input, left + i·right, through two banks of filters at most. Real-time safe but for `new`.
#[derive(Debug)]
pub struct Convolver {
    partition: usize,
    latency: u64,
    /// Filters: bands but the highest.
    rows: usize,
    /// The last `latency` frames and one share, by the clock modulo its length, a multiple of the partition.
    past: Box<[Complex<f32>]>,
    /// Chunk after chunk of bins: the last blocks of input, cyclically.
    history: Box<[Bins]>,
    newest: usize,
    /// The history is of another time: from the next transform on, what is older is wiped, chunk by chunk.
    stale: bool,
    wiping: bool,
    /// Results of one partition, per bank: chunk after chunk, filter after filter.
    results: [Box<[Bins]>; 2],
    /// Output, per bank and parity of the partition: row after row.
    output: [[Box<[Complex<f32>]>; 2]; 2],
    /// First frame of this history, and the one behind its last.
    start: u64,
    end: u64,
}

impl Convolver {
    /// Allocates.
    pub fn new(design: &Design) -> Self {
        let (partition, rows) = (design.partition(), design.bands() - 1);
        let blocks = 2 * pairs(design);
        let past = (design.latency() + SHARE).next_multiple_of(partition);
        let results = || vec![Bins::ZERO; partition / 8 * rows].into_boxed_slice();
        let output = || vec![Complex::default(); partition * rows].into_boxed_slice();
        Self {
            partition,
            latency: design.latency() as u64,
            rows,
            past: vec![Complex::default(); past].into(),
            history: vec![Bins::ZERO; partition / 8 * blocks].into(),
            newest: 0,
            stale: true,
            wiping: false,
            results: [results(), results()],
            output: [[output(), output()], [output(), output()]],
            start: 0,
            end: NEVER,
        }
    }

    /// Forgets everything; the next input starts afresh.
    pub fn forget(&mut self) {
        self.end = NEVER;
    }

    /// Whether input has come without a gap until this frame.
    pub fn runs_until(&self, clock: u64) -> bool {
        self.end == clock
    }

    /// Takes in a few frames that begin at `clock` and end with its share at the latest.
    pub fn write(&mut self, clock: u64, pairs: &[[f32; 2]]) {
        if self.end != clock {
            self.start = clock;
            self.stale = true;
            // What the first block of this history reaches back to. Blocks do not wrap.
            let length = self.past.len();
            let (at, into) = ((clock % length as u64) as usize, (clock % self.partition as u64) as usize);
            let block = at - into;
            self.past[block..at].fill(Complex::default());
            let before = (block + length - self.partition) % length;
            self.past[before..before + self.partition].fill(Complex::default());
        }
        let at = (clock % self.past.len() as u64) as usize;
        for (past, [left, right]) in self.past[at..at + pairs.len()].iter_mut().zip(pairs) {
            *past = Complex::new(*left, *right);
        }
        self.end = clock + pairs.len() as u64;
    }

    /// The spectrum of the two blocks before `clock`, a multiple of the partition.
    pub fn transform(&mut self, kernels: &Kernels, clock: u64, work: &mut Workspace) {
        let (partition, length) = (self.partition, self.past.len());
        let at = (clock % length as u64) as usize;
        let (early, late) = work.spectrum.split_at_mut(partition);
        let [first, second] = [2, 1].map(|blocks| (at + length - blocks * partition) % length);
        early.copy_from_slice(&self.past[first..first + partition]);
        late.copy_from_slice(&self.past[second..second + partition]);
        work.forward.process_with_scratch(&mut work.spectrum, &mut work.scratch);
        self.wiping = std::mem::take(&mut self.stale);
        let blocks = self.blocks();
        self.newest = (self.newest + 1) % blocks;
        kernels.fold(&work.spectrum, &mut self.history[self.newest..], blocks);
    }

    fn blocks(&self) -> usize {
        self.history.len() / (self.partition / 8)
    }

    /// One chunk of bins through the filters of these banks.
    pub fn convolve(&mut self, kernels: &Kernels, chunk: usize, banks: [Option<&Bank>; 2], sums: &mut [Sums]) {
        let blocks = self.blocks();
        let history = &mut self.history[chunk * blocks..(chunk + 1) * blocks];
        if self.wiping {
            for (index, block) in history.iter_mut().enumerate() {
                if index != self.newest {
                    *block = Bins::ZERO;
                }
            }
        }
        for (bank, results) in banks.into_iter().zip(&mut self.results) {
            if let Some(bank) = bank {
                let results = &mut results[chunk * self.rows..(chunk + 1) * self.rows];
                kernels.convolve(chunk == 0, history, self.newest, sums, bank.chunk(chunk), results);
            }
        }
    }

    /// Back to time: one row of one bank, of the partition of this parity.
    pub fn restore(&mut self, kernels: &Kernels, bank: usize, parity: usize, row: usize, work: &mut Workspace) {
        kernels.unfold(&self.results[bank][row..], self.rows, &mut work.spectrum);
        work.inverse.process_with_scratch(&mut work.spectrum, &mut work.scratch);
        let rows = &mut self.output[bank][parity];
        // The first half has wrapped around.
        rows[row * self.partition..(row + 1) * self.partition].copy_from_slice(&work.spectrum[self.partition..]);
    }

    /// Bands by one bank, of frames that begin at `clock` and end with its share at the latest.
    pub fn read(&self, kernels: &Kernels, clock: u64, bank: usize, rest: &mut [Complex<f32>], lines: &mut [Line]) {
        let partition = self.partition as u64;
        // In this frame the first partition of this history comes out.
        let first = (self.start / partition + 2) * partition - SHARE as u64;
        if clock < first {
            lines.fill(Line::ZERO);
            return;
        }
        let frames = lines.len();
        self.delayed(clock, &mut rest[..frames]);
        let at = (clock + SHARE as u64) % partition;
        let parity = ((clock + SHARE as u64) / partition % 2) as usize;
        let rows = &self.output[bank][parity];
        let rows = rows.get(at as usize..).unwrap_or_default();
        kernels.gather(rows, self.partition, self.rows, &mut rest[..frames], lines);
    }

    /// Input, late by the latency.
    fn delayed(&self, clock: u64, rest: &mut [Complex<f32>]) {
        let length = self.past.len();
        let silent = (self.start + self.latency).saturating_sub(clock).min(rest.len() as u64) as usize;
        let (before, after) = rest.split_at_mut(silent);
        before.fill(Complex::default());
        let from = (clock + silent as u64 + (length as u64 * 2 - self.latency)) % length as u64;
        let from = from as usize;
        let before_wrap = after.len().min(length - from);
        after[..before_wrap].copy_from_slice(&self.past[from..from + before_wrap]);
        let wrapped = after.len() - before_wrap;
        after[before_wrap..].copy_from_slice(&self.past[..wrapped]);
    }
}
