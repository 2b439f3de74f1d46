//! Signals that kernels meet: music-like noise, silence, steps, full scale, tails in the denormal range.

use octant_dsp::layout::Line;

use crate::random::Random;

/// Lengths that every kernel is tried with: nothing, one, around a tile, a large host block.
pub const LENGTHS: [usize; 6] = [0, 1, 63, 64, 65, 8192];

/// A length beyond any host block.
pub const LONG: usize = 1_000_000;

/// What a stretch of signal is like.
#[derive(Clone, Copy)]
enum Kind {
    Silence,
    Noise,
    Steady,
    FullScale,
    Denormal,
}

const KINDS: [Kind; 6] = [Kind::Noise, Kind::Silence, Kind::Steady, Kind::FullScale, Kind::Noise, Kind::Denormal];

fn sample(kind: Kind, level: f32, random: &mut Random) -> f32 {
    match kind {
        Kind::Silence => 0.0,
        Kind::Noise => level * random.bipolar(),
        Kind::Steady => level,
        Kind::FullScale => 1.0f32.copysign(random.bipolar()),
        Kind::Denormal => random.bipolar() * 4.0 * f32::MIN_POSITIVE,
    }
}

/// Stretches of every kind, 1 … 200 frames each.
fn fill(values: usize, random: &mut Random, mut put: impl FnMut(f32)) {
    let mut left = 0;
    let (mut kind, mut level) = (Kind::Silence, 0.0);
    for _ in 0..values {
        if left == 0 {
            left = random.whole(1..200);
            kind = random.one_of(&KINDS);
            level = 10f64.powf(random.between(-5.0, 0.0)) as f32;
        }
        left -= 1;
        put(sample(kind, level, random));
    }
}

/// One row of audio.
pub fn row(frames: usize, random: &mut Random) -> Vec<f32> {
    let mut row = Vec::with_capacity(frames);
    fill(frames, random, |x| row.push(x));
    row
}

/// One row of audio with everything in it that audio should not contain.
pub fn hostile_row(frames: usize, random: &mut Random) -> Vec<f32> {
    const HOSTILE: [f32; 9] =
        [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.0e9, -3.0e38, 1.0e6, -1.000_001e6, -0.0, 1.0e-45];
    let mut row = row(frames, random);
    for x in &mut row {
        if random.chance(0.05) {
            *x = random.one_of(&HOSTILE);
        }
    }
    row
}

/// Pairs of audio, with what interleaving makes of it.
pub fn pairs(frames: usize, random: &mut Random) -> Vec<[f32; 2]> {
    let (l, r) = (row(frames, random), row(frames, random));
    l.into_iter().zip(r).map(|(l, r)| [l, r]).collect()
}

/// Gains that move from frame to frame.
pub fn gains(frames: usize, random: &mut Random) -> Vec<f32> {
    let step = random.between(-1.0e-4, 1.0e-4) as f32;
    (0..frames).map(|n| 0.8 + step * (n % 4096) as f32).collect()
}

/// Lines of audio: all lanes change their kind together, each with a level of its own.
pub fn lines(frames: usize, random: &mut Random) -> Vec<Line> {
    let mut left = 0;
    let mut kinds = [(Kind::Silence, 0.0); 16];
    (0..frames)
        .map(|_| {
            if left == 0 {
                left = random.whole(1..200);
                kinds = std::array::from_fn(|_| (random.one_of(&KINDS), 10f64.powf(random.between(-7.0, 0.0)) as f32));
            }
            left -= 1;
            Line { lane: kinds.map(|(kind, level)| sample(kind, level, random)) }
        })
        .collect()
}

/// Lines of numbers in a range that change slowly and jump now and then: levels and gains in dB, weights.
pub fn wandering_lines(frames: usize, low: f64, high: f64, random: &mut Random) -> Vec<Line> {
    let mut left = 0;
    let mut lanes = [(0.0f32, 0.0f32); 16];
    let step = (high - low) / 400.0;
    (0..frames)
        .map(|_| {
            if left == 0 {
                left = random.whole(1..200);
                lanes = std::array::from_fn(|_| {
                    // A third stands still: plateaus are where a hold begins again.
                    let step = if random.chance(0.3) { 0.0 } else { random.between(-step, step) };
                    (random.between(low, high) as f32, step as f32)
                });
            }
            left -= 1;
            for (value, step) in &mut lanes {
                *value = (*value + *step).clamp(low as f32, high as f32);
            }
            Line { lane: lanes.map(|(value, _)| value) }
        })
        .collect()
}
