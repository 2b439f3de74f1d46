//! What is heard, analysed on a thread of its own, which exists only while somebody listens.
//!
//! The audio thread fills slots and wakes no one; the analysis looks every few milliseconds. All mutexes here are
//! between threads that may wait: the analysis, editors, and the host's main thread.

mod analyser;
mod levels;
pub mod picture;
mod spectrum;

pub use picture::{BandPicture, Histogram, Loudness, Lufs, Peak, Peaks, Picture, Spectrum};

use analyser::Analyser;
use octant_dsp::Engine;
use octant_dsp::health;
use octant_dsp::tap::{Slot, Switch, Tap};
use octant_dsp::worker::Worker;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Time that the slots of a tap hold, seconds: so long may the analysis be held up without a loss.
const SLOTS_S: f64 = 0.15;
/// Between two looks for slots: they come every 5 ms at 48 kHz, and some twenty of them wait.
const PERIOD: Duration = Duration::from_millis(5);
/// Pictures per second of the stream.
const PICTURES_HZ: f64 = 50.0;

/// The analysis of one instance. Not for the audio thread, which only fills slots.
#[derive(Debug, Default)]
pub struct Analysis {
    shared: Arc<Shared>,
    audience: Mutex<Audience>,
}

/// What the thread and everyone else share.
#[derive(Debug, Default)]
struct Shared {
    switch: Arc<Switch>,
    stream: Mutex<Option<Stream>>,
    latest: Mutex<Arc<Picture>>,
    /// Relaxed: nothing is published by it.
    restart: AtomicBool,
}

/// What an activated engine gives.
#[derive(Debug)]
struct Stream {
    tap: Tap,
    health: health::Shared,
    sample_rate_hz: f64,
    channels: usize,
    /// No picture has been made of it.
    new: bool,
}

/// Who listens.
#[derive(Debug, Default)]
struct Audience {
    listeners: usize,
    /// There while there are listeners.
    worker: Option<Worker>,
    /// The instance has gone: whoever still listens hears nothing.
    closed: bool,
}

/// Somebody listens, as long as this lives.
#[derive(Debug)]
pub struct Listening {
    analysis: Arc<Analysis>,
}

impl Analysis {
    /// Analyses from now on until what this gives is dropped. Several may listen at once.
    pub fn listen(self: &Arc<Self>) -> Listening {
        let mut audience = lock(&self.audience);
        audience.listeners += 1;
        if audience.listeners == 1 && !audience.closed {
            let mut task = Task::new(Arc::clone(&self.shared));
            match Worker::start("octant analysis", PERIOD, move || task.step()) {
                Ok(worker) => audience.worker = Some(worker),
                Err(reason) => {
                    self.shared.switch.close();
                    tracing::warn!("no thread for the analysis: {reason}; spectra and levels stand still");
                }
            }
        }
        drop(audience);
        Listening { analysis: Arc::clone(self) }
    }

    /// The latest picture; one with serial 0 if nothing has been analysed yet.
    pub fn latest(&self) -> Arc<Picture> {
        Arc::clone(&lock(&self.shared.latest))
    }

    /// Forgets histograms, integrated loudness, held peaks and clips; health is counted afresh.
    pub fn restart(&self) {
        self.shared.restart.store(true, Relaxed);
    }

    /// Whether its thread exists.
    pub fn is_running(&self) -> bool {
        lock(&self.audience).worker.is_some()
    }

    /// Listens to this engine from now on, until [`detach`](Self::detach) or the next one.
    pub fn attach(&self, engine: &mut Engine, sample_rate_hz: f64) {
        // Slots are handed over when less than a tile fits in.
        let shortest = Slot::FRAMES - 63;
        let slots = (SLOTS_S * sample_rate_hz / shortest as f64).ceil() as usize;
        let tap = engine.tap(slots.max(8), &self.shared.switch);
        let (health, channels) = (engine.health(), engine.channels());
        *lock(&self.shared.stream) = Some(Stream { tap, health, sample_rate_hz, channels, new: true });
    }

    /// The engine has gone.
    pub(crate) fn detach(&self) {
        *lock(&self.shared.stream) = None;
    }

    /// The instance goes: ends the thread, whoever still listens.
    pub(crate) fn close(&self) {
        let mut audience = lock(&self.audience);
        audience.closed = true;
        self.end(&mut audience);
        self.detach();
    }

    fn end(&self, audience: &mut Audience) {
        self.shared.switch.close();
        if audience.worker.take().is_some_and(|worker| !worker.end()) {
            tracing::warn!("the analysis ended before its time; spectra and levels stood still");
        }
    }
}

impl Listening {
    /// What is listened to.
    pub fn analysis(&self) -> &Arc<Analysis> {
        &self.analysis
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut audience = lock(&self.analysis.audience);
        audience.listeners -= 1;
        if audience.listeners == 0 {
            self.analysis.end(&mut audience);
        }
    }
}

/// What the thread does.
struct Task {
    shared: Arc<Shared>,
    /// Of the switch: what is older is not read.
    opening: u32,
    analyser: Option<Analyser>,
    /// Frames since the last picture.
    frames: usize,
}

impl Task {
    /// Opens the switch.
    fn new(shared: Arc<Shared>) -> Self {
        let opening = shared.switch.open();
        Self { shared, opening, analyser: None, frames: 0 }
    }

    fn step(&mut self) {
        let mut stream = lock(&self.shared.stream);
        let Some(stream) = &mut *stream else { return };
        let restart = self.shared.restart.swap(false, Relaxed);
        if restart {
            stream.health.reset();
        }
        if std::mem::take(&mut stream.new) || restart {
            self.analyser = None;
        }
        stream.tap.provide(Slot::new);
        let (rate_hz, channels) = (stream.sample_rate_hz, stream.channels);
        let analyser = self.analyser.get_or_insert_with(|| Analyser::new(rate_hz, channels));
        let before = self.frames;
        while stream.tap.read(self.opening, |slot| {
            // In lasting silence one picture a second is enough: it tells how the audio thread does.
            self.frames += if analyser.add(slot) { slot.frames() } else { slot.frames() / PICTURES_HZ as usize };
        }) {}
        let due = self.frames != before && self.frames as f64 * PICTURES_HZ >= rate_hz;
        if due || restart {
            self.frames = 0;
            let serial = lock(&self.shared.latest).serial + 1;
            let picture = Arc::new(analyser.picture(serial, stream.health.read()));
            *lock(&self.shared.latest) = picture;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
