//! Where audio goes: one interface over the writers of WAV and FLAC.

use std::path::Path;

use crate::error::Failure;
use crate::flac_sink::FlacSink;
use crate::riff::Chunk;
use crate::sample::OutputFormat;
use crate::source::StreamShape;
use crate::staging::OutputFile;
use crate::wav_sink::WavSink;

/// The container of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// WAV, RF64 beyond 4 GiB.
    Wav,
    /// FLAC.
    Flac,
}

impl Container {
    /// From the name of a file.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "wav" | "wave" | "bwf" | "rf64" => Some(Self::Wav),
            "flac" => Some(Self::Flac),
            _ => None,
        }
    }

    /// What is written unless the user asks otherwise: all of the engine's precision where the container can hold it.
    #[must_use]
    pub fn default_format(self) -> OutputFormat {
        match self {
            Self::Wav => OutputFormat::F32,
            Self::Flac => OutputFormat::S24,
        }
    }
}

/// How the samples of an output are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleStyle {
    /// Coding.
    pub format: OutputFormat,
    /// Triangular dither before rounding to integers.
    pub dither: bool,
}

/// A writer of audio.
pub trait Sink {
    /// Appends rows of equal length.
    fn write(&mut self, rows: &[&[f32]]) -> Result<(), Failure>;

    /// Completes headers and appends metadata that stood behind the audio.
    fn finish(self: Box<Self>, chunks: &[Chunk]) -> Result<Finished, Failure>;
}

/// A complete output that has not appeared yet.
pub struct Finished {
    /// To be committed.
    pub file: OutputFile,
    /// Samples beyond full scale.
    pub clipped: u64,
    /// Sentences about what could not be kept.
    pub warnings: Vec<String>,
}

/// Begins an output.
pub fn create(
    file: OutputFile,
    container: Container,
    shape: StreamShape,
    style: SampleStyle,
    chunks: &[Chunk],
) -> Result<Box<dyn Sink>, Failure> {
    Ok(match container {
        Container::Wav => Box::new(WavSink::create(file, shape, style, chunks)?),
        Container::Flac => Box::new(FlacSink::create(file, shape, style, chunks)?),
    })
}
