//! Where to cut: in the gaps of the long-term spectrum, far enough from each other.

use super::spectrum::{POINTS_PER_OCTAVE, hz};

/// Nothing softer than this below the loudest point is worth a band of its own, dB.
const CONTENT_DB: f64 = 60.0;
/// Least width of a band, points: half an octave.
const NARROWEST: usize = POINTS_PER_OCTAVE / 2;
/// The trend of the spectrum is its mean over so many points to either side: gaps are gaps compared with it.
const TREND: usize = POINTS_PER_OCTAVE;
/// A minimum is lower than every point within so many to either side: a sixth of an octave.
const MINIMUM: usize = POINTS_PER_OCTAVE / 6;
/// A gap deeper than this counts no more, dB.
const DEEPEST_DB: f64 = 12.0;
/// What a place that is no minimum loses, dB.
const NO_MINIMUM_DB: f64 = 6.0;
/// What a band twice or half as wide as the others loses, dB.
const UNEVEN_DB: f64 = 3.0;

/// So many crossovers, ascending, Hz with three digits. `levels_db` is the spectrum by the points of [`hz`];
/// `highest_hz` is the highest frequency that a crossover may have.
///
/// The best places overall, by dynamic programming: every crossover earns the depth of its gap, every band that is
/// wider or narrower than the mean costs.
pub fn place(levels_db: &[f64], count: usize, highest_hz: f64) -> Vec<f64> {
    let (begin, end) = range(levels_db, count, highest_hz);
    let worth = worth(levels_db, begin, end);
    let even = (end - begin) as f64 / (count + 1) as f64;
    let width_cost = |width: usize| UNEVEN_DB * (width as f64 / even).log2().powi(2);
    // best[k][i]: the most that k + 1 crossovers can earn if the last one is at point i, and where the one before is.
    let mut best: Vec<Vec<Option<(f64, usize)>>> = Vec::with_capacity(count);
    for k in 0..count {
        let row = (0..=end).map(|at| {
            if at < begin + (k + 1) * NARROWEST || at + (count - k) * NARROWEST > end {
                return None;
            }
            if k == 0 {
                return Some((worth[at] - width_cost(at - begin), begin));
            }
            let before = (begin..=at - NARROWEST).filter_map(|from| {
                let (earned, _) = best[k - 1][from]?;
                Some((earned + worth[at] - width_cost(at - from), from))
            });
            before.max_by(|a, b| a.0.total_cmp(&b.0))
        });
        best.push(row.collect());
    }
    let Some(last) = best.last() else { return Vec::new() };
    let earned = |at: usize| last[at].map(|(earned, _)| earned - width_cost(end - at));
    let mut at = (begin..=end)
        .filter_map(|at| Some((at, earned(at)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(begin, |(at, _)| at);
    let mut found = Vec::with_capacity(count);
    for row in best.iter().rev() {
        found.push(three_digits(hz(at)));
        at = row[at].map_or(begin, |(_, from)| from);
    }
    found.reverse();
    found
}

/// The points between which there is something to split, wide enough for all bands.
fn range(levels_db: &[f64], count: usize, highest_hz: f64) -> (usize, usize) {
    // Where crossovers may be at all.
    let top = (0..levels_db.len()).rev().find(|&point| hz(point) <= highest_hz).unwrap_or(0);
    let loudest = levels_db[..=top].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let heard = |point: &usize| levels_db[*point] >= loudest - CONTENT_DB;
    let mut begin = (0..=top).find(heard).unwrap_or(0);
    let mut end = (0..=top).rev().find(heard).unwrap_or(top);
    let needed = ((count + 1) * NARROWEST).min(top);
    while end - begin < needed {
        begin = begin.saturating_sub(1);
        end = (end + 1).min(top);
    }
    (begin, end)
}

/// What a crossover at each point is worth: the depth of the gap.
fn worth(levels_db: &[f64], begin: usize, end: usize) -> Vec<f64> {
    (0..=end)
        .map(|at| {
            let around = &levels_db[at.saturating_sub(TREND).max(begin.min(at))..=(at + TREND).min(end)];
            let trend = around.iter().sum::<f64>() / around.len() as f64;
            let near = &levels_db[at.saturating_sub(MINIMUM)..=(at + MINIMUM).min(levels_db.len() - 1)];
            let is_minimum = near.iter().all(|&db| db >= levels_db[at]) && near.iter().any(|&db| db > levels_db[at]);
            let depth = (trend - levels_db[at]).min(DEEPEST_DB);
            if is_minimum { depth } else { depth - NO_MINIMUM_DB }
        })
        .collect()
}

/// As people write frequencies.
fn three_digits(hz: f64) -> f64 {
    let step = 10.0_f64.powi(hz.log10().floor() as i32 - 2);
    ((hz / step).round() * step * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pink_with_gaps(gaps_hz: &[f64]) -> Vec<f64> {
        let gap =
            |point: usize| gaps_hz.iter().map(|gap| ((hz(point) / gap).log2() / 0.25).powi(2)).fold(9.0, f64::min);
        (0..240).map(|point| -30.0 - 9.0 * (-gap(point)).exp()).collect()
    }

    #[test]
    fn cuts_are_made_in_the_gaps() {
        let found = place(&pink_with_gaps(&[150.0, 900.0, 5200.0]), 3, 20_000.0);
        for (found, gap) in found.iter().zip([150.0, 900.0, 5200.0]) {
            assert!((found / gap).log2().abs() < 1.0 / 12.0, "{found} Hz for the gap at {gap} Hz");
        }
        // A tilted spectrum has its gaps at the same places.
        let tilted: Vec<f64> =
            pink_with_gaps(&[250.0, 2500.0]).iter().enumerate().map(|(i, db)| db - 4.0 * i as f64 / 24.0).collect();
        for (found, gap) in place(&tilted, 2, 20_000.0).iter().zip([250.0, 2500.0]) {
            assert!((found / gap).log2().abs() < 1.0 / 6.0, "{found} Hz for the gap at {gap} Hz");
        }
    }

    #[test]
    fn every_number_of_bands_fits_every_spectrum() {
        let flat = vec![-20.0; 240];
        let tone: Vec<f64> = (0..240).map(|point| if point == 120 { -3.0 } else { -150.0 }).collect();
        let low: Vec<f64> = (0..240).map(|point| if point < 30 { -3.0 } else { -150.0 }).collect();
        for spectrum in [&flat, &tone, &low, &vec![-150.0; 240]] {
            for highest_hz in [20_000.0, 3600.0] {
                for count in 0..8 {
                    let found = place(spectrum, count, highest_hz);
                    assert_eq!(found.len(), count);
                    assert!(found.windows(2).all(|pair| pair[1] >= pair[0] * 1.4), "{found:?}");
                    assert!(found.iter().all(|hz| (20.0..=highest_hz).contains(hz)), "{found:?}");
                }
            }
        }
    }

    #[test]
    fn without_gaps_bands_are_equally_wide() {
        let found = place(&[-20.0; 240], 3, 20_000.0);
        let octaves: Vec<f64> = found.windows(2).map(|pair| (pair[1] / pair[0]).log2()).collect();
        assert!((octaves[0] - octaves[1]).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn frequencies_have_three_digits() {
        assert_eq!([1234.6, 98.76, 31.25, 12_345.0].map(three_digits), [1230.0, 98.8, 31.3, 12_300.0]);
    }
}
