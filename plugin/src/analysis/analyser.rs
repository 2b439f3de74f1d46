//! Slots in, pictures out.

use super::levels::Levels;
use super::picture::{BandPicture, Loudness, Peaks, Picture};
use super::spectrum::Spectrometer;
use octant_dsp::health::Health;
use octant_dsp::tap::Slot;

/// Samples below this are silence: 20 dB above the floor of the spectra and below everything that is shown.
const SILENT: f32 = 1e-9;
/// Seconds after which silence fills every window: loudness looks back three.
const FORGOTTEN_S: f64 = 4.0;

/// Everything that is computed of one stream.
pub struct Analyser {
    sample_rate_hz: f64,
    channels: usize,
    before: Side,
    after: Side,
    bands: Vec<BandPicture>,
    /// Serial of the next slot if none is lost.
    next: Option<u64>,
    /// Frames since input and output fell silent.
    silent: usize,
}

/// Input or output.
struct Side {
    spectrum: Spectrometer,
    levels: Levels,
    /// The rows of a slot without what is not a number.
    rows: [Vec<f32>; 2],
}

impl Side {
    fn new(sample_rate_hz: f64, channels: usize) -> Self {
        Self {
            spectrum: Spectrometer::new(sample_rate_hz, channels),
            levels: Levels::new(sample_rate_hz, channels),
            rows: Default::default(),
        }
    }

    fn add(&mut self, rows: &[&[f32]]) {
        for (clean, row) in self.rows.iter_mut().zip(rows) {
            clean.clear();
            // As the engine takes its input.
            clean.extend(row.iter().map(|x| if x.is_finite() { x.clamp(-1.0e6, 1.0e6) } else { 0.0 }));
        }
        let clean = [&self.rows[0][..], &self.rows[1][..]];
        self.spectrum.add(&clean[..rows.len()]);
        self.levels.add(&clean[..rows.len()]);
    }
}

impl Analyser {
    /// Of a stream of one or two channels.
    pub fn new(sample_rate_hz: f64, channels: usize) -> Self {
        let side = || Side::new(sample_rate_hz, channels);
        Self { sample_rate_hz, channels, before: side(), after: side(), bands: Vec::new(), next: None, silent: 0 }
    }

    /// Adds one slot; whether it can have changed anything. Silence that lasts changes nothing and is not counted.
    pub fn add(&mut self, slot: &Slot) -> bool {
        if self.next.is_some_and(|next| next != slot.serial()) {
            self.before.spectrum.interrupt();
            self.after.spectrum.interrupt();
        }
        self.next = Some(slot.serial() + 1);
        let rows = (0..self.channels).flat_map(|channel| [slot.input(channel), slot.output(channel)]);
        let silent = rows.flatten().all(|x| x.abs() < SILENT);
        self.silent = if silent { self.silent + slot.frames() } else { 0 };
        if self.silent as f64 > FORGOTTEN_S * self.sample_rate_hz && self.bands.len() == slot.bands() {
            return false;
        }
        self.before.add(&[slot.input(0), slot.input(1)][..self.channels]);
        self.after.add(&[slot.output(0), slot.output(1)][..self.channels]);
        // A band that comes or goes moves those above it: what was counted belongs to others now.
        if self.bands.len() != slot.bands() {
            self.bands = vec![BandPicture::default(); slot.bands()];
        }
        for (index, band) in self.bands.iter_mut().enumerate() {
            band.before.add(slot.level_db(index));
            let square = |x: &f32| f64::from(*x) * f64::from(*x);
            let sum: f64 = (0..self.channels).flat_map(|channel| slot.band(index, channel)).map(square).sum();
            let mean = sum / (self.channels * slot.frames()).max(1) as f64;
            band.after.add((10.0 * mean.log10()) as f32);
        }
        true
    }

    /// What is known now.
    pub fn picture(&self, serial: u64, health: Health) -> Picture {
        Picture {
            serial,
            sample_rate_hz: self.sample_rate_hz,
            before: self.before.spectrum.spectrum(),
            after: self.after.spectrum.spectrum(),
            bands: self.bands.clone(),
            loudness: Loudness { before: self.before.levels.lufs(), after: self.after.levels.lufs() },
            peaks: Peaks { before: self.before.levels.peaks(), after: self.after.levels.peaks() },
            health,
        }
    }
}
