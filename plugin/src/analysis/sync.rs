//! Threads and atomics of [`worker`](super::worker). Its model checks put others in their place.

use std::time::Duration;

pub use std::sync::Arc;
pub use std::sync::atomic::AtomicBool;
pub use std::sync::atomic::Ordering::Relaxed;
/// A thread that gives nothing.
pub type JoinHandle = std::thread::JoinHandle<()>;

/// Time between two steps: slots come every 5 ms at 48 kHz, and some twenty of them wait.
const PERIOD: Duration = Duration::from_millis(5);

/// Starts a thread.
pub fn spawn(run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle> {
    std::thread::Builder::new().name("octant analysis".into()).spawn(run)
}

/// Waits for [`PERIOD`], or until somebody unparks the thread.
pub fn park() {
    std::thread::park_timeout(PERIOD);
}
