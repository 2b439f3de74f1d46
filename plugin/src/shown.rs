//! What a running instance shows to a window: meters, analysis, latency. The audio thread never comes here.

use crate::analysis::Analysis;
use crate::editor::live::Live;
use octant_dsp::meter::Meters;
use octant_dsp::settings::MAX_BANDS;
use std::sync::{Arc, Mutex, PoisonError};

/// What is known between activation and deactivation.
#[derive(Debug)]
struct Active {
    meters: Arc<Meters>,
    sample_rate_hz: f64,
    latency_frames: u32,
    channels: usize,
}

/// Shared by the plugin's main thread, which sets it, and the thread of a window, which reads it.
#[derive(Debug)]
pub struct Shown {
    active: Mutex<Option<Active>>,
    analysis: Arc<Analysis>,
}

impl Shown {
    /// Nothing runs yet.
    pub fn new(analysis: Arc<Analysis>) -> Self {
        Self { active: Mutex::default(), analysis }
    }

    /// An engine was activated.
    pub fn begin(&self, meters: Arc<Meters>, sample_rate_hz: f64, latency_frames: u32, channels: usize) {
        *self.lock() = Some(Active { meters, sample_rate_hz, latency_frames, channels });
    }

    /// It was deactivated.
    pub fn end(&self) {
        *self.lock() = None;
    }

    /// The analysis of the same instance.
    pub fn analysis(&self) -> &Arc<Analysis> {
        &self.analysis
    }

    /// Reads everything; whether anything can be seen to move. To be called thirty times a second.
    pub fn read(&self, live: &mut Live) -> bool {
        let mut readings = [None; MAX_BANDS];
        let facts = |live: &Live| (live.sample_rate_hz.to_bits(), live.latency_frames, live.channels);
        let before = facts(live);
        match &*self.lock() {
            Some(active) => {
                for (reading, meter) in readings.iter_mut().zip(active.meters.iter()) {
                    *reading = meter.take();
                }
                (live.sample_rate_hz, live.latency_frames) = (active.sample_rate_hz, active.latency_frames);
                live.channels = active.channels;
            }
            None => live.sample_rate_hz = 0.0,
        }
        live.take(readings, &self.analysis.latest()) | (facts(live) != before)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Active>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
