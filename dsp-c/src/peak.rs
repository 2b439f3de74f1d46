//! The highest number since somebody looked: one thread adds, another takes, and the highest of all is never lost.

use super::sync::{AtomicF32, Relaxed};

/// Starts at its floor. Relaxed: the number stands alone.
#[derive(Debug)]
pub struct Highest {
    floor: f32,
    highest: AtomicF32,
}

impl Default for Highest {
    fn default() -> Self {
        Self::above(0.0)
    }
}

impl Highest {
    /// Nothing above `floor` has been seen.
    pub fn above(floor: f32) -> Self {
        Self { floor, highest: AtomicF32::new(floor) }
    }

    /// Adds a number. One writer: so a load and a store are enough, and what is overwritten is lower. Real-time safe.
    pub fn add(&self, number: f32) {
        if number > self.highest.load(Relaxed) {
            self.highest.store(number, Relaxed);
        }
    }

    /// Highest number since the last [`take`](Self::take).
    pub fn get(&self) -> f32 {
        self.highest.load(Relaxed)
    }

    /// Reads and goes back to the floor, in one step: nothing can come in between. A number added at the same moment
    /// may be missing in both readings if it is lower than this one.
    pub fn take(&self) -> f32 {
        self.highest.swap(self.floor, Relaxed)
    }
}
