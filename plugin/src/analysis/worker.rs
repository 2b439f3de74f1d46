//! A thread that does something every few milliseconds until it is told to end. Nobody has to wake it.

use super::sync::{Arc, AtomicBool, JoinHandle, Relaxed, park, spawn};

/// Ends when [`end`](Self::end) is called; must not be forgotten, or it runs on.
#[derive(Debug)]
#[must_use]
pub struct Worker {
    thread: JoinHandle,
    /// Relaxed: what the thread has written is published by joining it.
    stop: Arc<AtomicBool>,
}

impl Worker {
    /// Starts a thread that calls `step` again and again.
    pub fn start(mut step: impl FnMut() + Send + 'static) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = spawn(move || {
            while !stopped.load(Relaxed) {
                step();
                park();
            }
        })?;
        Ok(Self { thread, stop })
    }

    /// Waits for the end of the thread: of one step at most. Not from within a step. Whether it ran until now: false
    /// after a panic.
    pub fn end(self) -> bool {
        // First the word, then the waking: the other way round the thread might park once more.
        self.stop.store(true, Relaxed);
        self.thread.thread().unpark();
        self.thread.join().is_ok()
    }
}
