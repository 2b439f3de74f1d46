//! The report as JSON.

use super::Summary;
use super::bands::Band;
use super::gains::BandGain;
use super::levels::Levels;
use serde_json::{Value, json};

/// Writes the document, with a line end.
pub fn write(summary: &Summary) -> String {
    let document = json!({
        "format": "octant-report",
        "version": 1,
        "octant": env!("CARGO_PKG_VERSION"),
        "title": summary.title,
        "sample_rate": number(summary.sample_rate_hz),
        "channels": summary.channels,
        "frames": summary.frames,
        "seconds": number(summary.seconds()),
        "latency": {
            "samples": summary.latency.samples,
            "ms": number(summary.latency.ms),
            "lowest_exact_crossover_hz": summary.latency.exact_from_hz.map(number),
        },
        "input": levels(summary.input),
        "output": levels(summary.output),
        "bands": summary.bands.iter().map(|(place, gain)| band(place, gain, summary.sample_rate_hz)).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn levels(levels: Levels) -> Value {
    json!({
        "peak_dbfs": number(levels.peak_db),
        "rms_dbfs": number(levels.rms_db),
        "crest_db": levels.crest_db().map(number),
    })
}

fn band(place: &Band, gain: &BandGain, sample_rate_hz: f64) -> Value {
    json!({
        "band": place.number,
        "name": format!("Band {}, {}", place.number, place.range(sample_rate_hz)),
        "low_hz": number(place.low_hz),
        "high_hz": number(place.high_hz),
        "dynamic_gain_db": {
            "min": number(gain.min_db),
            "mean": number(gain.mean_db),
            "max": number(gain.max_db),
        },
        "gain_reduction_db": {
            "min": number((-gain.max_db).max(0.0)),
            "mean": number(gain.mean_reduction_db),
            "max": number((-gain.min_db).max(0.0)),
        },
        "gain_lift_db": {
            "min": number(gain.min_db.max(0.0)),
            "mean": number(gain.mean_lift_db),
            "max": number(gain.max_db.max(0.0)),
        },
        "active_percent": number(gain.active_percent),
    })
}

/// Three decimals, whole numbers without any; what is not finite becomes `null`.
pub fn number(value: f64) -> Value {
    let rounded = (value * 1000.0).round() / 1000.0;
    if rounded.is_finite() && rounded.fract() == 0.0 && rounded.abs() < 1e15 {
        json!(rounded as i64)
    } else {
        json!(rounded)
    }
}
