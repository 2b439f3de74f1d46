//! An activated instance: the engine, the latency that was promised, and how long it sounds on.

use crate::analysis::Analysis;
use crate::clock;
use nice_plug::prelude::nice_warn;
use octant_dsp::engine::{EngineError, SAMPLE_RATES_HZ};
use octant_dsp::health;
use octant_dsp::linear::{Workshop, filter_length};
use octant_dsp::meter::Meters;
use octant_dsp::settings::Mode;
use octant_dsp::worker::Worker;
use octant_dsp::{Engine, Settings};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Instant;

/// Rates at which hosts can activate the plugin.
const RATES_HZ: RangeInclusive<f64> = 1_000.0..=2_000_000.0;

/// The rate that the engine runs at. No one makes music below its lowest or above its highest, but validators activate
/// every plugin there (CLAP's at 1234.6 Hz, Steinberg's at 1.23 MHz) and call a refusal a failure: such frames are
/// processed as if they were of the nearest rate that the engine knows.
fn engine_rate_hz(rate_hz: f64) -> f64 {
    if RATES_HZ.contains(&rate_hz) { rate_hz.clamp(*SAMPLE_RATES_HZ.start(), *SAMPLE_RATES_HZ.end()) } else { rate_hz }
}

/// What exists between activation and deactivation.
#[derive(Debug)]
pub struct Running {
    engine: Engine,
    /// Makes filters for the engine; there only if it may ever need some.
    _filters: Option<Worker>,
    sample_rate_hz: f64,
    /// Latency for which a restart was asked last.
    asked: usize,
    /// [`Settings::hold_latency`] as it was taken last.
    held: bool,
    tail_frames: u32,
    /// No frame has been processed since the reset: settings take effect at once.
    fresh: bool,
    health: health::Shared,
    /// Whether the time may be asked for in `process`.
    timed: bool,
}

impl Running {
    /// Allocates everything. Errors: a rate outside 1 kHz … 2 MHz.
    pub fn new(sample_rate_hz: f64, channels: usize, settings: &Settings) -> Result<Self, EngineError> {
        let sample_rate_hz = engine_rate_hz(sample_rate_hz);
        let engine = Engine::new(sample_rate_hz, channels, settings)?;
        let asked = engine.latency_samples();
        let tail_frames = tail_frames(settings, asked, sample_rate_hz);
        Ok(Self {
            health: engine.health(),
            _filters: if engine.needs_workshop() { serve(&engine) } else { None },
            engine,
            sample_rate_hz,
            asked,
            held: settings.hold_latency,
            tail_frames,
            fresh: true,
            timed: clock::is_free(),
        })
    }

    /// Whether the host renders off line, where waiting for filters is better than being late.
    pub fn set_offline(&mut self, offline: bool) {
        self.engine.set_offline(offline);
    }

    /// Lets the analysis listen. Allocates.
    pub fn connect(&mut self, analysis: &Analysis) {
        analysis.attach(&mut self.engine, self.sample_rate_hz);
    }

    /// Frames by which the output is late.
    pub fn latency_frames(&self) -> u32 {
        u32::try_from(self.engine.latency_samples()).unwrap_or(u32::MAX)
    }

    /// What the engine tells of its bands.
    pub fn meters(&self) -> Arc<Meters> {
        self.engine.meters()
    }

    /// Frames until nothing is heard and every envelope rests after the input has ended.
    pub fn tail_frames(&self) -> u32 {
        self.tail_frames
    }

    /// Takes over settings; whether the host shall be asked for a restart because they want another latency. Until then
    /// what is late stays as it was promised. While the latency is held no restart is asked for, but when that begins:
    /// then the modes that are less late have to become later. Real-time safe.
    pub fn take(&mut self, settings: &Settings) -> bool {
        // Only settings outside their ranges are refused, and the follower gives none.
        let taken = self.engine.set(settings);
        debug_assert!(taken.is_ok());
        if self.fresh {
            self.engine.restart();
        }
        let wanted = self.engine.wanted_latency_samples();
        self.tail_frames = tail_frames(settings, self.engine.latency_samples(), self.sample_rate_hz);
        let promised = self.engine.latency_samples();
        let held_before = std::mem::replace(&mut self.held, settings.hold_latency);
        let free = !settings.hold_latency || !held_before;
        let ask = free && wanted != promised && wanted != self.asked;
        if ask || wanted == promised {
            self.asked = wanted;
        }
        ask
    }

    /// Forgets all sound. Real-time safe.
    pub fn reset(&mut self) {
        self.engine.restart();
        self.fresh = true;
    }

    /// Processes a block of any length in the host's own memory. Real-time safe.
    pub fn process(&mut self, main: &mut [&mut [f32]], sidechain: &[&[f32]]) {
        let frames = main.first().map_or(0, |row| row.len());
        self.fresh &= frames == 0;
        let begun = self.timed.then(Instant::now);
        self.engine.process(main, sidechain);
        if let Some(begun) = begun {
            self.health.add_block(begun.elapsed().as_secs_f64(), frames as f64 / self.sample_rate_hz);
        }
    }
}

/// The thread that makes filters of the linear mode. If the system has none left, the filters stay as they are.
fn serve(engine: &Engine) -> Option<Worker> {
    let workshop = engine.workshop();
    let worker = Worker::start("octant filters", Workshop::PERIOD, move || {
        workshop.serve();
    });
    if let Err(reason) = &worker {
        nice_warn!("Octant: no thread for the filters of the linear mode: {reason}");
    }
    worker.ok()
}

/// Latency, then the longer of two: the ringing of the lowest crossover down to −140 dB (or the second half of the filters), and the time until the slowest
/// envelope in use rests (11 time constants: from 60 dB to a thousandth of one).
fn tail_frames(settings: &Settings, latency: usize, sample_rate_hz: f64) -> u32 {
    let bands = settings.bands.clamp(1, settings.band.len());
    let lowest_hz = settings.crossovers_hz[..bands - 1].iter().copied().fold(20_000.0, f64::min).max(20.0);
    let ringing_s = match settings.mode {
        Mode::Linear => 0.5 * filter_length(settings.linear_taps, sample_rate_hz) as f64 / sample_rate_hz,
        Mode::Lr | Mode::Transparent => 20.0 / lowest_hz,
    };
    let envelope_ms = settings.band[..bands].iter().map(|band| {
        let release = if band.auto_release { 8.0 * band.release_ms } else { band.release_ms };
        band.hold_ms + 11.0 * (release + band.attack_ms)
    });
    let envelope_s = envelope_ms.fold(0.0, f64::max) / 1000.0;
    let frames = latency as f64 + ringing_s.max(envelope_s) * sample_rate_hz;
    // Saturates; the largest value means "forever" to hosts.
    frames.ceil().min(f64::from(u32::MAX - 1)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use octant_dsp::linear::linear_latency;

    #[test]
    fn the_latency_stays_until_the_next_activation() {
        let mut settings = Settings { lookahead_ms: 5.0, ..Settings::default() };
        let mut running = Running::new(48_000.0, 2, &settings).expect("valid");
        assert_eq!(running.latency_frames(), 240);
        settings.lookahead_ms = 10.0;
        assert!(running.take(&settings), "a restart is asked for");
        assert!(!running.take(&settings), "once");
        running.reset();
        assert_eq!(running.latency_frames(), 240, "a reset changes nothing");
        settings.lookahead_ms = 5.0;
        assert!(!running.take(&settings), "back to what was promised");
        settings.hold_latency = true;
        assert!(running.take(&settings), "to be held, it has to become that of the linear mode");
        settings.lookahead_ms = 1.0;
        assert!(!running.take(&settings), "held");
        settings.mode = Mode::Linear;
        assert!(!running.take(&settings), "held");
        settings.hold_latency = false;
        assert!(running.take(&settings), "what was held back is asked for");
        settings.mode = Mode::Lr;
        settings.hold_latency = true;
        let linear = linear_latency(settings.linear_taps, 48_000.0) as u32;
        assert_eq!(Running::new(48_000.0, 2, &settings).expect("valid").latency_frames(), 48 + linear);
        settings.hold_latency = false;
        settings.mode = Mode::Linear;
        assert_eq!(Running::new(48_000.0, 2, &settings).expect("valid").latency_frames(), 48 + linear);
    }

    /// A session of many instances shall not wake the processor for filters that nobody wants.
    #[test]
    fn a_thread_for_filters_exists_only_where_they_may_be_wanted() {
        for (mode, hold_latency, lookahead_ms, expected) in [
            (Mode::Lr, false, 0.0, false),
            (Mode::Transparent, false, 5.0, false),
            (Mode::Linear, false, 0.0, true),
            (Mode::Lr, true, 0.0, true),
        ] {
            let settings = Settings { mode, hold_latency, lookahead_ms, ..Settings::default() };
            let running = Running::new(48_000.0, 2, &settings).expect("valid");
            assert_eq!(running._filters.is_some(), expected, "{settings:?}");
        }
    }

    #[test]
    fn the_tail_covers_latency_release_and_ringing() {
        let mut settings = Settings { lookahead_ms: 5.0, ..Settings::default() };
        let at = |settings: &Settings| Running::new(48_000.0, 2, settings).expect("valid").tail_frames();
        assert_eq!(at(&settings), 240 + 1210 * 48);
        settings.band[0].release_ms = 5000.0;
        settings.band[0].auto_release = true;
        assert_eq!(at(&settings), 240 + 11 * 40_010 * 48);
    }
}
