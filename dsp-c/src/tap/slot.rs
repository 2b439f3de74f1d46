//! One slot: rows of a few hundred frames, on cache lines of their own.

use crate::meter::SILENCE_DB;
use crate::settings::MAX_BANDS;
use crate::split::PaddedRows;

/// Rows that a slot has: input, output and each band, left and right.
const ROWS: usize = 2 + 2 + 2 * MAX_BANDS;
const OUTPUT: usize = 2;
const BANDS: usize = 4;

/// What is written at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Up to a tile.
    pub frames: usize,
    /// Bands that play.
    pub bands: usize,
}

/// Rows of consecutive frames and what belongs to them. All methods but `new` are real-time safe.
#[derive(Debug)]
pub struct Slot {
    rows: PaddedRows,
    opening: u32,
    serial: u64,
    frames: usize,
    bands: usize,
    levels_db: [f32; MAX_BANDS],
}

impl Default for Slot {
    fn default() -> Self {
        Self::new()
    }
}

impl Slot {
    /// Frames that fit in.
    pub const FRAMES: usize = 256;

    /// Allocates an empty slot, some 20 KiB.
    pub fn new() -> Self {
        let rows = PaddedRows::new(ROWS, Self::FRAMES);
        Self { rows, opening: 0, serial: 0, frames: 0, bands: 0, levels_db: [SILENCE_DB; MAX_BANDS] }
    }

    /// Frames in this slot.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Bands that played: one number for the whole slot.
    pub fn bands(&self) -> usize {
        self.bands
    }

    /// Counts slots, lost ones too, since somebody began to listen: a gap is a loss.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// Input as the caller gave it; channel 0 or 1. In mono the second is silent.
    pub fn input(&self, channel: usize) -> &[f32] {
        &self.rows.row(channel)[..self.frames]
    }

    /// Output as the caller got it, later than the input by the latency.
    pub fn output(&self, channel: usize) -> &[f32] {
        &self.rows.row(OUTPUT + channel)[..self.frames]
    }

    /// A band with its weight and the output gain, but before the all-passes that align it with others: its part of
    /// the output while nothing is bypassed.
    pub fn band(&self, band: usize, channel: usize) -> &[f32] {
        &self.rows.row(BANDS + 2 * band + channel)[..self.frames]
    }

    /// Highest detector level of a band in this slot, dB.
    pub fn level_db(&self, band: usize) -> f32 {
        self.levels_db[band]
    }

    /// Which opening the contents belong to.
    pub(super) fn opening(&self) -> u32 {
        self.opening
    }

    /// Starts afresh.
    pub(super) fn begin(&mut self, opening: u32, serial: u64) {
        (self.opening, self.serial, self.frames) = (opening, serial, 0);
        self.levels_db = [SILENCE_DB; MAX_BANDS];
    }

    /// Whether a stretch can be appended.
    pub(super) fn takes(&self, stretch: Stretch) -> bool {
        self.frames == 0 || (self.bands == stretch.bands && self.frames + stretch.frames <= Self::FRAMES)
    }

    /// Frames that are lost without a slot.
    pub(super) fn frames_of(stretch: Stretch) -> usize {
        stretch.frames
    }

    /// Writes input rows behind what is there; [`finish`](Self::finish) makes them count.
    pub(crate) fn write_input(&mut self, rows: [&[f32]; 2]) {
        self.write(0, rows);
    }

    /// Rows of a band behind what is there.
    pub(crate) fn band_mut(&mut self, band: usize, frames: usize) -> [&mut [f32]; 2] {
        let span = self.frames..self.frames + frames;
        self.rows.two_mut(BANDS + 2 * band).map(|row| &mut row[span.clone()])
    }

    /// Keeps a detector level if it is the highest so far.
    pub(crate) fn raise_level_db(&mut self, band: usize, level_db: f32) {
        self.levels_db[band] = self.levels_db[band].max(level_db);
    }

    /// Writes output rows, and makes the whole stretch count.
    pub(crate) fn finish(&mut self, stretch: Stretch, rows: [&[f32]; 2]) {
        self.write(OUTPUT, rows);
        self.bands = stretch.bands;
        self.frames += stretch.frames;
    }

    fn write(&mut self, first: usize, rows: [&[f32]; 2]) {
        for (to, from) in self.rows.two_mut(first).into_iter().zip(rows) {
            to[self.frames..self.frames + from.len()].copy_from_slice(from);
        }
    }
}
