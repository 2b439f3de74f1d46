//! A place for one thing that changes hands.

use crossbeam_utils::atomic::AtomicCell;

/// Holds one thing or nothing. Putting and taking are one atomic exchange of a pointer each, `AcqRel` as crossbeam does
/// it: what was written into the thing before `put` is seen after `take`. `tests/tests/linear_handover.rs` shows that neither
/// half can be weaker. Lock-free; what it holds when dropped is dropped.
pub struct Slot<T>(AtomicCell<Option<Box<T>>>);

impl<T> Slot<T> {
    /// Empty.
    pub fn new() -> Self {
        Self(AtomicCell::new(None))
    }

    /// Puts something in; gives back what was there.
    pub fn put(&self, thing: Box<T>) -> Option<Box<T>> {
        self.0.swap(Some(thing))
    }

    /// Takes out what is there.
    pub fn take(&self) -> Option<Box<T>> {
        self.0.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanges_are_lock_free() {
        assert!(AtomicCell::<Option<Box<Slot<u8>>>>::is_lock_free());
    }
}
