//! `convolve.c` once more.

use octant_fft::num_complex::Complex;

use super::{fma, fnma};
use crate::layout::{Bins, Line, SLOTS, Sums, Taps, WIDE_LANE};

/// Bins of lane `j` of a chunk of a spectrum of so many points: going up, going down.
fn bins_of(chunk: usize, j: usize, points: usize) -> (usize, usize) {
    let up = 8 * chunk + j;
    (up, if up == 0 { points / 2 } else { points - up })
}

pub(crate) fn fold(spectrum: &[Complex<f32>], bins: &mut [Bins], stride: usize) {
    for chunk in 0..spectrum.len() / 16 {
        let bins = &mut bins[chunk * stride];
        for j in 0..8 {
            let (up, down) = bins_of(chunk, j, spectrum.len());
            (bins.up_re[j], bins.up_im[j]) = (spectrum[up].re, spectrum[up].im);
            (bins.down_re[j], bins.down_im[j]) = (spectrum[down].re, spectrum[down].im);
        }
    }
}

pub(crate) fn unfold(bins: &[Bins], stride: usize, spectrum: &mut [Complex<f32>]) {
    for chunk in 0..spectrum.len() / 16 {
        let bins = &bins[chunk * stride];
        for j in 0..8 {
            let (up, down) = bins_of(chunk, j, spectrum.len());
            spectrum[up] = Complex::new(bins.up_re[j], bins.up_im[j]);
            spectrum[down] = Complex::new(bins.down_re[j], bins.down_im[j]);
        }
    }
}

fn add_blocks(early: &Bins, late: &Bins, sums: &mut Sums) {
    for j in 0..8 {
        let sign = if j % 2 == 0 { 1.0 } else { -1.0 };
        let Sums { real, imaginary } = sums;
        real.up_re[j] = fma(sign, late.up_re[j], early.up_re[j]);
        real.up_im[j] = fma(sign, late.up_im[j], early.up_im[j]);
        real.down_re[j] = fma(sign, late.down_re[j], early.down_re[j]);
        real.down_im[j] = fma(sign, late.down_im[j], early.down_im[j]);
        imaginary.up_im[j] = fnma(sign, late.up_re[j], early.up_re[j]);
        imaginary.up_re[j] = fma(sign, late.up_im[j], -early.up_im[j]);
        imaginary.down_im[j] = fma(sign, late.down_re[j], -early.down_re[j]);
        imaginary.down_re[j] = fnma(sign, late.down_im[j], early.down_im[j]);
    }
}

pub(crate) fn convolve(
    first: bool,
    history: &[Bins],
    newest: usize,
    sums: &mut [Sums],
    taps: &[Taps],
    results: &mut [Bins],
) {
    let (pairs, mask) = (sums.len(), history.len() - 1);
    for (p, sums) in sums.iter_mut().enumerate() {
        add_blocks(&history[newest.wrapping_sub(p) & mask], &history[(newest + 1 + p) & mask], sums);
        if first {
            let Sums { real, imaginary } = sums;
            (imaginary.up_re[0], imaginary.up_im[0]) = (0.0, 0.0);
            (imaginary.down_re[0], imaginary.down_im[0]) = (real.down_re[0], real.down_im[0]);
            (real.down_re[0], real.down_im[0]) = (0.0, 0.0);
        }
    }
    for (taps, result) in taps.chunks_exact(pairs).zip(results) {
        for j in 0..8 {
            let sum = |of: fn(&Bins) -> &[f32; 8]| {
                let (mut real, mut imaginary) = (0.0, 0.0);
                for (taps, sums) in taps.iter().zip(sums.iter()) {
                    real = fma(taps.real[j], of(&sums.real)[j], real);
                    imaginary = fma(taps.imaginary[j], of(&sums.imaginary)[j], imaginary);
                }
                real + imaginary
            };
            result.up_re[j] = sum(|bins| &bins.up_re);
            result.up_im[j] = sum(|bins| &bins.up_im);
            result.down_re[j] = sum(|bins| &bins.down_re);
            result.down_im[j] = sum(|bins| &bins.down_im);
        }
    }
}

pub(crate) fn gather(
    pairs: &[Complex<f32>],
    stride: usize,
    rows: usize,
    rest: &mut [Complex<f32>],
    lines: &mut [Line],
) {
    for (n, (rest, line)) in rest.iter_mut().zip(lines).enumerate() {
        *line = Line::ZERO;
        for row in 0..rows {
            let pair = pairs[row * stride + n];
            let lane = WIDE_LANE[SLOTS - 1 - rows + row];
            (line.lane[lane], line.lane[lane + 1]) = (pair.re, pair.im);
            *rest -= pair;
        }
        let lane = WIDE_LANE[SLOTS - 1];
        (line.lane[lane], line.lane[lane + 1]) = (rest.re, rest.im);
    }
}
