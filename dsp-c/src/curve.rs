//! The static curve of a band: which gain a steady level gets. For pictures; the kernels have their own form.

use crate::dynamics::{auto_makeup_db, hinge, slope};
use crate::settings::{BandSettings, Law};

/// Dynamic gain in dB of a steady level in dB, while the below section is closed (hysteresis is history).
pub fn dynamic_gain_db(band: &BandSettings, level_db: f64) -> f64 {
    let wanted = |distance_db: f64, slope: f64, range_db: f64| (slope * hinge(distance_db, band.knee_db)).min(range_db);
    let above = wanted(level_db - band.above.threshold_db, slope(&band.above), band.above.range_db);
    let below = wanted(band.below.threshold_db - level_db, slope(&band.below), band.below.range_db);
    let above = if band.above.law == Law::Expand { above } else { -above };
    let below = if band.below.law == Law::Compress { below } else { -below };
    above + below
}

/// What is added to the dynamic gain, dB: the band's gain and its automatic make-up.
pub fn standing_gain_db(band: &BandSettings) -> f64 {
    band.gain_db + auto_makeup_db(band)
}
