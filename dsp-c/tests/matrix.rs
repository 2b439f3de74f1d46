//! Mode × slope × look-ahead × number of bands × mix × bypass × delta × solo: everything is in line with everything else.

mod common;

use common::*;
use octant_dsp::settings::{BandSettings, Law, Mode, Settings, Slope};
use realfft::RealFftPlanner;

const RATE_HZ: f64 = 48_000.0;
const FRAMES: usize = 6000;

/// One way of splitting.
#[derive(Clone, Copy, Debug)]
struct Structure {
    mode: Mode,
    slope: Slope,
    lookahead_ms: f64,
    bands: usize,
}

impl Structure {
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for mode in [Mode::Lr, Mode::Transparent, Mode::Linear] {
            for slope in SLOPES {
                for lookahead_ms in [0.0, 2.5] {
                    all.extend([1, 2, 5, 8].map(|bands| Self { mode, slope, lookahead_ms, bands }));
                }
            }
        }
        all
    }

    /// Settings with every band like `band`.
    fn with(self, band: BandSettings) -> Settings {
        let Self { mode, slope, lookahead_ms, bands } = self;
        Settings { mode, slope, lookahead_ms, linear_taps: 1024, ..settings(bands, band) }
    }
}

/// A band that is at work on everything it hears.
fn busy() -> BandSettings {
    BandSettings {
        above: section(Law::Compress, -45.0, 3.0),
        attack_ms: 2.0,
        release_ms: 30.0,
        gain_db: 2.0,
        lookahead_ms: 1.0,
        ..idle_band()
    }
}

/// Renders and takes the latency off.
fn aligned(settings: &Settings, input: &Audio) -> Audio {
    let mut playing = engine(RATE_HZ, input.len(), settings);
    let latency = playing.latency_samples();
    let lengthen = |row: &Vec<f32>| row.iter().copied().chain(vec![0.0; latency]).collect();
    let out = play(&mut playing, &input.iter().map(lengthen).collect());
    out.into_iter().map(|row| row[latency..].to_vec()).collect()
}

fn sum(one: &Audio, other: &Audio, sign: f32) -> Audio {
    let rows = one.iter().zip(other);
    rows.map(|(one, other)| one.iter().zip(other).map(|(a, b)| a + sign * b).collect()).collect()
}

fn rms_db(audio: &Audio) -> f64 {
    let square: f64 = audio.iter().flatten().map(|x| f64::from(*x).powi(2)).sum();
    db((square / (audio.len() * audio[0].len()) as f64).sqrt())
}

fn peak_db(audio: &Audio) -> f64 {
    db(f64::from(audio.iter().flatten().fold(0.0f32, |peak, x| peak.max(x.abs()))))
}

/// Largest deviation of a magnitude response from 1, dB.
fn ripple_db(response: &[f32]) -> f64 {
    let mut response: Vec<f64> = response.iter().map(|x| f64::from(*x)).collect();
    let plan = RealFftPlanner::<f64>::new().plan_fft_forward(response.len());
    let mut spectrum = plan.make_output_vec();
    plan.process(&mut response, &mut spectrum).expect("lengths fit");
    spectrum.iter().map(|bin| db(bin.norm()).abs()).fold(0.0, f64::max)
}

#[test]
fn idle_bands_add_up_whatever_the_mix() {
    let input = stereo_noise(201, 0.9, FRAMES);
    let mut impulse = vec![vec![0.0; 32_768]];
    impulse[0][0] = 1.0;
    for structure in Structure::all() {
        let mut responses = Vec::new();
        for mix_percent in [0.0, 50.0, 100.0] {
            let settings = Settings { mix_percent, ..structure.with(idle_band()) };
            let out = aligned(&settings, &input);
            match structure.mode {
                Mode::Transparent => assert_same_bits(&out, &input, &format!("{structure:?}, mix {mix_percent}")),
                Mode::Linear => {
                    let error = peak_db(&sum(&out, &input, -1.0));
                    assert!(error < -120.0, "{structure:?}, mix {mix_percent}: {error} dB");
                }
                Mode::Lr => {
                    let ripple = ripple_db(&aligned(&settings, &impulse)[0]);
                    assert!(ripple < 0.001, "{structure:?}, mix {mix_percent}: {ripple} dB");
                }
            }
            responses.push(out);
        }
        assert_same_bits(&responses[0], &responses[2], &format!("{structure:?}: mix of what is equal"));
        let delta = Settings { delta: true, ..structure.with(idle_band()) };
        assert!(peak_db(&aligned(&delta, &input)) < -120.0, "{structure:?}: nothing is done, something is heard");
    }
}

#[test]
fn dry_wet_delta_and_bypass_are_in_line() {
    let input = stereo_noise(202, 0.9, FRAMES);
    for structure in Structure::all() {
        let settings = structure.with(busy());
        let dry = aligned(&structure.with(idle_band()), &input);
        let wet = aligned(&settings, &input);
        assert!(rms_db(&sum(&wet, &dry, -1.0)) > -40.0, "{structure:?}: the bands are at work");
        for mix_percent in [0.0, 50.0, 100.0] {
            let mixed = Settings { mix_percent, ..settings };
            let heard = aligned(&mixed, &input);
            let delta = aligned(&Settings { delta: true, ..mixed }, &input);
            let error = rms_db(&sum(&sum(&delta, &dry, 1.0), &heard, -1.0));
            assert!(error < -110.0, "{structure:?}, mix {mix_percent}: delta and dry against wet, {error} dB");
            // What is mixed by numbers is what a mixer makes of both; but the shelves bend gains, not signals.
            if structure.mode != Mode::Transparent {
                let share = (mix_percent / 100.0) as f32;
                let by_hand: Audio = sum(&wet, &dry, -1.0)
                    .iter()
                    .zip(&dry)
                    .map(|(difference, dry)| difference.iter().zip(dry).map(|(d, x)| x + share * d).collect())
                    .collect();
                let error = rms_db(&sum(&by_hand, &heard, -1.0));
                assert!(error < -110.0, "{structure:?}, mix {mix_percent}: {error} dB");
            }
        }
        let mut bypassed = Settings { bypass: true, ..settings };
        assert_same_bits(&aligned(&bypassed, &input), &input, &format!("{structure:?}: bypass"));
        (bypassed.band[0].solo, bypassed.delta, bypassed.mix_percent) = (true, true, 50.0);
        assert_same_bits(&aligned(&bypassed, &input), &input, &format!("{structure:?}: bypass of everything"));
    }
}

#[test]
fn all_solos_add_up() {
    let input = stereo_noise(203, 0.9, FRAMES);
    for structure in Structure::all() {
        // Soloed bands of the transparent mode are those of the tree.
        let mode = if structure.mode == Mode::Transparent { Mode::Lr } else { structure.mode };
        for (mix_percent, delta) in [(100.0, false), (50.0, false), (0.0, false), (50.0, true), (100.0, true)] {
            let settings = Settings { mix_percent, delta, ..structure.with(busy()) };
            let whole = aligned(&Settings { mode, ..settings }, &input);
            let mut solos: Audio = vec![vec![0.0; FRAMES]; 2];
            for band in 0..structure.bands {
                let mut solo = settings;
                solo.band[band].solo = true;
                solos = sum(&solos, &aligned(&solo, &input), 1.0);
            }
            let error = rms_db(&sum(&solos, &whole, -1.0));
            assert!(error < -110.0, "{structure:?}, mix {mix_percent}, delta {delta}: {error} dB");
        }
    }
}
