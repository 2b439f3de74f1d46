//! The body of the output callback: feeds in, engine, fades, meters, samples out. Real-time safe.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use cpal::{FromSample, Sample};
use octant_dsp::engine::EngineError;
use octant_dsp::meter::Meters;
use octant_dsp::{Engine, Settings};
use ringbuf::traits::{Consumer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

use super::drift::PIECE;
use super::fade::Fade;
use super::feed::Outlet;
use super::status::Status;
use super::tone::Tone;

/// Length of fades, s.
const FADE_S: f64 = 0.02;
/// Wishes under way at most.
const WISHES: usize = 16;
/// Weight of the last block in the smoothed load.
const LOAD_WEIGHT: f32 = 0.05;

/// What the main thread wants of the callback, whole: the last one counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wish {
    /// The sound.
    pub settings: Settings,
    /// The input is not let through.
    pub muted: bool,
    /// Fade out, and stay silent.
    pub silence: bool,
}

/// Connects somebody who listens, such as an analysis, to an engine of a rate in Hz that does not play yet.
pub type Fitting = Arc<dyn Fn(&mut Engine, f64) + Send + Sync>;

/// Everything that the output callback owns.
pub struct Player {
    engine: Engine,
    engine_meters: Arc<Meters>,
    rate_hz: f64,
    main: Outlet,
    sidechain: Option<Outlet>,
    rows: [Box<[f32; PIECE]>; 2],
    side_rows: [Box<[f32; PIECE]>; 2],
    wishes: HeapCons<Wish>,
    wish: Wish,
    /// The look-ahead is another one as soon as all is silent.
    refit: bool,
    input: Fade,
    output: Fade,
    tone: Tone,
    status: Arc<Status>,
}

impl Player {
    /// For a stream of one or two channels; also gives the end into which wishes go. Allocates everything.
    pub fn new(
        rate_hz: f64,
        channels: usize,
        wish: Wish,
        main: Outlet,
        sidechain: Option<Outlet>,
        status: &Arc<Status>,
    ) -> Result<(Self, HeapProd<Wish>), EngineError> {
        let engine = Engine::new(rate_hz, channels, &wish.settings)?;
        let (sender, wishes) = HeapRb::new(WISHES).split();
        let rows = || Box::new([0.0; PIECE]);
        let fade = || Fade::silent(FADE_S * rate_hz);
        let mut new = Self {
            engine_meters: engine.meters(),
            engine,
            rate_hz,
            main,
            sidechain,
            rows: [rows(), rows()],
            side_rows: [rows(), rows()],
            wishes,
            wish,
            refit: false,
            input: fade(),
            output: fade(),
            tone: Tone::new(rate_hz, FADE_S),
            status: Arc::clone(status),
        };
        new.input.jump(!wish.muted);
        new.output.go(!wish.silence);
        new.status.silent.store(false, Relaxed);
        new.status.engine_frames.store(new.engine.latency_samples() as u32, Relaxed);
        Ok((new, sender))
    }

    /// Shows the engine to somebody before anything plays. May allocate.
    pub fn show_to(&mut self, fitting: &Fitting) {
        fitting(&mut self.engine, self.rate_hz);
    }

    /// Fills what the device wants: frames of `width` channels, of which the first two get sound; one channel of sound
    /// goes to both.
    pub fn fill<T>(&mut self, data: &mut [T], width: usize, seconds: f64)
    where
        T: Sample + FromSample<f32>,
    {
        let begun = Instant::now();
        let frames = data.len() / width.max(1);
        self.listen();
        self.main.begin(seconds, frames);
        if let Some(sidechain) = &mut self.sidechain {
            sidechain.begin(seconds, frames);
        }
        let (mut peaks, mut clips) = ([0.0f32; 2], 0);
        for part in data.chunks_mut(PIECE * width.max(1)) {
            let frames = part.len() / width.max(1);
            self.piece(frames);
            let rows = &self.rows[..self.engine.channels()];
            for (frame, to) in part.chunks_exact_mut(width.max(1)).enumerate() {
                let mut clipped = false;
                for (row, peak) in rows.iter().zip(&mut peaks) {
                    let x = row[frame].abs();
                    *peak = peak.max(x);
                    clipped |= x > 1.0;
                }
                clips += u64::from(clipped);
                for (channel, to) in to.iter_mut().enumerate() {
                    let row = if channel < 2 { rows.get(channel).or(rows.first()) } else { None };
                    *to = row.map_or(T::EQUILIBRIUM, |row| T::from_sample(row[frame]));
                }
            }
        }
        self.tell(frames, peaks, clips, begun);
    }

    /// Takes over what the main thread wants.
    fn listen(&mut self) {
        let mut changed = false;
        while let Some(wish) = self.wishes.try_pop() {
            self.wish = wish;
            changed = true;
        }
        if changed {
            // Refused settings leave the sound as it was; the main thread has checked them.
            let _ = self.engine.set(&self.wish.settings);
            self.refit = self.engine.wanted_latency_samples() != self.engine.latency_samples();
            self.input.go(!self.wish.muted);
            self.output.go(!self.wish.silence && !self.refit);
        }
        if self.refit && self.output.is_silent() {
            self.engine.reset();
            self.refit = false;
            self.output.go(!self.wish.silence);
            self.status.engine_frames.store(self.engine.latency_samples() as u32, Relaxed);
        }
    }

    /// Processes so many frames into `rows`.
    fn piece(&mut self, frames: usize) {
        let channels = self.engine.channels();
        let [left, right] = &mut self.rows;
        let mut main = [&mut left[..frames], &mut right[..frames]];
        let main = &mut main[..channels];
        self.main.read(main);
        self.input.apply(main);
        if let Some(sidechain) = &mut self.sidechain {
            let [left, right] = &mut self.side_rows;
            let mut side = [&mut left[..frames], &mut right[..frames]];
            let width = sidechain.channels();
            sidechain.read(&mut side[..width]);
            let side = side.map(|row| &*row);
            self.engine.process(main, &side[..width.min(channels)]);
        } else {
            self.engine.process(main, &[]);
        }
        self.tone.add(self.status.tone.load(Relaxed), main);
        self.output.apply(main);
    }

    fn tell(&mut self, frames: usize, peaks: [f32; 2], clips: u64, begun: Instant) {
        let status = &self.status;
        for ((shown, seen), own) in status.bands.iter().zip(status.seen.iter()).zip(self.engine_meters.iter()) {
            if let Some(reading) = own.take() {
                shown.add(reading);
                seen.add(reading);
            }
        }
        for (cell, peak) in status.output_peak.iter().zip(peaks) {
            Status::raise(cell, peak);
        }
        if clips > 0 {
            Status::count(&status.clips, clips);
        }
        status.output_block.store(frames as u32, Relaxed);
        Status::count(&status.output_calls, 1);
        if self.wish.silence && self.output.is_silent() {
            status.silent.store(true, Relaxed);
        }
        let load = (begun.elapsed().as_secs_f64() * self.rate_hz / frames.max(1) as f64) as f32;
        let smooth = status.load.load(Relaxed);
        status.load.store(smooth + LOAD_WEIGHT * (load - smooth), Relaxed);
        Status::raise(&status.load_peak, load);
    }
}
