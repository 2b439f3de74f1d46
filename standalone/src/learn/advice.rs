//! From what a band's levels are to what its compressor shall do.

use octant_dsp::settings::{BandSettings, Detector, Law, Section, Settings};

use super::levels::{BandMeter, Heard, Histogram};
use super::overshoot::{Overshoots, hinge_db};

/// Knee of every band, dB.
const KNEE_DB: f64 = 6.0;
/// What the loud parts of a band, the 95 % level, lose at most, dB.
const MOST_DB: f64 = 6.0;

/// What one band was like, and what came of it.
#[derive(Clone, Debug)]
pub struct Advice {
    /// Levels of the programme: 10 % of the time it is softer, half of the time, 95 %. `None`: the band is silent.
    pub levels_db: Option<[f64; 3]>,
    /// The band's settings.
    pub settings: BandSettings,
    /// Mean gain reduction over the programme, dB ≥ 0, before make-up.
    pub reduction_db: f64,
    /// Gain reduction at the 95 % level, dB ≥ 0.
    pub loud_reduction_db: f64,
    /// All levels.
    pub histogram: Histogram,
    /// The loudest sample, linear.
    pub peak: f32,
}

/// The middle of a band on the axis of octaves, Hz.
fn middle_hz(low_hz: f64, high_hz: f64) -> f64 {
    (low_hz.max(20.0) * high_hz.clamp(21.0, 20_000.0)).sqrt()
}

/// What can be said of a band before it is heard. Times follow from the frequencies: the rms detector averages two periods
/// of the middle, within 2 … 30 ms; an attack of two periods lets transients through and does not bend the waveform; the
/// release goes from a quarter of a second in the bass to 60 ms at the top.
fn plan(low_hz: f64, high_hz: f64) -> BandSettings {
    let middle_hz = middle_hz(low_hz, high_hz);
    BandSettings {
        above: Section { law: Law::Off, ..BandSettings::default().above },
        knee_db: KNEE_DB,
        attack_ms: two_digits((2000.0 / middle_hz).clamp(1.0, 30.0)),
        release_ms: two_digits((60.0 * (10_000.0 / middle_hz).powf(0.27)).clamp(60.0, 250.0)),
        detector: Detector::Rms,
        rms_ms: two_digits((2000.0 / middle_hz).clamp(2.0, 30.0)),
        ..BandSettings::default()
    }
}

/// What hears a band between these frequencies.
pub fn meter(low_hz: f64, high_hz: f64) -> BandMeter {
    let plan = plan(low_hz, high_hz);
    BandMeter::new(plan.rms_ms, Overshoots::new(KNEE_DB, plan.attack_ms, plan.release_ms))
}

/// Advises one band from what was heard of it.
pub fn band(low_hz: f64, high_hz: f64, heard: Heard) -> Advice {
    let mut settings = plan(low_hz, high_hz);
    let Heard { levels: histogram, over: overshoots, peak } = heard;
    let active = histogram.active();
    let percentiles = [0.1, 0.5, 0.95].map(|share| active.percentile(share));
    let [Some(soft), Some(median), Some(loud)] = percentiles else {
        return Advice { levels_db: None, settings, reduction_db: 0.0, loud_reduction_db: 0.0, histogram, peak };
    };
    let above = &mut settings.above;
    above.law = Law::Compress;
    above.threshold_db = tenth(median.clamp(-80.0, 0.0));
    // The more a band's level varies, the more of that is taken away, but loud parts lose no more than MOST_DB.
    let over = (loud - above.threshold_db).max(MOST_DB + 0.1);
    above.ratio = tenth((1.5 + (loud - soft) / 20.0).min(over / (over - MOST_DB)).clamp(1.2, 4.0));
    let above = *above;
    let mean = part(&above) * overshoots.sum_db(above.threshold_db) / active.total() as f64;
    // What is taken away on average is given back, so that the balance between the bands stays.
    settings.gain_db = tenth(mean.min(12.0));
    Advice {
        levels_db: Some([soft, median, loud]),
        settings,
        reduction_db: mean,
        loud_reduction_db: reduction_db(&above, loud),
        histogram,
        peak,
    }
}

/// Gain reduction of the static curve at a level, dB ≥ 0.
pub fn reduction_db(above: &Section, level_db: f64) -> f64 {
    (part(above) * hinge_db(level_db - above.threshold_db, KNEE_DB)).min(above.range_db)
}

/// The part of an overshoot that is taken away.
fn part(above: &Section) -> f64 {
    1.0 - 1.0 / above.ratio
}

/// Settings with these crossovers and one band more than there are of them.
pub fn cut(crossovers_hz: &[f64]) -> Settings {
    let mut settings = Settings { bands: crossovers_hz.len() + 1, ..Settings::default() };
    settings.crossovers_hz[..crossovers_hz.len()].copy_from_slice(crossovers_hz);
    settings
}

/// The settings of a preset with these crossovers and bands.
pub fn settings(crossovers_hz: &[f64], bands: &[Advice]) -> Settings {
    let mut settings = cut(crossovers_hz);
    for (band, advice) in settings.band.iter_mut().zip(bands) {
        *band = advice.settings;
    }
    settings
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn two_digits(value: f64) -> f64 {
    let step = 10.0_f64.powi(value.log10().floor() as i32 - 1);
    tenth((value / step).round() * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many seconds of each level, for a band from 200 to 2000 Hz.
    fn heard(parts: &[(f64, u64)]) -> Heard {
        let mut heard = meter(200.0, 2000.0).heard;
        for &(db, seconds) in parts {
            (0..1000 * seconds).for_each(|_| heard.note(db));
        }
        heard
    }

    #[test]
    fn the_median_is_the_threshold_and_more_variation_means_a_higher_ratio() {
        let steady = band(200.0, 2000.0, heard(&[(-21.0, 5), (-20.0, 5), (-19.0, 5)]));
        let varied = band(200.0, 2000.0, heard(&[(-30.0, 5), (-20.0, 5), (-12.0, 5)]));
        assert!((steady.settings.above.threshold_db + 20.0).abs() <= 0.3);
        assert!((varied.settings.above.threshold_db + 20.0).abs() <= 0.3);
        assert!(varied.settings.above.ratio > steady.settings.above.ratio);
        // A third of the time 8 dB above the threshold, a third at it.
        let ratio = varied.settings.above.ratio;
        let expected = (1.0 - 1.0 / ratio) * (8.0 + KNEE_DB / 8.0) / 3.0;
        assert!((varied.reduction_db - expected).abs() < 0.2, "{} dB", varied.reduction_db);
        assert!((varied.settings.gain_db - varied.reduction_db).abs() <= 0.05);
    }

    #[test]
    fn loud_parts_do_not_lose_too_much() {
        for loud_db in [-30.0, -20.0, -10.0, 0.0] {
            let advice = band(200.0, 2000.0, heard(&[(-45.0, 5), (-35.0, 5), (loud_db, 5)]));
            assert!(advice.loud_reduction_db <= MOST_DB + 0.7, "{} dB", advice.loud_reduction_db);
            assert!(advice.reduction_db > 0.5, "{} dB", advice.reduction_db);
        }
    }

    #[test]
    fn a_silent_band_is_left_alone() {
        let silent = band(5000.0, 20_000.0, heard(&[(-144.0, 5)]));
        assert_eq!(silent.settings.above.law, Law::Off);
        assert_eq!((silent.levels_db, silent.settings.gain_db), (None, 0.0));
    }

    #[test]
    fn low_bands_are_slower() {
        let times: Vec<[f64; 3]> = [(0.0, 100.0), (100.0, 800.0), (800.0, 5000.0), (5000.0, 24_000.0)]
            .map(|(low, high)| plan(low, high))
            .map(|band| [band.attack_ms, band.release_ms, band.rms_ms])
            .to_vec();
        for pair in times.windows(2) {
            assert!(pair[0].iter().zip(pair[1]).all(|(low, high)| *low >= high), "{times:?}");
        }
    }
}
