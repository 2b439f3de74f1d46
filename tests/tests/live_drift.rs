//! Two cards whose clocks differ, through `octant live`: a simulated hour without a gap, and how clean a sine passes.

use std::sync::atomic::Ordering::Relaxed;

use octant::live::desk::Desk;
use octant::live::open::Choice;
use octant_tests::rig::{Blocks, Clock, Rig, World};
use octant_tests::system::card::{Card, Rack};

const RATE_HZ: f64 = 48_000.0;
/// Frames, 5.3 ms.
const PERIOD: usize = 256;
/// The hour has the periods, the jitter and the drift of 48 kHz in time, and a sixth of its frames.
const HOUR_RATE_HZ: f64 = 8_000.0;
/// Frames, 5.4 ms.
const HOUR_PERIOD: usize = 43;
/// Callbacks come up to so late.
const JITTER_S: f64 = 0.5e-3;

struct Pair {
    rig: Rig,
    clocks: [Clock; 2],
}

impl Pair {
    /// An input that runs so much faster than the output, without processing.
    fn new(drift_ppm: f64, rate_hz: f64, period: usize) -> Self {
        let card = |id| Card { rates: vec![rate_hz as u32], period: period as u32, ..Card::stereo(id) };
        let rack = Rack::with(&[card("in"), card("out")]);
        let mut desk = Desk::default();
        desk.slots[0].preset.settings.bypass = true;
        let choice = Choice { input: Some("in".into()), output: Some("out".into()), ..Choice::default() };
        let rig = Rig::start(&rack, choice, desk, true).expect("starts");
        assert!(rig.session.supervisor.wiring().corrected);
        let clock = |rate_hz, start_s, seed| Clock::new(rate_hz, Blocks::Fixed(period), JITTER_S, start_s, seed);
        let clocks = [clock(rate_hz * (1.0 + drift_ppm * 1.0e-6), 0.0, 1), clock(rate_hz, 0.0017, 2)];
        Self { rig, clocks }
    }

    fn run(&mut self, seconds: f64, world: &mut dyn World) {
        let [input, output] = [self.rig.stream("in", true), self.rig.stream("out", false)];
        self.rig.run(seconds, [&input, &output], &mut self.clocks, world).expect("runs");
    }
}

struct Steady;

impl World for Steady {
    fn source(&mut self, _: u64) -> [f32; 2] {
        [0.25; 2]
    }

    fn sink(&mut self, _: u64, _: [f32; 2]) {}
}

fn an_hour(drift_ppm: f64) {
    let mut pair = Pair::new(drift_ppm, HOUR_RATE_HZ, HOUR_PERIOD);
    let status = std::sync::Arc::clone(pair.rig.session.supervisor.status());
    let (mut squares, mut ages, mut worst_ppm) = (0.0, [f64::MAX, f64::MIN], 0.0f64);
    for tenth in 0..36_000 {
        pair.run(0.1, &mut Steady);
        let error_ppm = status.ratio_ppm.load(Relaxed) - drift_ppm;
        squares += error_ppm * error_ppm;
        if tenth >= 600 {
            worst_ppm = worst_ppm.max(error_ppm.abs());
        }
        let age = status.age_frames.load(Relaxed);
        ages = [ages[0].min(age), ages[1].max(age)];
    }
    let rms_ppm = (squares / 36_000.0f64).sqrt();
    println!(
        "{drift_ppm} ppm: error {rms_ppm:.2} ppm rms with the beginning, {worst_ppm:.3} ppm at most after a minute"
    );
    println!("age of the input {:.0} … {:.0} frames", ages[0], ages[1]);
    assert_eq!((status.underruns.load(Relaxed), status.overruns.load(Relaxed)), (0, 0));
    assert!(rms_ppm <= 5.0, "{rms_ppm} ppm");
    assert!(worst_ppm <= 2.0, "{worst_ppm} ppm");
    assert!(status.settled.load(Relaxed));
    // Three periods; what the clocks do in the first second is worked off later.
    assert!(ages[1] <= 3.0 * HOUR_PERIOD as f64 + 0.001 * HOUR_RATE_HZ, "{ages:?}");
}

#[test]
fn an_hour_with_a_fast_input() {
    an_hour(200.0);
}

#[test]
fn an_hour_with_a_slow_input() {
    an_hour(-200.0);
}

/// A low tone on the left, a high one on the right.
struct Tones {
    rate_hz: f64,
    hz: [f64; 2],
    heard: Option<[Vec<f32>; 2]>,
}

impl World for Tones {
    fn source(&mut self, frame: u64) -> [f32; 2] {
        self.hz.map(|hz| 0.5 * (std::f64::consts::TAU * (hz * frame as f64 / self.rate_hz).fract()).sin() as f32)
    }

    fn sink(&mut self, _: u64, sound: [f32; 2]) {
        if let Some(rows) = &mut self.heard {
            rows.iter_mut().zip(sound).for_each(|(row, x)| row.push(x));
        }
    }
}

/// Signal to noise of a sine of about this frequency in dB; amplitude, phase and frequency are fitted.
fn snr_db(row: &[f32], about_hz: f64) -> f64 {
    let mut hz = about_hz;
    let middle = 0.5 * row.len() as f64;
    let mut snr_db = 0.0;
    for _ in 0..4 {
        // Least squares for x = a sin + b cos + c t cos − d t sin: the last two tell how far off the frequency is.
        let turn = std::f64::consts::TAU * hz / RATE_HZ;
        let mut matrix = [[0.0f64; 5]; 4];
        let basis = |n: usize| {
            let t = n as f64 - middle;
            let (sin, cos) = (turn * t).sin_cos();
            [sin, cos, t / middle * cos, t / middle * sin]
        };
        for (n, x) in row.iter().enumerate() {
            let terms = basis(n);
            for i in 0..4 {
                for j in 0..4 {
                    matrix[i][j] += terms[i] * terms[j];
                }
                matrix[i][4] += terms[i] * f64::from(*x);
            }
        }
        let [a, b, c, d] = solve(matrix);
        let power = a * a + b * b;
        hz += (c * a - d * b) / power / middle * RATE_HZ / std::f64::consts::TAU;
        let (mut signal, mut noise) = (0.0, 0.0);
        for (n, x) in row.iter().enumerate() {
            let [sin, cos, ..] = basis(n);
            let fitted = a * sin + b * cos;
            signal += fitted * fitted;
            noise += (f64::from(*x) - fitted).powi(2);
        }
        snr_db = 10.0 * (signal / noise).log10();
    }
    snr_db
}

fn solve(mut matrix: [[f64; 5]; 4]) -> [f64; 4] {
    for i in 0..4 {
        let pivot = (i..4).max_by(|a, b| matrix[*a][i].abs().total_cmp(&matrix[*b][i].abs())).unwrap_or(i);
        matrix.swap(i, pivot);
        let row = matrix[i];
        for (j, other) in matrix.iter_mut().enumerate() {
            if j != i {
                let factor = other[i] / row[i];
                other.iter_mut().zip(row).for_each(|(x, y)| *x -= factor * y);
            }
        }
    }
    std::array::from_fn(|i| matrix[i][4] / matrix[i][i])
}

#[test]
fn the_measure_itself_sees_far_enough() {
    let sine = |noise: f64| -> Vec<f32> {
        let mut random = octant_tests::random::Random::named("measure");
        let tone = |n: usize| (std::f64::consts::TAU * 12_000.3 * n as f64 / RATE_HZ).sin();
        (0..48_000).map(|n| (0.5 * tone(n) + noise * f64::from(random.bipolar())) as f32).collect()
    };
    assert!(snr_db(&sine(0.0), 12_000.0) > 130.0);
    // Uniform noise of ±1e-4 under a sine of 0.5: 0.125 / (1e-8 / 3) = 75.7 dB.
    assert!((snr_db(&sine(1.0e-4), 12_000.0) - 75.7).abs() < 0.3);
}

#[test]
fn a_sine_passes_clean_once_settled() {
    let hz = [1000.0, 12_000.0];
    for drift_ppm in [200.0, -200.0] {
        let mut pair = Pair::new(drift_ppm, RATE_HZ, PERIOD);
        let mut tones = Tones { rate_hz: pair.clocks[0].rate_hz, hz, heard: None };
        pair.run(90.0, &mut tones);
        assert!(pair.rig.session.supervisor.status().settled.load(Relaxed));
        tones.heard = Some([Vec::new(), Vec::new()]);
        pair.run(60.0, &mut tones);
        let rows = tones.heard.take().expect("was asked for");
        for (row, (hz, wanted_db)) in rows.iter().zip([(hz[0], 90.0), (hz[1], 80.0)]) {
            let windows: Vec<f64> = row.chunks_exact(RATE_HZ as usize).map(|second| snr_db(second, hz)).collect();
            let noise = windows.iter().map(|db| 10f64.powf(-db / 10.0)).sum::<f64>() / windows.len() as f64;
            let (mean_db, worst_db) = (-10.0 * noise.log10(), windows.iter().copied().fold(f64::MAX, f64::min));
            println!("{drift_ppm} ppm, {hz} Hz: {mean_db:.1} dB, the worst second {worst_db:.1} dB");
            assert!(mean_db >= wanted_db, "{hz} Hz: {mean_db} dB");
            assert!(worst_db >= wanted_db - 15.0, "{hz} Hz: {worst_db} dB");
        }
    }
}
