//! What matching two clocks costs `octant live`, in percent of a core at 48 kHz stereo: the resampler alone, and everything
//! between an input callback and the engine. Prints JSON; the best of several runs counts, the others were disturbed.

use std::sync::Arc;
use std::time::Instant;

use octant::live::clock::Tracker;
use octant::live::drift::{Corrector, PIECE};
use octant::live::feed::{self, Clocks, Kind};
use octant::live::status::Status;

const RATE_HZ: f64 = 48_000.0;
/// Seconds of sound in a run.
const SECONDS: f64 = 5.0;
const RUNS: usize = 9;
/// The input's clock runs so much faster.
const DRIFT: f64 = 200.0e-6;

fn percent_of_a_core(mut run: impl FnMut(usize)) -> f64 {
    let blocks = (SECONDS * RATE_HZ) as usize / PIECE;
    let times = (0..RUNS).map(|_| {
        let begun = Instant::now();
        run(blocks);
        begun.elapsed().as_secs_f64()
    });
    100.0 * times.fold(f64::MAX, f64::min) / SECONDS
}

fn noise(frame: usize) -> f32 {
    (frame.wrapping_mul(2_654_435_761) >> 8 & 0xffff) as f32 / 65_536.0 - 0.5
}

fn corrector() -> f64 {
    let mut tracker = Tracker::new(RATE_HZ);
    for call in 0..20_000 {
        tracker.measure(DRIFT * f64::from(call) * PIECE as f64, PIECE as f64, 500.0);
    }
    let mut corrector = Corrector::new(RATE_HZ, 2).expect("its parameters are fixed");
    let input: Vec<f32> = (0..4 * PIECE).map(noise).collect();
    let (mut left, mut right) = ([0.0f32; PIECE], [0.0f32; PIECE]);
    percent_of_a_core(|blocks| {
        for _ in 0..blocks {
            corrector.steer(&tracker, 1.0);
            let needed = 2 * corrector.needs(PIECE);
            corrector.run(&input[..needed], &mut [&mut left, &mut right]).expect("it runs");
        }
    })
}

/// The way from one callback to the other.
fn passage(clocks: Clocks) -> f64 {
    let status = Arc::new(Status::default());
    let kind = Kind { rate_hz: RATE_HZ, channels: 2, clocks, fixed: None, main: true };
    let (mut inlet, mut outlet) = feed::new(kind, &status);
    let input: Vec<f32> = (0..2 * PIECE).map(noise).collect();
    let (mut left, mut right) = ([0.0f32; PIECE], [0.0f32; PIECE]);
    let mut seconds = 0.0;
    percent_of_a_core(|blocks| {
        for _ in 0..blocks {
            seconds += PIECE as f64 / RATE_HZ;
            inlet.take(&input, 2, seconds);
            outlet.begin(seconds, PIECE);
            outlet.read(&mut [&mut left, &mut right]);
        }
    })
}

fn main() {
    let figures = [
        ("corrector", corrector()),
        ("passage_two_clocks", passage(Clocks::Different)),
        ("passage_one_clock", passage(Clocks::Shared)),
    ];
    let figures: Vec<String> = figures.iter().map(|(name, percent)| format!("\"{name}\": {percent:.4}")).collect();
    println!("{{{}}}", figures.join(", "));
}
