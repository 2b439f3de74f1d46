//! The bands as a listener knows them: where they begin and end, and which channels they work on.

use octant_dsp::settings::Target;
use octant_dsp::{Settings, params};
use std::ops::Range;

/// One band's place.
pub struct Band {
    /// Counted from 1, the lowest frequencies first.
    pub number: usize,
    /// Lower edge; 0 for the first band.
    pub low_hz: f64,
    /// Upper edge; half of the sample rate for the last band.
    pub high_hz: f64,
    /// The channels of the trace that this band works on.
    pub channels: Range<usize>,
}

impl Band {
    /// "120 Hz – 1 kHz", "below 120 Hz", "above 6 kHz", "everything".
    pub fn range(&self, sample_rate_hz: f64) -> String {
        let (first, last) = (self.low_hz <= 0.0, self.high_hz >= sample_rate_hz / 2.0);
        match (first, last) {
            (true, true) => "everything".into(),
            (true, false) => format!("below {}", frequency(self.high_hz)),
            (false, true) => format!("above {}", frequency(self.low_hz)),
            (false, false) => format!("{} – {}", frequency(self.low_hz), frequency(self.high_hz)),
        }
    }
}

/// "63 Hz", "1.2 kHz".
pub fn frequency(hz: f64) -> String {
    if hz < 999.5 {
        return format!("{} Hz", hz.round());
    }
    let khz = if hz < 9950.0 { (hz / 100.0).round() / 10.0 } else { (hz / 1000.0).round() };
    format!("{khz} kHz")
}

/// The bands in use, lowest first.
pub fn of(settings: &Settings, sample_rate_hz: f64, channels: usize) -> Vec<Band> {
    let count = settings.bands.max(1);
    let mut crossovers = settings.crossovers_hz;
    let crossovers = &mut crossovers[..count - 1];
    params::sanitize_crossovers(crossovers, sample_rate_hz);
    (0..count)
        .map(|index| Band {
            number: index + 1,
            low_hz: if index == 0 { 0.0 } else { crossovers[index - 1] },
            high_hz: crossovers.get(index).copied().unwrap_or(sample_rate_hz / 2.0),
            channels: match settings.band[index].target {
                Target::First if channels > 1 => 0..1,
                Target::Second if channels > 1 => 1..2,
                _ => 0..channels,
            },
        })
        .collect()
}
