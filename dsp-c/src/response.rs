//! What the crossovers do to each frequency: the bands, and their sum under given weights. For pictures.
//!
//! Closed forms of what the kernels compute sample by sample. Not real-time safe: [`Response::new`] allocates.

use crate::params::sanitize_crossovers;
use crate::settings::{MAX_BANDS, MAX_CROSSOVERS, Mode, Settings, Slope};
use octant_fft::num_complex::Complex64;
use std::f64::consts::{PI, SQRT_2};

/// Root of the split tree's crossovers, counted from 0; the leaf `s` passes `[3, 1 or 5, 2·(s/2)]`.
const ROOT: usize = 3;

/// The bands at a list of frequencies.
#[derive(Clone, Debug)]
pub struct Response {
    mode: Mode,
    order: usize,
    bands: usize,
    /// Frequencies relative to each crossover, as the bilinear transform bends them: `[frequency][crossover]`.
    bent: Vec<[f64; MAX_CROSSOVERS]>,
    /// Transfer of each band, up to the delay that all share.
    transfer: Vec<[Complex64; MAX_BANDS]>,
}

impl Response {
    /// The response at frequencies in Hz, each below half the sample rate.
    pub fn new(settings: &Settings, sample_rate_hz: f64, frequencies_hz: &[f64]) -> Self {
        let bands = settings.bands.clamp(1, MAX_BANDS);
        let mut crossovers_hz = settings.crossovers_hz;
        sanitize_crossovers(&mut crossovers_hz[..bands - 1], sample_rate_hz);
        let bend = |hz: f64| (PI * (hz / sample_rate_hz).min(0.4999)).tan();
        let bent = |hz: &f64| {
            let mut ratios = [0.0; MAX_CROSSOVERS];
            for (ratio, crossover_hz) in ratios.iter_mut().zip(&crossovers_hz[..bands - 1]) {
                *ratio = bend(*hz) / bend(*crossover_hz);
            }
            ratios
        };
        let bent: Vec<_> = frequencies_hz.iter().map(bent).collect();
        let transfer = bent.iter().map(|ratios| leaves(settings.mode, settings.slope, &ratios[..bands - 1])).collect();
        let order = match settings.slope {
            Slope::Db12 => 2,
            Slope::Db24 => 4,
            Slope::Db48 => 8,
        };
        Self { mode: settings.mode, order, bands, bent, transfer }
    }

    /// How many frequencies there are.
    pub fn len(&self) -> usize {
        self.bent.len()
    }

    /// Whether there is no frequency.
    pub fn is_empty(&self) -> bool {
        self.bent.is_empty()
    }

    /// Linear magnitude of one band at a frequency of the list. In the transparent mode: what the band's detector reads.
    pub fn band(&self, frequency: usize, band: usize) -> f64 {
        self.transfer[frequency][band].norm()
    }

    /// Linear magnitude of everything at a frequency of the list, with a linear weight per band (1 changes nothing).
    pub fn sum(&self, frequency: usize, weights: &[f64; MAX_BANDS]) -> f64 {
        if self.mode == Mode::Transparent {
            return self.shelves(frequency, weights);
        }
        let bands = self.transfer[frequency].iter().zip(weights).take(self.bands);
        bands.map(|(transfer, weight)| transfer * *weight).sum::<Complex64>().norm()
    }

    /// The first band's gain, then one shelf per crossover.
    fn shelves(&self, frequency: usize, weights: &[f64; MAX_BANDS]) -> f64 {
        let gain_db = |band: usize| 20.0 * weights[band].max(10f64.powf(-96.0 / 20.0)).log10();
        let mut magnitude = 10f64.powf(gain_db(0) / 20.0);
        for crossover in 0..self.bands - 1 {
            let step_db = gain_db(crossover + 1) - gain_db(crossover);
            let r = 10f64.powf(step_db / (40.0 * self.order as f64));
            let (m, h) = (r * r, r * r * r * r);
            let s = Complex64::new(0.0, self.bent[frequency][crossover] / r);
            for q in 0..self.order / 2 {
                let k = 2.0 * ((2 * q + 1) as f64 * PI / (2 * self.order) as f64).sin();
                let below = (1.0 + k * s + s * s).inv();
                magnitude *= (h + (1.0 - h) * below + k * (m - h) * s * below).norm();
            }
        }
        magnitude
    }
}

/// Low branch and all-pass of one crossover; the high branch is the difference.
fn split(mode: Mode, slope: Slope, ratio: f64) -> [Complex64; 2] {
    let s = Complex64::new(0.0, ratio);
    let pair = |k: f64| (1.0 + k * s + s * s).inv();
    let all_pass = |k: f64| (1.0 - k * s + s * s) * pair(k);
    if mode == Mode::Linear {
        let order = match slope {
            Slope::Db12 => 2,
            Slope::Db24 => 4,
            Slope::Db48 => 8,
        };
        return [Complex64::from(1.0 / (1.0 + ratio.powi(order))), Complex64::from(1.0)];
    }
    match slope {
        // The low branch is inverted, so that low and high sum to the all-pass.
        Slope::Db12 => [-(1.0 + s).inv().powi(2), (s - 1.0) / (s + 1.0)],
        Slope::Db24 => [pair(SQRT_2).powi(2), all_pass(SQRT_2)],
        Slope::Db48 => {
            let [a, b] = [2.0 * (PI / 8.0).sin(), 2.0 * (3.0 * PI / 8.0).sin()];
            [(pair(a) * pair(b)).powi(2), all_pass(a) * all_pass(b)]
        }
    }
}

/// Every band at one frequency: low or high on its way through the tree, all-passes for the crossovers beside it.
fn leaves(mode: Mode, slope: Slope, ratios: &[f64]) -> [Complex64; MAX_BANDS] {
    let bands = ratios.len() + 1;
    let unused = MAX_BANDS - bands;
    // Crossovers not in use pass everything upwards.
    let mut splits = [[Complex64::from(0.0), Complex64::from(1.0)]; MAX_CROSSOVERS];
    for (split_at, ratio) in splits[unused..].iter_mut().zip(ratios) {
        *split_at = split(mode, slope, *ratio);
    }
    let mut transfer = [Complex64::from(0.0); MAX_BANDS];
    for (band, product) in transfer.iter_mut().enumerate().take(bands) {
        let slot = unused + band;
        let way = [ROOT, if slot < 4 { 1 } else { 5 }, 2 * (slot / 2)];
        *product = Complex64::from(1.0);
        for (crossover, [low, all_pass]) in splits.iter().enumerate() {
            *product *= if !way.contains(&crossover) {
                *all_pass
            } else if slot <= crossover {
                *low
            } else {
                all_pass - low
            };
        }
    }
    transfer
}
