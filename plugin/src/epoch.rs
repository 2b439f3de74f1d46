//! Brackets around writes that belong together, and a reader that never waits for them.

use super::sync::{AtomicU64, CLOSE, LOOK, LOOK_AGAIN, OPEN, after_opening, before_looking_again};

/// One finished bracket; the bits below count the open ones.
const FINISHED: u64 = 1 << 16;

/// Finished brackets × [`FINISHED`] + open brackets. The values that it guards are atomics of their own, `Relaxed`.
#[derive(Debug)]
pub struct Epoch(AtomicU64);

impl Epoch {
    /// One bracket is finished: that of the first values.
    pub fn new() -> Self {
        Self(AtomicU64::new(FINISHED))
    }

    /// Begins a bracket; writes follow. Brackets of several threads may overlap. Real-time safe.
    pub fn open(&self) {
        self.0.fetch_add(1, OPEN);
        after_opening();
    }

    /// Ends a bracket. Real-time safe.
    pub fn close(&self) {
        self.0.fetch_add(FINISHED - 1, CLOSE);
    }

    /// The epoch, if it differs from `seen` and no bracket is open: the values may be copied. Real-time safe.
    pub fn changed_since(&self, seen: u64) -> Option<u64> {
        let epoch = self.0.load(LOOK);
        (epoch != seen && epoch.is_multiple_of(FINISHED)).then_some(epoch)
    }

    /// Whether the values copied since [`changed_since`](Self::changed_since) gave `epoch` belong together.
    /// Real-time safe.
    pub fn still(&self, epoch: u64) -> bool {
        before_looking_again();
        self.0.load(LOOK_AGAIN) == epoch
    }
}
