//! WAV and RF64 in, front to back, so that pipes work like files.

use std::io::{self, BufReader, Read};

use crate::error::{Failure, reason};
use crate::riff::{
    CARRY_LIMIT_BYTES, Chunk, ChunkId, DS64_BYTES, SIZE_ELSEWHERE, WaveFormat, id_text, is_carried, parse_format,
};
use crate::sample::decode;
use crate::source::{Epilogue, Source, StreamShape};

/// Format chunks are a few dozen bytes; more is damage.
const FORMAT_LIMIT_BYTES: u64 = 64 << 10;

/// Reads WAV in all common sample formats.
pub struct WavSource {
    stream: Counted,
    name: String,
    format: WaveFormat,
    /// Bytes of audio that are left; `None`: until the stream ends.
    left: Option<u64>,
    /// Whether chunks may follow the audio: not if its length is unknown.
    has_epilogue: bool,
    /// Bytes of audio that do not make a whole frame, and the padding byte.
    rest: u64,
    frames: Option<u64>,
    chunks: Vec<Chunk>,
    carried_bytes: u64,
    warnings: Vec<String>,
    bytes: Vec<u8>,
}

/// Counts what has been read, to know where in the file we are.
struct Counted {
    stream: BufReader<Box<dyn Read>>,
    position: u64,
}

impl Counted {
    /// Reads until `bytes` is full or the stream ends.
    fn read_up_to(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < bytes.len() {
            match self.stream.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        self.position += filled as u64;
        Ok(filled)
    }

    /// Passes over bytes; returns how many there were.
    fn skip(&mut self, count: u64) -> io::Result<u64> {
        let skipped = io::copy(&mut (&mut self.stream).take(count), &mut io::sink())?;
        self.position += skipped;
        Ok(skipped)
    }
}

/// The 64-bit sizes of an RF64 file.
struct Sizes64 {
    audio: u64,
    table: Vec<(ChunkId, u64)>,
}

impl WavSource {
    /// Reads up to the first audio byte. `length` is that of the file, where there is one.
    pub fn open(stream: Box<dyn Read>, length: Option<u64>, name: String) -> Result<Self, Failure> {
        let mut stream = Counted { stream: BufReader::with_capacity(64 << 10, stream), position: 0 };
        let fail = |words: String| Failure::input(format!("{name}: {words}"));
        let unreadable = |e: io::Error| Failure::input(format!("{name}: cannot be read: {}", reason(&e)));

        let mut head = [0; 12];
        let filled = stream.read_up_to(&mut head).map_err(unreadable)?;
        if filled == 0 {
            return Err(fail("is empty (0 bytes); a WAV file is needed".to_owned()));
        }
        let is_wave = matches!(&head[..4], b"RIFF" | b"RF64" | b"BW64") && (filled < 12 || &head[8..] == b"WAVE");
        if &head[..4] == b"RIFX" {
            return Err(fail("is a big-endian WAV file (RIFX); convert it to a usual one first".to_owned()));
        }
        if !is_wave {
            return Err(fail("is not a WAV stream; it must begin with RIFF or RF64".to_owned()));
        }
        let ended = || fail("is truncated: it ends before its audio begins; a complete file is needed".to_owned());
        if filled < 12 {
            return Err(ended());
        }
        let riff_size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        let mut wide: Option<Sizes64> = None;
        let mut format: Option<WaveFormat> = None;
        let mut carrier = Carrier::default();
        let audio_size = loop {
            let Some((id, size)) = chunk_head(&mut stream).map_err(unreadable)? else {
                return Err(ended());
            };
            let size = wide.as_ref().map_or(u64::from(size), |wide| wide.size_of(id, size));
            match &id {
                b"data" => break size,
                b"ds64" => {
                    let body = body(&mut stream, size, FORMAT_LIMIT_BYTES).map_err(unreadable)?.ok_or_else(ended)?;
                    wide = Some(Sizes64::parse(&body).ok_or_else(|| fail("its ds64 chunk is damaged".to_owned()))?);
                }
                b"fmt " => {
                    let body = body(&mut stream, size, FORMAT_LIMIT_BYTES).map_err(unreadable)?.ok_or_else(ended)?;
                    format = Some(parse_format(&body).map_err(&fail)?);
                }
                _ => {
                    if !carrier.take(&mut stream, id, size).map_err(unreadable)? {
                        return Err(ended());
                    }
                }
            }
        };
        let Some(format) = format else {
            return Err(fail("has no format chunk before its audio; it is damaged".to_owned()));
        };
        let frame_bytes = format.encoding.bytes() as u64 * u64::from(format.channels);
        let present = length.map(|length| length.saturating_sub(stream.position));
        let left = match present {
            _ if is_open_ended(audio_size, riff_size, stream.position, present) => present,
            Some(present) if present < audio_size => {
                return Err(fail(format!(
                    "is truncated: its header promises {} frames, {} are there; a complete file is needed",
                    audio_size / frame_bytes,
                    present / frame_bytes
                )));
            }
            _ => Some(audio_size),
        };
        let open_ended = is_open_ended(audio_size, riff_size, stream.position, present);
        let rest = if open_ended { 0 } else { audio_size % frame_bytes + (audio_size & 1) };
        if let Some(tail @ 1..) = left.map(|left| left % frame_bytes) {
            carrier.warnings.push(tail_words(tail));
        }
        Ok(Self {
            stream,
            format,
            left: left.map(|left| left / frame_bytes * frame_bytes),
            has_epilogue: !open_ended,
            rest,
            frames: left.map(|left| left / frame_bytes),
            chunks: carrier.chunks,
            carried_bytes: carrier.bytes,
            warnings: carrier.warnings.into_iter().map(|words| format!("{name}: {words}")).collect(),
            bytes: Vec::new(),
            name,
        })
    }

    fn frame_bytes(&self) -> usize {
        self.format.encoding.bytes() * usize::from(self.format.channels)
    }
}

impl Source for WavSource {
    fn shape(&self) -> StreamShape {
        StreamShape {
            sample_rate_hz: self.format.sample_rate_hz,
            channels: usize::from(self.format.channels),
            frames: self.frames,
        }
    }

    fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    fn read(&mut self, rows: &mut [&mut [f32]]) -> Result<usize, Failure> {
        let frame_bytes = self.frame_bytes();
        let asked = rows.first().map_or(0, |row| row.len()) * frame_bytes;
        let wanted = self.left.map_or(asked, |left| left.min(asked as u64) as usize);
        self.bytes.resize(wanted, 0);
        let filled = self.stream.read_up_to(&mut self.bytes).map_err(|e| Failure::reading(&self.name, &e))?;
        if let Some(left) = &mut self.left {
            if filled < wanted {
                return Err(Failure::input(format!(
                    "{}: is truncated: it ends {} frames before the end that its header promises; a complete file is needed",
                    self.name,
                    (*left - filled as u64).div_ceil(frame_bytes as u64)
                )));
            }
            *left -= filled as u64;
        }
        let frames = filled / frame_bytes;
        if let tail @ 1.. = filled % frame_bytes {
            self.warnings.push(format!("{}: {}", self.name, tail_words(tail as u64)));
        }
        for row in rows.iter_mut() {
            *row = &mut std::mem::take(row)[..frames];
        }
        decode(self.format.encoding, &self.bytes[..frames * frame_bytes], rows);
        Ok(frames)
    }

    fn finish(&mut self) -> Result<Epilogue, Failure> {
        let mut carrier = Carrier { bytes: self.carried_bytes, ..Carrier::default() };
        if self.has_epilogue {
            // What stands behind the audio is worth a warning, not the loss of the audio.
            let followed: io::Result<()> = (|| {
                self.stream.skip(self.rest)?;
                while let Some((id, size)) = chunk_head(&mut self.stream)? {
                    if !carrier.take(&mut self.stream, id, u64::from(size))? {
                        break;
                    }
                }
                Ok(())
            })();
            if let Err(e) = followed {
                carrier.warnings.push(format!("the chunks behind the audio cannot be read: {}", reason(&e)));
            }
        }
        let mut warnings = std::mem::take(&mut self.warnings);
        warnings.extend(carrier.warnings.into_iter().map(|words| format!("{}: {words}", self.name)));
        Ok(Epilogue { chunks: carrier.chunks, warnings })
    }
}

fn tail_words(bytes: u64) -> String {
    let plural = if bytes == 1 { "byte" } else { "bytes" };
    format!("its audio ends with {bytes} {plural} that make no whole frame and are left out")
}

/// Whether the audio goes on until the stream ends: programs that write to a pipe cannot know the size in advance and
/// put in a placeholder, and a recorder that was switched off leaves a zero.
fn is_open_ended(audio_size: u64, riff_size: u32, position: u64, present: Option<u64>) -> bool {
    // The largest round numbers below 2 and 4 GiB, as sox, ffmpeg, arecord and others write them.
    let placeholder = |size: u64| {
        size >= u64::from(SIZE_ELSEWHERE) - 0xFFFF && size <= u64::from(SIZE_ELSEWHERE)
            || (0x7FFF_0000..=0x8000_0000).contains(&size)
            || size == u64::MAX
    };
    if audio_size == 0 {
        let riff_ends_before = u64::from(riff_size) + 8 <= position;
        return present != Some(0) && (placeholder(u64::from(riff_size)) || riff_ends_before);
    }
    placeholder(audio_size) && present.is_none_or(|present| present < audio_size)
}

/// The next chunk's name and 32-bit size; `None` at the end of the stream.
fn chunk_head(stream: &mut Counted) -> io::Result<Option<(ChunkId, u32)>> {
    let mut head = [0; 8];
    if stream.read_up_to(&mut head)? < 8 {
        return Ok(None);
    }
    let [a, b, c, d, size @ ..] = head;
    Ok(Some(([a, b, c, d], u32::from_le_bytes(size))))
}

/// A chunk's content; `None` if the stream ends within, or if it is larger than it can sensibly be.
fn body(stream: &mut Counted, size: u64, limit: u64) -> io::Result<Option<Vec<u8>>> {
    if size > limit {
        return Ok(None);
    }
    let mut body = vec![0; size as usize];
    let filled = stream.read_up_to(&mut body)?;
    stream.skip(size & 1)?;
    Ok((filled as u64 == size).then_some(body))
}

impl Sizes64 {
    fn parse(body: &[u8]) -> Option<Self> {
        let u64_at = |at: usize| body.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
        let count = u32::from_le_bytes(body.get(24..DS64_BYTES as usize)?.try_into().ok()?);
        let mut table = Vec::new();
        for entry in body[DS64_BYTES as usize..].chunks_exact(12).take(count as usize) {
            let (id, size) = entry.split_at(4);
            table.push((id.try_into().ok()?, u64::from_le_bytes(size.try_into().ok()?)));
        }
        Some(Self { audio: u64_at(8)?, table })
    }

    /// A 32-bit size counts unless it is the sign that the true one is here.
    fn size_of(&self, id: ChunkId, size: u32) -> u64 {
        if size != SIZE_ELSEWHERE {
            return u64::from(size);
        }
        if &id == b"data" {
            return self.audio;
        }
        self.table.iter().find(|(name, _)| *name == id).map_or(u64::from(size), |(_, size)| *size)
    }
}

/// Collects the chunks that are carried over and passes over the others.
#[derive(Default)]
struct Carrier {
    chunks: Vec<Chunk>,
    bytes: u64,
    warnings: Vec<String>,
}

impl Carrier {
    /// `false` if the stream ends within the chunk.
    fn take(&mut self, stream: &mut Counted, id: ChunkId, size: u64) -> io::Result<bool> {
        if is_carried(id) {
            if self.bytes + size <= CARRY_LIMIT_BYTES {
                let Some(body) = body(stream, size, CARRY_LIMIT_BYTES)? else {
                    self.warnings.push(format!("its chunk {} is cut off and not carried over", id_text(id)));
                    return Ok(false);
                };
                self.bytes += size;
                self.chunks.push(Chunk { id, body });
                return Ok(true);
            }
            self.warnings.push(format!(
                "its chunk {} has {size} bytes and is not carried over; {CARRY_LIMIT_BYTES} bytes of metadata are the most",
                id_text(id)
            ));
        }
        let skipped = stream.skip(size)?;
        // A padding byte that a careless program has left out at the very end is no loss.
        stream.skip(size & 1)?;
        Ok(skipped == size)
    }
}
