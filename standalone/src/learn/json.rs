//! What was learnt as JSON.

use serde_json::{Value, json};

use super::levels::{LOWEST_DB, STEP_DB};
use super::spectrum::{FLOOR_DB, hz};
use super::{Advice, Learnt};
use crate::report::bands::Band;
use crate::report::json::number;

/// Writes the document, with a line end.
pub fn write(learnt: &Learnt) -> String {
    let levels = learnt.long_term.levels_db();
    let points = || levels.iter().enumerate().filter(|(_, db)| **db > FLOOR_DB);
    let places = learnt.places();
    let document = json!({
        "format": "octant-learnt",
        "version": 1,
        "octant": env!("CARGO_PKG_VERSION"),
        "files": learnt.files,
        "seconds": number(learnt.seconds),
        "crossovers_hz": learnt.crossovers_hz,
        "spectrum": {
            "hz": points().map(|(point, _)| number(hz(point))).collect::<Vec<_>>(),
            "sixth_octave_dbfs": points().map(|(_, db)| number(*db)).collect::<Vec<_>>(),
        },
        "bands": places.iter().zip(&learnt.bands).map(|(place, advice)| band(place, advice)).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn band(place: &Band, advice: &Advice) -> Value {
    let settings = &advice.settings;
    let [soft, median, loud] = advice.levels_db.map_or([Value::Null, Value::Null, Value::Null], |db| db.map(number));
    // Empty bins at both ends are left out.
    let counts = advice.histogram.counts();
    let first = counts.iter().position(|&count| count > 0).unwrap_or(0);
    let last = counts.iter().rposition(|&count| count > 0).map_or(first, |last| last + 1);
    json!({
        "band": place.number,
        "low_hz": number(place.low_hz),
        "high_hz": number(place.high_hz),
        "silent": advice.levels_db.is_none(),
        "peak_dbfs": number(20.0 * f64::from(advice.peak).log10()),
        "levels_db": {"p10": soft, "p50": median, "p95": loud},
        "threshold_db": settings.above.threshold_db,
        "ratio": settings.above.ratio,
        "attack_ms": settings.attack_ms,
        "release_ms": settings.release_ms,
        "rms_ms": settings.rms_ms,
        "gain_db": settings.gain_db,
        "expected_reduction_db": {"mean": number(advice.reduction_db), "p95": number(advice.loud_reduction_db)},
        "histogram": {
            "lowest_db": LOWEST_DB + STEP_DB * first as f64,
            "step_db": STEP_DB,
            "milliseconds": counts[first..last],
        },
    })
}
