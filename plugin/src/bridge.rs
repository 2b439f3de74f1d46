//! Parameters on their way to the audio thread: written one by one by anyone, read whole or not at all.
//!
//! Writers bracket what belongs together; the reader keeps what it has while a bracket is open. Nobody waits.

use crate::epoch::Epoch;
use atomic_float::AtomicF64;
use octant_dsp::{Settings, params};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// Plain values of all parameters, in the order of [`params::all`], and what makes them readable as a whole.
#[derive(Debug)]
pub struct Bridge {
    /// Its brackets publish `plain`.
    epoch: Epoch,
    /// Whether a state that is being loaded into this instance holds a bracket open. Relaxed: only the loading thread
    /// looks at it.
    loading: AtomicBool,
    /// Relaxed, all of them: the epoch orders them.
    plain: Box<[AtomicF64]>,
}

impl Default for Bridge {
    fn default() -> Self {
        let plain = params::all().map(|row| AtomicF64::new(row.param.default())).collect();
        Self { epoch: Epoch::new(), loading: AtomicBool::new(false), plain }
    }
}

impl Bridge {
    /// How many parameters there are.
    pub fn rows(&self) -> usize {
        self.plain.len()
    }

    /// Writes one value, a whole of its own. Real-time safe.
    pub fn write(&self, row: usize, plain: f64) {
        self.epoch.open();
        self.plain[row].store(plain, Relaxed);
        self.epoch.close();
    }

    /// Writes all values; the audio thread gets all of them in the same block. Real-time safe.
    pub fn write_whole(&self, settings: &Settings) {
        self.epoch.open();
        for (cell, row) in self.plain.iter().zip(params::all()) {
            cell.store(row.get(settings), Relaxed);
        }
        self.epoch.close();
    }

    /// Holds everything back that is written from now on until [`release`](Self::release). Real-time safe.
    pub fn hold(&self) {
        if !self.loading.swap(true, Relaxed) {
            self.epoch.open();
        }
    }

    /// Ends what [`hold`](Self::hold) began, if it did. Real-time safe.
    pub fn release(&self) {
        if self.loading.swap(false, Relaxed) {
            self.epoch.close();
        }
    }

    /// Copies all values if something was written since epoch `seen` and no bracket is open; gives the new epoch.
    /// After `None` the contents of `into` mean nothing. Real-time safe, and never waits.
    pub fn read(&self, seen: u64, into: &mut [f64]) -> Option<u64> {
        let epoch = self.epoch.changed_since(seen)?;
        for (copy, cell) in into.iter_mut().zip(&self.plain) {
            *copy = cell.load(Relaxed);
        }
        self.epoch.still(epoch).then_some(epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn what_is_held_back_arrives_whole() {
        let bridge = Bridge::default();
        let mut copy = vec![0.0; bridge.rows()];
        let first = bridge.read(0, &mut copy).expect("defaults are there");
        assert_eq!(bridge.read(first, &mut copy), None, "nothing new");
        bridge.hold();
        bridge.write(3, 1.0);
        bridge.hold();
        bridge.write(4, 2.0);
        assert_eq!(bridge.read(first, &mut copy), None, "still open");
        bridge.release();
        bridge.release();
        let second = bridge.read(first, &mut copy).expect("all of it");
        assert_eq!((copy[3], copy[4]), (1.0, 2.0));
        assert_eq!(bridge.read(second, &mut copy), None);
    }

    #[test]
    fn a_whole_is_never_torn() {
        let bridge = Arc::new(Bridge::default());
        let rows = bridge.rows();
        let settings = |gain: f64| {
            let mut settings = Settings::default();
            for row in params::all() {
                let place = gain * (row.param.max() - row.param.min()) + row.param.min();
                row.set_clamped(&mut settings, place);
            }
            settings
        };
        let (low, high) = (settings(0.0), settings(1.0));
        let plain = |settings: &Settings| params::all().map(|row| row.get(settings)).collect::<Vec<_>>();
        let (plain_low, plain_high) = (plain(&low), plain(&high));
        bridge.write_whole(&low);
        std::thread::scope(|threads| {
            let writer = threads.spawn(|| {
                for _ in 0..2000 {
                    bridge.write_whole(&high);
                    bridge.write_whole(&low);
                }
            });
            let (mut seen, mut copy) = (0, vec![0.0; rows]);
            while !writer.is_finished() {
                if let Some(epoch) = bridge.read(seen, &mut copy) {
                    assert!(copy == plain_low || copy == plain_high);
                    seen = epoch;
                }
            }
        });
    }
}
