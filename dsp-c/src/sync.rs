//! The atomics and rings of [`peak`](crate::peak) and [`tap`](crate::tap). Their model checks put others in their place.

use ringbuf::traits::{Consumer as _, Observer as _, Producer as _, Split as _};

pub use atomic_float::AtomicF32;
pub use std::sync::Arc;
pub use std::sync::atomic::AtomicU32;
pub use std::sync::atomic::Ordering::Relaxed;

/// The end of a ring that is written.
pub struct Writer<T>(ringbuf::HeapProd<T>);
/// The end of a ring that is read.
pub struct Reader<T>(ringbuf::HeapCons<T>);

/// A ring of one writer and one reader, lock-free. Its indices are released by the one and acquired by the other.
pub fn ring<T>(capacity: usize) -> (Writer<T>, Reader<T>) {
    let (writer, reader) = ringbuf::HeapRb::new(capacity).split();
    (Writer(writer), Reader(reader))
}

impl<T> Writer<T> {
    /// Hands over, or gives back if the ring is full.
    pub fn try_push(&mut self, item: T) -> Result<(), T> {
        self.0.try_push(item)
    }
}

impl<T> Reader<T> {
    /// How many wait.
    pub fn len(&self) -> usize {
        self.0.occupied_len()
    }

    /// Takes the oldest.
    pub fn try_pop(&mut self) -> Option<T> {
        self.0.try_pop()
    }
}
