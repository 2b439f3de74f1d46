//! The thread beside an audio thread: makes there what must not be made here.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Between two looks at what has been ordered. The audio thread wakes no one; an order waits this long at most.
const PERIOD: Duration = Duration::from_millis(5);

/// A thread that serves until it is dropped; dropping waits for the work under way.
#[derive(Debug)]
pub struct Attendant {
    /// Relaxed: a flag that stands alone; joining orders everything else.
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Attendant {
    /// Starts a thread of this name that calls `serve` every 5 ms, such as [`Workshop::serve`](super::Workshop::serve).
    /// An error if the system has no thread left: then nothing that is ordered comes.
    pub fn start(name: &str, mut serve: impl FnMut() + Send + 'static) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let serving = {
            let stop = Arc::clone(&stop);
            move || {
                while !stop.load(Ordering::Relaxed) {
                    serve();
                    thread::park_timeout(PERIOD);
                }
            }
        };
        let thread = thread::Builder::new().name(name.into()).spawn(serving)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Attendant {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let ended = thread.join();
            debug_assert!(ended.is_ok());
        }
    }
}
