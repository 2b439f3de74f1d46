//! Closed forms for pictures, held against what the engine does.

mod common;

use common::{SLOPES, amplitude, db, engine, idle, idle_band, impulse, model, play, section, spectrum, wide};
use octant_dsp::curve;
use octant_dsp::response::Response;
use octant_dsp::settings::{BandSettings, Law, Mode, Settings};

const RATE_HZ: f64 = 48_000.0;
const FRAMES: usize = 1 << 15;

/// Magnitudes of the engine's impulse response at the bins of `hz`.
fn engine_db(settings: &Settings, bins: &[usize]) -> Vec<f64> {
    let mut engine = engine(RATE_HZ, 1, settings);
    let output = play(&mut engine, &vec![impulse(FRAMES)]);
    let lines = spectrum(&wide(&output[0]));
    bins.iter().map(|bin| db(lines[*bin].norm())).collect()
}

#[test]
fn the_sum_is_what_the_engine_plays() {
    let bins: Vec<usize> =
        (0..40).map(|step| (20.0 * 1.19f64.powi(step)) as usize).filter(|bin| *bin < 15_000).collect();
    let hz: Vec<f64> = bins.iter().map(|bin| *bin as f64 * RATE_HZ / FRAMES as f64).collect();
    for slope in SLOPES {
        for bands in [1, 2, 3, 5, 8] {
            let mut wanted = Settings { slope, ..idle(bands) };
            let mut weights = [1.0; 8];
            for (band, weight) in weights.iter_mut().enumerate() {
                let gain_db = [9.0, -6.0, 3.0, -12.0, 0.0, 6.0, -3.0, 12.0][band];
                wanted.band[band].gain_db = gain_db;
                *weight = amplitude(gain_db);
            }
            let response = Response::new(&wanted, RATE_HZ, &hz);
            for (at, played) in engine_db(&wanted, &bins).into_iter().enumerate() {
                let drawn = db(response.sum(at, &weights));
                assert!((drawn - played).abs() < 0.01, "{slope:?} {bands} bands, {:.0} Hz: {drawn}, {played}", hz[at]);
            }
        }
    }
}

#[test]
fn a_band_is_what_the_engine_plays_alone() {
    let bins = [40, 100, 300, 700, 1500, 4000, 9000];
    let hz: Vec<f64> = bins.iter().map(|bin| *bin as f64 * RATE_HZ / FRAMES as f64).collect();
    for slope in SLOPES {
        for solo in 0..5 {
            let mut wanted = Settings { slope, ..idle(5) };
            wanted.band[solo].solo = true;
            let response = Response::new(&wanted, RATE_HZ, &hz);
            for (at, played) in engine_db(&wanted, &bins).into_iter().enumerate() {
                let drawn = db(response.band(at, solo));
                // Far below nothing can be seen, and single precision ends.
                let near = drawn < -90.0 && played < -80.0 || (drawn - played).abs() < 0.02;
                assert!(near, "{slope:?} band {solo}, {:.0} Hz: {drawn}, {played}", hz[at]);
            }
        }
    }
}

#[test]
fn the_other_modes_have_the_facts_of_their_definition() {
    let mut wanted = idle(3);
    let middle_hz = 948.7;
    let weights = [1.0, amplitude(-12.0), 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    // -12 dB in the middle band of three: at its middle, when it is a decade, an octave and a third of an octave wide.
    let widths = [10.0f64, 2.0, 2f64.powf(1.0 / 3.0)];
    for (mode, facts) in [(Mode::Transparent, [-12.0, -10.2, -4.6]), (Mode::Lr, [-11.5, -5.7, -2.9])] {
        wanted.mode = mode;
        for (width, fact) in widths.into_iter().zip(facts) {
            wanted.crossovers_hz[..2].copy_from_slice(&[middle_hz / width.sqrt(), middle_hz * width.sqrt()]);
            let sum = db(Response::new(&wanted, RATE_HZ, &[middle_hz]).sum(0, &weights));
            assert!((sum - fact).abs() < 0.06, "{mode:?}, {width}: {sum} instead of {fact}");
        }
    }
    wanted.mode = Mode::Linear;
    let even = Response::new(&wanted, RATE_HZ, &[378.0, 600.0, middle_hz]);
    assert!((0..3).all(|at| (even.sum(at, &[1.0; 8]) - 1.0).abs() < 1e-12), "bands of the linear mode sum to 1");
}

#[test]
fn the_static_curve_is_that_of_the_definition() {
    for above in [Law::Off, Law::Compress, Law::Expand] {
        for below in [Law::Off, Law::Compress, Law::Expand] {
            for knee_db in [0.0, 6.0, 24.0] {
                let band = BandSettings {
                    above: section(above, -20.0, 4.0),
                    below: section(below, -50.0, 3.0),
                    knee_db,
                    ..idle_band()
                };
                for step in 0..100 {
                    let level_db = -f64::from(step);
                    let (drawn, defined) =
                        (curve::dynamic_gain_db(&band, level_db), model::static_gain_db(&band, level_db));
                    assert!((drawn - defined).abs() < 1e-9, "{above:?} {below:?} {knee_db} {level_db}");
                }
            }
        }
    }
    let lifted = BandSettings { auto_makeup: true, gain_db: 2.0, ..BandSettings::default() };
    assert!((curve::standing_gain_db(&lifted) - (2.0 + 6.0)).abs() < 1e-9, "half of 12 dB at 2:1 from -24 dB");
}
