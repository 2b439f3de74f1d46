//! The processor: settings in, audio through, meters out.
//!
//! An engine owns two chains. One plays; when the structure changes, the other is started beside it, its filters come to
//! rest, it takes over the envelopes, is fed ahead by its latency, and is faded in. Everything is allocated in
//! [`Engine::new`], and by a [`Workshop`] on another thread; all else is real-time safe.
//!
//! The latency that is reported is a promise: it holds as long as the engine lives. A chain that is less late than promised
//! gets its input later.

mod change;
mod error;

use std::sync::Arc;

use crate::chain::{self, Chain, Rows};
use crate::crossover::GRID;
use crate::fade::{Fade, blend};
use crate::ffi::{DenormalsOff, Kernels, Steps};
use crate::health;
use crate::layout::TILE;
use crate::linear::{Design, Linear, Supply, TAPS, Workshop, linear_latency};
use crate::meter::Meters;
use crate::past::{Past, TileRows};
use crate::ramp::Ramp;
use crate::settings::{Mode, Settings};
use crate::tap::{self, Source, Stretch, Switch, Tap};
use change::{COUNTER_GRID, Change};
use error::check;
pub use error::{EngineError, SAMPLE_RATES_HZ};

/// The processor of one stream.
#[derive(Debug)]
pub struct Engine {
    kernels: Kernels,
    channels: usize,
    sample_rate_hz: f64,
    /// What the user wants; the playing chain may be behind.
    wanted: Settings,
    /// It may be more than what the chains know.
    changed: bool,
    /// It has come since the last multiple of 16 frames.
    fresh: bool,
    /// Frames since the last start.
    clock: u64,
    /// The playing chain and the one that may replace it.
    chains: [Chain; 2],
    playing: usize,
    change: Change,
    /// What the other chain is to play, while that is on order.
    coming: Settings,
    /// Where filters come from.
    supply: Supply,
    /// The latency that was promised.
    promised: usize,
    fade: Fade,
    input_gain: Ramp,
    output_gain: Ramp,
    bypass: Ramp,
    /// Input of the last `promised` frames and one tile, for bypass and for chains that are less late.
    past: Past,
    /// The same of the sidechain.
    side_past: Past,
    meters: Arc<Meters>,
    health: health::Shared,
    tap: Option<Source>,
    /// Nothing in this block has been infinite or NaN.
    finite: bool,
    /// Nothing in the input of this block has been.
    finite_input: bool,
    /// Second channel of a mono stream; what both chains share.
    scratch: Box<Scratch>,
}

#[derive(Debug)]
struct Scratch {
    /// Second row of a mono stream.
    mono: [f32; TILE],
    /// Input once more, for the chain that is faded in, or for bypass.
    incoming: TileRows,
    dry: TileRows,
    /// Sidechain, as late as the playing and as the incoming chain want it.
    side: [TileRows; 2],
    /// Gain rows: input (playing and incoming chain, their polarities differ), output.
    gain: [[f32; TILE]; 3],
}

/// Factor of a gain.
fn amplitude(db: f64) -> f32 {
    libm::exp10(db / 20.0) as f32
}

impl Engine {
    /// An engine with the fastest kernels of this processor. Allocates everything it will ever need.
    pub fn new(sample_rate_hz: f64, channels: usize, settings: &Settings) -> Result<Self, EngineError> {
        Self::with_kernels(Kernels::best(), sample_rate_hz, channels, settings)
    }

    /// An engine with certain kernels.
    pub fn with_kernels(
        kernels: Kernels,
        sample_rate_hz: f64,
        channels: usize,
        settings: &Settings,
    ) -> Result<Self, EngineError> {
        if !SAMPLE_RATES_HZ.contains(&sample_rate_hz) {
            return Err(EngineError::SampleRate(sample_rate_hz));
        }
        if !(1..=2).contains(&channels) {
            return Err(EngineError::Channels(channels));
        }
        check(settings)?;
        let fade_frames = Chain::ramp_frames(sample_rate_hz) as usize;
        // Chains are born without what the linear mode needs.
        let without = Settings { mode: Mode::Lr, ..*settings };
        let chain = || Chain::new(sample_rate_hz, channels, &without);
        let mut playing = chain();
        if settings.mode == Mode::Linear {
            playing.equip(Some(Box::new(Linear::new(&Design::new(settings, sample_rate_hz), fade_frames))));
        }
        let promised = latency_samples(settings, sample_rate_hz);
        let scratch = Scratch {
            mono: [0.0; TILE],
            incoming: [[0.0; TILE]; 2],
            dry: [[0.0; TILE]; 2],
            side: [[[0.0; TILE]; 2]; 2],
            gain: [[0.0; TILE]; 3],
        };
        let mut new = Self {
            kernels,
            channels,
            sample_rate_hz,
            wanted: *settings,
            changed: false,
            fresh: false,
            clock: 0,
            chains: [playing, chain()],
            playing: 0,
            change: Change::None,
            coming: without,
            supply: Supply::new(fade_frames),
            promised,
            fade: Fade::new(fade_frames),
            input_gain: Ramp::resting(1.0),
            output_gain: Ramp::resting(1.0),
            bypass: Ramp::resting(0.0),
            past: Past::new(promised),
            side_past: Past::new(promised),
            meters: Arc::default(),
            health: health::Shared::default(),
            tap: None,
            finite: true,
            finite_input: true,
            scratch: Box::new(scratch),
        };
        new.begin(*settings);
        Ok(new)
    }

    /// Frames by which the output is late.
    pub fn latency_samples(&self) -> usize {
        self.promised
    }

    /// Latency of an engine that is made with these settings. If it differs from
    /// [`latency_samples`](Self::latency_samples), a change of look-ahead, filter length or mode may be waiting for one.
    pub fn wanted_latency_samples(&self) -> usize {
        latency_samples(&self.wanted, self.sample_rate_hz)
    }

    /// What makes filters for the linear mode when it is switched on, or its crossovers move, while the engine runs.
    /// Give it to a thread that may take its time; without one such changes stay undone.
    pub fn workshop(&self) -> Workshop {
        self.supply.workshop()
    }

    /// Whether the [`workshop`](Self::workshop) may ever have something to do: whether the promised latency has room for
    /// the linear mode.
    pub fn needs_workshop(&self) -> bool {
        self.promised >= linear_latency(*TAPS.start(), self.sample_rate_hz)
    }

    /// Off line: filters are waited for, and made on the calling thread if no one else does. So a change acts after the
    /// same number of frames on any machine. Not real-time safe while it is on.
    pub fn set_offline(&mut self, offline: bool) {
        self.supply.be_patient(offline);
    }

    /// Bands that are playing: the bands of a trace.
    pub fn bands(&self) -> usize {
        self.chains[self.playing].settings().bands
    }

    /// One or two.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Meters of the bands, for any thread.
    pub fn meters(&self) -> Arc<Meters> {
        Arc::clone(&self.meters)
    }

    /// What this engine counts, for any thread. Time is what its caller measures.
    pub fn health(&self) -> health::Shared {
        Arc::clone(&self.health)
    }

    /// A tap for another thread, with room for so many slots, which it has to provide. Slots are filled while the
    /// switch is open. Replaces an older tap; allocates.
    pub fn tap(&mut self, slots: usize, switch: &Arc<Switch>) -> Tap {
        let (source, tap) = tap::tap(slots, Arc::clone(switch), Arc::clone(&self.health));
        self.tap = Some(source);
        tap
    }

    /// New settings, whole; they act at the next multiple of 16 frames since the start. A change of structure (slope,
    /// mode, filter length, bands, channels, target, a band's look-ahead) is faded in; while a fade runs, changes other than
    /// bypass wait and the last one wins. Filters that are waited for hold nothing up. What needs another latency than
    /// promised takes another engine, unless `hold_latency` is set and less is needed. An error leaves everything as it was.
    pub fn set(&mut self, settings: &Settings) -> Result<(), EngineError> {
        if self.wanted == *settings {
            return Ok(());
        }
        check(settings)?;
        self.wanted = *settings;
        (self.changed, self.fresh) = (true, true);
        Ok(())
    }

    /// Steps in for another engine in the eyes of whoever looks on: its meters, what it counts and its tap now tell of this
    /// one, and the other way round. Real-time safe.
    pub fn step_in_for(&mut self, other: &mut Self) {
        std::mem::swap(&mut self.meters, &mut other.meters);
        std::mem::swap(&mut self.health, &mut other.health);
        std::mem::swap(&mut self.tap, &mut other.tap);
    }

    /// Forgets all history; takes over at once what needs no other latency than promised and no filters that are not at
    /// hand. Real-time safe.
    pub fn restart(&mut self) {
        let wanted = self.attainable();
        let playing = &self.chains[self.playing];
        let later = !playing.is_equipped_for(&wanted);
        let settings = if later { *playing.settings() } else { wanted };
        self.begin(settings);
        self.changed = later;
    }

    /// Starts the playing chain afresh, at frame 0.
    fn begin(&mut self, settings: Settings) {
        (self.changed, self.fresh) = (false, false);
        self.clock = 0;
        self.change = Change::None;
        self.supply.restart();
        self.chains[self.playing].restart(&settings);
        self.input_gain = Ramp::resting(amplitude(settings.input_gain_db));
        self.output_gain = Ramp::resting(amplitude(settings.output_gain_db));
        // The user's way out waits for no filters, even if all else does.
        self.bypass = Ramp::resting(f32::from(u8::from(self.wanted.bypass)));
        self.past.forget();
        self.side_past.forget();
    }

    /// Processes `main` in place: one or two rows of equal length, as many as the engine has channels. `sidechain`:
    /// no row, one that serves both channels, or two; shorter rows are continued with silence.
    ///
    /// # Panics
    /// If `main` has another number of rows, or rows of unequal length.
    pub fn process(&mut self, main: &mut [&mut [f32]], sidechain: &[&[f32]]) {
        self.run(main, sidechain, None);
    }

    /// Like [`process`](Self::process), and writes the dynamic gain in dB that meets each output frame to `trace`:
    /// frames × bands × channels. Use it only while the number of bands stands still.
    ///
    /// # Panics
    /// As `process`, and if `trace` has another length.
    pub fn process_traced(&mut self, main: &mut [&mut [f32]], sidechain: &[&[f32]], trace: &mut [f32]) {
        let frames = main.first().map_or(0, |row| row.len());
        assert!(trace.len() == frames * self.bands() * self.channels, "trace: frames × bands × channels");
        self.run(main, sidechain, Some(trace));
    }

    fn run(&mut self, main: &mut [&mut [f32]], sidechain: &[&[f32]], mut trace: Option<&mut [f32]>) {
        assert!(main.len() == self.channels, "{} rows for {} channels", main.len(), self.channels);
        assert!(main.iter().all(|row| row.len() == main[0].len()), "rows of unequal length");
        let _denormals_off = DenormalsOff::new();
        let frames = main[0].len();
        let row_length = self.bands() * self.channels;
        let opening = self.tap.as_ref().and_then(Source::opening);
        let mut at = 0;
        while at < frames {
            if self.clock.is_multiple_of(GRID as u64) {
                self.on_grid();
            }
            // A sidechain row that ends cuts the stretch; how it is cut changes no bit.
            let left_over = |row: &&[f32]| row.len().checked_sub(at).filter(|&left| left > 0);
            let limit = sidechain.iter().filter_map(left_over).fold(frames - at, usize::min);
            let length = self.stretch(limit);
            let trace = trace.as_deref_mut().map(|t| &mut t[at * row_length..(at + length) * row_length]);
            let (left, right) = main.split_at_mut(1);
            let left = &mut left[0][at..at + length];
            let right = right.first_mut().map(|row| &mut row[at..at + length]);
            self.tile(left, right, side_rows(sidechain, at, length), trace, opening);
            self.clock += length as u64;
            at += length;
        }
        self.finish();
    }

    /// The playing chain and the other one.
    fn chains_in_order(&mut self) -> [&mut Chain; 2] {
        let [first, second] = &mut self.chains;
        if self.playing == 0 { [first, second] } else { [second, first] }
    }

    /// Frames, at most `limit`, in which nothing starts or ends.
    fn stretch(&self, limit: usize) -> usize {
        let clock = self.clock;
        let mut length = self.chains[self.playing].stretch(clock, limit);
        if self.supplies() {
            length = length.min(COUNTER_GRID - (clock % COUNTER_GRID as u64) as usize);
        }
        if self.changed && (self.fresh || self.change == Change::None) {
            length = length.min(GRID - (clock % GRID as u64) as usize);
        }
        match self.change {
            Change::None | Change::Ordered => (),
            Change::Waiting(left) => length = length.min(left),
            Change::Settling(left) => length = self.chains[1 - self.playing].stretch(clock, length.min(left)),
            Change::Feeding(left) => length = self.chains[1 - self.playing].stretch(clock, length.min(left)),
            Change::Fading(done) => {
                length = self.chains[1 - self.playing].stretch(clock, length.min(self.fade.frames() - done));
            }
        }
        for ramp in [&self.input_gain, &self.output_gain, &self.bypass] {
            if ramp.left() > 0 {
                length = length.min(ramp.left() as usize);
            }
        }
        length
    }

    /// One stretch through the playing chain, and through the incoming one if there is one.
    fn tile(
        &mut self,
        left: &mut [f32],
        right: Option<&mut [f32]>,
        side: Option<[&[f32]; 2]>,
        trace: Option<&mut [f32]>,
        opening: Option<u32>,
    ) {
        let frames = left.len();
        let Self { kernels, chains, scratch, tap, .. } = self;
        let Scratch { mono, incoming, dry, side: late_side, gain } = &mut **scratch;
        let right = right.unwrap_or_else(|| {
            mono[..frames].fill(0.0);
            &mut mono[..frames]
        });
        let stretch = Stretch { frames, bands: chains[self.playing].settings().bands };
        let mut slot = tap.as_mut().zip(opening).and_then(|(tap, opening)| tap.slot(opening, stretch));
        if let Some(slot) = &mut slot {
            slot.write_input([&*left, &*right]);
        }
        let bypassing = self.bypass.left() > 0 || self.bypass.target() != 0.0;
        let changing = !matches!(self.change, Change::None | Change::Ordered | Change::Waiting(_));
        let (playing, other) = {
            let [first, second] = chains;
            if self.playing == 0 { (first, second) } else { (second, first) }
        };
        // A chain that is less late than promised gets its input later.
        let late = match self.promised {
            0 => [0; 2],
            promised => [playing.latency(), other.latency()].map(|latency| promised.saturating_sub(latency)),
        };
        if changing {
            incoming[0][..frames].copy_from_slice(left);
            incoming[1][..frames].copy_from_slice(right);
        }
        if bypassing || self.promised > 0 {
            self.past.write([left, right]);
            if bypassing {
                self.past.read(self.promised, first_of(dry, frames));
            }
            if late[0] > 0 {
                self.past.read(late[0], [left, right]);
            }
            if changing && late[1] > 0 {
                self.past.read(late[1], first_of(incoming, frames));
            }
            self.past.advance(frames);
        }
        let mut sides = [side, side];
        if self.promised > 0 {
            self.side_past.write(side.unwrap_or([&SILENCE[..frames]; 2]));
            for ((side, late), rows) in sides.iter_mut().zip(late).zip(late_side) {
                if late > 0 && side.is_some() {
                    let [left, right] = first_of(rows, frames);
                    self.side_past.read(late, [left, right]);
                    *side = Some([left, right]);
                }
            }
            self.side_past.advance(frames);
        }

        let [gain_playing, gain_incoming, gain_out] = gain;
        let output_gain = steps(&self.output_gain, 1.0, &mut gain_out[..frames]);
        self.finite_input &= playing.process(
            kernels,
            self.clock,
            Rows {
                left,
                right,
                side: sides[0],
                input_gain: steps(&self.input_gain, playing.polarity(), &mut gain_playing[..frames]),
                output_gain,
                tapped: slot.is_some(),
            },
            trace,
        );
        if let Some(slot) = &mut slot {
            playing.tap(output_gain, frames, slot);
        }
        if changing {
            let [in_left, in_right] = incoming;
            let (in_left, in_right) = (&mut in_left[..frames], &mut in_right[..frames]);
            let input_gain = steps(&self.input_gain, other.polarity(), &mut gain_incoming[..frames]);
            let side = sides[1];
            let rows = Rows { left: in_left, right: in_right, side, input_gain, output_gain, tapped: false };
            other.process(kernels, self.clock, rows, None);
            if let Change::Fading(done) = self.change {
                let fade = self.fade.after(done);
                blend(fade, in_left, left);
                blend(fade, in_right, right);
            }
        }
        // What is not finite in the history of a filter is in its output at the next frame.
        self.finite &= [&*left, &*right].iter().all(|row| row.last().is_none_or(|x| x.is_finite()));
        if bypassing {
            let positions = &mut gain_out[..frames];
            self.bypass.fill(positions);
            for (row, dry) in [&mut *left, &mut *right].into_iter().zip(dry) {
                self.fade.to_dry(positions, dry, row);
            }
        }
        if let Some(slot) = slot {
            slot.finish(stretch, [left, right]);
        }
        self.advance(frames);
    }

    fn advance(&mut self, frames: usize) {
        for ramp in [&mut self.input_gain, &mut self.output_gain, &mut self.bypass] {
            ramp.advance(frames as u32);
        }
        self.go_on_changing(frames);
    }

    /// After a block: meters out, and away with a history that is not finite.
    fn finish(&mut self) {
        self.chains[self.playing].publish(&self.meters);
        if !std::mem::replace(&mut self.finite_input, true) {
            self.health.add_non_finite_input();
        }
        if !std::mem::replace(&mut self.finite, true) {
            self.health.add_non_finite_block();
            let settings = *self.chains[self.playing].settings();
            self.chains[self.playing].restart(&settings);
            // Whatever was being faded in is asked for once more.
            self.changed |= self.change != Change::None;
            self.change = Change::None;
        }
    }
}

/// A sidechain row that has ended.
const SILENCE: [f32; TILE] = [0.0; TILE];

/// Rows of a stretch of the sidechain, which no row ends within; None without one.
fn side_rows<'a>(sidechain: &[&'a [f32]], at: usize, length: usize) -> Option<[&'a [f32]; 2]> {
    let row = |row: &&'a [f32]| row.get(at..at + length).unwrap_or(&SILENCE[..length]);
    let first = row(sidechain.first()?);
    Some([first, sidechain.get(1).map_or(first, row)])
}

/// A gain ramp times a constant, for the kernels.
fn steps<'a>(ramp: &Ramp, times: f32, row: &'a mut [f32]) -> Steps<'a, f32> {
    if ramp.left() == 0 {
        row[0] = ramp.target() * times;
        return Steps::held(&row[0]);
    }
    ramp.fill(row);
    for gain in row.iter_mut() {
        *gain *= times;
    }
    Steps::moving(row)
}

/// The first frames of both rows.
fn first_of(rows: &mut TileRows, frames: usize) -> [&mut [f32]; 2] {
    rows.each_mut().map(|row| &mut row[..frames])
}

/// Frames by which an engine with these settings is late: what a host is told. Held, that is the latency of the linear
/// mode with the same look-ahead. Real-time safe.
pub fn latency_samples(settings: &Settings, sample_rate_hz: f64) -> usize {
    let mode = if settings.hold_latency { Mode::Linear } else { settings.mode };
    chain::latency(&Settings { mode, ..*settings }, sample_rate_hz)
}
