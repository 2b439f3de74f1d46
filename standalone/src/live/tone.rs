//! The test tone: a quiet sine that tells whether anything is heard at the output. Real-time safe but for
//! [`new`](Tone::new).

use std::f64::consts::TAU;

use super::drift::PIECE;
use super::fade::Fade;

/// Hz.
const FREQUENCY_HZ: f64 = 1000.0;
/// −20 dB of full scale: heard at once, harmless to ears and loudspeakers.
const AMPLITUDE: f64 = 0.1;

/// The tone, switched on and off without a click.
#[derive(Clone, Debug)]
pub struct Tone {
    /// Turns, 0 … 1.
    phase: f64,
    step: f64,
    fade: Fade,
    row: Box<[f32; PIECE]>,
}

impl Tone {
    /// Silent at first; it comes and goes in `fade_s` seconds.
    #[must_use]
    pub fn new(rate_hz: f64, fade_s: f64) -> Self {
        let fade = Fade::silent(fade_s * rate_hz);
        Self { phase: 0.0, step: FREQUENCY_HZ / rate_hz, fade, row: Box::new([0.0; PIECE]) }
    }

    /// Adds the tone, if it is wanted or fading, to rows of equal length, at most [`PIECE`].
    pub fn add(&mut self, wanted: bool, rows: &mut [&mut [f32]]) {
        self.fade.go(wanted);
        if self.fade.is_silent() {
            return;
        }
        let frames = rows.first().map_or(0, |row| row.len()).min(PIECE);
        let tone = &mut self.row[..frames];
        for sample in tone.iter_mut() {
            *sample = (AMPLITUDE * (TAU * self.phase).sin()) as f32;
            self.phase = (self.phase + self.step).fract();
        }
        self.fade.apply(&mut [&mut *tone]);
        for row in rows {
            for (sample, tone) in row.iter_mut().zip(&*tone) {
                *sample += tone;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(tone: &mut Tone, wanted: bool, blocks: usize) -> Vec<f32> {
        let mut heard = Vec::new();
        for _ in 0..blocks {
            let (mut left, mut right) = ([0.25f32; 240], [0.25f32; 240]);
            tone.add(wanted, &mut [&mut left, &mut right]);
            assert_eq!(left, right);
            heard.extend(left.map(|sample| sample - 0.25));
        }
        heard
    }

    #[test]
    fn it_has_its_level_and_frequency_and_does_not_click() {
        let mut tone = Tone::new(48_000.0, 0.02);
        assert!(play(&mut tone, false, 4).iter().all(|sample| *sample == 0.0));
        let heard = play(&mut tone, true, 20);
        let settled = &heard[960..];
        let peak = settled.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        assert!((peak - 0.1).abs() < 1e-4, "{peak}");
        let rises = settled.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        assert!((79..=81).contains(&rises), "{rises} turns in 80 ms");
        let steepest = |row: &[f32]| row.windows(2).fold(0.0f32, |most, pair| most.max((pair[1] - pair[0]).abs()));
        let end = play(&mut tone, false, 8);
        for row in [&heard[..], &end[..]] {
            assert!(steepest(row) < 0.1 * std::f32::consts::TAU / 48.0 + 1e-3, "{}", steepest(row));
        }
        assert!(end[1200..].iter().all(|sample| *sample == 0.0), "it has gone");
    }
}
