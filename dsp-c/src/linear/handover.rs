//! One parcel that goes to and fro between two threads. Whoever holds it owns it; so one thing is under way at most.

use super::slot::Slot;

/// The way there and the way back. Both ends are lock-free. What is under way when it is dropped is dropped.
pub struct Handover<T> {
    there: Slot<T>,
    back: Slot<T>,
}

impl<T> Default for Handover<T> {
    /// Nothing under way.
    fn default() -> Self {
        Self { there: Slot::new(), back: Slot::new() }
    }
}

impl<T> Handover<T> {
    /// Sends the parcel there. Real-time safe.
    pub fn send(&self, parcel: Box<T>) {
        let before = self.there.put(parcel);
        debug_assert!(before.is_none(), "there is one parcel only");
    }

    /// Takes a parcel that was sent, works on it, sends it back. Whether there was one.
    pub fn serve(&self, work: impl FnOnce(&mut T)) -> bool {
        let Some(mut parcel) = self.there.take() else { return false };
        work(&mut parcel);
        let before = self.back.put(parcel);
        debug_assert!(before.is_none(), "there is one parcel only");
        true
    }

    /// Takes the parcel that has come back. Real-time safe.
    pub fn collect(&self) -> Option<Box<T>> {
        self.back.take()
    }
}
