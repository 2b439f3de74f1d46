//! The chunk layer of RIFF and RF64 (EBU Tech 3306): ids, the format chunk, and the chunks that are carried over.

use crate::sample::{Encoding, OutputFormat};

/// A chunk's four-character name.
pub type ChunkId = [u8; 4];

/// Marks a 32-bit size whose true value is elsewhere (RF64) or not known (streams).
pub const SIZE_ELSEWHERE: u32 = 0xFFFF_FFFF;

/// Bytes of a ds64 chunk without a table: three 64-bit sizes and the length of the table.
pub const DS64_BYTES: u32 = 28;

/// Metadata beyond this is not carried over, so that memory stays bounded whatever the file claims.
pub const CARRY_LIMIT_BYTES: u64 = 8 << 20;

/// A whole chunk in memory, to be carried from input to output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Name.
    pub id: ChunkId,
    /// Content without the padding byte.
    pub body: Vec<u8>,
}

impl Chunk {
    /// Bytes in the file, header and padding included.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        8 + self.body.len() as u64 + (self.body.len() as u64 & 1)
    }

    /// Appends the chunk as it stands in a file.
    pub fn append_to(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(&u32::try_from(self.body.len()).unwrap_or(SIZE_ELSEWHERE).to_le_bytes());
        bytes.extend_from_slice(&self.body);
        if self.body.len() % 2 == 1 {
            bytes.push(0);
        }
    }
}

/// Whether a chunk still tells the truth beside processed audio of the same length: descriptions, markers, loops and
/// tags do; peak lists and format facts do not.
#[must_use]
pub fn is_carried(id: ChunkId) -> bool {
    matches!(
        &id,
        b"bext"
            | b"iXML"
            | b"axml"
            | b"cue "
            | b"plst"
            | b"LIST"
            | b"smpl"
            | b"inst"
            | b"acid"
            | b"_PMX"
            | b"id3 "
            | b"ID3 "
            | b"umid"
            | b"cart"
    )
}

/// A chunk's name for messages.
#[must_use]
pub fn id_text(id: ChunkId) -> String {
    id.iter()
        .map(|&byte| if byte.is_ascii_graphic() { char::from(byte) } else { ' ' })
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// What the format chunk says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaveFormat {
    /// Frames per second.
    pub sample_rate_hz: u32,
    /// Samples per frame.
    pub channels: u16,
    /// Coding of one sample.
    pub encoding: Encoding,
}

const TAG_PCM: u16 = 1;
const TAG_FLOAT: u16 = 3;
const TAG_A_LAW: u16 = 6;
const TAG_MU_LAW: u16 = 7;
const TAG_EXTENSIBLE: u16 = 0xFFFE;

/// Last fourteen bytes of every sub-format GUID that stands for an old format tag.
const GUID_TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Reads a format chunk. The error is the rest of a sentence that begins with the file's name.
pub fn parse_format(body: &[u8]) -> Result<WaveFormat, String> {
    if body.len() < 16 {
        return Err(format!("its format chunk has {} bytes; 16 are the least", body.len()));
    }
    let mut tag = u16_at(body, 0);
    let channels = u16_at(body, 2);
    let sample_rate_hz = u32_at(body, 4);
    let block_bytes = u16_at(body, 12);
    let bits = u16_at(body, 14);
    if tag == TAG_EXTENSIBLE {
        if body.len() < 40 {
            return Err(format!("its extensible format chunk has {} bytes; 40 are needed", body.len()));
        }
        if body[26..40] != GUID_TAIL {
            return Err("its sample format is not known; PCM and floating point are".to_owned());
        }
        tag = u16_at(body, 24);
    }
    if channels == 0 || sample_rate_hz == 0 {
        return Err(format!("its format chunk is damaged: {channels} channels at {sample_rate_hz} Hz"));
    }
    // The container decides, not the valid bits: a 20-bit sample sits in the upper bits of three bytes.
    let container_bytes =
        if block_bytes > 0 && block_bytes.is_multiple_of(channels) { block_bytes / channels } else { bits.div_ceil(8) };
    let encoding = match (tag, container_bytes) {
        (TAG_PCM, 1) => Encoding::U8,
        (TAG_PCM, 2) => Encoding::S16,
        (TAG_PCM, 3) => Encoding::S24,
        (TAG_PCM, 4) => Encoding::S32,
        (TAG_FLOAT, 4) => Encoding::F32,
        (TAG_FLOAT, 8) => Encoding::F64,
        (TAG_A_LAW, 1) => Encoding::ALaw,
        (TAG_MU_LAW, 1) => Encoding::MuLaw,
        (TAG_PCM | TAG_FLOAT, _) if container_bytes != bits.div_ceil(8) => {
            return Err(format!(
                "its format chunk is damaged: {channels} channels of {bits} bits in frames of {block_bytes} bytes"
            ));
        }
        (TAG_PCM | TAG_FLOAT, _) => {
            return Err(format!("{bits}-bit samples are not supported; 8, 16, 24, 32 bit and 32 or 64 bit float are"));
        }
        _ => return Err(format!("WAV format 0x{tag:04x} is not supported; PCM, float, A-law and mu-law are")),
    };
    Ok(WaveFormat { sample_rate_hz, channels, encoding })
}

/// The format chunk of an output, header included.
#[must_use]
pub fn format_chunk(sample_rate_hz: u32, channels: usize, format: OutputFormat) -> Chunk {
    let sample_bytes = format.bytes();
    let block_bytes = channels * sample_bytes;
    let mut body = Vec::with_capacity(18);
    // Plain tags, also for 24 bits: readers that know only those are still about, and mono and stereo need no mask.
    body.extend_from_slice(&if format == OutputFormat::F32 { TAG_FLOAT } else { TAG_PCM }.to_le_bytes());
    body.extend_from_slice(&(channels as u16).to_le_bytes());
    body.extend_from_slice(&sample_rate_hz.to_le_bytes());
    body.extend_from_slice(
        &(u64::from(sample_rate_hz) * block_bytes as u64).min(u64::from(u32::MAX)).to_le_bytes()[..4],
    );
    body.extend_from_slice(&(block_bytes as u16).to_le_bytes());
    body.extend_from_slice(&(8 * sample_bytes as u16).to_le_bytes());
    if format == OutputFormat::F32 {
        // Every format but PCM states the size of its extension, here none.
        body.extend_from_slice(&0u16.to_le_bytes());
    }
    Chunk { id: *b"fmt ", body }
}
