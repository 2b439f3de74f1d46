//! The transparent mode: the input itself through one dynamic shelf per crossover, and the way to the tree's output
//! where something is to be heard that shelves cannot give: solo, mute, listening.

use crate::ffi::{Basis, Kernels, Mixes, Steps, Width};
use crate::layout::{Corners, Extremes, Line, Modifier, SHELF_PAD, Shelf, ShelfState, TILE};
use crate::ramp::Ramp;
use crate::settings::{Settings, Slope};

/// How long the all-passes of the tree run unheard before they are faded to, in lengths of a ramp: as long as the filters
/// of a new chain.
const WAKING_RAMPS: u32 = 2;

/// The shelves of one chain. All methods but `new` are real-time safe.
#[derive(Debug)]
pub struct Shelves {
    ramp_frames: u32,
    state: ShelfState,
    /// 0: the shelves are heard, 1: the tree.
    audition: Ramp,
    /// Frames until the fade to the tree may begin.
    waking: u32,
    rows: Box<[Shelf; TILE + 2 * SHELF_PAD]>,
    coded: Box<[[f32; 2]; TILE]>,
}

/// What the shelves work on in one stretch; all of one length.
pub struct Input<'a> {
    /// Gains in dB.
    pub gains: &'a [Line],
    /// Where the gains lie in their lines.
    pub width: Width,
    /// What the ramps come to.
    pub modifiers: Steps<'a, Modifier>,
    /// What the dry/wet of the bands may be.
    pub mixes: Mixes,
    /// Corner frequencies.
    pub corners: Steps<'a, Corners>,
    /// Steepness.
    pub slope: Slope,
    /// Left and right input, later by the look-ahead.
    pub pairs: &'a [[f32; 2]],
    /// Channel basis.
    pub basis: Basis,
    /// 1: the input is taken off.
    pub delta: Steps<'a, f32>,
    /// Output gain, linear.
    pub gain: Steps<'a, f32>,
}

/// Whether shelves cannot give what is to be heard.
fn auditions(settings: &Settings) -> bool {
    settings.band[..settings.bands].iter().any(|band| band.solo || band.mute || band.listen)
}

impl Shelves {
    /// No history. `ramp_frames`: length of all ramps.
    pub fn new(ramp_frames: u32) -> Self {
        Self {
            ramp_frames,
            state: ShelfState::ZERO,
            audition: Ramp::resting(0.0),
            waking: 0,
            rows: Box::new([Shelf::ZERO; TILE + 2 * SHELF_PAD]),
            coded: Box::new([[0.0; 2]; TILE]),
        }
    }

    /// Starts afresh with any settings.
    pub fn restart(&mut self, settings: &Settings) {
        self.state = ShelfState::ZERO;
        self.audition = Ramp::resting(if auditions(settings) { 1.0 } else { 0.0 });
        self.waking = 0;
    }

    /// Takes over settings. True if the tree's way up has to start afresh: from now on its output counts.
    pub fn set(&mut self, settings: &Settings) -> bool {
        let asleep = !self.hears_tree();
        match (auditions(settings), asleep) {
            (true, true) => self.waking = WAKING_RAMPS * self.ramp_frames,
            (true, false) if self.waking == 0 => self.audition.set(1.0, self.ramp_frames),
            (true, false) => (),
            (false, _) => {
                self.waking = 0;
                self.audition.set(0.0, self.ramp_frames);
            }
        }
        asleep && self.hears_tree()
    }

    /// Whether the tree's way up must run.
    pub fn hears_tree(&self) -> bool {
        self.waking > 0 || self.audition.left() > 0 || self.audition.target() != 0.0
    }

    /// Frames, at most `limit`, in which nothing starts or ends.
    pub fn stretch(&self, limit: usize) -> usize {
        [self.waking, self.audition.left()]
            .into_iter()
            .filter(|&left| left > 0)
            .fold(limit, |limit, left| limit.min(left as usize))
    }

    /// Goes on by `frames`, at most a [`stretch`](Self::stretch).
    pub fn advance(&mut self, frames: usize) {
        self.audition.advance(frames as u32);
        if self.waking > 0 {
            self.waking -= frames as u32;
            if self.waking == 0 {
                self.audition.set(1.0, self.ramp_frames);
            }
        }
    }

    /// The input, shelved, to rows.
    pub fn process(&mut self, kernels: &Kernels, input: &Input<'_>, extremes: &mut Extremes, rows: [&mut [f32]; 2]) {
        let Input { gains, width, modifiers, mixes, corners, slope, pairs, basis, delta, gain } = *input;
        let [left, right] = rows;
        let shelves = &mut self.rows[..pairs.len() + 2 * SHELF_PAD];
        kernels.shelf_coeffs(width, mixes, corners, modifiers, extremes, gains, shelves);
        let coded = match basis {
            Basis::Stereo => pairs,
            Basis::MidSide => {
                let coded = &mut self.coded[..pairs.len()];
                kernels.mid_side(pairs, coded);
                coded
            }
        };
        kernels.shelves(slope, width, shelves, &mut self.state, coded, left, right);
        if basis == Basis::MidSide || delta.held_at() != Some(&0.0) || gain.held_at() != Some(&1.0) {
            kernels.finish(basis, pairs, delta, gain, left, right);
        }
    }

    /// Fades rows of the shelves to what the tree made of the same frames, times `polarity`.
    pub fn fade_to_tree(&self, tree: [&[f32]; 2], polarity: f32, rows: [&mut [f32]; 2]) {
        let (from, step, frame) = self.audition.line();
        for (row, tree) in rows.into_iter().zip(tree) {
            for (n, (y, tree)) in row.iter_mut().zip(tree).enumerate() {
                let amount = from + step * (frame + n as f32);
                *y = if amount == 1.0 { tree * polarity } else { *y + amount * (tree * polarity - *y) };
            }
        }
    }
}
