//! What is known about a running session: numbers that the callbacks leave behind, and the picture made of them.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::time::Duration;

use atomic_float::{AtomicF32, AtomicF64};
use octant_dsp::meter::{Meters, Reading, SILENCE_DB};
use octant_dsp::settings::MAX_BANDS;
use serde_json::{Value, json};

/// How long a peak stays on show.
const HOLD: Duration = Duration::from_millis(1500);

/// What the callbacks write and the main thread reads. Every number stands alone: all orderings are `Relaxed`.
#[derive(Debug, Default)]
pub struct Status {
    /// Of the bands.
    pub bands: Meters,
    /// The same for a second reader: taking a reading clears it.
    pub seen: Arc<Meters>,
    /// Whether the test tone is wanted.
    pub tone: AtomicBool,
    /// Highest absolute sample since it was last taken, input, per channel.
    pub input_peak: [AtomicF32; 2],
    /// The same of the output.
    pub output_peak: [AtomicF32; 2],
    /// Output frames beyond full scale.
    pub clips: AtomicU64,
    /// Output blocks for which the input had too little.
    pub underruns: AtomicU64,
    /// Input blocks for which there was no room.
    pub overruns: AtomicU64,
    /// Interruptions that the devices told of.
    pub xruns: AtomicU64,
    /// Part of the time between two callbacks that the last one took, smoothed.
    pub load: AtomicF32,
    /// Highest load since it was last taken.
    pub load_peak: AtomicF32,
    /// Age of the input at the output callback, frames.
    pub age_frames: AtomicF64,
    /// How much faster the input's clock runs than the output's.
    pub drift_ppm: AtomicF64,
    /// By how much more than one input frame per output frame is read, without correction 0.
    pub ratio_ppm: AtomicF64,
    /// Whether the loop that follows the drift has settled.
    pub settled: AtomicBool,
    /// Frames that the processor itself delays.
    pub engine_frames: AtomicU32,
    /// Frames of the last output callback.
    pub output_block: AtomicU32,
    /// Frames of the last input callback.
    pub input_block: AtomicU32,
    /// Input callbacks so far.
    pub input_calls: AtomicU64,
    /// Output callbacks so far.
    pub output_calls: AtomicU64,
    /// Sidechain callbacks so far.
    pub sidechain_calls: AtomicU64,
    /// Whether the sound has been faded out as asked.
    pub silent: AtomicBool,
}

/// What stands between the devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Being opened.
    Opening,
    /// Sound passes.
    Running,
    /// Waiting for a device; the sentence tells which and why.
    Waiting(String),
}

/// What is known beside the numbers of the callbacks.
#[derive(Clone, Debug, PartialEq)]
pub struct Wiring {
    /// What stands between the devices.
    pub link: Link,
    /// Name of the sound system.
    pub host: String,
    /// Names of the devices.
    pub input: String,
    /// The same.
    pub output: String,
    /// The same, if there is one.
    pub sidechain: Option<String>,
    /// Rate of the output, 0 before it is known.
    pub rate_hz: u32,
    /// Channels that are processed.
    pub channels: usize,
    /// Whether drift is corrected.
    pub corrected: bool,
    /// Frames that the resampler delays, 0 without one.
    pub resampler_frames: usize,
    /// How often the devices had to be opened again.
    pub reconnects: u64,
}

/// What a person does at the controls.
#[derive(Clone, Debug, PartialEq)]
pub struct Controls {
    /// Name of the sound.
    pub preset: String,
    /// A or B.
    pub slot: char,
    /// Bypass.
    pub bypass: bool,
    /// Bands in use.
    pub bands: usize,
    /// Between the bands in use.
    pub crossovers_hz: Vec<f64>,
    /// Per band.
    pub solo: [bool; MAX_BANDS],
    /// Per band.
    pub mute: [bool; MAX_BANDS],
    /// The input is not let through.
    pub muted: bool,
    /// The parameter that the next moving controller will be tied to.
    pub learning: Option<String>,
}

/// One band on show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandView {
    /// Highest detector level since the last picture, dB.
    pub level_db: f32,
    /// Deepest dynamic gain since the last picture, dB.
    pub gain_db: f32,
}

/// A peak with its hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeakView {
    /// Highest since the last picture, dB of full scale.
    pub now_db: f32,
    /// Highest of the last one and a half seconds.
    pub hold_db: f32,
}

/// The picture: everything that terminal, JSON lines and control socket show.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Time since the start of the session.
    pub at: Duration,
    /// Devices.
    pub wiring: Wiring,
    /// Controls.
    pub controls: Controls,
    /// Bands in use, lowest first.
    pub bands: Vec<BandView>,
    /// Input, one per channel.
    pub input: Vec<PeakView>,
    /// Output, one per channel.
    pub output: Vec<PeakView>,
    /// Output frames beyond full scale.
    pub clips: u64,
    /// Gaps of any kind: what devices reported, and blocks that came too late or found no room.
    pub xruns: u64,
    /// Part of the time that the output callback takes, 0 … 1.
    pub load: f32,
    /// Highest of the last one and a half seconds.
    pub load_peak: f32,
    /// From input callback to output callback, ms, with resampler and look-ahead, 0 before the first one; the devices' own
    /// is not known.
    pub latency_ms: f64,
    /// How much faster the input's clock runs; None without correction.
    pub drift_ppm: Option<f64>,
    /// The loop that follows the drift has settled; true without one.
    pub settled: bool,
    /// Sentences for the user since the last picture, oldest first.
    pub messages: Vec<String>,
}

/// Makes pictures. One per session: reading a meter clears it.
#[derive(Debug, Default)]
pub struct Photographer {
    input: [Held; 2],
    output: [Held; 2],
    load: Held,
}

/// The highest of the last [`HOLD`].
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    value: f32,
    since: Duration,
}

impl Held {
    fn follow(&mut self, value: f32, at: Duration) -> f32 {
        if value >= self.value || at.saturating_sub(self.since) > HOLD {
            *self = Self { value, since: at };
        }
        self.value
    }
}

impl Status {
    /// Keeps the higher value. One writer; a reading at the same moment may lose it. Real-time safe.
    pub fn raise(cell: &AtomicF32, value: f32) {
        if value > cell.load(Relaxed) {
            cell.store(value, Relaxed);
        }
    }

    /// Adds to a counter. Real-time safe.
    pub fn count(cell: &AtomicU64, more: u64) {
        cell.fetch_add(more, Relaxed);
    }

    /// Forgets counts.
    pub fn clear(&self) {
        for cell in [&self.clips, &self.underruns, &self.overruns, &self.xruns] {
            cell.store(0, Relaxed);
        }
    }
}

impl Photographer {
    /// Takes the picture of now.
    pub fn shoot(
        &mut self,
        at: Duration,
        status: &Status,
        wiring: Wiring,
        controls: Controls,
        messages: Vec<String>,
    ) -> Snapshot {
        let quiet = Reading { level_db: SILENCE_DB, lowest_db: 0.0, highest_db: 0.0 };
        let bands = status.bands[..controls.bands.min(MAX_BANDS)].iter().map(|meter| {
            let reading = meter.take().unwrap_or(quiet);
            let deepest = if reading.lowest_db.abs() >= reading.highest_db.abs() {
                reading.lowest_db
            } else {
                reading.highest_db
            };
            BandView { level_db: reading.level_db, gain_db: deepest }
        });
        let bands = bands.collect();
        let peaks = |cells: &[AtomicF32; 2], held: &mut [Held; 2]| -> Vec<PeakView> {
            let cells = cells.iter().zip(held).take(wiring.channels.clamp(1, 2));
            cells
                .map(|(cell, held)| {
                    let now = cell.swap(0.0, Relaxed);
                    PeakView { now_db: decibels(now), hold_db: decibels(held.follow(now, at)) }
                })
                .collect()
        };
        let input = peaks(&status.input_peak, &mut self.input);
        let output = peaks(&status.output_peak, &mut self.output);
        let running = wiring.link == Link::Running;
        let age_frames = status.age_frames.load(Relaxed);
        let frames = age_frames + f64::from(status.engine_frames.load(Relaxed)) + wiring.resampler_frames as f64;
        Snapshot {
            at,
            bands,
            input,
            output,
            clips: status.clips.load(Relaxed),
            xruns: status.xruns.load(Relaxed) + status.underruns.load(Relaxed) + status.overruns.load(Relaxed),
            load: if running { status.load.load(Relaxed) } else { 0.0 },
            load_peak: self.load.follow(status.load_peak.swap(0.0, Relaxed), at),
            latency_ms: if running && age_frames > 0.0 {
                1000.0 * frames / f64::from(wiring.rate_hz.max(1))
            } else {
                0.0
            },
            drift_ppm: (running && wiring.corrected).then(|| status.drift_ppm.load(Relaxed)),
            settled: !wiring.corrected || status.settled.load(Relaxed),
            wiring,
            controls,
            messages,
        }
    }
}

impl Snapshot {
    /// This picture with what an earlier one saw: peaks, gains, and sentences.
    #[must_use]
    pub fn covering(&self, earlier: &Self) -> Self {
        let mut both = self.clone();
        for (now, before) in [(&mut both.input, &earlier.input), (&mut both.output, &earlier.output)] {
            now.iter_mut().zip(before).for_each(|(now, before)| now.now_db = now.now_db.max(before.now_db));
        }
        for (now, before) in both.bands.iter_mut().zip(&earlier.bands) {
            now.level_db = now.level_db.max(before.level_db);
            now.gain_db = if before.gain_db.abs() > now.gain_db.abs() { before.gain_db } else { now.gain_db };
        }
        both.messages.splice(0..0, earlier.messages.iter().cloned());
        both
    }

    /// One object, without line breaks when printed.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let rounded = |x: f32| (f64::from(x) * 100.0).round() / 100.0;
        let peaks = |views: &[PeakView]| -> Value {
            views
                .iter()
                .map(|peak| json!({"peak_db": rounded(peak.now_db), "hold_db": rounded(peak.hold_db)}))
                .collect()
        };
        let wiring = &self.wiring;
        let (state, reason) = match &wiring.link {
            Link::Opening => ("opening", Value::Null),
            Link::Running => ("running", Value::Null),
            Link::Waiting(sentence) => ("waiting", sentence.as_str().into()),
        };
        let bands: Vec<Value> = self
            .bands
            .iter()
            .zip(self.controls.solo)
            .zip(self.controls.mute)
            .map(|((band, solo), mute)| {
                let [level, gain] = [band.level_db, band.gain_db].map(rounded);
                json!({"level_db": level, "gain_db": gain, "solo": solo, "mute": mute})
            })
            .collect();
        json!({
            "seconds": (self.at.as_secs_f64() * 1000.0).round() / 1000.0,
            "state": state,
            "reason": reason,
            "host": wiring.host,
            "input_device": wiring.input,
            "output_device": wiring.output,
            "sidechain_device": wiring.sidechain,
            "rate_hz": wiring.rate_hz,
            "channels": wiring.channels,
            "reconnects": wiring.reconnects,
            "latency_ms": (self.latency_ms * 1000.0).round() / 1000.0,
            "drift_ppm": self.drift_ppm.map(|ppm| (ppm * 100.0).round() / 100.0),
            "settled": self.settled,
            "load": rounded(self.load),
            "load_peak": rounded(self.load_peak),
            "xruns": self.xruns,
            "clips": self.clips,
            "preset": self.controls.preset,
            "slot": self.controls.slot.to_string(),
            "bypass": self.controls.bypass,
            "muted": self.controls.muted,
            "learning": self.controls.learning,
            "crossovers_hz": self.controls.crossovers_hz,
            "input": peaks(&self.input),
            "output": peaks(&self.output),
            "bands": bands,
            "messages": self.messages,
        })
    }
}

/// Decibels of full scale, down to [`SILENCE_DB`].
fn decibels(amplitude: f32) -> f32 {
    (20.0 * amplitude.max(1.0e-9).log10()).max(SILENCE_DB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_is_held_and_then_let_go() {
        let mut held = Held::default();
        let at = Duration::from_millis;
        assert_eq!(held.follow(0.5, at(0)), 0.5);
        assert_eq!(held.follow(0.1, at(1500)), 0.5);
        assert_eq!(held.follow(0.1, at(1501)), 0.1);
        assert_eq!(held.follow(0.7, at(1502)), 0.7);
    }

    #[test]
    fn a_picture_that_covers_two_misses_nothing() {
        let wiring = Wiring {
            link: Link::Running,
            host: String::new(),
            input: String::new(),
            output: String::new(),
            sidechain: None,
            rate_hz: 48_000,
            channels: 2,
            corrected: false,
            resampler_frames: 0,
            reconnects: 0,
        };
        let (status, desk) = (Status::default(), crate::live::desk::Desk::default());
        let mut photographer = Photographer::default();
        let mut shoot = |ms, message: &str| {
            let (at, messages) = (Duration::from_millis(ms), vec![message.to_owned()]);
            photographer.shoot(at, &status, wiring.clone(), desk.controls(), messages)
        };
        status.input_peak[0].store(0.5, Relaxed);
        status.output_peak[1].store(0.25, Relaxed);
        status.bands[2].add(Reading { level_db: -9.0, lowest_db: -4.0, highest_db: 1.0 });
        let first = shoot(0, "first");
        status.output_peak[1].store(0.125, Relaxed);
        status.bands[3].add(Reading { level_db: -30.0, lowest_db: 0.0, highest_db: 2.0 });
        let second = shoot(50, "second");
        let both = second.covering(&first);
        assert_eq!((both.at, both.messages.as_slice()), (second.at, &["first".to_owned(), "second".to_owned()][..]));
        assert_eq!((both.input[0].now_db, both.output[1].now_db), (decibels(0.5), decibels(0.25)));
        assert_eq!((both.bands[2].level_db, both.bands[2].gain_db), (-9.0, -4.0));
        assert_eq!((both.bands[3].level_db, both.bands[3].gain_db), (-30.0, 2.0));
    }

    #[test]
    fn decibels_have_a_floor() {
        assert_eq!(decibels(0.0), SILENCE_DB);
        assert!((decibels(0.5) + 6.0206).abs() < 1.0e-3);
    }
}
