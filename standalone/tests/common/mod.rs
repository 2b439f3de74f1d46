//! What the tests of the program share: a scratch directory, a runner, a maker and a reader of WAV files.
#![allow(dead_code, reason = "every test file uses its own part")]

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The built program.
pub const OCTANT: &str = env!("CARGO_BIN_EXE_octant");

/// Settings with which the processor hands every sample through unchanged.
pub const PASS: [&str; 4] = ["--set", "bands=1", "--set", "b1_above_law=off"];

/// A directory that vanishes with the test.
pub struct Scratch(PathBuf);

impl Scratch {
    /// `name` must be unique among all tests.
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("octant-test-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("scratch directory");
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file and returns its path.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).expect("scratch file");
        path
    }

    /// All names, hidden ones too, sorted.
    pub fn names(&self) -> Vec<String> {
        names_in(&self.0)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn names_in(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Arguments from texts and paths.
#[macro_export]
macro_rules! octant {
    ($($argument:expr),* $(,)?) => {
        common::run(&[$(std::ffi::OsStr::new(&$argument)),*])
    };
}

pub fn run(arguments: &[&std::ffi::OsStr]) -> Finished {
    Finished::of(&Command::new(OCTANT).args(arguments).stdin(Stdio::null()).output().expect("octant runs"))
}

pub fn spawn(arguments: &[&str]) -> Child {
    Command::new(OCTANT)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("octant runs")
}

/// What a run left behind.
#[derive(Debug)]
pub struct Finished {
    pub code: i32,
    pub out: Vec<u8>,
    pub err: String,
}

impl Finished {
    pub fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: output.stdout.clone(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Success without a word.
    #[track_caller]
    pub fn is_silent_success(&self) {
        assert_eq!((self.code, self.err.as_str()), (0, ""));
    }

    /// One sentence with these words and this exit code.
    #[track_caller]
    pub fn is_one_sentence(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}", self.err);
        assert_eq!(self.err.lines().count(), 1, "one line: {}", self.err);
        assert!(self.err.starts_with("octant: "), "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "{word} in: {}", self.err);
        }
    }
}

/// Something like music: two tones and deterministic noise, different in each channel.
pub fn music(frames: usize, channels: usize) -> Vec<Vec<f32>> {
    (0..channels)
        .map(|channel| {
            let mut noise = 0x1234_5678_u32.wrapping_add(channel as u32 * 77);
            (0..frames)
                .map(|frame| {
                    noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let time = frame as f32 / 48_000.0;
                    let tone = (time * 691.0 * (channel + 1) as f32).sin() * 0.3 + (time * 25_000.0).sin() * 0.1;
                    tone + (noise >> 8) as f32 / 16_777_216.0 * 0.2 - 0.1
                })
                .collect()
        })
        .collect()
}

/// Frame by frame.
pub fn interleave(rows: &[Vec<f32>]) -> Vec<f32> {
    (0..rows[0].len()).flat_map(|frame| rows.iter().map(move |row| row[frame])).collect()
}

/// A chunk, padded.
pub fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = id.to_vec();
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(body);
    if body.len() % 2 == 1 {
        bytes.push(0);
    }
    bytes
}

/// A format chunk's content.
pub fn format(tag: u16, channels: u16, rate: u32, bits: u16, container_bytes: u16) -> Vec<u8> {
    let block = channels * container_bytes;
    let mut body = Vec::new();
    body.extend(tag.to_le_bytes());
    body.extend(channels.to_le_bytes());
    body.extend(rate.to_le_bytes());
    body.extend((rate * u32::from(block)).to_le_bytes());
    body.extend(block.to_le_bytes());
    body.extend(bits.to_le_bytes());
    body
}

/// WAVE_FORMAT_EXTENSIBLE.
pub fn extensible(sub: u16, channels: u16, rate: u32, valid_bits: u16, container_bytes: u16) -> Vec<u8> {
    let mut body = format(0xFFFE, channels, rate, 8 * container_bytes, container_bytes);
    body.extend(22u16.to_le_bytes());
    body.extend(valid_bits.to_le_bytes());
    body.extend(if channels == 1 { 4u32 } else { 3 }.to_le_bytes());
    body.extend(sub.to_le_bytes());
    body.extend([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
    body
}

/// A RIFF file of these chunks.
pub fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body: Vec<u8> = chunks.concat();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((body.len() as u32 + 4).to_le_bytes());
    bytes.extend(b"WAVE");
    bytes.extend(body);
    bytes
}

/// A usual WAV file.
pub fn wav(format: &[u8], audio: &[u8]) -> Vec<u8> {
    riff(&[chunk(b"fmt ", format), chunk(b"data", audio)])
}

/// A 32-bit float WAV file.
pub fn wav_f32(rate: u32, rows: &[Vec<f32>]) -> Vec<u8> {
    wav(&format(3, rows.len() as u16, rate, 32, 4), &floats(&interleave(rows)))
}

/// A 16-bit WAV file.
pub fn wav_s16(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    let audio: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    wav(&format(1, channels, rate, 16, 2), &audio)
}

pub fn floats(samples: &[f32]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// A WAV file taken apart.
#[derive(Debug)]
pub struct Wav {
    pub marker: [u8; 4],
    pub riff_size: u32,
    pub chunks: Vec<([u8; 4], Vec<u8>)>,
}

impl Wav {
    #[track_caller]
    pub fn parse(bytes: &[u8]) -> Self {
        assert_eq!(&bytes[8..12], b"WAVE");
        let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let mut chunks = Vec::new();
        let mut at = 12;
        while at < bytes.len() {
            let size = (u32_at(at + 4) as usize).min(bytes.len() - at - 8);
            chunks.push((bytes[at..at + 4].try_into().unwrap(), bytes[at + 8..at + 8 + size].to_vec()));
            at += 8 + size + size % 2;
        }
        Self { marker: bytes[..4].try_into().unwrap(), riff_size: u32_at(4), chunks }
    }

    #[track_caller]
    pub fn read(path: &Path) -> Self {
        let bytes = fs::read(path).expect("an output");
        let wav = Self::parse(&bytes);
        if wav.marker == *b"RIFF" {
            assert_eq!(wav.riff_size as usize, bytes.len() - 8, "the size in the header is that of the file");
        }
        wav
    }

    pub fn ids(&self) -> Vec<String> {
        self.chunks.iter().map(|(id, _)| String::from_utf8_lossy(id).into_owned()).collect()
    }

    #[track_caller]
    pub fn body(&self, id: &[u8; 4]) -> &[u8] {
        &self.chunks.iter().find(|(name, _)| name == id).expect("the chunk").1
    }

    /// Format tag, channels, rate, bits.
    pub fn shape(&self) -> (u16, u16, u32, u16) {
        let body = self.body(b"fmt ");
        let u16_at = |at: usize| u16::from_le_bytes([body[at], body[at + 1]]);
        (u16_at(0), u16_at(2), u32::from_le_bytes(body[4..8].try_into().unwrap()), u16_at(14))
    }

    pub fn floats(&self) -> Vec<f32> {
        self.body(b"data").chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
    }

    pub fn shorts(&self) -> Vec<i16> {
        self.body(b"data").chunks_exact(2).map(|bytes| i16::from_le_bytes(bytes.try_into().unwrap())).collect()
    }
}

/// A name for the JACK server of a test, the same every time. A machine has eight places for servers, and one that was killed
/// keeps its place until another one of the same name comes.
pub fn jack_server(what: &str) -> String {
    let mut hasher = DefaultHasher::new();
    env!("CARGO_TARGET_TMPDIR").hash(&mut hasher);
    format!("octant-{what}-{:04x}", hasher.finish() as u16)
}
