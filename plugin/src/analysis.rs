//! What is heard, analysed on a thread of its own, which runs only while somebody listens.

pub mod picture;

pub use picture::{BandPicture, Histogram, Loudness, Lufs, Peak, Peaks, Picture, Spectrum};

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The analysis of one instance. Not for the audio thread, which only fills slots.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The mutex is between the analysis thread and readers; both may wait.
    latest: Mutex<Arc<Picture>>,
}

/// Somebody listens, as long as this lives.
#[derive(Debug)]
pub struct Listening {
    analysis: Arc<Analysis>,
}

impl Analysis {
    /// Analyses from now on until what this gives is dropped. Several may listen at once.
    pub fn listen(self: &Arc<Self>) -> Listening {
        Listening { analysis: Arc::clone(self) }
    }

    /// The latest picture; one with serial 0 if nothing has been analysed yet.
    pub fn latest(&self) -> Arc<Picture> {
        Arc::clone(&lock(&self.latest))
    }

    /// Forgets histograms, integrated loudness, held peaks and clips; health is counted afresh.
    pub fn restart(&self) {}
}

impl Listening {
    /// What is listened to.
    pub fn analysis(&self) -> &Arc<Analysis> {
        &self.analysis
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
