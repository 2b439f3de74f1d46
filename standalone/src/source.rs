//! Where audio comes from: one interface over our WAV reader and the decoders of other formats.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::coded_source::CodedSource;
use crate::error::Failure;
use crate::pipes;
use crate::riff::Chunk;
use crate::wav_source::WavSource;

/// Rate, width and length of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamShape {
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// One or two.
    pub channels: usize,
    /// Frames, where the file tells.
    pub frames: Option<u64>,
}

/// What a source knows only at its end.
#[derive(Debug, Default)]
pub struct Epilogue {
    /// Metadata chunks that stood behind the audio.
    pub chunks: Vec<Chunk>,
    /// Sentences about things that were not as they should be.
    pub warnings: Vec<String>,
}

/// A stream of audio.
pub trait Source {
    /// Rate, width and length.
    fn shape(&self) -> StreamShape;

    /// Metadata chunks that stood before the audio.
    fn chunks(&self) -> &[Chunk] {
        &[]
    }

    /// Fills rows of equal length and returns the frames read: fewer than asked only at the end of the stream.
    fn read(&mut self, rows: &mut [&mut [f32]]) -> Result<usize, Failure>;

    /// To be called when the audio has been read to its end.
    fn finish(&mut self) -> Result<Epilogue, Failure>;
}

/// An input as the user names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// WAV from standard input.
    Stdin,
    /// A file.
    Path(PathBuf),
}

impl Input {
    /// `-` is standard input.
    #[must_use]
    pub fn from_argument(argument: &Path) -> Self {
        if argument.as_os_str() == "-" { Self::Stdin } else { Self::Path(argument.to_owned()) }
    }

    /// The name for messages.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "standard input".to_owned(),
            Self::Path(path) => path.display().to_string(),
        }
    }
}

/// Opens an input and reads its head.
pub fn open(input: &Input) -> Result<Box<dyn Source>, Failure> {
    let name = input.name();
    let source: Box<dyn Source> = match input {
        Input::Stdin => {
            let stdin = pipes::stdin().map_err(|e| Failure::reading(&name, &e))?;
            Box::new(WavSource::open(Box::new(stdin), None, name.clone())?)
        }
        Input::Path(path) => {
            let mut file = File::open(path).map_err(|e| Failure::reading(&name, &e))?;
            let metadata = file.metadata().map_err(|e| Failure::reading(&name, &e))?;
            if metadata.is_dir() {
                return Err(Failure::input(format!("{name}: is a directory; name the audio files in it")));
            }
            if !metadata.is_file() {
                // Pipes and devices have no length and cannot go back.
                Box::new(WavSource::open(Box::new(file), None, name.clone())?)
            } else if metadata.len() == 0 {
                return Err(Failure::input(format!("{name}: is empty (0 bytes); an audio file is needed")));
            } else if is_wav(&mut file).map_err(|e| Failure::reading(&name, &e))? {
                Box::new(WavSource::open(Box::new(file), Some(metadata.len()), name.clone())?)
            } else {
                Box::new(CodedSource::open(file, path)?)
            }
        }
    };
    let shape = source.shape();
    if !(1..=2).contains(&shape.channels) {
        return Err(Failure::input(format!(
            "{name}: has {} channels; one or two can be processed, so split it into mono or stereo files first",
            shape.channels
        )));
    }
    if !(8_000..=768_000).contains(&shape.sample_rate_hz) {
        return Err(Failure::input(format!(
            "{name}: has a sample rate of {} Hz; 8000 … 768000 Hz can be processed",
            shape.sample_rate_hz
        )));
    }
    if shape.frames == Some(0) {
        return Err(Failure::input(format!("{name}: holds no audio (0 frames); at least one frame is needed")));
    }
    Ok(source)
}

/// Looks at the first bytes and goes back to the beginning.
fn is_wav(file: &mut File) -> io::Result<bool> {
    use std::io::{Seek, SeekFrom};
    let mut head = Vec::with_capacity(12);
    file.take(12).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(matches!(head.get(..4), Some(b"RIFF" | b"RF64" | b"BW64")) && head.get(8..12).is_none_or(|kind| kind == b"WAVE"))
}
