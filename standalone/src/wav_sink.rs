//! WAV out, and RF64 (EBU Tech 3306) where 32-bit sizes do not suffice.

use crate::error::Failure;
use crate::riff::{Chunk, DS64_BYTES, SIZE_ELSEWHERE, format_chunk};
use crate::sample::{OutputFormat, Quantiser, encode_f32, pack};
use crate::sink::{Finished, SampleStyle, Sink};
use crate::source::StreamShape;
use crate::staging::OutputFile;

/// Where the chunk stands that is JUNK in a WAV file and ds64 in an RF64 file.
const RESERVED_AT: u64 = 12;

/// Writes WAV.
pub struct WavSink {
    file: OutputFile,
    style: SampleStyle,
    channels: usize,
    quantiser: Quantiser,
    /// Everything before the audio.
    head_bytes: u64,
    /// Where the sample count of the fact chunk stands.
    fact_at: Option<u64>,
    reserved: bool,
    /// The head already tells the true sizes for this many frames.
    promised: Option<u64>,
    frames: u64,
    samples: Vec<i32>,
    bytes: Vec<u8>,
}

impl WavSink {
    /// Writes the head. Sizes that are not known yet are completed at the end; in a pipe they stay open.
    pub fn create(file: OutputFile, shape: StreamShape, style: SampleStyle, chunks: &[Chunk]) -> Result<Self, Failure> {
        let frame_bytes = (shape.channels * style.format.bytes()) as u64;
        // Room for 64-bit sizes only where the file may come to need them: readers older than RF64 see fewer surprises.
        let metadata_bytes: u64 = chunks.iter().map(Chunk::file_bytes).sum();
        let expected = shape.frames.map(|frames| frames.saturating_mul(frame_bytes).saturating_add(metadata_bytes));
        let slack = 16 << 20;
        let reserved = expected.is_none_or(|bytes| bytes > u64::from(u32::MAX) - slack)
            && (file.can_rewrite() || shape.frames.is_some());
        let mut sink = Self {
            file,
            style,
            channels: shape.channels,
            quantiser: Quantiser::new(style.format.bits(), shape.channels, style.dither),
            head_bytes: 0,
            fact_at: None,
            reserved,
            promised: shape.frames,
            frames: 0,
            samples: Vec::new(),
            bytes: Vec::new(),
        };
        let head = sink.head(shape.sample_rate_hz, chunks);
        sink.file.write(&head)?;
        Ok(sink)
    }

    fn head(&mut self, sample_rate_hz: u32, chunks: &[Chunk]) -> Vec<u8> {
        let mut head = Vec::new();
        head.extend_from_slice(b"RIFF\0\0\0\0WAVE");
        if self.reserved {
            Chunk { id: *b"JUNK", body: vec![0; DS64_BYTES as usize] }.append_to(&mut head);
        }
        format_chunk(sample_rate_hz, self.channels, self.style.format).append_to(&mut head);
        if self.style.format == OutputFormat::F32 {
            self.fact_at = Some(head.len() as u64 + 8);
            Chunk { id: *b"fact", body: vec![0; 4] }.append_to(&mut head);
        }
        for chunk in chunks {
            chunk.append_to(&mut head);
        }
        head.extend_from_slice(b"data\0\0\0\0");
        self.head_bytes = head.len() as u64;
        for (offset, bytes) in self.sizes(self.promised, 0) {
            let offset = offset as usize;
            head[offset..offset + bytes.len()].copy_from_slice(&bytes);
        }
        head
    }

    /// The bytes of the head that depend on the length: where, and what. `None`: not known.
    fn sizes(&self, frames: Option<u64>, trailing_bytes: u64) -> Vec<(u64, Vec<u8>)> {
        let elsewhere = SIZE_ELSEWHERE.to_le_bytes().to_vec();
        let mut sizes = Vec::new();
        let frame_bytes = (self.channels * self.style.format.bytes()) as u64;
        let Some(frames) = frames else {
            sizes.push((4, elsewhere.clone()));
            sizes.push((self.head_bytes - 4, elsewhere.clone()));
            sizes.extend(self.fact_at.map(|at| (at, elsewhere)));
            return sizes;
        };
        let audio_bytes = frames * frame_bytes;
        let riff_bytes = self.head_bytes - 8 + audio_bytes + (audio_bytes & 1) + trailing_bytes;
        let short = |size: u64| u32::try_from(size).unwrap_or(SIZE_ELSEWHERE).to_le_bytes().to_vec();
        if riff_bytes < u64::from(SIZE_ELSEWHERE) || !self.reserved {
            sizes.push((4, short(riff_bytes)));
            sizes.push((self.head_bytes - 4, short(audio_bytes)));
        } else {
            sizes.push((0, b"RF64".to_vec()));
            sizes.push((4, elsewhere.clone()));
            let mut wide = Vec::new();
            Chunk {
                id: *b"ds64",
                body: [riff_bytes, audio_bytes, frames].iter().flat_map(|n| n.to_le_bytes()).chain([0; 4]).collect(),
            }
            .append_to(&mut wide);
            sizes.push((RESERVED_AT, wide));
            sizes.push((self.head_bytes - 4, elsewhere));
        }
        sizes.extend(self.fact_at.map(|at| (at, short(frames))));
        sizes
    }
}

impl Sink for WavSink {
    fn write(&mut self, rows: &[&[f32]]) -> Result<(), Failure> {
        if self.style.format == OutputFormat::F32 {
            encode_f32(rows, &mut self.bytes);
        } else {
            self.quantiser.interleave(rows, &mut self.samples);
            pack(&self.samples, self.style.format, &mut self.bytes);
        }
        self.frames += rows.first().map_or(0, |row| row.len()) as u64;
        self.file.write(&self.bytes)
    }

    fn finish(mut self: Box<Self>, chunks: &[Chunk]) -> Result<Finished, Failure> {
        let mut warnings = Vec::new();
        let can_follow = self.file.can_rewrite();
        let mut tail = Vec::new();
        if self.frames * (self.channels * self.style.format.bytes()) as u64 % 2 == 1 {
            tail.push(0);
        }
        let padding = tail.len();
        if can_follow {
            for chunk in chunks {
                chunk.append_to(&mut tail);
            }
        } else if !chunks.is_empty() {
            // The head has been sent with sizes that have no room for them.
            warnings.push(format!(
                "{}: metadata that stands behind the audio of the input is not carried over into a pipe",
                self.file.name()
            ));
        }
        self.file.write(&tail)?;
        let trailing_bytes = (tail.len() - padding) as u64;
        if can_follow && (self.promised != Some(self.frames) || trailing_bytes > 0) {
            for (offset, bytes) in self.sizes(Some(self.frames), trailing_bytes) {
                self.file.rewrite(offset, &bytes)?;
            }
        }
        Ok(Finished { file: self.file, clipped: self.quantiser.clipped(), warnings })
    }
}
