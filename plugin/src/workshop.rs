//! The thread that makes filters of the linear mode for one activated instance.

use nice_plug::prelude::nice_warn;
use octant_dsp::linear::Workshop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Between two looks at what has been ordered. The audio thread wakes no one; a moved crossover waits this long at most.
const PERIOD: Duration = Duration::from_millis(5);

/// Serves until it is dropped.
#[derive(Debug)]
pub struct WorkshopThread {
    /// Relaxed: a flag that stands alone; joining orders everything else.
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl WorkshopThread {
    /// Starts the thread. If the system has none left, the filters stay as they are.
    pub fn start(workshop: Workshop) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let serve = {
            let stop = Arc::clone(&stop);
            move || {
                while !stop.load(Ordering::Relaxed) {
                    workshop.serve();
                    thread::park_timeout(PERIOD);
                }
            }
        };
        let thread = thread::Builder::new().name("octant filters".into()).spawn(serve);
        if let Err(reason) = &thread {
            nice_warn!("Octant: no thread for the filters of the linear mode: {reason}");
        }
        Self { stop, thread: thread.ok() }
    }
}

impl Drop for WorkshopThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let ended = thread.join();
            debug_assert!(ended.is_ok());
        }
    }
}
