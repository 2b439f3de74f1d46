//! How far a band's levels lie above a threshold, as the processor's ballistics hold it: for every threshold at once, since
//! which one it will be shows only when all levels are known.
//!
//! The ratio need not be known either: a compressor takes away the same part of every overshoot, and ballistics of a part are
//! that part of the ballistics.

use super::levels::PER_SECOND;

/// Thresholds, dB.
const LOWEST_DB: f64 = -80.0;
const STEP_DB: f64 = 1.0;
const THRESHOLDS: usize = 81;

/// A level's height above a threshold with a knee, dB.
pub fn hinge_db(over_db: f64, knee_db: f64) -> f64 {
    if over_db <= -knee_db / 2.0 {
        0.0
    } else if over_db >= knee_db / 2.0 {
        over_db
    } else {
        (over_db + knee_db / 2.0).powi(2) / (2.0 * knee_db)
    }
}

/// The overshoots of one band.
#[derive(Clone, Debug)]
pub struct Overshoots {
    knee_db: f64,
    /// Parts of the way that a level goes.
    attack: f64,
    release: f64,
    /// Per threshold: what the release holds, what the attack has reached, and its sum.
    released: [f64; THRESHOLDS],
    reached: [f64; THRESHOLDS],
    sums: [f64; THRESHOLDS],
}

impl Overshoots {
    /// For a processor with these times.
    pub fn new(knee_db: f64, attack_ms: f64, release_ms: f64) -> Self {
        let part = |ms: f64| -(-1000.0 / (ms * PER_SECOND)).exp_m1();
        let [released, reached, sums] = [[0.0; THRESHOLDS]; 3];
        Self { knee_db, attack: part(attack_ms), release: part(release_ms), released, reached, sums }
    }

    /// Begins the next file: what the last one left does not count.
    pub fn begin(&mut self) {
        self.released = [0.0; THRESHOLDS];
        self.reached = [0.0; THRESHOLDS];
    }

    /// Takes the next level; one comes every millisecond.
    pub fn note(&mut self, level_db: f64) {
        let mut over_db = level_db - LOWEST_DB;
        for ((released, reached), sum) in self.released.iter_mut().zip(&mut self.reached).zip(&mut self.sums) {
            let over = hinge_db(over_db, self.knee_db);
            *released = over.max(*released + self.release * (over - *released));
            *reached += self.attack * (*released - *reached);
            *sum += *reached;
            over_db -= STEP_DB;
        }
    }

    /// The sum of all overshoots over a threshold, dB.
    pub fn sum_db(&self, threshold_db: f64) -> f64 {
        let place = ((threshold_db - LOWEST_DB) / STEP_DB).clamp(0.0, (THRESHOLDS - 1) as f64);
        let below = (place as usize).min(THRESHOLDS - 2);
        let part = place - below as f64;
        (1.0 - part) * self.sums[below] + part * self.sums[below + 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasts_counts_as_it_is_and_what_ends_is_held() {
        let mut over = Overshoots::new(6.0, 5.0, 100.0);
        (0..2000).for_each(|_| over.note(-20.0));
        assert!((over.sum_db(-30.0) / 2000.0 - 10.0).abs() < 0.1, "{}", over.sum_db(-30.0));
        assert!((over.sum_db(-29.5) / 2000.0 - 9.5).abs() < 0.1, "between two thresholds");
        assert_eq!(over.sum_db(-10.0), 0.0);
        // A release of 100 ms leaves as much as 100 ms more of it.
        let before = over.sum_db(-30.0);
        (0..2000).for_each(|_| over.note(-70.0));
        assert!((over.sum_db(-30.0) - before - 10.0 * 105.0).abs() < 15.0, "{}", over.sum_db(-30.0) - before);
    }
}
