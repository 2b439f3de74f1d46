//! The instruments. Each gives one note as mono samples.

use super::RATE_HZ;
use libm::{exp, sin, tan};
use std::f64::consts::{PI, TAU};

/// White noise that is the same every time (xorshift).
pub struct Noise(u32);

impl Noise {
    /// Noise from a seed other than 0.
    pub fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// The next sample, −1 … 1.
    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        f64::from(self.0) / f64::from(u32::MAX) * 2.0 - 1.0
    }
}

/// Two-pole filter whose frequency may move with every sample (trapezoidal state-variable form).
#[derive(Default)]
struct Filter {
    s1: f64,
    s2: f64,
}

impl Filter {
    /// Low-, band- and high-passed sample.
    fn next(&mut self, x: f64, cutoff_hz: f64, damping: f64) -> (f64, f64, f64) {
        let g = tan(PI * (cutoff_hz / RATE_HZ).min(0.45));
        let band = (self.s1 + g * (x - self.s2)) / (1.0 + g * (g + damping));
        let low = self.s2 + g * band;
        self.s1 = 2.0 * band - self.s1;
        self.s2 = 2.0 * low - self.s2;
        (low, band, x - damping * band - low)
    }
}

/// Sawtooth with rounded corners (PolyBLEP), so that high notes do not alias.
struct Saw {
    phase: f64,
    step: f64,
}

impl Saw {
    fn new(hz: f64, phase: f64) -> Self {
        Self { phase, step: hz / RATE_HZ }
    }

    fn next(&mut self) -> f64 {
        self.phase += self.step;
        if self.phase >= 1.0 {
            self.phase -= 1.0;
        }
        let corner = if self.phase < self.step {
            let t = self.phase / self.step;
            t + t - t * t - 1.0
        } else if self.phase > 1.0 - self.step {
            let t = (self.phase - 1.0) / self.step;
            t * t + t + t + 1.0
        } else {
            0.0
        };
        2.0 * self.phase - 1.0 - corner
    }
}

fn note(seconds: f64, mut sample: impl FnMut(f64) -> f64) -> Vec<f64> {
    (0..(seconds * RATE_HZ) as usize).map(|n| sample(n as f64 / RATE_HZ)).collect()
}

/// From 0 to 1 in `rise_s`, and to 0 in the last `fall_s` of `seconds`.
fn gate(t: f64, seconds: f64, rise_s: f64, fall_s: f64) -> f64 {
    (t / rise_s).min((seconds - t) / fall_s).clamp(0.0, 1.0)
}

/// Bass drum.
pub fn kick() -> Vec<f64> {
    let mut noise = Noise::new(11);
    let mut phase = 0.0;
    note(0.42, |t| {
        phase += TAU * (49.0 + 150.0 * exp(-t * 60.0)) / RATE_HZ;
        let click = 0.35 * noise.next() * exp(-t * 420.0);
        (sin(phase) * exp(-t * 7.0) + click) * gate(t, 0.42, 0.0004, 0.03)
    })
}

/// Snare drum.
pub fn snare() -> Vec<f64> {
    let mut noise = Noise::new(23);
    let mut filter = Filter::default();
    note(0.34, |t| {
        let (_, band, high) = filter.next(noise.next(), 2100.0, 0.9);
        let body = sin(TAU * 186.0 * t) * exp(-t * 26.0) + 0.6 * sin(TAU * 331.0 * t) * exp(-t * 34.0);
        (0.75 * body + (0.8 * band + 0.35 * high) * exp(-t * 15.0)) * gate(t, 0.34, 0.0006, 0.03)
    })
}

/// Hi-hat; a small `decay` leaves it open.
pub fn hat(decay: f64, seed: u32) -> Vec<f64> {
    let mut noise = Noise::new(seed);
    let (mut first, mut second) = (Filter::default(), Filter::default());
    let seconds = 5.5 / decay;
    note(seconds, |t| {
        let (_, _, once) = first.next(noise.next(), 7600.0, 1.2);
        let (_, _, twice) = second.next(once, 7600.0, 1.2);
        twice * exp(-t * decay) * gate(t, seconds, 0.0005, 0.01)
    })
}

/// Bass: a saw behind a filter that closes, and a sine below it.
pub fn bass(hz: f64, seconds: f64, accent: f64) -> Vec<f64> {
    let mut saw = Saw::new(hz, 0.25);
    let mut filter = Filter::default();
    note(seconds, |t| {
        let cutoff = 140.0 + (500.0 + 1100.0 * accent) * exp(-t * 14.0);
        let (low, _, _) = filter.next(saw.next(), cutoff, 0.75);
        (0.5 * low + 0.75 * sin(TAU * hz * t)) * gate(t, seconds, 0.004, 0.03)
    })
}

/// One voice of the pad; `drift` sets the channels apart.
pub fn pad(hz: f64, seconds: f64, drift: f64) -> Vec<f64> {
    let mut saws = [
        Saw::new(hz * (1.0 + 0.0031 * drift), 0.1 + 0.3 * drift.abs()),
        Saw::new(hz * (1.0 - 0.0042 * drift), 0.7),
        Saw::new(hz * 2.0 * (1.0 + 0.0017 * drift), 0.4),
    ];
    let mut filter = Filter::default();
    note(seconds, |t| {
        let sum: f64 = saws.iter_mut().map(Saw::next).sum();
        let cutoff = 900.0 + 500.0 * sin(TAU * 0.31 * t + drift);
        filter.next(sum, cutoff, 1.3).0 * gate(t, seconds, 0.12, 0.35)
    })
}

/// A bright bell: one sine bends the phase of another.
pub fn bell(hz: f64, accent: f64) -> Vec<f64> {
    note(0.9, |t| {
        let bend = (1.2 + 2.2 * accent) * exp(-t * 9.0) * sin(TAU * 3.0 * hz * t);
        let glow = 0.3 * sin(TAU * 2.0 * hz * t) * exp(-t * 6.0);
        (sin(TAU * hz * t + bend) + glow) * exp(-t * 5.0) * gate(t, 0.9, 0.0015, 0.1)
    })
}
