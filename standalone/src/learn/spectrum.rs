//! The long-term spectrum of all files together, in equal steps per octave.

use super::listen::Listener;
use crate::report::spectrum::SpectrumMeter;

/// Points per octave.
pub const POINTS_PER_OCTAVE: usize = 24;
/// Lowest point, Hz.
const LOWEST_HZ: f64 = 20.0;
/// Points up to 20 kHz.
const POINTS: usize = 240;
/// Below every sound, dB.
pub const FLOOR_DB: f64 = -150.0;

/// One channel's averaged spectrum.
pub struct ChannelMeter(pub SpectrumMeter);

impl Listener for ChannelMeter {
    fn listen(&mut self, [row, _]: [&[f32]; 2]) {
        self.0.add(&[row]);
    }
}

/// Mean power around each point, over all files, weighted by their lengths.
#[derive(Clone, Debug, PartialEq)]
pub struct LongTerm {
    power_seconds: Vec<f64>,
    seconds: f64,
    /// Half of the lowest sample rate: nothing above it is known of every file.
    highest_hz: f64,
}

impl Default for LongTerm {
    fn default() -> Self {
        Self { power_seconds: vec![0.0; POINTS], seconds: 0.0, highest_hz: f64::INFINITY }
    }
}

/// The frequency of a point.
pub fn hz(point: usize) -> f64 {
    LOWEST_HZ * (point as f64 / POINTS_PER_OCTAVE as f64).exp2()
}

impl LongTerm {
    /// Adds one file.
    pub fn add(&mut self, channels: Vec<ChannelMeter>, sample_rate_hz: f64, seconds: f64) {
        let count = channels.len() as f64;
        for channel in channels {
            let spectrum = channel.0.finish();
            for (point, sum) in self.power_seconds.iter_mut().enumerate() {
                *sum += 10.0_f64.powf(spectrum.sixth_octave_db(hz(point)) / 10.0) / count * seconds;
            }
        }
        self.seconds += seconds;
        self.highest_hz = self.highest_hz.min(sample_rate_hz / 2.0);
    }

    /// Levels of a sixth of an octave around each point, dB.
    pub fn levels_db(&self) -> Vec<f64> {
        let seconds = self.seconds.max(1e-9);
        self.power_seconds.iter().map(|power| (10.0 * (power / seconds).log10()).max(FLOOR_DB)).collect()
    }

    /// Seconds of audio.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Half of the lowest sample rate.
    pub fn highest_hz(&self) -> f64 {
        self.highest_hz
    }
}
