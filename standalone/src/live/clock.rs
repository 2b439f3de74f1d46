//! How fast one device's clock runs against another's, from callback times that jitter.

use std::time::Instant;

use cpal::{HostId, StreamInstant};

/// Longest memory of the estimate, s. Measured with callbacks of 256 frames that are up to 0.5 ms late (uniform), ratio
/// error once settled: 40 s 0.35 ppm, 60 s 0.18, 120 s 0.06. Longer ones follow a warming crystal too late: at 0.1 ppm
/// per second 180 s are 0.5 ms behind.
const MEMORY_S: f64 = 180.0;
/// Memory after a jump: the rate is kept, the offset is found anew.
const AFTER_JUMP_S: f64 = 4.0;
/// Before this, the estimate is worse than to assume equal clocks, s.
const FIRST_S: f64 = 0.5;
/// After this the ratio is as good as it is going to sound, s.
const SETTLED_S: f64 = 60.0;
/// Callbacks that must agree before a jump is believed.
const JUMP_CALLS: u32 = 3;
/// Clocks differ by less than this.
const MOST_DRIFT: f64 = 1.0e-3;

/// Where callbacks get the time from. Real-time safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeSource {
    /// The stamps that the host hands to the callbacks: one clock for all streams.
    Stamps,
    /// The system's monotonic clock, counted from this instant. A read of shared memory where the system has that
    /// (vDSO, commpage), no system call.
    Monotonic(Instant),
}

impl TimeSource {
    /// What to use with a host. With ALSA each stream counts from its own beginning, and some drivers count samples
    /// instead of time, which hides any drift; PulseAudio's two directions count from different instants as well.
    #[must_use]
    pub fn of(host: HostId, epoch: Instant) -> Self {
        match host.name().to_ascii_lowercase().as_str() {
            "alsa" | "pulseaudio" | "pipewire" => Self::Monotonic(epoch),
            _ => Self::Stamps,
        }
    }

    /// Now, in seconds; `stamp` is what the host handed over.
    #[must_use]
    pub fn seconds(self, stamp: StreamInstant) -> f64 {
        match self {
            Self::Stamps => stamp.as_nanos() as f64 * 1.0e-9,
            Self::Monotonic(epoch) => epoch.elapsed().as_secs_f64(),
        }
    }
}

/// Follows the difference between two frame counters: a delay-locked loop whose bandwidth falls as 1/t.
///
/// It is the least-squares line through everything seen so far, with equal weights, until its memory is full; then the
/// filter that this becomes with constant gains (the α-β filter of tracking radars; damping 0.82).
#[derive(Clone, Debug)]
pub struct Tracker {
    rate_hz: f64,
    /// Seconds of memory; 0 before the first measurement.
    memory_s: f64,
    /// Seconds since the start, jumps or not.
    age_s: f64,
    /// Frames.
    offset: f64,
    /// Frames per frame.
    slope: f64,
    /// Mean absolute deviation of measurements, frames.
    spread: f64,
    /// Measurements in a row that do not belong to the line.
    strangers: u32,
}

/// What a measurement told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It belongs to the line.
    Regular,
    /// Frames were lost or came twice: the offset is another one from now on.
    Jump,
}

impl Tracker {
    /// For counters at this rate.
    #[must_use]
    pub fn new(rate_hz: f64) -> Self {
        Self { rate_hz, memory_s: 0.0, age_s: 0.0, offset: 0.0, slope: 0.0, spread: 1.0e-3 * rate_hz, strangers: 0 }
    }

    /// Takes a measurement, `elapsed` frames after the last one. `tolerance`: frames within which it may be off.
    /// Real-time safe.
    pub fn measure(&mut self, difference: f64, elapsed: f64, tolerance: f64) -> Seen {
        let dt = elapsed / self.rate_hz;
        if self.memory_s == 0.0 {
            self.memory_s = 2.0 * dt.max(1.0e-4);
            self.offset = difference;
            return Seen::Regular;
        }
        self.age_s += dt;
        self.offset += self.slope * elapsed;
        let error = difference - self.offset;
        if error.abs() > tolerance {
            self.strangers += 1;
            if self.strangers < JUMP_CALLS {
                return Seen::Regular;
            }
            self.relocate(difference);
            return Seen::Jump;
        }
        self.strangers = 0;
        let attention = if self.memory_s < 2.0 { 2.0 * dt / self.memory_s } else { 0.5 * dt };
        self.spread += attention.min(1.0) * (error.abs() - self.spread);
        // A callback that was held up says little.
        let error = error.clamp(-4.0 * self.spread, 4.0 * self.spread);
        self.memory_s = (self.memory_s + dt).min(MEMORY_S);
        self.offset += (4.0 * dt / self.memory_s).min(1.0) * error;
        let turn = (6.0 * dt / (self.memory_s * self.memory_s)).min(1.0 / self.memory_s);
        self.slope = (self.slope + turn * error / self.rate_hz).clamp(-MOST_DRIFT, MOST_DRIFT);
        Seen::Regular
    }

    /// Places the line through a measurement; the slope stays. Real-time safe.
    pub fn relocate(&mut self, difference: f64) {
        self.offset = difference;
        self.strangers = 0;
        self.memory_s = self.memory_s.min(AFTER_JUMP_S);
    }

    /// The difference now, without jitter, frames.
    #[must_use]
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// How much faster the first counter runs; None before that can be told.
    #[must_use]
    pub fn slope(&self) -> Option<f64> {
        (self.age_s >= FIRST_S).then_some(self.slope)
    }

    /// Seconds of memory, for loops that follow this one.
    #[must_use]
    pub fn memory_s(&self) -> f64 {
        self.memory_s
    }

    /// Whether the estimate has become a good one.
    #[must_use]
    pub fn settled(&self) -> bool {
        self.memory_s >= SETTLED_S
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: f64 = 48_000.0;

    /// Jitter, up to so many frames late, the same every time.
    fn jitter(seed: &mut u64, most: f64) -> f64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 11) as f64 / (1u64 << 53) as f64 * most
    }

    #[test]
    fn the_slope_is_found_under_jitter() {
        let (mut tracker, mut seed) = (Tracker::new(RATE_HZ), 1);
        let (mut worst_ppm, block) = (0.0f64, 256.0);
        for call in 0..(300.0 * RATE_HZ / block) as u64 {
            let truth = 1000.0 + 200.0e-6 * call as f64 * block;
            let late = jitter(&mut seed, 24.0) - jitter(&mut seed, 24.0);
            assert_eq!(tracker.measure(truth + late, block, 500.0), Seen::Regular);
            if tracker.settled() {
                worst_ppm = worst_ppm.max((tracker.slope - 200.0e-6).abs() * 1.0e6);
            }
        }
        assert!(tracker.settled());
        assert!(worst_ppm < 0.5, "{worst_ppm} ppm");
    }

    #[test]
    fn a_jump_moves_the_offset_and_keeps_the_slope() {
        let mut tracker = Tracker::new(RATE_HZ);
        for call in 0..10_000 {
            tracker.measure(100.0e-6 * f64::from(call) * 256.0, 256.0, 500.0);
        }
        let at = 100.0e-6 * 10_000.0 * 256.0 + 2000.0;
        assert_eq!(tracker.measure(at, 256.0, 500.0), Seen::Regular, "one late callback is no jump");
        assert_eq!(tracker.measure(at, 256.0, 500.0), Seen::Regular);
        assert_eq!(tracker.measure(at, 256.0, 500.0), Seen::Jump);
        assert!((tracker.offset() - at).abs() < 1.0e-9);
        assert!((tracker.slope().expect("old enough") - 100.0e-6).abs() < 1.0e-6);
    }
}
