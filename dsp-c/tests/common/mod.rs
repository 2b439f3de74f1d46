//! Signals, engines that play them, and instruments that measure what comes out.

// Every test crate compiles this file and uses another part of it.
#![allow(dead_code)]

pub mod model;
pub mod shape;

use octant_dsp::settings::{BandSettings, Law, Section, Settings, Slope};
use octant_dsp::{Engine, params};
use octant_fft::num_complex::Complex;
use std::f64::consts::PI;

/// One row per channel.
pub type Audio = Vec<Vec<f32>>;

/// All slopes.
pub const SLOPES: [Slope; 3] = [Slope::Db12, Slope::Db24, Slope::Db48];

/// Decibels of an amplitude.
pub fn db(amplitude: f64) -> f64 {
    20.0 * amplitude.abs().max(1e-30).log10()
}

/// Amplitude of decibels.
pub fn amplitude(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

/// A section that does nothing.
pub const OFF: Section = Section { law: Law::Off, threshold_db: 0.0, ratio: 1.0, range_db: 0.0 };

/// A section with the widest range.
pub fn section(law: Law, threshold_db: f64, ratio: f64) -> Section {
    Section { law, threshold_db, ratio, range_db: 60.0 }
}

/// Settings with the default crossovers of `bands`, every band like `band`.
pub fn settings(bands: usize, band: BandSettings) -> Settings {
    let mut new = Settings { bands, band: [band; 8], ..Settings::default() };
    let hz = params::default_crossovers_hz(bands);
    new.crossovers_hz[..hz.len()].copy_from_slice(hz);
    new
}

/// A band that changes no gain.
pub fn idle_band() -> BandSettings {
    BandSettings { above: OFF, below: OFF, ..BandSettings::default() }
}

/// Settings that change no gain.
pub fn idle(bands: usize) -> Settings {
    settings(bands, idle_band())
}

/// An engine that must exist.
pub fn engine(rate_hz: f64, channels: usize, settings: &Settings) -> Engine {
    Engine::new(rate_hz, channels, settings).expect("valid settings")
}

/// New settings that must be possible.
pub fn set(engine: &mut Engine, settings: &Settings) {
    engine.set(settings).expect("valid settings");
}

/// Plays `input` in one block and returns what comes out.
pub fn play(engine: &mut Engine, input: &Audio) -> Audio {
    play_with(engine, input, &Vec::new())
}

/// Plays `input` with a sidechain in one block.
pub fn play_with(engine: &mut Engine, input: &Audio, sidechain: &Audio) -> Audio {
    let mut output = input.clone();
    let side: Vec<&[f32]> = sidechain.iter().map(Vec::as_slice).collect();
    let mut rows: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
    engine.process(&mut rows, &side);
    output
}

/// Plays `input` and returns the output and, per band and channel, the dynamic gain in dB.
pub fn play_traced(engine: &mut Engine, input: &Audio, sidechain: &Audio) -> (Audio, Vec<Audio>) {
    let (bands, channels, frames) = (engine.bands(), input.len(), input[0].len());
    let mut output = input.clone();
    let mut trace = vec![f32::NAN; frames * bands * channels];
    let side: Vec<&[f32]> = sidechain.iter().map(Vec::as_slice).collect();
    let mut rows: Vec<&mut [f32]> = output.iter_mut().map(Vec::as_mut_slice).collect();
    engine.process_traced(&mut rows, &side, &mut trace);
    let gain = |band: usize, channel: usize| {
        trace.iter().skip(band * channels + channel).step_by(bands * channels).copied().collect()
    };
    (output, (0..bands).map(|band| (0..channels).map(|channel| gain(band, channel)).collect()).collect())
}

/// A fresh engine plays `input`.
pub fn render(rate_hz: f64, settings: &Settings, input: &Audio) -> Audio {
    play(&mut engine(rate_hz, input.len(), settings), input)
}

/// The gain of the only band of a fresh mono engine.
pub fn gain_of(rate_hz: f64, band: BandSettings, input: Vec<f32>) -> Vec<f32> {
    let settings = Settings { bands: 1, band: [band; 8], ..Settings::default() };
    let (_, mut gain) = play_traced(&mut engine(rate_hz, 1, &settings), &vec![input], &Vec::new());
    gain.swap_remove(0).swap_remove(0)
}

/// A sine that begins at phase 0.
pub fn tone(hz: f64, amplitude: f64, rate_hz: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (amplitude * (2.0 * PI * hz * n as f64 / rate_hz).sin()) as f32).collect()
}

/// Numbers in −1 … 1, equal for equal seeds.
pub struct Random(pub u64);

impl Random {
    /// 0 … 1, without 1.
    pub fn unit(&mut self) -> f64 {
        // Steele, Lea, Flood: splitmix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.unit() * end as f64) as usize
    }

    /// A whole number below `rare` with a probability, else below `usual`.
    pub fn either(&mut self, probability: f64, rare: usize, usual: usize) -> usize {
        let end = if self.unit() < probability { rare } else { usual };
        self.below(end)
    }

    /// lo … hi.
    pub fn between(&mut self, lo: f64, hi: f64) -> f64 {
        lo + (hi - lo) * self.unit()
    }
}

/// White noise, evenly spread over ±level.
pub fn noise(seed: u64, level: f64, frames: usize) -> Vec<f32> {
    let mut random = Random(seed);
    (0..frames).map(|_| (level * random.between(-1.0, 1.0)) as f32).collect()
}

/// Two channels of different noise.
pub fn stereo_noise(seed: u64, level: f64, frames: usize) -> Audio {
    vec![noise(seed, level, frames), noise(seed + 1000, level, frames)]
}

/// Bursts of noise and tones from bass to treble, loud and soft: something for every band and both sections.
pub fn programme(seed: u64, rate_hz: f64, frames: usize) -> Vec<f32> {
    let mut random = Random(seed);
    let mut level = 0.5;
    (0..frames)
        .map(|n| {
            if n % 611 == 0 {
                level = amplitude(random.between(-60.0, -3.0));
            }
            let t = n as f64 / rate_hz;
            let tones: f64 = [55.0, 440.0, 3100.0].iter().map(|hz| (2.0 * PI * hz * t).sin()).sum();
            (level * (0.2 * tones + 0.4 * random.between(-1.0, 1.0))) as f32
        })
        .collect()
}

/// A single 1.0 and then silence.
pub fn impulse(frames: usize) -> Vec<f32> {
    let mut row = vec![0.0; frames];
    row[0] = 1.0;
    row
}

/// First half of the spectrum, both ends included.
pub fn spectrum(row: &[f64]) -> Vec<Complex<f64>> {
    let plan = octant_fft::real_f64(row.len());
    let (mut input, mut output) = (row.to_vec(), plan.make_output_vec());
    plan.process(&mut input, &mut output).expect("lengths of the plan");
    output
}

/// What [`spectrum`] came from.
pub fn from_spectrum(spectrum: &[Complex<f64>], frames: usize) -> Vec<f64> {
    let plan = octant_fft::real_inverse_f64(frames);
    let (mut input, mut output) = (spectrum.to_vec(), plan.make_output_vec());
    input[0].im = 0.0;
    input[frames / 2].im = 0.0;
    plan.process(&mut input, &mut output).expect("lengths of the plan");
    output.iter().map(|x| x / frames as f64).collect()
}

/// Samples as `f64`.
pub fn wide(row: &[f32]) -> Vec<f64> {
    row.iter().copied().map(f64::from).collect()
}

/// Strongest line above `from_hz` relative to the strongest of all, dB, through a window without leakage.
pub fn highest_above_hz(row: &[f32], from_hz: f64, rate_hz: f64) -> f64 {
    let length = row.len() as f64;
    let windowed: Vec<f64> =
        row.iter().enumerate().map(|(n, &x)| f64::from(x) * kaiser(2.0 * n as f64 / length - 1.0, 20.0)).collect();
    let lines: Vec<f64> = spectrum(&windowed).iter().map(|line| line.norm()).collect();
    let first = (from_hz * length / rate_hz) as usize;
    let strongest = |lines: &[f64]| lines.iter().copied().fold(0.0, f64::max);
    db(strongest(&lines[first..]) / strongest(&lines))
}

/// Kaiser's window at −1 … 1.
fn kaiser(x: f64, beta: f64) -> f64 {
    let bessel = |x: f64| {
        let (mut sum, mut term) = (1.0, 1.0);
        for k in 1..60 {
            term *= (0.5 * x / f64::from(k)).powi(2);
            sum += term;
        }
        sum
    };
    bessel(beta * (1.0 - x * x).max(0.0).sqrt()) / bessel(beta)
}

/// Root of the mean square.
pub fn rms(row: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for x in row {
        sum += x * x;
        count += 1.0;
    }
    (sum / f64::max(count, 1.0)).sqrt()
}

/// Root of the mean square of a difference, dB.
pub fn difference_db(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    db(rms(a.iter().zip(b).map(|(a, b)| f64::from(*a) - f64::from(*b))))
}

/// Largest difference.
pub fn largest_difference(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).abs()).fold(0.0, f64::max)
}

/// Fails at the first sample whose bits differ.
#[track_caller]
pub fn assert_same_bits(got: &Audio, want: &Audio, what: &str) {
    for (channel, (got, want)) in got.iter().zip(want).enumerate() {
        assert_eq!(got.len(), want.len(), "{what}: length");
        if let Some(at) = (0..got.len()).find(|&n| got[n].to_bits() != want[n].to_bits()) {
            panic!("{what}: channel {channel}, frame {at}: {} instead of {}", got[at], want[at]);
        }
    }
}
