//! A signal split into rows, one per band and channel, each on cache lines of its own: one thread per band may work on
//! them without a lock, and none slows another by writing.
//!
//! The rows belong to the splitter and are lent for one block. What could go wrong does not compile:
//!
//! keeping a row past its block,
//! ```compile_fail,E0499
//! # use octant_dsp::{Settings, split::Splitter};
//! let mut splitter = Splitter::new(48_000.0, 64, &Settings::default());
//! let (left, right) = ([0.0; 64], [0.0; 64]);
//! let kept = splitter.split([&left, &right]);
//! splitter.split([&left, &right]); // the next block
//! kept[0].left[0] = 1.0;
//! ```
//! splitting one tile twice,
//! ```compile_fail,E0499
//! # use octant_dsp::{Settings, split::Splitter};
//! let mut splitter = Splitter::new(48_000.0, 64, &Settings::default());
//! let (first, second) = (splitter.bands(), splitter.bands());
//! first[0].left[0] = second[0].left[0];
//! ```
//! one row as input and output of a kernel,
//! ```compile_fail,E0502
//! # use octant_dsp::{Settings, ffi::{Basis, Kernels, Steps}, split::Splitter};
//! # let (pairs, off) = ([[0.0; 2]; 64], 0.0);
//! let mut splitter = Splitter::new(48_000.0, 64, &Settings::default());
//! let [low, ..] = splitter.split([&[0.5; 64], &[0.5; 64]]);
//! let gain = Steps::moving(low.left);
//! Kernels::best().finish(Basis::Stereo, &pairs, Steps::held(&off), gain, low.left, low.right);
//! ```
//! a row on a thread that may outlive it.
//! ```compile_fail,E0597
//! # use octant_dsp::{Settings, split::Splitter};
//! let mut splitter = Splitter::new(48_000.0, 64, &Settings::default());
//! let [low, ..] = splitter.bands();
//! std::thread::spawn(move || low.left[0] = 1.0);
//! ```
//! What is right does:
//! ```
//! # use octant_dsp::{Settings, split::Splitter};
//! let mut splitter = Splitter::new(48_000.0, 64, &Settings::default());
//! let (left, right) = ([0.5; 64], [0.5; 64]);
//! std::thread::scope(|threads| {
//!     for band in splitter.split([&left, &right]) {
//!         threads.spawn(move || band.left.iter_mut().for_each(|x| *x *= 0.5));
//!     }
//! });
//! ```

use crate::crossover::Crossovers;
use crate::ffi::{DenormalsOff, Kernels, Steps};
use crate::layout::{DownState, Line, SLOTS, TILE, WIDE_LANE};
use crate::settings::Settings;

/// Rows start on multiples of this many floats: two cache lines, because processors fetch them in pairs.
const PADDING: usize = 32;

/// Rows of equal length, each on cache lines of its own.
#[derive(Debug)]
pub(crate) struct PaddedRows {
    storage: Box<[f32]>,
    first: usize,
    stride: usize,
}

impl PaddedRows {
    /// Allocates rows of zeros, `frames` long at least.
    pub fn new(rows: usize, frames: usize) -> Self {
        let stride = frames.max(1).next_multiple_of(PADDING);
        let storage = vec![0.0f32; rows * stride + PADDING].into_boxed_slice();
        let first = storage.as_ptr().align_offset(PADDING * size_of::<f32>());
        Self { storage, first, stride }
    }

    /// From one row to the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// All rows behind each other, `stride` apart.
    pub fn all_mut(&mut self) -> &mut [f32] {
        &mut self.storage[self.first..]
    }

    /// One row.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.storage[self.first + row * self.stride..][..self.stride]
    }

    /// A row and the next one.
    pub fn two_mut(&mut self, row: usize) -> [&mut [f32]; 2] {
        let stride = self.stride;
        let (one, next) = self.all_mut()[row * stride..(row + 2) * stride].split_at_mut(stride);
        [one, next]
    }
}

/// One band of a block. Bands not in use are silent.
#[derive(Debug)]
pub struct Band<'a> {
    /// Left, or the only channel.
    pub left: &'a mut [f32],
    /// Right.
    pub right: &'a mut [f32],
}

/// The rows of one block, one per band and channel, none sharing a cache line with another.
///
/// A [`Splitter`] has rows of its own. Rows apart from it let threads work on one block while the next is split.
#[derive(Debug)]
pub struct Rows {
    /// In the order of the lanes; the first `frames` samples of each are valid.
    rows: PaddedRows,
    frames: usize,
    /// Bands in use.
    bands: usize,
}

impl Rows {
    /// Allocates rows for blocks of up to `max_frames`.
    pub fn new(max_frames: usize) -> Self {
        Self { rows: PaddedRows::new(2 * SLOTS, max_frames), frames: 0, bands: SLOTS }
    }

    /// Lends the bands of the block that was split into these rows last, lowest first. Real-time safe.
    pub fn bands(&mut self) -> [Band<'_>; SLOTS] {
        let (frames, stride) = (self.frames, self.rows.stride());
        let mut rows = self.rows.all_mut().chunks_exact_mut(stride).map(|row| Some(&mut row[..frames]));
        let mut lanes: [Option<&mut [f32]>; 2 * SLOTS] = std::array::from_fn(|_| rows.next().flatten());
        let unused = SLOTS - self.bands;
        std::array::from_fn(|band| {
            // Bands in use are the highest slots; those not in use follow after them.
            let lane = WIDE_LANE[(band + unused) % SLOTS];
            let mut take = |lane: usize| lanes[lane].take().unwrap_or_default();
            Band { left: take(lane), right: take(lane + 1) }
        })
    }
}

/// Splits a signal into bands. All methods but `new` are real-time safe.
#[derive(Debug)]
pub struct Splitter {
    tree: Tree,
    rows: Rows,
}

/// The crossovers with their history.
#[derive(Debug)]
struct Tree {
    kernels: Kernels,
    bands: usize,
    crossovers: Crossovers,
    polarity: f32,
    state: DownState,
    pairs: [[f32; 2]; TILE],
    lines: [Line; TILE],
}

impl Splitter {
    /// Allocates rows for blocks of up to `max_frames`. Only crossovers, slope and number of bands of `settings` count.
    ///
    /// # Panics
    /// If there are fewer bands than one or more than eight.
    pub fn new(sample_rate_hz: f64, max_frames: usize, settings: &Settings) -> Self {
        let crossovers = Crossovers::new(settings, sample_rate_hz);
        let tree = Tree {
            kernels: Kernels::best(),
            bands: settings.bands,
            polarity: crossovers.polarity(),
            crossovers,
            state: DownState::ZERO,
            pairs: [[0.0; 2]; TILE],
            lines: [Line::ZERO; TILE],
        };
        Self { tree, rows: Rows::new(max_frames) }
    }

    /// Splits one block, rows of equal length up to `max_frames`, and lends its bands, lowest first.
    ///
    /// # Panics
    /// If the rows are longer, or one is longer than the other.
    pub fn split(&mut self, rows: [&[f32]; 2]) -> [Band<'_>; SLOTS] {
        self.tree.split(rows, &mut self.rows);
        self.rows.bands()
    }

    /// Splits the next block into rows that are not the splitter's own and hold at least as many frames.
    ///
    /// # Panics
    /// If they hold fewer, or one row is longer than the other.
    pub fn split_into(&mut self, rows: [&[f32]; 2], into: &mut Rows) {
        self.tree.split(rows, into);
    }

    /// Lends the bands of the last block of [`split`](Self::split) once more, lowest first.
    pub fn bands(&mut self) -> [Band<'_>; SLOTS] {
        self.rows.bands()
    }
}

impl Tree {
    fn split(&mut self, rows: [&[f32]; 2], into: &mut Rows) {
        let [left, right] = rows;
        assert!(left.len() == right.len() && left.len() <= into.rows.stride(), "a block of {} frames", left.len());
        let _denormals_off = DenormalsOff::new();
        (into.frames, into.bands) = (left.len(), self.bands);
        let (kernels, tree) = (self.kernels, Steps::held(self.crossovers.tree()));
        for at in (0..into.frames).step_by(TILE) {
            let end = into.frames.min(at + TILE);
            let (pairs, lines) = (&mut self.pairs[..end - at], &mut self.lines[..end - at]);
            kernels.interleave(&left[at..end], &right[at..end], Steps::held(&self.polarity), pairs);
            kernels.down(self.crossovers.slope(), tree, &mut self.state, pairs, lines);
            let stride = into.rows.stride();
            kernels.rows(lines, &mut into.rows.all_mut()[at..], stride);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(frames: usize) -> Vec<f32> {
        let mut state = 1u32;
        (0..frames)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 23) as f32 - 1.0
            })
            .collect()
    }

    #[test]
    fn no_two_rows_share_a_cache_line() {
        let mut splitter = Splitter::new(48_000.0, 100, &Settings::default());
        let row = [0.0; 100];
        let mut addresses: Vec<usize> = splitter
            .split([&row, &row])
            .iter()
            .flat_map(|b| [b.left.as_ptr() as usize, b.right.as_ptr() as usize])
            .collect();
        addresses.sort_unstable();
        assert!(addresses.iter().all(|address| address % 128 == 0));
        assert!(addresses.windows(2).all(|pair| pair[1] - pair[0] >= 512));
    }

    #[test]
    fn bands_carry_their_part_of_the_signal_whatever_the_block() {
        let (left, right) = (noise(5000), noise(4000));
        let settings = Settings { bands: 3, ..Settings::default() };
        let mut whole = Splitter::new(48_000.0, 4000, &settings);
        let mut pieces = Splitter::new(48_000.0, 700, &settings);
        let expected: Vec<Vec<f32>> =
            whole.split([&left[..4000], &right]).iter().map(|band| band.left.to_vec()).collect();
        let mut found = vec![Vec::new(); SLOTS];
        for at in (0..4000).step_by(700) {
            let end = (at + 700).min(4000);
            for (row, band) in found.iter_mut().zip(pieces.split([&left[at..end], &right[at..end]])) {
                row.extend_from_slice(band.left);
            }
        }
        assert_eq!(found, expected);
        assert!(expected[..3].iter().all(|row| row.iter().any(|&x| x.abs() > 0.01)));
        assert!(expected[3..].iter().all(|row| row.iter().all(|&x| x == 0.0)));
    }

    #[test]
    fn threads_may_work_on_all_bands_at_once() {
        let (left, right) = (noise(512), noise(512));
        let mut splitter = Splitter::new(48_000.0, 512, &Settings { bands: 8, ..Settings::default() });
        let before: Vec<Vec<f32>> = splitter.split([&left, &right]).iter().map(|band| band.left.to_vec()).collect();
        let scale = |row: &mut [f32], gain: usize| row.iter_mut().for_each(|x| *x *= gain as f32);
        std::thread::scope(|threads| {
            for (number, band) in splitter.bands().into_iter().enumerate() {
                threads.spawn(move || scale(band.left, number + 1));
            }
        });
        for (number, (band, before)) in splitter.bands().iter().zip(&before).enumerate() {
            let mut scaled = before.clone();
            scale(&mut scaled, number + 1);
            assert_eq!(*band.left, scaled);
        }
    }

    #[test]
    fn one_block_is_worked_on_while_the_next_is_split() {
        let (left, right) = (noise(6000), noise(6000));
        let settings = Settings::default();
        let mut whole = Splitter::new(48_000.0, 6000, &settings);
        let expected: Vec<Vec<f32>> = whole.split([&left, &right]).iter().map(|band| band.right.to_vec()).collect();
        let mut splitter = Splitter::new(48_000.0, 0, &settings);
        let (mut present, mut next) = (Rows::new(500), Rows::new(500));
        let mut found = vec![Vec::new(); SLOTS];
        splitter.split_into([&left[..500], &right[..500]], &mut present);
        for at in (500..=6000).step_by(500) {
            std::thread::scope(|threads| {
                for (band, found) in present.bands().into_iter().zip(&mut found) {
                    threads.spawn(move || found.extend_from_slice(band.right));
                }
                let end = (at + 500).min(6000);
                splitter.split_into([&left[at..end], &right[at..end]], &mut next);
            });
            std::mem::swap(&mut present, &mut next);
        }
        assert_eq!(found, expected);
    }
}
