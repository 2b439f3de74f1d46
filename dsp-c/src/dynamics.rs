//! Detectors, curves and ballistics: from settings to coefficients, and the history of every band.

use crate::ffi::{Ballistics, Kernels, Steps, Width};
use crate::layout::{
    Envelope, Extremes, Line, Modifier, NARROW_LANE, Rms, SLOTS, Section as SectionCoeffs, Smooth, Source, WIDE_LANE,
};
use crate::params::INFINITE_RATIO;
use crate::settings::{BandSettings, Channels, Detector, Law, MAX_BANDS, Section, Settings, Sidechain, Target};

/// The slow path of the automatic release is so much slower, and counts for so much.
const SLOW_TIMES: f64 = 8.0;
const SLOW_SHARE: f64 = 0.5;
/// An envelope nearer to rest than this has come to rest, dB.
const AT_REST_DB: f64 = 1e-9;

/// One-pole step: after `seconds` a step has reached 1 − 1/e.
fn kappa(seconds: f64, sample_rate_hz: f64) -> f64 {
    -libm::expm1(-1.0 / (seconds * sample_rate_hz))
}

/// Whole samples nearest to a time.
pub fn samples(ms: f64, sample_rate_hz: f64) -> usize {
    (ms * 1e-3 * sample_rate_hz + 0.5) as usize
}

/// Amount of a section's slope.
pub fn slope(section: &Section) -> f64 {
    match section.law {
        Law::Off => 0.0,
        Law::Compress if section.ratio >= INFINITE_RATIO => 1.0,
        Law::Compress => 1.0 - 1.0 / section.ratio,
        Law::Expand => section.ratio - 1.0,
    }
}

/// How far a level lies beyond a threshold: 0 below the knee, the distance above it, a parabola between; all in dB.
pub fn hinge(distance_db: f64, knee_db: f64) -> f64 {
    let half = 0.5 * knee_db;
    if distance_db <= -half {
        0.0
    } else if distance_db >= half {
        distance_db
    } else {
        (distance_db + half) * (distance_db + half) / (2.0 * knee_db)
    }
}

/// Gain of the above section at 0 dBFS, halved and turned round: what automatic make-up gives back, dB.
pub fn auto_makeup_db(band: &BandSettings) -> f64 {
    if !band.auto_makeup || band.above.law != Law::Compress {
        return 0.0;
    }
    let beyond_db = hinge(-band.above.threshold_db, band.knee_db);
    (0.5 * (slope(&band.above) * beyond_db).min(band.above.range_db)).clamp(0.0, 24.0)
}

/// Whether the below section has a memory of being open.
fn gated(band: &BandSettings) -> bool {
    band.hysteresis_db > 0.0 && band.below.law != Law::Off
}

/// How much of the machinery is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Form {
    width: Width,
    ballistics: Ballistics,
    below: bool,
}

impl Form {
    const LEAST: Self = Self { width: Width::Narrow, ballistics: Ballistics::Plain, below: false };

    /// Enough for both.
    fn with(self, other: Self) -> Self {
        Self {
            width: if self.width == Width::Wide { self.width } else { other.width },
            ballistics: if self.ballistics == Ballistics::Full { self.ballistics } else { other.ballistics },
            below: self.below || other.below,
        }
    }
}

/// Dynamics of one engine core. All methods but `new` are real-time safe.
#[derive(Clone, Debug)]
pub struct Dynamics {
    sample_rate_hz: f64,
    channels: usize,
    bands: usize,
    settings: [BandSettings; MAX_BANDS],
    /// What the settings ask for, and what runs: it may be more, until envelopes have settled.
    wanted: Form,
    running: Form,
    /// Looks in a row at which both channels had come to the same envelopes, nothing telling them apart meanwhile.
    alike: usize,
    /// Which detectors are in use.
    peak_used: bool,
    rms_used: bool,
    smooth_used: bool,
    /// Detectors read something else than their own leaf.
    source_used: bool,
    external_used: bool,
    source: Source,
    rms: Rms,
    smooth: Smooth,
    above: SectionCoeffs,
    below: SectionCoeffs,
    above_envelope: Envelope,
    below_envelope: Envelope,
}

impl Dynamics {
    /// No history.
    pub fn new(settings: &Settings, channels: usize, sample_rate_hz: f64) -> Self {
        let form = Form::LEAST;
        let mut new = Self {
            sample_rate_hz,
            channels,
            bands: settings.bands,
            settings: settings.band,
            wanted: form,
            running: form,
            alike: 0,
            peak_used: false,
            rms_used: false,
            smooth_used: false,
            source_used: false,
            external_used: false,
            source: Source::ZERO,
            rms: Rms::ZERO,
            smooth: Smooth::ZERO,
            above: SectionCoeffs::ZERO,
            below: SectionCoeffs::ZERO,
            above_envelope: Envelope::ZERO,
            below_envelope: Envelope::ZERO,
        };
        new.restart(settings);
        new
    }

    /// Starts afresh with any settings.
    pub fn restart(&mut self, settings: &Settings) {
        self.bands = settings.bands;
        self.settings = settings.band;
        self.running = Form::LEAST;
        self.alike = 0;
        (self.above_envelope, self.below_envelope) = (Envelope::ZERO, Envelope::ZERO);
        self.rms.square = [0.0; 16];
        self.smooth = Smooth::ZERO;
        self.choose_form();
        self.running = self.wanted;
        self.lay_out();
    }

    /// Lanes in use.
    pub fn width(&self) -> Width {
        self.running.width
    }

    /// Whether any detector reads the sidechain.
    pub fn reads_sidechain(&self) -> bool {
        self.external_used
    }

    /// Whether more runs than the settings ask for, so that [`settle`](Self::settle) should be tried.
    pub fn settling(&self) -> bool {
        self.wanted != self.running
    }

    /// Takes over new settings of the same number of bands.
    pub fn set(&mut self, settings: &Settings) {
        let old = std::mem::replace(&mut self.settings, settings.band);
        let (rms_before, smooth_before) = (self.rms_used, self.smooth_used);
        self.choose_form();
        // What detectors out of use heard last may be long ago.
        if self.rms_used && !rms_before {
            self.rms.square = [0.0; 16];
        }
        if self.smooth_used && !smooth_before {
            self.smooth = Smooth { chosen: self.smooth.chosen, ..Smooth::ZERO };
        }
        let running = self.running.with(self.wanted);
        if running.below && !self.running.below {
            // A section at rest is one whose hold restarts at every frame.
            self.below_envelope.hold = [0.0; 16];
            for (index, band) in self.settings[..self.bands].iter().enumerate() {
                for channel in 0..self.running.width.lanes_per_slot() {
                    let lane = self.running.width.lane(SLOTS - self.bands + index, channel);
                    self.below_envelope.hold[lane] = samples(band.hold_ms, self.sample_rate_hz) as f64;
                }
            }
        }
        for (index, old) in old.iter().enumerate().take(self.bands) {
            if old.auto_release && !self.settings[index].auto_release {
                // Nothing lets it go meanwhile.
                for channel in 0..self.running.width.lanes_per_slot() {
                    let lane = self.running.width.lane(SLOTS - self.bands + index, channel);
                    self.above_envelope.slow[lane] = 0.0;
                }
            }
            if gated(&self.settings[index]) && !gated(old) {
                for channel in 0..self.running.width.lanes_per_slot() {
                    let lane = self.running.width.lane(SLOTS - self.bands + index, channel);
                    self.below_envelope.open[lane] = 0.0;
                }
            }
        }
        if running.width != self.running.width {
            self.above_envelope = spread(&self.above_envelope);
            self.below_envelope = spread(&self.below_envelope);
            self.running = running;
            self.lay_out();
            return;
        }
        self.running = running;
        for (index, old) in old.iter().enumerate().take(self.bands) {
            if self.settings[index] != *old {
                self.lay_out_band(index);
            }
        }
    }

    /// What the settings ask for.
    fn choose_form(&mut self) {
        let stereo = self.channels == 2;
        let used = &self.settings[..self.bands];
        let wide = |band: &BandSettings| band.link_percent < 100.0 || band.target != Target::Both || gated(band);
        let full = |band: &BandSettings| band.hold_ms > 0.0 || band.auto_release || gated(band);
        self.wanted = Form {
            width: if stereo && used.iter().any(wide) { Width::Wide } else { Width::Narrow },
            ballistics: if used.iter().any(full) { Ballistics::Full } else { Ballistics::Plain },
            below: used.iter().any(|band| band.below.law != Law::Off),
        };
        if self.wanted.width == Width::Wide {
            self.alike = 0;
        }
        self.peak_used = used.iter().any(|band| band.detector == Detector::Peak);
        self.rms_used = used.iter().any(|band| band.detector == Detector::Rms);
        self.smooth_used = used.iter().any(|band| band.detector == Detector::Smooth);
        self.external_used = used.iter().any(|band| band.sidechain == Sidechain::External);
        let mid_side = used.iter().any(|band| stereo && band.channels == Channels::MidSide);
        self.source_used = self.external_used || mid_side;
    }

    /// Puts the coefficients of all bands into the lanes of the running form.
    fn lay_out(&mut self) {
        (self.above, self.below) = (SectionCoeffs::ZERO, SectionCoeffs::ZERO);
        for index in 0..self.bands {
            self.lay_out_band(index);
        }
    }

    fn lay_out_band(&mut self, index: usize) {
        let (width, fs, band) = (self.running.width, self.sample_rate_hz, &self.settings[index]);
        let slot = SLOTS - self.bands + index;
        let rms = kappa(band.rms_ms * 1e-3, fs);
        let mid_side = self.channels == 2 && band.channels == Channels::MidSide;
        for channel in 0..2 {
            let lane = WIDE_LANE[slot] + channel;
            self.source.same[lane] = if mid_side { [0.5, -0.5][channel] } else { 1.0 };
            self.source.cross[lane] = if mid_side { 0.5 } else { 0.0 };
            self.source.external[lane] = all_bits(band.sidechain == Sidechain::External);
            self.rms.kappa[lane] = rms;
            self.rms.chosen[lane] = all_bits(band.detector == Detector::Rms);
            self.smooth.chosen[lane] = all_bits(band.detector == Detector::Smooth);
        }
        let attack = kappa(band.attack_ms * 1e-3, fs);
        let release = kappa(band.release_ms * 1e-3, fs);
        let slow = if band.auto_release { kappa(band.release_ms * 1e-3 * SLOW_TIMES, fs) } else { 0.0 };
        let link = if band.target == Target::Both { band.link_percent * 0.01 } else { 0.0 };
        for channel in 0..width.lanes_per_slot() {
            let lane = width.lane(slot, channel);
            for (c, section, above) in [(&mut self.above, &band.above, true), (&mut self.below, &band.below, false)] {
                let threshold = section.threshold_db;
                c.edge[lane] = (0.5 * band.knee_db + if above { -threshold } else { threshold }) as f32;
                // A knee too narrow for 1/(2W) in a float is none.
                let knee_db = if band.knee_db > 1e-6 { band.knee_db } else { 0.0 };
                c.knee[lane] = knee_db as f32;
                c.curvature[lane] = if knee_db > 0.0 { (0.5 / knee_db) as f32 } else { 0.0 };
                c.slope[lane] = slope(section) as f32;
                c.range[lane] = section.range_db as f32;
                (c.link[lane], c.unlink[lane]) = (link as f32, (1.0 - link) as f32);
                c.threshold[lane] = threshold as f32;
                c.hysteresis[lane] = band.hysteresis_db as f32;
                (c.attack[lane], c.release[lane]) = (attack, release);
                c.slow[lane] = if above { slow } else { 0.0 };
                c.share[lane] = if above && band.auto_release { SLOW_SHARE } else { 0.0 };
                c.hold[lane] = samples(band.hold_ms, fs) as f64;
            }
        }
    }

    /// Runs less where envelopes allow it. To be called at frames that do not depend on how blocks are cut. `looks`: of
    /// so many calls in a row gains are still on their way; those of one channel cannot stand for both before they are the
    /// same.
    pub fn settle(&mut self, looks: usize) {
        let before = self.running;
        let lanes = ..self.running.width.lanes();
        let (above, below) = (&mut self.above_envelope, &mut self.below_envelope);
        if self.running.below && !self.wanted.below {
            let near = |row: &[f64; 16]| row[lanes].iter().all(|x| x.abs() < AT_REST_DB);
            if near(&below.y) && near(&below.y1) {
                *below = Envelope { open: below.open, ..Envelope::ZERO };
                self.running.below = false;
            }
        }
        if self.running.ballistics == Ballistics::Full && self.wanted.ballistics == Ballistics::Plain {
            let idle = |row: &[f64; 16]| row[lanes].iter().all(|&frames| frames == 0.0);
            if idle(&above.hold) && idle(&below.hold) {
                self.running.ballistics = Ballistics::Plain;
            }
        }
        let both = |e: &Envelope| channels_agree(e, self.wanted.ballistics);
        if self.running.width == Width::Wide && self.wanted.width == Width::Narrow {
            self.alike = if both(above) && both(below) { self.alike + 1 } else { 0 };
            if self.alike > looks {
                (*above, *below) = (gather(above), gather(below));
                self.running.width = Width::Narrow;
            }
        }
        if self.running != before {
            self.lay_out();
        }
    }

    /// Detectors and curves: lines of the main and sidechain leaves to gains in dB. `read` is scratch. All slices are
    /// of one length; `side` counts only if [`reads_sidechain`](Self::reads_sidechain).
    #[allow(clippy::too_many_arguments)]
    pub fn process(
        &mut self,
        kernels: &Kernels,
        modifiers: Steps<'_, Modifier>,
        lines: &[Line],
        side: &[Line],
        read: &mut [Line],
        levels: &mut [Line],
        gains: &mut [Line],
        extremes: &mut Extremes,
    ) {
        let Form { width, ballistics, below } = self.running;
        let read: &[Line] = if self.source_used {
            let side = if self.external_used { side } else { &[] };
            kernels.source(&self.source, lines, side, read);
            read
        } else {
            lines
        };
        if self.rms_used || self.smooth_used {
            if self.peak_used {
                kernels.power_peak(read, levels);
            }
            if self.rms_used {
                kernels.power_rms(&mut self.rms, read, levels);
            }
            if self.smooth_used {
                kernels.power_smooth(&mut self.smooth, read, levels);
            }
            kernels.level_power(width, extremes, levels);
        } else {
            kernels.level_peak(width, read, extremes, levels);
        }
        kernels.above(width, ballistics, &self.above, &mut self.above_envelope, modifiers, levels, gains);
        if below {
            kernels.below(width, ballistics, &self.below, &mut self.below_envelope, modifiers, levels, gains);
        }
    }

    /// After [`restart`](Self::restart): starts every band with the envelopes of the old band that overlaps it most.
    /// `edges` and `old_edges`: lowest frequency of each band and, after the last, the upper end, in octaves.
    pub fn carry_over(&mut self, edges: &[f64], old: &Self, old_edges: &[f64]) {
        (self.above_envelope, self.below_envelope) = (Envelope::ZERO, Envelope::ZERO);
        self.alike = 0;
        // What the old chain ran may still be moving, so it runs on until `settle` finds it at rest.
        let running = self.wanted.with(old.running);
        if running.width != self.running.width {
            self.running = running;
            self.lay_out();
        }
        self.running = running;
        for band in 0..self.bands {
            let overlap = |other: usize| edges[band + 1].min(old_edges[other + 1]) - edges[band].max(old_edges[other]);
            let nearest = (0..old.bands).max_by(|&a, &b| overlap(a).total_cmp(&overlap(b))).unwrap_or_default();
            let (to_slot, from_slot) = (SLOTS - self.bands + band, SLOTS - old.bands + nearest);
            for channel in 0..2 {
                let to = running.width.lane(to_slot, channel.min(running.width.lanes_per_slot() - 1));
                let from = old.running.width.lane(from_slot, channel.min(old.running.width.lanes_per_slot() - 1));
                copy_lane(&mut self.above_envelope, to, &old.above_envelope, from);
                copy_lane(&mut self.below_envelope, to, &old.below_envelope, from);
                if !self.settings[band].auto_release {
                    self.above_envelope.slow[to] = 0.0;
                }
                // An average that nobody has kept is older than that of the filters coming to rest.
                if old.rms_used {
                    self.rms.square[WIDE_LANE[to_slot] + channel] = old.rms.square[WIDE_LANE[from_slot] + channel];
                }
            }
        }
    }
}

fn all_bits(condition: bool) -> u32 {
    if condition { u32::MAX } else { 0 }
}

fn copy_lane(to: &mut Envelope, to_lane: usize, from: &Envelope, from_lane: usize) {
    to.y1[to_lane] = from.y1[from_lane];
    to.y[to_lane] = from.y[from_lane];
    to.slow[to_lane] = from.slow[from_lane];
    to.hold[to_lane] = from.hold[from_lane];
    to.open[to_lane] = from.open[from_lane];
}

/// Narrow to wide: both channels alike.
fn spread(narrow: &Envelope) -> Envelope {
    let mut wide = Envelope::ZERO;
    for slot in 0..SLOTS {
        copy_lane(&mut wide, WIDE_LANE[slot], narrow, NARROW_LANE[slot]);
        copy_lane(&mut wide, WIDE_LANE[slot] + 1, narrow, NARROW_LANE[slot]);
    }
    wide
}

/// Wide to narrow: the first channel.
fn gather(wide: &Envelope) -> Envelope {
    let mut narrow = Envelope::ZERO;
    for slot in 0..SLOTS {
        copy_lane(&mut narrow, NARROW_LANE[slot], wide, WIDE_LANE[slot]);
    }
    narrow
}

/// Whether both channels of every band have come to the same envelopes.
fn channels_agree(wide: &Envelope, ballistics: Ballistics) -> bool {
    WIDE_LANE.iter().all(|&lane| {
        let near = |row: &[f64; 16]| (row[lane] - row[lane + 1]).abs() < AT_REST_DB;
        let slow = ballistics == Ballistics::Plain || near(&wide.slow);
        near(&wide.y1) && near(&wide.y) && slow && wide.hold[lane] == wide.hold[lane + 1]
    })
}
