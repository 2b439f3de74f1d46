//! Mode × slope × look-ahead × number of bands × mix × bypass × delta × solo: everything is in line with everything else.

mod common;

use common::*;
use octant_dsp::params;
use octant_dsp::settings::{BandSettings, Law, Mode, Settings, Slope};
use octant_fft::num_complex::Complex;
use std::f64::consts::TAU;

type C = Complex<f64>;

const RATE_HZ: f64 = 48_000.0;
/// Noise under bands that are at work.
const FRAMES: usize = 6000;
/// A signal that repeats: longer than any filter rings.
const PERIOD: usize = 8192;

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

/// Numbers in which one structure is heard, all of them with everything else.
#[derive(Clone, Copy, Debug)]
struct Numbers {
    mix_percent: f64,
    delta: bool,
    solo: bool,
    bypass: bool,
}

impl Numbers {
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for mix_percent in [0.0, 50.0, 100.0] {
            for [delta, solo, bypass] in (0..8).map(|bits| [1, 2, 4].map(|bit| bits & bit != 0)) {
                all.push(Self { mix_percent, delta, solo, bypass });
            }
        }
        all
    }
}

/// What lies at a line of the spectrum of one structure, by closed forms.
struct Expected {
    structure: Structure,
    /// Band by band: [line].
    leaves: Vec<Vec<C>>,
}

impl Expected {
    /// Static gains, no two neighbours alike.
    const GAINS_DB: [f64; 8] = [-6.0, 5.0, -12.0, 3.0, 8.0, -2.0, 0.0, -9.0];
    /// The soloed band.
    const SOLO: usize = 1;

    fn hz(line: usize) -> f64 {
        line as f64 * RATE_HZ / PERIOD as f64
    }

    fn new(structure: Structure) -> Self {
        let Structure { mode, slope, bands, .. } = structure;
        let crossovers_hz = params::default_crossovers_hz(bands);
        let leaves = if mode == Mode::Linear {
            let filters = shape::symmetric(crossovers_hz, slope, RATE_HZ, 1024);
            filters.iter().map(|filter| zero_phase(filter)).collect()
        } else {
            let lines = (0..=PERIOD / 2).map(|line| shape::bands(Self::hz(line), crossovers_hz, slope, RATE_HZ));
            let mut leaves = vec![Vec::new(); bands];
            lines.for_each(|line| leaves.iter_mut().zip(line).for_each(|(leaf, response)| leaf.push(response)));
            leaves
        };
        Self { structure, leaves }
    }

    fn settings(&self, numbers: Numbers) -> Settings {
        let Numbers { mix_percent, delta, solo, bypass } = numbers;
        let mut settings = Settings { mix_percent, delta, bypass, ..self.structure.with(idle_band()) };
        for (band, gain_db) in settings.band.iter_mut().zip(Self::GAINS_DB) {
            band.gain_db = gain_db;
        }
        settings.band[Self::SOLO.min(self.structure.bands - 1)].solo = solo;
        settings
    }

    fn line(&self, numbers: Numbers, line: usize) -> C {
        let Structure { mode, slope, bands, .. } = self.structure;
        let mix = numbers.mix_percent / 100.0;
        let delta = f64::from(u8::from(numbers.delta));
        let wet = Self::GAINS_DB.map(|gain_db| 1.0 + mix * (amplitude(gain_db) - 1.0));
        if mode == Mode::Transparent && !numbers.solo {
            let gains_db: Vec<f64> = wet[..bands].iter().map(|&wet| db(wet)).collect();
            let crossovers_hz = params::default_crossovers_hz(bands);
            return shape::shelves(Self::hz(line), crossovers_hz, slope, &gains_db, RATE_HZ) - delta;
        }
        let heard = |band: usize| !numbers.solo || band == Self::SOLO.min(bands - 1);
        let audible = (0..bands).filter(|&band| heard(band));
        audible.map(|band| self.leaves[band][line] * (wet[band] - delta)).sum()
    }
}

/// Spectrum of a symmetric filter without its delay.
fn zero_phase(filter: &[f64]) -> Vec<C> {
    let mut period = vec![0.0; PERIOD];
    let half = filter.len() / 2;
    filter.iter().enumerate().for_each(|(n, tap)| period[(n + PERIOD - half) % PERIOD] += tap);
    spectrum(&period)
}

/// A signal that repeats, with all lines of its spectrum equally strong.
fn even_period() -> Vec<f32> {
    let mut random = Random(200);
    let mut lines: Vec<C> = (0..=PERIOD / 2).map(|_| C::from_polar(1.0, random.between(0.0, TAU))).collect();
    (lines[0], lines[PERIOD / 2]) = (C::default(), C::default());
    let period = from_spectrum(&lines, PERIOD);
    let peak = period.iter().fold(0.0, |peak: f64, x| peak.max(x.abs()));
    period.iter().map(|x| (0.9 * x / peak) as f32).collect()
}

/// Every structure with every combination of numbers, static gains: in line with the closed forms sample by sample; flat, or
/// the very input, where nothing is done.
#[test]
fn everything_with_everything_is_what_the_closed_forms_say() {
    let period = even_period();
    let lines = spectrum(&wide(&period));
    let turned = [&period[100..], &period[..100]].concat();
    let two = |row: &[f32]| [row, row].concat();
    let input = vec![two(&period), two(&turned)];
    for structure in Structure::all() {
        let expected = Expected::new(structure);
        for numbers in Numbers::all() {
            let what = format!("{structure:?}, {numbers:?}");
            let mut playing = engine(RATE_HZ, 2, &expected.settings(numbers));
            let latency = playing.latency_samples();
            let out = play(&mut playing, &input);
            let late = |row: &[f32]| row[PERIOD - latency..2 * PERIOD - latency].to_vec();
            let dry: Audio = input.iter().map(|row| late(row)).collect();
            let heard: Audio = out.iter().map(|row| row[PERIOD..].to_vec()).collect();
            if numbers.bypass {
                assert_same_bits(&heard, &dry, &what);
                continue;
            }
            let wanted_lines: Vec<C> =
                lines.iter().enumerate().map(|(line, x)| x * expected.line(numbers, line)).collect();
            let mut wanted = from_spectrum(&wanted_lines, PERIOD);
            wanted.rotate_right(latency);
            let right = [&wanted[100..], &wanted[..100]].concat();
            for (heard, wanted) in heard.iter().zip([&wanted, &right]) {
                let errors = || heard.iter().zip(wanted).map(|(heard, wanted)| f64::from(*heard) - wanted);
                let scale = wanted.iter().fold(1.0, |scale: f64, x| scale.max(x.abs()));
                let (rms, peak) = (db(rms(errors()) / scale), errors().fold(0.0, |peak: f64, x| peak.max(x.abs())));
                assert!(rms < -112.0 && db(peak / scale) < -97.0, "{what}: {rms:.1} dB rms, {:.1} peak", db(peak));
            }
            if numbers.mix_percent > 0.0 || numbers.solo {
                continue;
            }
            match (numbers.delta, structure.mode) {
                (true, _) => assert!(peak_db(&heard) < -120.0, "{what}: nothing is done, something is heard"),
                (false, Mode::Transparent) => assert_same_bits(&heard, &dry, &what),
                (false, Mode::Linear) => assert!(peak_db(&sum(&heard, &dry, -1.0)) < -120.0, "{what}"),
                (false, Mode::Lr) => {
                    let ratio = |(heard, input): (&C, &C)| db(heard.norm() / input.norm()).abs();
                    let heard_lines = spectrum(&wide(&heard[0]));
                    let inner = 1..PERIOD / 2;
                    let ripple_db = heard_lines[inner.clone()].iter().zip(&lines[inner]).map(ratio).fold(0.0, f64::max);
                    assert!(ripple_db < 0.001, "{what}: {ripple_db} dB");
                }
            }
        }
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
