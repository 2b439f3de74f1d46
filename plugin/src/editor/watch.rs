//! Reads meters and parameters while a window is open and wakes it only if there is something to see.

use super::live::{Live, PER_S};
use crate::analysis::Listening;
use crate::params::OctantParams;
use crate::shown::Shown;
use egui::Context;
use octant_dsp::worker::Worker;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Asks for a picture of a window that has drawn one already. Whoever asks before that stops X11's frame clock for good:
/// `baseview` counts a tick then that nobody had subscribed to yet, and the window stays black.
#[derive(Clone)]
pub struct Wake(Context);

impl Wake {
    /// Of the window of this context, from its first frame on.
    pub fn of(window: &Context) -> Self {
        Self(window.clone())
    }

    /// Asks for one picture.
    pub fn wake(&self) {
        // No delay at all would draw every picture twice.
        self.0.request_repaint_after(Duration::from_millis(1));
    }
}

/// A thread that lives as long as the window.
pub struct Watch {
    live: Arc<Mutex<Live>>,
    /// Without it the window shows no sound, and works.
    _worker: Option<Worker>,
    _listening: Listening,
}

impl Watch {
    /// Begins to watch for a window.
    pub fn begin(shown: Arc<Shown>, window: Wake) -> Self {
        Self::with(shown, window, || false)
    }

    /// Begins to watch for a host's window, parameters too.
    pub(super) fn for_host(shown: Arc<Shown>, params: Arc<OctantParams>, window: Wake) -> Self {
        let mut values = vec![0.0; params.bridge().rows()];
        let mut epoch = 0;
        Self::with(shown, window, move || {
            // The host turns knobs, too.
            let now = params.bridge().read(epoch, &mut values);
            epoch = now.unwrap_or(epoch);
            now.is_some()
        })
    }

    fn with(shown: Arc<Shown>, window: Wake, mut turned: impl FnMut() -> bool + Send + 'static) -> Self {
        let live = Arc::new(Mutex::new(Live::default()));
        let listening = shown.analysis().listen();
        let kept = Arc::clone(&live);
        let worker = Worker::start("octant meters", Duration::from_secs_f32(1.0 / PER_S), move || {
            let moved = shown.read(&mut lock(&kept));
            if turned() || moved {
                window.wake();
            }
        });
        Self { live, _worker: worker.ok(), _listening: listening }
    }

    /// The latest readings.
    pub fn live(&self) -> MutexGuard<'_, Live> {
        lock(&self.live)
    }
}

fn lock(live: &Mutex<Live>) -> MutexGuard<'_, Live> {
    live.lock().unwrap_or_else(PoisonError::into_inner)
}
