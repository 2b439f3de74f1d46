//! FLAC, AIFF, MP3 and OGG/Vorbis in, by the decoders of symphonia.

use std::fs::File;
use std::path::Path;

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use crate::completeness::{Ending, ending};
use crate::error::{Failure, reason};
use crate::source::{Epilogue, Source, StreamShape};

/// What a damaged MP3 packet can have held.
const MAX_MP3_PACKET_FRAMES: u64 = 1152;

/// A decoded stream.
pub struct CodedSource {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    name: String,
    shape: StreamShape,
    /// MP3 is made to survive damage: a bad packet is left out, in the other formats it is an error.
    tolerant: bool,
    /// Decoded frames that have not been asked for yet, one row per channel.
    rows: Vec<Vec<f32>>,
    /// Frames of `rows` that have been handed out.
    taken: usize,
    delivered: u64,
    damaged_packets: u64,
    warnings: Vec<String>,
}

impl CodedSource {
    /// Finds out the format and decodes the first packet.
    pub fn open(mut file: File, path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let mut warnings = Vec::new();
        match ending(&mut file).map_err(|e| Failure::reading(&name, &e))? {
            Ending::Whole => {}
            Ending::Open => {
                warnings.push(format!("{name}: its last page is not marked as the last one; it may have lost its end"))
            }
            Ending::Cut => {
                return Err(Failure::input(format!(
                    "{name}: is truncated: its last part is missing; a complete file is needed"
                )));
            }
        }
        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
            hint.with_extension(extension);
        }
        let stream = MediaSourceStream::new(Box::new(file), Default::default());
        let not_audio = || {
            Failure::input(format!(
                "{name}: is not an audio file that can be read; WAV, FLAC, AIFF, MP3 and OGG/Vorbis can"
            ))
        };
        let format = symphonia::default::get_probe()
            .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|_| not_audio())?;
        let tolerant = format.format_info().short_name == "mp3";
        let track = format.default_track(TrackType::Audio).ok_or_else(not_audio)?;
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio()).ok_or_else(not_audio)?;
        // Without an encoder's tag the length of an MP3 file is only guessed from its size.
        let frames = track.num_frames.filter(|_| !tolerant || track.delay.is_some());
        let decoder =
            symphonia::default::get_codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default()).map_err(
                |_| Failure::input(format!("{name}: its codec is not supported; FLAC, MP3, Vorbis and PCM are")),
            )?;
        let mut source = Self {
            shape: StreamShape { sample_rate_hz: 0, channels: 0, frames },
            track: track.id,
            format,
            decoder,
            name,
            tolerant,
            rows: Vec::new(),
            taken: 0,
            delivered: 0,
            damaged_packets: 0,
            warnings,
        };
        // Only a decoded packet tells rate and width of every format for certain.
        if !source.decode_next()? {
            return Err(Failure::input(format!(
                "{}: is truncated or damaged: no audio in it can be decoded; a complete file is needed",
                source.name
            )));
        }
        Ok(source)
    }

    /// Decodes the next packet that holds audio; `false` at the end.
    fn decode_next(&mut self) -> Result<bool, Failure> {
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(false),
                Err(Error::IoError(e)) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(false),
                Err(Error::ResetRequired) => {
                    return Err(Failure::input(format!(
                        "{}: is several streams in one file; split it into one file per stream",
                        self.name
                    )));
                }
                Err(e) => return Err(self.damaged(&e)),
            };
            if packet.track_id != self.track {
                continue;
            }
            match self.decoder.decode(&packet) {
                Ok(decoded) if decoded.frames() == 0 => {}
                Ok(decoded) => {
                    let spec = decoded.spec();
                    let (rate, channels) = (spec.rate(), spec.channels().count());
                    decoded.copy_to_vecs_planar(&mut self.rows);
                    if self.shape.channels == 0 {
                        self.shape.sample_rate_hz = rate;
                        self.shape.channels = channels;
                    } else if self.shape.channels != channels || self.shape.sample_rate_hz != rate {
                        return Err(Failure::input(format!(
                            "{}: changes from {} channels at {} Hz to {channels} at {rate} Hz; one format throughout is needed",
                            self.name, self.shape.channels, self.shape.sample_rate_hz
                        )));
                    }
                    self.taken = 0;
                    return Ok(true);
                }
                Err(Error::DecodeError(_)) if self.tolerant => self.damaged_packets += 1,
                Err(e) => return Err(self.damaged(&e)),
            }
        }
    }

    fn damaged(&self, error: &Error) -> Failure {
        let words = match error {
            Error::IoError(e) => return Failure::input(format!("{}: cannot be read: {}", self.name, reason(e))),
            Error::DecodeError(words) | Error::Unsupported(words) => (*words).to_owned(),
            other => other.to_string(),
        };
        Failure::input(format!(
            "{}: is damaged {} frames from its beginning ({words}); a complete file is needed",
            self.name, self.delivered
        ))
    }
}

impl Source for CodedSource {
    fn shape(&self) -> StreamShape {
        self.shape
    }

    fn read(&mut self, rows: &mut [&mut [f32]]) -> Result<usize, Failure> {
        let asked = rows.first().map_or(0, |row| row.len());
        let mut filled = 0;
        while filled < asked {
            let ready = self.rows.first().map_or(0, Vec::len) - self.taken;
            if ready == 0 {
                if !self.decode_next()? {
                    break;
                }
                continue;
            }
            let count = ready.min(asked - filled);
            for (row, decoded) in rows.iter_mut().zip(&self.rows) {
                row[filled..filled + count].copy_from_slice(&decoded[self.taken..self.taken + count]);
            }
            self.taken += count;
            filled += count;
        }
        self.delivered += filled as u64;
        if let Some(promised) = self.shape.frames
            && filled < asked
            && self.delivered + self.damaged_packets * MAX_MP3_PACKET_FRAMES < promised
        {
            return Err(Failure::input(format!(
                "{}: is truncated: its header promises {promised} frames, {} are there; a complete file is needed",
                self.name, self.delivered
            )));
        }
        Ok(filled)
    }

    fn finish(&mut self) -> Result<Epilogue, Failure> {
        let mut epilogue = Epilogue { warnings: std::mem::take(&mut self.warnings), ..Epilogue::default() };
        if self.damaged_packets > 0 {
            epilogue.warnings.push(format!("{}: {} damaged MP3 frames were left out", self.name, self.damaged_packets));
        }
        Ok(epilogue)
    }
}
