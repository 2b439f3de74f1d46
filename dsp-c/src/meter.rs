//! Meters: what the audio thread tells, and anybody may read at any time.

use std::sync::atomic::Ordering::Relaxed;

use atomic_float::AtomicF32;
use crossbeam_utils::CachePadded;

use crate::settings::MAX_BANDS;

/// Level of a band that has not been heard.
pub const SILENCE_DB: f32 = -144.0;

/// One band's meter. Every number stands alone, so all orderings are `Relaxed`.
#[derive(Debug)]
pub struct BandMeter {
    level_db: AtomicF32,
    lowest_db: AtomicF32,
    highest_db: AtomicF32,
}

impl Default for BandMeter {
    fn default() -> Self {
        Self {
            level_db: AtomicF32::new(SILENCE_DB),
            lowest_db: AtomicF32::new(f32::INFINITY),
            highest_db: AtomicF32::new(f32::NEG_INFINITY),
        }
    }
}

/// What a band did since its meter was last read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Highest detector level, dB.
    pub level_db: f32,
    /// Lowest dynamic gain, dB: the deepest reduction.
    pub lowest_db: f32,
    /// Highest dynamic gain, dB.
    pub highest_db: f32,
}

impl BandMeter {
    /// Adds what a block did. One writer; a reading at the same moment may lose this block. Real-time safe.
    pub fn add(&self, block: Reading) {
        if block.level_db > self.level_db.load(Relaxed) {
            self.level_db.store(block.level_db, Relaxed);
        }
        if block.lowest_db < self.lowest_db.load(Relaxed) {
            self.lowest_db.store(block.lowest_db, Relaxed);
        }
        if block.highest_db > self.highest_db.load(Relaxed) {
            self.highest_db.store(block.highest_db, Relaxed);
        }
    }

    /// Reads and clears. None if no block has passed since.
    pub fn take(&self) -> Option<Reading> {
        let reading = Reading {
            level_db: self.level_db.swap(SILENCE_DB, Relaxed),
            lowest_db: self.lowest_db.swap(f32::INFINITY, Relaxed),
            highest_db: self.highest_db.swap(f32::NEG_INFINITY, Relaxed),
        };
        (reading.lowest_db <= reading.highest_db).then_some(reading)
    }
}

/// The meters of all bands, lowest first, each on cache lines of its own: a reader of one never slows the writer of
/// another.
pub type Meters = [CachePadded<BandMeter>; MAX_BANDS];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_keeps_extremes_until_it_is_read() {
        let meter = BandMeter::default();
        assert_eq!(meter.take(), None);
        meter.add(Reading { level_db: -20.0, lowest_db: -3.0, highest_db: -1.0 });
        meter.add(Reading { level_db: -30.0, lowest_db: -2.0, highest_db: 0.5 });
        assert_eq!(meter.take(), Some(Reading { level_db: -20.0, lowest_db: -3.0, highest_db: 0.5 }));
        assert_eq!(meter.take(), None);
    }

    #[test]
    fn no_two_meters_share_a_cache_line() {
        let meters = Meters::default();
        let address = |band: usize| &raw const *meters[band] as usize;
        assert!((1..MAX_BANDS).all(|band| address(band) - address(band - 1) >= 64));
    }
}
