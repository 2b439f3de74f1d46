//! The long-term averaged power spectrum (Welch's method: Hann windows, half overlapping).

use octant_fft::RealToComplex;
use octant_fft::num_complex::Complex;
use std::sync::Arc;

/// Window length at 44.1 and 48 kHz; it grows and shrinks with the rate so that the bass stays resolved.
const POINTS_AT_48_KHZ: f64 = 8192.0;

/// Averages the spectra of one stream; all channels together.
pub struct SpectrumMeter {
    sample_rate_hz: f64,
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    rows: Vec<Vec<f32>>,
    windowed: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    power: Vec<f64>,
    averaged: u64,
}

/// Mean power per FFT bin; the sum over all bins is the mean square of the stream.
pub struct Spectrum {
    hz_per_bin: f64,
    power: Vec<f64>,
}

impl SpectrumMeter {
    /// Sizes everything for the rate.
    pub fn new(sample_rate_hz: f64, channels: usize) -> Self {
        let octaves = (sample_rate_hz / 48_000.0).log2().round();
        let points = (POINTS_AT_48_KHZ * octaves.exp2()).clamp(512.0, 131_072.0) as usize;
        let fft = octant_fft::real(points);
        Self {
            sample_rate_hz,
            window: hann(points),
            rows: vec![Vec::with_capacity(points); channels],
            windowed: fft.make_input_vec(),
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; points / 2 + 1],
            averaged: 0,
            fft,
        }
    }

    /// Takes one block: rows of equal length.
    pub fn add(&mut self, rows: &[&[f32]]) {
        let points = self.window.len();
        let frames = rows.first().map_or(0, |row| row.len());
        let mut taken = 0;
        while taken < frames {
            let filled = self.rows.first().map_or(0, Vec::len);
            let count = (points - filled).min(frames - taken);
            for (row, source) in self.rows.iter_mut().zip(rows) {
                let clean = source[taken..taken + count].iter().map(|&x| if x.is_finite() { x } else { 0.0 });
                row.extend(clean);
            }
            taken += count;
            if filled + count == points {
                self.average();
                for row in &mut self.rows {
                    row.copy_within(points / 2.., 0);
                    row.truncate(points / 2);
                }
            }
        }
    }

    fn average(&mut self) {
        let weight: f64 = self.window.iter().map(|&w| f64::from(w * w)).sum();
        // Bins between 0 and half the rate stand for their mirror image as well.
        let scale = 2.0 / (weight * self.window.len() as f64 * self.rows.len() as f64);
        for row in &self.rows {
            self.windowed.fill(0.0);
            for ((point, &sample), &weight) in self.windowed.iter_mut().zip(row).zip(&self.window) {
                *point = sample * weight;
            }
            let lengths_fit = self.fft.process_with_scratch(&mut self.windowed, &mut self.bins, &mut self.scratch);
            debug_assert!(lengths_fit.is_ok());
            for (sum, bin) in self.power.iter_mut().zip(&self.bins) {
                *sum += f64::from(bin.norm_sqr()) * scale;
            }
        }
        self.averaged += 1;
    }

    /// The average. A stream shorter than one window gets a window of its own length.
    pub fn finish(mut self) -> Spectrum {
        let filled = self.rows.first().map_or(0, Vec::len);
        if self.averaged == 0 && filled > 0 {
            self.window[filled..].fill(0.0);
            self.window[..filled].copy_from_slice(&hann(filled));
            self.average();
        }
        let averaged = self.averaged.max(1) as f64;
        Spectrum {
            hz_per_bin: self.sample_rate_hz / self.window.len() as f64,
            power: self.power.into_iter().map(|sum| sum / averaged).collect(),
        }
    }
}

impl Spectrum {
    /// Level in dB of the part around `hz` that is 1/6 octave wide: pink noise is flat, a full-scale sine reads −3 dB.
    pub fn sixth_octave_db(&self, hz: f64) -> f64 {
        let half_width = 2.0_f64.powf(1.0 / 12.0);
        let power = self.power_below(hz * half_width) - self.power_below(hz / half_width);
        10.0 * power.max(0.0).log10()
    }

    fn power_below(&self, hz: f64) -> f64 {
        // A bin spreads its power evenly around its centre.
        let place = (hz / self.hz_per_bin + 0.5).clamp(0.0, self.power.len() as f64);
        let whole = place as usize;
        let part = self.power.get(whole).map_or(0.0, |power| power * (place - whole as f64));
        self.power[..whole].iter().sum::<f64>() + part
    }
}

/// Hann window without its zero ends, so that even a single sample counts.
fn hann(points: usize) -> Vec<f32> {
    let step = std::f64::consts::TAU / (points as f64 + 1.0);
    (1..=points).map(|i| (0.5 - 0.5 * (step * i as f64).cos()) as f32).collect()
}
