//! The atomics, rings and threads of [`peak`](crate::peak), [`tap`](crate::tap) and [`worker`](crate::worker). Their model
//! checks put others in their place.

use ringbuf::traits::{Consumer as _, Observer as _, Producer as _, Split as _};

pub use atomic_float::AtomicF32;
pub use std::sync::Arc;
pub use std::sync::atomic::Ordering::Relaxed;
pub use std::sync::atomic::{AtomicBool, AtomicU32};
pub use std::thread::park_timeout as park;

/// A thread that gives nothing.
pub type JoinHandle = std::thread::JoinHandle<()>;

/// Starts a thread.
pub fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle> {
    std::thread::Builder::new().name(name.into()).spawn(run)
}

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
