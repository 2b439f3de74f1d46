//! How loud a band is, how often: a histogram of what its detector will read.

use super::listen::Listener;
use super::overshoot::Overshoots;

/// Level of the lowest bin's lower edge, dB.
pub const LOWEST_DB: f64 = -120.0;
/// Width of a bin, dB.
pub const STEP_DB: f64 = 0.25;
const BINS: usize = 560;
/// Levels are noted so many times a second.
pub const PER_SECOND: f64 = 1000.0;
/// What is softer counts as silence, dB.
const SILENCE_DB: f64 = -90.0;
/// What is so much softer than the loud parts is a pause, dB.
const PAUSE_DB: f64 = 40.0;

/// Counts of levels.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    counts: Vec<u64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BINS] }
    }
}

impl Histogram {
    fn bin(db: f64) -> usize {
        // Casts saturate: what lies outside counts in the outermost bins.
        (((db - LOWEST_DB) / STEP_DB) as usize).min(BINS - 1)
    }

    /// Counts one level.
    pub fn add(&mut self, db: f64) {
        self.counts[Self::bin(db)] += 1;
    }

    /// How many levels were counted.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Counts by bin, the softest first.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Middle of each bin in dB, and its count.
    pub fn iter(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        self.counts.iter().enumerate().map(|(bin, &count)| (LOWEST_DB + (bin as f64 + 0.5) * STEP_DB, count))
    }

    /// The level below which so much of the time lies; `None` if nothing was counted.
    pub fn percentile(&self, share: f64) -> Option<f64> {
        let wanted = self.total() as f64 * share;
        let mut below = 0.0;
        for (middle_db, count) in self.iter() {
            let count = count as f64;
            if count > 0.0 && below + count >= wanted {
                return Some(middle_db + STEP_DB * ((wanted - below) / count - 0.5));
            }
            below += count;
        }
        None
    }

    /// The parts that are programme: without silence, and without pauses between loud parts.
    pub fn active(&self) -> Self {
        let from = |db: f64| {
            let mut part = Self::default();
            part.counts[Self::bin(db)..].copy_from_slice(&self.counts[Self::bin(db)..]);
            part
        };
        let sound = from(SILENCE_DB);
        sound.percentile(0.95).map_or_else(Self::default, |loud_db| from(SILENCE_DB.max(loud_db - PAUSE_DB)))
    }
}

/// Measures one band as the rms detector of the processor does, channels fully linked: the louder one counts.
#[derive(Clone, Debug)]
pub struct BandMeter {
    rms_ms: f64,
    /// Part of the way to the new power that a frame goes.
    kappa: f64,
    mean_squares: [f64; 2],
    /// Frames between two levels, and frames until the next one.
    hop: usize,
    until: usize,
    /// What was heard.
    pub heard: Heard,
}

/// What was heard of a band.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The levels.
    pub levels: Histogram,
    /// How far they lay above thresholds.
    pub over: Overshoots,
    /// The loudest sample.
    pub peak: f32,
}

impl Heard {
    /// Nothing yet.
    pub fn new(over: Overshoots) -> Self {
        Self { levels: Histogram::default(), over, peak: 0.0 }
    }

    /// Takes the next level; one comes every millisecond.
    pub fn note(&mut self, db: f64) {
        self.levels.add(db);
        self.over.note(db);
    }
}

impl BandMeter {
    /// Averages over `rms_ms`.
    pub fn new(rms_ms: f64, over: Overshoots) -> Self {
        Self { rms_ms, kappa: 0.0, mean_squares: [0.0; 2], hop: 1, until: 1, heard: Heard::new(over) }
    }

    /// Begins the next file.
    pub fn begin(&mut self, sample_rate_hz: f64) {
        self.kappa = -(-1000.0 / (self.rms_ms * sample_rate_hz)).exp_m1();
        self.mean_squares = [0.0; 2];
        self.hop = (sample_rate_hz / PER_SECOND).round().max(1.0) as usize;
        self.until = self.hop;
        self.heard.over.begin();
    }

    fn note(&mut self) {
        // A sine reads its peak.
        let power = 2.0 * self.mean_squares[0].max(self.mean_squares[1]);
        self.heard.note(10.0 * power.max(1e-30).log10());
    }
}

impl Listener for BandMeter {
    fn listen(&mut self, [left, right]: [&[f32]; 2]) {
        let frames = left.len().min(right.len());
        let mut at = 0;
        while at < frames {
            let end = frames.min(at + self.until);
            let ([mut first, mut second], mut peak, kappa) = (self.mean_squares, self.heard.peak, self.kappa);
            for (&l, &r) in left[at..end].iter().zip(&right[at..end]) {
                let (l64, r64) = (f64::from(l), f64::from(r));
                first += kappa * (l64 * l64 - first);
                second += kappa * (r64 * r64 - second);
                peak = peak.max(l.abs()).max(r.abs());
            }
            (self.mean_squares, self.heard.peak) = ([first, second], peak);
            self.until -= end - at;
            at = end;
            if self.until == 0 {
                self.note();
                self.until = self.hop;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_reads_its_peak_however_blocks_fall() {
        let tone: Vec<f32> = (0..96_000).map(|n| 0.1 * (n as f32 * 0.13).sin()).collect();
        let meter = |block: usize| {
            let mut meter = BandMeter::new(10.0, Overshoots::new(6.0, 10.0, 100.0));
            meter.begin(48_000.0);
            for part in tone.chunks(block) {
                meter.listen([part, part]);
            }
            meter
        };
        let whole = meter(96_000).heard;
        let median = whole.levels.percentile(0.5).unwrap_or_default();
        assert!((median + 20.0).abs() < 0.2, "{median} dB");
        assert_eq!(whole.levels.total(), 2000);
        let pieces = meter(17).heard;
        assert_eq!((pieces.levels, pieces.peak), (whole.levels, whole.peak));
        assert_eq!(pieces.over.sum_db(-30.0), whole.over.sum_db(-30.0));
    }

    #[test]
    fn silence_and_pauses_do_not_count() {
        let mut levels = Histogram::default();
        for (db, count) in [(-144.0, 5000), (-80.0, 400), (-30.0, 500), (-20.0, 500)] {
            (0..count).for_each(|_| levels.add(db));
        }
        let active = levels.active();
        assert_eq!(active.total(), 1000, "-80 dB is more than 40 dB below the loud parts");
        assert!(active.percentile(0.25).is_some_and(|db| (db + 30.0).abs() <= STEP_DB));
        assert!(active.percentile(0.75).is_some_and(|db| (db + 20.0).abs() <= STEP_DB));
        assert_eq!(Histogram::default().active().percentile(0.5), None);
    }
}
