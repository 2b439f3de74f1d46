//! What an engine does not take.

use crate::params;
use crate::settings::Settings;

/// Lowest and highest sample rate.
pub const SAMPLE_RATES_HZ: std::ops::RangeInclusive<f64> = 8_000.0..=768_000.0;

/// Why an engine cannot be made, or settings cannot be taken over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EngineError {
    /// Sample rate outside 8000 … 768000 Hz.
    SampleRate(f64),
    /// Channel count other than 1 or 2.
    Channels(usize),
    /// A setting outside its range: the id of its row of the [parameter table](crate::params), and the band counted from 0.
    Range {
        /// As the table has it.
        id: &'static str,
        /// `None` for global rows.
        band: Option<usize>,
    },
}

impl std::fmt::Display for EngineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SampleRate(hz) => write!(f, "sample rate {hz} Hz is outside 8000 … 768000 Hz"),
            Self::Channels(n) => write!(f, "{n} channels: one or two are possible"),
            Self::Range { id, band: None } => write!(f, "{id}: outside the range of the parameter table"),
            Self::Range { id, band: Some(band) } => {
                write!(f, "b{}_{id}: outside the range of the parameter table", band + 1)
            }
        }
    }
}

impl std::error::Error for EngineError {}

/// Whether the table takes all that is in use. Real-time safe.
pub(super) fn check(settings: &Settings) -> Result<(), EngineError> {
    match params::first_beyond(settings) {
        Some((id, band)) => Err(EngineError::Range { id, band }),
        None => Ok(()),
    }
}
