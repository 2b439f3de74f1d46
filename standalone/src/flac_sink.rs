//! FLAC out, frame by frame: memory does not grow with the length.

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, StreamInfo};
use flacenc::config::Encoder;
use flacenc::encode_fixed_size_frame;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Context, Fill, FrameBuf};

use crate::error::Failure;
use crate::riff::{Chunk, id_text};
use crate::sample::{OutputFormat, Quantiser};
use crate::sink::{Finished, SampleStyle, Sink};
use crate::source::StreamShape;
use crate::staging::OutputFile;

/// Frames per FLAC frame, the usual number.
const BLOCK_FRAMES: usize = 4096;
/// The largest sample rate whose twenty bits in the head suffice.
const MAX_RATE_HZ: u32 = 655_350;
/// Bytes of the head before the stream information: the marker and one metadata block's head.
const INFO_AT: u64 = 8;

/// Writes FLAC.
pub struct FlacSink {
    file: OutputFile,
    encoder: Verified<Encoder>,
    info: StreamInfo,
    context: Context,
    block: FrameBuf,
    quantiser: Quantiser,
    channels: usize,
    /// Interleaved samples that do not fill a FLAC frame yet.
    waiting: Vec<i32>,
    samples: Vec<i32>,
    frame_bytes: (usize, usize),
    encoded: ByteSink,
    /// Names of metadata chunks that FLAC has no place for.
    lost: Vec<String>,
}

impl FlacSink {
    /// Writes the head, to be completed at the end.
    pub fn create(file: OutputFile, shape: StreamShape, style: SampleStyle, chunks: &[Chunk]) -> Result<Self, Failure> {
        let name = file.name().to_owned();
        if shape.sample_rate_hz > MAX_RATE_HZ {
            return Err(Failure::output(format!(
                "{name}: FLAC holds at most {MAX_RATE_HZ} Hz, this is {} Hz; write .wav",
                shape.sample_rate_hz
            )));
        }
        if !matches!(style.format, OutputFormat::S16 | OutputFormat::S24) {
            return Err(Failure::usage(format!(
                "{name}: FLAC is written with 16 or 24 bit; use --format s16 or s24, or write .wav"
            )));
        }
        let bits = style.format.bits() as usize;
        let refuse = |words: String| Failure::processing(format!("{name}: the FLAC encoder refuses: {words}"));
        let encoder = Encoder::default().into_verified().map_err(|(_, e)| refuse(e.to_string()))?;
        let mut info =
            StreamInfo::new(shape.sample_rate_hz as usize, shape.channels, bits).map_err(|e| refuse(e.to_string()))?;
        info.set_block_sizes(BLOCK_FRAMES, BLOCK_FRAMES).map_err(|e| refuse(e.to_string()))?;
        let mut sink = Self {
            encoder,
            info,
            context: Context::new(bits, shape.channels),
            block: FrameBuf::with_size(shape.channels, BLOCK_FRAMES).map_err(|e| refuse(e.to_string()))?,
            quantiser: Quantiser::new(style.format.bits(), shape.channels, style.dither),
            channels: shape.channels,
            waiting: Vec::new(),
            samples: Vec::new(),
            frame_bytes: (usize::MAX, 0),
            encoded: ByteSink::new(),
            lost: chunks.iter().map(|chunk| id_text(chunk.id)).collect(),
            file,
        };
        // The marker, then the only metadata block: last (0x80), kind 0, 34 bytes.
        sink.file.write(b"fLaC\x80\x00\x00\x22")?;
        let info = sink.info_bytes()?;
        sink.file.write(&info)?;
        Ok(sink)
    }

    fn refuse(&self, words: &dyn std::fmt::Display) -> Failure {
        Failure::processing(format!("{}: the FLAC encoder refuses: {words}", self.file.name()))
    }

    fn info_bytes(&self) -> Result<Vec<u8>, Failure> {
        let mut bytes = ByteSink::new();
        self.info.write(&mut bytes).map_err(|e| self.refuse(&e))?;
        Ok(bytes.into_inner())
    }

    fn encode(&mut self, samples: &[i32]) -> Result<(), Failure> {
        let filled = self.block.fill_interleaved(samples).and_then(|()| self.context.fill_interleaved(samples));
        filled.map_err(|e| self.refuse(&e))?;
        let number = self.context.current_frame_number().unwrap_or(0);
        let frame =
            encode_fixed_size_frame(&self.encoder, &self.block, number, &self.info).map_err(|e| self.refuse(&e))?;
        self.encoded.clear();
        frame.write(&mut self.encoded).map_err(|e| self.refuse(&e))?;
        let bytes = self.encoded.as_slice();
        self.frame_bytes = (self.frame_bytes.0.min(bytes.len()), self.frame_bytes.1.max(bytes.len()));
        self.file.write(bytes)
    }
}

impl Sink for FlacSink {
    fn write(&mut self, rows: &[&[f32]]) -> Result<(), Failure> {
        self.quantiser.interleave(rows, &mut self.samples);
        self.waiting.extend_from_slice(&self.samples);
        let waiting = std::mem::take(&mut self.waiting);
        let whole = waiting.chunks_exact(BLOCK_FRAMES * self.channels);
        let rest = whole.remainder().to_vec();
        for samples in whole {
            self.encode(samples)?;
        }
        self.waiting = rest;
        Ok(())
    }

    fn finish(mut self: Box<Self>, chunks: &[Chunk]) -> Result<Finished, Failure> {
        let last = std::mem::take(&mut self.waiting);
        if !last.is_empty() {
            self.encode(&last)?;
        }
        if self.file.can_rewrite() {
            self.info.set_total_samples(self.context.total_samples());
            self.info.set_md5_digest(&self.context.md5_digest());
            let (least, most) = self.frame_bytes;
            self.info.set_frame_sizes(least.min(most), most).map_err(|e| self.refuse(&e))?;
            let info = self.info_bytes()?;
            self.file.rewrite(INFO_AT, &info)?;
        }
        self.lost.extend(chunks.iter().map(|chunk| id_text(chunk.id)));
        let mut warnings = Vec::new();
        if !self.lost.is_empty() {
            warnings.push(format!(
                "{}: metadata of the input ({}) is not carried over into FLAC; write .wav to keep it",
                self.file.name(),
                self.lost.join(", ")
            ));
        }
        Ok(Finished { file: self.file, clipped: self.quantiser.clipped(), warnings })
    }
}
