//! One complete chain, from the caller's rows through the bands and back into them.
//!
//! What the modes share is here: input, detectors, dynamics, modifiers, delays. How the bands come about and how
//! the output comes from them is what a mode is: [`crate::lr`] and its neighbours.

mod report;

use crate::crossover::Crossovers;
use crate::delay::{GainDelay, LeafDelay};
use crate::dynamics::{Dynamics, samples};
use crate::ffi::{Basis, Kernels, Output, Steps, Width};
use crate::layout::{Corners, Decode, Extremes, Line, Modifier, Ramps, SLOTS, TILE, Tree, WIDE_LANE};
use crate::linear::{self, Design, Linear, Made, linear_latency};
use crate::lr::{Lr, Weighted};
use crate::meter::SILENCE_DB;
use crate::modifiers::Modifiers;
use crate::params::sanitize_crossovers;
use crate::settings::{Channels, MAX_BANDS, Mode, Settings, Slope, Target};
use crate::transparent::{Input, Shelves};

/// Longest look-ahead, ms.
pub const LOOKAHEAD_MAX_MS: f64 = 20.0;
/// Length of all ramps, seconds.
const RAMP_S: f64 = 0.020;
/// Frames between attempts to run less machinery.
const SETTLE_GRID: usize = 64;

/// Rows of scratch, one tile each.
#[derive(Debug)]
struct Scratch {
    pairs: [[f32; 2]; TILE],
    side: [Line; TILE],
    read: [Line; TILE],
    levels: [Line; TILE],
    gains: [Line; TILE],
    modifiers: [Modifier; TILE],
    trees: [Tree; TILE],
    corners: [Corners; TILE],
    /// What the tree makes of the frames that the shelves make something else of.
    tree: [[f32; TILE]; 2],
    delta: [f32; TILE],
}

/// What a tile works on.
pub struct Rows<'a> {
    /// Left, or the only channel; processed in place.
    pub left: &'a mut [f32],
    /// Right; for one channel, a row of zeros.
    pub right: &'a mut [f32],
    /// Sidechain, both channels.
    pub side: Option<[&'a [f32]; 2]>,
    /// Input gain, linear.
    pub input_gain: Steps<'a, f32>,
    /// Output gain, linear.
    pub output_gain: Steps<'a, f32>,
    /// Whether [`Chain::tap`] follows.
    pub tapped: bool,
}

/// One chain. Everything but `new` is real-time safe.
#[derive(Debug)]
pub struct Chain {
    sample_rate_hz: f64,
    channels: usize,
    settings: Settings,
    /// [`Crossovers::polarity`].
    polarity: f32,
    crossovers: Crossovers,
    dynamics: Dynamics,
    modifiers: Modifiers,
    lr: Lr,
    shelves: Shelves,
    /// There while the mode is linear.
    linear: Option<Box<Linear>>,
    decode: Decode,
    mid_side: bool,
    leaves: LeafDelay,
    gains: GainDelay,
    /// Frames until the convolution puts something out; so long the detectors do not run.
    warming: usize,
    /// Frames, then, until bands of this history are heard; so long the output is silence.
    unfilled: usize,
    ramps: Ramps,
    /// Modifiers while nothing moves.
    modifier: Modifier,
    extremes: Extremes,
    scratch: Box<Scratch>,
}

/// Settings that need a second chain and a fade when they change: mode, slope, filter length if the mode has one, bands,
/// look-ahead; channels, target and gain advance of each band.
type Structure = (Mode, Slope, u32, usize, usize, [(Channels, Target, usize); MAX_BANDS]);

/// Frames by which a chain with these settings is late.
pub fn latency(settings: &Settings, sample_rate_hz: f64) -> usize {
    let filters = if settings.mode == Mode::Linear { linear_latency(settings.linear_taps, sample_rate_hz) } else { 0 };
    samples(settings.lookahead_ms, sample_rate_hz) + filters
}

impl Chain {
    /// Allocates for the longest look-ahead at this rate. Not real-time safe.
    pub fn new(sample_rate_hz: f64, channels: usize, settings: &Settings) -> Self {
        let longest = samples(LOOKAHEAD_MAX_MS, sample_rate_hz);
        let scratch = Scratch {
            pairs: [[0.0; 2]; TILE],
            side: [Line::ZERO; TILE],
            read: [Line::ZERO; TILE],
            levels: [Line::ZERO; TILE],
            gains: [Line::ZERO; TILE],
            modifiers: [Modifier::ZERO; TILE],
            trees: [Tree::ZERO; TILE],
            corners: [Corners::ZERO; TILE],
            tree: [[0.0; TILE]; 2],
            delta: [0.0; TILE],
        };
        let ramp_frames = Self::ramp_frames(sample_rate_hz);
        let mut new = Self {
            sample_rate_hz,
            channels,
            settings: *settings,
            polarity: 1.0,
            crossovers: Crossovers::new(settings, sample_rate_hz),
            dynamics: Dynamics::new(settings, channels, sample_rate_hz),
            modifiers: Modifiers::new(settings, channels, ramp_frames),
            lr: Lr::ZERO,
            shelves: Shelves::new(ramp_frames),
            linear: None,
            decode: Decode::ZERO,
            mid_side: false,
            leaves: LeafDelay::new(longest),
            gains: GainDelay::new(longest),
            warming: 0,
            unfilled: 0,
            ramps: Ramps::ZERO,
            modifier: Modifier::ZERO,
            extremes: Extremes::ZERO,
            scratch: Box::new(scratch),
        };
        new.restart(settings);
        new
    }

    /// Length of all ramps in frames.
    pub fn ramp_frames(sample_rate_hz: f64) -> u32 {
        (RAMP_S * sample_rate_hz) as u32
    }

    /// Frames by which the output is late.
    pub fn latency(&self) -> usize {
        latency(&self.settings, self.sample_rate_hz)
    }

    /// Frames until filters that do not ring on, but look back, have only seen this history.
    pub fn filling(&self) -> usize {
        let playing = self.linear.as_ref().filter(|_| self.settings.mode == Mode::Linear);
        playing.map_or(0, |linear| linear.latency())
    }

    /// The bands of the linear mode, if this chain has what they need.
    pub fn linear(&mut self) -> Option<&mut Linear> {
        self.linear.as_deref_mut()
    }

    /// Whether this chain has what the linear mode needs.
    pub fn is_equipped(&self) -> bool {
        self.linear.is_some()
    }

    /// Gives this chain what the linear mode needs, or takes it away; returns what it had. Before a restart only.
    pub fn equip(&mut self, linear: Option<Box<Linear>>) -> Option<Box<Linear>> {
        std::mem::replace(&mut self.linear, linear)
    }

    /// Whether these settings can be played as far as the linear mode is concerned.
    pub fn is_equipped_for(&self, settings: &Settings) -> bool {
        let design = Design::new(settings, self.sample_rate_hz);
        settings.mode != Mode::Linear || self.linear.as_ref().is_some_and(|linear| linear.design().fits(&design))
    }

    /// The filters that this chain should have but has not, if it could take them.
    pub fn missing_filters(&self) -> Option<Design> {
        let linear = self.linear.as_ref().filter(|_| self.settings.mode == Mode::Linear)?;
        let design = Design::new(&self.settings, self.sample_rate_hz);
        (design != *linear.design() && linear.has_room()).then_some(design)
    }

    /// What is needed no more, now that this chain plays or rests.
    pub fn worn(&mut self) -> Option<Made> {
        if self.settings.mode == Mode::Linear {
            self.linear.as_mut()?.worn().map(Made::Bank)
        } else {
            self.linear.take().map(Made::Whole)
        }
    }

    /// Settings that this chain runs.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Starts afresh with any settings: no history, all ramps on their targets.
    pub fn restart(&mut self, settings: &Settings) {
        let fs = self.sample_rate_hz;
        let settings = &in_effect(settings);
        self.settings = *settings;
        self.crossovers.restart(settings);
        // The shelves take the input as it is, with the tree beside them; then the tree's output is turned round.
        self.polarity = if settings.mode == Mode::Lr { self.crossovers.polarity() } else { 1.0 };
        self.dynamics.restart(settings);
        self.modifiers = Modifiers::new(settings, self.channels, Self::ramp_frames(fs));
        self.lr = Lr::ZERO;
        self.shelves.restart(settings);
        if let Some(linear) = &mut self.linear {
            linear.restart();
        }
        let linear = self.linear.as_ref().filter(|_| settings.mode == Mode::Linear);
        self.warming = linear.map_or(0, |linear| linear.design().partition_latency());
        self.unfilled = samples(settings.lookahead_ms, fs);
        self.leaves.restart(self.unfilled);
        self.clear_extremes();
        self.lay_out();
    }

    /// Lanes that depend on the structure.
    fn lay_out(&mut self) {
        let lookahead = self.leaves.frames();
        let mut gain_delay = [0; 16];
        self.decode = Decode { own_same: [1.0; 16], ..Decode::ZERO };
        self.mid_side = false;
        for (index, band) in self.settings.band[..self.settings.bands].iter().enumerate() {
            let first = WIDE_LANE[SLOTS - self.settings.bands + index];
            let ahead = samples(band.lookahead_ms, self.sample_rate_hz).min(lookahead);
            for channel in 0..2 {
                gain_delay[first + channel] = (lookahead - ahead) as u32;
                if self.channels == 2 && band.channels == Channels::MidSide {
                    self.mid_side = true;
                    // Lane L holds w1, lane R w2. Own factor (w1 + w2)/2; other factor (w1 - w2)/2 in both.
                    self.decode.own_same[first + channel] = 0.5;
                    self.decode.own_cross[first + channel] = 0.5;
                    self.decode.other_same[first + channel] = [0.5, -0.5][channel];
                    self.decode.other_cross[first + channel] = [-0.5, 0.5][channel];
                }
            }
        }
        self.gains.restart(lookahead, gain_delay);
    }

    /// Whether new settings need a second chain and a fade.
    pub fn needs_fade(&self, settings: &Settings) -> bool {
        self.structure(&in_effect(settings)) != self.structure(&self.settings)
    }

    /// What counts of settings: one channel ignores channel basis and target.
    fn structure(&self, settings: &Settings) -> Structure {
        let mut bands = [(Channels::Stereo, Target::Both, 0); MAX_BANDS];
        let lookahead = samples(settings.lookahead_ms, self.sample_rate_hz);
        let taps = if settings.mode == Mode::Linear { settings.linear_taps } else { 0 };
        for (structure, band) in bands.iter_mut().zip(&settings.band[..settings.bands]) {
            let ahead = samples(band.lookahead_ms, self.sample_rate_hz).min(lookahead);
            let (channels, target) =
                if self.channels == 1 { (Channels::Stereo, Target::Both) } else { (band.channels, band.target) };
            *structure = (channels, target, ahead);
        }
        (settings.mode, settings.slope, taps, settings.bands, lookahead, bands)
    }

    /// Takes over settings of the same structure, at a frame of the grid.
    pub fn set(&mut self, settings: &Settings) {
        let side_before = self.dynamics.reads_sidechain() || self.modifiers.external().is_some();
        let settings = &in_effect(settings);
        self.settings = *settings;
        self.crossovers.set(settings);
        self.modifiers.set(settings);
        self.with_width(|chain| chain.dynamics.set(settings));
        if self.dynamics.reads_sidechain() && !side_before {
            self.lr.restart_side();
        }
        if settings.mode == Mode::Transparent && self.shelves.set(settings) {
            self.lr.restart_up();
        }
    }

    /// Takes over the envelopes of the chain that this one replaces.
    pub fn carry_over(&mut self, old: &Self) {
        let (edges, old_edges) = (self.band_edges(), old.band_edges());
        self.with_width(|chain| chain.dynamics.carry_over(&edges, &old.dynamics, &old_edges));
        // What the detectors made of filters coming to rest is nobody's reading.
        self.clear_extremes();
    }

    /// Does something that may change the width of the lines, and lets everything else follow.
    fn with_width(&mut self, change: impl FnOnce(&mut Self)) {
        let before = self.dynamics.width();
        change(self);
        if self.dynamics.width() != before {
            self.extremes = report::relaid(&self.extremes, self.dynamics.width());
            self.modifiers.invalidate();
        }
    }

    /// Lowest frequency of every band, then the upper end; octaves.
    fn band_edges(&self) -> [f64; MAX_BANDS + 1] {
        let bands = self.settings.bands;
        let mut hz = self.settings.crossovers_hz;
        sanitize_crossovers(&mut hz[..bands - 1], self.sample_rate_hz);
        let mut edges = [libm::log2(20.0); MAX_BANDS + 1];
        for (edge, hz) in edges[1..].iter_mut().zip(&hz[..bands - 1]) {
            *edge = libm::log2(*hz);
        }
        edges[bands] = libm::log2(20_000.0f64.min(0.5 * self.sample_rate_hz));
        edges
    }

    /// Frames from `clock`, at most `limit`, that can be processed in one go.
    pub fn stretch(&self, clock: u64, limit: usize) -> usize {
        let transparent = self.settings.mode == Mode::Transparent;
        let mut frames = self.leaves.stretch(limit.min(TILE), transparent);
        if self.warming > 0 {
            frames = frames.min(self.warming);
        } else if self.unfilled > 0 {
            frames = frames.min(self.unfilled);
        }
        if self.dynamics.settling() {
            frames = frames.min(SETTLE_GRID - (clock % SETTLE_GRID as u64) as usize);
        }
        if let Some(linear) = &self.linear {
            frames = linear.stretch(clock, frames);
        }
        if transparent {
            frames = self.shelves.stretch(frames);
        }
        self.modifiers.steady_frames(frames)
    }

    /// Before the frame `clock` of the grid is processed: runs less machinery if it can.
    pub fn settle(&mut self, clock: u64) {
        if self.dynamics.settling() && clock.is_multiple_of(SETTLE_GRID as u64) {
            let looks = self.leaves.frames().div_ceil(SETTLE_GRID);
            self.with_width(|chain| chain.dynamics.settle(looks));
        }
    }

    /// Processes one stretch, as long as [`stretch`](Self::stretch) said. Writes dynamic gains to `trace`, frames ×
    /// bands × channels, if there is one. Whether all input was finite.
    pub fn process(&mut self, kernels: &Kernels, clock: u64, rows: Rows<'_>, trace: Option<&mut [f32]>) -> bool {
        let frames = rows.left.len();
        let slope = self.crossovers.slope();
        let transparent = self.settings.mode == Mode::Transparent;
        let scratch = &mut *self.scratch;
        let gliding = self.settings.mode != Mode::Linear && self.crossovers.gliding();
        let (trees, corners) = if gliding {
            let corners = &mut scratch.corners[..if transparent { frames } else { 0 }];
            self.crossovers.fill(kernels, clock, &mut scratch.trees[..frames], corners);
            (Steps::moving(&scratch.trees[..frames]), Steps::moving(&*corners))
        } else {
            (Steps::held(self.crossovers.tree()), Steps::held(self.crossovers.corners()))
        };
        let moving = self.modifiers.moving();
        if self.modifiers.take_stale() {
            self.modifiers.lay_out(self.dynamics.width(), &mut self.ramps);
            if !moving {
                kernels.modify(&mut self.ramps, std::slice::from_mut(&mut self.modifier));
            }
        }
        let modifiers = if moving {
            kernels.modify(&mut self.ramps, &mut scratch.modifiers[..frames]);
            Steps::moving(&scratch.modifiers[..frames])
        } else {
            Steps::held(&self.modifier)
        };

        let (lines, input) = self.leaves.next(frames);
        let pairs = if transparent { input } else { &mut scratch.pairs[..frames] };
        let mut finite = kernels.interleave(rows.left, rows.right, rows.input_gain, pairs);
        let mut linear = self.linear.as_deref_mut().filter(|_| self.settings.mode == Mode::Linear);
        match &mut linear {
            Some(linear) => linear.split(kernels, clock, pairs, lines),
            None => self.lr.split(kernels, slope, trees, pairs, lines),
        }

        let side = &mut scratch.side[..frames];
        let external = self.modifiers.external();
        if self.dynamics.reads_sidechain() || external.is_some() {
            let pairs = &mut scratch.pairs[..frames];
            match rows.side {
                Some([left, right]) => {
                    finite &= kernels.interleave(left, right, Steps::held(&self.polarity), pairs);
                }
                None => pairs.fill([0.0; 2]),
            }
            match &mut linear {
                Some(linear) => linear.split_side(kernels, clock, pairs, side),
                None => self.lr.split_side(kernels, slope, trees, pairs, side),
            }
        }
        let (read, levels) = (&mut scratch.read[..frames], &mut scratch.levels[..frames]);
        let gains = &mut scratch.gains[..frames];
        let warm = self.warming == 0;
        if warm {
            self.dynamics.process(kernels, modifiers, lines, side, read, levels, gains, &mut self.extremes);
            if let Some(amount) = external {
                kernels.crossfade(&amount, side, lines);
            }
            if self.leaves.frames() > 0 {
                self.gains.pass(kernels, self.dynamics.width(), gains);
            }
        } else {
            // If detectors ran, a gate would be further closed when the first frame comes, the longer the partitions are.
            lines.fill(Line::ZERO);
            levels.fill(Line { lane: [SILENCE_DB; 16] });
        }
        self.leaves.advance(frames);
        let width = self.dynamics.width();
        if !warm || self.unfilled > 0 {
            *(if warm { &mut self.unfilled } else { &mut self.warming }) -= frames;
            self.modifiers.advance(frames);
            self.shelves.advance(frames);
            rows.left.fill(0.0);
            rows.right.fill(0.0);
            // Weights of silence: what a tap sees.
            gains.fill(Line::ZERO);
            if let Some(trace) = trace {
                trace.fill(0.0);
            }
            return finite;
        }
        if let Some(trace) = trace {
            report::write_trace(width, self.settings.bands, self.channels, gains, trace);
        }
        let [left, right] = [rows.left, rows.right];
        if transparent {
            let input = Input {
                gains,
                width,
                modifiers,
                mixes: self.modifiers.mixes(),
                corners,
                slope,
                pairs: self.leaves.heard_input(frames),
                basis: if self.mid_side { Basis::MidSide } else { Basis::Stereo },
                delta: self.modifiers.delta(&mut scratch.delta[..frames]),
                gain: rows.output_gain,
            };
            self.shelves.process(kernels, &input, &mut self.extremes, [left, right]);
        }
        let tree_heard = !transparent || self.shelves.hears_tree();
        if tree_heard || rows.tapped {
            kernels.weigh(width, modifiers, &mut self.extremes, gains);
        }
        if tree_heard {
            let weighted = Weighted {
                leaves: self.leaves.heard(frames),
                weights: gains,
                output: match (width, self.mid_side) {
                    (Width::Narrow, _) => Output::Narrow,
                    (Width::Wide, false) => Output::Wide,
                    (Width::Wide, true) => Output::MidSide,
                },
                decode: &self.decode,
                gain: rows.output_gain,
            };
            if transparent {
                let [tree_left, tree_right] = scratch.tree.each_mut().map(|row| &mut row[..frames]);
                self.lr.join(kernels, slope, trees, &weighted, [tree_left, tree_right]);
                self.shelves.fade_to_tree([tree_left, tree_right], self.crossovers.polarity(), [left, right]);
            } else if linear.is_some() {
                linear::join(kernels, &weighted, [left, right]);
            } else {
                self.lr.join(kernels, slope, trees, &weighted, [left, right]);
            }
        }
        if transparent {
            self.shelves.advance(frames);
        }
        self.modifiers.advance(frames);
        finite
    }

    /// Sign that the caller's input gain must have.
    pub fn polarity(&self) -> f32 {
        self.polarity
    }
}

/// Settings as they act: in the transparent mode one channel basis serves the whole path, that of the first band.
fn in_effect(settings: &Settings) -> Settings {
    let mut settings = *settings;
    if settings.mode == Mode::Transparent {
        let channels = settings.band[0].channels;
        settings.band.iter_mut().for_each(|band| band.channels = channels);
    }
    settings
}
