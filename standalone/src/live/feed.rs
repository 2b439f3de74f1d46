//! From an input callback to the output callback: a ring, its alignment, and the resampler where clocks differ.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use cpal::{FromSample, Sample};
use ringbuf::traits::{Consumer, Observer, Producer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

use super::clock::{Seen, Tracker};
use super::drift::{Corrector, PIECE};
use super::fade::Fade;
use super::status::Status;

/// What is kept between the callbacks, s; anything beyond is lost.
const CAPACITY_S: f64 = 2.0;
/// Fade after a gap, s.
const ENTRY_S: f64 = 0.005;
/// Room for callbacks that come late, s, where both clocks are one but nothing keeps the callbacks in step.
const MARGIN_S: f64 = 0.001;
/// For so long the largest block of a callback counts, s (and up to twice that).
const BLOCK_MEMORY_S: f64 = 30.0;
/// Part of the largest block by which the latency grows whenever the input had too little, up to one whole block.
const CAUTION: f64 = 0.125;
/// Frames of samples converted at a time.
const CHUNK: usize = 256;

/// How the clocks of input and output are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clocks {
    /// One server calls both in the same cycle, in whichever order. The signal passes bit for bit.
    Lockstep,
    /// One clock, callbacks on their own. The signal passes bit for bit.
    Shared,
    /// Two clocks: the signal is resampled.
    Different,
}

/// How many frames had come when.
#[derive(Clone, Copy, Debug)]
struct Stamp {
    frames: u64,
    seconds: f64,
}

/// The input callback's end. Real-time safe.
pub struct Inlet {
    ring: HeapProd<f32>,
    stamps: HeapProd<Stamp>,
    channels: usize,
    frames: u64,
    status: Arc<Status>,
    /// Whether this is the main input, whose peaks and blocks are shown.
    main: bool,
}

/// The output callback's end. Real-time safe.
pub struct Outlet {
    ring: HeapCons<f32>,
    stamps: HeapCons<Stamp>,
    channels: usize,
    rate_hz: f64,
    clocks: Clocks,
    corrector: Option<Corrector>,
    tracker: Tracker,
    /// Latency that the user fixed, frames; more where the blocks need more.
    fixed: Option<f64>,
    newest: Option<Stamp>,
    /// Blocks of the input and of the output.
    blocks: [Largest; 2],
    /// Output frames so far.
    given: f64,
    /// Input frames read so far: the reading point.
    read: f64,
    /// Aligned and running.
    running: bool,
    /// Age of the input as it was aligned.
    aligned: f64,
    /// Frames of silence before reading goes on.
    lead: usize,
    /// Parts of a block that experience has added.
    caution: f64,
    /// Smallest fill after reading in this second, and output frames until the second is over.
    least: usize,
    least_left: f64,
    entry: Fade,
    scratch: Box<[f32]>,
    status: Arc<Status>,
    main: bool,
}

/// The largest block of the last seconds.
#[derive(Clone, Copy, Debug, Default)]
struct Largest {
    before: u64,
    now: u64,
    seen: f64,
}

impl Largest {
    fn follow(&mut self, block: u64, rate_hz: f64) {
        self.seen += block as f64;
        if self.seen > BLOCK_MEMORY_S * rate_hz {
            *self = Self { before: self.now, now: 0, seen: 0.0 };
        }
        self.now = self.now.max(block);
    }

    fn get(&self) -> f64 {
        self.before.max(self.now) as f64
    }
}

/// What a feed is for.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Hz, of both ends.
    pub rate_hz: f64,
    /// One or two.
    pub channels: usize,
    /// How the clocks are related.
    pub clocks: Clocks,
    /// Latency that the user fixed, frames, without the resampler's.
    pub fixed: Option<f64>,
    /// The main input, or a sidechain.
    pub main: bool,
}

/// Both ends. Allocates everything.
#[must_use]
pub fn new(kind: Kind, status: &Arc<Status>) -> (Inlet, Outlet) {
    let Kind { rate_hz, channels, clocks, fixed, main } = kind;
    let frames = (CAPACITY_S * rate_hz) as usize + fixed.unwrap_or(0.0) as usize;
    let (ring_in, ring_out) = HeapRb::new(frames * channels).split();
    let (stamps_in, stamps_out) = HeapRb::new(1024).split();
    let inlet = Inlet { ring: ring_in, stamps: stamps_in, channels, frames: 0, status: Arc::clone(status), main };
    let corrector = (clocks == Clocks::Different).then(|| Corrector::new(rate_hz, channels)).flatten();
    let outlet = Outlet {
        ring: ring_out,
        stamps: stamps_out,
        channels,
        rate_hz,
        clocks,
        corrector,
        tracker: Tracker::new(rate_hz),
        fixed,
        newest: None,
        blocks: [Largest::default(); 2],
        given: 0.0,
        read: 0.0,
        running: false,
        aligned: 0.0,
        lead: 0,
        caution: 0.0,
        least: usize::MAX,
        least_left: rate_hz,
        entry: Fade::silent(ENTRY_S * rate_hz),
        scratch: vec![0.0; 2 * PIECE * channels].into(),
        status: Arc::clone(status),
        main,
    };
    (inlet, outlet)
}

impl Inlet {
    /// Takes what the device delivered: frames of `width` channels, of which the first ones are used.
    pub fn take<T>(&mut self, data: &[T], width: usize, seconds: f64)
    where
        f32: FromSample<T>,
        T: Sample + Copy,
    {
        let frames = data.len() / width.max(1);
        let room = self.ring.vacant_len() / self.channels;
        if room < frames {
            Status::count(&self.status.overruns, 1);
        }
        let mut chunk = [0.0f32; 2 * CHUNK];
        let mut peaks = [0.0f32; 2];
        for part in data[..frames.min(room) * width].chunks(CHUNK * width) {
            let mut filled = 0;
            for frame in part.chunks_exact(width) {
                for (channel, &sample) in frame.iter().take(self.channels).enumerate() {
                    let x = f32::from_sample(sample);
                    peaks[channel] = peaks[channel].max(x.abs());
                    chunk[filled] = x;
                    filled += 1;
                }
            }
            self.ring.push_slice(&chunk[..filled]);
        }
        self.frames += frames.min(room) as u64;
        // Full only while nobody reads; then the older stamp tells as much.
        let _ = self.stamps.try_push(Stamp { frames: self.frames, seconds });
        if self.main {
            for (cell, peak) in self.status.input_peak.iter().zip(peaks) {
                Status::raise(cell, peak);
            }
            self.status.input_block.store(frames as u32, Relaxed);
            Status::count(&self.status.input_calls, 1);
        } else {
            Status::count(&self.status.sidechain_calls, 1);
        }
    }
}

impl Outlet {
    /// One or two.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Begins a block of so many frames.
    pub fn begin(&mut self, seconds: f64, frames: usize) {
        while let Some(stamp) = self.stamps.try_pop() {
            let block = stamp.frames - self.newest.map_or(0, |newest| newest.frames);
            self.blocks[0].follow(block, self.rate_hz);
            self.newest = Some(stamp);
        }
        self.blocks[1].follow(frames as u64, self.rate_hz);
        let Some(newest) = self.newest else {
            self.given += frames as f64;
            return;
        };
        let mut since = (seconds - newest.seconds) * self.rate_hz;
        if self.clocks == Clocks::Lockstep {
            // Both were called in this cycle, or the input in the one before; what is left is when they woke up. Rather
            // a period too much than one too little.
            since = frames as f64 * (since / frames.max(1) as f64 + 0.25).floor().max(0.0);
        }
        let difference = newest.frames as f64 + since - self.given;
        // A server in lockstep may run faster than time.
        if self.clocks != Clocks::Lockstep {
            let tolerance = (0.004 * self.rate_hz).max(0.75 * self.blocks[0].get().min(self.blocks[1].get()));
            let seen = self.tracker.measure(difference, frames as f64, tolerance);
            // With one clock the sound goes on until something is really missing.
            if seen == Seen::Jump && self.clocks == Clocks::Different {
                self.running = false;
            }
        }
        if !self.running {
            self.align(difference);
        }
        let age = match self.clocks {
            Clocks::Lockstep => self.aligned,
            Clocks::Shared | Clocks::Different => self.tracker.offset() + self.given - self.read,
        };
        let error = age - self.target() + if self.lead > 0 { self.lead as f64 } else { 0.0 };
        if let Some(corrector) = &mut self.corrector {
            corrector.steer(&self.tracker, error);
        }
        if self.main {
            let shown = if self.corrector.is_some() { age } else { self.aligned };
            self.status.age_frames.store(shown, Relaxed);
            self.status.drift_ppm.store(self.tracker.slope().unwrap_or(0.0) * 1.0e6, Relaxed);
            let deviation = self.corrector.as_ref().map_or(0.0, Corrector::deviation);
            self.status.ratio_ppm.store(deviation * 1.0e6, Relaxed);
            self.status.settled.store(self.tracker.settled(), Relaxed);
        }
        self.given += frames as f64;
    }

    /// Age of the input at the output callback that keeps both ends from running into each other, frames.
    fn target(&self) -> f64 {
        let [input, output] = self.blocks.map(|largest| largest.get());
        let longer = input.max(output);
        let (least, margin) = match self.clocks {
            // Called in one cycle, the output may have what came in it.
            Clocks::Lockstep => (longer, input + output - longer),
            Clocks::Shared => (input + output, MARGIN_S * self.rate_hz),
            Clocks::Different => (input + output, longer),
        };
        let experience = self.caution * longer;
        self.fixed.map_or(least + margin + experience, |fixed| fixed.max(least + experience))
    }

    /// Puts the reading point where it belongs: skips what is too old, or waits in silence.
    fn align(&mut self, difference: f64) {
        let target = self.target();
        let surplus = (difference + self.given - self.read - target).round();
        if surplus > 0.0 {
            let skipped =
                self.ring.skip((surplus as usize).min(self.ring.occupied_len() / self.channels) * self.channels);
            self.read += (skipped / self.channels) as f64;
            self.lead = 0;
        } else {
            self.lead = (-surplus) as usize;
        }
        if let Some(corrector) = &mut self.corrector {
            corrector.reset();
        }
        self.tracker.relocate(difference);
        self.aligned = difference + self.given - self.read + self.lead as f64;
        self.running = true;
        self.least = usize::MAX;
        self.least_left = self.rate_hz;
        self.entry.jump(false);
        self.entry.go(true);
    }

    /// Fills rows of the same length, at most [`PIECE`] frames.
    pub fn read(&mut self, rows: &mut [&mut [f32]]) {
        let frames = rows.first().map_or(0, |row| row.len());
        let silence = if self.running { self.lead.min(frames) } else { frames };
        if silence == frames {
            rows.iter_mut().for_each(|row| row.fill(0.0));
            self.lead -= self.lead.min(silence);
            return;
        }
        let mut rest = rows.iter_mut();
        let mut parts: [&mut [f32]; 2] = [&mut [], &mut []];
        for part in &mut parts {
            if let Some(row) = rest.next() {
                let (quiet, sound) = row.split_at_mut(silence);
                quiet.fill(0.0);
                *part = sound;
            }
        }
        self.lead = 0;
        let parts = &mut parts[..self.channels];
        let good = match self.corrector {
            None => self.copy(parts),
            Some(_) => self.resample(parts),
        };
        if !good {
            parts.iter_mut().for_each(|part| part.fill(0.0));
            self.running = false;
            self.caution = (self.caution + CAUTION).min(1.0);
            Status::count(&self.status.underruns, 1);
            return;
        }
        self.entry.apply(parts);
        self.watch_for_creep(frames);
    }

    fn copy(&mut self, rows: &mut [&mut [f32]]) -> bool {
        let (frames, channels) = (rows[0].len(), self.channels);
        if self.ring.occupied_len() < frames * channels {
            return false;
        }
        let scratch = &mut self.scratch[..frames * channels];
        self.ring.pop_slice(scratch);
        for (channel, row) in rows.iter_mut().enumerate() {
            for (y, frame) in row.iter_mut().zip(scratch.chunks_exact(channels)) {
                *y = frame[channel];
            }
        }
        self.read += frames as f64;
        true
    }

    fn resample(&mut self, rows: &mut [&mut [f32]]) -> bool {
        let Some(corrector) = &mut self.corrector else { return false };
        let samples = corrector.needs(rows[0].len()) * self.channels;
        if self.ring.occupied_len() < samples || self.scratch.len() < samples {
            return false;
        }
        let scratch = &mut self.scratch[..samples];
        self.ring.pop_slice(scratch);
        match corrector.run(scratch, rows) {
            Some(way) => {
                self.read += way;
                true
            }
            None => false,
        }
    }

    /// After a gap in the output more waits in the ring than is needed: latency that nobody asked for.
    fn watch_for_creep(&mut self, frames: usize) {
        if self.corrector.is_some() {
            return;
        }
        self.least = self.least.min(self.ring.occupied_len() / self.channels);
        self.least_left -= frames as f64;
        if self.least_left <= 0.0 {
            let [input, output] = self.blocks.map(|largest| largest.get());
            let needed = self.target() - input - output;
            if self.least as f64 > needed.max(0.0) + 1.5 * input.max(output) + 0.002 * self.rate_hz {
                self.running = false;
            }
            self.least = usize::MAX;
            self.least_left = self.rate_hz;
        }
    }
}
