//! How the engine and its surroundings do: what the audio thread counts, and anybody may read at any time.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use atomic_float::AtomicF32;
use crossbeam_utils::CachePadded;

use crate::peak::Highest;

/// Weight of a new block in the smoothed share: some fifty blocks count.
const SMOOTHING: f32 = 0.02;

/// What happened since the last [`reset`](HealthMeter::reset).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Health {
    /// Longest time that a block took, microseconds.
    pub worst_block_us: f32,
    /// Time that a block took over the time that it lasts, smoothed over some fifty blocks: 1 is the deadline.
    pub share: f32,
    /// Highest share of one block.
    pub worst_share: f32,
    /// Slots of [taps](crate::tap) that were lost because no free one was there.
    pub dropped_slots: u64,
    /// Blocks with NaN or infinities in the input; they were replaced by 0.
    pub non_finite_inputs: u64,
    /// Blocks after which non-finite history had to be thrown away. Should stay 0.
    pub non_finite_blocks: u64,
}

/// Written by the audio thread, read by anyone. Every number stands alone, so all orderings are `Relaxed`.
#[derive(Debug, Default)]
pub struct HealthMeter {
    worst_block_us: Highest,
    worst_share: Highest,
    share: AtomicF32,
    dropped_slots: AtomicU64,
    non_finite_inputs: AtomicU64,
    non_finite_blocks: AtomicU64,
}

/// On cache lines of its own: a reader never slows what the audio thread writes beside it.
pub type Shared = std::sync::Arc<CachePadded<HealthMeter>>;

impl HealthMeter {
    /// Adds one block that took `took_s` seconds and lasts `lasts_s`. One writer. Real-time safe.
    pub fn add_block(&self, took_s: f64, lasts_s: f64) {
        if lasts_s <= 0.0 {
            return;
        }
        let share = (took_s / lasts_s) as f32;
        self.worst_block_us.add((took_s * 1.0e6) as f32);
        self.worst_share.add(share);
        let smoothed = self.share.load(Relaxed);
        self.share.store(smoothed + SMOOTHING * (share - smoothed), Relaxed);
    }

    /// Counts a slot that was lost. Real-time safe.
    pub fn add_dropped_slot(&self) {
        self.dropped_slots.fetch_add(1, Relaxed);
    }

    /// Counts a block with non-finite input. Real-time safe.
    pub fn add_non_finite_input(&self) {
        self.non_finite_inputs.fetch_add(1, Relaxed);
    }

    /// Counts a block after which history was thrown away. Real-time safe.
    pub fn add_non_finite_block(&self) {
        self.non_finite_blocks.fetch_add(1, Relaxed);
    }

    /// Everything as it is now.
    pub fn read(&self) -> Health {
        Health {
            worst_block_us: self.worst_block_us.get(),
            share: self.share.load(Relaxed),
            worst_share: self.worst_share.get(),
            dropped_slots: self.dropped_slots.load(Relaxed),
            non_finite_inputs: self.non_finite_inputs.load(Relaxed),
            non_finite_blocks: self.non_finite_blocks.load(Relaxed),
        }
    }

    /// Reads, and starts to count afresh; the smoothed share goes on. What is counted at the same moment is in this
    /// reading or in the next.
    pub fn reset(&self) -> Health {
        Health {
            worst_block_us: self.worst_block_us.take(),
            share: self.share.load(Relaxed),
            worst_share: self.worst_share.take(),
            dropped_slots: self.dropped_slots.swap(0, Relaxed),
            non_finite_inputs: self.non_finite_inputs.swap(0, Relaxed),
            non_finite_blocks: self.non_finite_blocks.swap(0, Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_is_kept_until_it_is_reset() {
        let meter = HealthMeter::default();
        meter.add_block(0.001, 0.004);
        meter.add_block(0.003, 0.004);
        meter.add_block(0.002, 0.004);
        meter.add_block(1.0, 0.0);
        meter.add_dropped_slot();
        meter.add_non_finite_input();
        meter.add_non_finite_block();
        let health = meter.reset();
        assert_eq!(health, Health { share: health.share, ..meter_of(3000.0, 0.75, 1) });
        let expected = [0.25, 0.75, 0.5].iter().fold(0.0, |mean: f32, share| mean + SMOOTHING * (share - mean));
        assert!((health.share - expected).abs() < 1.0e-6);
        assert_eq!(meter.read(), Health { share: health.share, ..Health::default() });
    }

    fn meter_of(worst_block_us: f32, worst_share: f32, count: u64) -> Health {
        Health {
            worst_block_us,
            share: 0.0,
            worst_share,
            dropped_slots: count,
            non_finite_inputs: count,
            non_finite_blocks: count,
        }
    }
}
