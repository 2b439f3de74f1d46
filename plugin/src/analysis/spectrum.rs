//! Averaged power spectra.

use super::picture::{FLOOR_DB, Spectrum};
use octant_fft::{RealToComplex, num_complex::Complex};
use std::sync::Arc;

/// Longest window, seconds: 8192 frames at 44.1 and 48 kHz.
const WINDOW_S: f64 = 0.19;
/// Windows overlap by seven eighths: a new spectrum every 21 ms, so that a display moves smoothly.
const HOPS: usize = 8;
/// Time constant of the average, seconds.
const AVERAGE_S: f64 = 0.2;

/// Spectrum of a stream of so many channels.
pub struct Spectrometer {
    fft: Arc<dyn RealToComplex<f32>>,
    /// Hann, scaled so that a sine of amplitude 1 has power 1 at its bin.
    window: Box<[f32]>,
    /// The last frames per channel, as a ring.
    history: Vec<Box<[f32]>>,
    at: usize,
    /// Frames until the next window is full.
    until_full: usize,
    /// Of an average over `AVERAGE_S`.
    weight: f32,
    /// Mean power per bin; empty before the first window.
    power: Vec<f32>,
    frames: Vec<f32>,
    scratch: Vec<Complex<f32>>,
    bins: Vec<Complex<f32>>,
}

impl Spectrometer {
    /// Plans and allocates.
    pub fn new(sample_rate_hz: f64, channels: usize) -> Self {
        let length = 1 << (WINDOW_S * sample_rate_hz).log2().floor().max(4.0) as usize;
        let fft = octant_fft::real(length);
        // The mean of a Hann window is 1/2, and half of a sine is at the negative frequency.
        let scale = 4.0 / length as f64;
        let turn = std::f64::consts::TAU / length as f64;
        let window = (0..length).map(|n| (scale * (0.5 - 0.5 * (turn * n as f64).cos())) as f32).collect();
        Self {
            window,
            history: vec![vec![0.0; length].into(); channels],
            at: 0,
            until_full: length,
            weight: (1.0 - (-((length / HOPS) as f64) / (AVERAGE_S * sample_rate_hz)).exp()) as f32,
            power: Vec::new(),
            frames: fft.make_input_vec(),
            scratch: fft.make_scratch_vec(),
            bins: fft.make_output_vec(),
            fft,
        }
    }

    /// What follows does not continue what was before: no window spans both.
    pub fn interrupt(&mut self) {
        self.until_full = self.window.len();
    }

    /// Adds finite rows of equal length, one per channel.
    pub fn add(&mut self, rows: &[&[f32]]) {
        let length = self.window.len();
        let (mut from, frames) = (0, rows.first().map_or(0, |row| row.len()));
        while from < frames {
            let count = (frames - from).min(self.until_full).min(length - self.at);
            for (history, row) in self.history.iter_mut().zip(rows) {
                history[self.at..self.at + count].copy_from_slice(&row[from..from + count]);
            }
            self.at = (self.at + count) % length;
            self.until_full -= count;
            from += count;
            if self.until_full == 0 {
                self.until_full = length / HOPS;
                self.transform();
            }
        }
    }

    /// The newest window of every channel into the average.
    fn transform(&mut self) {
        let (older, newer) = (&self.window[..self.window.len() - self.at], &self.window[self.window.len() - self.at..]);
        let first = self.power.is_empty();
        self.power.resize(self.bins.len(), 0.0);
        let weight = if first { 1.0 } else { self.weight };
        for power in &mut self.power {
            *power *= 1.0 - weight;
        }
        let weight = weight / self.history.len() as f32;
        for history in &self.history {
            let (wrapped, oldest) = history.split_at(self.at);
            let windowed = oldest.iter().zip(older).chain(wrapped.iter().zip(newer)).map(|(x, w)| x * w);
            for (to, from) in self.frames.iter_mut().zip(windowed) {
                *to = from;
            }
            let done = self.fft.process_with_scratch(&mut self.frames, &mut self.bins, &mut self.scratch);
            debug_assert!(done.is_ok(), "all lengths come from the plan");
            for (power, bin) in self.power.iter_mut().zip(&self.bins) {
                *power += weight * bin.norm_sqr();
            }
        }
    }

    /// The average as it is now.
    pub fn spectrum(&self) -> Spectrum {
        // At both ends of the spectrum there is no negative frequency that holds the other half.
        let last = self.power.len().saturating_sub(1);
        let halves = |bin: usize| if bin == 0 || bin == last { 0.25 } else { 1.0 };
        let db = |(bin, &power): (usize, &f32)| (10.0 * (halves(bin) * power).log10()).max(FLOOR_DB);
        Spectrum { db: self.power.iter().enumerate().map(db).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Level at the bin nearest to `hz`, and its number.
    fn level_at(spectrum: &Spectrum, sample_rate_hz: f64, hz: f64) -> (f32, usize) {
        let bin = (hz / spectrum.bin_hz(sample_rate_hz)).round() as usize;
        (spectrum.db[bin], bin)
    }

    fn tone(sample_rate_hz: f64, hz: f64, amplitude: f64, seconds: f64) -> Vec<f32> {
        let turn = std::f64::consts::TAU * hz / sample_rate_hz;
        (0..(seconds * sample_rate_hz) as usize).map(|n| (amplitude * (turn * n as f64).sin()) as f32).collect()
    }

    #[test]
    fn a_sine_reads_its_level_at_its_bin_at_every_rate() {
        for (rate_hz, length) in [(8_000.0, 1024), (44_100.0, 8192), (48_000.0, 8192), (96_000.0, 16_384)] {
            for (amplitude, level_db) in [(1.0, 0.0), (0.1, -20.0), (1.0e-4, -80.0)] {
                let bin_hz = rate_hz / f64::from(length);
                let hz = (997.0f64 / bin_hz).round() * bin_hz;
                let mut spectrometer = Spectrometer::new(rate_hz, 2);
                let row = tone(rate_hz, hz, amplitude, 1.0);
                for piece in row.chunks(193) {
                    spectrometer.add(&[piece, piece]);
                }
                let spectrum = spectrometer.spectrum();
                assert_eq!(spectrum.db.len(), length as usize / 2 + 1);
                let (found_db, bin) = level_at(&spectrum, rate_hz, hz);
                assert!((found_db - level_db).abs() < 0.1, "{rate_hz} Hz: {found_db} dB instead of {level_db}");
                let away =
                    spectrum.db[..bin - 40].iter().chain(&spectrum.db[bin + 40..]).copied().fold(-300.0, f32::max);
                assert!(away < level_db - 100.0, "{rate_hz} Hz: {away} dB beside a tone of {level_db} dB");
            }
        }
    }

    #[test]
    fn channels_are_averaged_by_power() {
        let row = tone(48_000.0, 1500.0, 1.0, 1.0);
        let mut spectrometer = Spectrometer::new(48_000.0, 2);
        spectrometer.add(&[&row, &vec![0.0; row.len()]]);
        assert!((level_at(&spectrometer.spectrum(), 48_000.0, 1500.0).0 + 3.01).abs() < 0.1);
    }

    #[test]
    fn direct_current_and_half_the_rate_read_right() {
        let mut spectrometer = Spectrometer::new(48_000.0, 1);
        let row: Vec<f32> = (0..20_000).map(|n| if n % 2 == 0 { 0.75 } else { -0.25 }).collect();
        spectrometer.add(&[&row]);
        let db = spectrometer.spectrum().db;
        for (bin, amplitude) in [(0, 0.25f32), (db.len() - 1, 0.5)] {
            assert!((db[bin] - 20.0 * amplitude.log10()).abs() < 0.1, "bin {bin}: {}", db[bin]);
        }
    }

    #[test]
    fn no_window_spans_an_interruption() {
        let row = tone(48_000.0, 1500.0, 1.0, 0.16);
        let mut spectrometer = Spectrometer::new(48_000.0, 1);
        spectrometer.add(&[&row]);
        spectrometer.interrupt();
        spectrometer.add(&[&row]);
        assert!(spectrometer.spectrum().db.is_empty());
    }
}
