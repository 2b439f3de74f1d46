//! What a render did to the sound: levels, spectra and dynamic gain, gathered while the blocks pass by.
//!
//! Memory does not grow with the length of the audio: [`Report`] keeps sums, one FFT window per channel and at
//! most 2000 points of gain per band. [`Summary`] shows the result as JSON, as a picture or in the terminal.

pub(crate) mod axes;
pub(crate) mod bands;
pub(crate) mod colours;
mod gain_panel;
mod gains;
pub(crate) mod json;
mod levels;
pub(crate) mod pen;
pub(crate) mod picture;
pub(crate) mod spectrum;
pub(crate) mod spectrum_panel;
pub(crate) mod table;

use crate::latency::Latency;
use bands::Band;
use gains::{BandGain, GainHistory};
use levels::{LevelMeter, Levels};
use octant_dsp::Settings;
use spectrum::{Spectrum, SpectrumMeter};

/// Gathers what happens during one render.
pub struct Report {
    title: String,
    sample_rate_hz: f64,
    channels: usize,
    frames: u64,
    bands: Vec<Band>,
    latency: Latency,
    input_level: LevelMeter,
    output_level: LevelMeter,
    input_spectrum: SpectrumMeter,
    output_spectrum: SpectrumMeter,
    gains: GainHistory,
}

impl Report {
    /// An empty report. `frames` is the expected length, if it is known: then the gain over time gets its final
    /// resolution at once; otherwise it is halved whenever the points run out.
    pub fn new(sample_rate_hz: f64, channels: usize, settings: &Settings, frames: Option<u64>) -> Self {
        let bands = bands::of(settings, sample_rate_hz, channels);
        Self {
            title: String::new(),
            sample_rate_hz,
            channels,
            frames: 0,
            latency: Latency::of(settings, sample_rate_hz),
            input_level: LevelMeter::default(),
            output_level: LevelMeter::default(),
            input_spectrum: SpectrumMeter::new(sample_rate_hz, channels),
            output_spectrum: SpectrumMeter::new(sample_rate_hz, channels),
            gains: GainHistory::new(&bands, channels, frames),
            bands,
        }
    }

    /// Names what is shown, for instance the file and the preset.
    #[must_use]
    pub fn with_title(mut self, title: &str) -> Self {
        // Control characters have no place in a heading, and XML forbids them.
        self.title = title.chars().filter(|c| !c.is_control()).collect();
        self
    }

    /// Takes one block: rows of equal length for each channel, the latency already removed, and the dynamic gain in
    /// dB that met these frames, as frames × bands × channels. NaN and infinities count as 0, as in the engine.
    pub fn add(&mut self, input: &[&[f32]], output: &[&[f32]], trace: &[f32]) {
        self.input_level.add(input);
        self.output_level.add(output);
        self.input_spectrum.add(input);
        self.output_spectrum.add(output);
        self.gains.add(trace);
        self.frames += input.first().map_or(0, |row| row.len() as u64);
    }

    /// Closes the books.
    pub fn finish(self) -> Summary {
        let (frames_per_point, gains) = self.gains.finish();
        Summary {
            title: self.title,
            sample_rate_hz: self.sample_rate_hz,
            channels: self.channels,
            frames: self.frames,
            latency: self.latency,
            input: self.input_level.levels(),
            output: self.output_level.levels(),
            before: self.input_spectrum.finish(),
            after: self.output_spectrum.finish(),
            bands: self.bands.into_iter().zip(gains).collect(),
            frames_per_point,
        }
    }
}

/// What a finished render did, ready to be shown.
pub struct Summary {
    title: String,
    sample_rate_hz: f64,
    channels: usize,
    frames: u64,
    latency: Latency,
    input: Levels,
    output: Levels,
    before: Spectrum,
    after: Spectrum,
    bands: Vec<(Band, BandGain)>,
    frames_per_point: u64,
}

impl Summary {
    /// The figures as a JSON document. Levels of silence are `null`.
    pub fn to_json(&self) -> String {
        json::write(self)
    }

    /// One self-contained picture: the spectrum before and after, and each band's gain over time.
    pub fn to_svg(&self) -> String {
        picture::draw(self)
    }

    /// The figures as a table of plain text.
    pub fn to_text(&self) -> String {
        table::write(self, false)
    }

    /// The same table for standard output: in colour if that is a terminal and `NO_COLOR` is not set.
    pub fn to_terminal_text(&self) -> String {
        use std::io::IsTerminal;
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        table::write(self, wanted && std::io::stdout().is_terminal())
    }

    fn seconds(&self) -> f64 {
        self.frames as f64 / self.sample_rate_hz
    }
}

#[cfg(test)]
mod tests;
