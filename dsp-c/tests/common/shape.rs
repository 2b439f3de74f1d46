//! Closed forms of the bands: the analogue filters, bilinear, without a single line of the engine's code.

use octant_dsp::settings::Slope;
use realfft::num_complex::Complex;
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
