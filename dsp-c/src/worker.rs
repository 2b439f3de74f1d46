//! A thread beside an audio thread: does again and again what must not be done there. Nobody has to wake it.

use super::sync::{Arc, AtomicBool, JoinHandle, Relaxed, park, spawn};
use std::time::Duration;

/// Runs until it is ended or dropped; both wait for one step at most.
#[derive(Debug)]
#[must_use]
pub struct Worker {
    thread: Option<JoinHandle>,
    /// Relaxed: what the thread has written is published by joining it.
    stop: Arc<AtomicBool>,
}

impl Worker {
    /// Starts a thread of this name that calls `step` and rests for `period`, in turn. An error if the system has no thread
    /// left.
    pub fn start(name: &str, period: Duration, mut step: impl FnMut() + Send + 'static) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = spawn(name, move || {
            while !stopped.load(Relaxed) {
                step();
                park(period);
            }
        })?;
        Ok(Self { thread: Some(thread), stop })
    }

    /// Waits for its end; not from within a step. Whether it ran until now: false after a panic.
    pub fn end(mut self) -> bool {
        self.join()
    }

    fn join(&mut self) -> bool {
        let Some(thread) = self.thread.take() else { return true };
        // First the word, then the waking: the other way round the thread might park once more.
        self.stop.store(true, Relaxed);
        thread.thread().unpark();
        thread.join().is_ok()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.join();
    }
}
