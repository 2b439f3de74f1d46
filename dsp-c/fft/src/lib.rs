//! Plans of fast Fourier transforms: every one that Octant needs, made by `rustfft` and `realfft`.
//!
//! Their planners are generic, so whoever names one compiles all that is behind it: four fifths of what compiling
//! `octant-dsp` took, and again in every crate that looks at a spectrum. Here it is done once. Making a plan allocates;
//! using one is real-time safe where the caller brings the scratch.

use std::sync::Arc;

pub use realfft::{ComplexToReal, RealToComplex};
pub use rustfft::{Fft, num_complex};

/// Complex to complex, forward and back.
pub fn complex(points: usize) -> [Arc<dyn Fft<f32>>; 2] {
    let mut planner = rustfft::FftPlanner::new();
    [planner.plan_fft_forward(points), planner.plan_fft_inverse(points)]
}

/// Real samples to the first half of their spectrum.
pub fn real(points: usize) -> Arc<dyn RealToComplex<f32>> {
    realfft::RealFftPlanner::new().plan_fft_forward(points)
}

/// The same in double precision.
pub fn real_f64(points: usize) -> Arc<dyn RealToComplex<f64>> {
    realfft::RealFftPlanner::new().plan_fft_forward(points)
}

/// From half a spectrum back to real samples, times their number, in double precision.
pub fn real_inverse_f64(points: usize) -> Arc<dyn ComplexToReal<f64>> {
    realfft::RealFftPlanner::new().plan_fft_inverse(points)
}
