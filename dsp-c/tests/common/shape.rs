//! Closed forms of the bands: the analogue filters, bilinear, without a single line of the engine's code.

use octant_dsp::settings::Slope;
use octant_fft::num_complex::Complex;
use std::f64::consts::PI;

type C = Complex<f64>;

/// Low, high and all-pass response of one crossover. The pair of 12 dB has the polarity low −, high +.
fn crossover(hz: f64, at_hz: f64, slope: Slope, rate_hz: f64) -> [C; 3] {
    let s = C::i() * (PI * hz / rate_hz).tan() / (PI * at_hz / rate_hz).tan();
    let one = C::new(1.0, 0.0);
    let two_pole = |s: C, k: f64| s * s + s * k + one;
    match slope {
        Slope::Db12 => {
            let pole = (one + s) * (one + s);
            [-one / pole, s * s / pole, -(one - s) / (one + s)]
        }
        Slope::Db24 => {
            let k = std::f64::consts::SQRT_2;
            let poles = two_pole(s, k);
            [one / (poles * poles), s.powi(4) / (poles * poles), two_pole(-s, k) / poles]
        }
        Slope::Db48 => {
            let [a, b] = [2.0 * (PI / 8.0).sin(), 2.0 * (3.0 * PI / 8.0).sin()];
            let poles = two_pole(s, a) * two_pole(s, b);
            let zeros = two_pole(-s, a) * two_pole(-s, b);
            [one / (poles * poles), s.powi(8) / (poles * poles), zeros / poles]
        }
    }
}

/// Crossovers that a slot passes on its way down the tree; all others it passes as all-passes.
const PATH: [[usize; 3]; 8] = [[3, 1, 0], [3, 1, 0], [3, 1, 2], [3, 1, 2], [3, 5, 4], [3, 5, 4], [3, 5, 6], [3, 5, 6]];

/// Response of every band at one frequency.
pub fn bands(hz: f64, crossovers_hz: &[f64], slope: Slope, rate_hz: f64) -> Vec<C> {
    let count = crossovers_hz.len();
    let first = 7 - count;
    let responses: Vec<[C; 3]> = crossovers_hz.iter().map(|&at_hz| crossover(hz, at_hz, slope, rate_hz)).collect();
    let polarity = if slope == Slope::Db12 && count % 2 == 1 { -1.0 } else { 1.0 };
    let response = |slot: usize| {
        (first..7).fold(C::new(polarity, 0.0), |product, index| {
            let [low, high, all] = responses[index - first];
            product
                * if !PATH[slot].contains(&index) {
                    all
                } else if slot <= index {
                    low
                } else {
                    high
                }
        })
    };
    (first..8).map(response).collect()
}

/// Response of the dynamic shelves under standing gains: minimum phase, half of each step at its corner.
pub fn shelves(hz: f64, crossovers_hz: &[f64], slope: Slope, gains_db: &[f64], rate_hz: f64) -> C {
    let order = match slope {
        Slope::Db12 => 2,
        Slope::Db24 => 4,
        Slope::Db48 => 8,
    };
    let mut response = C::new(10f64.powf(gains_db[0] / 20.0), 0.0);
    for (at_hz, pair) in crossovers_hz.iter().zip(gains_db.windows(2)) {
        let r = 10f64.powf((pair[1] - pair[0]) / (40.0 * f64::from(order)));
        let s = C::i() * (PI * hz / rate_hz).tan() / (PI * at_hz / rate_hz).tan();
        for q in 0..order / 2 {
            let k = 2.0 * (f64::from(2 * q + 1) * PI / f64::from(2 * order)).sin();
            // Zeros and poles of a Butterworth low-pass on either side of the corner.
            let at = |s: C| s * s + s * k + 1.0;
            response *= at(s * r) / at(s / r);
        }
    }
    response
}

/// Symmetric filters with the magnitudes of the bands: `length` + 1 taps each, by the inverse transform of a grid of
/// 8 · `length` points under Blackman and Harris's window. The highest is what the others leave of a delay.
pub fn symmetric(crossovers_hz: &[f64], slope: Slope, rate_hz: f64, length: usize) -> Vec<Vec<f64>> {
    let (grid, half) = (8 * length, length / 2);
    let hz = |line: usize| (line as f64 / grid as f64).min(0.5 - 1e-9) * rate_hz;
    let magnitudes: Vec<Vec<f64>> = (0..=grid / 2)
        .map(|line| bands(hz(line), crossovers_hz, slope, rate_hz).iter().map(|band| band.norm()).collect())
        .collect();
    let window = |n: usize| {
        let t = 2.0 * PI * n as f64 / length as f64;
        0.35875 - 0.48829 * t.cos() + 0.14128 * (2.0 * t).cos() - 0.01168 * (3.0 * t).cos()
    };
    let mut rest = vec![0.0; length + 1];
    rest[half] = 1.0;
    let mut filters: Vec<Vec<f64>> = (0..crossovers_hz.len())
        .map(|band| {
            let lines: Vec<C> = magnitudes.iter().map(|line| C::new(line[band], 0.0)).collect();
            let time = super::from_spectrum(&lines, grid);
            (0..=length).map(|n| time[n.abs_diff(half)] * window(n)).collect()
        })
        .collect();
    for filter in &filters {
        rest.iter_mut().zip(filter).for_each(|(rest, tap)| *rest -= tap);
    }
    filters.push(rest);
    filters
}
