//! Resampling by a ratio near 1 that a clock estimate steers.

use rubato::audioadapter_buffers::direct::SequentialSliceOfSlices;
use rubato::{
    Adjustable, Async, FixedAsync, Resampler, Resizable, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

use super::clock::Tracker;

/// Output frames at a time, at most.
pub const PIECE: usize = 256;
/// Taps of the interpolator; half of them are its delay.
const TAPS: usize = 128;
/// Ratios go this far from 1.
const MOST: f64 = 1.5e-3;
/// Input frames that a piece takes at most.
const INPUT: usize = PIECE + TAPS;

/// Resampler and the servo that leads its ratio. Real-time safe but for [`new`](Self::new).
pub struct Corrector {
    resampler: Async<f32>,
    channels: usize,
    rate_hz: f64,
    /// Input frames per output frame, minus 1: at the end of the last piece, and wanted at the end of the next.
    now: f64,
    wanted: f64,
    input: [Box<[f32; INPUT]>; 2],
}

impl std::fmt::Debug for Corrector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Corrector").field("now", &self.now).field("wanted", &self.wanted).finish_non_exhaustive()
    }
}

impl Corrector {
    /// For one or two channels. None if the resampler refuses, which its fixed parameters rule out.
    #[must_use]
    pub fn new(rate_hz: f64, channels: usize) -> Option<Self> {
        let parameters = SincInterpolationParameters::new(TAPS, WindowFunction::BlackmanHarris2)
            .oversampling_factor(256)
            .interpolation(SincInterpolationType::Cubic);
        let resampler = Async::new_sinc(1.0, 1.0 + MOST, &parameters, PIECE, channels, FixedAsync::Output).ok()?;
        let input = || vec![0.0; INPUT].into_boxed_slice().try_into().ok();
        Some(Self { resampler, channels, rate_hz, now: 0.0, wanted: 0.0, input: [input()?, input()?] })
    }

    /// Frames that it delays.
    #[must_use]
    pub fn delay_frames() -> usize {
        TAPS / 2
    }

    /// Forgets the sound, not the ratio.
    pub fn reset(&mut self) {
        self.resampler.reset();
        let _ = self.resampler.set_resample_ratio(1.0 / (1.0 + self.now), false);
    }

    /// Leads the ratio: the tracker's slope, and so much more that `error` frames too many in the ring go away within
    /// half the tracker's memory. That is slow enough for what is left of the jitter not to be heard.
    pub fn steer(&mut self, tracker: &Tracker, error: f64) {
        let Some(slope) = tracker.slope() else { return };
        let correction_s = (0.5 * tracker.memory_s()).max(2.0);
        let most = MOST * 0.9;
        self.wanted = (slope + error / self.rate_hz / correction_s).clamp(-most, most);
    }

    /// Input frames per output frame, minus 1.
    #[must_use]
    pub fn deviation(&self) -> f64 {
        self.wanted
    }

    /// Input frames that the next piece of so many output frames takes.
    pub fn needs(&mut self, frames: usize) -> usize {
        let ratio = 1.0 / (1.0 + self.wanted);
        let _ = self.resampler.set_chunk_size(frames.clamp(1, PIECE));
        let _ = self.resampler.set_resample_ratio(ratio, true);
        self.resampler.input_frames_next().min(INPUT)
    }

    /// Makes the piece for which [`needs`](Self::needs) was asked; `input` is interleaved. Gives the way that the
    /// reading point went, in input frames, or None if the resampler refused.
    pub fn run(&mut self, input: &[f32], rows: &mut [&mut [f32]]) -> Option<f64> {
        let frames = rows.first().map_or(0, |row| row.len());
        let taken = input.len() / self.channels;
        for (channel, row) in self.input.iter_mut().enumerate().take(self.channels) {
            for (x, frame) in row.iter_mut().zip(input.chunks_exact(self.channels)) {
                *x = frame[channel];
            }
        }
        let [first, second] = &self.input;
        let views = [&first[..taken], &second[..taken]];
        let from = SequentialSliceOfSlices::new(&views[..self.channels], self.channels, taken).ok()?;
        let mut rows = rows.iter_mut().map(|row| &mut **row);
        let mut rows: [&mut [f32]; 2] = [rows.next().unwrap_or_default(), rows.next().unwrap_or_default()];
        let mut to = SequentialSliceOfSlices::new_mut(&mut rows[..self.channels], self.channels, frames).ok()?;
        self.resampler.process_into_buffer(&from, &mut to, None).ok()?;
        let way = frames as f64 * (1.0 + 0.5 * (self.now + self.wanted)) + 0.5 * (self.wanted - self.now);
        self.now = self.wanted;
        Some(way)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sine through a fixed ratio: level and delay.
    fn sine(hz: f64, deviation: f64) -> (f64, f64, f64) {
        let rate_hz = 48_000.0;
        let mut corrector = Corrector::new(rate_hz, 1).expect("parameters are fixed");
        corrector.wanted = deviation;
        corrector.now = deviation;
        corrector.reset();
        let (mut at, mut position) = (0usize, 0.0);
        let mut out: Vec<(f64, f32)> = Vec::new();
        for block in 0..400 {
            let frames = 1 + (block * 37) % PIECE;
            let taken = corrector.needs(frames);
            let input: Vec<f32> =
                (at..at + taken).map(|n| (std::f64::consts::TAU * hz * n as f64 / rate_hz).sin() as f32).collect();
            at += taken;
            let mut row = vec![0.0f32; frames];
            let way = corrector.run(&input, &mut [&mut row]).expect("runs");
            out.extend(row.iter().enumerate().map(|(n, x)| (position + n as f64 * (1.0 + deviation), *x)));
            position += way;
            assert!((at as f64 - position).abs() < 3.0, "consumed {at}, read {position}");
        }
        let settled = &out[4000..];
        let angle = |position: f64| std::f64::consts::TAU * hz * position / rate_hz;
        // Least squares: x = sine·s + cosine·c.
        let mut sums = [0.0; 5];
        for (position, x) in settled {
            let (s, c) = angle(*position).sin_cos();
            let x = f64::from(*x);
            for (sum, term) in sums.iter_mut().zip([s * s, c * c, s * c, x * s, x * c]) {
                *sum += term;
            }
        }
        let [ss, cc, sc, xs, xc] = sums;
        let determinant = ss * cc - sc * sc;
        let (sine, cosine) = ((xs * cc - xc * sc) / determinant, (xc * ss - xs * sc) / determinant);
        let noise: f64 = settled
            .iter()
            .map(|(position, x)| {
                (f64::from(*x) - sine * angle(*position).sin() - cosine * angle(*position).cos()).powi(2)
            })
            .sum::<f64>()
            / settled.len() as f64;
        let amplitude = sine.hypot(cosine);
        let delay = (-cosine).atan2(sine) / (std::f64::consts::TAU * hz / rate_hz);
        (20.0 * amplitude.log10(), 10.0 * (0.5 * amplitude * amplitude / noise).log10(), delay)
    }

    #[test]
    fn a_sine_passes_clean_and_as_late_as_stated() {
        for (hz, deviation) in [(100.0, 200.0e-6), (1000.0, -200.0e-6), (12_000.0, 200.0e-6), (18_000.0, 37.0e-6)] {
            let (level_db, snr_db, delay) = sine(hz, deviation);
            println!("{hz} Hz: {level_db:.4} dB, SNR {snr_db:.1} dB, delay {delay:.2}");
            assert!(level_db.abs() < 0.01, "{hz} Hz: {level_db} dB");
            assert!(snr_db > 100.0, "{hz} Hz: {snr_db} dB");
        }
        let (_, _, delay) = sine(100.0, 0.0);
        assert!((delay - Corrector::delay_frames() as f64).abs() < 1.6, "{delay} frames");
    }
}
