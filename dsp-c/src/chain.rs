//! One complete chain, from the caller's rows through the bands and back into them.
//!
//! What the modes share is here: input, detectors, dynamics, modifiers, delays, meters. How the bands come about and how
//! the output comes from them is what a mode is: [`crate::lr`] and its neighbours.

use crate::crossover::Crossovers;
use crate::dynamics::{Dynamics, lane, lanes_of, samples};
use crate::ffi::{Kernels, Output, Steps, Width};
use crate::layout::{Decode, Extremes, Line, Modifier, Ramps, SLOTS, Tree, WIDE_LANE};
use crate::lr::{Lr, Weighted};
use crate::meter::{Meters, Reading, SILENCE_DB};
use crate::modifiers::Modifiers;
use crate::params::sanitize_crossovers;
use crate::settings::{Channels, MAX_BANDS, Mode, Settings, Slope, Target};
use crate::tap::Slot;

/// Frames that pass through the kernels together; what they leave for each other stays in the first-level cache.
pub const TILE: usize = 64;

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
}

/// One chain. Everything but `new` is real-time safe.
#[derive(Debug)]
pub struct Chain {
    sample_rate_hz: f64,
    channels: usize,
    settings: Settings,
    lookahead: usize,
    /// [`Crossovers::polarity`].
    polarity: f32,
    crossovers: Crossovers,
    dynamics: Dynamics,
    modifiers: Modifiers,
    lr: Lr,
    decode: Decode,
    mid_side: bool,
    /// Leaves of the last `lookahead` frames and of this tile.
    ring: Box<[Line]>,
    ring_length: usize,
    ring_at: usize,
    /// Frames until the ring holds `lookahead` frames of this history; so long the output is silence.
    unfilled: usize,
    /// Gains on their way to the frames they meet; a power of two.
    gain_ring: Box<[Line]>,
    gain_at: usize,
    gain_delay: [u32; 16],
    ramps: Ramps,
    /// Modifiers while nothing moves.
    modifier: Modifier,
    extremes: Extremes,
    scratch: Box<Scratch>,
}

/// Settings that need a second chain and a fade when they change: mode, slope, bands; channels, target and gain advance of
/// each.
type Structure = (Mode, Slope, usize, [(Channels, Target, usize); MAX_BANDS]);

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
        };
        let ramp_frames = Self::ramp_frames(sample_rate_hz);
        let mut new = Self {
            sample_rate_hz,
            channels,
            settings: *settings,
            lookahead: 0,
            polarity: 1.0,
            crossovers: Crossovers::new(settings, sample_rate_hz),
            dynamics: Dynamics::new(settings, channels, sample_rate_hz),
            modifiers: Modifiers::new(settings, channels, ramp_frames),
            lr: Lr::ZERO,
            decode: Decode::ZERO,
            mid_side: false,
            ring: vec![Line::ZERO; (longest + TILE).next_multiple_of(TILE)].into(),
            ring_length: TILE,
            ring_at: 0,
            unfilled: 0,
            gain_ring: vec![Line::ZERO; (longest + TILE).next_power_of_two()].into(),
            gain_at: 0,
            gain_delay: [0; 16],
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
        self.lookahead
    }

    /// Settings that this chain runs.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Starts afresh with any settings: no history, all ramps on their targets.
    pub fn restart(&mut self, settings: &Settings) {
        let fs = self.sample_rate_hz;
        self.settings = *settings;
        self.lookahead = samples(settings.lookahead_ms, fs);
        self.crossovers.restart(settings);
        self.polarity = self.crossovers.polarity();
        self.dynamics.restart(settings);
        self.modifiers = Modifiers::new(settings, self.channels, Self::ramp_frames(fs));
        self.lr = Lr::ZERO;
        self.ring_length = (self.lookahead + TILE).next_multiple_of(TILE);
        // The rings are not cleared: nothing is read before it is written, see `unfilled`.
        self.unfilled = self.lookahead;
        (self.ring_at, self.gain_at) = (0, 0);
        self.clear_extremes();
        self.lay_out();
    }

    /// Lanes that depend on the structure.
    fn lay_out(&mut self) {
        self.decode = Decode { own_same: [1.0; 16], ..Decode::ZERO };
        self.gain_delay = [0; 16];
        self.mid_side = false;
        for (index, band) in self.settings.band[..self.settings.bands].iter().enumerate() {
            let first = WIDE_LANE[SLOTS - self.settings.bands + index];
            let ahead = samples(band.lookahead_ms, self.sample_rate_hz).min(self.lookahead);
            for channel in 0..2 {
                self.gain_delay[first + channel] = (self.lookahead - ahead) as u32;
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
    }

    /// Whether new settings need a second chain and a fade.
    pub fn needs_fade(&self, settings: &Settings) -> bool {
        self.structure(settings) != self.structure(&self.settings)
    }

    /// What counts of settings with this chain's look-ahead: one channel ignores channel basis and target.
    fn structure(&self, settings: &Settings) -> Structure {
        let mut bands = [(Channels::Stereo, Target::Both, 0); MAX_BANDS];
        for (structure, band) in bands.iter_mut().zip(&settings.band[..settings.bands]) {
            let ahead = samples(band.lookahead_ms, self.sample_rate_hz).min(self.lookahead);
            let (channels, target) =
                if self.channels == 1 { (Channels::Stereo, Target::Both) } else { (band.channels, band.target) };
            *structure = (channels, target, ahead);
        }
        (settings.mode, settings.slope, settings.bands, bands)
    }

    /// Takes over settings of the same structure, at a frame of the grid.
    pub fn set(&mut self, settings: &Settings) {
        let side_before = self.dynamics.reads_sidechain() || self.modifiers.external().is_some();
        self.settings = *settings;
        self.crossovers.set(settings);
        self.modifiers.set(settings);
        self.with_width(|chain| chain.dynamics.set(settings));
        if self.dynamics.reads_sidechain() && !side_before {
            self.lr.restart_side();
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
            self.extremes = relaid(&self.extremes, self.dynamics.width());
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
        let mut frames = limit.min(TILE).min(self.ring_length - self.ring_at);
        if self.unfilled > 0 {
            frames = frames.min(self.unfilled);
        }
        if self.dynamics.settling() {
            frames = frames.min(SETTLE_GRID - (clock % SETTLE_GRID as u64) as usize);
        }
        self.modifiers.steady_frames(frames)
    }

    /// Before the frame `clock` of the grid is processed: runs less machinery if it can.
    pub fn settle(&mut self, clock: u64) {
        if self.dynamics.settling() && clock.is_multiple_of(SETTLE_GRID as u64) {
            self.with_width(|chain| chain.dynamics.settle());
        }
    }

    /// Processes one stretch, as long as [`stretch`](Self::stretch) said. Writes dynamic gains to `trace`, frames ×
    /// bands × channels, if there is one. Whether all input was finite.
    pub fn process(&mut self, kernels: &Kernels, clock: u64, rows: Rows<'_>, trace: Option<&mut [f32]>) -> bool {
        let frames = rows.left.len();
        let slope = self.crossovers.slope();
        let scratch = &mut *self.scratch;
        let trees = if self.crossovers.gliding() {
            self.crossovers.fill(kernels, clock, &mut scratch.trees[..frames]);
            Steps::moving(&scratch.trees[..frames])
        } else {
            Steps::held(self.crossovers.tree())
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

        let pairs = &mut scratch.pairs[..frames];
        let mut finite = kernels.interleave(rows.left, rows.right, rows.input_gain, pairs);
        let lines = &mut self.ring[self.ring_at..self.ring_at + frames];
        self.lr.split(kernels, slope, trees, pairs, lines);

        let side = &mut scratch.side[..frames];
        let external = self.modifiers.external();
        if self.dynamics.reads_sidechain() || external.is_some() {
            match rows.side {
                Some([left, right]) => {
                    finite &= kernels.interleave(left, right, Steps::held(&self.polarity), pairs);
                }
                None => pairs.fill([0.0; 2]),
            }
            self.lr.split_side(kernels, slope, trees, pairs, side);
        }
        let (read, levels) = (&mut scratch.read[..frames], &mut scratch.levels[..frames]);
        let gains = &mut scratch.gains[..frames];
        self.dynamics.process(kernels, modifiers, lines, side, read, levels, gains, &mut self.extremes);
        if let Some(amount) = external {
            kernels.crossfade(&amount, side, lines);
        }
        let width = self.dynamics.width();
        if self.lookahead > 0 {
            let ring = &mut self.gain_ring[..(self.lookahead + TILE).next_power_of_two()];
            kernels.delay_gains(width, &self.gain_delay, ring, self.gain_at, gains);
            self.gain_at = (self.gain_at + frames) & (ring.len() - 1);
        }
        let late = (self.ring_at + self.ring_length - self.lookahead) % self.ring_length;
        self.ring_at = (self.ring_at + frames) % self.ring_length;
        if self.unfilled > 0 {
            self.unfilled -= frames;
            self.modifiers.advance(frames);
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
            write_trace(width, self.settings.bands, self.channels, gains, trace);
        }
        kernels.weigh(width, modifiers, &mut self.extremes, gains);

        let output = match (width, self.mid_side) {
            (Width::Narrow, _) => Output::Narrow,
            (Width::Wide, false) => Output::Wide,
            (Width::Wide, true) => Output::MidSide,
        };
        let before_wrap = frames.min(self.ring_length - late);
        let weighted = Weighted {
            leaves: [&self.ring[late..late + before_wrap], &self.ring[..frames - before_wrap]],
            weights: gains,
            output,
            decode: &self.decode,
            gain: rows.output_gain,
        };
        self.lr.join(kernels, slope, trees, &weighted, [rows.left, rows.right]);
        self.modifiers.advance(frames);
        finite
    }

    /// Writes what was just processed into a slot, band by band as heard, with the output gain of these frames.
    pub fn tap(&self, output_gain: Steps<'_, f32>, frames: usize, slot: &mut Slot) {
        let (bands, width) = (self.settings.bands, self.dynamics.width());
        let first = (self.ring_at + 2 * self.ring_length - frames - self.lookahead) % self.ring_length;
        for band in 0..bands {
            let tree_slot = SLOTS - bands + band;
            let (a, first_lane) = (WIDE_LANE[tree_slot], lane(width, tree_slot, 0));
            let [left, right] = slot.band_mut(band, frames);
            for n in 0..frames {
                let x = &self.ring[(first + n) % self.ring_length].lane;
                let w = &self.scratch.gains[n].lane;
                let gain = output_gain.at(n);
                let [l, r] = match width {
                    Width::Narrow => [w[first_lane] * x[a], w[first_lane] * x[a + 1]],
                    Width::Wide => [a, a + 1].map(|own| {
                        let (other, decode) = (own ^ 1, &self.decode);
                        let same = decode.own_same[own] * w[own] + decode.own_cross[own] * w[other];
                        let cross = decode.other_same[own] * w[own] + decode.other_cross[own] * w[other];
                        same * x[own] + cross * x[other]
                    }),
                };
                (left[n], right[n]) = (gain * l, gain * r);
            }
            let lanes = first_lane..first_lane + lanes_of(width);
            let levels = self.scratch.levels[..frames].iter().flat_map(|line| &line.lane[lanes.clone()]);
            slot.raise_level_db(band, levels.copied().fold(SILENCE_DB, f32::max));
        }
    }

    /// Sign that the caller's input gain must have.
    pub fn polarity(&self) -> f32 {
        self.polarity
    }

    /// Adds what the bands did since the last call to their meters.
    pub fn publish(&mut self, meters: &Meters) {
        let (bands, width) = (self.settings.bands, self.dynamics.width());
        let Extremes { level_db, lowest_db, highest_db } = &self.extremes;
        for (index, meter) in meters[..bands].iter().enumerate() {
            let first = lane(width, SLOTS - bands + index, 0);
            for lane in first..first + lanes_of(width) {
                meter.add(Reading {
                    level_db: level_db[lane],
                    lowest_db: lowest_db[lane],
                    highest_db: highest_db[lane],
                });
            }
        }
        self.clear_extremes();
    }

    fn clear_extremes(&mut self) {
        self.extremes = Extremes {
            level_db: [SILENCE_DB; 16],
            lowest_db: [f32::INFINITY; 16],
            highest_db: [f32::NEG_INFINITY; 16],
        };
    }
}

/// Extremes in lanes of another width.
fn relaid(old: &Extremes, width: Width) -> Extremes {
    let mut new = Extremes::ZERO;
    for slot in 0..SLOTS {
        let (narrow, wide) = (lane(Width::Narrow, slot, 0), lane(Width::Wide, slot, 0));
        let pairs = [
            (&old.level_db, &mut new.level_db, f32::max as fn(f32, f32) -> f32),
            (&old.lowest_db, &mut new.lowest_db, f32::min),
            (&old.highest_db, &mut new.highest_db, f32::max),
        ];
        for (old, new, choose) in pairs {
            match width {
                Width::Wide => (new[wide], new[wide + 1]) = (old[narrow], old[narrow]),
                Width::Narrow => new[narrow] = choose(old[wide], old[wide + 1]),
            }
        }
    }
    new
}

fn write_trace(width: Width, bands: usize, channels: usize, gains: &[Line], trace: &mut [f32]) {
    for (line, row) in gains.iter().zip(trace.chunks_exact_mut(bands * channels)) {
        for (band, row) in row.chunks_exact_mut(channels).enumerate() {
            for (channel, gain) in row.iter_mut().enumerate() {
                let channel = if width == Width::Wide { channel } else { 0 };
                *gain = line.lane[lane(width, SLOTS - bands + band, channel)];
            }
        }
    }
}
