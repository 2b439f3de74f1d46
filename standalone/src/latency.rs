//! What people are told about latency: how late the output is, and what the linear mode gives for it.

use octant_dsp::engine::latency_samples;
use octant_dsp::linear::lowest_exact_crossover_hz;
use octant_dsp::settings::{Mode, Settings};

/// The latency of a processor at a sample rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latency {
    /// Frames by which the output is late. Renders take them off again.
    pub samples: usize,
    /// The same, ms.
    pub ms: f64,
    /// Mode `linear` with more than one band: lowest crossover whose slopes are those of the setting, Hz.
    pub exact_from_hz: Option<f64>,
}

impl Latency {
    /// Of valid settings.
    #[must_use]
    pub fn of(settings: &Settings, sample_rate_hz: f64) -> Self {
        let samples = latency_samples(settings, sample_rate_hz);
        let linear = settings.mode == Mode::Linear && settings.bands > 1;
        let exact = || lowest_exact_crossover_hz(settings.linear_taps, settings.slope, sample_rate_hz);
        Self { samples, ms: 1000.0 * samples as f64 / sample_rate_hz, exact_from_hz: linear.then(exact) }
    }
}

impl std::fmt::Display for Latency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.samples {
            0 => write!(f, "no latency")?,
            samples => write!(f, "{:.1} ms latency ({samples} frames)", self.ms)?,
        }
        self.exact_from_hz.map_or(Ok(()), |hz| write!(f, ", crossovers exact from {hz:.0} Hz up"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_the_definition_says() {
        let mut settings = Settings::default();
        let words = |settings: &Settings, rate_hz| Latency::of(settings, rate_hz).to_string();
        assert_eq!(words(&settings, 48_000.0), "no latency");
        settings.lookahead_ms = 5.0;
        assert_eq!(words(&settings, 48_000.0), "5.0 ms latency (240 frames)");
        settings.mode = Mode::Linear;
        // 4096 for half of the filter, two partitions of 256 less a share of 64.
        assert_eq!(words(&settings, 48_000.0), "99.7 ms latency (4784 frames), crossovers exact from 41 Hz up");
        // Twice the frames, the same milliseconds but for the share.
        assert_eq!(words(&settings, 96_000.0), "100.3 ms latency (9632 frames), crossovers exact from 41 Hz up");
        settings.bands = 1;
        assert_eq!(words(&settings, 48_000.0), "99.7 ms latency (4784 frames)");
    }
}
