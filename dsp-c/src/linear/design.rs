//! What the filters of the linear mode are to do, and the filters that do it.

use std::f64::consts::PI;

use octant_fft::num_complex::Complex;

use crate::params::sanitize_crossovers;
use crate::settings::{MAX_CROSSOVERS, Settings, Slope};

/// Lengths of filters at 48 kHz: powers of two in this range.
pub const TAPS: std::ops::RangeInclusive<u32> = 1024..=32_768;
/// Frames between two shares of the work of one partition.
pub const SHARE: usize = 64;
/// Partitions of a filter, unless they would be shorter than a share or too long: more are less late and cost more.
const PARTITIONS: usize = 32;
/// Longest partition, frames: a transform is not divided, and one of 8192 points is all that a block of 64 frames can bear
/// beside the rest. Only rates above 192 kHz come to it.
const LONGEST_PARTITION: usize = 4096;

/// Filters: what they follow from, all of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design {
    sample_rate_hz: f64,
    /// M: taps after the first.
    length: usize,
    slope: Slope,
    bands: usize,
    /// Valid; those not in use are 0.
    crossovers_hz: [f64; MAX_CROSSOVERS],
}

/// M: filters have M + 1 taps and are M/2 frames late.
pub fn filter_length(linear_taps: u32, sample_rate_hz: f64) -> usize {
    let doublings = libm::round(libm::log2(sample_rate_hz / 48_000.0)).max(0.0) as u32;
    (linear_taps as usize) << doublings
}

/// Frames between the starts of two partitions.
fn partition(length: usize) -> usize {
    (length / PARTITIONS).clamp(SHARE, LONGEST_PARTITION)
}

/// Frames by which the bands of the linear mode are late, without look-ahead.
pub fn linear_latency(linear_taps: u32, sample_rate_hz: f64) -> usize {
    latency(filter_length(linear_taps, sample_rate_hz))
}

fn latency(length: usize) -> usize {
    length / 2 + partition_latency(length)
}

/// A partition is collected, worked on during the next one, and is done one share before that ends.
fn partition_latency(length: usize) -> usize {
    2 * partition(length) - SHARE
}

/// Lowest crossover, Hz, whose sides keep within 0.5 dB of the slope down to −12 dB: K·fs/M with K from measurement.
pub fn lowest_exact_crossover_hz(linear_taps: u32, slope: Slope, sample_rate_hz: f64) -> f64 {
    let k = match slope {
        Slope::Db12 => 4.2,
        Slope::Db24 => 7.0,
        Slope::Db48 => 14.4,
    };
    k * sample_rate_hz / filter_length(linear_taps, sample_rate_hz) as f64
}

impl Design {
    /// The filters that settings ask for.
    ///
    /// # Panics
    /// If there are fewer bands than one or more than eight.
    pub fn new(settings: &Settings, sample_rate_hz: f64) -> Self {
        let mut crossovers_hz = settings.crossovers_hz;
        let (used, unused) = crossovers_hz.split_at_mut(settings.bands - 1);
        sanitize_crossovers(used, sample_rate_hz);
        unused.fill(0.0);
        let length = filter_length(settings.linear_taps, sample_rate_hz);
        Self { sample_rate_hz, length, slope: settings.slope, bands: settings.bands, crossovers_hz }
    }

    /// Bands: one more than filters, see [`filters`](Self::filters).
    pub fn bands(&self) -> usize {
        self.bands
    }

    /// M.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Frames between the starts of two partitions.
    pub fn partition(&self) -> usize {
        partition(self.length)
    }

    /// Frames by which the bands are late.
    pub fn latency(&self) -> usize {
        latency(self.length)
    }

    /// Frames of the latency that are not the filters' own, but the convolution's.
    pub fn partition_latency(&self) -> usize {
        partition_latency(self.length)
    }

    /// Frames from the request for filters to their first use. Far longer than it takes to compute them, so that what
    /// is heard does not depend on the machine.
    pub fn lead(&self) -> u64 {
        (self.length / 8).max((0.02 * self.sample_rate_hz) as usize) as u64
    }

    /// Whether these filters can be used in the place of those.
    pub fn fits(&self, other: &Self) -> bool {
        (self.length, self.bands, self.slope) == (other.length, other.bands, other.slope)
    }

    /// M + 1 symmetric taps for every band but the highest, which is what the others leave of a pure delay of M/2.
    /// The targets are the magnitudes of the crossover tree; they are windowed by Blackman-Harris. Allocates.
    pub fn filters(&self) -> Vec<Vec<f64>> {
        let grid = 8 * self.length;
        let targets = self.targets(grid);
        let plan = octant_fft::real_inverse_f64(grid);
        let mut time = plan.make_output_vec();
        let mut scratch = plan.make_scratch_vec();
        let mut spectrum = plan.make_input_vec();
        let mut filters = Vec::with_capacity(targets.len());
        for target in targets {
            for (bin, magnitude) in spectrum.iter_mut().zip(target) {
                *bin = Complex::new(magnitude / grid as f64, 0.0);
            }
            // Lengths and the imaginary parts at both ends are as the plan wants them.
            let done = plan.process_with_scratch(&mut spectrum, &mut time, &mut scratch);
            debug_assert!(done.is_ok());
            let half = self.length / 2;
            let tap = |i: usize| time[i.abs_diff(half)] * window(i, self.length);
            filters.push((0..=self.length).map(tap).collect());
        }
        filters
    }

    /// Magnitudes of all bands but the highest at the frequencies 0 … fs/2 of a grid of so many points.
    fn targets(&self, grid: usize) -> Vec<Vec<f64>> {
        let order = match self.slope {
            Slope::Db12 => 2,
            Slope::Db24 => 4,
            Slope::Db48 => 8,
        };
        let corner = |hz: f64| libm::tan(PI * hz / self.sample_rate_hz);
        let corners: Vec<f64> = self.crossovers_hz[..self.bands - 1].iter().map(|&hz| corner(hz)).collect();
        let points = grid / 2 + 1;
        let mut targets = vec![Vec::with_capacity(points); self.bands - 1];
        let unused = MAX_CROSSOVERS - corners.len();
        for k in 0..points {
            // The tangent of a right angle is too much for what follows.
            let turn = (k as f64 / grid as f64).min(0.5 * (1.0 - 1e-12));
            let t = libm::tan(PI * turn);
            let mut band = [1.0; MAX_CROSSOVERS + 1];
            for (index, corner) in corners.iter().enumerate() {
                let w = (t / corner).powi(order);
                let node = unused + index;
                // Leaves on either side of this node of the tree.
                let reach = [1, 2, 1, 4, 1, 2, 1][node];
                for slot in &mut band[node + 1 - reach..=node] {
                    *slot *= 1.0 / (1.0 + w);
                }
                for slot in &mut band[node + 1..=node + reach] {
                    *slot *= w / (1.0 + w);
                }
            }
            for (target, magnitude) in targets.iter_mut().zip(&band[unused..]) {
                target.push(*magnitude);
            }
        }
        targets
    }
}

/// Blackman-Harris over M + 1 taps.
fn window(i: usize, length: usize) -> f64 {
    let t = 2.0 * PI * i as f64 / length as f64;
    0.35875 - 0.48829 * libm::cos(t) + 0.14128 * libm::cos(2.0 * t) - 0.01168 * libm::cos(3.0 * t)
}
