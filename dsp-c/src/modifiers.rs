//! Everything that ramps between a band's dynamic gain and its weight: signs, gains, mixes, masks, listening.

use crate::dynamics::auto_makeup_db;
use crate::ffi::{Mixes, Steps, Width};
use crate::layout::{RampLanes, Ramps, SLOTS};
use crate::ramp::Ramp;
use crate::settings::{Law, MAX_BANDS, Section, Settings, Sidechain, Target};

/// Ramped values of one band.
#[derive(Clone, Copy, Debug)]
struct BandRamps {
    sign_above: Ramp,
    sign_below: Ramp,
    gain: Ramp,
    mix: Ramp,
    mask: Ramp,
    heard: Ramp,
    external: Ramp,
}

impl BandRamps {
    fn all(&mut self) -> [&mut Ramp; 7] {
        let Self { sign_above, sign_below, gain, mix, mask, heard, external } = self;
        [sign_above, sign_below, gain, mix, mask, heard, external]
    }
}

/// Ramped values of all bands, and where the ramps stand.
#[derive(Clone, Debug)]
pub struct Modifiers {
    bands: usize,
    ramp_frames: u32,
    band: [BandRamps; MAX_BANDS],
    mix: Ramp,
    delta: Ramp,
    listen: Ramp,
    /// Which channels each band works on.
    touched: [[bool; 2]; MAX_BANDS],
    /// Frames until the next ramp comes to rest; 0 if all rest.
    until_rest: u32,
    /// Frames that the ramps are behind; they are moved on only when one of them ends or gets a new target.
    behind: u32,
    /// Some band gives way to its sidechain, or begins or ceases to.
    external: bool,
    /// [`lay_out`](Self::lay_out) would give something new.
    stale: bool,
}

/// Sign of a section's gain: +1 lifts, −1 cuts, 0 off. `above`: which section.
fn sign(section: &Section, above: bool) -> f32 {
    // A ratio of 1 changes nothing, but has a sign of 0 in the definition.
    match section.law {
        Law::Off => 0.0,
        _ if section.ratio == 1.0 => 0.0,
        Law::Compress => {
            if above {
                -1.0
            } else {
                1.0
            }
        }
        Law::Expand => {
            if above {
                1.0
            } else {
                -1.0
            }
        }
    }
}

fn one_if(condition: bool) -> f32 {
    f32::from(u8::from(condition))
}

/// Targets of a band's ramps, in the order of [`BandRamps::all`].
fn band_targets(settings: &Settings, index: usize, any_solo: bool) -> [f32; 7] {
    let band = &settings.band[index];
    [
        sign(&band.above, true),
        sign(&band.below, false),
        (band.gain_db + auto_makeup_db(band)) as f32,
        if band.bypass { 0.0 } else { (band.mix_percent * 0.01) as f32 },
        one_if(!(band.mute || any_solo && !band.solo)),
        one_if(band.listen),
        one_if(band.listen && band.sidechain == Sidechain::External),
    ]
}

impl Modifiers {
    /// At rest on `settings`. `ramp_frames`: length of all ramps.
    pub fn new(settings: &Settings, channels: usize, ramp_frames: u32) -> Self {
        let rest = Ramp::resting(0.0);
        let band = BandRamps {
            sign_above: rest,
            sign_below: rest,
            gain: rest,
            mix: rest,
            mask: rest,
            heard: rest,
            external: rest,
        };
        let mut new = Self {
            bands: settings.bands,
            ramp_frames,
            band: [band; MAX_BANDS],
            mix: rest,
            delta: rest,
            listen: rest,
            touched: [[true; 2]; MAX_BANDS],
            until_rest: 0,
            behind: 0,
            external: false,
            stale: true,
        };
        for (touched, band) in new.touched.iter_mut().zip(&settings.band) {
            let both = channels == 1 || band.target == Target::Both;
            *touched = [both || band.target == Target::First, both || band.target == Target::Second];
        }
        new.each(settings, |ramp, target| *ramp = Ramp::resting(target));
        new
    }

    /// Starts ramps to new settings. Real-time safe.
    pub fn set(&mut self, settings: &Settings) {
        let length = self.ramp_frames;
        self.catch_up();
        self.each(settings, |ramp, target| ramp.set(target, length));
    }

    fn each(&mut self, settings: &Settings, mut apply: impl FnMut(&mut Ramp, f32)) {
        let used = &settings.band[..self.bands];
        let (any_solo, any_listen) = (used.iter().any(|band| band.solo), used.iter().any(|band| band.listen));
        apply(&mut self.mix, (settings.mix_percent * 0.01) as f32);
        apply(&mut self.delta, one_if(settings.delta));
        apply(&mut self.listen, one_if(any_listen));
        for index in 0..self.bands {
            let targets = band_targets(settings, index, any_solo);
            for (ramp, target) in self.band[index].all().into_iter().zip(targets) {
                apply(ramp, target);
            }
        }
        self.catch_up();
    }

    /// Whether anything moves.
    pub fn moving(&self) -> bool {
        self.until_rest > 0
    }

    /// Frames, at most `limit`, in which no ramp comes to rest before the last.
    pub fn steady_frames(&self, limit: usize) -> usize {
        if self.until_rest > 0 { limit.min(self.until_rest as usize) } else { limit }
    }

    /// Goes on by `frames`, at most [`steady_frames`](Self::steady_frames).
    pub fn advance(&mut self, frames: usize) {
        if self.until_rest > 0 {
            self.behind += frames as u32;
            self.until_rest -= frames as u32;
            if self.until_rest == 0 {
                self.catch_up();
            }
        }
    }

    /// Moves all ramps to the present frame and looks which ends next.
    fn catch_up(&mut self) {
        let (behind, mut next) = (self.behind, u32::MAX);
        let globals = [&mut self.mix, &mut self.delta, &mut self.listen];
        for ramp in globals.into_iter().chain(self.band[..self.bands].iter_mut().flat_map(BandRamps::all)) {
            ramp.advance(behind);
            if ramp.left() > 0 {
                next = next.min(ramp.left());
            }
        }
        let used = &self.band[..self.bands];
        self.external = used.iter().any(|band| band.external.left() > 0 || band.external.target() != 0.0);
        self.behind = 0;
        self.until_rest = if next == u32::MAX { 0 } else { next };
        self.stale = true;
    }

    /// Whether the layout has to be made anew; asking makes it fresh.
    pub fn take_stale(&mut self) -> bool {
        std::mem::take(&mut self.stale)
    }

    /// The width of the lines has changed.
    pub fn invalidate(&mut self) {
        self.catch_up();
    }

    /// Lays the ramps out in lanes.
    pub fn lay_out(&self, width: Width, ramps: &mut Ramps) {
        *ramps = Ramps::ZERO;
        for (index, band) in self.band[..self.bands].iter().enumerate() {
            let slot = SLOTS - self.bands + index;
            for channel in 0..width.lanes_per_slot() {
                let lane = width.lane(slot, channel);
                put(&mut ramps.sign_above, lane, &band.sign_above);
                put(&mut ramps.sign_below, lane, &band.sign_below);
                put(&mut ramps.gain, lane, &band.gain);
                put(&mut ramps.band_mix, lane, &band.mix);
                put(&mut ramps.mask, lane, &band.mask);
                put(&mut ramps.mix, lane, &self.mix);
                put(&mut ramps.delta, lane, &self.delta);
                put(&mut ramps.listen, lane, &self.listen);
                let touched = self.touched[index][channel];
                if touched {
                    put(&mut ramps.heard, lane, &band.heard);
                }
                ramps.touched[lane] = one_if(touched);
            }
        }
    }

    /// What the dry/wet of the bands may be.
    pub fn mixes(&self) -> Mixes {
        let whole = |ramp: &Ramp| ramp.left() == 0 && (ramp.target() == 0.0 || ramp.target() == 1.0);
        let all = whole(&self.mix) && self.band[..self.bands].iter().all(|band| whole(&band.mix));
        if all { Mixes::Whole } else { Mixes::Any }
    }

    /// How far the dry signal is taken off in the next frames; `row` takes the values while they move.
    pub fn delta<'a>(&self, row: &'a mut [f32]) -> Steps<'a, f32> {
        let (from, step, frame) = self.delta.line();
        if step == 0.0 {
            row[0] = from;
            return Steps::held(&row[0]);
        }
        // The ramps themselves are moved on only now and then.
        let frame = frame + self.behind as f32;
        for (n, value) in row.iter_mut().enumerate() {
            *value = from + step * (frame + n as f32);
        }
        Steps::moving(row)
    }

    /// How far the leaves of each lane give way to those of the sidechain; None if nowhere. Wide lanes.
    pub fn external(&self) -> Option<RampLanes> {
        if !self.external {
            return None;
        }
        let used = &self.band[..self.bands];
        let mut lanes = RampLanes::ZERO;
        for (index, band) in used.iter().enumerate() {
            for channel in 0..2 {
                put(&mut lanes, Width::Wide.lane(SLOTS - self.bands + index, channel), &band.external);
            }
        }
        // The ramps themselves are moved on only now and then.
        for frame in &mut lanes.frame {
            *frame += self.behind as f32;
        }
        Some(lanes)
    }
}

fn put(lanes: &mut RampLanes, lane: usize, ramp: &Ramp) {
    (lanes.from[lane], lanes.step[lane], lanes.frame[lane]) = ramp.line();
}
