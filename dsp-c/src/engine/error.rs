//! What an engine does not take.

use crate::chain::LOOKAHEAD_MAX_MS;
use crate::linear;
use crate::settings::{MAX_BANDS, Settings};

/// Lowest and highest sample rate.
pub const SAMPLE_RATES_HZ: std::ops::RangeInclusive<f64> = 8_000.0..=768_000.0;

/// Why an engine cannot be made, or settings cannot be taken over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EngineError {
    /// Sample rate outside 8000 … 768000 Hz.
    SampleRate(f64),
    /// Channel count other than 1 or 2.
    Channels(usize),
    /// Settings outside the ranges of the parameter table: the id of the first one found.
    Range(&'static str),
}

impl std::fmt::Display for EngineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SampleRate(hz) => write!(f, "sample rate {hz} Hz is outside 8000 … 768000 Hz"),
            Self::Channels(n) => write!(f, "{n} channels: one or two are possible"),
            Self::Range(id) => write!(f, "{id}: outside the range of the parameter table"),
        }
    }
}

impl std::error::Error for EngineError {}

/// What the chains rely on: values that index or size something, numbers that are numbers.
pub(super) fn check(settings: &Settings) -> Result<(), EngineError> {
    let in_range = [
        ("bands", (1..=MAX_BANDS).contains(&settings.bands)),
        ("taps", settings.linear_taps.is_power_of_two() && linear::TAPS.contains(&settings.linear_taps)),
        ("lookahead", (0.0..=LOOKAHEAD_MAX_MS).contains(&settings.lookahead_ms)),
        ("in_gain", settings.input_gain_db.is_finite()),
        ("out_gain", settings.output_gain_db.is_finite()),
        ("mix", settings.mix_percent.is_finite()),
    ];
    if let Some((id, _)) = in_range.into_iter().find(|(_, good)| !good) {
        return Err(EngineError::Range(id));
    }
    for band in &settings.band[..settings.bands] {
        let sections = [band.above, band.below].map(|s| [s.threshold_db, s.ratio, s.range_db]);
        let numbers = [
            [band.knee_db, band.attack_ms, band.release_ms],
            [band.hold_ms, band.hysteresis_db, band.rms_ms],
            [band.link_percent, band.gain_db, band.mix_percent],
        ];
        let finite = numbers.iter().chain(&sections).flatten().all(|number| number.is_finite());
        if !finite || !(0.0..=LOOKAHEAD_MAX_MS).contains(&band.lookahead_ms) {
            return Err(EngineError::Range("bands[]"));
        }
    }
    Ok(())
}
